"""The calls, the findings and the duration of a scan, before it runs."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from muster.catalog.read_plan import Call, Per, ReadPlan, TypePlan
from muster.model.finding import ACCOUNT, GLOBAL
from muster.model.paging import Held
from muster.model.readers import Describer
from muster.model.shard import Shard
from muster.targets.sharding import shards

Resources = Mapping[tuple[str, str], int]
"""How many resources an account has, by resource type and region."""


@dataclass(frozen=True, slots=True)
class Calls:
    """Calls by API, named as the coverage ledger names them; `listings` are those that are made page after page."""

    by_api: Mapping[str, int]
    listings: frozenset[str] = frozenset()

    @property
    def total(self) -> int:
        """All calls."""
        return sum(self.by_api.values())


@dataclass(frozen=True, slots=True)
class Demand:
    """The work of a scan: a read plan, and the resources of one account in the regions that are scanned.

    All `accounts` are taken to be alike. `related` is how many other resources those of a shard name, for each
    facet that is read of them one by one.
    """

    plan: ReadPlan
    resources: Resources
    regions: Sequence[str]
    accounts: int = 1
    related: int = 0

    def shards(self, sizes: Mapping[str, int] | None = None) -> tuple[Shard, ...]:
        """Return the shards of one account; `sizes` says which are large enough to be cut, as on the stack."""
        global_services = self.plan.catalog.global_services
        return shards("", "aws", self.regions, self.plan.rules, global_services=global_services, sizes=sizes)

    def judged(self, plan: TypePlan, shard: Shard) -> Mapping[str, int]:
        """Return how many resources of a type a shard judges, by region; of an account or a region there is one."""
        return self._held(plan.resource_type, shard) if plan.lister else {shard.region: 1}

    def count(self, plan: TypePlan, shard: Shard) -> int:
        """Return how many resources of a type a shard judges."""
        return sum(self.judged(plan, shard).values())

    def held_in(self, region: str) -> Held:
        """Return the function from a resource type to the number of its resources in a region."""
        return lambda kind: self.resources.get((kind, region), 0)

    def pages(self, plan: TypePlan, shard: Shard) -> int:
        """Return how many pages the listing of a type has; what no region in scope owns is listed all the same."""
        lister = plan.lister
        if lister is None or not plan.lists:
            return 0
        everywhere = (count for (name, _), count in self.resources.items() if name == plan.resource_type)
        listed = sum(everywhere) if shard.region == GLOBAL else self.count(plan, shard)
        listings = sum(self._held(lister.each_of, shard).values()) if lister.each_of else 1
        return max(listings, math.ceil(listed / lister.page))

    def calls(self, plan: TypePlan, shard: Shard) -> Iterator[tuple[Call, int]]:
        """Yield the calls for a type with their numbers, but for those that other shards share."""
        judged = self.count(plan, shard)
        for call in plan.calls:
            if call.per is Per.PAGE:
                yield call, self.pages(plan, shard)
            elif call.shared or not judged:
                continue
            elif call.per is Per.RESOURCE or call.at_once > 1:
                yield call, self._batches(plan, shard, call.at_once)
            else:
                yield call, self.related

    def shared(self, shard: Shard) -> Iterator[Describer]:
        """Yield the describers of shared facets that a shard lists from or judges by."""
        for plan in self.plan.of(shard):
            for call in plan.calls:
                describer = call.reader
                needed = describer == plan.source or self.count(plan, shard)
                if call.shared and needed and isinstance(describer, Describer):
                    yield describer

    def _held(self, kind: str, shard: Shard) -> Mapping[str, int]:
        return {region: self.resources.get((kind, region), 0) for region in shard.scope}

    def _batches(self, plan: TypePlan, shard: Shard, at_once: int) -> int:
        """Return how many calls read all resources of a type: those of two pages never share one."""
        count, lister = self.count(plan, shard), plan.lister
        if lister is None or not plan.lists:
            return math.ceil(count / at_once)
        pages, page = self.pages(plan, shard), lister.page
        share, more = divmod(count, pages) if lister.each_of and pages else (page, 0)
        full, rest = (pages - more, 0) if lister.each_of else divmod(count, page)
        return full * math.ceil(share / at_once) + more * math.ceil((share + 1) / at_once) + math.ceil(rest / at_once)


def calls_of(demand: Demand) -> Calls:
    """Return the calls that the shards of a scan make without faults.

    Every page but the last of a listing is taken to be full, and ListBuckets to say each bucket's region, as AWS
    documents it. The calls before the first shard (the caller's identity, the enabled regions) are not counted, as
    they are not in the ledger.
    """
    made: Counter[str] = Counter()
    for shard in demand.shards():
        for plan in demand.plan.of(shard):
            for call, count in demand.calls(plan, shard):
                made[call.operation] += count * demand.accounts
    for operation, count in _shared_calls(demand):
        made[operation] += count * demand.accounts
    return summed(demand, made)


def summed(demand: Demand, made: Mapping[str, int]) -> Calls:
    """Return calls by API, sorted, without those that are not made."""
    listings = {lister.operation for lister in demand.plan.catalog.listers.values()}
    by_api = {api: count for api, count in sorted(made.items()) if count}
    return Calls(by_api, frozenset(listings & by_api.keys()))


def is_exact(demand: Demand) -> bool:
    """Whether the numbers of resources say how many calls there are.

    What is read once of an account or a region is counted as one page where their number does not say more, what
    resources name only as far as `related` says, or as one each where a call reads many, and what only some
    resources need as if it were all.
    """
    return not any(
        plan.source or (demand.count(plan, shard) and any(map(_is_estimated, plan.calls)))
        for shard in demand.shards()
        for plan in demand.plan.of(shard)
    )


def _is_estimated(call: Call) -> bool:
    return (
        call.shared or call.per is Per.RELATED or (isinstance(call.reader, Describer) and call.reader.when is not None)
    )


def findings_of(demand: Demand) -> Mapping[str, int]:
    """Return how many findings one account has, by region: one for each rule and resource."""
    findings: Counter[str] = Counter()
    for shard in demand.shards():
        for plan in demand.plan.of(shard):
            for region, count in demand.judged(plan, shard).items():
                findings[region] += count * len(plan.rules)
    return {region: findings[region] for region in sorted(findings) if findings[region]}


def _shared_calls(demand: Demand) -> Iterator[tuple[str, int]]:
    """Yield the calls that are made once of an account or a region for all shards that need them."""
    made: set[tuple[str, type]] = set()
    for shard in demand.shards():
        for describer in demand.shared(shard):
            region = region_of(describer, shard)
            if (region, describer.facet) not in made:
                made.add((region, describer.facet))
                held, page = demand.held_in(region), describer.page
                yield from (page.calls(describer.operation, held) if page else {describer.operation: 1}).items()


def region_of(describer: Describer, shard: Shard) -> str:
    """Return the region that a shared facet is read of; that of an account is read of no region."""
    return "" if describer.resource_type == ACCOUNT else shard.region


@dataclass(frozen=True, slots=True)
class Assumptions:
    """Times that are not known before a scan runs, in seconds: stand-ins until they are measured where it runs.

    `page` is the latency of a page of an EC2 listing, `call` that of any other call, `concurrency` how many calls of
    a shard are in flight; pages of one listing follow each other.
    """

    call: float = 0.05
    page: float = 1.0
    cpu_per_call: float = 0.0008
    cpu_per_finding: float = 0.00005
    concurrency: int = 16


@dataclass(frozen=True, slots=True)
class Seconds:
    """The time that the shards of all accounts take one after the other: waiting for AWS, and computing."""

    waiting: float
    cpu: float

    @property
    def total(self) -> float:
        """Both; an upper bound, since some of one overlaps the other."""
        return self.waiting + self.cpu


def seconds_of(made: Calls, findings: int, assumptions: Assumptions) -> Seconds:
    """Return how long so many calls and findings take."""
    pages = sum(
        count * (assumptions.page if api.startswith("ec2:") else assumptions.call)
        for api, count in made.by_api.items()
        if api in made.listings
    )
    others = sum(count for api, count in made.by_api.items() if api not in made.listings)
    cpu = made.total * assumptions.cpu_per_call + findings * assumptions.cpu_per_finding
    return Seconds(pages + others * assumptions.call / assumptions.concurrency, cpu)
