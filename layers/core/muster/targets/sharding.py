"""Cutting an account into shards, so that every resource belongs to exactly one."""

from collections.abc import Iterable, Mapping, Sequence

from muster.model.finding import GLOBAL
from muster.model.rule import Rule
from muster.model.shard import Shard

LARGE = 100_000
"""From how many resources on a shard is cut by resource type, so that the types are scanned side by side."""
MOST = 2_400
"""Shards of an account to which cutting may lead: an item of the state machine has 256 KiB."""


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
    had when it was last scanned: a large one is cut further, the largest first, as long as there are not `MOST`.
    """
    scope = tuple(regions)
    types: dict[str, set[str]] = {}
    for rule in rules:
        types.setdefault(rule.service, set()).add(rule.resource_type)
    whole: list[Shard] = []
    for service in sorted(types):
        if service in global_services:
            whole.append(Shard(account_id, GLOBAL, service, scope[0], (*scope, GLOBAL), partition))
            continue
        whole.extend(Shard(account_id, region, service, region, (region,), partition) for region in scope)
    large = _largest(whole, types, sizes or {})
    found = [
        part for shard in whole for part in (_cut(shard, sorted(types[shard.service])) if shard in large else (shard,))
    ]
    # Region by region: what the shards of a region share is read and forgotten before the next but few.
    return tuple(sorted(found, key=lambda shard: (shard.region != GLOBAL, shard.region)))


def _largest(whole: Sequence[Shard], types: Mapping[str, set[str]], sizes: Mapping[str, int]) -> set[Shard]:
    """Return the shards to cut: the largest ones, until there would be too many."""
    count, found = len(whole), set[Shard]()
    large = (each for each in whole if each.region != GLOBAL and sizes.get(each.id, 0) >= LARGE)
    for shard in sorted(large, key=lambda each: -sizes[each.id]):
        count += len(types[shard.service]) - 1
        if count > MOST:
            break
        found.add(shard)
    return found


def _cut(shard: Shard, types: Sequence[str]) -> Iterable[Shard]:
    for kind in types:
        yield Shard(
            shard.account_id, shard.region, shard.service, shard.endpoint_region, shard.scope, shard.partition, kind
        )
