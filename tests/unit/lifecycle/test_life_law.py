"""The life of one finding: whatever scans see of it, and however often they are tried, told as a list would tell it.

The oracle knows only the list of what was seen. It reads the list from its beginning for each event, and remembers
nothing; the finding is written to a state and read again between all looks.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.lifecycle import state_document
from muster.lifecycle.state_document import Head
from muster.lifecycle.transitions import Change, Kind, Look, Observation, State, Subject, TrackedFinding, reconcile

START = datetime(2026, 11, 1, 6, 0, 0, 123_456, tzinfo=UTC)
KIND = Kind("eu-west-1.s3", "check", "X should be", "HIGH", "AWS::S3::Bucket", "111122223333", "eu-west-1", "prod")
SEEN = {"open": State.OPEN, "accepted": State.SUPPRESSED, "unread": State.UNREAD, "fine": State.FINE}


class Sight(NamedTuple):
    """What an attempt at the scan of a day saw: open, accepted until a day, unread, fine, gone, or missed."""

    day: int
    what: str
    until: int = 0

    @property
    def fails(self) -> bool:
        return self.what in ("open", "accepted")

    @property
    def reads(self) -> bool:
        return self.what not in ("unread", "missed")


def date_of(day: int) -> str:
    return f"{START + timedelta(days=day):%Y-%m-%d}"


def expected(sights: Sequence[Sight]) -> tuple[str, int | None] | None:
    """Return the event that the last of some sights makes, and the day since when the finding fails or failed."""
    *before, now = (sight for sight in sights if sight.what != "missed")
    readings = [sight for sight in before if sight.reads]
    failed = bool(readings) and readings[-1].fails
    if now.what == "unread":
        told = not before or before[-1].what != "unread"
        return ("unreadable", None) if told else None
    if now.what in ("fine", "gone"):
        return ("resolved", began(readings)) if failed else None
    if not failed:
        returns = any(sight.fails for sight in readings)
        kind = "suppressed" if now.what == "accepted" else "reopened" if returns else "opened"
        return kind, began([*readings, now])
    if readings[-1].what == now.what:
        return None
    if now.what == "accepted":
        return "suppressed", began(readings)
    return "expired" if readings[-1].until < now.day else "reopened", began(readings)


def began(readings: Sequence[Sight]) -> int:
    """Return the day on which the last run of failures began; a scan that corrects itself does not interrupt one."""
    runs: list[list[Sight]] = [[]]
    for place, sight in enumerate(readings):
        if sight.fails:
            runs[-1].append(sight)
            continue
        later = [each for each in readings[place + 1 :] if each.day == sight.day and each.fails]
        if runs[-1] and not later:
            runs.append([])
    return next(run[0].day for run in reversed(runs) if run)


def seen(sight: Sight) -> Observation | None:
    if sight.what in ("gone", "missed"):
        return None
    until = date_of(sight.until) if sight.what == "accepted" else ""
    return Observation(SEEN[sight.what], Subject(KIND, "a", "arn:a", "team", until), f"it is {sight.what}")


def kept(path: Path, tracked: TrackedFinding | None) -> TrackedFinding | None:
    """Write a finding into a state, and read it again."""
    state_document.write(path, [("f", tracked)] if tracked else [], Head)
    found = list(state_document.findings_of(path))
    return found[0][1] if found else None


def lived(path: Path, sights: Sequence[Sight]) -> list[Change | None]:
    tracked, changes = None, []
    for sight in sights:
        at = START + timedelta(days=sight.day)
        look = Look(f"scan-{sight.day}", at, thorough=sight.what != "missed")
        after, change = reconcile("f", tracked, seen(sight), look)
        tracked = kept(path, after)
        changes.append(change)
    return changes


@st.composite
def lives(draw: st.DrawFn) -> list[Sight]:
    """Draw what the attempts at scans of consecutive days saw, of which the last attempt of a day may see otherwise."""
    day, found = 0, []
    for _ in range(draw(st.integers(1, 12))):
        day += draw(st.sampled_from([0, 1, 1, 3]))
        what = draw(st.sampled_from(["open", "open", "accepted", "unread", "fine", "gone", "missed"]))
        found.append(Sight(day, what, day + draw(st.integers(-1, 3)) if what == "accepted" else 0))
    return found


@given(sights=lives())
def test_a_finding_is_told_of_as_a_list_would_tell_it(
    tmp_path_factory: pytest.TempPathFactory, sights: list[Sight]
) -> None:
    changes = lived(tmp_path_factory.getbasetemp() / "life", sights)
    for count, change in enumerate(changes, 1):
        told = None if sights[count - 1].what == "missed" else expected(sights[:count])
        assert (change.event.value if change else None) == (told[0] if told else None), sights[:count]
        if change and told and told[1] is not None:
            assert date_of(told[1]) == f"{change.first_seen:%Y-%m-%d}", sights[:count]
        if change:
            assert change.gone is (change.event.value == "resolved" and sights[count - 1].what == "gone")


@given(sights=lives())
def test_no_two_events_of_a_finding_have_one_time_and_none_is_before_its_scan(
    tmp_path_factory: pytest.TempPathFactory, sights: list[Sight]
) -> None:
    changes = lived(tmp_path_factory.getbasetemp() / "times", sights)
    times = [change.at for change in changes if change]
    assert times == sorted(set(times))
    for sight, change in zip(sights, changes, strict=True):
        if change:
            late = change.at - (START + timedelta(days=sight.day))
            assert timedelta(milliseconds=-1) < late < timedelta(milliseconds=len(sights))
            assert change.at.microsecond % 1000 == 0
