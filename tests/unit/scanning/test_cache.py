"""What accounts and regions share is read once, and never told of another account."""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, Self

import pytest

from muster.model.finding import ACCOUNT, REGION, Unavailable
from muster.model.readers import Describer, describes
from muster.model.shard import Shard
from muster.scanning.cache import RegionCache, SingleFlight

HERE = Shard("111122223333", "eu-west-1", "ec2", "eu-west-1", ("eu-west-1",))
OTHER_REGION = replace(HERE, region="us-east-1")
OTHER_SERVICE = replace(HERE, service="ebs")
OTHER_ACCOUNT = replace(HERE, account_id="123456789012")


@dataclass(frozen=True, slots=True)
class Alarms:
    """What all of a region share."""

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:  # noqa: ARG003 - the protocol's parameter
        return cls()


class Block(Alarms):
    """What all of an account share."""


@describes(REGION, client="cloudwatch", permission="cloudwatch:DescribeAlarms")
def alarms(client: object, resource: object) -> Alarms:  # noqa: ARG001 - never called
    return Alarms()


@describes(ACCOUNT, client="s3control", permission="s3:GetAccountPublicAccessBlock")
def block(client: object, resource: object) -> Block:  # noqa: ARG001 - never called
    return Block()


class Reads:
    """Answers each read with its number, or with what it was told to."""

    def __init__(self, *answers: object) -> None:
        self.answers, self.made = list(answers), 0

    def __call__(self) -> object:
        self.made += 1
        return self.answers.pop(0) if self.answers else self.made


@pytest.mark.parametrize(
    ("describer", "shards", "reads"),
    [
        pytest.param(alarms, [HERE, HERE], [1, 1], id="once for a shard"),
        pytest.param(alarms, [HERE, OTHER_SERVICE], [1, 1], id="once for all services of the region"),
        pytest.param(alarms, [HERE, OTHER_REGION, HERE], [1, 2, 1], id="of each region"),
        pytest.param(alarms, [HERE, OTHER_ACCOUNT, HERE], [1, 2, 1], id="of each account's region"),
        pytest.param(block, [HERE, OTHER_REGION], [1, 1], id="once for all regions of the account"),
        pytest.param(block, [HERE, OTHER_ACCOUNT, OTHER_REGION], [1, 2, 1], id="of each account"),
    ],
)
def test_what_is_shared_is_read_once_of_its_owner(describer: Describer, shards: list[Shard], reads: list[int]) -> None:
    shared, read = RegionCache(), Reads()
    assert [shared(shard, describer, read) for shard in shards] == reads


def test_two_facets_of_one_owner_are_two() -> None:
    shared, read = RegionCache(), Reads()
    assert (shared(HERE, alarms, read), shared(HERE, replace(alarms, facet=Block), read)) == (1, 2)


@pytest.mark.parametrize(
    ("gap", "again"),
    [
        pytest.param(Unavailable("cloudwatch:DescribeAlarms", "access denied"), False, id="a denial holds for all"),
        pytest.param(Unavailable(None, "throttled"), True, id="what was throttled may be there for the next"),
    ],
)
def test_what_could_not_be_read_is_asked_for_again_unless_it_was_denied(gap: Unavailable, again: bool) -> None:
    shared, read = RegionCache(), Reads(gap, "alarms")
    assert shared(HERE, alarms, read) == gap
    assert shared(HERE, alarms, read) == ("alarms" if again else gap)


def test_what_an_api_that_is_down_did_not_answer_is_not_asked_for_again() -> None:
    """Its patience was spent on the first shard: once for an account and region, not once a shard."""
    shared, gap = RegionCache(), Unavailable(None, "cloudwatch:DescribeAlarms failed (InternalError)")
    read = Reads(gap, "alarms")
    assert shared(HERE, alarms, read, lambda: True) == gap
    assert shared(OTHER_SERVICE, alarms, read, lambda: True) == gap
    assert shared(OTHER_REGION, alarms, read, lambda: True) == "alarms"
    assert read.made == 2


def test_only_the_owners_that_were_asked_for_last_are_kept() -> None:
    shared, read = RegionCache(kept=2), Reads()
    third = replace(HERE, region="ap-south-1")
    assert [shared(shard, alarms, read) for shard in (HERE, OTHER_REGION, HERE)] == [1, 2, 1]
    assert [shared(shard, alarms, read) for shard in (third, HERE, OTHER_REGION)] == [3, 1, 4]


def side_by_side(ask: Callable[[], object]) -> list[object]:
    with ThreadPoolExecutor(4) as pool:
        return [future.result() for future in [pool.submit(ask) for _ in range(4)]]


def test_whoever_asks_while_it_is_read_waits_for_that_answer() -> None:
    once, made, slow = SingleFlight(), [], threading.Event()

    def read() -> int:
        made.append(threading.get_ident())
        slow.wait(0.1)
        return len(made)

    assert side_by_side(lambda: once("key", read)) == [1, 1, 1, 1]
    assert len(made) == 1


def test_what_is_read_of_one_does_not_wait_for_another() -> None:
    once, gate = SingleFlight(), threading.Barrier(2)
    with ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(once, key, lambda: gate.wait(10) >= 0) for key in ("a", "b")]
        assert [future.result() for future in asked] == [True, True]


def test_what_is_forgotten_is_read_again() -> None:
    once, read = SingleFlight(), Reads()
    once.forget("key")
    assert (once("key", read), once("key", read)) == (1, 1)
    once.forget("key")
    assert once("key", read) == 2
