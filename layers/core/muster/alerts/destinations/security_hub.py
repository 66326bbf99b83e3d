"""Security Hub CSPM: failures are imported as findings, updated in place, and archived when they are resolved.

https://docs.aws.amazon.com/securityhub/latest/partnerguide/guidelines-batchimportfindings.html
The stack's account imports the findings of all accounts.
"""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from muster.alerts.destinations.leftover import Leftover
from muster.alerts.destinations.sending import Place, Unsent, asking, persistently, require_time
from muster.lifecycle.events import EventStatus, FindingEvent
from muster.reports.exchange.asff import Home, Observation, asff

FINDINGS = 100
"""Findings of a call at most. One may have 240 KB, all of them 6 MB."""
_FAILING = (EventStatus.FAILED, EventStatus.EXPIRED)
_AGAIN = ("InternalError", "InternalException", "Throttling", "LimitExceeded", "ServiceUnavailable")


def send(events: Iterable[FindingEvent], place: Place, leftover: Leftover) -> None:
    """Import events as findings; those that Security Hub did not take are added to `leftover`.

    An event that a finding could not be read changes nothing there: what was known last stays.
    """
    client = place.clients.get("securityhub", place.region)
    stream = (event for event in events if event.status != EventStatus.UNREADABLE)
    try:
        while batch := list(itertools.islice(stream, FINDINGS)):
            _import(client, batch, place, leftover)
            if len(batch) == FINDINGS:
                require_time(place)
    except Unsent as error:
        leftover.rest(stream, str(error))


def finding(event: FindingEvent, place: Place) -> dict[str, Any]:
    """Return an event as a finding of Security Hub (ASFF).

    Resolved ones are archived as passed, accepted ones (SUPPRESSED) as failed: neither needs action. A failure
    that returns has the same id and is active again.
    """
    fields = {
        "muster/account_name": event.account_name,
        "muster/event": event.event,
        "muster/owner": event.owner,
        "muster/outcome": event.outcome,
        "muster/accepted_until": event.until,
        "muster/scan": event.scan_id,
    }
    seen = Observation(
        finding_id=event.finding_id,
        check_id=event.check_id,
        title=event.title,
        reason=event.reason,
        severity=event.severity,
        compliance="PASSED" if event.status == EventStatus.RESOLVED else "FAILED",
        active=event.status in _FAILING,
        resource_type=event.resource_type,
        resource_id=event.resource_id,
        resource_arn=event.resource_arn,
        account_id=event.account_id,
        region=event.region,
        first_seen=event.first_seen,
        updated=event.timestamp,
        fields=fields,
    )
    return asff(seen, Home(place.account_id, place.region, place.partition, place.stack))


def _import(client: Any, batch: Sequence[FindingEvent], place: Place, leftover: Leftover) -> None:
    """Import one batch, and again what of it may pass later.

    Raises:
        Unsent: Security Hub takes nothing now; the batch is in `leftover`.
    """
    # Of two events of one finding the later one is what is true now, in whatever order they come.
    ordered = sorted(batch, key=lambda event: event.timestamp)
    waiting = {str(item["Id"]): (event, item) for event in ordered for item in (finding(event, place),)}

    def call() -> None:
        nonlocal waiting
        findings = [item for _, item in waiting.values()]
        answer = asking("Security Hub did not import findings", lambda: client.batch_import_findings(Findings=findings))
        waiting, reason = _failed(waiting, answer.get("FailedFindings", ()), leftover)
        if waiting:
            raise Unsent(f"Security Hub did not import {len(waiting)} findings ({reason})", again=True)

    try:
        persistently(call, place)
    except Unsent as error:
        leftover.rest((event for event, _ in waiting.values()), str(error))
        raise


_Waiting = dict[str, tuple[FindingEvent, dict[str, Any]]]


def _failed(waiting: _Waiting, failed: Iterable[Mapping[str, Any]], leftover: Leftover) -> tuple[_Waiting, str]:
    """Return the findings that are worth another try, and why; those that are refused for good are left over."""
    again: _Waiting = {}
    reason = ""
    for item in failed:
        name, code = str(item.get("Id", "")), str(item.get("ErrorCode", ""))
        if name not in waiting:
            continue
        if any(code.startswith(each) for each in _AGAIN):
            again[name] = waiting[name]
            reason = code
        else:
            leftover.add(waiting[name][0], f"Security Hub refuses a finding ({code}): {item.get('ErrorMessage', '')}")
    return again, reason
