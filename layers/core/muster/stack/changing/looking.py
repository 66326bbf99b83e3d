"""Looking again at the resources that events name: a shard of one, or of a few, by the rules of the stack."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

from muster.catalog.catalog import Catalog
from muster.catalog.read_plan import read_plan
from muster.configuration import Configuration
from muster.errors import MusterError
from muster.model.arn import Named
from muster.model.finding import Finding
from muster.model.rule import Rule
from muster.model.shard import Shard
from muster.scanning.cache import RegionCache
from muster.scanning.calls import ScanContext
from muster.scanning.named_scan import NamedScan, Seen, merged, shards_of
from muster.scanning.scope import Annotator, scope_of
from muster.sdk.retry import Retrier
from muster.stack.limits import SIDE_BY_SIDE
from muster.targets.clients import Sessions


@dataclass(frozen=True, slots=True)
class Scope:
    """The configuration and rules of the stack, and the regions that it scans."""

    catalog: Catalog
    configuration: Configuration
    rules: tuple[Rule, ...]
    regions: tuple[str, ...]
    partition: str
    region: str
    """The region of the stack: calls of services that no region owns go there."""

    @property
    def types(self) -> frozenset[str]:
        """The resource types that a rule judges."""
        return frozenset(rule.resource_type for rule in self.rules)


@dataclass(slots=True)
class Looks:
    """What became of each resource: how it was seen, the findings of those that were judged, and why shards broke."""

    seen: dict[Named, Seen] = field(default_factory=dict)
    findings: dict[Named, list[Finding]] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)

    def add(self, other: "Looks") -> None:
        """Add those of another shard; a resource that two services judge is unread if one could not see it."""
        self.seen = merged(self.seen, other.seen)
        for named, findings in other.findings.items():
            self.findings.setdefault(named, []).extend(findings)
        self.broken += other.broken


def look(  # noqa: PLR0913 - the resources, by which rules, and in which time
    named: Iterable[Named],
    scope: Scope,
    sessions: Sessions,
    at: datetime,
    left: Callable[[], float],
    reserve: float,
) -> Looks:
    """Scan resources by the rules of the stack, some shards side by side.

    What `left` leaves no time for, beyond `reserve` seconds, is unread. An error of one shard makes its resources
    unread and stops no other.
    """
    found = shards_of(
        named, scope.rules, partition=scope.partition, regions=scope.regions,
        global_services=scope.catalog.global_services, endpoint_region=scope.region,
    )  # fmt: skip
    by = scope_of(scope.configuration)
    plan = read_plan(scope.catalog, scope.rules, by_tags=by.by_tags)
    annotate = Annotator(scope.configuration, at.date())
    cache, retrier = RegionCache(), Retrier()

    def scanned(item: tuple[Shard, tuple[Named, ...]]) -> Looks:
        shard, names = item
        if left() < reserve:
            return Looks(dict.fromkeys(names, Seen.UNREAD))
        try:
            context = ScanContext(sessions.of(shard.account_id), at, retrier, cache)
            scan = NamedScan(shard, plan, context, names, keep=by.keep)
            findings = _by_name(names, [annotate(each) for each in scan])
            return Looks(dict(scan.looks), findings)
        except Exception as error:  # noqa: BLE001 - whatever breaks one shard, the others are scanned
            what = str(error) if isinstance(error, MusterError) else repr(error)
            return Looks(dict.fromkeys(names, Seen.UNREAD), broken=[f"{shard.id}: {what}"])

    looks = Looks()
    with ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="shard") as pool:
        for each in pool.map(scanned, found.items()):
            looks.add(each)
    return looks


def _by_name(names: Sequence[Named], findings: Iterable[Finding]) -> dict[Named, list[Finding]]:
    """Return the findings of each resource; those on a target say only that nothing was listed."""
    found: dict[Named, list[Finding]] = {}
    for finding in findings:
        for named in names:
            if named.names(finding.resource):
                found.setdefault(named, []).append(finding)
    return found
