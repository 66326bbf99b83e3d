"""Reading the facets of resources, many calls side by side, the resources in their order."""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future
from dataclasses import replace
from typing import Any

from muster.facets.tags import Tags
from muster.model import ACCOUNT, REGION, Related, Resource, Unavailable
from muster.patience import Patience
from muster.reading import Describer, Listed, Shard, parsed
from muster.refusals import READ_ERRORS, code_of, unavailable
from muster.session import Clients

SHAPE_ERRORS = (AttributeError, KeyError, IndexError, TypeError, ValueError)
"""What parsing an answer raises when it has not the shape that AWS documents."""

WINDOW = 64
"""How many resources are described at a time: what bounds memory besides one page of a listing."""


class Describing:
    """Reads facets for the resources of one shard; what resources share is read once."""

    def __init__(
        self, shard: Shard, clients: Clients, patience: Patience, lose: Callable[[Exception], None], pool: Executor
    ) -> None:
        """Call through `clients` in the threads of `pool`; `lose` is told every error."""
        self._shard, self._clients, self._patience, self._lose, self._pool = shard, clients, patience, lose, pool
        self._once = _Once()

    def __call__(self, items: Iterable[Listed], describers: Sequence[Describer]) -> Iterator[Listed]:
        """Yield the resources with their facets; while one waits for an answer, those behind it are asked about."""
        if not describers:
            yield from items
            return
        waiting: deque[tuple[Listed, list[tuple[type, Future[object]]]]] = deque()
        for item in items:
            waiting.append((item, [(each.facet, self._pool.submit(self._read, each, item)) for each in describers]))
            if len(waiting) >= WINDOW:
                yield _described(*waiting.popleft())
        while waiting:
            yield _described(*waiting.popleft())

    def _read(self, describer: Describer, item: Listed) -> object:
        if describer.resource_type in (ACCOUNT, REGION):
            owner = pseudo(describer.resource_type, self._shard)
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
        api = (self._shard.account_id, region, describer.permission)
        try:
            client = self._clients.get(describer.client, region)
            return self._patience(api, lambda: describer.function(client, resource, *keys))
        except READ_ERRORS as error:
            if code_of(error) in describer.absent:
                return parsed(describer.facet, {})
            self._lose(error)
            return unavailable(describer.permission, error)
        except SHAPE_ERRORS as error:
            return strange(describer.facet.__name__, error)


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


def pseudo(resource_type: str, shard: Shard) -> Resource:
    """Return what stands for an account or a region as a resource."""
    region = "global" if resource_type == ACCOUNT else shard.region
    name = shard.account_id if resource_type == ACCOUNT else shard.region
    return Resource(resource_type, name, shard.account_id, region, shard.partition)


def strange(what: str, error: Exception) -> Unavailable:
    """Say that an answer of AWS has a shape we do not know."""
    return Unavailable(None, f"AWS answered in a shape Muster does not understand ({what}: {error!r})")


def _described(item: Listed, futures: Sequence[tuple[type, Future[object]]]) -> Listed:
    facets = {**item.facets, **{facet: future.result() for facet, future in futures}}
    tags = facets.get(Tags)
    resource = item.resource
    if resource.tags is None and isinstance(tags, Tags):
        resource = replace(resource, tags=tags.own)
    return replace(item, resource=resource, facets=facets)
