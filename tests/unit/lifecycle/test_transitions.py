"""A finding's life between scans."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
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
    State,
    Subject,
    first_seen,
    reconcile,
    seen,
    seen_row,
    worst_first,
)
from muster.model.finding import Finding, Resource, Severity, Status, Suppression

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
    """Run a scan for each state and return the last memory and the events of each scan."""
    memory: CheckHistory | None = None
    told = []
    for number, state in enumerate(states):
        settled = reconcile(memory, saw(state), f"scan{number}", START + number * HOURS, everything)
        memory = settled.memory
        told.append([change.event for change in settled.changes])
    return memory, told


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
    first = reconcile(None, saw(O), "scan0", START, everything)
    second = reconcile(first.memory, saw(O), "scan1", START + HOURS, everything)
    assert (first.baseline, second.baseline) == (True, False)


def test_a_retry_of_the_first_scan_is_still_the_baseline() -> None:
    first = reconcile(None, saw(O), "scan0", START, everything)
    assert reconcile(first.memory, saw(O), "scan0", START, everything).baseline


def test_what_was_not_looked_at_is_never_resolved() -> None:
    memory, _ = live(O)
    settled = reconcile(memory, {}, "scan1", START + HOURS, nothing)
    assert settled.changes == ()
    assert settled.memory.records["f"].state is State.OPEN


def test_an_older_scan_that_ends_late_changes_nothing() -> None:
    memory, _ = live(F, O)
    late = reconcile(memory, {}, "older", START - HOURS, everything)
    assert late.memory == memory
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
    memory, _ = live(*states)
    assert memory is not None
    assert memory.records["f"].first_seen == START + since * HOURS


@pytest.mark.parametrize("past", [timedelta(0), timedelta(seconds=1)])
def test_a_resolved_finding_is_forgotten_after_90_days(past: timedelta) -> None:
    memory, _ = live(O, F)
    later = reconcile(memory, {}, "late", START + HOURS + timedelta(days=90) + past, everything)
    assert bool(later.memory.records) is not bool(past)


@pytest.mark.parametrize("state", [O, U, S])
def test_what_is_not_resolved_is_never_forgotten(state: State) -> None:
    memory, _ = live(state)
    later = reconcile(memory, saw(state), "late", START + 2 * FORGET, everything)
    assert later.memory.records["f"].state is state
    assert later.changes == ()


def test_what_was_never_more_than_unread_is_not_remembered_once_it_is_fine() -> None:
    memory, _ = live(U, F, F)
    assert memory is not None
    assert memory.records == {}


def test_what_is_remembered_of_a_failure_is_how_it_was_last_seen() -> None:
    memory, _ = live(O)
    graver = replace(subject(), severity="CRITICAL")
    settled = reconcile(memory, {"f": Observation(O, graver, "because")}, "scan1", START + HOURS, everything)
    assert settled.memory.records["f"].subject == graver


states = st.sampled_from([O, U, S, F])


@given(history=st.lists(states, max_size=5), attempts=st.lists(states, min_size=1, max_size=4))
def test_however_often_a_scan_is_tried_the_outcome_is_that_of_its_last_attempt(
    history: list[State], attempts: list[State]
) -> None:
    before, _ = live(*history)
    at = START + 10 * HOURS
    tried = before
    for state in attempts:
        last = reconcile(tried, saw(state), "this", at, everything)
        tried = last.memory
    once = reconcile(before, saw(attempts[-1]), "this", at, everything)
    assert set(last.changes) == set(once.changes)
    assert _plain(last.memory.records) == _plain(once.memory.records)


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
    before = reconcile(None, both(), "scan0", START, everything).memory
    settled = reconcile(before, {}, "scan1", START + HOURS, everything, only(VOLUME))
    assert [(change.event, change.subject.resource_type) for change in settled.changes] == [(Event.RESOLVED, VOLUME)]
    assert settled.memory.records[VOLUME].state is State.RESOLVED
    assert settled.memory.records[SNAPSHOT] == before.records[SNAPSHOT]


@pytest.mark.parametrize("order", [(VOLUME, SNAPSHOT), (SNAPSHOT, VOLUME)])
def test_two_shards_of_one_scan_settle_a_memory_as_one_shard_does(order: tuple[str, str]) -> None:
    before = reconcile(None, both(), "scan0", START, everything).memory
    found = {SNAPSHOT: Observation(S, of(SNAPSHOT), "accepted")}
    whole = reconcile(before, found, "scan1", START + HOURS, everything)
    memory, told = before, set()
    for kind in order:
        mine = {key: one for key, one in found.items() if key == kind}
        settled = reconcile(memory, mine, "scan1", START + HOURS, everything, only(kind))
        memory, told = settled.memory, told | set(settled.changes)
    assert memory == whole.memory
    assert told == set(whole.changes)


def test_a_shard_that_is_tried_again_after_the_other_one_settled_undoes_nothing_of_it() -> None:
    before = reconcile(None, both(), "scan0", START, everything).memory
    at = START + HOURS
    first = reconcile(before, {}, "scan1", at, everything, only(VOLUME))
    second = reconcile(first.memory, {}, "scan1", at, everything, only(SNAPSHOT))
    again = reconcile(second.memory, {}, "scan1", at, everything, only(VOLUME))
    assert again.changes == first.changes
    assert again.memory == second.memory


def test_the_first_look_of_two_shards_is_a_baseline_for_both() -> None:
    first = reconcile(None, {VOLUME: both()[VOLUME]}, "scan0", START, everything, only(VOLUME))
    second = reconcile(first.memory, {SNAPSHOT: both()[SNAPSHOT]}, "scan0", START, everything, only(SNAPSHOT))
    assert (first.baseline, second.baseline) == (True, True)
    assert second.memory.records.keys() == {VOLUME, SNAPSHOT}


def test_what_a_shard_does_not_own_is_not_forgotten_by_it() -> None:
    memory = reconcile(None, both(), "scan0", START, everything).memory
    memory = reconcile(memory, {}, "scan1", START + HOURS, everything).memory
    late = reconcile(memory, {}, "late", START + HOURS + FORGET + timedelta(seconds=1), everything, only(VOLUME))
    assert late.memory.records.keys() == {SNAPSHOT}


def row(status: str, **changed: Any) -> dict[str, Any]:
    told = {name: getattr(subject(), name) for name in Subject.__dataclass_fields__}
    return {**told, "status": status, "suppression": None, "reason": "because", "more": "columns", **changed}


@pytest.mark.parametrize(
    ("status", "suppression", "state"),
    [
        pytest.param("NON_COMPLIANT", None, O, id="a failure"),
        pytest.param("NON_COMPLIANT", {"owner": "web"}, S, id="an accepted failure"),
        pytest.param("INSUFFICIENT_DATA", None, U, id="what could not be read"),
        pytest.param("INSUFFICIENT_DATA", {"owner": "web"}, U, id="what could not be read whatever was accepted"),
    ],
)
def test_a_row_of_the_findings_is_remembered_as_its_finding(
    status: str, suppression: dict[str, str] | None, state: State
) -> None:
    assert seen_row(row(status, suppression=suppression)) == Observation(state, subject(), "because")


@pytest.mark.parametrize("status", ["COMPLIANT", "NOT_APPLICABLE"])
def test_a_row_of_what_is_fine_is_not_remembered(status: str) -> None:
    assert seen_row(row(status)) is None


def test_a_resource_without_an_arn_is_remembered_without_one() -> None:
    noted = seen_row(row("NON_COMPLIANT", resource_arn=None))
    assert noted is not None
    assert noted.subject == replace(subject(), resource_arn="")


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
FINE = [Status.COMPLIANT, Status.NOT_APPLICABLE]


@pytest.mark.parametrize(
    ("finding", "state"),
    [
        pytest.param(FAILURE, O, id="a failure"),
        pytest.param(replace(FAILURE, suppression=ACCEPTED), S, id="an accepted failure"),
        pytest.param(replace(FAILURE, status=Status.INSUFFICIENT_DATA), U, id="what could not be read"),
    ],
)
def test_a_finding_is_remembered_with_what_must_be_told_of_it_later(finding: Finding, state: State) -> None:
    assert seen(finding) == Observation(state, subject(), "because")


def test_a_finding_of_what_has_no_arn_is_remembered_without_one() -> None:
    account = Resource("AWS::Account", "111122223333", "111122223333", "eu-west-1")
    noted = seen(replace(FAILURE, resource=account))
    assert noted is not None
    assert noted.subject.resource_arn == ""


@pytest.mark.parametrize("status", FINE)
def test_a_finding_that_is_fine_is_not_remembered(status: Status) -> None:
    assert seen(replace(FAILURE, status=status)) is None


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
    memory, _ = live(*states)
    assert first_seen(memory, FAILURE, "this") == START + since * HOURS


def test_a_scan_that_is_tried_again_does_not_take_its_own_word_for_the_past() -> None:
    memory, _ = live(O, F)
    tried = reconcile(memory, saw(O), "this", START + 5 * HOURS, everything).memory
    assert first_seen(tried, FAILURE, "this") == FAILURE.observed_at


@pytest.mark.parametrize("status", FINE)
def test_what_is_fine_fails_since_never(status: Status) -> None:
    memory, _ = live(O)
    assert first_seen(memory, replace(FAILURE, status=status), "this") is None


def test_changes_are_told_by_severity_then_check_then_resource() -> None:
    def change(severity: str, check_id: str, name: str) -> Change:
        about = replace(subject(name), severity=severity, check_id=check_id)
        return Change(Event.OPENED, f"{check_id}/{name}", about, "because", START)

    told = [change("HIGH", "b", "z"), change("HIGH", "c", "a"), change("HIGH", "c", "b"), change("LOW", "a", "a")]
    assert worst_first(reversed(told), {"LOW": 1, "HIGH": 3}.__getitem__) == told
    assert worst_first([told[2], told[0], told[3], told[1]], {"LOW": 1, "HIGH": 3}.__getitem__) == told
