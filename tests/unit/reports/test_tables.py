"""Rows as Athena reads them: a row of the ledger, and texts that are never those of another object."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from muster.model.coverage import Coverage
from muster.model.finding import Finding, Resource, Severity, Status
from muster.reports.tables import COVERAGE, FINDINGS, ScanHeader, coverage_row, finding_row

AT = datetime(2026, 11, 21, 6, 0, 1, tzinfo=UTC)
HEADER = ScanHeader("20261121T060001Z-0a1b2c3d", "manual", AT)
SHARD = "111122223333.eu-west-1.ec2"
FOUND = Finding(
    "id", "c", 1, "t", Severity.LOW, Status.COMPLIANT, "r", Resource("Test::Box", "b", "111122223333", "x"), "box", AT
)


def tagged(tags: Mapping[str, str]) -> Any:
    return finding_row(replace(FOUND, resource=replace(FOUND.resource, tags=tags)), HEADER, SHARD)["tags"]


def controlled(controls: tuple[str, ...]) -> Any:
    return finding_row(replace(FOUND, controls=controls), HEADER, SHARD)["controls"]


def test_a_row_of_the_ledger_says_all_it_says_and_of_which_scan_and_shard() -> None:
    row = Coverage("111122223333", "eu-west-1", "ec2", "ec2:DescribeVolumes", 2, 3, 4, 5, 6, 0.25, 7, "denied")
    assert coverage_row(row, HEADER, SHARD) == {
        "scan_id": "20261121T060001Z-0a1b2c3d",
        "scan_kind": "manual",
        "shard": SHARD,
        "account_id": "111122223333",
        "region": "eu-west-1",
        "service": "ec2",
        "api": "ec2:DescribeVolumes",
        "calls": 2,
        "items": 3,
        "retries": 4,
        "denials": 5,
        "errors": 6,
        "seconds": 0.25,
        "out_of_scope": 7,
        "reason": "denied",
    }


def test_the_rows_have_the_columns_of_their_tables_in_order() -> None:
    assert list(coverage_row(Coverage("1", "r", "s", "a"), HEADER, SHARD)) == list(COVERAGE)
    assert list(finding_row(FOUND, HEADER, SHARD)) == list(FINDINGS)


def test_objects_that_take_turns_and_that_take_the_place_of_one_that_is_gone_keep_their_own_texts() -> None:
    one, other = {"Owner": "web"}, {"Owner": "öps"}
    assert [tagged(tags) for tags in (one, one, other, one)] == [
        '{"Owner": "web"}',
        '{"Owner": "web"}',
        '{"Owner": "öps"}',
        '{"Owner": "web"}',
    ]
    # Each list dies before the next is made, which then often lies where it lay.
    assert [controlled((f"FSBP {number}",)) for number in range(2_000)] == [
        f'["FSBP {number}"]' for number in range(2_000)
    ]
    assert [tagged({"n": str(number)}) for number in range(2_000)] == [
        f'{{"n": "{number}"}}' for number in range(2_000)
    ]


def test_tags_that_no_terminal_should_see_are_escaped_in_their_row() -> None:
    odd = {"a\ud800": "\x9b31m\u202e"}
    text = tagged(odd)
    assert text.encode().isascii()
    assert json.loads(text) == odd
