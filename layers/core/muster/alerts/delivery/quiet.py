"""Quiet hours: whether alerts wait now. Pure."""

import zoneinfo
from collections.abc import Iterable
from datetime import datetime

from muster.configuration.alerts import DAYS, QuietHours
from muster.lifecycle.events import FindingEvent
from muster.model.finding import Severity


def is_quiet(hours: QuietHours, at: datetime) -> bool:
    """Return whether alerts wait at a moment (with its offset from UTC), by the clocks of the hours' time zone.

    A clock that is put back shows an hour twice: both are quiet, or neither.
    """
    local = at.astimezone(zoneinfo.ZoneInfo(hours.timezone))
    if DAYS[local.weekday()] in hours.days:
        return True
    if not hours.start:
        return False
    time = local.strftime("%H:%M")
    if hours.start < hours.end:
        return hours.start <= time < hours.end
    return time >= hours.start or time < hours.end


def waits(hours: QuietHours | None, events: Iterable[FindingEvent], at: datetime) -> bool:
    """Return whether news with these events waits: an open failure of the severity `still_send` or above does not."""
    if hours is None or not is_quiet(hours, at):
        return False
    if hours.still_send is None:
        return True
    least = hours.still_send.rank
    return not any(event.open and Severity(event.severity).rank >= least for event in events)
