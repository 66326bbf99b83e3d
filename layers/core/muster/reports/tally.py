"""Counts of findings and resources as they pass; their size follows the checks and regions, never the resources."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from muster.model.finding import ACCOUNT, REGION, TARGET, Finding, Severity, Status

SUPPRESSED = "suppressed"
STATUSES = (*(status.value.lower() for status in Status), SUPPRESSED)
"""The words that findings are counted by; a suppressed finding is counted as that alone."""
UNREAD = Status.INSUFFICIENT_DATA.value.lower()
GAPS = 200
"""How many different gaps are counted one by one; more would be a list of resources."""
_EXAMPLES = 3
"""How many resources each gap names."""
OTHER_GAPS = "other reasons"


def _counted_as(finding: Finding) -> str:
    """Return the word of STATUSES that a finding is counted by."""
    return SUPPRESSED if finding.suppression else finding.status.value.lower()


@dataclass(slots=True)
class ResourceBoundary:
    """Notices the first finding of each resource; the findings of one resource come one after another."""

    _last: tuple[str, str, str] | None = None

    def crossed(self, finding: Finding) -> bool:
        """Whether the finding's resource is another one than that of the finding before."""
        identity = finding.resource.identity
        if identity == self._last:
            return False
        self._last = identity
        return True


@dataclass(slots=True)
class Tally:
    """Counts findings by check, region and status, and resources by whether any finding of theirs fails.

    `checks` maps (check id, region) to the number of findings by the words of STATUSES. Accounts, regions and targets
    are no resources: their findings count, they themselves do not.
    """

    checks: dict[tuple[str, str], Counter[str]] = field(default_factory=dict)
    resources: int = 0
    failing_resources: int = 0
    _boundary: ResourceBoundary = field(default_factory=ResourceBoundary, repr=False, compare=False)
    _failed: bool = field(default=False, repr=False, compare=False)

    def count(self, finding: Finding) -> None:
        """Count one finding; those of one resource come one after another."""
        resource = finding.resource
        self.checks.setdefault((finding.check_id, resource.region), Counter())[_counted_as(finding)] += 1
        if resource.type in (ACCOUNT, REGION, TARGET):
            return
        if self._boundary.crossed(finding):
            self._failed = False
            self.resources += 1
        if finding.failing and not self._failed:
            self._failed = True
            self.failing_resources += 1

    def merge(self, other: "Tally") -> None:
        """Add the counts of another tally, which saw other resources."""
        for key, counts in other.checks.items():
            self.checks.setdefault(key, Counter()).update(counts)
        self.resources += other.resources
        self.failing_resources += other.failing_resources

    @property
    def statuses(self) -> Counter[str]:
        """The number of findings by the words of STATUSES."""
        total: Counter[str] = Counter()
        for counts in self.checks.values():
            total.update(counts)
        return total

    def by_check(self) -> dict[str, Counter[str]]:
        """Return the number of findings by check id and status, over all regions."""
        total: dict[str, Counter[str]] = {}
        for (check_id, _), counts in self.checks.items():
            total.setdefault(check_id, Counter()).update(counts)
        return total

    def to_json(self) -> dict[str, Any]:
        """Return the counts as plain JSON."""
        checks = [{"check_id": check, "region": region, **counts} for (check, region), counts in self.checks.items()]
        return {"checks": checks, "scanned": self.resources, "failing": self.failing_resources}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Read what `to_json` returned."""
        checks = {
            (row["check_id"], row["region"]): Counter({key: row[key] for key in STATUSES if key in row})
            for row in document["checks"]
        }
        return cls(checks, document["scanned"], document["failing"])


@dataclass(slots=True)
class Gap:
    """One thing that could not be read: how many findings miss it, of which checks, and the first few resources."""

    findings: int = 0
    checks: set[str] = field(default_factory=set)
    examples: list[str] = field(default_factory=list)

    def add(self, findings: int, checks: set[str], examples: list[str]) -> None:
        """Add findings of checks, and resources while there is room for examples."""
        self.findings += findings
        self.checks |= checks
        new = [name for name in dict.fromkeys(examples) if name not in self.examples]
        self.examples += new[: _EXAMPLES - len(self.examples)]


class Gaps(dict[tuple[str | None, str], Gap]):
    """What could not be read, by (permission, reason): GAPS of them, and one a permission for all others."""

    def add(self, permission: str | None, reason: str, findings: int, checks: set[str], examples: list[str]) -> None:
        """Add findings that miss the same."""
        key = (permission, reason)
        if key not in self and len(self) >= GAPS:
            key = (permission, OTHER_GAPS)
        self.setdefault(key, Gap()).add(findings, checks, examples)

    def ranked(self) -> list[tuple[tuple[str | None, str], Gap]]:
        """Return them, those that most findings miss first."""
        return sorted(self.items(), key=lambda item: (-item[1].findings, str(item[0])))


@dataclass(slots=True)
class ReportTally:
    """Counts for the report of `muster scan`: a tally, the severity of each check, and what could not be read."""

    counts: Tally = field(default_factory=Tally)
    findings: int = 0
    severities: dict[str, Severity] = field(default_factory=dict)
    gaps: Gaps = field(default_factory=Gaps)

    def count(self, finding: Finding) -> None:
        """Count one finding; those of one resource come one after another."""
        self.findings += 1
        self.counts.count(finding)
        self.severities.setdefault(finding.check_id, finding.severity)
        for unavailable in finding.unavailable:
            self.gaps.add(unavailable.permission, unavailable.reason, 1, {finding.check_id}, [finding.resource.id])

    def merge(self, other: "ReportTally") -> None:
        """Add the counts of another tally, which saw other resources."""
        self.findings += other.findings
        self.counts.merge(other.counts)
        self.severities = {**other.severities, **self.severities}
        for (permission, reason), gap in other.gaps.items():
            self.gaps.add(permission, reason, gap.findings, gap.checks, gap.examples)

    @property
    def unread(self) -> int:
        """The number of findings without an answer."""
        return self.counts.statuses[UNREAD]

    @property
    def failing(self) -> Counter[Severity]:
        """The number of failing findings by severity; severities without any are left out."""
        word, total = Status.NON_COMPLIANT.value.lower(), Counter[Severity]()
        for check_id, counts in self.counts.by_check().items():
            if counts[word]:
                total[self.severities[check_id]] += counts[word]
        return total

    def failing_from(self, least: Severity) -> int:
        """Return how many findings fail at a severity or above."""
        return sum(count for severity, count in self.failing.items() if severity.rank >= least.rank)

    def to_json(self) -> dict[str, Any]:
        """Return the report's `summary`."""
        statuses, failing, tally = self.counts.statuses, self.failing, self.counts
        return {
            "resources": {
                "scanned": tally.resources,
                "compliant": tally.resources - tally.failing_resources,
                "non_compliant": tally.failing_resources,
            },
            "findings": {word: statuses[word] for word in STATUSES},
            "failing": {severity.value: failing[severity] for severity in reversed(Severity)},
            "checks": [
                {
                    "check_id": check_id,
                    "severity": self.severities[check_id].value,
                    **{word: counts[word] for word in STATUSES},
                }
                for check_id, counts in sorted(tally.by_check().items())
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
