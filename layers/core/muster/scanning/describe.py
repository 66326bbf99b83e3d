"""Reading the facets of resources, many calls side by side, the resources in their order."""

import functools
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import Executor, Future
from dataclasses import replace
from datetime import datetime
from typing import Any

from muster.facets.tagging.tags import Tags
from muster.model.finding import ACCOUNT, GLOBAL, REGION, TARGET, Related, Resource, Unavailable
from muster.model.listing import Listed, gathered, parsed
from muster.model.readers import Describer
from muster.model.shard import Shard
from muster.model.text import shortened
from muster.scanning.batching import Answer, CallBatch, CallBatcher
from muster.scanning.cache import RegionCache, SingleFlight
from muster.sdk.errors import READ_ERRORS, code_of, needed, of_one, unavailable
from muster.sdk.retry import Retrier
from muster.sdk.session import Clients

SHAPE_ERRORS = (AttributeError, KeyError, IndexError, TypeError, ValueError, RecursionError)
"""What parsing an answer raises when it has not the shape that AWS documents."""

WINDOW = 64
"""How many resources are described at a time: what bounds memory besides one page of a listing.

Where a batch of many takes longer to fill, it is up to that page.
"""


class Describing:
    """Reads facets for the resources of one shard; what resources share is read once."""

    def __init__(  # noqa: PLR0913 - what a shard's reading needs
        self,
        shard: Shard,
        clients: Clients,
        patience: Retrier,
        lose: Callable[[Exception], None],
        pool: Executor,
        at: datetime,
        shared: RegionCache,
    ) -> None:
        """Call through `clients` in the threads of `pool`; `lose` is told every error, `at` is the scan's time."""
        self._shard, self._clients, self._patience, self._lose, self._pool = shard, clients, patience, lose, pool
        self._at = at
        self._once = SingleFlight()
        self._shared = shared

    def __call__(
        self,
        items: Iterable[Listed],
        describers: Sequence[Describer],
        among: AbstractSet[type] = frozenset(),
        *,
        whole: bool = True,
    ) -> Iterator[Listed]:
        """Yield the resources with their facets; while one waits for an answer, those behind it are asked about.

        With facets `among` that are made of all resources of the page, the page is described before the first is
        yielded; `whole` says that there is no other page.
        """
        after = [each for each in describers if each.of in among]
        for wave in _waves([each for each in describers if each not in after]):
            items = self._wave(items, wave)
        if among:
            items = gathered(items, among, whole=whole)
        for wave in _waves(after):
            items = self._wave(items, wave)
        yield from items

    def shared(self, describer: Describer) -> object:
        """Return a facet of the account or the region, read once for all shards that are scanned together."""
        owner = pseudo(describer.resource_type, self._shard)

        def read() -> object:
            api = self._api(describer, owner)
            call = functools.partial(self._call, describer, owner)
            return self._shared(self._shard, describer, call, lambda: self._shared.patience.spent(api))

        return self._once(describer.facet, read)

    def _wave(self, items: Iterable[Listed], describers: Sequence[Describer]) -> Iterator[Listed]:
        many = {each.facet: CallBatcher(each.at_once, self._reader(each)) for each in describers if each.at_once > 1}
        window = max([WINDOW, *(2 * each.at_once for each in describers)])
        waiting: deque[tuple[Listed, list[tuple[type, Answer]]]] = deque()
        for item in items:
            waiting.append((item, [(each.facet, self._ask(each, item, many.get(each.facet))) for each in describers]))
            # Many may name the same, or nothing: the first waits on until its batch is full or the page is at its end.
            while len(waiting) >= window and not _unsent(waiting[0][1], many):
                yield _described(*waiting.popleft())
        for batches in many.values():
            batches.flush()
        while waiting:
            yield _described(*waiting.popleft())

    def _ask(self, describer: Describer, item: Listed, batches: CallBatcher | None) -> Answer:
        if batches is None:
            return self._pool.submit(self._read, describer, item)
        known = self._without_call(describer, item)
        if known is not None:
            return _done(known)
        if describer.of is None or describer.keys is None:
            return batches.add(item.resource.id, item.resource)
        return batches.add_all(describer.keys(item.facets[describer.of], item.resource), item.resource)

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
            return Unavailable(None, "nothing was read")
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
            return self.shared(describer)
        if describer.of is None or describer.keys is None:
            return self._call(describer, item.resource)
        keys = describer.keys(item.facets[describer.of], item.resource)
        return Related({key: self._related(describer, item.resource, key) for key in keys})

    def _related(self, describer: Describer, resource: Resource, key: str) -> Any:
        return self._once((describer.facet, resource.region, key), lambda: self._call(describer, resource, key))

    def _call(self, describer: Describer, resource: Resource, *keys: str) -> object:
        try:
            return self._made(describer, resource, resource, *keys)
        except READ_ERRORS as error:
            if code_of(error) in describer.absent:
                return parsed(describer.facet, {})
            self._lose(error)
            return unavailable(needed(describer.permissions, error), error)
        except SHAPE_ERRORS as error:
            return strange(describer.facet.__name__, error)

    def _call_many(self, describer: Describer, batch: CallBatch) -> Mapping[str, object]:
        """Ask about all of a batch; where one of them makes AWS refuse the call, about each alone."""
        first = batch.resources[0]
        arguments: tuple[object, ...] = (batch.resources,)
        if describer.related:
            arguments = (pseudo(REGION, self._shard), batch.names)
        try:
            answer: Mapping[str, object] = self._made(describer, first, *arguments)
        except READ_ERRORS as error:
            if len(batch.names) > 1 and of_one(error):
                return {name: self._call_many(describer, alone)[name] for name, alone in batch.apart()}
            if code_of(error) in describer.absent:
                return dict.fromkeys(batch.names, parsed(describer.facet, {}))
            self._lose(error)
            return dict.fromkeys(batch.names, unavailable(needed(describer.permissions, error), error))
        except SHAPE_ERRORS as error:
            return dict.fromkeys(batch.names, strange(describer.facet.__name__, error))
        missing = Unavailable(None, "AWS left it out of its answer: gone meanwhile")
        return {name: answer.get(name, missing) for name in batch.names}

    def _made(self, describer: Describer, resource: Resource, *arguments: object) -> Any:
        api = self._api(describer, resource)
        client = self._clients.get(describer.client, api[1])
        named = {"at": self._at} if describer.timed else {}
        return self._patience(api, lambda: describer.function(client, *arguments, **named))

    def _api(self, describer: Describer, resource: Resource) -> tuple[str, str, str]:
        """Return account, region and permission of a call: what costs patience together."""
        region = self._shard.endpoint_region if resource.region not in self._shard.scope else resource.region
        region = self._shard.endpoint_region if region == GLOBAL else region
        return self._shard.account_id, region, describer.permission


