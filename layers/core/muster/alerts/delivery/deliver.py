"""Delivery: news of a route to all its destinations, each once, and none lost.

A person's destination gets a digest, which quiet hours hold back. A machine's (an event bus, Security Hub) gets each
event, at once. What a destination does not take now is tried again, then parked in the dead-letter queue of alerts.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from muster.alerts.blocks import Remedy
from muster.alerts.delivery import held as holding
from muster.alerts.delivery.once import Deliveries
from muster.alerts.delivery.parked import Queue
from muster.alerts.delivery.quiet import waits
from muster.alerts.destinations import bus, security_hub, slack, teams, topic
from muster.alerts.destinations.leftover import Leftover
from muster.alerts.destinations.parcel import MACHINES, Parcel
from muster.alerts.destinations.sending import Place, Unsent, persistently
from muster.alerts.digest import Digest, compose
from muster.alerts.news import News
from muster.configuration.alerts import Destination, Kind, Route
from muster.errors import Refused
from muster.lifecycle.events import FindingEvent
from muster.storage import keys

OWN_TOPIC = Destination(Kind.TOPIC)
"""The stack's own topic."""
_TOGETHER = 8
"""Destinations that are sent to at the same time: one that hangs must not delay the others."""
Events = Callable[[], Iterator[FindingEvent]]


