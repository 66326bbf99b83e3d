"""How a scan's shards are dealt into batches, and these into the items of the Distributed Map."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.catalog.catalog import load
from muster.configuration.selection import every_rule
from muster.model.shard import Shard
from muster.stack.documents.fields import plain
from muster.stack.documents.work import WorkList
from muster.stack.limits import MAX_BATCHES
from muster.stack.plan_scan import deal, grouped
from muster.targets.regions import sdk_regions
from muster.targets.sharding import LARGE, MOST, shards

REGIONS = [f"region-{number}" for number in range(17)]


def work(accounts: int, regions: int, services: int = 10) -> list[Shard]:
    return [
        Shard(f"{account:012d}", region, f"service{service}", region, (region,))
        for account in range(accounts)
        for region in REGIONS[:regions]
        for service in range(services)
    ]


def test_a_thousand_accounts_make_a_thousand_items_and_at_most_two_thousand_batches() -> None:
    batches = deal(work(1_000, 17))
    assert len(batches) == 2_000
    items = grouped(batches).accounts
    assert len(items) == 1_000
    for item in items:
        assert {shard.account_id for batch in item.batches for shard in batch.shards} == {item.account_id}
    assert max(len(json.dumps(plain(item))) for item in items) < 256 * 1024, "what a state may hold"


def test_an_account_whose_every_shard_is_cut_in_every_region_that_aws_has_is_an_item_that_a_state_may_hold() -> None:
    catalog = load()
    rules = every_rule(catalog)
    regions = sdk_regions()["aws"]
    services = {rule.service for rule in rules}
    sizes = {f"111122223333.{region}.{service}": LARGE for region in regions for service in services}
    cut = shards("111122223333", "aws", regions, rules, global_services=catalog.global_services, sizes=sizes)
    assert len(cut) > len(services) * len(regions)
    for attempt in ("", "0a1b2c3d"):
        [item] = grouped(deal([*cut, *work(1_000, 1, 1)], attempt)).accounts[:1]
        assert len(json.dumps(plain(item))) < 250 * 1024, "256 KiB, with what the state machine adds"


def test_the_largest_shards_are_cut_where_not_all_can_be() -> None:
    catalog = load()
    rules = every_rule(catalog)
    regions = sorted(sdk_regions()["aws"])
    sizes = {f"111122223333.{region}.ec2": LARGE + place for place, region in enumerate(regions)}
    made = shards("111122223333", "aws", regions, rules, global_services=catalog.global_services, sizes=sizes)
    cut = {shard.region for shard in made if shard.service == "ec2" and shard.resource_type}
    assert len(made) <= MOST
    assert cut == set(regions[-len(cut) :]) != set()


def test_one_account_has_an_item_for_each_region() -> None:
    items = deal(work(1, 17))
    assert [len({shard.region for shard in item.shards}) for item in items] == [1] * 17


def test_more_accounts_than_items_have_an_item_each() -> None:
    assert len(deal(work(2_500, 2, 1))) == 2_500


@pytest.mark.parametrize("accounts", [0, 1, 3])
def test_a_work_list_is_written_as_its_json(accounts: int) -> None:
    listed = grouped(deal(work(accounts, 2, 2)))
    assert json.loads(listed.written()) == listed.to_json()
    assert WorkList.from_json(json.loads(listed.written())) == listed


def test_nothing_to_do_is_no_items() -> None:
    assert deal([]) == []


@given(accounts=st.integers(1, 30), regions=st.integers(1, 17), services=st.integers(1, 4))
def test_every_shard_is_dealt_once_and_no_region_of_an_account_is_torn_apart(
    accounts: int, regions: int, services: int
) -> None:
    whole = work(accounts, regions, services)
    items = deal(whole)
    dealt = [shard for item in items for shard in item.shards]
    assert sorted(dealt, key=lambda shard: shard.id) == sorted(whole, key=lambda shard: shard.id)
    assert len(items) <= MAX_BATCHES
    homes = {(shard.account_id, shard.region, item.batch) for item in items for shard in item.shards}
    assert len(homes) == len({(account, region) for account, region, _ in homes})
    assert len({item.batch for item in items}) == len(items)
