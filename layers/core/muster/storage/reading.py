"""Many reads of the bucket side by side, within a bound."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

AT_A_TIME = 16
"""Reads that wait for S3 at a time; twice as many are begun or done and not taken yet."""
K = TypeVar("K")
V = TypeVar("V")


def each(items: Iterable[K], read: Callable[[K], V], at_a_time: int = AT_A_TIME) -> Iterator[tuple[K, V]]:
    """Yield each item with what was read for it, in their order; no more than a few are held at a time.

    The error of a read reaches the caller in the place of its result.
    """
    ahead: deque[tuple[K, Future[V]]] = deque()
    with ThreadPoolExecutor(at_a_time, thread_name_prefix="read") as pool:
        try:
            for item in items:
                ahead.append((item, pool.submit(read, item)))
                if len(ahead) >= 2 * at_a_time:
                    yield ahead[0][0], ahead.popleft()[1].result()
            while ahead:
                yield ahead[0][0], ahead.popleft()[1].result()
        finally:
            for _, future in ahead:
                future.cancel()
