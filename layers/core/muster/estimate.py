"""The estimate: calls, findings, duration and cost of a scan, computed before anything is asked of AWS."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Self

from muster.aws.ec2 import INSTANCE, SECURITY_GROUP, VOLUME
from muster.aws.s3 import BUCKET
from muster.catalog import Catalog
from muster.evaluate import Rule
from muster.facets.tags import Tags
from muster.model import ACCOUNT, GLOBAL, REGION
from muster.policy import OPERATION_ACTIONS
from muster.reading import Describer, Lister, Shard
from muster.sharding import shards

Resources = Mapping[tuple[str, str], int]
"""How many resources an account has, by resource type and region."""

PAGE_SIZES: Mapping[str, int] = MappingProxyType({INSTANCE: 1000, VOLUME: 500, SECURITY_GROUP: 1000, BUCKET: 1000})
"""How many resources a full page of each listing holds: what the listers ask for."""


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
    facet that is read of them; `by_tags` says that the tags of every resource are read, whatever the checks need.
    """

    catalog: Catalog
    rules: Sequence[Rule]
    resources: Resources
    regions: Sequence[str]
    bucket_like: frozenset[str]
    accounts: int = 1
    related: int = 0
    by_tags: bool = False

    def shards(self, sizes: Mapping[str, int] | None = None) -> tuple[Shard, ...]:
        """Return the shards of one account; `sizes` says which are large enough to be cut, as on the stack."""
        return shards("", "aws", self.regions, self.rules, bucket_like=self.bucket_like, sizes=sizes)

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

    def pages(self, kind: str, shard: Shard) -> int:
        """Return how many pages the listing of a type has; what no region asked for owns is listed all the same."""
        if kind not in self.catalog.listers:
            return 0
        everywhere = (count for (name, _), count in self.resources.items() if name == kind)
        listed = sum(everywhere if shard.region == GLOBAL else self.judged(kind, shard).values())
        return max(1, math.ceil(listed / PAGE_SIZES[kind]))

    def describers(self, kind: str) -> list[Describer]:
        """Return what is called for each resource of a type, each once however many rules need it."""
        rules = [rule for rule in self.rules if rule.resource_type == kind]
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
    bucket_like: frozenset[str],
    accounts: int = 1,
    related: int = 0,
    by_tags: bool = False,
) -> Calls:
    """Return the calls that the shards of a scan make in good weather.

    Every page but the last of a listing is taken to be full, and ListBuckets to say each bucket's region, as AWS
    documents it. What is asked before the first shard (who we are, which regions are enabled) is not counted, as
    it is not in the ledger.
    """
    return calls_of(Demand(catalog, rules, resources, regions, bucket_like, accounts, related, by_tags))


def calls_of(demand: Demand) -> Calls:
    """Return the calls that satisfy a demand."""
    made: Counter[str] = Counter()
    for shard in demand.shards():
        for api, count in _shard_calls(demand, shard):
            made[api] += count * demand.accounts
    listings = {operation(lister) for lister in demand.catalog.listers.values()}
    return Calls({api: made[api] for api in sorted(made)}, frozenset(listings & made.keys()))


def findings_of(demand: Demand) -> Mapping[str, int]:
    """Return how many findings one account has, by region: one for each rule and resource."""
    found: Counter[str] = Counter()
    for shard in demand.shards():
        for rule in demand.rules:
            if rule.service == shard.service:
                found.update(demand.judged(rule.resource_type, shard))
    return {region: found[region] for region in sorted(found) if found[region]}


def operation(reader: Lister | Describer) -> str:
    """Return the API that a reader calls, as `service:Operation`.

    A reader declares a permission; where IAM's name is not the operation's, the table of permissions knows it.
    """
    for name, actions in OPERATION_ACTIONS.items():
        if reader.permission in actions and name.partition(":")[0] == reader.client:
            return name
    return f"{reader.client}:{reader.permission.partition(':')[2]}"


