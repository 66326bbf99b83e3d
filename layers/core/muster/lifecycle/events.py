"""One event in the life of a finding, as the event store, the audit and the alerts have it. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from muster.lifecycle.transitions import Event
from muster.model.finding import Severity


class EventStatus(StrEnum):
    """The status of an event: what became of the finding. `FAILED` is one that opened or opened again."""

    FAILED = "FAILED"
    RESOLVED = "RESOLVED"
    SUPPRESSED = "SUPPRESSED"
    EXPIRED = "EXPIRED"
    UNREADABLE = "UNREADABLE"


_STATUSES: Mapping[Event, EventStatus] = MappingProxyType(
    {
        Event.OPENED: EventStatus.FAILED,
        Event.REOPENED: EventStatus.FAILED,
        Event.RESOLVED: EventStatus.RESOLVED,
        Event.SUPPRESSED: EventStatus.SUPPRESSED,
        Event.EXPIRED: EventStatus.EXPIRED,
        Event.UNREADABLE: EventStatus.UNREADABLE,
    }
)


class Outcome(StrEnum):
    """How a finding was resolved: the resource complies now, or is gone."""

    FIXED = "fixed"
    DELETED = "deleted"


class Cause(StrEnum):
    """What made Muster look: a scan, or a change that CloudTrail reported."""

    SCAN = "scan"
    CHANGE = "change"


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingEvent:
    """One event; all of it follows from the scan, so that writing it again changes nothing.

    `timestamp` and `first_seen` are milliseconds since 1970 in UTC: when the scan began that saw the change, and since
    when the finding fails. A finding has no two events of the same time. `baseline` says that it is the first look at
    the check, which is no news. `outcome` is fixed or deleted where it was resolved, otherwise empty. `until` is the
    day (YYYY-MM-DD) through which a suppressed failure is accepted, or through which an expired one was. `owner` is the
    value of the resource's owner tag, empty where it has none.
    """

    finding_id: str
    timestamp: int
    event: str
    status: str
    baseline: bool
    check_id: str
    title: str
    severity: str
    reason: str
    resource_type: str
    resource_id: str
    resource_arn: str
    account_id: str
    account_name: str
    region: str
    owner: str
    first_seen: int
    scan_id: str
    cause: str
    outcome: str = ""
    until: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the event as plain JSON; these are also the attributes of its item in the event store."""
        return asdict(self)

    @property
    def open(self) -> bool:
        """Whether the finding fails after the event and is not suppressed."""
        return self.status in (EventStatus.FAILED, EventStatus.EXPIRED)


def weight(event: FindingEvent) -> tuple[int, str, str, str, str, str]:
    """Order events by severity, the worst first, then by check, resource, account, region and finding."""
    rank = -Severity(event.severity).rank
    return rank, event.check_id, event.resource_id, event.account_id, event.region, event.finding_id


def status_of(event: Event) -> EventStatus:
    """Return the status of an event."""
    return _STATUSES[event]
