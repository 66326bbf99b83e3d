"""The calls and the duration of a scan, forecast from what the last one listed; and how far off that was."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from muster.catalog.catalog import Catalog
from muster.catalog.read_plan import ReadPlan
from muster.estimate.workload import Assumptions, Calls, Demand, calls_of, findings_of, seconds_of
from muster.model.coverage import Coverage
from muster.model.finding import GLOBAL
from muster.model.shard import Shard
from muster.reports.wording import difference

Listed = Mapping[tuple[str, str], int]
"""How many resources were listed, by type and region (`global` for types that are listed once for the account)."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What a scan is expected to take: calls of AWS, and seconds of all its shards one after the other."""

    calls: int
    seconds: float

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return {"calls": self.calls, "seconds": round(self.seconds, 1)}

    @classmethod
    def from_json(cls, document: Mapping[str, Any] | None) -> Self | None:
        """Read what `to_json` returned."""
        return cls(document["calls"], document["seconds"]) if document else None

    def against(self, calls: int) -> str:
        """Say how many calls were made, and how far that is from what was expected."""
        return difference(self.calls, calls)


def listed(catalog: Catalog, rows: Iterable[Coverage]) -> dict[str, dict[tuple[str, str], int]]:
    """Return how many resources of each account were listed and judged, from the ledger.

    Where one API lists several types, the ledger has their sum: as many are of a type as it was read one by one, the
    rest of the last type.
    """
    kinds = _listing(catalog)
    read = _one_by_one(catalog)
    rows = list(rows)
    found: dict[str, dict[tuple[str, str], int]] = {}
    for row in rows:
        if row.api in kinds:
            of_account = found.setdefault(row.account_id, {})
            key = kinds[row.api][-1], row.region
            of_account[key] = of_account.get(key, 0) + row.items - row.out_of_scope
    for row in rows:
        for kind, last in read.get(row.api, ()):
            of_account = found.get(row.account_id, {})
            known = min(row.calls, of_account.get((last, row.region), 0))
            if known:
                of_account[kind, row.region] = known
                of_account[last, row.region] -= known
    return found


def _listing(catalog: Catalog) -> Mapping[str, Sequence[str]]:
    """Return which types an API lists."""
    kinds: dict[str, list[str]] = {}
    for kind, lister in catalog.listers.items():
        kinds.setdefault(lister.operation, []).append(kind)
    return kinds


def _one_by_one(catalog: Catalog) -> Mapping[str, Sequence[tuple[str, str]]]:
    """Return the APIs that nobody calls but once for each resource of a type that shares its listing.

    With each comes the type, and the last of those that share the listing.
    """
    callers = Counter(each.operation for each in catalog.readers())
    shared = {kind: kinds[-1] for kinds in _listing(catalog).values() if len(kinds) > 1 for kind in kinds[:-1]}
    found: dict[str, list[tuple[str, str]]] = {}
    for describer in catalog.describers.values():
        api, kind = describer.operation, describer.resource_type
        if kind in shared and callers[api] == 1 and describer.of is None and describer.at_once == 1:
            found.setdefault(api, []).append((kind, shared[kind]))
    return found


def calls_of_shards(
    plan: ReadPlan, shards: Iterable[Shard], regions: Sequence[str], resources: int = 10
) -> dict[str, float]:
    """Return the calls of each shard by its id, if there were so many resources of each type in each region."""
    kinds = {each.resource_type for each in plan.types}
    held = {(kind, region): resources for kind in kinds for region in (*regions, GLOBAL)}
    demand = Demand(plan, held, regions)
    return {
        shard.id: 1.0 + sum(count for each in plan.of(shard) for _, count in demand.calls(each, shard))
        for shard in shards
    }


def forecast(plan: ReadPlan, accounts: Mapping[str, Sequence[str]], resources: Mapping[str, Listed]) -> Forecast | None:
    """Return what a scan of accounts and their regions takes; None where the resources of an account are not known."""
    calls, seconds = 0, 0.0
    for account_id, regions in accounts.items():
        if account_id not in resources:
            return None
        demand = Demand(plan, resources[account_id], regions)
        made: Calls = calls_of(demand)
        calls += made.total
        seconds += seconds_of(made, sum(findings_of(demand).values()), Assumptions()).total
    return Forecast(calls, seconds)
