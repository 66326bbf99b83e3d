"""A parcel: all that one destination gets of one piece of news."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from muster.alerts.digest import Digest
from muster.configuration.alerts import Destination, Kind
from muster.lifecycle.events import FindingEvent

MACHINES = (Kind.BUS, Kind.SECURITY_HUB)
"""Kinds of destinations that get events; people get a digest."""


def _none() -> Iterator[FindingEvent]:
    return iter(())


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """What one destination gets: a digest where people read it, otherwise the events one by one.

    `id` follows from the news, so that the same news has it again. `events` starts anew with each call.
    """

    id: str
    route: str
    destination: Destination
    digest: Digest | None = None
    events: Callable[[], Iterator[FindingEvent]] = _none

    @property
    def key(self) -> dict[str, str]:
        """The identity of the delivery: the same news for the same route and destination."""
        return {"news": self.id, "route": self.route, "destination": self.destination.name}
