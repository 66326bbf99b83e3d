"""The calls of an earlier scan: taken where the same is read again of as many resources, computed where it is not."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

from muster.catalog.permissions import action_of
from muster.estimate.workload import Calls, Demand, calls_of, is_exact, region_of, summed
from muster.model.readers import Describer, Lister


@dataclass(frozen=True, slots=True)
class Earlier:
    """A scan of one account that ended: its demand and its calls by API; `failed` are APIs that went wrong."""

    demand: Demand
    calls: Mapping[str, int]
    failed: frozenset[str] = frozenset()


def calls_again(demand: Demand, earlier: Earlier | None) -> tuple[Calls, bool]:
    """Return the calls that satisfy a demand, and whether they are exact as long as the estate is what it was.

    An API that the same readers call for as many resources in the same regions takes the calls that it took before;
    any other is computed.
    """
    computed, exact = calls_of(demand), is_exact(demand)
    if earlier is None:
        return computed, exact
    now, before = _needs(demand), _needs(earlier.demand)
    made = dict(computed.by_api)
    unsure = earlier.failed | {api for api in computed.listings if not earlier.calls.get(api)}
    for api in {*computed.by_api, *earlier.calls} - unsure:
        action = action_of(demand.plan.catalog, api)
        if now.get(action) and now[action] == before.get(action):
            made[api] = earlier.calls.get(api, 0) * demand.accounts
    doubts = {action_of(demand.plan.catalog, api) for api in unsure}
    again = all(action not in doubts and before.get(action) == needs for action, needs in now.items())
    return summed(demand, made), exact or again


def _needs(demand: Demand) -> Mapping[str, set[Hashable]]:
    """Return the readers of a demand by IAM action, each with what it reads where and of how many resources."""
    needs: dict[str, set[Hashable]] = {}

    def add(reader: Lister | Describer, need: Hashable) -> None:
        for action in reader.permissions:
            needs.setdefault(action, set()).add(need)

    for shard in demand.shards():
        for plan in demand.plan.of(shard):
            judged = tuple(sorted(demand.judged(plan, shard).items()))
            for call, _ in demand.calls(plan, shard):
                reader = call.reader
                what = demand.pages(plan, shard) if isinstance(reader, Lister) else reader.facet
                add(reader, (shard.region, plan.resource_type, judged, what))
        for describer in demand.shared(shard):
            region = region_of(describer, shard)
            held = tuple(map(demand.held_in(region), describer.page.types if describer.page else ()))
            add(describer, (region, held, describer.facet))
    return needs
