"""The calls of the report bucket: how many, how long they took, and how several run side by side."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

K = TypeVar("K")
T = TypeVar("T")
AT_A_TIME = 16
"""How many objects are read at a time: reading a small one is mostly waiting."""


class Traffic:
    """Counts the requests to S3 and the seconds until their answers were read, added up over all threads.

    A request that the SDK repeats counts once.
    """

    def __init__(self) -> None:
        """Start from nothing."""
        self._lock = threading.Lock()
        self.calls = 0
        self.seconds = 0.0

    @contextmanager
    def call(self, requests: int = 1) -> Iterator[None]:
        """Count what runs in the `with` block as a number of requests, whether it fails or not."""
        start = time.monotonic()
        try:
            yield
        finally:
            seconds = time.monotonic() - start
            with self._lock:
                self.calls += requests
                self.seconds += seconds

    def fields(self) -> dict[str, float]:
        """Return the fields of a log line: `bucket_calls` and `bucket_seconds`."""
        with self._lock:
            return {"bucket_calls": self.calls, "bucket_seconds": round(self.seconds, 3)}


def each(keys: Iterable[K], read: Callable[[K], T], at_a_time: int = AT_A_TIME) -> Iterator[T]:
    """Yield what `read` returns for each key, in the order of the keys; several are read at a time.

    At most `at_a_time` results exist besides the one that was yielded last, however many keys there are. An error of
    `read` is raised in its place; keys whose turn has not come are then not read.
    """
    remaining = iter(keys)
    with ThreadPoolExecutor(at_a_time, thread_name_prefix="bucket") as pool:
        running: deque[Future[T]] = deque()
        try:
            for key in remaining:
                running.append(pool.submit(read, key))
                if len(running) == at_a_time:
                    yield running.popleft().result()
            while running:
                yield running.popleft().result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
