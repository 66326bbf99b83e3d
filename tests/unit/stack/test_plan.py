"""How a scan's shards are dealt into the items of the Distributed Map."""

import json

from hypothesis import given
from hypothesis import strategies as st

from muster.reading import Shard
from muster.stack.plan import MAX_ITEMS, deal

REGIONS = [f"region-{number}" for number in range(17)]


def work(accounts: int, regions: int, services: int = 10) -> list[Shard]:
    return [
        Shard(f"{account:012d}", region, f"service{service}", region, (region,))
        for account in range(accounts)
        for region in REGIONS[:regions]
        for service in range(services)
    ]


def test_a_thousand_accounts_make_at_most_two_thousand_items_of_one_account_each() -> None:
    items = deal("scan", work(1_000, 17))
    assert len(items) == 2_000
    assert all(len({shard["account_id"] for shard in item["shards"]}) == 1 for item in items)
    assert max(len(json.dumps(item)) for item in items) < 256 * 1024


def test_one_account_has_an_item_for_each_region() -> None:
    items = deal("scan", work(1, 17))
    assert [len({shard["region"] for shard in item["shards"]}) for item in items] == [1] * 17


def test_more_accounts_than_items_have_an_item_each() -> None:
    assert len(deal("scan", work(2_500, 2, 1))) == 2_500


def test_nothing_to_do_is_no_items() -> None:
    assert deal("scan", []) == []


@given(accounts=st.integers(1, 30), regions=st.integers(1, 17), services=st.integers(1, 4))
def test_every_shard_is_dealt_once_and_no_region_of_an_account_is_torn_apart(
    accounts: int, regions: int, services: int
) -> None:
    shards = work(accounts, regions, services)
    items = deal("scan", shards)
    dealt = [(shard["account_id"], shard["region"], shard["service"]) for item in items for shard in item["shards"]]
    assert sorted(dealt) == sorted((shard.account_id, shard.region, shard.service) for shard in shards)
    assert len(items) <= MAX_ITEMS
    homes = {(shard["account_id"], shard["region"], item["batch"]) for item in items for shard in item["shards"]}
    assert len(homes) == len({(account, region) for account, region, _ in homes})
    assert len({item["batch"] for item in items}) == len(items)
