"""Reads side by side: in order, bounded, and no error is lost."""

import threading
from collections.abc import Iterator

import pytest

from muster.storage.reading import each


def test_results_come_in_the_order_of_the_items() -> None:
    assert list(each(range(100), lambda number: number * number, 4)) == [(n, n * n) for n in range(100)]
    assert list(each((), str)) == []


def test_no_more_reads_are_begun_than_the_bound_lets_wait() -> None:
    begun: list[int] = []

    def items() -> Iterator[int]:
        for number in range(100):
            begun.append(number)
            yield number

    results = each(items(), lambda number: number, 3)
    next(results)
    assert len(begun) <= 6
    assert [number for number, _ in results] == list(range(1, 100))


def test_reads_run_side_by_side() -> None:
    met = threading.Barrier(4, timeout=30)
    assert [number for number, _ in each(range(4), lambda _: met.wait(), 4)] == [0, 1, 2, 3]


def test_an_error_reaches_the_caller_and_no_further_read_is_begun() -> None:
    done: list[int] = []

    def read(number: int) -> int:
        if number == 2:
            raise OSError("gone")
        done.append(number)
        return number

    results = each(range(1_000), read, 2)
    with pytest.raises(OSError, match="gone"):
        list(results)
    assert len(done) <= 10
