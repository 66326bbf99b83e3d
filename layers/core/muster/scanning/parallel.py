"""Scanning several shards side by side, their findings in one stream; those of one resource stay together."""

import contextlib
import queue
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from muster.model.finding import Finding
from muster.model.shard import Shard
from muster.scanning.shard_scan import ShardScan

SIDE_BY_SIDE = 4
"""How many shards are scanned at a time: while one waits for a page, another is read."""
_BATCH = 200
"""How many findings a shard hands over at a time, at least; with fewer, the queue would cost more than the work."""
_AHEAD = 8
"""How many batches can wait in the queue: this bounds memory when the consumer is slow."""
_POLL_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Begun:
    """A shard's scan begins."""

    shard: Shard
    scan: ShardScan


@dataclass(frozen=True, slots=True)
class Ended:
    """A shard's scan has ended, by an error of ours if there is one."""

    shard: Shard
    error: Exception | None = None


Event = Begun | Ended | Sequence[Finding]


def together(
    shards: Sequence[Shard],
    make: Callable[[Shard], ShardScan],
    workers: int = SIDE_BY_SIDE,
    interrupted: Callable[[], bool] = lambda: False,
) -> Generator[Event, None, None]:
    """Yield the findings of all shards in batches, and when each begins and ends; one that breaks stops no other.

    Closing it early stops the scans at their next finding and waits for the calls that are under way.

    Raises:
        KeyboardInterrupt: `interrupted` returned true while the next event was waited for.
    """
    events: queue.Queue[Event] = queue.Queue(_AHEAD)
    stopped = threading.Event()

    def put(event: Event) -> bool:
        while not stopped.is_set():
            with contextlib.suppress(queue.Full):
                events.put(event, timeout=_POLL_SECONDS)
                return True
        return False

    def run(shard: Shard) -> None:
        error, scan = None, None
        try:
            scan = make(shard)
            if not put(Begun(shard, scan)):
                return
            with contextlib.closing(iter(scan)) as findings:
                for batch in _batches(findings):
                    if not put(batch):
                        return
        except Exception as broken:  # noqa: BLE001 - it is handed over, to be reported
            error = broken
            put(list(scan.broken(broken)) if scan is not None else [])
        put(Ended(shard, error))

    pool = ThreadPoolExecutor(workers, thread_name_prefix="shard")
    try:
        for shard in shards:
            pool.submit(run, shard)
        ended = 0
        while ended < len(shards):
            event = _next(events, interrupted)
            ended += isinstance(event, Ended)
            yield event
    finally:
        stopped.set()
        pool.shutdown(wait=True, cancel_futures=True)


def _next(events: "queue.Queue[Event]", interrupted: Callable[[], bool]) -> Event:
    while not interrupted():
        with contextlib.suppress(queue.Empty):
            return events.get(timeout=_POLL_SECONDS)
    raise KeyboardInterrupt


def _batches(findings: Iterator[Finding]) -> Iterator[list[Finding]]:
    batch: list[Finding] = []
    for finding in findings:
        if len(batch) >= _BATCH and finding.resource.identity != batch[-1].resource.identity:
            yield batch
            batch = []
        batch.append(finding)
    if batch:
        yield batch