def _shard_calls(demand: Demand, shard: Shard) -> Iterator[tuple[str, int]]:
    shared: dict[type, str] = {}
    for kind in demand.types(shard):
        if lister := demand.catalog.listers.get(kind):
            yield operation(lister), demand.pages(kind, shard)
        count = sum(demand.judged(kind, shard).values())
        if not count:
            continue
        for describer in demand.describers(kind):
            if describer.resource_type in (ACCOUNT, REGION):
                shared[describer.facet] = operation(describer)
            elif describer.of is None:
                yield operation(describer), count
            elif demand.related:
                yield operation(describer), demand.related
    yield from ((api, 1) for api in shared.values())


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


MAX_BATCHES = 2_000
SIDE_BY_SIDE = 4
ENOUGH = 500
PUBLISHED = 64 << 20
ONE_GO = 16 << 20
"""How the stack deals, scans, binds, merges and uploads: `muster.stack` and `muster.sinks` have the numbers."""
PIECE = 8 << 20
"""Bytes of one piece of an upload that goes in several, as boto3 cuts them."""
RUN = 840
"""Seconds that a function scans before it hands over: its timeout without the reserve."""
GIGABYTES = 1769 / 1024
"""What the template gives the scanning function."""
ACCOUNTS_AT_A_TIME, BATCHES_AT_A_TIME = 10, 4
"""How many accounts are scanned at a time, and how many batches of each: the template and the state machine."""
TRANSITIONS = (4, 1, 3, 2)
"""States that are entered for a scan, an account, a batch, and each time a batch goes on in another function."""
BYTES_PER_FINDING = 33.0
"""What a finding takes of a part: 1,000 instances with three tags, judged by four checks, written by
`muster.sinks.parquet` (31 for 5,000 instances; a test measures it again)."""
DAYS = 30
"""What a month is."""


@dataclass(frozen=True, slots=True)
class Work:
    """What a scan on the stack uses; a scan that is recorded, in good weather, with nothing new to tell.

    `seconds` are those of the scanning functions, added up, and `wall` is from the first to the last of them when
    all lanes are equally full; starting them, and the short functions before and after them, are left out, as are
    what AWS reads and writes on our behalf, the result queue, logs and storage.
    """

    shards: int
    batches: int
    invocations: int
    seconds: float
    wall: float
    transitions: int
    reads: int
    writes: int
    bytes: float


