"""What a scan asks of AWS: its calls, its findings and how long they take, before anything is asked."""

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from muster.catalog.catalog import Catalog
from muster.facets.tagging.tags import Tags
from muster.model.finding import ACCOUNT, GLOBAL, REGION
from muster.model.readers import Describer, Lister
from muster.model.rule import Rule
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
    """What is asked of whom: the rules, and the resources of one account in the regions that are scanned.

    All `accounts` are taken to be alike. `related` is how many other resources those of a shard name, for each
    facet that is read of them one by one; `by_tags` says that the tags of every resource are read, whatever the
    checks need.
    """

    catalog: Catalog
    rules: Sequence[Rule]
    resources: Resources
    regions: Sequence[str]
    accounts: int = 1
    related: int = 0
    by_tags: bool = False

    def shards(self, sizes: Mapping[str, int] | None = None) -> tuple[Shard, ...]:
        """Return the shards of one account; `sizes` says which are large enough to be cut, as on the stack."""
        global_services = self.catalog.global_services
        return shards("", "aws", self.regions, self.rules, global_services=global_services, sizes=sizes)

    def types(self, shard: Shard) -> list[str]:
        """Return the resource types of a shard in the order in which they are scanned."""
        kinds = {rule.resource_type for rule in self.rules if rule.service == shard.service}
        kinds &= {shard.resource_type or kind for kind in kinds}
        return sorted(kinds, key=lambda kind: (kind not in self.catalog.listers, kind))

    def judged(self, kind: str, shard: Shard) -> Mapping[str, int]:
        """Return how many resources of a type a shard judges, by region; of an account or a region there is one."""
        if kind not in self.catalog.listers:
            return {shard.region: 1}
        return {region: self.resources.get((kind, region), 0) for region in shard.scope}

    def held_in(self, region: str) -> Callable[[str], int]:
        """Return what says how many resources of a type a region has."""
        return lambda kind: self.resources.get((kind, region), 0)

    def pages(self, kind: str, shard: Shard) -> int:
        """Return how many pages the listing of a type has; what no region asked for owns is listed all the same."""
        lister = self.catalog.listers.get(kind)
        if lister is None or not lists_itself(self.catalog, lister):
            return 0
        everywhere = (count for (name, _), count in self.resources.items() if name == kind)
        listed = sum(everywhere if shard.region == GLOBAL else self.judged(kind, shard).values())
        listings = sum(self.judged(lister.each_of, shard).values()) if lister.each_of else 1
        return max(listings, math.ceil(listed / lister.page))

    def asking(self, kind: str, shard: Shard, at_once: int) -> int:
        """Return how many calls ask about all resources of a type: those of two pages never share one."""
        count, lister = sum(self.judged(kind, shard).values()), self.catalog.listers.get(kind)
        if lister is None or not lists_itself(self.catalog, lister):
            return math.ceil(count / at_once)
        pages, page = self.pages(kind, shard), lister.page
        share, more = divmod(count, pages) if lister.each_of and pages else (page, 0)
        full, rest = (pages - more, 0) if lister.each_of else divmod(count, page)
        return full * math.ceil(share / at_once) + more * math.ceil((share + 1) / at_once) + math.ceil(rest / at_once)

    def shared(self, shard: Shard) -> Iterator[Describer]:
        """Yield what is read once of the account or region for a shard, and listed from or judged by."""
        for kind in self.types(shard):
            lister = self.catalog.listers.get(kind)
            if lister and (source := self.catalog.source(lister)):
                yield source
            if sum(self.judged(kind, shard).values()):
                yield from (each for each in self.describers(kind) if each.resource_type in (ACCOUNT, REGION))

    def describers(self, kind: str) -> list[Describer]:
        """Return what is called for each resource of a type, each once however many rules need it."""
        rules = [rule for rule in self.rules if rule.resource_type == kind and rule.asked]
        found = [each for rule in rules for each in self.catalog.describers_for(rule.check, kind)]
        if self.by_tags and (tags := self.catalog.describers.get((kind, Tags))):
            found.append(tags)
        return list({(each.resource_type, each.facet): each for each in found}.values())


