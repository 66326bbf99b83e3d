"""What an earlier scan made of calls: taken where the same is asked again of as many, computed where it is not."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

from muster.catalog.permissions import action_of
from muster.estimate.workload import Calls, Demand, calls_of, is_exact, lists_itself, summed
from muster.model.finding import ACCOUNT, REGION

Questions = Mapping[str, set[Hashable]]
"""Who spends an IAM action, where, and of how many resources."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """A scan of one account that ended: what it was asked, and its calls by API; `failed` are APIs that went wrong."""

    demand: Demand
    calls: Mapping[str, int]
    failed: frozenset[str] = frozenset()


def calls_again(demand: Demand, earlier: Earlier | None) -> tuple[Calls, bool]:
    """Return the calls that satisfy a demand, and whether they are exact as long as the estate is what it was.

    An API that the same readers ask for the same, of as many resources in the same regions, takes the calls that it
    took; any other is computed.
    """
    computed, exact = calls_of(demand), is_exact(demand)
    if earlier is None:
        return computed, exact
    now, then = _questions(demand), _questions(earlier.demand)
    made = dict(computed.by_api)
    unsure = earlier.failed | {api for api in computed.listings if not earlier.calls.get(api)}
    for api in {*computed.by_api, *earlier.calls} - unsure:
        action = action_of(demand.catalog, api)
        if now.get(action) and now[action] == then.get(action):
            made[api] = earlier.calls.get(api, 0) * demand.accounts
    doubts = {action_of(demand.catalog, api) for api in unsure}
    again = all(action not in doubts and then.get(action) == asked for action, asked in now.items())
    return summed(demand.catalog, made), exact or again


def _questions(demand: Demand) -> Questions:
    asked: dict[str, set[Hashable]] = {}
    for shard in demand.shards():
        for kind in demand.types(shard):
            judged = tuple(sorted(demand.judged(kind, shard).items()))
            lister = demand.catalog.listers.get(kind)
            if lister and lists_itself(demand.catalog, lister):
                for action in lister.permissions:
                    asked.setdefault(action, set()).add((shard.region, kind, judged, demand.pages(kind, shard)))
            for describer in demand.describers(kind) if sum(count for _, count in judged) else ():
                if describer.resource_type not in (ACCOUNT, REGION):
                    for action in describer.permissions:
                        asked.setdefault(action, set()).add((shard.region, kind, judged, describer.facet))
        for describer in demand.shared(shard):
            where = "" if describer.resource_type == ACCOUNT else shard.region
            held = tuple(map(demand.held_in(where), describer.page.types if describer.page else ()))
            for action in describer.permissions:
                asked.setdefault(action, set()).add((where, held, describer.facet))
    return asked
