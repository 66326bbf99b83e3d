from muster.migration.file import BucketItem
from muster.migration.relatives import BUCKET, KEY, ROLE
from muster.model.finding import GLOBAL
from tests.unit.migration.sides_of import (
    ACCOUNT_ID,
    SOURCE_REGION,
    TARGET_REGION,
    pair_of,
    resource_of,
    source_of,
    target_of,
)


def test_a_side_is_of_its_own_region() -> None:
    assert source_of(BUCKET, "orders", {}).resource.region == SOURCE_REGION
    assert target_of(BUCKET, "orders-eu", {}).region.resource.region == TARGET_REGION


def test_a_resource_without_sections_does_not_exist() -> None:
    assert not target_of(BUCKET, "orders-eu").own.exists
    assert target_of(BUCKET, "orders-eu", {}).own.exists


def test_an_arn_says_where_a_resource_is() -> None:
    key = resource_of(KEY, "arn:aws:kms:eu-central-1:111122223333:key/k1")
    assert (key.id, key.region, key.account_id) == ("k1", "eu-central-1", "111122223333")
    role = resource_of(ROLE, "replication")
    assert (role.arn, role.region) == (f"arn:aws:iam::{ACCOUNT_ID}:role/replication", GLOBAL)


def test_an_item_stands_in_its_file() -> None:
    pair = pair_of(BucketItem("orders", "orders-eu"), expiry_days=30)
    assert pair.file.buckets == (pair.item,)
    assert pair.file.expiry_days == 30
