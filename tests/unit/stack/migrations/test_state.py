"""What changed between two validations of a migration, and the message about it."""

from dataclasses import replace
from typing import Any

import pytest

from muster.errors import EventError
from muster.migration.report.report import MigrationReport, Parity
from muster.model.finding import Status
from muster.stack.migrations import news
from muster.stack.migrations.state import MigrationState, compared
from muster.stack.migrations.validate import event_of
from tests.unit.migration.report.test_report import entry, report, table

STATUSES = (Status.COMPLIANT, Status.NON_COMPLIANT, Status.INSUFFICIENT_DATA)
P, F, U = STATUSES


def made(*statuses: Status) -> MigrationReport:
    """Return a report with a finding of each status, in this order."""
    each = entry(table())
    first = each.findings[0]
    findings = tuple(
        replace(first, finding_id=str(place), status=status, reason=f"reason {place}")
        for place, status in enumerate(statuses)
    )
    whole = report(replace(each, findings=findings, repairs=((),) * len(findings)))
    return replace(whole, region=replace(whole.region, findings=(), repairs=()))


def run(*reports: MigrationReport) -> list[Any]:
    """Return the change of each validation, one after another."""
    last: MigrationState | None = None
    changes = []
    for each in reports:
        change, state = compared(each, "key", last)
        last = MigrationState.from_json(state.to_json())
        changes.append(change)
    return changes


@pytest.mark.parametrize(
    ("statuses", "sent"),
    [
        ([[P]], [False]),
        ([[F]], [True]),
        ([[F], [F]], [True, False]),
        ([[F], [P]], [True, True]),
        ([[P], [F], [F, P], [F, F]], [False, True, False, True]),
        ([[P], [U], [U], [P]], [False, True, False, True]),
        ([[F], [U], [F]], [True, False, False]),
        ([[F], [U], [P]], [True, False, True]),
    ],
    ids=["parity", "failure", "still", "fixed", "another", "unread", "unread between", "fixed after unread"],
)
def test_only_changes_are_sent(statuses: list[list[Status]], sent: list[bool]) -> None:
    assert [each.worth_a_message for each in run(*(made(*each) for each in statuses))] == sent


def test_a_failure_that_could_not_be_looked_at_again_still_fails() -> None:
    (_, change) = run(made(F), made(U))
    assert (change.after, change.fixed) == (Parity.NO, 0)


def test_the_message_has_what_opened_and_where_the_report_is() -> None:
    whole = made(F, U)
    (change,) = run(whole)
    text = news.message(whole, change, "s3://bucket/migrations/wave-1/x.json")
    (opened,) = change.opened
    assert f"New failures (1):\n  {opened.severity} orders-eu: reason 0" in text
    assert "1 comparison could not be made, which never counts as a match:" in text
    assert text.endswith("Report: s3://bucket/migrations/wave-1/x.json\n")


def test_a_subject_is_ascii_on_one_line_and_short_enough() -> None:
    name, reason = "wäve\n" + "x" * 200, "it is wrong"
    subject, _ = news.wrong_file(name, reason)
    assert subject.isascii()
    assert subject.isprintable()
    assert len(subject) <= news.SUBJECT


def test_a_message_lists_a_few_failures_and_counts_the_rest() -> None:
    whole = made(*[F] * 25)
    (change,) = run(whole)
    assert "  … and 5 more" in news.message(whole, change, "s3://b/k")


@pytest.mark.parametrize("event", [None, [], {"batch": 1}, {"batch": "a b"}])
def test_another_event_is_refused(event: Any) -> None:
    with pytest.raises(EventError, match="validate_migration is invoked with"):
        event_of(event)


@pytest.mark.parametrize(("event", "batch"), [({}, ""), ({"batch": "wave-1"}, "wave-1"), ({"scheduled": True}, "")])
def test_an_event_names_a_batch_or_all(event: Any, batch: str) -> None:
    assert event_of(event).batch == batch