class Result(StrEnum):
    """What became of a delivery."""

    SENT = "sent"
    PARKED = "parked"
    HELD = "held"
    BEFORE = "sent before"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the delivery to one destination, and why where it was not sent."""

    route: str
    destination: str
    result: str
    why: str = ""

    def to_json(self) -> dict[str, str]:
        """Return the outcome as JSON."""
        return {"route": self.route, "destination": self.destination, "result": self.result, "why": self.why}


@dataclass(frozen=True, slots=True)
class Resent:
    """What became of a parked parcel: why it was not taken, or empty; `rest` says that a part of it is parked anew."""

    why: str = ""
    rest: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """Delivers news from a place. `remedies` has the texts of the checks by their ids."""

    place: Place
    deliveries: Deliveries
    queue: Queue
    remedies: Mapping[str, Remedy]

    def deliver(self, route: Route, news: News, events: Events, identity: str, at: datetime) -> tuple[Outcome, ...]:
        """Deliver news of a route: a digest to people unless the route is quiet now, the events to machines.

        `events` are all that the route gets, and starts anew with each call; `identity` follows from the news. A
        delivery that was made before is not repeated.

        Raises:
            Transient: a destination took nothing and it cannot be parked, or another run is delivering the same.
            Refused: a destination refuses the alert for good, and there is no queue to park it in.
        """
        people = [each for each in route.to if each.kind not in MACHINES]
        machines = [each for each in route.to if each.kind in MACHINES]
        parcels = [Parcel(id=identity, route=route.name, destination=each, events=events) for each in machines]
        outcomes: list[Outcome] = []
        if people and waits(route.quiet_hours, news.events, at):
            outcomes = self._hold(route, people, news, identity)
        elif people:
            parcels += self._letters(route, people, news, identity)
        return (*outcomes, *self.send(parcels))

    def release(self, at: datetime, problems: list[str], *, subscribed: bool = True) -> Iterator[Outcome]:
        """Send what quiet hours held back, as one digest for each route whose quiet hours are over.

        Unless the stack's topic has a confirmed subscription (`subscribed`), what goes there stays. What is wrong with
        an object is added to `problems`.

        Raises:
            Transient: a destination took nothing and it cannot be parked, or another run is delivering the same.
        """
        bucket = self.queue.bucket
        for _, items in holding.held_by_route(bucket, problems):
            route = items[-1].route
            if waits(route.quiet_hours, (), at) or (not subscribed and OWN_TOPIC in route.to):
                continue
            identity = holding.identity_of(items)
            people = [each for each in route.to if each.kind not in MACHINES]
            yield from self.send(self._letters(route, people, holding.joined(items), identity))
            for each in items:
                holding.mark_sent(bucket, each)

    def send(self, parcels: Iterable[Parcel]) -> tuple[Outcome, ...]:
        """Send parcels, several at the same time, and return what became of each, in their order.

        Raises:
            Transient: a parcel was not sent and cannot be parked, or another run is delivering the same.
        """
        with ThreadPoolExecutor(_TOGETHER, thread_name_prefix="alert") as pool:
            # All are tried before the first error is raised.
            futures = [pool.submit(self._sent_or_parked, parcel) for parcel in parcels]
        return tuple(future.result() for future in futures)

    def resend(self, parcel: Parcel) -> Resent:
        """Send a parcel that was parked. Where time runs out between its events, the rest of them is parked anew.

        Raises:
            Transient: the rest cannot be parked.
        """
        if parcel.digest is None:
            return self._resend_events(parcel)
        key = {**parcel.key, "parked": "resumed"}
        try:
            self.deliveries.once(key, lambda: self._put_digest(parcel.digest, parcel.destination))
        except Unsent as error:
            return Resent(str(error))
        return Resent()

    def _resend_events(self, parcel: Parcel) -> Resent:
        with Leftover() as leftover:
            self._put_events(parcel, leftover)
            if not leftover.count:
                return Resent()
            if leftover.count == sum(1 for _ in parcel.events()):
                return Resent(leftover.reason)
            self.queue.park(parcel, f"{leftover.count} events: {leftover.reason}", leftover.packed())
            return Resent(rest=True)

    def _letters(self, route: Route, people: Iterable[Destination], news: News, identity: str) -> list[Parcel]:
        bucket, key = self.queue.bucket, keys.alert_page(route.name, identity)
        digest = compose(news, self.remedies, identity, f"s3://{bucket.name}/{key}")
        bucket.put_bytes(key, digest.html.encode(), kind="text/html; charset=utf-8")
        return [Parcel(id=identity, route=route.name, destination=each, digest=digest) for each in people]

    def _hold(self, route: Route, people: Iterable[Destination], news: News, identity: str) -> list[Outcome]:
        """Hold news for destinations that did not get them before; a retry after the quiet hours does not send them."""

        def hold() -> dict[str, str]:
            return {"result": Result.HELD, "why": holding.hold(self.queue.bucket, route, news, identity)}

        outcomes = []
        for each in people:
            made = self.deliveries.once(Parcel(id=identity, route=route.name, destination=each).key, hold)
            result = Result.BEFORE if made["result"] == Result.SENT else Result(made["result"])
            outcomes.append(Outcome(route.name, each.name, result, "quiet hours" if result is Result.HELD else ""))
        return outcomes

    def _sent_or_parked(self, parcel: Parcel) -> Outcome:
        fresh = threading.Event()
        made = self._events(parcel, fresh) if parcel.digest is None else self._digest(parcel, fresh)
        result, why = str(made["result"]), str(made.get("why", ""))
        if result == Result.SENT and not fresh.is_set():
            result = Result.BEFORE
        return Outcome(parcel.route, parcel.destination.name, result, why)

    def _digest(self, parcel: Parcel, fresh: threading.Event) -> dict[str, str]:
        """Send a digest, each try guarded by itself: a run that is killed keeps the next one waiting for one call."""

        def put() -> dict[str, str]:
            fresh.set()
            self._put_digest(parcel.digest, parcel.destination)
            return {"result": Result.SENT}

        def park(reason: str) -> dict[str, str]:
            fresh.set()
            self.queue.park(parcel, reason)
            return {"result": Result.PARKED, "why": reason}

        try:
            made: dict[str, str] = persistently(lambda: self.deliveries.once(parcel.key, put), self.place)
        except Unsent as error:
            reason = str(error)
            if not self.queue.url and not error.again:
                raise Refused(f"{reason}; trying again does not help") from error
            made = self.deliveries.once(parcel.key, lambda: park(reason))
        return made

    def _events(self, parcel: Parcel, fresh: threading.Event) -> dict[str, str]:
        """Send events, and park those that were not taken: each has an id by which receivers know it again."""

        def put() -> dict[str, str]:
            fresh.set()
            with Leftover() as leftover:
                self._put_events(parcel, leftover)
                if not leftover.count:
                    return {"result": Result.SENT}
                reason = f"{leftover.count} events: {leftover.reason}"
                self.queue.park(parcel, reason, leftover.packed())
                return {"result": Result.PARKED, "why": reason}

        made: dict[str, str] = self.deliveries.once(parcel.key, put)
        return made

    def _put_digest(self, digest: Digest | None, destination: Destination) -> Any:
        if digest is not None:
            _LETTERS[destination.kind](digest, destination, self.place)
        return {"result": Result.SENT}

    def _put_events(self, parcel: Parcel, leftover: Leftover) -> None:
        if parcel.destination.kind is Kind.BUS:
            bus.send(parcel.events(), parcel.destination, self.place, leftover)
        else:
            security_hub.send(parcel.events(), self.place, leftover)


_LETTERS: Mapping[Kind, Callable[[Digest, Destination, Place], None]] = {
    Kind.TOPIC: topic.send,
    Kind.SLACK: slack.send,
    Kind.TEAMS: teams.send,
}
