"""What is told of a scan besides its findings: the header, the counts, and whether it is complete."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any, Protocol

from muster import __version__
from muster.model.coverage import Coverage
from muster.model.finding import ACCOUNT, REGION, TARGET, Finding, Severity, Status
from muster.reports.record import timestamp

SUPPRESSED = "suppressed"
GAPS = 200
"""How many different things that could not be read are told apart; more would be a list of resources."""
EXAMPLES = 3
"""How many resources are named of each."""
OTHER_GAPS = "other reasons"

WORDS = {
    Status.COMPLIANT: "pass",
    Status.NON_COMPLIANT: "fail",
    Status.NOT_APPLICABLE: "skip",
    Status.INSUFFICIENT_DATA: "unread",
}
"""The statuses as a terminal says them."""


@dataclass(slots=True)
class Gap:
    """How many findings miss one thing that could not be read, of which checks, and the first few resources."""

    findings: int = 0
    checks: set[str] = field(default_factory=set)
    examples: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Tally:
    """Counts findings as they pass; its size depends on the checks, never on the resources."""

    statuses: Counter[str] = field(default_factory=Counter)
    failing: Counter[Severity] = field(default_factory=Counter)
    checks: dict[str, tuple[Severity, Counter[str]]] = field(default_factory=dict)
    gaps: dict[tuple[str | None, str], Gap] = field(default_factory=dict)
    resources: int = 0
    failing_resources: int = 0
    _resource: tuple[str, str, str] | None = None
    _failed: bool = False

    def count(self, finding: Finding) -> None:
        """Count one finding; those of one resource come one after another."""
        word = SUPPRESSED if finding.suppression else finding.status.value.lower()
        self.statuses[word] += 1
        self.checks.setdefault(finding.check_id, (finding.severity, Counter()))[1][word] += 1
        if finding.failing:
            self.failing[finding.severity] += 1
        for gap in finding.unavailable:
            self._note((gap.permission, gap.reason), finding)
        self._count_resource(finding)

    @property
    def findings(self) -> int:
        """How many findings passed."""
        return self.statuses.total()

    @property
    def unread(self) -> int:
        """How many findings could not be answered."""
        return self.statuses[Status.INSUFFICIENT_DATA.value.lower()]

    def failing_from(self, least: Severity) -> int:
        """Return how many findings fail at a severity or above."""
        return sum(count for severity, count in self.failing.items() if severity.rank >= least.rank)

    def to_json(self) -> dict[str, Any]:
        """Return the summary; statuses are told apart from what was suppressed."""
        words = (*(status.value.lower() for status in Status), SUPPRESSED)
        return {
            "resources": {
                "scanned": self.resources,
                "compliant": self.resources - self.failing_resources,
                "non_compliant": self.failing_resources,
            },
            "findings": {word: self.statuses[word] for word in words},
            "failing": {severity.value: self.failing[severity] for severity in reversed(Severity)},
            "checks": [
                {"check_id": name, "severity": severity.value, **{word: counts[word] for word in words}}
                for name, (severity, counts) in sorted(self.checks.items())
            ],
            "unread": [
                {
                    "permission": permission,
                    "reason": reason,
                    "findings": gap.findings,
                    "checks": sorted(gap.checks),
                    "examples": list(gap.examples),
                }
                for (permission, reason), gap in self.gaps.items()
            ],
        }

    def _note(self, key: tuple[str | None, str], finding: Finding) -> None:
        if key not in self.gaps and len(self.gaps) >= GAPS:
            key = (key[0], OTHER_GAPS)
        gap = self.gaps.setdefault(key, Gap())
        gap.findings += 1
        gap.checks.add(finding.check_id)
        if len(gap.examples) < EXAMPLES and finding.resource.id not in gap.examples:
            gap.examples.append(finding.resource.id)

    def _count_resource(self, finding: Finding) -> None:
        resource = finding.resource
        if resource.type in (ACCOUNT, REGION, TARGET):
            return
        key = (resource.account_id, resource.region, resource.key)
        if key != self._resource:
            self._resource, self._failed = key, False
            self.resources += 1
        if finding.failing and not self._failed:
            self._failed = True
            self.failing_resources += 1


@dataclass(slots=True)
class ScanReport:
    """The scan itself: what it was asked, when it ran, what is missing and what was asked of AWS."""

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
    calls_foreseen: int | None = None
    finished_at: datetime | None = None
    incomplete: list[str] = field(default_factory=list)
    coverage: list[Coverage] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Whether nothing is missing."""
        return not self.incomplete

    @property
    def calls(self) -> int:
        """How many calls of AWS the shards made."""
        return sum(row.calls for row in self.coverage)

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
            "calls": {"made": self.calls, "foreseen": self.calls_foreseen},
            "complete": self.complete,
            "incomplete": list(self.incomplete),
            "coverage": [{**asdict(row), "seconds": round(row.seconds, 3)} for row in self.coverage],
            "version": __version__,
        }


class Writer(Protocol):
    """Says findings in one format: each as it comes, then the end."""

    def add(self, finding: Finding) -> None:
        """Take one finding."""
        ...

    def close(self, tally: Tally, scan: ScanReport) -> None:
        """Say the rest; nothing comes after it."""
        ...


def difference(predicted: int, made: int) -> str:
    """Say how many calls were made, and how far that is from what was predicted."""
    told = f"{made:,} call" if made == 1 else f"{made:,} calls"
    if made == predicted:
        return f"{told} as predicted"
    if not predicted:
        return f"{told}, where none was predicted"
    percent = abs(made - predicted) / predicted * 100
    share = "less than 0.1 %" if percent < 0.1 else f"{percent:,.1f} %"  # noqa: PLR2004 - it would read 0.0
    return f"{told}, {share} {'more' if made > predicted else 'fewer'} than the {predicted:,} predicted"
