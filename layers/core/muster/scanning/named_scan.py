"""The scan of named resources: the same checks on just those, as a shard that is narrowed to them.

A listing is narrowed as its lister declares. One that cannot be narrowed is read whole and only the named resources are
kept. Facets of the account and of the region are read as in any scan.
"""

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Any

from muster.catalog.read_plan import ReadPlan, TypePlan
from muster.model.arn import Named
from muster.model.finding import ACCOUNT, GLOBAL, REGION, Finding, Resource
from muster.model.listing import Listed, Page
from muster.model.readers import Describer, Lister
from muster.model.rule import Rule
from muster.model.shard import Shard
from muster.scanning.calls import ScanContext
from muster.scanning.describe import Describing
from muster.scanning.shard_scan import ShardScan


class Seen(StrEnum):
    """What a scan of a named resource came to."""

    JUDGED = "judged"
    EXCLUDED = "excluded"
    ABSENT = "absent"
    """It does not exist, or a full scan would not judge it either, such as a terminated instance."""
    UNREAD = "unread"


_WEIGHTIEST = (Seen.UNREAD, Seen.JUDGED, Seen.EXCLUDED, Seen.ABSENT)


def merged(looks: Mapping[Named, Seen], more: Mapping[Named, Seen]) -> dict[Named, Seen]:
    """Return what became of each resource in two shards: unread if one could not see it, absent if neither has it."""
    both = {each: [seen[each] for seen in (looks, more) if each in seen] for each in (*looks, *more)}
    return {each: min(seen, key=_WEIGHTIEST.index) for each, seen in both.items()}


class NamedScan(ShardScan):
    """Scans some resources of a shard, which has one resource type; `looks` says afterwards what became of each."""

    def __init__(
        self,
        shard: Shard,
        plan: ReadPlan,
        context: ScanContext,
        named: Sequence[Named],
        *,
        keep: Callable[[Resource], bool] = lambda _resource: True,
    ) -> None:
        """Prepare; no call is made before the first finding is taken. `keep` is as in any scan."""
        super().__init__(shard, plan, context, keep=self._keeps)
        self._named, self._wanted = tuple(named), keep
        listers = [each.lister for each in self._plans if each.lister]
        self._gone_codes = listers[0].gone if listers else frozenset()
        self._found: dict[Named, Seen] = {}

    @property
    def looks(self) -> Mapping[Named, Seen]:
        """What became of each named resource; without a finding it is absent if the scan came to its end."""
        ended = self._position == len(self._plans) and self.outcome.complete and not self.outcome.blocked
        rest = Seen.ABSENT if ended else Seen.UNREAD
        return {each: self._found.get(each, rest) for each in self._named}

    def _listers(self, lister: Lister, plan: TypePlan) -> Iterable[Lister]:
        return narrowed(lister, plan, self.shard, self._named)

    def _in_regions(self, lister: Lister, page: Sequence[Listed]) -> list[Listed]:
        return super()._in_regions(lister, [item for item in page if self._of(item.resource)])

    def _judge(
        self, page: Sequence[Listed], plan: TypePlan, describe: Describing, *, only_page: bool = True
    ) -> Iterator[Finding]:
        # The page is not all there is of the type, whatever the listing says.
        only_page = only_page and plan.lister is None
        for finding in super()._judge(page, plan, describe, only_page=only_page):
            if finding.resource.id not in describe.gone:
                self._found.update(dict.fromkeys(self._of(finding.resource), Seen.JUDGED))
                yield finding

    def _keeps(self, resource: Resource) -> bool:
        kept = self._wanted(resource)
        if not kept:
            self._found.update(dict.fromkeys(self._of(resource), Seen.EXCLUDED))
        return kept

    def _of(self, resource: Resource) -> list[Named]:
        return [each for each in self._named if each.names(resource)]


def narrowed(lister: Lister, plan: TypePlan, shard: Shard, named: Sequence[Named]) -> Iterator[Lister]:
    """Yield the listings that have the named resources: with as few items as the lister's API allows."""
    ids = list(dict.fromkeys(each.id for each in named))
    made, only = lister.made, lister.only
    if made is not None and all(ids) and _reads_each(plan):
        items = [made(shard, each) for each in ids]
        yield replace(lister, function=functools.partial(_page, items))
    elif only is not None and all(ids):
        for start in range(0, len(ids), only.at_once):
            parameters = only.parameters(ids[start : start + only.at_once])
            yield replace(lister, function=functools.partial(lister.function, **parameters))
    else:
        yield lister


def shards_of(  # noqa: PLR0913 - what is named, and what a shard takes
    named: Iterable[Named],
    rules: Iterable[Rule],
    *,
    partition: str,
    regions: Sequence[str],
    global_services: frozenset[str],
    endpoint_region: str,
) -> dict[Shard, tuple[Named, ...]]:
    """Return the shards of named resources, one for each account, region, service and type, and what each has to find.

    Services that no region owns are called in `endpoint_region`, and resources of `regions` are judged there. A
    resource of a regional service whose ARN has no region, such as RDS's global cluster, is looked for in each region.
    """
    services: dict[str, list[str]] = {}
    for rule in rules:
        services.setdefault(rule.resource_type, []).append(rule.service)
    found: dict[Shard, list[Named]] = {}
    for each in dict.fromkeys(named):
        for service in dict.fromkeys(services.get(each.resource_type, ())):
            if service in global_services:
                places = [(GLOBAL, endpoint_region, (*regions, GLOBAL))]
            else:
                places = [(region, region, (region,)) for region in ([each.region] if each.region else regions)]
            for region, endpoint, scope in places:
                shard = Shard(each.account_id, region, service, endpoint, scope, partition, each.resource_type)
                found.setdefault(shard, []).append(each)
    return {shard: tuple(names) for shard, names in sorted(found.items(), key=lambda item: item[0].id)}


def _page(items: Sequence[Listed], *_call: Any) -> Page:
    return Page(items)


def _reads_each(plan: TypePlan) -> bool:
    """Whether each resource of the type is read by a call of its own, which fails where there is none."""
    readers = (call.reader for call in plan.calls)
    return any(
        isinstance(each, Describer) and each.resource_type not in (ACCOUNT, REGION) and each.of is None
        for each in readers
    )
