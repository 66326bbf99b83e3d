"""The events of a scan, added up for each route; memory does not depend on how many there are. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from muster.alerts.routes import Router, takes_all
from muster.configuration import Route
from muster.lifecycle.events import Cause, FindingEvent, status_of
from muster.lifecycle.transitions import Event
from muster.stack.documents.commit import NotedChange
from muster.stack.summarizing.worst import RANKS, Worst

MOST = 200
"""Events of a kind that are kept for a digest, the worst: equal failures of a check become one line there."""


@dataclass(slots=True)
class Audience:
    """What one route gets of a scan: events by kind, the worst of them, and at a first look failures by severity."""

    route: Route
    counts: Counter[str] = field(default_factory=Counter)
    first_look: Counter[str] = field(default_factory=Counter)
    _worst: dict[str, Worst[FindingEvent]] = field(default_factory=dict)

    def add(self, event: FindingEvent) -> None:
        """Add an event that goes to the route."""
        if event.baseline:
            if event.open:
                self.first_look[event.severity] += 1
            return
        self.counts[event.event] += 1
        self.keep(event)

    def keep(self, event: FindingEvent) -> None:
        """Keep an event for the digest if it is one of the worst of its kind."""
        if event.event not in self._worst:
            self._worst[event.event] = Worst(MOST, _worst_first)
        self._worst[event.event].add((event,))

    @property
    def empty(self) -> bool:
        """Whether no event of the scan goes to the route."""
        return not (self.counts or self.first_look)

    def events(self) -> tuple[FindingEvent, ...]:
        """Return the events that are kept, by kind and the worst first."""
        return tuple(event for _, worst in sorted(self._worst.items()) for event in worst.items())


def audiences(router: Router, events: Iterable[FindingEvent]) -> list[Audience]:
    """Add up events for each route, in one pass."""
    found = [Audience(route) for route in router.routes]
    for event in events:
        for audience in found:
            if router.matches(audience.route, event):
                audience.add(event)
    return found


def complete(
    found: Sequence[Audience], router: Router, counts: Mapping[str, int], noted: Mapping[str, Sequence[NotedChange]]
) -> None:
    """Add what the results of the accounts say of changes whose events cannot be read any more.

    `counts` has the changes of the scan by kind, `noted` the worst of them. A route for all findings gets the counts; a
    narrower one gets those changes that are noted and match it.
    """
    everything = next((audience for audience in found if takes_all(audience.route)), None)
    for kind, count in counts.items():
        for audience in found:
            if everything is not None and everything.counts[kind] >= count:
                continue
            lost = [event for change in noted.get(kind, ()) for event in (_event(kind, change),)]
            kept = {event.finding_id for event in audience.events()}
            missing = [each for each in lost if each.finding_id not in kept and router.matches(audience.route, each)]
            for event in missing:
                audience.keep(event)
            if takes_all(audience.route):
                audience.counts[kind] = max(count, audience.counts[kind])
            else:
                audience.counts[kind] += len(missing)


def of_record(record: Mapping[str, Any], owner_tag: str) -> FindingEvent:
    """Return the failing finding of a report as the event that routes are matched with."""
    resource = record["resource"]
    tags = resource.get("tags")
    owner = tags.get(owner_tag, "") if isinstance(tags, Mapping) else ""
    texts = {name: str(record.get(name) or "") for name in ("finding_id", "check_id", "title", "severity", "reason")}
    place = {f"resource_{name}": str(resource.get(name) or "") for name in ("type", "id", "arn")}
    return _made(
        Event.OPENED,
        {
            **texts,
            **place,
            "account_id": str(resource["account_id"]),
            "region": str(resource["region"]),
            "owner": str(owner),
        },
    )


def _event(kind: str, change: NotedChange) -> FindingEvent:
    names = ("finding_id", "check_id", "title", "severity", "reason", "resource_type", "resource_id", "resource_arn")
    texts = {name: getattr(change, name) for name in (*names, "account_id", "region")}
    return _made(Event(kind), {**texts, "owner": ""})


def _made(kind: Event, fields: Mapping[str, str]) -> FindingEvent:
    return FindingEvent(
        timestamp=0,
        event=kind.value,
        status=status_of(kind).value,
        baseline=False,
        account_name="",
        first_seen=0,
        scan_id="",
        cause=Cause.SCAN.value,
        **fields,
    )


def _worst_first(event: FindingEvent) -> tuple[int, str, str, str, str, str]:
    rank = -RANKS.get(event.severity, len(RANKS))
    return rank, event.check_id, event.resource_id, event.account_id, event.region, event.finding_id
