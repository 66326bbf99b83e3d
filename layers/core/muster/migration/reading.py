"""Reading both sides of a migration, and judging each pair as soon as it is read."""

import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

from muster.migration.access import Access, Accesses
from muster.migration.file import BucketItem, FunctionItem, Item, LogGroupItem, MigrationFile, TableItem
from muster.migration.judging import judge
from muster.migration.relatives import BUCKET, FUNCTION, LOG_GROUP, RELATIVES, TABLE, Relative
from muster.migration.sides import Pair, Source, Target
from muster.model.arn import ArnForm
from muster.model.finding import REGION, Finding, Resource, Unavailable, UnknownField
from muster.model.listing import SHAPE_ERRORS, malformed
from muster.readers.cloudwatch.logs import log_groups
from muster.readers.dynamodb.tables import tables
from muster.readers.lambda_.functions import functions
from muster.readers.s3.buckets import buckets
from muster.scanning.cache import SingleFlight
from muster.snapshots.form import Form, forms
from muster.snapshots.reading import How, read_snapshot
from muster.snapshots.snapshot import Snapshot

SIDE_BY_SIDE = 16
"""How many resources are read at a time."""
_AT_ONCE = 32
"""How many pairs are held in memory at a time."""
RESERVE = 30.0
"""Seconds that are kept for writing the report, and for the calls that are under way."""
_TYPES = {BucketItem: BUCKET, TableItem: TABLE, FunctionItem: FUNCTION, LogGroupItem: LOG_GROUP}
_LISTERS = {BUCKET: buckets, TABLE: tables, FUNCTION: functions, LOG_GROUP: log_groups}

Step = Callable[[str, int], None]
"""Is called with what was read last, and how many items are done."""
_Job = tuple[Access, Resource]


@dataclass(frozen=True, slots=True)
class Compared:
    """A pair with both of its sides, and a finding for each comparison of its type."""

    pair: Pair
    source: Source
    target: Target
    findings: tuple[Finding, ...]


@dataclass(slots=True)
class Reader:
    """Reads and compares what a migration file names.

    `left` returns how many seconds there are; when they run out, the rest of the items is unread. Keys and roles that
    several items name are read once.
    """

    file: MigrationFile
    accesses: Accesses
    observed_at: datetime
    left: Callable[[], float] = lambda: math.inf
    _relatives: dict[_Job, Snapshot] = field(default_factory=dict)
    _how: How = field(default_factory=lambda: How(share=SingleFlight()))

    def compared(self, step: Step = lambda _what, _done: None) -> Iterator[Compared]:
        """Yield the regions as a pair, then each item; not more than some of them are held in memory."""
        with ThreadPoolExecutor(SIDE_BY_SIDE, "describe") as pool:
            # Of the source's region only alarms are compared.
            whole = forms()[REGION]
            wanted = (self.accesses.source, whole.only("alarms")), (self.accesses.target, whole)
            regions = [*pool.map(lambda each: self._read(each[0], _region(each[0]), each[1]), wanted)]
            item = Item(self.accesses.source.region, self.accesses.target.region)
            yield self._judged(item, regions, regions)
            done = 0
            for items in _batches([*self.file.items()]):
                for compared in self._batch(pool, items, regions):
                    done += 1
                    step(compared.pair.item.name, done)
                    yield compared

    def sources(self, step: Step = lambda _what, _done: None) -> Iterator[tuple[Item, Source]]:
        """Yield each item with its source; of the target, and of the region as a whole, nothing is read."""
        side, done = self.accesses.source, 0
        region = Snapshot(_region(side))
        with ThreadPoolExecutor(SIDE_BY_SIDE, "describe") as pool:
            for items in _batches([*self.file.items()]):
                jobs = [(side, _resource(side, item, item.name)) for item in items]
                own = [*pool.map(self._own, jobs)]
                for item, snapshot, others in zip(items, own, self._others(pool, jobs, own), strict=True):
                    done += 1
                    step(item.name, done)
                    yield item, Source(snapshot, region, others)

    @property
    def _sides(self) -> tuple[Access, Access]:
        return self.accesses.source, self.accesses.target

    def _batch(
        self, pool: ThreadPoolExecutor, items: Sequence[Item], regions: Sequence[Snapshot]
    ) -> Iterator[Compared]:
        jobs = [
            (side, _resource(side, item, name))
            for item in items
            for side, name in zip(self._sides, (item.name, item.target), strict=True)
        ]
        own = [*pool.map(self._own, jobs)]
        others = self._others(pool, jobs, own)
        for place, item in enumerate(items):
            both = slice(2 * place, 2 * place + 2)
            yield self._judged(item, own[both], regions, others[both])

    def _others(
        self, pool: ThreadPoolExecutor, jobs: Sequence[_Job], own: Sequence[Snapshot]
    ) -> list[dict[str, Snapshot | Unavailable | None]]:
        """Read what belongs to each of some resources, by the names that comparisons use."""
        found = [{each.name: _found(each, snapshot) for each in RELATIVES[snapshot.resource.type]} for snapshot in own]
        named = [
            {name: (self.accesses.of(value, side), value) if isinstance(value, Resource) else value
             for name, value in relatives.items()}
            for (side, _), relatives in zip(jobs, found, strict=True)
        ]  # fmt: skip
        wanted = dict.fromkeys(value for each in named for value in each.values() if isinstance(value, tuple))
        new = [job for job in wanted if job not in self._relatives]
        self._relatives.update(zip(new, pool.map(self._own, new), strict=True))
        return [
            {name: self._relatives[value] if isinstance(value, tuple) else value for name, value in each.items()}
            for each in named
        ]

    def _own(self, job: _Job) -> Snapshot:
        """Read one resource; calls go to its region, or to that of its side where no region owns it."""
        side, resource = job
        return self._read(side, resource, forms()[resource.type])

    def _read(self, side: Access, resource: Resource, form: Form) -> Snapshot:
        if self.left() < RESERVE:
            late = Unavailable(None, "the time was over before it was read; split the migration file")
            return Snapshot(resource, dict.fromkeys((each.name for each in form.sections), late))
        return read_snapshot(side.clients, resource, form, side.region, self._how)

    def _judged(
        self,
        item: Item,
        own: Sequence[Snapshot],
        regions: Sequence[Snapshot],
        others: Sequence[dict[str, Snapshot | Unavailable | None]] = ({}, {}),
    ) -> Compared:
        source, target = Source(own[0], regions[0], others[0]), Target(own[1], regions[1], others[1])
        pair = Pair(self.file, item)
        return Compared(pair, source, target, (*judge(source, target, pair, self.observed_at),))


def _resource(side: Access, item: Item, name: str) -> Resource:
    resource_type = _TYPES[type(item)]
    form = _LISTERS[resource_type].arn
    arn = form.arn(side.partition, side.region, side.account_id, name) if isinstance(form, ArnForm) else None
    return Resource(resource_type, name, side.account_id, side.region, side.partition, arn)


def _region(side: Access) -> Resource:
    return Resource(REGION, side.region, side.account_id, side.region, side.partition)


def _found(relative: Relative, snapshot: Snapshot) -> Resource | Unavailable | None:
    if not snapshot.exists:
        return None
    try:
        return relative.find(snapshot)
    except UnknownField as unknown:
        return unknown.unavailable
    except SHAPE_ERRORS as error:
        return malformed(relative.name, error)


def _batches(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    for start in itertools.count(0, _AT_ONCE):
        if start >= len(items):
            return
        yield items[start : start + _AT_ONCE]