def calls(  # noqa: PLR0913 - what is scanned, and how
    catalog: Catalog,
    rules: Sequence[Rule],
    resources: Resources,
    regions: Sequence[str],
    *,
    accounts: int = 1,
    related: int = 0,
    by_tags: bool = False,
) -> Calls:
    """Return the calls that the shards of a scan make in good weather.

    Every page but the last of a listing is taken to be full, and ListBuckets to say each bucket's region, as AWS
    documents it. What is asked before the first shard (who we are, which regions are enabled) is not counted, as
    it is not in the ledger.
    """
    return calls_of(Demand(catalog, rules, resources, regions, accounts, related, by_tags))


def calls_of(demand: Demand) -> Calls:
    """Return the calls that satisfy a demand."""
    made: Counter[str] = Counter()
    for shard in demand.shards():
        for api, count in _shard_calls(demand, shard):
            made[api] += count * demand.accounts
    for api, count in _shared_calls(demand):
        made[api] += count * demand.accounts
    return summed(demand.catalog, made)


def summed(catalog: Catalog, made: Mapping[str, int]) -> Calls:
    """Return calls by API, sorted, without those that are not made."""
    listings = {lister.operation for lister in catalog.listers.values()}
    by_api = {api: count for api, count in sorted(made.items()) if count}
    return Calls(by_api, frozenset(listings & by_api.keys()))


def is_exact(demand: Demand) -> bool:
    """Whether the numbers of resources say how many calls there are.

    What is read once of an account or a region is counted as one page where their number does not say more, what
    resources name only as far as `related` says, or as one each where a call asks about many, and what only some
    resources are asked as if it were all.
    """
    for shard in demand.shards():
        for kind in demand.types(shard):
            lister = demand.catalog.listers.get(kind)
            judged = demand.describers(kind) if sum(demand.judged(kind, shard).values()) else []
            if lister and lister.of:
                return False
            if any(each.related or each.when or each.resource_type in (ACCOUNT, REGION) for each in judged):
                return False
    return True


def findings_of(demand: Demand) -> Mapping[str, int]:
    """Return how many findings one account has, by region: one for each rule and resource."""
    found: Counter[str] = Counter()
    for shard in demand.shards():
        for rule in demand.rules:
            if rule.service == shard.service:
                found.update(demand.judged(rule.resource_type, shard))
    return {region: found[region] for region in sorted(found) if found[region]}


def lists_itself(catalog: Catalog, lister: Lister) -> bool:
    """Whether a lister makes a call: one that is made from a shared facet may find everything in there."""
    source = catalog.source(lister)
    return source is None or lister.permission not in source.permissions


def _shard_calls(demand: Demand, shard: Shard) -> Iterator[tuple[str, int]]:
    for kind in demand.types(shard):
        if (lister := demand.catalog.listers.get(kind)) and lists_itself(demand.catalog, lister):
            yield lister.operation, demand.pages(kind, shard)
        count = sum(demand.judged(kind, shard).values())
        if not count:
            continue
        for describer in demand.describers(kind):
            if describer.resource_type in (ACCOUNT, REGION):
                continue
            if not describer.related or describer.at_once > 1:
                yield describer.operation, demand.asking(kind, shard, describer.at_once)
            elif demand.related:
                yield describer.operation, demand.related


def _shared_calls(demand: Demand) -> Iterator[tuple[str, int]]:
    """Yield what is asked once of an account or a region for all shards that need it."""
    asked: set[tuple[str, type]] = set()
    for shard in demand.shards():
        for describer in demand.shared(shard):
            where = "" if describer.resource_type == ACCOUNT else shard.region
            if (where, describer.facet) not in asked:
                asked.add((where, describer.facet))
                pages = describer.page
                made = pages.calls(describer.operation, demand.held_in(where)) if pages else {describer.operation: 1}
                yield from made.items()


@dataclass(frozen=True, slots=True)
class Assumptions:
    """What is not known before a scan runs, in seconds; stand-ins until they are measured where it runs.

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
    """How long the shards of all accounts take one after the other: waiting for AWS, and computing."""

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
