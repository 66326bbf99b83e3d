"""The scan: one generator from shards to findings; listing and describing meet judging here and nowhere else."""

import itertools
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from muster.catalog import Catalog
from muster.coverage import Ledger
from muster.evaluate import Rule, evaluate, unlisted
from muster.facets.tags import Tags
from muster.model import ACCOUNT, REGION, TARGET, Finding, Related, Resource, Unavailable
from muster.reading import Describer, Listed, Lister, Shard, parsed
from muster.session import READ_ERRORS, Clients, code_of, lost_credentials, unavailable

_SHAPE_ERRORS = (AttributeError, KeyError, IndexError, TypeError, ValueError)
_LISTING_ERRORS: tuple[type[Exception], ...] = (*READ_ERRORS, *_SHAPE_ERRORS)

WINDOW = 64
"""How many resources are described at a time: what bounds memory besides one page of a listing."""


@dataclass(slots=True)
class Outcome:
    """What became of a shard: why which resource types were not listed to the end, and its ledger.

    A shard is complete when every lister finished and the credentials lasted.
    """

    ledger: Ledger
    unlisted: dict[str, Unavailable] = field(default_factory=dict)
    lost: str = ""

    @property
    def complete(self) -> bool:
        """Whether every resource was listed and could be asked about."""
        return not self.unlisted and not self.lost


@dataclass(frozen=True, slots=True)
class Scope:
    """Which resources count: `keep` refuses those that are excluded; `by_tags` says that it looks at tags."""

    keep: Callable[[Resource], bool] = lambda _resource: True
    by_tags: bool = False


class ShardScan:
    """Scans one shard: iterate over it for the findings, then look at `outcome`."""

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
    ) -> None:
        """Prepare; nothing is asked of AWS before the first finding is."""
        self._shard = shard
        self._rules = [rule for rule in rules if rule.service == shard.service]
        self._catalog = catalog
        self._observed_at = observed_at
        self._scope = scope or Scope()
        self._concurrency = concurrency
        self.outcome = Outcome(Ledger(shard.account_id, shard.region, shard.service))
        self._clients = clients.counting_in(self.outcome.ledger)
        self._once = _Once()

    @property
    def rules(self) -> Sequence[Rule]:
        """The rules that this shard judges by."""
        return self._rules

    def __iter__(self) -> Iterator[Finding]:
        """Yield the findings of every resource type in turn; memory is bounded by a page and a window."""
        pool = ThreadPoolExecutor(self._concurrency, thread_name_prefix="describe")
        try:
            for resource_type, group in itertools.groupby(
                sorted(self._rules, key=lambda rule: rule.resource_type), key=lambda rule: rule.resource_type
            ):
                yield from self._scan_type(resource_type, list(group), pool)
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def _scan_type(self, resource_type: str, rules: Sequence[Rule], pool: ThreadPoolExecutor) -> Iterator[Finding]:
        lister = self._catalog.listers.get(resource_type)
        if lister is None:
            yield from self._judge_window([Listed(_pseudo(resource_type, self._shard))], rules, pool)
            return
        for window in self._windows(lister):
            yield from self._judge_window(window, rules, pool)
        if gap := self.outcome.unlisted.get(resource_type):
            target = replace(_pseudo(TARGET, self._shard), id=resource_type)
            yield from (unlisted(rule, target, gap, self._observed_at) for rule in rules)

    def _windows(self, lister: Lister) -> Iterator[Sequence[Listed]]:
        api = _api(lister)
        try:
            client = self._clients.get(lister.client, self._shard.endpoint_region)
            for page in lister.function(client, self._shard):
                here = [item for item in page if item.resource.region in self._shard.scope or item.unavailable]
                self.outcome.ledger.listed(api, len(page), len(page) - len(here))
                kept = [item for item in here if self._scope.by_tags or self._scope.keep(item.resource)]
                yield from _batched(kept)
        except _LISTING_ERRORS as error:
            self._lose(error)
            gap = (
                _strange(lister.resource_type, error)
                if isinstance(error, _SHAPE_ERRORS)
                else unavailable(lister.permission, error)
            )
            self.outcome.unlisted[lister.resource_type] = gap
            self.outcome.ledger.stopped(api, gap.reason)

    def _judge_window(
        self, window: Sequence[Listed], rules: Sequence[Rule], pool: ThreadPoolExecutor
    ) -> Iterator[Finding]:
        describers = _unique(
            describer for rule in rules for describer in self._catalog.describers_for(rule.check, rule.resource_type)
        )
        tags = self._catalog.describers.get((rules[0].resource_type, Tags))
        if self._scope.by_tags:
            first = [tags] if tags else []
            window = [item for item in self._describe(window, first, pool) if self._scope.keep(item.resource)]
            describers = [describer for describer in describers if describer not in first]
        for item in self._describe(window, describers, pool):
            for rule in rules:
                yield evaluate(rule, item.resource, item.facets, self._observed_at)

    def _describe(
        self, window: Sequence[Listed], describers: Sequence[Describer], pool: ThreadPoolExecutor
    ) -> Iterator[Listed]:
        """Read the facets of a window's resources side by side, and yield the resources in their order."""
        waiting: list[tuple[Listed, list[tuple[type, Future[object]]]]] = [
            (item, [(each.facet, pool.submit(self._read, each, item)) for each in describers]) for item in window
        ]
        for item, futures in waiting:
            facets = {**item.facets, **{facet: future.result() for facet, future in futures}}
            tags = facets.get(Tags)
            resource = replace(item.resource, tags=tags.own) if isinstance(tags, Tags) else item.resource
            yield replace(item, resource=resource, facets=facets)

    def _read(self, describer: Describer, item: Listed) -> object:
        if describer.resource_type in (ACCOUNT, REGION):
            owner = _pseudo(describer.resource_type, self._shard)
            return self._once(describer.facet, lambda: self._call(describer, owner))
        if item.unavailable:
            return item.unavailable
        if describer.of is None or describer.keys is None:
            return self._call(describer, item.resource)
        named = item.facets.get(describer.of)
        if named is None or isinstance(named, Unavailable):
            return named
        return Related({key: self._related(describer, item.resource, key) for key in describer.keys(named)})

    def _related(self, describer: Describer, resource: Resource, key: str) -> Any:
        return self._once((describer.facet, resource.region, key), lambda: self._call(describer, resource, key))

    def _call(self, describer: Describer, resource: Resource, *keys: str) -> object:
        region = self._shard.endpoint_region if resource.region not in self._shard.scope else resource.region
        try:
            return describer.function(self._clients.get(describer.client, region), resource, *keys)
        except READ_ERRORS as error:
            if code_of(error) in describer.absent:
                return parsed(describer.facet, {})
            self._lose(error)
            return unavailable(describer.permission, error)
        except _SHAPE_ERRORS as error:
            return _strange(describer.facet.__name__, error)

    def _lose(self, error: Exception) -> None:
        if lost_credentials(error):
            self.outcome.lost = f"the credentials stopped working ({code_of(error)})"


