"""From findings to one mark a resource: it fails, it passes, or it could not be judged. Pure."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from muster.analysis.patterns.globs import matches
from muster.catalog.packs import ALL, Pack
from muster.configuration.compliance_tags import ComplianceTags
from muster.model.finding import Finding, Resource, Severity, Status
from muster.model.text import counted

Home = tuple[str, str]
"""An account and the service whose shards scan a resource."""


class Mark(StrEnum):
    """The result of a scan for one resource."""

    FAILED = "failed"
    PASSED = "passed"
    UNREAD = "unread"
    """Nothing fails, and something could not be judged: the resource keeps the tag that it has."""


@dataclass(frozen=True, slots=True)
class MarkedResource:
    """A resource with its mark, and the reason in a few words."""

    resource: Resource
    mark: Mark
    reason: str

    @property
    def place(self) -> tuple[str, str, str, str]:
        """The key by which marked resources are sorted: account, region, type, and the resource's own key."""
        each = self.resource
        return each.account_id, each.region, each.type, each.key


def counted_checks(
    settings: ComplianceTags, severities: Mapping[str, Severity], packs: Mapping[str, Pack]
) -> frozenset[str]:
    """Return the checks of a scan (with their severities) that count for the compliance tag."""
    names = {check for check in severities if any(matches(pattern, check) for pattern in settings.checks)}
    names |= {entry.check for name in settings.packs if name != ALL for entry in packs[name].entries}
    everything = ALL in settings.packs or not (settings.checks or settings.packs)
    least = settings.severity.rank if settings.severity else 0
    return frozenset(
        check for check, severity in severities.items() if severity.rank >= least and (everything or check in names)
    )


@dataclass(slots=True)
class _Seen:
    """What the findings of one resource say so far."""

    resource: Resource
    service: str
    failing: int = 0
    unread: int = 0
    example: str = ""


class Marks:
    """Gathers the findings of a scan by resource, and returns the mark of each."""

    def __init__(self, settings: ComplianceTags, checks: Collection[str], *, every_check: bool = True) -> None:
        """Count the findings of these checks; without `every_check`, others may fail: then nothing passes."""
        self._types = frozenset(settings.types)
        self._checks = frozenset(checks)
        self._every_check = every_check
        self._seen: dict[tuple[str, str, str, str], _Seen] = {}

    def count(self, finding: Finding) -> None:
        """Count one finding; a suppressed failure is none."""
        self.add(finding.resource, finding.check_id, finding.service, finding.status, failing=finding.failing)

    def add(self, resource: Resource, check: str, service: str, status: str, *, failing: bool) -> None:
        """Count one finding by its parts; `failing` says that it fails and no suppression accepts it."""
        if resource.type not in self._types or check not in self._checks:
            return
        place = (resource.account_id, resource.region, resource.type, resource.key)
        seen = self._seen.get(place)
        if seen is None:
            # The tags of the scan are old by now; those that count are read again.
            seen = self._seen[place] = _Seen(replace(resource, tags=None), service)
        if failing:
            seen.failing += 1
            seen.example = seen.example or check
        elif status == Status.INSUFFICIENT_DATA:
            seen.unread += 1

    def __len__(self) -> int:
        """How many resources were judged."""
        return len(self._seen)

    def marked(self, partial: Collection[Home] = ()) -> Iterator[MarkedResource]:
        """Yield the marked resources, sorted by place.

        `partial` are the homes that the scan did not see to their end: a resource there may have more findings.
        """
        for _, seen in sorted(self._seen.items()):
            yield MarkedResource(seen.resource, *self._mark(seen, partial))

    def _mark(self, seen: _Seen, partial: Collection[Home]) -> tuple[Mark, str]:
        if seen.failing:
            others = f" and {seen.failing - 1} more" if seen.failing > 1 else ""
            return Mark.FAILED, f"fails {seen.example}{others}"
        if seen.unread:
            return Mark.UNREAD, f"{counted(seen.unread, 'check')} could not be evaluated: the tag stays as it is"
        if (seen.resource.account_id, seen.service) in partial:
            return Mark.UNREAD, f"the scan of {seen.service} did not end: the tag stays as it is"
        if not self._every_check:
            return Mark.UNREAD, "the scan ran some checks only: the tag stays as it is"
        return Mark.PASSED, "passes"
