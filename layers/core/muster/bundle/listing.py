"""The resources to import: all of some types in some regions, or those that were named, by the readers' listers."""

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from muster.bundle.contents import LeftOut, left_out
from muster.catalog.catalog import Catalog
from muster.model.arn import Named
from muster.model.finding import GLOBAL, REGION, Resource, Unavailable
from muster.model.readers import Lister
from muster.model.shard import Shard
from muster.scanning.describe import pseudo_resource
from muster.scanning.pagination import pages
from muster.sdk.failures import FAILURES, Failure
from muster.sdk.retry import Retrier
from muster.sdk.session import ClientProvider


@dataclass(frozen=True, slots=True)
class Place:
    """An account to list: its clients, its regions, and the region of calls that no region owns."""

    clients: ClientProvider
    account_id: str
    partition: str
    regions: tuple[str, ...]
    home: str
    everywhere: tuple[str, ...] | Unavailable = ()
    """All regions that the account has enabled: a stack in any of them may own a role."""
    retrier: Retrier = field(default_factory=Retrier)


@dataclass(slots=True)
class Listing:
    """What was listed: resources, those whose region is unknown, and the listings that failed, in words."""

    resources: list[Resource] = field(default_factory=list)
    unread: list[LeftOut] = field(default_factory=list)
    gaps: list[str] = field(default_factory=list)


def list_resources(catalog: Catalog, place: Place, types: Iterable[str]) -> Listing:
    """List all resources of some types, all pages of them."""
    listing = Listing()
    for resource_type in types:
        lister = catalog.listers[resource_type]
        for shard in _shards(lister, place):
            _list(catalog, place, lister, shard, listing)
    return listing


def find_named(catalog: Catalog, place: Place, named: Sequence[Named]) -> Listing:
    """Return resources by their names; whether they exist is seen when they are read.

    Only where the ARN does not say all that other calls need is there a call: the region of a bucket, the URL of a
    queue.
    """
    listing = Listing()
    for each in named:
        lister = catalog.listers[each.resource_type]
        region = GLOBAL if lister.once_per_account else each.region
        endpoint = place.home if lister.once_per_account else each.region
        shard = Shard(place.account_id, region, lister.client, endpoint, (), place.partition, each.resource_type)
        if lister.made is not None:
            listing.resources.append(lister.made(shard, each.id).resource)
        elif lister.only is not None:
            _look_up(catalog, place, each, replace(shard, scope=(*place.regions, GLOBAL)), listing)
        else:
            listing.resources.append(shard.resource(each.resource_type, each.id, each.arn))
    return listing


def _shards(lister: Lister, place: Place) -> Iterator[Shard]:
    if lister.once_per_account:
        scope = (*place.regions, GLOBAL)
        yield Shard(place.account_id, GLOBAL, lister.client, place.home, scope, place.partition, lister.resource_type)
        return
    for region in place.regions:
        scope = (region,)
        yield Shard(place.account_id, region, lister.client, region, scope, place.partition, lister.resource_type)


def _look_up(catalog: Catalog, place: Place, named: Named, shard: Shard, listing: Listing) -> None:
    """List what has the beginning of a name, and keep the resource of exactly this name."""
    lister = catalog.listers[named.resource_type]
    narrowing = lister.only
    assert narrowing is not None  # noqa: S101 - the caller looked
    function, parameters = lister.function, narrowing.parameters([named.id])
    narrowed = replace(lister, function=lambda *call: function(*call, **parameters))
    found, everywhere = Listing(), replace(shard, scope=())
    _list(catalog, place, narrowed, everywhere, found)
    listing.gaps += found.gaps
    listing.unread += [each for each in found.unread if each.name == named.id]
    matching = [each for each in found.resources if named.names(each)]
    if not matching and not found.gaps and not listing.unread:
        gone = Resource(named.resource_type, named.id, shard.account_id, named.region, shard.partition, named.arn)
        listing.unread.append(left_out(gone, "it does not exist", unread=True))
    listing.resources += matching


def _list(catalog: Catalog, place: Place, lister: Lister, shard: Shard, listing: Listing) -> None:
    try:
        client = place.clients.get(lister.client, shard.endpoint_region)
        made_from: tuple[object, ...] = ()
        if source := catalog.source(lister):
            region = place.clients.get(source.client, shard.endpoint_region)
            made_from = (source.function(region, pseudo_resource(REGION, shard)),)
        with contextlib.closing(pages(lister, client, shard, place.retrier, None, *made_from)) as found:
            for items, _then in found:
                for item in items:
                    if item.unavailable:
                        listing.unread.append(left_out(item.resource, item.unavailable.reason, unread=True))
                    elif not shard.scope or item.resource.region in shard.scope:
                        listing.resources.append(item.resource)
    except FAILURES as error:
        gap = Failure(error, lister.permissions, lister.resource_type).unavailable
        needs = f" (needs {gap.permission})" if gap.permission else ""
        where = "" if shard.region == GLOBAL else f" in {shard.region}"
        listing.gaps.append(f"{lister.resource_type}{where} could not be listed: {gap.reason}{needs}")
