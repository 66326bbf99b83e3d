"""Routes: which findings go to whom. Pure, but for the accounts of organizational units, which a caller looks up."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from muster.alerts.news import Acceptance
from muster.analysis.patterns.globs import matches
from muster.catalog.packs import ALL, Pack
from muster.configuration.alerts import Route
from muster.lifecycle.events import FindingEvent
from muster.model.finding import Severity

AccountsOf = Callable[[str], Collection[str] | None]
"""Returns the accounts below an organizational unit, None where they cannot be read."""


@dataclass(slots=True)
class Router:
    """Decides by the routes of muster.yaml which findings go to whom.

    `accounts_of` is called once for each unit. A finding matches a unit whose accounts cannot be read: an alert too
    many is better than one that is lost. `unread` then names the unit.
    """

    routes: Sequence[Route]
    packs: Mapping[str, Pack]
    accounts_of: AccountsOf = lambda _unit: None
    unread: list[str] = field(default_factory=list)
    _units: dict[str, Collection[str] | None] = field(default_factory=dict)
    _checks: dict[str, frozenset[str]] = field(default_factory=dict)

    def matching(self, event: FindingEvent) -> Iterable[Route]:
        """Yield the routes that an event goes to."""
        return (route for route in self.routes if self.matches(route, event))

    def matches(self, route: Route, event: FindingEvent) -> bool:
        """Return whether an event goes to a route."""
        return (
            _rank(event.severity) >= route.severity.rank
            and self._in_packs(route, event.check_id)
            and (not route.accounts or event.account_id in route.accounts)
            and (not route.owners or any(matches(owner, event.owner) for owner in route.owners))
            and (not route.units or any(self._below(unit, event.account_id) for unit in route.units))
        )

    def accepts(self, route: Route, acceptance: Acceptance, severities: Mapping[str, str]) -> bool:
        """Return whether news of a suppression goes to a route: by check, by its severity, and by its owner.

        A suppression may be of many accounts, so that accounts and units do not count.
        """
        return (
            _rank(severities.get(acceptance.check_id, "")) >= route.severity.rank
            and self._in_packs(route, acceptance.check_id)
            and (not route.owners or any(matches(owner, acceptance.owner) for owner in route.owners))
        )

    def general(self) -> tuple[Route, ...]:
        """Return the routes that hear of the scan itself: those that take all findings, or all where there is none."""
        return tuple(route for route in self.routes if takes_all(route)) or tuple(self.routes)

    def _in_packs(self, route: Route, check_id: str) -> bool:
        return not route.packs or any(name == ALL or check_id in self._checks_of(name) for name in route.packs)

    def _checks_of(self, name: str) -> frozenset[str]:
        if name not in self._checks:
            pack = self.packs.get(name)
            self._checks[name] = frozenset(entry.check for entry in pack.entries) if pack else frozenset()
        return self._checks[name]

    def _below(self, unit: str, account_id: str) -> bool:
        if unit not in self._units:
            self._units[unit] = found = self.accounts_of(unit)
            if found is None:
                self.unread.append(unit)
        accounts = self._units[unit]
        return accounts is None or account_id in accounts


def takes_all(route: Route) -> bool:
    """Return whether every finding goes to a route."""
    return not (route.severity.rank or route.packs or route.accounts or route.units or route.owners)


def _rank(severity: str) -> int:
    """Return the rank of a severity; one of another version of Muster counts as the highest."""
    try:
        return Severity(severity).rank
    except ValueError:
        return Severity.CRITICAL.rank
