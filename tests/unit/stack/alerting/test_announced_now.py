"""Which suppressions the alert of a scan announces, from its summary and its report."""

from dataclasses import replace
from datetime import date

import pytest

from muster.configuration import Configuration, SuppressionRule
from muster.model.finding import Suppression
from muster.stack.alerting.scan_news import announced_now
from muster.stack.documents.summary import CheckTotals, ReportDocument, Summary
from tests.unit.stack.summaries import SUMMARY

TODAY = SUMMARY.started_at.date()


def rule(check: str, until: date) -> SuppressionRule:
    return SuppressionRule(check, Suppression("r", "o", until.isoformat()), "*")


OVER = rule("over", TODAY.replace(year=TODAY.year - 1))
USED = rule("used", TODAY.replace(year=TODAY.year + 1))
UNUSED = rule("unused", TODAY.replace(year=TODAY.year + 1))
UNREAD = rule("unread", TODAY.replace(year=TODAY.year + 1))
TODAY_LAST = rule("used", TODAY)
CONFIGURATION = Configuration(suppressions=(OVER, USED, UNUSED, UNREAD))


def totals(check: str, unread: int = 0) -> CheckTotals:
    return CheckTotals(check, "HIGH", 1, 1, 0, unread, 0)


SCAN = replace(
    SUMMARY,
    whole=True,
    complete=True,
    checks=(totals("over"), totals("used"), totals("unused"), totals("unread", 1)),
    suppressions={OVER.key: 3, USED.key: 2},
    left_out={},
)


def states(summary: Summary, report: ReportDocument | None = None, *before: str) -> list[tuple[str, str, int]]:
    found = announced_now(CONFIGURATION, summary, report, before)
    return [(each.state, each.check_id, each.count) for each in found.acceptances]


def test_what_ended_and_what_accepts_nothing_is_announced() -> None:
    assert states(SCAN) == [("ended", "over", 3), ("stale", "unused", 0)]


@pytest.mark.parametrize("changed", [{"whole": False}, {"complete": False}])
def test_a_scan_that_did_not_see_everything_calls_nothing_stale(changed: dict[str, bool]) -> None:
    assert states(replace(SCAN, **changed)) == [("ended", "over", 3)]


def test_counts_that_the_summary_leaves_out_are_taken_from_the_report() -> None:
    short = replace(SCAN, suppressions={}, left_out={"suppressions": 2})
    assert states(short) == [("ended", "over", 0)]
    report = ReportDocument.__new__(ReportDocument)
    object.__setattr__(report, "summary", SCAN)
    assert states(short, report) == states(SCAN)


def test_what_was_announced_is_not_announced_again() -> None:
    remembered = announced_now(CONFIGURATION, SCAN, None, ()).remember
    assert states(SCAN, None, *remembered) == []


def test_a_suppression_has_not_ended_for_a_scan_of_its_last_day() -> None:
    """Its failures are suppressed in that scan, whenever its alert is sent."""
    configuration = Configuration(suppressions=(TODAY_LAST,))
    summary = replace(SCAN, suppressions={TODAY_LAST.key: 1})
    (found,) = announced_now(configuration, summary, None, ()).acceptances
    assert (found.state, found.count) == ("ending", 1)
