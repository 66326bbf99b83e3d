"""Reading the facets of resources, many calls side by side, the resources in their order."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import replace
from typing import Any

from muster.catalog.read_plan import Stage, TypePlan
from muster.facets.tagging.tags import Tags
from muster.model.finding import ACCOUNT, GLOBAL, REGION, TARGET, Related, Resource, Unavailable
from muster.model.listing import Listed, parsed, with_page_facets
from muster.model.readers import Describer
from muster.model.shard import Shard
from muster.scanning.batching import Answer, CallBatch, CallBatcher
from muster.scanning.cache import RegionCache, SingleFlight
from muster.scanning.calls import ShardCalls
from muster.sdk.errors import refuses_single_item
from muster.sdk.failures import Failure

WINDOW = 64
"""How many resources are described at a time: what bounds memory besides one page of a listing.

Where a batch of many takes longer to fill, it is up to that page.
"""

Facets = Mapping[type, object]


class Describing:
    """Reads facets for the resources of one shard; what resources share is read once."""

    def __init__(
        self,
        shard: Shard,
        calls: ShardCalls,
        pool: Executor,
        cache: RegionCache,
        gone_codes: frozenset[str] = frozenset(),
    ) -> None:
        """Call in the threads of `pool`; facets of the account and the region are kept in `cache`.

        A resource whose read fails with one of `gone_codes` is in `gone` afterwards, by its id.
        """
        self._shard, self._calls, self._pool, self._cache = shard, calls, pool, cache
        self._once = SingleFlight()
        self._gone_codes = gone_codes
        self.gone: set[str] = set()

    def __call__(
        self, items: Iterable[Listed], plan: TypePlan, *, only_page: bool = True, in_turn: bool = False
    ) -> Iterator[Listed]:
        """Yield the resources with the facets of a read plan; while one waits for an answer, those behind it are read.

        Where a facet is made of all resources of the page, the page is described before the first is yielded;
        `only_page` says that there is no other page. `in_turn` is as in `stage`.
        """
        for stage in plan.stages:
            items = self.stage(items, stage, in_turn=in_turn)
        if plan.page_facets:
            items = with_page_facets(items, plan.page_facets, only_page=only_page)
        for stage in plan.late_stages:
            items = self.stage(items, stage, in_turn=in_turn)
        yield from items

    def shared(self, describer: Describer, *given: object) -> object:
        """Return a facet of the account or the region, read once for all shards that are scanned together.

        `given` is the facet that a describer with `given=True` reads by.
        """
        owner = pseudo_resource(describer.resource_type, self._shard)

        def read() -> object:
            key = self._calls.key(describer, owner)
            return self._cache(
                self._shard,
                describer,
                lambda: self._call(describer, owner, *given),
                lambda: self._calls.retrier.is_open(key),
            )

        return self._once(describer.facet, read)

    def stage(self, items: Iterable[Listed], describers: Stage, *, in_turn: bool = False) -> Iterator[Listed]:
        """Yield the resources with the facets of one stage.

        With `in_turn`, what is read of one resource is read call after call by one thread, over one connection. That
        is the cheaper way, and as fast where there are many more resources than threads.
        """
        batches = {each.facet: CallBatcher(each.at_once, self._reader(each)) for each in describers if each.at_once > 1}
        alone = [each for each in describers if each.at_once == 1]
        many = [each for each in describers if each.at_once > 1]
        groups = [alone] if in_turn and alone else [[each] for each in alone]
        window = max([WINDOW, *(2 * each.at_once for each in describers)])
        waiting: deque[tuple[Listed, list[Future[Facets]], list[tuple[type, Answer]]]] = deque()
        for item in items:
            read = [self._pool.submit(self._read_each, group, item) for group in groups]
            waiting.append((item, read, [(each.facet, self._add(each, item, batches[each.facet])) for each in many]))
            # Many may name the same, or nothing: the first waits on until its batch is full or the page is at its end.
            while len(waiting) >= window and not _unsent(waiting[0][2], batches):
                yield _described(*waiting.popleft())
        for each in batches.values():
            each.flush()
        while waiting:
            yield _described(*waiting.popleft())

    def _read_each(self, describers: Sequence[Describer], item: Listed) -> Facets:
        return {each.facet: self._read(each, item) for each in describers}

    def _add(self, describer: Describer, item: Listed, batch: CallBatcher) -> Answer:
        known = self._without_call(describer, item)
        if known is not None:
            return _done(known)
        if describer.of is None or describer.keys is None:
            return batch.add(item.resource.id, item.resource)
        return batch.add_all(describer.keys(item.facets[describer.of], item.resource), item.resource)

    def _reader(self, describer: Describer) -> Callable[[CallBatch], None]:
        def read(batch: CallBatch) -> None:
            self._pool.submit(batch.settle, lambda: self._call_many(describer, batch))

        return read

    def _without_call(self, describer: Describer, item: Listed) -> object | None:
        """Return the facet where it is known without a call: unreadable, or not wanted of this resource."""
        if item.unavailable:
            return item.unavailable
        if describer.of is None:
            return None
        of = item.facets.get(describer.of)
        if of is None:
            return Unavailable(None, "no data was read")
        if isinstance(of, Unavailable):
            return of
        if describer.when is not None and not describer.when(of):
            return parsed(describer.facet, {})
        return None

    def _read(self, describer: Describer, item: Listed) -> object:
        known = self._without_call(describer, item)
        if known is not None:
            return known
        if describer.resource_type in (ACCOUNT, REGION):
            return self.shared(describer, *([item.facets[describer.of]] if describer.given and describer.of else ()))
        if describer.of is None or describer.keys is None:
            return self._call(describer, item.resource)
        keys = describer.keys(item.facets[describer.of], item.resource)
        return Related({key: self._related(describer, item.resource, key) for key in keys})

    def _related(self, describer: Describer, resource: Resource, key: str) -> Any:
        return self._once((describer.facet, resource.region, key), lambda: self._call(describer, resource, key))

    def _call(self, describer: Describer, resource: Resource, *arguments: object) -> object:
        value = self._calls.describe(describer, resource, resource, *arguments)
        if not isinstance(value, Failure):
            return value
        if not arguments:
            self._note(describer, resource.id, value)
        return self._missing(describer, value)

    def _call_many(self, describer: Describer, batch: CallBatch) -> Mapping[str, object]:
        """Read all of a batch; where one of them makes AWS refuse the call, each alone."""
        arguments: tuple[object, ...] = (batch.resources,)
        if describer.related:
            arguments = (pseudo_resource(REGION, self._shard), batch.names)
        values = self._calls.describe(describer, batch.resources[0], *arguments)
        if not isinstance(values, Failure):
            gone = Unavailable(None, "AWS did not return it; it may have been deleted")
            return {name: values.get(name, gone) for name in batch.names}
        if len(batch.names) > 1 and refuses_single_item(values.error):
            return {name: self._call_many(describer, alone)[name] for name, alone in batch.apart()}
        if not describer.related:
            self._note(describer, batch.names[0], values)
        return dict.fromkeys(batch.names, self._missing(describer, values))

    def _note(self, describer: Describer, name: str, failure: Failure) -> None:
        """Remember a resource that does not exist; some codes say instead that it has none of the facet."""
        if failure.code in self._gone_codes - describer.absent:
            self.gone.add(name)

    def _missing(self, describer: Describer, failure: Failure) -> object:
        """Return the facet after a failure: empty where AWS says that there is none, else the reason."""
        return parsed(describer.facet, {}) if failure.code in describer.absent else self._calls.reason(failure)


def _done(value: object) -> Answer:
    future: Future[object] = Future()
    future.set_result(value)
    return future


def pseudo_resource(resource_type: str, shard: Shard) -> Resource:
    """Return what stands for an account or a region as a resource."""
    region = GLOBAL if resource_type == ACCOUNT else shard.region
    name = shard.account_id if resource_type == ACCOUNT else shard.region
    return Resource(resource_type, name, shard.account_id, region, shard.partition)


def target_of(shard: Shard, resource_type: str) -> Resource:
    """Return what stands for the resources of a type that could not be scanned."""
    return replace(pseudo_resource(TARGET, shard), id=resource_type)


def _unsent(answers: Sequence[tuple[type, Answer]], many: Mapping[type, CallBatcher]) -> bool:
    return any(facet in many and many[facet].unsent(answer) for facet, answer in answers)


def _described(item: Listed, read: Sequence[Future[Facets]], answers: Sequence[tuple[type, Answer]]) -> Listed:
    facets = dict(item.facets)
    for each in read:
        facets.update(each.result())
    facets.update({facet: answer.result() for facet, answer in answers})
    tags = facets.get(Tags)
    resource = item.resource
    if resource.tags is None and isinstance(tags, Tags):
        resource = replace(resource, tags=tags.own)
    return Listed(resource, facets, item.unavailable)
