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
)
from muster.model.finding import Status

START = datetime(2026, 11, 1, 6, tzinfo=UTC)
HOURS = timedelta(hours=6)
KIND = Kind("eu-west-1.s3", "check", "X should be", "HIGH", "AWS::S3::Bucket", "111122223333", "eu-west-1")


def subject(name: str = "a") -> Subject:
    return Subject(KIND, name, f"arn:aws:s3:::{name}")


def saw(state: State, until: str = "") -> Observation | None:
    return None if state is State.FINE else Observation(state, subject()._replace(until=until), "because")


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


LETTERS = {
    "-": [],
    "O": [Event.OPENED],
    "A": [Event.REOPENED],
    "R": [Event.RESOLVED],
    "U": [Event.UNREADABLE],
    "S": [Event.SUPPRESSED],
}
"""Events by letter; A is for open again."""
STATES = {"O": O, "U": U, "S": S, "F": F}


@pytest.mark.parametrize(
    ("states", "told"),
    [
        pytest.param("FO", "- O", id="a new failure is opened"),
        pytest.param("OOO", "O - -", id="what still fails is not told again"),
        pytest.param("OF", "O R", id="a failure that ends is resolved"),
        pytest.param("OFF", "O R -", id="it is resolved once"),
        pytest.param("OFO", "O R A", id="a failure that returns is reopened"),
        pytest.param("FU", "- U", id="what cannot be read any more is told"),
        pytest.param("UU", "U -", id="what stays unreadable is told once"),
        pytest.param("UF", "U -", id="what can be read again and is fine is not told"),
        pytest.param("OUO", "O U -", id="it failed before it was unread: no news"),
        pytest.param("OUF", "O U R", id="resolved while nobody could look"),
        pytest.param("UO", "U O", id="it never failed before it was unread: news"),
        pytest.param("OS", "O S", id="an accepted failure is suppressed"),
        pytest.param("SS", "S -", id="a failure that is accepted at first sight is suppressed, once"),
        pytest.param("SO", "S A", id="when nobody accepts it any more it is open again"),
        pytest.param("SF", "S R", id="an accepted failure that ends is resolved"),
        pytest.param("OSF", "O S R", id="an accepted failure that was open ends, too"),
        pytest.param("OSO", "O S A", id="what was accepted is open again"),
        pytest.param("OSUO", "O S U A", id="what was accepted is open again though nobody could look when that ended"),
        pytest.param("OSUF", "O S U R", id="what was accepted is resolved though nobody could look meanwhile"),
        pytest.param("OSUS", "O S U -", id="what was accepted still is"),
        pytest.param("OUS", "O U S", id="a failure is accepted while nobody could look"),
        pytest.param("US", "U S", id="a failure that is seen for the first time is accepted"),
        pytest.param("SFO", "S R A", id="a failure that was accepted, ended and returns"),
        pytest.param("SFS", "S R S", id="a failure returns and is accepted"),
        pytest.param("UFO", "U - O", id="it never failed before it was fine"),
        pytest.param("OUFO", "O U R A", id="resolved while nobody could look, it returns"),
        pytest.param("OFUF", "O R U -", id="what was resolved before it was unread is not resolved twice"),
        pytest.param("OFUO", "O R U A", id="what was resolved before it was unread is open again"),
    ],
)
def test_what_is_told(states: str, told: str) -> None:
    assert live(*(STATES[letter] for letter in states))[1] == [LETTERS[letter] for letter in told.split()]


def test_a_failure_has_expired_when_somebody_moves_the_last_day_into_the_past() -> None:
    tracked, _ = reconcile("f", None, saw(S, "2026-11-30"), scan(-1))
    tracked, change = reconcile("f", tracked, saw(O, "2026-10-15"), scan(0))
    assert change is not None
    assert (change.event, change.subject.until) == (Event.EXPIRED, "2026-10-15")
    assert tracked is not None
    assert tracked.subject.until == ""