def _waves(describers: Sequence[Describer]) -> Iterator[list[Describer]]:
    """Yield the describers so that whatever one reads the resources by was read in a wave before it."""
    left = list(describers)
    while left:
        coming = {each.facet for each in left}
        wave = [each for each in left if each.of not in coming]
        if not wave:
            names = ", ".join(sorted(each.facet.__name__ for each in left))
            raise TypeError(f"describers wait for each other: {names}")
        yield wave
        left = [each for each in left if each not in wave]


def _done(value: object) -> Answer:
    future: Future[object] = Future()
    future.set_result(value)
    return future


def pseudo(resource_type: str, shard: Shard) -> Resource:
    """Return what stands for an account or a region as a resource."""
    region = "global" if resource_type == ACCOUNT else shard.region
    name = shard.account_id if resource_type == ACCOUNT else shard.region
    return Resource(resource_type, name, shard.account_id, region, shard.partition)


def target_of(shard: Shard, resource_type: str) -> Resource:
    """Return what stands for the resources of a type that could not be scanned."""
    return replace(pseudo(TARGET, shard), id=resource_type)


def strange(what: str, error: Exception) -> Unavailable:
    """Say that an answer of AWS has a shape we do not know."""
    return Unavailable(None, f"AWS answered in a shape Muster does not understand ({what}: {shortened(repr(error))})")


def _unsent(answers: Sequence[tuple[type, Answer]], many: Mapping[type, CallBatcher]) -> bool:
    return any(facet in many and many[facet].unsent(answer) for facet, answer in answers)


def _described(item: Listed, answers: Sequence[tuple[type, Answer]]) -> Listed:
    facets = {**item.facets, **{facet: answer.result() for facet, answer in answers}}
    tags = facets.get(Tags)
    resource = item.resource
    if resource.tags is None and isinstance(tags, Tags):
        resource = replace(resource, tags=tags.own)
    return replace(item, resource=resource, facets=facets)