class _Once:
    """Reads what many resources share a single time, however many threads ask for it."""

    def __init__(self) -> None:
        self._locks: dict[object, threading.Lock] = {}
        self._values: dict[object, object] = {}
        self._guard = threading.Lock()

    def __call__(self, key: object, read: Callable[[], object]) -> object:
        with self._guard:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            if key not in self._values:
                self._values[key] = read()
            return self._values[key]


def shards(
    account_id: str, partition: str, regions: Sequence[str], rules: Iterable[Rule], *, bucket_like: frozenset[str]
) -> tuple[Shard, ...]:
    """Cut an account into shards so that every resource belongs to exactly one.

    A regional service has a shard in each region; a bucket-like one has a single shard, which lists once
    for the account and judges the resources of the regions asked for.
    """
    scope = tuple(regions)
    services = sorted({rule.service for rule in rules})
    found = []
    for service in services:
        if service in bucket_like:
            found.append(Shard(account_id, "global", service, scope[0], (*scope, "global"), partition))
        else:
            found.extend(Shard(account_id, region, service, region, (region,), partition) for region in scope)
    return tuple(found)


def _pseudo(resource_type: str, shard: Shard) -> Resource:
    region = "global" if resource_type == ACCOUNT else shard.region
    name = shard.account_id if resource_type == ACCOUNT else shard.region
    return Resource(resource_type, name, shard.account_id, region, shard.partition)


def _strange(what: str, error: Exception) -> Unavailable:
    return Unavailable(None, f"AWS answered in a shape Muster does not understand ({what}: {error!r})")


def _api(lister: Lister) -> str:
    operations: Mapping[str, str] = {"s3:ListAllMyBuckets": "s3:ListBuckets"}
    return operations.get(lister.permission, lister.permission)


def _unique(describers: Iterable[Describer]) -> list[Describer]:
    return list({(each.resource_type, each.facet): each for each in describers}.values())


def _batched(items: Sequence[Listed]) -> Iterator[Sequence[Listed]]:
    return (items[start : start + WINDOW] for start in range(0, len(items), WINDOW))
