"""The scan: one generator from shards to findings; listing and describing meet judging here and nowhere else."""

import contextlib
import itertools
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

from muster.catalog.catalog import Catalog
from muster.errors import Signal
from muster.facets.tagging.tags import Tags
from muster.model.coverage import Coverage, Ledger
from muster.model.finding import TARGET, Finding, Resource, Status, Unavailable
from muster.model.listing import Listed, gathers
from muster.model.readers import Describer, Lister
from muster.model.rule import Rule
from muster.model.shard import Shard
from muster.scanning.cache import RegionCache
from muster.scanning.describe import SHAPE_ERRORS, Describing, pseudo, strange, target_of
from muster.scanning.evaluate import evaluate, unlisted
from muster.scanning.pagination import pages
from muster.sdk.errors import (
    BLOCKED,
    EXPIRED,
    READ_ERRORS,
    code_of,
    lost_credentials,
    needed,
    token_expired,
    unavailable,
)
from muster.sdk.redaction import safe
from muster.sdk.retry import Retrier
from muster.sdk.session import Clients
from muster.targets.sharding import in_order

_LISTING_ERRORS: tuple[type[Exception], ...] = (*READ_ERRORS, *SHAPE_ERRORS)


class _NotReadError(Signal):
    """What a listing is made from could not be read."""

    def __init__(self, unavailable: Unavailable) -> None:
        super().__init__(unavailable.reason)
        self.unavailable = unavailable


RESTARTS = 3
"""How often a listing begins again because AWS no longer knows the token of its next page."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a shard goes on: the resource type, and the token of its next page (None: the first).

    What comes before it in the shard's order is done.
    """

    resource_type: str
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Chunk:
    """The findings of one page, to be iterated over before the next chunk is taken; `then` is where it goes on.

    `anew` says that the listing of the type begins again: what was found of it so far is void. `whole` says that the
    page is all there is of the type, so that this cannot happen.
    """

    resource_type: str
    findings: Iterable[Finding]
    then: Cursor | None
    anew: bool = False
    whole: bool = False


@dataclass(slots=True)
class Outcome:
    """What became of a shard: why which resource types were not listed to the end, and its ledger.

    A shard is complete when every lister finished and the credentials lasted, or when a policy of the organization
    keeps everybody out: nothing can be mended there, and nothing is told of it but one row of coverage.
    """

    ledger: Ledger
    unlisted: dict[str, Unavailable] = field(default_factory=dict)
    lost: str = ""
    expired: bool = False
    blocked: bool = False

    @property
    def complete(self) -> bool:
        """Whether every resource was listed and could be asked about."""
        return not self.lost and (self.blocked or not self.unlisted)


@dataclass(frozen=True, slots=True)
class Scope:
    """Which resources count: `keep` refuses those that are excluded; `by_tags` says that it looks at tags."""

    keep: Callable[[Resource], bool] = lambda _resource: True
    by_tags: bool = False


