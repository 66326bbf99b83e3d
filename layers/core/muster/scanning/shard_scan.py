"""The scan of one shard: pages of findings; listing and describing meet judging here and nowhere else."""

import contextlib
import itertools
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from muster.catalog.read_plan import ReadPlan, TypePlan
from muster.model.arn import Arn
from muster.model.coverage import Coverage, Ledger
from muster.model.finding import TARGET, Finding, Resource, Status, Unavailable
from muster.model.listing import Listed
from muster.model.readers import Lister
from muster.model.shard import Shard
from muster.scanning.calls import ScanContext, ShardCalls
from muster.scanning.describe import Describing, pseudo_resource, target_of
from muster.scanning.evaluate import Judges, unlisted
from muster.scanning.pagination import pages
from muster.sdk.errors import BLOCKED, NOT_OFFERED, code_of, token_expired
from muster.sdk.failures import FAILURES, Failure
from muster.sdk.redaction import safe

_RESTARTS = 3
"""How often a listing begins again because AWS no longer knows the token of its next page."""
_NEVER_TAGGED = "A resource that never had a tag cannot be found by its tags"
"""What the listing of the rest cannot find: https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference."""
_MANY = 4
"""A page has many resources where it has so many for each thread."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The place where a shard goes on: the resource type, and the token of its next page (None: the first).

    What comes before it in the shard's order is done.
    """

    resource_type: str
    token: str | None = None


def remaining(plans: Sequence[TypePlan], cursor: Cursor | None) -> Sequence[TypePlan]:
    """Return the read plans of a shard that are not done: from the cursor's type on, all if it is unknown."""
    if cursor is not None and cursor.resource_type == TARGET:
        return ()
    types = [plan.resource_type for plan in plans]
    return plans[types.index(cursor.resource_type) :] if cursor and cursor.resource_type in types else plans


@dataclass(frozen=True, slots=True)
class ResumePoint:
    """The place where an earlier attempt stopped: its cursor, its coverage, and the types that it could not list."""

    cursor: Cursor | None = None
    coverage: Iterable[Coverage] = ()
    gaps: Mapping[str, Unavailable] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Chunk:
    """The findings of one page, to be iterated over before the next chunk is taken; `then` is where it goes on.

    `restarted` says that the listing of the type begins again: what was found of it so far is void. `only_page` says
    that the page is all there is of the type, so that this cannot happen.
    """

    resource_type: str
    findings: Iterable[Finding]
    then: Cursor | None
    restarted: bool = False
    only_page: bool = False


@dataclass(slots=True)
class Outcome:
    """What became of a shard: why which resource types were not listed to the end, its ledger and its calls.

    A shard is complete when every lister finished and the credentials lasted, or when a policy of the organization
    keeps everybody out: nothing can be mended there, and one row of coverage says so.
    """

    ledger: Ledger
    calls: ShardCalls
    unlisted: dict[str, Unavailable]
    blocked: bool = False

    @property
    def lost(self) -> str:
        """Why the credentials stopped working; empty while they work."""
        return self.calls.lost

    @property
    def expired(self) -> bool:
        """Whether the credentials ran out, so that others would work."""
        return self.calls.expired

    @property
    def complete(self) -> bool:
        """Whether every resource was listed and could be read."""
        return not self.lost and (self.blocked or not self.unlisted)