@pytest.mark.parametrize(
    ("until", "event"),
    [
        pytest.param("2026-10-31", Event.EXPIRED, id="the last day is over"),
        pytest.param("2026-11-01", Event.REOPENED, id="it would hold today: the entry was taken away"),
        pytest.param("2026-11-30", Event.REOPENED, id="it would hold for long: the entry was taken away"),
        pytest.param("", Event.REOPENED, id="a state of an earlier version does not know the last day"),
    ],
)
@pytest.mark.parametrize("unread", [False, True])
def test_a_failure_whose_suppression_ended_has_expired(until: str, event: Event, *, unread: bool) -> None:
    tracked, _ = reconcile("f", None, saw(S, until), scan(-2))
    if unread:
        tracked, _ = reconcile("f", tracked, saw(U), scan(-1))
    tracked, change = reconcile("f", tracked, saw(O), scan(0))
    assert change is not None
    assert tracked is not None
    assert change.event is event
    assert change.subject.until == (until if event is Event.EXPIRED else "")
    assert change.first_seen == START - 2 * HOURS
    after, again = reconcile("f", tracked, saw(O), scan(1))
    assert after is not None
    assert (after.subject.until, again) == (tracked.subject.until, None) == ("", None)


def test_the_last_day_of_a_suppression_follows_the_configuration() -> None:
    tracked, _ = reconcile("f", None, saw(S, "2026-11-01"), scan(0))
    tracked, change = reconcile("f", tracked, saw(S, "2027-03-31"), scan(1))
    assert tracked is not None
    assert (tracked.subject.until, change) == ("2027-03-31", None)


def test_a_change_says_what_changed_where_and_why() -> None:
    look = Look("scan0", START, shard="111122223333.eu-west-1.s3")
    _, change = reconcile("f", None, saw(O), look)
    assert change == Change(Event.OPENED, "f", subject(), "because", START, "111122223333.eu-west-1.s3", START)


def test_a_resource_that_is_gone_is_resolved_under_its_last_name() -> None:
    _, change = reconcile("f", remembered(O), None, scan(1))
    gone = Change(Event.RESOLVED, "f", subject(), "the resource is gone", START, at=START + HOURS, gone=True)
    assert change == gone


def test_a_resource_that_complies_now_is_resolved_with_the_reason_and_is_not_gone() -> None:
    _, change = reconcile("f", remembered(O), Observation(F, subject(), "versioning is on"), scan(1, thorough=False))
    assert change == Change(Event.RESOLVED, "f", subject(), "versioning is on", START, at=START + HOURS)


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
        pytest.param([S, O], 0, id="it failed while it was accepted from the start"),
        pytest.param([O, F, O], 2, id="it was fine in between"),
        pytest.param([O, F], 0, id="a failure that ended says since when it had failed"),
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


@given(history=st.lists(states, max_size=5), state=states)
def test_a_scan_that_is_tried_again_and_sees_the_same_changes_nothing_again(history: list[State], state: State) -> None:
    before, _ = live(*history)
    once, _ = reconcile("f", before, saw(state), scan(10))
    assert reconcile("f", once, saw(state), scan(10)) == (once, None)


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
        pytest.param([S], 0, id="it fails though it is accepted"),
        pytest.param([U], None, id="it was only unread before"),
        pytest.param([O, F], None, id="it was fine in between"),
        pytest.param([F], None, id="it was fine before"),
        pytest.param([], None, id="nobody looked before"),
    ],
)
def test_a_finding_failed_before_a_scan_since(states: list[State], since: int | None) -> None:
    tracked, _ = live(*states)
    found = failed_since(tracked, "this") if tracked else None
    assert found == (None if since is None else START + since * HOURS)


def test_a_scan_does_not_believe_that_it_resolved_a_failure_itself() -> None:
    resolved, _ = reconcile("f", remembered(O), None, Look("this", START + 5 * HOURS))
    assert resolved is not None
    assert failed_since(resolved, "this") == START
    assert failed_since(resolved, "next") is None


def test_a_retry_that_sees_something_else_is_a_millisecond_later() -> None:
    """Attempts of one scan at one finding: it failed, it is gone, it is there after all, it is accepted."""
    tracked, found = remembered(O), []
    for seen in (None, saw(O), saw(S)):
        tracked, change = reconcile("f", tracked, seen, Look("this", START + HOURS))  # type: ignore[assignment]
        assert change is not None
        found.append((change.event, (change.at - START - HOURS) // timedelta(milliseconds=1)))
        assert change.first_seen == START
    assert found == [(Event.RESOLVED, 0), (Event.REOPENED, 1), (Event.SUPPRESSED, 2)]


def test_times_are_whole_milliseconds_and_never_later_than_the_scan() -> None:
    _, change = reconcile("f", None, saw(O), Look("s", START + timedelta(microseconds=1_999)))
    assert change is not None
    assert change.at == change.first_seen == START + timedelta(milliseconds=1)
