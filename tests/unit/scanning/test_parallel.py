"""Shards side by side: one that breaks leaves a finding on its target for every check it was to judge by."""

from collections.abc import Iterator
from typing import Any

import pytest

from muster.catalog.catalog import load
from muster.catalog.read_plan import read_plan
from muster.configuration.selection import every_rule
from muster.model.finding import TARGET, Finding, Status
from muster.model.rule import Rule
from muster.model.shard import Shard
from muster.scanning.calls import ScanContext
from muster.scanning.parallel import Ended, together
from muster.scanning.shard_scan import ShardScan
from tests.unit.scanning.test_shard_scan import AT

SHARD = Shard("111122223333", "eu-west-1", "sqs", "eu-west-1", ("eu-west-1",))
OTHER = Shard("111122223333", "us-east-1", "sqs", "us-east-1", ("us-east-1",))
RULES = [rule for rule in every_rule(load()) if rule.service == "sqs"]
TOO_MANY = OSError(24, "Too many open files")


class Nothing:
    """Clients that no call reaches, and that count in any ledger."""

    def counting_in(self, _ledger: object) -> "Nothing":
        return self

    def get(self, service: str, region: str) -> Any:
        raise AssertionError((service, region))


class Broken(ShardScan):
    """A scan that yields what it was told to, and breaks where the machine has no more files to open."""

    def _type(self, *_: object, **__: object) -> Iterator[Any]:
        raise TOO_MANY


def scan(shard: Shard, kind: type[ShardScan] = Broken, rules: list[Rule] = RULES) -> ShardScan:
    clients: Any = Nothing()
    return kind(shard, read_plan(load(), rules), ScanContext(clients, AT))


def findings(shards: list[Shard]) -> tuple[list[Finding], list[Ended]]:
    events = list(together(shards, scan))
    batches = [event for event in events if isinstance(event, list)]
    return [finding for batch in batches for finding in batch], [each for each in events if isinstance(each, Ended)]


def test_a_shard_that_breaks_is_unread_in_every_check_and_says_why() -> None:
    found, ended = findings([SHARD, OTHER])
    assert {each.error for each in ended} == {TOO_MANY}
    assert {(each.check_id, each.resource.region) for each in found} == {
        (rule.check.id, shard.region) for rule in RULES for shard in (SHARD, OTHER)
    }
    assert {each.status for each in found} == {Status.INSUFFICIENT_DATA}
    assert {each.resource.type for each in found} == {TARGET}
    assert {each.resource.id for each in found} == {rule.resource_type for rule in RULES}
    reasons = {each.reason for each in found if each.resource.region == "eu-west-1"}
    assert reasons == {f"The scan of sqs in eu-west-1 failed: {TOO_MANY!r}"}


class Late(ShardScan):
    """A scan whose first type is done, and which breaks at its second."""

    def _type(self, place: int, *_: object, **__: object) -> Iterator[Any]:
        if place:
            raise TOO_MANY
        yield from ()


def test_what_was_scanned_before_it_broke_is_not_unread() -> None:
    rules = [rule for rule in every_rule(load()) if rule.service == "sns"]
    broken = scan(Shard(SHARD.account_id, SHARD.region, "sns", SHARD.region, SHARD.scope), Late, rules)
    with pytest.raises(OSError, match="Too many open files"):
        list(broken)
    first, *others = (plan.resource_type for plan in broken._plans)
    assert {each.resource.id for each in broken.broken(TOO_MANY)} == set(others)
    assert first not in others
