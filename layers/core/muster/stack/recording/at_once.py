"""Alerts at once: the events of the stream that people hear of before a scan has ended. Pure."""

from muster.lifecycle.events import Cause, EventStatus, FindingEvent
from muster.model.finding import Severity


def at_once(event: FindingEvent) -> bool:
    """Whether an event is worth an alert at once.

    Of a scan those are new critical failures, and its digest names them again. Of a change that CloudTrail reported
    those are all: no digest follows.
    """
    if event.baseline:
        return False
    critical = event.status == EventStatus.FAILED and event.severity == Severity.CRITICAL
    return event.cause == Cause.CHANGE or critical
