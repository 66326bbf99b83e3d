"""Reading snapshots: each section by its call, in the region of the resource."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from muster.model.finding import GLOBAL, Resource, Unavailable
from muster.sdk.failures import Failure, read
from muster.sdk.session import ClientProvider
from muster.snapshots.form import Form
from muster.snapshots.section import Answer, NotListed, Section
from muster.snapshots.snapshot import Snapshot

_SIDE_BY_SIDE = 16


Retry = Callable[[Hashable, Callable[[], Answer]], Answer]
"""Makes a call, and makes it again where that may help; the key names the API that is called."""


Share = Callable[[Hashable, Callable[[], Answer]], Answer]
"""Returns the answer of a key, which is an account's and a region's; the first call for a key reads it."""


def _each_time(_key: Hashable, call: Callable[[], Answer]) -> Answer:
    return call()


@dataclass(frozen=True, slots=True)
class How:
    """How calls are made: which are made again, and which answers serve several resources."""

    retry: Retry = _each_time
    share: Share = _each_time


_PLAINLY = How()


def read_snapshot(
    clients: ClientProvider, resource: Resource, form: Form, endpoint_region: str = "", how: How = _PLAINLY
) -> Snapshot:
    """Read all sections of a resource; one that fails leaves the others as they are.

    Calls go to the resource's region, or to `endpoint_region` where no region owns the resource. Once a section was
    read, AWS's word that something is gone means another thing, for example a policy of a role. So it does where the
    section knows the code as its own: Lambda has one for a function that does not exist and for one without a policy.
    """
    region = endpoint_region if resource.region == GLOBAL else resource.region
    sections: dict[str, Answer | Unavailable | None] = {}
    for each in form.sections:
        try:
            value = _read(clients, resource, region, each, sections, how)
        except NotListed:
            return Snapshot(resource, exists=False)
        if isinstance(value, Failure):
            if value.code in form.gone - each.absent and _nothing_read(sections):
                return Snapshot(resource, exists=False)
            value = None if value.code in each.absent else value.unavailable
        sections[each.name] = value
    return Snapshot(resource, sections)


def read_snapshots(
    clients: ClientProvider,
    wanted: Iterable[tuple[Resource, Form]],
    endpoint_region: str = "",
    each_read: Callable[[Snapshot], None] = lambda _snapshot: None,
    how: How = _PLAINLY,
) -> Iterator[Snapshot]:
    """Read resources side by side and yield their snapshots in the order of the resources."""
    with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
        for snapshot in pool.map(lambda each: read_snapshot(clients, each[0], each[1], endpoint_region, how), wanted):
            each_read(snapshot)
            yield snapshot


def _nothing_read(sections: Mapping[str, Answer | Unavailable | None]) -> bool:
    return all(isinstance(each, Unavailable) for each in sections.values())


def _read(  # noqa: PLR0913 - where, what, and how the call is made
    clients: ClientProvider,
    resource: Resource,
    region: str,
    section: Section,
    earlier: dict[str, Answer | Unavailable | None],
    how: How,
) -> Answer | Unavailable | Failure | None:
    arguments: list[Any] = [resource]
    if section.of:
        needed = earlier[section.of]
        if needed is None or isinstance(needed, Unavailable):
            return needed
        arguments.append(needed)

    def call() -> Answer:
        client, regional = clients.get(section.client, region), section.regional
        if regional is not None:
            key = (resource.account_id, region, section.name)
            return _whole(section.call(client, *arguments, how.share(key, lambda: _whole(regional(client)))))
        return _whole(section.call(client, *arguments))

    return read(lambda: how.retry((region, section.permissions), call), section.permissions, section.name)


def _whole(answer: Answer) -> Answer:
    """Return an answer without metadata; pages that a reader would request one by one are requested here."""
    return {
        key: list(value) if isinstance(value, Iterator) else value
        for key, value in answer.items()
        if key != "ResponseMetadata"
    }
