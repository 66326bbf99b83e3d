"""The pages of a listing, with a client that answers from a table."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import botocore.exceptions
import botocore.parsers
import pytest

from muster.model.finding import Resource
from muster.model.listing import Listed, Page
from muster.model.readers import Lister
from muster.model.shard import Shard
from muster.scanning.pagination import pages
from muster.sdk.retry import ATTEMPTS, Retrier

BOX = "Test::Box"
SHARD = Shard("111122223333", "eu-west-1", "box", "eu-west-1", ("eu-west-1",))
BROKEN = botocore.parsers.ResponseParserError("no element found")
SLOW_DOWN = botocore.exceptions.ClientError({"Error": {"Code": "SlowDown", "Message": ""}}, "ListBoxes")
DENIED = botocore.exceptions.ClientError({"Error": {"Code": "AccessDenied", "Message": ""}}, "ListBoxes")


def box(name: str) -> Listed:
    return Listed(Resource(BOX, name, SHARD.account_id, SHARD.region))


class Boxes:
    """Pages of boxes; page `n` is named by the token `n`, and `asked` are the tokens in the order of the calls.

    `broken` are the errors that reading a page raises after its first item, one for each call, and `refused` those
    that asking for it raises. `held` pages are answered when `go` is set.
    """

    def __init__(self, *sizes: int) -> None:
        self.sizes, self.asked = sizes, []  # type: tuple[int, ...], list[str | None]
        self.broken: dict[int, list[Exception]] = {}
        self.refused: dict[int, list[Exception]] = {}
        self.held: set[int] = set()
        self.go = threading.Event()

    def __call__(self, client: Any, shard: Shard, token: str | None) -> Page:
        assert (client, shard) == ("client", SHARD)
        number = int(token or 0)
        self.asked.append(token)
        if number in self.held:
            assert self.go.wait(10)
        if self.refused.get(number):
            raise self.refused[number].pop(0)
        return Page(self._items(number), str(number + 1) if number + 1 < len(self.sizes) else None)

    def _items(self, number: int) -> Iterator[Listed]:
        error = self.broken[number].pop(0) if self.broken.get(number) else None
        for item in range(self.sizes[number]):
            yield box(f"{number}.{item}")
            if error is not None:
                raise error


def walk(boxes: Boxes, token: str | None = None) -> Any:
    lister = Lister(BOX, "box", "box:ListBoxes", ("box:ListBoxes",), (), boxes)
    return pages(lister, "client", SHARD, Retrier(sleep=lambda _: None), token)


def names(boxes: Boxes, token: str | None = None) -> list[list[str]]:
    return [[item.resource.id for item in items] for items, _ in walk(boxes, token)]


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_the_pages_come_in_order_each_with_the_token_of_the_next() -> None:
    found = [([item.resource.id for item in items], then) for items, then in walk(Boxes(2, 1, 1))]
    assert found == [(["0.0", "0.1"], "1"), (["1.0"], "2"), (["2.0"], None)]


def test_each_page_is_asked_for_once() -> None:
    boxes = Boxes(1, 1, 1)
    names(boxes)
    assert boxes.asked == [None, "1", "2"]


def test_a_listing_of_nothing_is_one_empty_page() -> None:
    assert names(Boxes(0)) == [[]]


def test_an_empty_page_between_others_ends_nothing() -> None:
    assert names(Boxes(1, 0, 1)) == [["0.0"], [], ["2.0"]]


def test_an_empty_token_is_none() -> None:
    lister = Lister(BOX, "box", "box:ListBoxes", (), (), lambda *_: Page([box("a")], ""))
    assert [then for _, then in pages(lister, "client", SHARD, Retrier())] == [None]


def test_it_begins_with_the_page_that_a_token_names() -> None:
    boxes = Boxes(1, 1, 1)
    assert names(boxes, "1") == [["1.0"], ["2.0"]]
    assert boxes.asked == ["1", "2"]


def test_one_page_is_asked_for_ahead_and_no_more() -> None:
    boxes = Boxes(1, 1, 1, 1)
    with closing(walk(boxes)) as walking:
        next(walking)
        until(lambda: len(boxes.asked) == 2)
        time.sleep(0.05)
        assert boxes.asked == [None, "1"]
        next(walking)
        until(lambda: len(boxes.asked) == 3)
        time.sleep(0.05)
        assert boxes.asked == [None, "1", "2"]


def test_a_page_is_there_before_the_next_has_answered() -> None:
    boxes = Boxes(1, 1)
    boxes.held.add(1)
    with closing(walk(boxes)) as walking:
        items, then = next(walking)
        assert ([item.resource.id for item in items], then) == (["0.0"], "1")
        boxes.go.set()


def test_the_next_page_is_asked_for_when_one_is_read_and_not_before() -> None:
    happened: list[str] = []

    def read(token: str) -> Iterator[Listed]:
        time.sleep(0.02)
        happened.append(f"read {token}")
        yield box(token)

    def function(_client: Any, _shard: Shard, token: str | None) -> Page:
        happened.append(f"asked for {token or 0}")
        return Page(read(token or "0"), None if token else "1")

    lister = Lister(BOX, "box", "box:ListBoxes", (), (), function)
    walking = pages(lister, "client", SHARD, Retrier())
    assert len(next(walking)[0]) == 1
    until(lambda: happened[-1] == "asked for 1")
    assert [len(items) for items, _ in walking] == [1]
    assert happened == ["asked for 0", "read 0", "asked for 1", "read 1"]


@pytest.mark.parametrize("number", [0, 1])
def test_a_page_that_turns_out_broken_is_asked_for_again_and_comes_whole(number: int) -> None:
    boxes = Boxes(2, 2, 1)
    boxes.broken[number] = [BROKEN, BROKEN]
    assert names(boxes) == [["0.0", "0.1"], ["1.0", "1.1"], ["2.0"]]
    assert boxes.asked.count(str(number) if number else None) == 3
    assert len(boxes.asked) == 5


def test_a_page_that_stays_broken_is_given_up_after_its_rounds() -> None:
    boxes = Boxes(1)
    boxes.broken[0] = [BROKEN] * 10 * ATTEMPTS
    with pytest.raises(botocore.parsers.ResponseParserError):
        names(boxes)
    assert boxes.asked == [None] * ATTEMPTS


def test_what_no_wait_can_mend_is_raised_where_it_is_read() -> None:
    boxes = Boxes(1)
    boxes.broken[0] = [KeyError("Name")]
    with pytest.raises(KeyError):
        names(boxes)
    assert boxes.asked == [None]


def test_a_throttled_page_is_waited_for() -> None:
    boxes = Boxes(1, 1)
    boxes.refused = {0: [SLOW_DOWN], 1: [SLOW_DOWN, SLOW_DOWN]}
    assert names(boxes) == [["0.0"], ["1.0"]]
    assert sorted(boxes.asked, key=str) == ["1", "1", "1", None, None]


def test_what_was_read_before_a_page_is_refused_is_not_lost() -> None:
    boxes = Boxes(1, 1)
    boxes.refused[1] = [DENIED]
    walking = walk(boxes)
    assert [item.resource.id for item in next(walking)[0]] == ["0.0"]
    with pytest.raises(botocore.exceptions.ClientError, match="AccessDenied"):
        next(walking)


def test_closing_early_waits_for_the_page_under_way_and_asks_for_nothing_more() -> None:
    boxes = Boxes(1, 1, 1)
    boxes.held.add(1)
    walking = walk(boxes)
    next(walking)
    until(lambda: len(boxes.asked) == 2)
    closer = threading.Thread(target=walking.close)
    closer.start()
    closer.join(0.05)
    assert closer.is_alive()
    boxes.go.set()
    closer.join(10)
    assert not closer.is_alive()
    assert boxes.asked == [None, "1"]
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("page")]


def test_nothing_is_asked_before_the_first_page_is_wanted() -> None:
    boxes = Boxes(1, 1)
    walk(boxes)
    assert boxes.asked == []


class Api:
    """A listing that never answers, or whose answers are all broken; `asked` counts the calls."""

    def __init__(self, error: Exception, *, answers: bool) -> None:
        self.error, self.answers, self.asked = error, answers, 0

    def __call__(self, _client: Any, _shard: Shard, _token: str | None) -> Page:
        self.asked += 1
        if not self.answers:
            raise self.error
        return Page(self._items(), None)

    def _items(self) -> Iterator[Listed]:
        yield box("0")
        raise self.error


def rounds(patience: Retrier, api: Api, shard: Shard, permission: str = "box:ListBoxes") -> int:
    """Return how often an API is asked before it is given up."""
    before = api.asked
    lister = Lister(BOX, "box", permission, (permission,), (), api)
    with pytest.raises(type(api.error)):
        list(pages(lister, "client", shard, patience))
    return api.asked - before


DOWN = pytest.param(Api(SLOW_DOWN, answers=False), id="refused")
GARBLED = pytest.param(Api(BROKEN, answers=True), id="broken")


@pytest.mark.parametrize("api", [DOWN, GARBLED])
@pytest.mark.parametrize(
    ("shard", "permission"),
    [
        pytest.param(replace(SHARD, account_id="222233334444"), "box:ListBoxes", id="in another account"),
        pytest.param(replace(SHARD, endpoint_region="us-east-1"), "box:ListBoxes", id="at another endpoint"),
        pytest.param(SHARD, "box:ListLids", id="of another API"),
    ],
)
def test_a_listing_that_was_given_up_costs_no_other_its_rounds(api: Api, shard: Shard, permission: str) -> None:
    patience = Retrier(sleep=lambda _: None)
    assert rounds(patience, api, SHARD) == ATTEMPTS
    assert rounds(patience, api, shard, permission) == ATTEMPTS


def test_a_listing_that_was_given_up_is_not_waited_for_again_for_another_region_at_the_same_endpoint() -> None:
    patience, api = Retrier(sleep=lambda _: None), Api(SLOW_DOWN, answers=False)
    assert rounds(patience, api, SHARD) == ATTEMPTS
    assert rounds(patience, api, replace(SHARD, region="global", scope=("global",))) == 1
