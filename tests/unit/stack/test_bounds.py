"""The summary of a scan is small whatever the estate, the counts and the texts of strangers."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.model.finding import Severity
from muster.reports.tally import STATUSES
from muster.stack.bounds import LIMIT, fitted

SEVERITIES = [severity.value for severity in Severity]


def summary(checks: int, apis: int, count: int, reason: str = "it broke", excluded: int = 0) -> dict[str, Any]:
    return {
        "scan_id": "20261121T060000Z-0a1b2c3d",
        "regions": ["eu-west-1"] * 30,
        "damaged": [reason] * excluded * 5,
        "incomplete": [{"shard": f"111122223333.eu-west-1.s{number}", "reason": reason} for number in range(20)],
        "accounts_excluded": {f"{number:012}": reason for number in range(excluded)},
        "checks": [
            {"check_id": f"a-check-with-a-long-name-{number}", "severity": SEVERITIES[number % 5],
             **dict.fromkeys(STATUSES, count), "non_compliant": number % 7 and count}
            for number in range(checks)
        ],
        "coverage": [
            {"api": f"service:DescribeThings{number}", "denials": 0, "errors": number % 3, "calls": count,
             **dict.fromkeys(("items", "retries", "out_of_scope", "milliseconds"), count)}
            for number in range(apis)
        ],
    }  # fmt: skip


@given(
    st.integers(0, 600), st.integers(0, 300), st.integers(0, 10**12),
    st.text(max_size=5).map(lambda text: text * 400), st.integers(0, 20),
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_no_summary_is_larger_than_it_may_be(checks: int, apis: int, count: int, reason: str, excluded: int) -> None:
    whole = summary(checks, apis, count, reason, excluded)
    found = fitted(whole)
    assert len(json.dumps(found)) <= LIMIT
    left_out = found.get("left_out", {})
    assert len(found["checks"]) + left_out.get("checks", 0) == checks
    assert len(found["coverage"]) + left_out.get("coverage", 0) == apis
    assert [row for row in whole["checks"] if row in found["checks"]] == found["checks"]


def test_a_summary_that_fits_is_left_as_it_is() -> None:
    assert fitted(summary(50, 40, 10**6)) == summary(50, 40, 10**6)


@pytest.mark.parametrize("checks", [110, 130, 400])
def test_what_passes_is_left_out_before_what_fails(checks: int) -> None:
    whole = summary(checks, 60, 10**8)
    found = fitted(whole)
    lost = [row for row in whole["checks"] if row not in found["checks"]]
    assert lost
    assert not any(row["non_compliant"] for row in lost) or all(row["non_compliant"] for row in found["checks"])
    assert found["coverage"] == whole["coverage"]


@pytest.mark.parametrize("reason", ["研" * 1_000, "😀" * 1_000, "\\" * 1_000, "\x1b" * 1_000])
def test_reasons_in_any_script_leave_room_for_the_checks(reason: str) -> None:
    found = fitted(summary(100, 40, 10**6, reason, 20))
    assert len(json.dumps(found)) <= LIMIT
    assert len(found["checks"]) > 30
    assert all(item["reason"] for item in found["incomplete"])


@pytest.mark.parametrize("count", [0, 10**12])
def test_a_list_may_go_as_a_whole(count: int) -> None:
    assert len(json.dumps(fitted(summary(2_000, 500, count)))) <= LIMIT
