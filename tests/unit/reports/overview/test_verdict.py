"""The verdict in one sentence: each rule with an example."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from muster.model.finding import Severity
from muster.reports.overview import Changes, CheckTexts, Facts, Item, News
from muster.reports.overview.verdict import verdict

from .conftest import AT, Make

C, H, M = Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM
FAILING = Facts(
    scan_id="1", at=AT, failing={C: 6, H: 39, M: 204}, failing_resources=51, resources=266, passed=1000
)  # fmt: skip
TEXTS: Mapping[str, CheckTexts] = {"bucket-closed": CheckTexts(problem="S3 bucket is open")}
BEFORE = datetime(2026, 11, 27, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("facts", "changes", "expected"),
    [
        (replace(FAILING, failing={}, passed=0, not_evaluated=9), None, "No results: nothing could be read"),
        (FAILING, None, "249 failures on 51 resources, 6 critical"),
        (FAILING, Changes(first=True), "First scan: 249 failures on 51 resources, 6 critical"),
        (FAILING, Changes(previous=BEFORE), "Nothing new since 27 Nov 06:00 UTC: 249 failures are still open"),
        (
            FAILING,
            Changes(previous=BEFORE, counts={"new": 2}),
            "2 new failures since 27 Nov 06:00 UTC, none critical or high: 249 failures are open",
        ),
        (
            replace(FAILING, incomplete=("kms in eu-west-1: denied",)),
            None,
            "Incomplete scan: 249 failures on 51 resources, 6 critical",
        ),
        (replace(FAILING, failing={}, not_evaluated=1), None, "No failures in what could be read"),
        (replace(FAILING, failing={}), None, "No failures: 1,000 checks passed on 266 resources"),
        (Facts(scan_id="1", at=AT), None, "No matching resources"),
        (replace(FAILING, failing={M: 1}, failing_resources=1), None, "1 failure on 1 resource"),
    ],
)
def test_the_first_rule_that_matches_decides(facts: Facts, changes: Changes | None, expected: str) -> None:
    assert verdict(facts, changes, (), TEXTS) == expected


def test_new_failures_are_named_at_most_three(make: Make) -> None:
    news = [Item(make(name, C), News.NEW) for name in "abcde"]
    assert verdict(FAILING, Changes(counts={"new": 5}), news, TEXTS) == (
        "5 new critical failures: S3 bucket is open (a), S3 bucket is open (b), S3 bucket is open (c) and 2 more"
    )


def test_a_new_critical_failure_is_named_and_high_ones_are_not(make: Make) -> None:
    news = [Item(make("h", H), News.NEW), Item(make("c", C), News.REOPENED)]
    assert verdict(FAILING, Changes(), news, {}) == "1 new critical failure: c is open (c)"