def work_of(demand: Demand, seconds: Seconds) -> Work:
    """Return what the stack uses when its shards take so long one after the other."""
    findings = sum(findings_of(demand).values()) * demand.accounts
    sizes = {shard.id: _size(demand, shard) for shard in demand.shards()}
    one = demand.shards(sizes)
    sheaves = [_sheaves(demand, shard) for shard in one]
    parts = sum(found for _, found in sheaves) * demand.accounts
    count, accounts = len(one) * demand.accounts, demand.accounts
    batches = accounts * min(max(1, MAX_BATCHES // accounts), len({shard.region for shard in one}))
    billed = seconds.waiting / max(1, min(SIDE_BY_SIDE, count / batches)) + seconds.cpu
    lanes = min(accounts, ACCOUNTS_AT_A_TIME) * min(batches // accounts, BATCHES_AT_A_TIME)
    runs = batches * max(1, math.ceil(billed / batches / RUN))
    scan, account, batch, again = TRANSITIONS
    stored = findings * BYTES_PER_FINDING
    saved = sum(made - 1 for made, _ in sheaves) * accounts
    return Work(
        shards=count,
        batches=batches,
        invocations=runs + 3,
        seconds=billed,
        wall=billed / lanes,
        transitions=scan + account * accounts + batch * batches + again * (runs - batches),
        # Of a shard: its commit, twice, its progress, and its state, twice. Of a scan: what the others read.
        reads=5 * count + runs + parts + 9,
        # Of a shard: its commit and its state. Of a scan: the plan and the summary, and listings, which cost the same.
        writes=2 * count + parts + saved + _published(parts, stored) + _lists(count) + 2 * _lists(parts) + 9,
        bytes=stored,
    )


def _size(demand: Demand, shard: Shard) -> int:
    listed = (kind for kind in demand.types(shard) if kind in demand.catalog.listers)
    return sum(sum(demand.judged(kind, shard).values()) for kind in listed)


def _sheaves(demand: Demand, shard: Shard) -> tuple[int, int]:
    """Return how often a shard writes: sheaves of pages, and parts, which are sheaves with findings."""
    bound: list[int] = []
    open_ = False
    for kind in demand.types(shard):
        pages, count = demand.pages(kind, shard), sum(demand.judged(kind, shard).values())
        if pages > 1:
            bound += [count // pages or 1] * pages
            open_ = False
        elif open_ and bound[-1] < ENOUGH:
            bound[-1] += count
        else:
            bound.append(count)
            open_ = True
    return len(bound), sum(count > 0 for count in bound)


def _published(parts: int, stored: float) -> int:
    if not parts or stored <= ONE_GO:
        return min(parts, 1)
    return 2 * math.ceil(stored / PUBLISHED) + math.ceil(stored / PIECE)


def _lists(keys: int) -> int:
    return max(1, math.ceil(keys / 1000))


@dataclass(frozen=True, slots=True)
class Price:
    """What units cost: the dollars of `per` of them, up to a number of units and then less."""

    tiers: tuple[tuple[float, float], ...]
    per: float = 1

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """Read a price as the data file spells it."""
        tiers = document.get("tiers", [document])
        found = tuple((float(tier.get("up_to", math.inf)), float(tier["usd"])) for tier in tiers)
        return cls(found, float(document.get("per", 1)))

    def of(self, units: float) -> float:
        """Return what so many units cost."""
        starts = (0.0, *(up_to for up_to, _ in self.tiers))
        inside = (max(0.0, min(units, up_to) - start) for start, (up_to, _) in zip(starts, self.tiers, strict=False))
        return sum(count * usd for count, (_, usd) in zip(inside, self.tiers, strict=True)) / self.per


@dataclass(frozen=True, slots=True)
class Cost:
    """One part of the cost: units and dollars a month; without a price there are no dollars."""

    service: str
    what: str
    units: float
    month: float | None


def cost(work: Work, prices: Mapping[str, Price], scans_per_day: int = 4) -> tuple[Cost, ...]:
    """Return what scans of a month cost on the stack, part by part; Athena reads each day's findings once."""
    scans = scans_per_day * DAYS
    read = max(work.bytes * scans_per_day, 10e6) * DAYS / 2**40
    used = (
        ("Lambda", "GB-seconds", "lambda_gb_second", work.seconds * GIGABYTES * scans),
        ("Lambda", "requests", "lambda_request", float(work.invocations * scans)),
        ("Step Functions", "state transitions", "states_transition", float(work.transitions * scans)),
        ("S3", "PUT and LIST requests", "s3_write", float(work.writes * scans)),
        ("S3", "GET requests", "s3_read", float(work.reads * scans)),
        ("Athena", "TB read, each day's findings once", "athena_terabyte", read),
    )
    return tuple(
        Cost(service, what, units, prices[name].of(units) if name in prices else None)
        for service, what, name, units in used
    )


def elsewhere(demand: Demand, prices: Mapping[str, Price], scans_per_day: int = 4) -> tuple[Cost, ...]:
    """Return what AWS Config and Security Hub cost for as many evaluations; each resource is recorded once a month.

    It is the least: Config records a resource each time it changes, and Security Hub's checks need what it records.
    """
    regions = [count * scans_per_day * DAYS for count in findings_of(demand).values()]
    evaluations = float(sum(regions) * demand.accounts)
    items = float(sum(_size(demand, shard) for shard in demand.shards()) * demand.accounts)

    def tiered(name: str) -> float | None:
        return sum(prices[name].of(count) for count in regions) * demand.accounts if name in prices else None

    recorded = prices["config_item"].of(items) if "config_item" in prices else None
    return (
        Cost("AWS Config", "configuration items", items, recorded),
        Cost("AWS Config", "rule evaluations", evaluations, tiered("config_evaluation")),
        Cost("Security Hub CSPM", "security checks", evaluations, tiered("security_hub_check")),
    )


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
