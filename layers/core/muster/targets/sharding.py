"""Cutting an account into shards, so that every resource belongs to exactly one."""

from collections.abc import Iterable, Mapping, Sequence

from muster.model.finding import GLOBAL
from muster.model.rule import Rule
from muster.model.shard import Shard

LARGE = 100_000
"""From how many resources on a shard is cut by resource type, so that the types are scanned side by side."""


def shards(  # noqa: PLR0913 - an account, and how it is cut
    account_id: str,
    partition: str,
    regions: Sequence[str],
    rules: Iterable[Rule],
    *,
    global_services: frozenset[str],
    sizes: Mapping[str, int] | None = None,
) -> tuple[Shard, ...]:
    """Return the shards of an account.

    A regional service has a shard in each region; a global one has a single shard, which lists once
    for the account and judges the resources of the regions to scan. `sizes` says how many resources a shard
    had when it was last scanned: a large one is cut further.
    """
    scope = tuple(regions)
    types: dict[str, set[str]] = {}
    for rule in rules:
        types.setdefault(rule.service, set()).add(rule.resource_type)
    found: list[Shard] = []
    for service in sorted(types):
        if service in global_services:
            found.append(Shard(account_id, GLOBAL, service, scope[0], (*scope, GLOBAL), partition))
            continue
        for region in scope:
            shard = Shard(account_id, region, service, region, (region,), partition)
            large = (sizes or {}).get(shard.id, 0) >= LARGE
            found.extend(_cut(shard, sorted(types[service])) if large else (shard,))
    # Region by region: what the shards of a region share is read and forgotten before the next but few.
    return tuple(sorted(found, key=lambda shard: (shard.region != GLOBAL, shard.region)))


def _cut(shard: Shard, types: Sequence[str]) -> Iterable[Shard]:
    for kind in types:
        yield Shard(
            shard.account_id, shard.region, shard.service, shard.endpoint_region, shard.scope, shard.partition, kind
        )
