"""A finding's life between scans."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.lifecycle.transitions import (
    FORGET,
    Change,
    CheckHistory,
    Event,
    Observation,
    ShardScope,
    State,
    Subject,
    first_seen,
    observation,
    reconcile,
    worst_first,
)
from muster.model.finding import Finding, Resource, Severity, Status, Suppression
from muster.reports.schema import Row
from muster.reports.tables import FINDINGS, ScanHeader, finding_row
from muster.storage import parquet

START = datetime(2026, 11, 1, 6, tzinfo=UTC)
HOURS = timedelta(hours=6)


def subject(name: str = "a") -> Subject:
    return Subject(
        "check", "X should be", "HIGH", "AWS::S3::Bucket", name, f"arn:aws:s3:::{name}", "111122223333", "eu-west-1"
    )


def saw(state: State) -> dict[str, Observation]:
    return {} if state is State.FINE else {"f": Observation(state, subject(), "because")}


def everything(_subject: Subject) -> bool:
    return True


def nothing(_subject: Subject) -> bool:
    return False


def live(*states: State) -> tuple[CheckHistory | None, list[list[Event]]]:
    """Run a scan for each state and return the last history and the events of each scan."""
    history: CheckHistory | None = None
    told = []
    for number, state in enumerate(states):
        settled = reconcile(history, saw(state), ShardScope(f"scan{number}", START + number * HOURS, everything))
        history = settled.history
        told.append([change.event for change in settled.changes])
    return history, told


O, U, S, F = State.OPEN, State.UNREAD, State.SUPPRESSED, State.FINE  # noqa: E741 - four letters, four states


@pytest.mark.parametrize(
    ("states", "told"),
    [
        pytest.param([F, O], [[], [Event.OPENED]], id="a new failure is opened"),
        pytest.param([O, O, O], [[Event.OPENED], [], []], id="what still fails is not told again"),
        pytest.param([O, F], [[Event.OPENED], [Event.RESOLVED]], id="a failure that ends is resolved"),
        pytest.param([O, F, F], [[Event.OPENED], [Event.RESOLVED], []], id="it is resolved once"),
        pytest.param(
            [O, F, O], [[Event.OPENED], [Event.RESOLVED], [Event.REOPENED]], id="a failure that returns is reopened"
        ),
        pytest.param([F, U], [[], [Event.UNREADABLE]], id="what cannot be read any more is told"),
        pytest.param([U, U], [[Event.UNREADABLE], []], id="what stays unreadable is told once"),
        pytest.param([U, F], [[Event.UNREADABLE], []], id="what can be read again and is fine is not told"),
        pytest.param([O, U, O], [[Event.OPENED], [Event.UNREADABLE], []], id="it failed before it was unread: no news"),
        pytest.param(
            [O, U, F], [[Event.OPENED], [Event.UNREADABLE], [Event.RESOLVED]], id="resolved while nobody could look"
        ),
        pytest.param([U, O], [[Event.UNREADABLE], [Event.OPENED]], id="it never failed before it was unread: news"),
        pytest.param([O, S], [[Event.OPENED], [Event.SUPPRESSED]], id="an accepted failure is suppressed"),
        pytest.param([S, S], [[], []], id="a suppressed failure is silent from the start"),
        pytest.param([S, O], [[], [Event.REOPENED]], id="when the suppression expires it is open again"),
        pytest.param([S, F], [[], []], id="a suppressed failure ends in silence"),
        pytest.param([O, S, F], [[Event.OPENED], [Event.SUPPRESSED], []], id="an accepted failure ends in silence too"),
        pytest.param(
            [O, S, O], [[Event.OPENED], [Event.SUPPRESSED], [Event.REOPENED]], id="what was accepted is open again"
        ),
        pytest.param(
            [O, S, U, O],
            [[Event.OPENED], [Event.SUPPRESSED], [Event.UNREADABLE], [Event.OPENED]],
            id="what was accepted is open again though nobody could look when the suppression ended",
        ),
        pytest.param(
            [O, S, U, F],
            [[Event.OPENED], [Event.SUPPRESSED], [Event.UNREADABLE], []],
            id="what was accepted ends in silence though nobody could look meanwhile",
        ),
        pytest.param([S, F, O], [[], [], [Event.REOPENED]], id="a failure that was accepted, ended and returns"),
        pytest.param([U, F, O], [[Event.UNREADABLE], [], [Event.OPENED]], id="it never failed before it was fine"),
        pytest.param(
            [O, U, F, O],
            [[Event.OPENED], [Event.UNREADABLE], [Event.RESOLVED], [Event.REOPENED]],
            id="resolved while nobody could look, it returns",
        ),
        pytest.param(
            [O, F, U, F],
            [[Event.OPENED], [Event.RESOLVED], [Event.UNREADABLE], []],
            id="what was resolved before it was unread is not resolved twice",
        ),
    ],
)
def test_what_is_told(states: list[State], told: list[list[Event]]) -> None:
    assert live(*states)[1] == told


def test_the_first_look_is_a_baseline_and_the_second_is_not() -> None:
    first = reconcile(None, saw(O), ShardScope("scan0", START, everything))
    second = reconcile(first.history, saw(O), ShardScope("scan1", START + HOURS, everything))
    assert (first.baseline, second.baseline) == (True, False)


def test_a_retry_of_the_first_scan_is_still_the_baseline() -> None:
    first = reconcile(None, saw(O), ShardScope("scan0", START, everything))
    assert reconcile(first.history, saw(O), ShardScope("scan0", START, everything)).baseline


def test_what_was_not_looked_at_is_never_resolved() -> None:
    history, _ = live(O)
    settled = reconcile(history, {}, ShardScope("scan1", START + HOURS, nothing))
    assert settled.changes == ()
    assert settled.history.findings["f"].state is State.OPEN


def test_an_older_scan_that_ends_late_changes_nothing() -> None:
    history, _ = live(F, O)
    late = reconcile(history, {}, ShardScope("older", START - HOURS, everything))
    assert late.history == history
    assert late.changes == ()
    assert not late.baseline


@pytest.mark.parametrize(
    ("states", "since"),
    [
        pytest.param([O, O, U, O], 0, id="it failed all along, as far as anybody could see"),
        pytest.param([O, S, O], 0, id="it failed while it was accepted too"),
        pytest.param([O, F, O], 2, id="it was fine in between"),
        pytest.param([U, O], 1, id="nobody knows of before"),
    ],
)
def test_first_seen_is_when_it_began_to_fail(states: list[State], since: int) -> None:
    history, _ = live(*states)
    assert history is not None
    assert history.findings["f"].first_seen == START + since * HOURS


@pytest.mark.parametrize("past", [timedelta(0), timedelta(seconds=1)])
def test_a_resolved_finding_is_forgotten_after_90_days(past: timedelta) -> None:
    history, _ = live(O, F)
    later = reconcile(history, {}, ShardScope("late", START + HOURS + timedelta(days=90) + past, everything))
    assert bool(later.history.findings) is not bool(past)


@pytest.mark.parametrize("state", [O, U, S])
def test_what_is_not_resolved_is_never_forgotten(state: State) -> None:
    history, _ = live(state)
    later = reconcile(history, saw(state), ShardScope("late", START + 2 * FORGET, everything))
    assert later.history.findings["f"].state is state
    assert later.changes == ()


def test_what_was_never_more_than_unread_is_not_remembered_once_it_is_fine() -> None:
    history, _ = live(U, F, F)
    assert history is not None
    assert history.findings == {}


def test_what_is_remembered_of_a_failure_is_how_it_was_last_seen() -> None:
    history, _ = live(O)
    graver = replace(subject(), severity="CRITICAL")
    settled = reconcile(
        history, {"f": Observation(O, graver, "because")}, ShardScope("scan1", START + HOURS, everything)
    )
    assert settled.history.findings["f"].subject == graver


states = st.sampled_from([O, U, S, F])


@given(history=st.lists(states, max_size=5), attempts=st.lists(states, min_size=1, max_size=4))
def test_however_often_a_scan_is_tried_the_outcome_is_that_of_its_last_attempt(
    history: list[State], attempts: list[State]
) -> None:
    before, _ = live(*history)
    at = START + 10 * HOURS
    tried = before
    for state in attempts:
        last = reconcile(tried, saw(state), ShardScope("this", at, everything))
        tried = last.history
    once = reconcile(before, saw(attempts[-1]), ShardScope("this", at, everything))
    assert set(last.changes) == set(once.changes)
    assert _plain(last.history.findings) == _plain(once.history.findings)


def _plain(records: Mapping[str, object]) -> dict[str, object]:
    return {key: record for key, record in records.items() if getattr(record, "state", None) is not State.FINE}


@given(history=st.lists(states, max_size=6), state=states)
def test_a_second_scan_of_an_unchanged_estate_is_silent(history: list[State], state: State) -> None:
    _, told = live(*history, state, state)
    assert told[-1] == []


VOLUME, SNAPSHOT = "AWS::EC2::Volume", "AWS::EC2::Snapshot"


def of(kind: str) -> Subject:
    return replace(subject(kind), resource_type=kind)


def both(state: State = O) -> dict[str, Observation]:
    return {kind: Observation(state, of(kind), "because") for kind in (VOLUME, SNAPSHOT)}


def only(kind: str) -> Any:
    return lambda told: told.resource_type == kind


def test_a_shard_resolves_what_it_owns_and_leaves_the_rest_to_those_who_share_the_memory() -> None:
    before = reconcile(None, both(), ShardScope("scan0", START, everything)).history
    settled = reconcile(before, {}, ShardScope("scan1", START + HOURS, everything, only(VOLUME)))
    assert [(change.event, change.subject.resource_type) for change in settled.changes] == [(Event.RESOLVED, VOLUME)]
    assert settled.history.findings[VOLUME].state is State.RESOLVED
    assert settled.history.findings[SNAPSHOT] == before.findings[SNAPSHOT]


@pytest.mark.parametrize("order", [(VOLUME, SNAPSHOT), (SNAPSHOT, VOLUME)])
def test_two_shards_of_one_scan_settle_a_memory_as_one_shard_does(order: tuple[str, str]) -> None:
    before = reconcile(None, both(), ShardScope("scan0", START, everything)).history
    found = {SNAPSHOT: Observation(S, of(SNAPSHOT), "accepted")}
    whole = reconcile(before, found, ShardScope("scan1", START + HOURS, everything))
    history, told = before, set()
    for kind in order:
        mine = {key: one for key, one in found.items() if key == kind}
        settled = reconcile(history, mine, ShardScope("scan1", START + HOURS, everything, only(kind)))
        history, told = settled.history, told | set(settled.changes)
    assert history == whole.history
    assert told == set(whole.changes)


def test_a_shard_that_is_tried_again_after_the_other_one_settled_undoes_nothing_of_it() -> None:
    before = reconcile(None, both(), ShardScope("scan0", START, everything)).history
    at = START + HOURS
    first = reconcile(before, {}, ShardScope("scan1", at, everything, only(VOLUME)))
    second = reconcile(first.history, {}, ShardScope("scan1", at, everything, only(SNAPSHOT)))
    again = reconcile(second.history, {}, ShardScope("scan1", at, everything, only(VOLUME)))
    assert again.changes == first.changes
    assert again.history == second.history


def test_the_first_look_of_two_shards_is_a_baseline_for_both() -> None:
    first = reconcile(None, {VOLUME: both()[VOLUME]}, ShardScope("scan0", START, everything, only(VOLUME)))
    second = reconcile(
        first.history, {SNAPSHOT: both()[SNAPSHOT]}, ShardScope("scan0", START, everything, only(SNAPSHOT))
    )
    assert (first.baseline, second.baseline) == (True, True)
    assert second.history.findings.keys() == {VOLUME, SNAPSHOT}


def test_what_a_shard_does_not_own_is_not_forgotten_by_it() -> None:
    history = reconcile(None, both(), ShardScope("scan0", START, everything)).history
    history = reconcile(history, {}, ShardScope("scan1", START + HOURS, everything)).history
    late = reconcile(
        history, {}, ShardScope("late", START + HOURS + FORGET + timedelta(seconds=1), everything, only(VOLUME))
    )
    assert late.history.findings.keys() == {SNAPSHOT}


FAILURE = Finding(
    finding_id="f",
    check_id="check",
    check_version=1,
    title="X should be",
    severity=Severity.HIGH,
    status=Status.NON_COMPLIANT,
    reason="because",
    resource=Resource("AWS::S3::Bucket", "a", "111122223333", "eu-west-1", arn="arn:aws:s3:::a"),
    service="s3",
    observed_at=START + 10 * HOURS,
)
ACCEPTED = Suppression(reason="a scratch bucket", owner="data", expires="2027-03-31")
UNREAD = replace(FAILURE, status=Status.INSUFFICIENT_DATA)
FINE = [Status.COMPLIANT, Status.NOT_APPLICABLE]


def row(finding: Finding) -> Row:
    return finding_row(finding, ScanHeader("scan", "manual", START), "shard")


@pytest.mark.parametrize(
    ("finding", "state"),
    [
        pytest.param(FAILURE, O, id="a failure"),
        pytest.param(replace(FAILURE, suppression=ACCEPTED), S, id="a suppressed failure"),
        pytest.param(UNREAD, U, id="unread"),
        pytest.param(replace(UNREAD, suppression=ACCEPTED), U, id="unread and suppressed"),
    ],
)
def test_a_row_is_reduced_to_what_is_remembered(finding: Finding, state: State) -> None:
    assert observation(row(finding)) == Observation(state, subject(), "because")


@pytest.mark.parametrize("finding", [FAILURE, replace(FAILURE, suppression=ACCEPTED), UNREAD])
def test_a_row_that_was_stored_gives_the_same_observation(finding: Finding, tmp_path: Path) -> None:
    parquet.write(tmp_path / "part", FINDINGS, [row(finding)])
    (stored,) = parquet.read(tmp_path / "part")
    assert observation(stored) == observation(row(finding))


def test_a_resource_without_an_arn_is_remembered_without_one() -> None:
    account = Resource("AWS::Account", "111122223333", "111122223333", "eu-west-1")
    noted = observation(row(replace(FAILURE, resource=account)))
    assert noted is not None
    assert noted.subject.resource_arn == ""


@pytest.mark.parametrize("status", FINE)
def test_a_row_that_is_fine_is_not_remembered(status: Status) -> None:
    assert observation(row(replace(FAILURE, status=status))) is None


@pytest.mark.parametrize(
    ("states", "since"),
    [
        pytest.param([O], 0, id="it failed before"),
        pytest.param([O, U], 0, id="it failed before nobody could look"),
        pytest.param([O, S], 0, id="it failed before it was accepted"),
        pytest.param([U], 10, id="it was only unread before"),
        pytest.param([O, F], 10, id="it was fine in between"),
        pytest.param([F], 10, id="it was fine before"),
        pytest.param([], 10, id="nobody looked before"),
    ],
)
def test_a_finding_says_since_when_it_fails(states: list[State], since: int) -> None:
    history, _ = live(*states)
    assert first_seen(history, FAILURE, "this") == START + since * HOURS


def test_a_scan_that_is_tried_again_does_not_take_its_own_word_for_the_past() -> None:
    history, _ = live(O, F)
    tried = reconcile(history, saw(O), ShardScope("this", START + 5 * HOURS, everything)).history
    assert first_seen(tried, FAILURE, "this") == FAILURE.observed_at


@pytest.mark.parametrize("status", FINE)
def test_what_is_fine_fails_since_never(status: Status) -> None:
    history, _ = live(O)
    assert first_seen(history, replace(FAILURE, status=status), "this") is None


def test_changes_are_told_by_severity_then_check_then_resource() -> None:
    def change(severity: str, check_id: str, name: str) -> Change:
        about = replace(subject(name), severity=severity, check_id=check_id)
        return Change(Event.OPENED, f"{check_id}/{name}", about, "because", START)

    told = [change("HIGH", "b", "z"), change("HIGH", "c", "a"), change("HIGH", "c", "b"), change("LOW", "a", "a")]
    assert worst_first(reversed(told)) == told
    assert worst_first([told[2], told[0], told[3], told[1]]) == told
