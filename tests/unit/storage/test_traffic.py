"""Counting the calls of the bucket, and reading several objects at a time."""

import contextlib
import threading
from collections.abc import Iterator

import pytest

from muster.storage.traffic import Traffic, each


def test_calls_of_many_threads_are_all_counted() -> None:
    traffic = Traffic()

    def call(_key: int) -> None:
        with traffic.call():
            pass

    assert list(each(range(500), call)) == [None] * 500
    assert traffic.calls == 500
    assert traffic.seconds >= 0


def test_a_call_that_fails_counts() -> None:
    traffic = Traffic()
    with pytest.raises(KeyError), traffic.call(3):
        raise KeyError
    assert traffic.calls == 3


def test_results_come_in_the_order_of_their_keys() -> None:
    first_may_end = threading.Event()

    def read(key: int) -> int:
        if key:
            first_may_end.set()
        else:
            assert first_may_end.wait(10)
        return key * key

    assert list(each(range(40), read, at_a_time=4)) == [key * key for key in range(40)]
    assert list(each([], read)) == []


@pytest.mark.parametrize("at_a_time", [1, 2, 16])
def test_no_more_keys_are_taken_than_are_read_at_a_time(at_a_time: int) -> None:
    """A consumer that is slower than the bucket holds few results, however many keys there are."""
    taken: list[int] = []

    def keys() -> Iterator[int]:
        for key in range(200):
            taken.append(key)
            yield key

    ahead = [len(taken) - found for found in each(keys(), lambda key: key, at_a_time)]
    assert len(ahead) == 200
    assert max(ahead) == at_a_time


def test_an_error_is_raised_and_what_follows_is_not_read() -> None:
    read: list[int] = []

    def fail_at_three(key: int) -> int:
        read.append(key)
        if key == 3:
            raise LookupError
        return key

    results = each(range(1_000), fail_at_three, at_a_time=2)
    found: list[int] = []
    with pytest.raises(LookupError):
        found.extend(results)
    assert found == [0, 1, 2]
    assert len(read) <= 6


def test_a_reader_that_stops_early_reads_no_further() -> None:
    read: list[int] = []
    with contextlib.closing(each(range(1_000), read.append, at_a_time=4)) as results:
        next(results)
    assert len(read) <= 5