class ShardScan:
    """Scans one shard: take its `chunks`, or iterate over it for the findings alone, then look at `outcome`."""

    _gone_codes: frozenset[str] = frozenset()

    def __init__(
        self,
        shard: Shard,
        plan: ReadPlan,
        context: ScanContext,
        *,
        keep: Callable[[Resource], bool] = lambda _resource: True,
        resume: ResumePoint | None = None,
    ) -> None:
        """Prepare; no call is made before the first chunk is taken.

        `keep` refuses resources that are out of scope, once their tags are known as far as the plan reads them.
        """
        self.shard = shard
        self.rules = tuple(rule for rule in plan.rules if shard.judges(rule.service, rule.resource_type))
        self._plans = plan.of(shard)
        self._context, self._keep = context, keep
        resume = resume or ResumePoint()
        self._start = resume.cursor
        ledger = Ledger(shard.account_id, shard.region, shard.service, resume.coverage)
        self._calls = ShardCalls(shard, context, ledger)
        self.outcome = Outcome(ledger, self._calls, dict(resume.gaps))
        self._position = 0
        self._nothing_read = ""

    def __iter__(self) -> Generator[Finding, None, None]:
        """Yield the findings of every resource type in turn; memory is bounded by two pages and a window.

        A listing whose token expires ends there, as one that is refused: what was yielded cannot be taken back.
        """
        with contextlib.closing(self.chunks(restarts=0)) as chunks:
            for chunk in chunks:
                yield from chunk.findings

    def chunks(self, *, restarts: int = _RESTARTS) -> Generator[Chunk, None, None]:
        """Yield the findings page by page, from where an earlier attempt stopped."""
        pool = ThreadPoolExecutor(self._context.concurrency, thread_name_prefix="describe")
        describe = Describing(self.shard, self._calls, pool, self._context.cache, self._gone_codes)
        first = len(self._plans) - len(remaining(self._plans, self._start))
        token = self._start.token if self._start else None
        try:
            for position in range(first, len(self._plans)):
                self._position = position
                yield from self._type(position, token, describe, restarts)
                token = None
            self._position = len(self._plans)
            yield from self._gaps()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def broken(self, error: Exception) -> Iterator[Finding]:
        """Yield the findings on the target for the types that an error of ours kept from being scanned to the end."""
        gap = Unavailable(None, f"the scan of {self.shard.service} in {self.shard.region} failed: {safe(repr(error))}")
        for plan in self._plans[self._position :]:
            yield from self._on_target(plan, gap)

    def _type(self, position: int, token: str | None, describe: Describing, restarts: int) -> Iterator[Chunk]:
        plan = self._plans[position]
        if plan.lister is None:
            yield from self._pseudo_resource(position, plan, describe)
            return
        for lister in self._listers(plan.lister, plan):
            yield from self._listing(position, lister, token, describe, restarts)
            token = None

    def _listers(self, lister: Lister, plan: TypePlan) -> Iterable[Lister]:  # noqa: ARG002 - others look at the plan
        """Return the listings of a type: one, unless the scan is of some resources only."""
        return (lister,)

    def _listing(
        self, position: int, lister: Lister, token: str | None, describe: Describing, restarts: int
    ) -> Iterator[Chunk]:
        plan = self._plans[position]
        for attempt in itertools.count():
            try:
                client = self._calls.client(lister.client)
                source = [describe.shared(plan.source)] if plan.source else []
                if source and isinstance(source[0], Unavailable):
                    self._leave(lister, source[0])
                    return
                listing = pages(lister, client, self.shard, self._context.retrier, token, *source)
                with contextlib.closing(listing):
                    for items, then in listing:
                        only_page, token = token is None and then is None, then
                        following = Cursor(plan.resource_type, then) if then else self._after(position)
                        here = self._in_scope(plan, self._in_regions(lister, items))
                        findings = self._judge(here, plan, describe, only_page=only_page)
                        yield Chunk(plan.resource_type, findings, following, only_page=only_page)
            except FAILURES as error:
                if token and attempt < restarts and token_expired(error):
                    token = None
                    self.outcome.ledger.unlisted_again(lister.operation, rest=lister.rest)
                    yield Chunk(plan.resource_type, (), Cursor(plan.resource_type), restarted=True)
                    continue
                if code_of(error) in self._gone_codes:  # a listing that is narrowed to what does not exist
                    return
                failed = Failure(error, lister.permissions, plan.resource_type)
                self._leave(lister, self._calls.reason(failed))
            return

    def _pseudo_resource(self, position: int, plan: TypePlan, describe: Describing) -> Iterator[Chunk]:
        """Yield the findings on the account or the region, unless a policy keeps everybody out of it."""
        if self._closed(BLOCKED) or self._closed(NOT_OFFERED):
            return
        items = [Listed(pseudo_resource(plan.resource_type, self.shard))]
        findings: Iterable[Finding] = self._judge(self._in_scope(plan, items), plan, describe)
        if len(self._plans) == 1:
            findings = list(findings)
            self._nothing_read = _closing(findings)
            if self._nothing_read:
                return
        yield Chunk(plan.resource_type, findings, self._after(position), only_page=True)

    def _after(self, position: int) -> Cursor | None:
        if position + 1 < len(self._plans):
            return Cursor(self._plans[position + 1].resource_type)
        return Cursor(TARGET) if self.outcome.unlisted else None

    def _in_regions(self, lister: Lister, page: Sequence[Listed]) -> list[Listed]:
        """Return the resources of the shard's regions, and count them and the others."""
        here = [item for item in page if item.resource.region in self.shard.scope or item.unavailable]
        self.outcome.ledger.listed(lister.operation, len(page), len(page) - len(here))
        if lister.rest:
            self.outcome.ledger.tagged(Counter(Arn.of(item.resource.arn).kind for item in here))
            self.outcome.ledger.stopped(lister.operation, _NEVER_TAGGED)
        return here

    def _in_scope(self, plan: TypePlan, items: Iterable[Listed]) -> list[Listed]:
        """Return the resources to judge; where tags are read first, all of them until those are known."""
        return [item for item in items if plan.tags or self._keep(item.resource)]

    def _judge(
        self, page: Sequence[Listed], plan: TypePlan, describe: Describing, *, only_page: bool = True
    ) -> Iterator[Finding]:
        in_turn, items = len(page) >= _MANY * self._context.concurrency, iter(page)
        if plan.tags:
            read = describe.stage(items, (plan.tags,), in_turn=in_turn)
            items = (item for item in read if self._keep(item.resource))
        judges = Judges(plan.rules, self._context.observed_at)
        for item in describe(items, plan, only_page=only_page, in_turn=in_turn):
            self._context.seen(item)
            yield from judges(item.resource, item.facets)

    def _leave(self, lister: Lister, gap: Unavailable) -> None:
        self.outcome.unlisted[lister.resource_type] = gap
        self.outcome.ledger.stopped(lister.operation, gap.reason)

    def _closed(self, reason: str) -> bool:
        """Whether one reason keeps every listing of the shard from an answer, or all that is read where none is."""
        gaps = [self.outcome.unlisted.get(plan.resource_type) for plan in self._plans if plan.lister]
        closed = all(gap is not None and gap.reason.startswith(reason) for gap in gaps)
        return closed if gaps else self._nothing_read == reason

    def _gaps(self) -> Iterator[Chunk]:
        """Yield the findings on the target for what was not listed, at the end: only then it is known what was."""
        if self._closed(NOT_OFFERED):
            # Nothing of it can be there: that is an answer, and no gap.
            self.outcome.unlisted.clear()
            self.outcome.ledger.blocked(NOT_OFFERED)
            return
        if self._closed(BLOCKED):
            self.outcome.blocked = True
            self.outcome.ledger.blocked(BLOCKED)
            return
        if self.outcome.unlisted:
            yield Chunk(TARGET, self._unlisted(), None, only_page=True)

    def _unlisted(self) -> Iterator[Finding]:
        plans = {plan.resource_type: plan for plan in self._plans}
        for resource_type, gap in sorted(self.outcome.unlisted.items()):
            if resource_type in plans:
                yield from self._on_target(plans[resource_type], gap)

    def _on_target(self, plan: TypePlan, gap: Unavailable) -> Iterator[Finding]:
        target = target_of(self.shard, plan.resource_type)
        return (unlisted(rule, target, gap, self._context.observed_at) for rule in plan.rules)


def _closing(findings: Sequence[Finding]) -> str:
    """Return the one reason why every call of the findings had no answer; empty where there are several, or none."""
    for reason in (BLOCKED, NOT_OFFERED):
        if findings and all(_only(finding, reason) for finding in findings):
            return reason
    return ""


def _only(finding: Finding, reason: str) -> bool:
    gaps = finding.unavailable
    alone = bool(gaps) and all(gap.reason.startswith(reason) for gap in gaps)
    return alone and finding.status is Status.INSUFFICIENT_DATA
