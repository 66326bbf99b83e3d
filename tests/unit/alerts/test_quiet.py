"""Quiet hours: by the clocks of a time zone, over midnight, and when clocks are put forward or back."""

import zoneinfo
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.alerts.delivery.quiet import is_quiet, waits
from muster.configuration import QuietHours
from muster.model.finding import Severity
from tests.unit.alerts.events import event

NIGHT = QuietHours("22:00", "07:00", "Europe/Berlin")
ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "America/St_Johns")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@pytest.mark.parametrize(
    ("local", "quiet"),
    [
        ("2026-11-25T21:59+01:00", False),
        ("2026-11-25T22:00+01:00", True),
        ("2026-11-26T00:00+01:00", True),
        ("2026-11-26T06:59+01:00", True),
        ("2026-11-26T07:00+01:00", False),
        ("2026-11-26T12:00+01:00", False),
        # In summer the same hours of UTC are an hour later by the clock.
        ("2026-07-01T20:00+00:00", True),
        ("2026-11-25T20:00+00:00", False),
    ],
)
def test_a_night_reaches_over_midnight(local: str, quiet: bool) -> None:
    assert is_quiet(NIGHT, datetime.fromisoformat(local)) is quiet


@pytest.mark.parametrize(
    ("local", "quiet"), [("11:59", False), ("12:00", True), ("13:29", True), ("13:30", False), ("00:00", False)]
)
def test_hours_within_a_day(local: str, quiet: bool) -> None:
    hours = QuietHours("12:00", "13:30", "Asia/Kathmandu")
    assert is_quiet(hours, datetime.fromisoformat(f"2026-11-25T{local}+05:45")) is quiet


@pytest.mark.parametrize(
    ("at", "quiet"),
    [
        ("2026-11-28T00:00+01:00", True),
        ("2026-11-29T23:59+01:00", True),
        ("2026-11-30T00:00+01:00", False),
        ("2026-11-27T23:59+01:00", False),
        # It is Saturday in Berlin already.
        ("2026-11-27T23:30+00:00", True),
    ],
)
def test_whole_days_are_those_of_the_time_zone(at: str, quiet: bool) -> None:
    assert is_quiet(QuietHours(timezone="Europe/Berlin", days=("sat", "sun")), datetime.fromisoformat(at)) is quiet


def test_the_hour_that_a_clock_shows_twice_is_quiet_twice() -> None:
    """Berlin put its clocks back on 2026-10-25 at 03:00."""
    hours = QuietHours("02:00", "03:00", "Europe/Berlin")
    start = datetime(2026, 10, 25, tzinfo=UTC)
    quiet = [start + timedelta(minutes=minute) for minute in range(180)]
    assert sum(is_quiet(hours, at) for at in quiet) == 120


def test_an_hour_that_a_clock_leaves_out_is_never_quiet() -> None:
    """Berlin put its clocks forward on 2026-03-29 at 02:00; nothing waits for an hour that does not come."""
    hours = QuietHours("02:00", "03:00", "Europe/Berlin")
    start = datetime(2026, 3, 29, tzinfo=UTC)
    assert not any(is_quiet(hours, start + timedelta(minutes=minute)) for minute in range(180))


@given(
    st.sampled_from(ZONES),
    st.integers(0, 1_439),
    st.integers(0, 1_439),
    st.sets(st.sampled_from(DAYS), max_size=6),
    st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1)),  # noqa: DTZ001 - made aware below
)
def test_it_is_quiet_as_a_clock_on_the_wall_says(
    zone: str, start: int, end: int, days: set[str], moment: datetime
) -> None:
    """The oracle walks a clock's minutes from the start of the quiet hours to their end."""
    if start == end:
        return
    hours = QuietHours(f"{start // 60:02}:{start % 60:02}", f"{end // 60:02}:{end % 60:02}", zone, tuple(days))
    at = moment.replace(tzinfo=UTC)
    wall = at.astimezone(zoneinfo.ZoneInfo(zone))
    shown = wall.hour * 60 + wall.minute
    minute, walked = start, set()
    while minute != end:
        walked.add(minute)
        minute = (minute + 1) % 1_440
    assert is_quiet(hours, at) is (shown in walked or wall.strftime("%a").lower() in days)


@given(st.sampled_from(ZONES), st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1)))  # noqa: DTZ001 - made aware below
def test_quiet_hours_end_within_six_days_at_the_latest(zone: str, moment: datetime) -> None:
    hours = QuietHours("00:01", "00:00", zone, DAYS[:6])
    at = moment.replace(tzinfo=UTC)
    assert not all(is_quiet(hours, at + timedelta(minutes=minute)) for minute in range(8 * 1_440))


def test_news_of_a_severity_may_be_sent_all_the_same() -> None:
    at = datetime(2026, 11, 29, tzinfo=UTC)
    night = QuietHours("22:00", "07:00", still_send=Severity.CRITICAL)
    assert waits(night, [event(severity="HIGH")], at)
    assert not waits(night, [event(severity="HIGH"), event(2, severity="CRITICAL")], at)
    assert waits(night, [event(severity="CRITICAL", status="RESOLVED")], at)
    assert waits(QuietHours("22:00", "07:00"), [event(severity="CRITICAL")], at)
    assert not waits(None, [event()], at)
