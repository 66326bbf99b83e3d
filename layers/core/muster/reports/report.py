"""A scan besides its findings: the header, the counts, and whether it is complete."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from muster import __version__
from muster.model.coverage import Coverage
from muster.model.json_values import timestamp
from muster.model.text import counted


@dataclass(slots=True)
class ScanReport:
    """The scan itself: what it was asked, when it ran, what is missing and what was asked of AWS.

    `narrowed` has the options that leave out resources of the checks, like `--tag Environment=prod`. `statuses` are
    those of the findings in the report, as `--status` names them; empty where it has all. `checks_off`
    counts the checks of Muster that did not run; `turned_on_by` are the keys of muster.yaml that turn them on, empty
    where the options chose the checks.
    """

    scan_id: str
    started_at: datetime
    account_id: str
    account_name: str
    regions: Sequence[str]
    packs: Sequence[str]
    checks: Sequence[str]
    accounts: Sequence[str] = ()
    accounts_excluded: Mapping[str, str] = field(default_factory=dict)
    blocked: list[str] = field(default_factory=list)
    calls_forecast: int | None = None
    finished_at: datetime | None = None
    incomplete: list[str] = field(default_factory=list)
    coverage: list[Coverage] = field(default_factory=list)
    narrowed: Sequence[str] = ()
    statuses: Sequence[str] = ()
    checks_off: int = 0
    turned_on_by: Sequence[str] = ()

    @property
    def complete(self) -> bool:
        """Whether nothing is missing."""
        return not self.incomplete

    @property
    def calls(self) -> int:
        """The number of calls of AWS that the shards made."""
        return sum(row.calls for row in self.coverage)

    @property
    def off(self) -> str:
        """How many checks are off and what turns them on, in one sentence; empty where none is, or the options say."""
        if not self.turned_on_by:
            return ""
        *others, last = self.turned_on_by
        keys = f"{', '.join(others)} and {last} turn" if others else f"{last} turns"
        verb, them = ("is", "it") if self.checks_off == 1 else ("are", "them")
        return f"{counted(self.checks_off, 'check')} {verb} off: in muster.yaml, {keys} {them} on"

    def to_json(self) -> dict[str, Any]:
        """Return the scan as plain JSON."""
        return {
            "scan_id": self.scan_id,
            "started_at": timestamp(self.started_at),
            "finished_at": None if self.finished_at is None else timestamp(self.finished_at),
            "account_id": self.account_id,
            "account_name": self.account_name,
            "accounts": list(self.accounts),
            "accounts_excluded": dict(self.accounts_excluded),
            "blocked_by_policy": sorted(set(self.blocked)),
            "regions": list(self.regions),
            "packs": list(self.packs),
            "checks": list(self.checks),
            "checks_off": self.checks_off,
            "narrowed": list(self.narrowed),
            "statuses": list(self.statuses),
            "calls": {"made": self.calls, "forecast": self.calls_forecast},
            "complete": self.complete,
            "incomplete": list(self.incomplete),
            "coverage": [{**asdict(row), "seconds": round(row.seconds, 3)} for row in self.coverage],
            "version": __version__,
        }
