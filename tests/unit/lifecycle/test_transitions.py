"""A finding's life between scans."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.lifecycle.transitions import (
    FORGET,
    Change,
    CheckHistory,
    Event,
    Kind,
    Look,
    Observation,
    State,
    Subject,
    TrackedFinding,
    failed_since,
    looked,
    looked_later,
    reconcile,
    state_of,
    weight,
)
from muster.model.finding import Status

START = datetime(2026, 11, 1, 6, tzinfo=UTC)
HOURS = timedelta(hours=6)
KIND = Kind("eu-west-1.s3", "check", "X should be", "HIGH", "AWS::S3::Bucket", "111122223333", "eu-west-1")


def subject(name: str = "a") -> Subject:
    return Subject(KIND, name, f"arn:aws:s3:::{name}")


def saw(state: State) -> Observation | None:
    return None if state is State.FINE else Observation(state, subject(), "because")


def scan(number: int, *, thorough: bool = True) -> Look:
    return Look(f"scan{number}", START + number * HOURS, thorough)


def live(*states: State) -> tuple[TrackedFinding | None, list[list[Event]]]:
    """Run a scan for each state and return what is remembered at the end and the events of each scan."""
    tracked: TrackedFinding | None = None
    events = []
    for number, state in enumerate(states):
        tracked, change = reconcile("f", tracked, saw(state), scan(number))
        events.append([change.event] if change else [])
    return tracked, events


def remembered(*states: State) -> TrackedFinding:
    tracked, _ = live(*states)
    assert tracked is not None
    return tracked


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


def test_a_change_says_what_changed_where_and_why() -> None:
    look = Look("scan0", START, shard="111122223333.eu-west-1.s3")
    _, change = reconcile("f", None, saw(O), look)
    assert change == Change(Event.OPENED, "f", subject(), "because", START, "111122223333.eu-west-1.s3")


def test_a_resource_that_is_gone_is_resolved_under_its_last_name() -> None:
    _, change = reconcile("f", remembered(O), None, scan(1))
    assert change == Change(Event.RESOLVED, "f", subject(), "it complies now, or is gone", START)


def test_what_was_not_looked_at_is_never_resolved() -> None:
    before = remembered(O)
    assert reconcile("f", before, None, scan(1, thorough=False)) == (before, None)


def test_a_listing_that_ended_early_still_reports_what_it_saw() -> None:
    after, change = reconcile("f", None, saw(O), scan(1, thorough=False))
    assert after is not None
    assert change is not None
    assert (after.state, change.event) == (O, Event.OPENED)


@pytest.mark.parametrize(("hours", "later"), [(-1, False), (0, False), (1, True)])
def test_a_check_that_a_later_scan_looked_at_is_left_to_it(hours: int, later: bool) -> None:
    assert looked_later(CheckHistory("other", START + hours * HOURS, "other"), START) is later


def test_nobody_looked_later_at_a_check_that_nobody_looked_at() -> None:
    assert looked_later(None, START) is False


def test_the_first_scan_that_looked_at_a_check_is_remembered_however_often_it_is_tried() -> None:
    first = looked(None, "scan0", START)
    assert first == looked(first, "scan0", START) == CheckHistory("scan0", START, "scan0")
    assert looked(first, "scan1", START + HOURS) == CheckHistory("scan1", START + HOURS, "scan0")


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
    assert remembered(*states).first_seen == START + since * HOURS


@pytest.mark.parametrize("past", [timedelta(0), timedelta(seconds=1)])
def test_a_resolved_finding_is_forgotten_after_90_days(past: timedelta) -> None:
    late = Look("late", START + HOURS + timedelta(days=90) + past)
    after, _ = reconcile("f", remembered(O, F), None, late)
    assert bool(after) is not bool(past)


@pytest.mark.parametrize("state", [O, U, S])
def test_what_is_not_resolved_is_never_forgotten(state: State) -> None:
    after, change = reconcile("f", remembered(state), saw(state), Look("late", START + 2 * FORGET))
    assert after is not None
    assert (after.state, change) == (state, None)


def test_what_was_never_more_than_unread_is_not_remembered_once_it_is_fine() -> None:
    assert live(U, F, F)[0] is None


def test_what_is_remembered_of_a_failure_is_how_it_was_last_seen() -> None:
    graver = subject()._replace(kind=KIND._replace(severity="CRITICAL"))
    after, change = reconcile("f", remembered(O), Observation(O, graver, "because"), scan(1))
    assert after is not None
    assert (after.subject, change) == (graver, None)


states = st.sampled_from([O, U, S, F])


@given(history=st.lists(states, max_size=5), attempts=st.lists(states, min_size=1, max_size=4))
def test_however_often_a_scan_is_tried_the_outcome_is_that_of_its_last_attempt(
    history: list[State], attempts: list[State]
) -> None:
    before, _ = live(*history)
    tried, changes = before, []
    for state in attempts:
        tried, change = reconcile("f", tried, saw(state), scan(10))
        changes.append(change)
    once, change = reconcile("f", before, saw(attempts[-1]), scan(10))
    assert changes[-1] == change
    assert _plain(tried) == _plain(once)


def _plain(tracked: TrackedFinding | None) -> TrackedFinding | None:
    """Leave out what is only kept for a retry."""
    return None if tracked is None or tracked.state is State.FINE else tracked


@given(history=st.lists(states, max_size=5), attempts=st.lists(states, max_size=3), after=states)
def test_the_scan_after_one_that_was_tried_often_reports_as_if_it_had_been_tried_once(
    history: list[State], attempts: list[State], after: State
) -> None:
    before, _ = live(*history)
    tried = before
    for state in [*attempts, O]:
        tried, _ = reconcile("f", tried, saw(state), scan(10))
    once, _ = reconcile("f", before, saw(O), scan(10))
    assert reconcile("f", tried, saw(after), scan(11)) == reconcile("f", once, saw(after), scan(11))


@given(history=st.lists(states, max_size=6), state=states)
def test_a_second_scan_of_an_unchanged_estate_is_silent(history: list[State], state: State) -> None:
    _, told = live(*history, state, state)
    assert told[-1] == []


@pytest.mark.parametrize(
    ("status", "suppressed", "state"),
    [
        pytest.param(Status.NON_COMPLIANT, False, O, id="a failure"),
        pytest.param(Status.NON_COMPLIANT, True, S, id="a suppressed failure"),
        pytest.param(Status.INSUFFICIENT_DATA, False, U, id="unread"),
        pytest.param(Status.INSUFFICIENT_DATA, True, U, id="unread and suppressed"),
        pytest.param(Status.COMPLIANT, False, F, id="compliant"),
        pytest.param(Status.NOT_APPLICABLE, False, F, id="not applicable"),
    ],
)
def test_the_state_of_a_finding_follows_from_its_status(status: Status, *, suppressed: bool, state: State) -> None:
    assert state_of(status, suppressed=suppressed) is state


@pytest.mark.parametrize(
    ("states", "since"),
    [
        pytest.param([O], 0, id="it failed before"),
        pytest.param([O, U], 0, id="it failed before nobody could look"),
        pytest.param([O, S], 0, id="it failed before it was accepted"),
        pytest.param([U], None, id="it was only unread before"),
        pytest.param([O, F], None, id="it was fine in between"),
        pytest.param([F], None, id="it was fine before"),
        pytest.param([], None, id="nobody looked before"),
    ],
)
def test_a_finding_failed_before_a_scan_since(states: list[State], since: int | None) -> None:
    tracked, _ = live(*states)
    assert failed_since(tracked, "this") == (None if since is None else START + since * HOURS)


def test_a_scan_that_is_tried_again_does_not_take_its_own_word_for_the_past() -> None:
    tried, _ = reconcile("f", remembered(O, F), saw(O), Look("this", START + 5 * HOURS))
    assert failed_since(tried, "this") is None


def test_changes_are_sorted_by_severity_then_check_then_resource() -> None:
    def change(severity: str, check_id: str, name: str) -> Change:
        about = subject(name)._replace(kind=KIND._replace(severity=severity, check_id=check_id))
        return Change(Event.OPENED, f"{check_id}/{name}", about, "because", START)

    told = [change("HIGH", "b", "z"), change("HIGH", "c", "a"), change("HIGH", "c", "b"), change("LOW", "a", "a")]
    assert sorted([told[3], told[2], told[1], told[0]], key=weight) == told
    assert sorted([told[2], told[0], told[3], told[1]], key=weight) == told
