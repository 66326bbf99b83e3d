"""A trial scan: one page of each listing and as few reads as it takes to use every permission once.

Its findings are those of a scan, by the same code. So whatever it could not read, a scan could not read either.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from muster.catalog.catalog import Catalog
from muster.catalog.read_plan import ReadPlan, TypePlan, read_plan
from muster.library.job import Job, Step
from muster.library.options import ScanOptions
from muster.model.finding import Finding, Related, Unavailable
from muster.model.listing import Listed, Page
from muster.model.readers import Describer, Lister
from muster.model.rule import Rule
from muster.model.shard import Shard
from muster.scanning.calls import ScanContext
from muster.scanning.describe import Describing
from muster.scanning.evaluate import Judge
from muster.scanning.parallel import Begun, Ended, together
from muster.scanning.shard_scan import ShardScan
from muster.sdk.errors import BLOCKED

MOST = 50
"""Resources of a page that are looked at, at most, to find one that needs each read."""
OptionsT = TypeVar("OptionsT", bound=ScanOptions)


@dataclass(frozen=True, slots=True, order=True)
class Gap:
    """Something that a scan could not read in a region of an account, and the checks that lack it.

    `permission` is the IAM action that is missing, empty where none would help.
    """

    account_id: str
    region: str
    permission: str
    reason: str
    checks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """The result of a trial: what could not be read, regions that a policy of the organization closes, and the calls.

    `blocked` are pairs of account and region. `used` are the permissions that were used, `unused` those that nothing
    needs today, both as pairs of account and permission. `broke` are sentences about mistakes of ours.
    """

    gaps: tuple[Gap, ...]
    blocked: tuple[tuple[str, str], ...]
    used: frozenset[tuple[str, str]]
    unused: frozenset[tuple[str, str]]
    calls: int
    broke: tuple[str, ...]


def try_out(job: Job[OptionsT], catalog: Catalog, step: Step = lambda _what, _done, _findings: None) -> Trial:
    """Try a prepared scan. Accounts that cannot be entered, and permissions that are denied, become gaps."""
    found: dict[tuple[str, str, str, str], set[str]] = {}
    scans: list[_TrialScan] = []
    broke: list[str] = []

    def make(shard: Shard) -> _TrialScan:
        context = ScanContext(
            job.clients_of(shard.account_id), job.report.started_at, job.retrier, job.shared, job.options.concurrency
        )
        made = _TrialScan(shard, job.scan.reads, context, keep=job.scan.scope.keep)
        made.plans = _Plans(catalog, by_tags=job.scan.scope.by_tags)
        scans.append(made)
        return made

    done = 0
    for event in together(job.scan.shards, make):
        if isinstance(event, Begun):
            step(f"{event.shard.service} in {event.shard.region}", done, len(found))
        elif isinstance(event, Ended):
            done += 1
            if event.error is not None:
                broke.append(f"{event.shard.service} in {event.shard.region}: {event.error!r}")
        else:
            for finding in event:
                _count(finding, found)
    gaps = (Gap(*key, tuple(sorted(checks))) for key, checks in found.items())
    return Trial(
        gaps=tuple(sorted(gaps)),
        blocked=tuple(sorted({_place(scan) for scan in scans if scan.outcome.blocked})),
        used=frozenset(use for scan in scans for use in scan.used),
        unused=_unused(job, scans),
        calls=sum(row.calls for scan in scans for row in scan.outcome.ledger.rows()),
        broke=tuple(broke),
    )


def _count(finding: Finding, found: dict[tuple[str, str, str, str], set[str]]) -> None:
    resource = finding.resource
    for gap in finding.unavailable:
        key = (resource.account_id, resource.region, gap.permission or "", gap.reason)
        found.setdefault(key, set()).add(finding.check_id)


def _place(scan: ShardScan) -> tuple[str, str]:
    return scan.shard.account_id, scan.shard.region


def _unused(job: Job[OptionsT], scans: Iterable["_TrialScan"]) -> frozenset[tuple[str, str]]:
    used = {use for scan in scans for use in scan.used}
    needed = {
        (account, action)
        for account in job.scan.accounts
        for plan in job.scan.reads.types
        for call in plan.calls
        for action, _ in call.grants
    }
    return frozenset(needed - used)


class _Plans:
    """The read plans of some rules of one type, each made once."""

    def __init__(self, catalog: Catalog, *, by_tags: bool) -> None:
        self._catalog, self._by_tags = catalog, by_tags
        self._made: dict[tuple[tuple[str, str, str], ...], TypePlan] = {}

    def of(self, rules: Sequence[Rule]) -> TypePlan:
        key = tuple((rule.check.id, rule.resource_type, rule.variant) for rule in rules)
        if key not in self._made:
            (self._made[key],) = read_plan(self._catalog, rules, by_tags=self._by_tags).types
        return self._made[key]

    def readers(self, rule: Rule) -> tuple[Describer, ...]:
        """Return what is read for a rule besides the listing."""
        return tuple(self._catalog.describers_for(rule.check, rule.resource_type)) if rule.active else ()


class _TrialScan(ShardScan):
    """Scans a shard on trial; `used` are the permissions that it used, with the account."""

    plans: _Plans

    def __init__(self, shard: Shard, plan: ReadPlan, context: ScanContext, **options: object) -> None:
        super().__init__(shard, plan, context, **options)  # type: ignore[arg-type]
        self.used: set[tuple[str, str]] = set()

    def _listers(self, lister: Lister, plan: TypePlan) -> Iterable[Lister]:
        self._use(call.reader.permissions for call in plan.calls if isinstance(call.reader, Lister))
        if plan.source:
            self._use([plan.source.permissions])

        def first(*arguments: object) -> Page:
            return Page(lister.function(*arguments).items)

        return (replace(lister, function=first),)

    def _judge(
        self, page: Sequence[Listed], plan: TypePlan, describe: Describing, *, only_page: bool = True
    ) -> Iterator[Finding]:
        if plan.page_facets:
            # These are made of all resources of a page: it is read whole.
            self._use(call.reader.permissions for call in plan.calls)
            yield from super()._judge(page, plan, describe, only_page=only_page)
            return
        judges = {id(rule): Judge(rule, self._context.observed_at) for rule in plan.rules}
        waiting = [_Waiting(rule, self.plans.readers(rule)) for rule in plan.rules]
        for item in page[:MOST]:
            if not waiting:
                return
            part = self.plans.of([each.rule for each in waiting])
            for one in self._described(item, part, describe, only_page=only_page):
                for each in waiting:
                    finding = judges[id(each.rule)](one.resource, one.facets)
                    self._use(each.after(finding, one.facets))
                    yield finding
                waiting = [each for each in waiting if each.open]

    def _described(self, item: Listed, plan: TypePlan, describe: Describing, *, only_page: bool) -> Iterator[Listed]:
        items: Iterable[Listed] = [item]
        if plan.tags:
            self._use([plan.tags.permissions])
            items = [each for each in describe.stage(items, (plan.tags,)) if self._keep(each.resource)]
        yield from describe(items, plan, only_page=only_page)

    def _use(self, permissions: Iterable[Sequence[str]]) -> None:
        self.used.update((self.shard.account_id, each) for several in permissions for each in several)


class _Waiting:
    """A rule that has reads which no resource needed so far, or a refused one that it did not need so far."""

    def __init__(self, rule: Rule, readers: Sequence[Describer]) -> None:
        self.rule, self._untried, self._readers = rule, list(readers), readers
        self._refused = self._unread = False

    @property
    def open(self) -> bool:
        """Whether another resource may show more."""
        return bool(self._untried) or (self._refused and not self._unread)

    def after(self, finding: Finding, facets: Mapping[type, object]) -> Iterator[Sequence[str]]:
        """Take a finding with the facets that it was made of; yield the permissions that were used for it."""
        self._unread = self._unread or bool(finding.unavailable)
        self._refused = self._refused or any(_refused(facets.get(each.facet)) for each in self._readers)
        tried = [each for each in self._untried if _tried(each, facets)]
        # What is read by a facet that is refused cannot be tried at all.
        barred = [each for each in self._untried if each.of and isinstance(facets.get(each.of), Unavailable)]
        self._untried = [each for each in self._untried if each not in tried and each not in barred]
        yield from (each.permissions for each in tried)


def _tried(describer: Describer, facets: Mapping[type, object]) -> bool:
    """Whether the describer called AWS for a resource with these facets."""
    value = facets.get(describer.facet)
    if value is None:
        return False
    if describer.of is None:
        return True
    of = facets.get(describer.of)
    if of is None or isinstance(of, Unavailable):
        return False
    if describer.when is not None and not describer.when(of):
        return False
    return not isinstance(value, Related) or bool(value.by_key)


def _refused(value: object) -> bool:
    if isinstance(value, Related):
        return any(isinstance(each, Unavailable) for each in value.by_key.values())
    return isinstance(value, Unavailable) and not value.reason.startswith(BLOCKED)
