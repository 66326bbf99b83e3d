"""The key `alerts` of muster.yaml: who gets alerts, where they go, and when they wait."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from muster.model.finding import Severity

EVERYTHING = "everything"
"""The route of a file without routes: everything goes to the stack's topic."""
WARN_DAYS = 14
OWNER_TAG = "Owner"
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""Names of weekdays in the order of `datetime.weekday`."""


class Kind(StrEnum):
    """The kinds of destinations; the values are the keys of muster.yaml."""

    TOPIC = "topic"
    SLACK = "slack"
    TEAMS = "teams"
    BUS = "bus"
    SECURITY_HUB = "security_hub"


@dataclass(frozen=True, slots=True)
class Destination:
    """A place that alerts go to.

    `target` is the ARN of a topic (empty: the stack's own), the reference of a webhook's secret (`ssm:NAME` or
    `secretsmanager:NAME`, never the URL), or the name or ARN of an event bus. Security Hub has none.
    """

    kind: Kind
    target: str = ""

    @property
    def name(self) -> str:
        """The destination in one word, for keys, messages and metrics; a secret shows by its reference only."""
        return f"{self.kind}:{self.target}" if self.target else str(self.kind)

    def to_json(self) -> Any:
        """Return the destination as the file spells it."""
        if self.kind is Kind.SECURITY_HUB:
            return {str(self.kind): True}
        return {str(self.kind): self.target} if self.target else str(self.kind)

    @classmethod
    def from_json(cls, entry: Any) -> "Destination":
        """Read a destination as the file spells it: `topic`, or a mapping with one key."""
        if isinstance(entry, str):
            return cls(Kind(entry))
        ((kind, target),) = entry.items()
        return cls(Kind(kind), target if isinstance(target, str) else "")


@dataclass(frozen=True, slots=True)
class QuietHours:
    """When alerts wait: every day from `start` to `end` (HH:MM, over midnight where end is earlier), and whole `days`.

    `start` and `end` are both empty where only whole days are quiet. News of the severity `still_send` or a higher one
    is sent at once.
    """

    start: str = ""
    end: str = ""
    timezone: str = "UTC"
    days: tuple[str, ...] = ()
    still_send: Severity | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the hours as the file spells them."""
        entry: dict[str, Any] = {"from": self.start, "to": self.end} if self.start else {}
        entry |= {"timezone": self.timezone, "days": list(self.days)}
        return entry | ({"still_send": str(self.still_send)} if self.still_send else {})

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> "QuietHours":
        """Read the hours as the file spells them."""
        return cls(
            entry.get("from", ""),
            entry.get("to", ""),
            entry.get("timezone", "UTC"),
            tuple(entry.get("days", ())),
            Severity(entry["still_send"]) if "still_send" in entry else None,
        )


@dataclass(frozen=True, slots=True)
class Route:
    """Findings that go to some destinations: those that match all that is given here.

    `severity` is the least that matches. `packs`, `accounts`, `units` and `owners` match where any of their members
    does; empty means all. `owners` are globs. `quiet_hours` are in force here, whatever `Alerts` has; None means that
    nothing waits.
    """

    name: str
    to: tuple[Destination, ...]
    severity: Severity = Severity.INFORMATIONAL
    packs: tuple[str, ...] = ()
    accounts: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    quiet_hours: QuietHours | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the route as the file spells it."""
        entry: dict[str, Any] = {"name": self.name, "severity": str(self.severity)}
        entry |= {name: list(found) for name in _NARROWING if (found := getattr(self, name))}
        entry["quiet_hours"] = self.quiet_hours.to_json() if self.quiet_hours else False
        return entry | {"to": [destination.to_json() for destination in self.to]}

    @classmethod
    def from_json(cls, entry: Mapping[str, Any], quiet_hours: QuietHours | None) -> "Route":
        """Read a route as the file spells it; `quiet_hours` are those of the file, for a route that names none."""
        own = entry.get("quiet_hours")
        return cls(
            entry["name"],
            tuple(Destination.from_json(each) for each in entry["to"]),
            Severity(entry.get("severity", Severity.INFORMATIONAL)),
            **{name: tuple(entry.get(name, ())) for name in _NARROWING},
            quiet_hours=quiet_hours if own is None else QuietHours.from_json(own) if own else None,
        )


_NARROWING = ("packs", "accounts", "units", "owners")


@dataclass(frozen=True, slots=True)
class Alerts:
    """The key `alerts` of muster.yaml.

    `owner_tag` is the key of the tag that names a resource's owner. `warn_days` is how many days before its end a
    suppression is announced. `routes` are those of the file; `in_force` are those to use.
    """

    owner_tag: str = OWNER_TAG
    warn_days: int = WARN_DAYS
    quiet_hours: QuietHours | None = None
    routes: tuple[Route, ...] = ()

    @property
    def in_force(self) -> tuple[Route, ...]:
        """The routes; where the file has none, one that sends everything to the stack's topic."""
        return self.routes or (Route(EVERYTHING, (Destination(Kind.TOPIC),), quiet_hours=self.quiet_hours),)

    def to_json(self) -> dict[str, Any]:
        """Return the alerts as the file spells them."""
        entry: dict[str, Any] = {"owner_tag": self.owner_tag, "warn_days": self.warn_days}
        entry |= {"quiet_hours": self.quiet_hours.to_json()} if self.quiet_hours else {}
        return entry | {"routes": [route.to_json() for route in self.routes]}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Alerts":
        """Read the alerts as the file spells them."""
        quiet = QuietHours.from_json(document["quiet_hours"]) if document.get("quiet_hours") else None
        return cls(
            document.get("owner_tag", OWNER_TAG),
            document.get("warn_days", WARN_DAYS),
            quiet,
            tuple(Route.from_json(entry, quiet) for entry in document.get("routes", ())),
        )
