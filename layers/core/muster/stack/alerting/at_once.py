"""Alerts at once, between the digests of scans: the stream's function hands events over, send_alert delivers them."""

import functools
import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from muster.alerts.delivery.deliver import Outcome
from muster.alerts.destinations.parcel import MACHINES
from muster.alerts.news import News
from muster.configuration import Route
from muster.errors import EventError, Transient
from muster.lifecycle.events import Cause, FindingEvent
from muster.model.arn import Arn
from muster.model.finding import Severity
from muster.sdk.errors import READ_ERRORS, code_of
from muster.sdk.redaction import safe
from muster.sdk.session import Clients
from muster.stack.alerting.office import Office
from muster.stack.documents.fields import Malformed, record
from muster.stack.documents.request import Environment

PAYLOAD = 200_000
"""Bytes of events that one call hands over at most; Lambda takes 6 MB, and a call must be answered soon."""
_SECONDS = 20.0
_EVENT = record(FindingEvent)


def hand_over(events: Sequence[FindingEvent], environment: Environment, clients: Clients) -> None:
    """Let send_alert deliver events now, and wait for its answer; events that were delivered before are not again.

    Only send_alert may publish, read secrets and write the table of deliveries.

    Raises:
        Transient: it did not deliver or park them; the same call may succeed later.
    """
    client = clients.get("lambda", environment.region)
    for batch in _batches(events):
        payload = json.dumps({"events": [event.to_json() for event in batch]}, ensure_ascii=False).encode()
        try:
            answer = client.invoke(FunctionName=environment.alert_function, Payload=payload)
            body = answer["Payload"].read()
        except READ_ERRORS as error:
            raise Transient(f"cannot invoke {environment.alert_function} ({code_of(error)})") from error
        if answer.get("FunctionError"):
            raise Transient(f"{environment.alert_function} failed: {safe(body.decode('utf-8', 'replace'))}")


def alert_at_once(sent: Mapping[str, Any], office: Office, at: datetime | None = None) -> tuple[Outcome, ...]:
    """Deliver the events that `hand_over` sent, to each route the ones that match it.

    An event bus and Security Hub get only events that a change caused: those of a scan come with the scan's digest.

    Raises:
        EventError: they are no events.
        Transient: a destination took nothing and it cannot be parked.
    """
    at = at or datetime.now(UTC)
    events = _read(sent)
    if not events:
        return ()
    problems: list[str] = []
    configuration, catalog = office.configured(events[0].scan_id, problems)
    router = office.router(configuration.alerts, catalog)
    # The caller waits for the answer.
    delivery = office.within(_SECONDS).delivery(catalog)
    outcomes: list[Outcome] = []
    for route in router.routes:
        matching = [event for event in events if router.matches(route, event)]
        changed = [event for event in matching if event.cause == Cause.CHANGE]
        to = tuple(each for each in route.to if each.kind not in MACHINES or changed)
        if not matching or not to:
            continue
        news = _news(route, matching, office.environment, at, _sentences(problems, router.unread))
        there = replace(route, to=to)
        outcomes += delivery.deliver(there, news, functools.partial(iter, changed), _identity(matching), at)
    return tuple(outcomes)


def _sentences(problems: Sequence[str], unread: Sequence[str]) -> tuple[str, ...]:
    return (*problems, *(f"the accounts of the organizational unit {unit} cannot be read" for unit in unread))


def _news(
    route: Route, events: Sequence[FindingEvent], environment: Environment, at: datetime, problems: tuple[str, ...]
) -> News:
    return News(
        audience=route.name,
        stack=environment.stack,
        region=environment.region,
        partition=Arn.of(environment.topic_arn).partition,
        scan_id=events[0].scan_id,
        at=at,
        events=tuple(
            sorted(events, key=lambda event: (-Severity(event.severity).rank, event.check_id, event.timestamp))
        ),
        counts=Counter(event.event for event in events),
        failing={},
        damaged=problems,
    )


def _identity(events: Sequence[FindingEvent]) -> str:
    """Return the id of events: the same events have it again, in any order."""
    names = sorted(f"{event.finding_id}:{event.timestamp}" for event in events)
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:16]


def _read(sent: Mapping[str, Any]) -> tuple[FindingEvent, ...]:
    try:
        events = tuple(_EVENT(each, f"events[{place}]") for place, each in enumerate(sent["events"]))
        for event in events:
            Severity(event.severity)
    except (Malformed, TypeError, ValueError) as error:
        raise EventError(f"these are no events of findings: {error}; see events/send_alert.json") from error
    return events


def _batches(events: Sequence[FindingEvent]) -> Sequence[Sequence[FindingEvent]]:
    batches: list[list[FindingEvent]] = []
    size = PAYLOAD
    for event in events:
        length = len(json.dumps(event.to_json(), ensure_ascii=False).encode())
        if size + length > PAYLOAD:
            batches.append([])
            size = 0
        batches[-1].append(event)
        size += length
    return batches