class ShardScan:
    """Scans one shard: iterate over it for the findings, then look at `outcome`.

    Whoever can go on later takes `chunks` instead, and keeps the cursor of the last one.
    """

    def __init__(  # noqa: PLR0913 - what a shard needs is said once, here
        self,
        shard: Shard,
        rules: Sequence[Rule],
        catalog: Catalog,
        clients: Clients,
        observed_at: datetime,
        *,
        scope: Scope | None = None,
        concurrency: int = 16,
        patience: Retrier | None = None,
        shared: RegionCache | None = None,
        coverage: Iterable[Coverage] = (),
        gaps: Mapping[str, Unavailable] | None = None,
    ) -> None:
        """Prepare; nothing is asked of AWS before the first finding is.

        `shared` is handed to all shards that are scanned together; `coverage` and `gaps` are what is known of the shard
        from an earlier attempt.
        """
        self._shard = shard
        self._rules = [
            rule for rule in rules if rule.service == shard.service and shard.resource_type in ("", rule.resource_type)
        ]
        self._catalog = catalog
        self._observed_at = observed_at
        self._scope = scope or Scope()
        self._concurrency = concurrency
        self._shared = shared or RegionCache()
        self._patience = patience or self._shared.patience
        ledger = Ledger(shard.account_id, shard.region, shard.service, coverage)
        self.outcome = Outcome(ledger, dict(gaps or {}))
        self._clients = clients.counting_in(ledger)
        self._order = in_order(shard, self._rules, catalog)
        self._place = 0
        self._nothing_read = False

    @property
    def shard(self) -> Shard:
        """What is scanned."""
        return self._shard

    @property
    def rules(self) -> Sequence[Rule]:
        """The rules that this shard judges by."""
        return self._rules

    def __iter__(self) -> Iterator[Finding]:
        """Yield what `findings` does."""
        return self.findings()

    def findings(self) -> Generator[Finding, None, None]:
        """Yield the findings of every resource type in turn; memory is bounded by two pages and a window.

        A listing whose token expires ends there, as one that is refused: what was yielded cannot be taken back.
        """
        with contextlib.closing(self.chunks(restarts=0)) as chunks:
            for chunk in chunks:
                yield from chunk.findings

    def chunks(self, start: Cursor | None = None, *, restarts: int = RESTARTS) -> Generator[Chunk, None, None]:
        """Yield the findings page by page, from a cursor or from the beginning."""
        pool = ThreadPoolExecutor(self._concurrency, thread_name_prefix="describe")
        describe = Describing(
            self._shard, self._clients, self._patience, self._lose, pool, self._observed_at, self._shared
        )
        position = self._order.index(start.resource_type) if start and start.resource_type in self._order else 0
        if start and start.resource_type == TARGET:
            position = len(self._order)
        token = start.token if start else None
        try:
            for place in range(position, len(self._order)):
                self._place = place
                yield from self._type(place, token, describe, restarts)
                token = None
            self._place = len(self._order)
            yield from self._gaps()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def broken(self, error: Exception) -> Iterator[Finding]:
        """Yield the findings on the target for the types that an error of ours kept from being scanned to the end."""
        gap = Unavailable(None, f"the scan of {self._shard.service} in {self._shard.region} broke: {safe(repr(error))}")
        for kind in self._order[self._place :]:
            target = target_of(self._shard, kind)
            rules = (rule for rule in self._rules if rule.resource_type == kind)
            yield from (unlisted(rule, target, gap, self._observed_at) for rule in rules)

    def _type(self, place: int, token: str | None, describe: Describing, restarts: int) -> Iterator[Chunk]:
        resource_type = self._order[place]
        rules = [rule for rule in self._rules if rule.resource_type == resource_type]
        lister = self._catalog.listers.get(resource_type)
        if lister is None:
            if not self._shut_out():
                findings: Iterable[Finding] = self._judge([Listed(pseudo(resource_type, self._shard))], rules, describe)
                if self._order == [resource_type]:
                    findings = list(findings)
                    self._nothing_read = bool(findings) and all(map(_kept_out, findings))
                    if self._nothing_read:
                        return
                yield Chunk(resource_type, findings, self._after(place), whole=True)
            return
        for chance in itertools.count():
            try:
                client = self._clients.get(lister.client, self._shard.endpoint_region)
                made_from = self._made_from(lister, describe)
                with contextlib.closing(
                    pages(lister, client, self._shard, self._patience, token, *made_from)
                ) as listing:
                    for items, then in listing:
                        whole, token = token is None and then is None, then
                        following = Cursor(resource_type, then) if then else self._after(place)
                        findings = self._judge(self._kept(lister, items), rules, describe, whole=whole)
                        yield Chunk(resource_type, findings, following, whole=whole)
            except _NotReadError as gap:
                self._leave(lister, gap.unavailable)
            except _LISTING_ERRORS as error:
                if token and chance < restarts and token_expired(error):
                    token = None
                    self.outcome.ledger.unlisted_again(lister.operation)
                    yield Chunk(resource_type, (), Cursor(resource_type), anew=True)
                    continue
                self._miss(lister, error)
            return

    def _made_from(self, lister: Lister, describe: Describing) -> tuple[object, ...]:
        """Return the facet that a listing is made from, if it is made from one."""
        source = self._catalog.source(lister)
        if source is None:
            return ()
        facet = describe.shared(source)
        if isinstance(facet, Unavailable):
            raise _NotReadError(facet)
        return (facet,)

    def _after(self, place: int) -> Cursor | None:
        if place + 1 < len(self._order):
            return Cursor(self._order[place + 1])
        return Cursor(TARGET) if self.outcome.unlisted else None

    def _kept(self, lister: Lister, page: Sequence[Listed]) -> list[Listed]:
        here = [item for item in page if item.resource.region in self._shard.scope or item.unavailable]
        self.outcome.ledger.listed(lister.operation, len(page), len(page) - len(here))
        return [item for item in here if self._scope.by_tags or self._scope.keep(item.resource)]

    def _judge(
        self, items: Iterable[Listed], rules: Sequence[Rule], describe: Describing, *, whole: bool = True
    ) -> Iterator[Finding]:
        describers = _unique(
            describer
            for rule in rules
            if rule.asked
            for describer in self._catalog.describers_for(rule.check, rule.resource_type)
        )
        if self._scope.by_tags:
            tags = self._catalog.describers.get((rules[0].resource_type, Tags))
            first = [tags] if tags else []
            items = (item for item in describe(items, first) if self._scope.keep(item.resource))
            describers = [describer for describer in describers if describer not in first]
        among = {facet for rule in rules if rule.asked for facet in rule.check.facets.values() if gathers(facet)}
        for item in describe(items, describers, among, whole=whole):
            for rule in rules:
                yield evaluate(rule, item.resource, item.facets, self._observed_at)

    def _miss(self, lister: Lister, error: Exception) -> None:
        self._lose(error)
        if isinstance(error, SHAPE_ERRORS):
            gap = strange(lister.resource_type, error)
        else:
            gap = unavailable(needed(lister.permissions, error), error)
        self._leave(lister, gap)

    def _leave(self, lister: Lister, gap: Unavailable) -> None:
        self.outcome.unlisted[lister.resource_type] = gap
        self.outcome.ledger.stopped(lister.operation, gap.reason)

    def _shut_out(self) -> bool:
        """Whether a policy of the organization denied every listing of the shard, or all that is read where none is."""
        listed = [kind for kind in self._order if kind in self._catalog.listers]
        gaps = [self.outcome.unlisted.get(kind) for kind in listed]
        denied = all(gap is not None and gap.reason.startswith(BLOCKED) for gap in gaps)
        return denied if gaps else self._nothing_read

    def _gaps(self) -> Iterator[Chunk]:
        """Yield the findings on the target for what was not listed, at the end: only then it is known what was."""
        if self._shut_out():
            self.outcome.blocked = True
            self.outcome.ledger.blocked(BLOCKED)
            return
        if self.outcome.unlisted:
            yield Chunk(TARGET, self._unlisted(), None, whole=True)

    def _unlisted(self) -> Iterator[Finding]:
        for resource_type, gap in sorted(self.outcome.unlisted.items()):
            target = target_of(self._shard, resource_type)
            rules = (rule for rule in self._rules if rule.resource_type == resource_type)
            yield from (unlisted(rule, target, gap, self._observed_at) for rule in rules)

    def _lose(self, error: Exception) -> None:
        if lost_credentials(error):
            self.outcome.lost = f"the credentials stopped working ({code_of(error)})"
            self.outcome.expired = code_of(error) in EXPIRED


def _kept_out(finding: Finding) -> bool:
    """Whether a finding says nothing but that a policy of the organization denied every call."""
    gaps = finding.unavailable
    blocked = bool(gaps) and all(gap.reason.startswith(BLOCKED) for gap in gaps)
    return blocked and finding.status is Status.INSUFFICIENT_DATA


def _unique(describers: Iterable[Describer]) -> list[Describer]:
    return list({(each.resource_type, each.facet): each for each in describers}.values())
