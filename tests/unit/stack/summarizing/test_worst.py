"""The worst of many items, kept with little memory."""

from hypothesis import given
from hypothesis import strategies as st

from muster.stack.summarizing.worst import Worst


@given(st.lists(st.integers(0, 50)), st.integers(1, 12), st.randoms(use_true_random=False))
def test_the_first_by_the_order_are_kept_whenever_each_was_added(numbers: list[int], most: int, random) -> None:
    worst = Worst[int](most, lambda number: -number)
    random.shuffle(numbers)
    worst.add(numbers[: len(numbers) // 2])
    for number in numbers[len(numbers) // 2 :]:
        worst.add([number])
    assert list(worst.items()) == sorted(numbers, reverse=True)[:most]


def test_the_largest_may_be_the_first() -> None:
    worst = Worst[str](2, lambda text: text, reverse=True)
    worst.add("dbfaec")
    assert worst.items() == ("f", "e")


def test_few_more_than_those_are_in_memory() -> None:
    worst = Worst[int](100, lambda number: number)
    for number in range(10_000, 0, -1):
        worst.add([number])
        assert len(worst._kept) <= 125
    assert worst.items() == tuple(range(1, 101))


def test_items_can_be_added_after_they_were_looked_at() -> None:
    worst = Worst[int](2, lambda number: number)
    worst.add([5])
    assert worst.items() == (5,)
    worst.add([7, 1])
    assert worst.items() == (1, 5)
