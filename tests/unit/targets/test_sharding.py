"""How an account is cut into shards, and how a large one is cut once more."""

from muster.catalog.catalog import load
from muster.configuration.selection import every_rule
from muster.model.shard import Shard
from muster.targets.sharding import LARGE, shards

ACCOUNT = "111122223333"
REGIONS = ("eu-west-1", "us-east-1")
RULES = every_rule(load())
TYPES = {rule.resource_type for rule in RULES if rule.service == "ec2"}


def cut(sizes: dict[str, int] | None = None) -> tuple[Shard, ...]:
    return shards(ACCOUNT, "aws", REGIONS, RULES, global_services=frozenset({"s3"}), sizes=sizes)


def regional(size: int) -> list[Shard]:
    found = cut({f"{ACCOUNT}.eu-west-1.ec2": size})
    return [shard for shard in found if (shard.service, shard.region) == ("ec2", "eu-west-1")]


def test_a_regional_service_has_a_shard_in_each_region() -> None:
    assert [(each.region, each.endpoint_region, each.scope) for each in cut() if each.service == "ec2"] == [
        ("eu-west-1", "eu-west-1", ("eu-west-1",)),
        ("us-east-1", "us-east-1", ("us-east-1",)),
    ]


def test_a_bucket_like_service_has_one_shard_that_judges_the_regions_asked_for() -> None:
    [shard] = [each for each in cut() if each.service == "s3"]
    assert (shard.region, shard.endpoint_region, shard.scope) == ("global", "eu-west-1", (*REGIONS, "global"))


def test_no_two_shards_have_one_name() -> None:
    found = cut({f"{ACCOUNT}.eu-west-1.ec2": LARGE})
    assert len({shard.id for shard in found}) == len(found)


def test_a_shard_that_was_small_or_is_not_known_is_not_cut() -> None:
    assert [shard.resource_type for shard in regional(LARGE - 1)] == [""]
    assert [shard.resource_type for shard in cut() if shard.service == "ec2"] == ["", ""]


def test_a_large_shard_is_cut_by_resource_type_and_each_type_is_in_one() -> None:
    found = regional(LARGE)
    assert len(TYPES) > 1
    assert sorted(shard.resource_type for shard in found) == sorted(TYPES)
    assert all(shard.id.startswith(f"{ACCOUNT}.eu-west-1.ec2.") for shard in found)


def test_a_large_region_leaves_the_other_one_whole() -> None:
    found = cut({f"{ACCOUNT}.eu-west-1.ec2": LARGE})
    assert [each.resource_type for each in found if (each.service, each.region) == ("ec2", "us-east-1")] == [""]


def test_the_partition_is_passed_on() -> None:
    found = shards(ACCOUNT, "aws-cn", ("cn-north-1",), RULES, global_services=frozenset({"s3"}))
    assert {shard.partition for shard in found} == {"aws-cn"}


def test_the_shards_of_a_region_come_together_and_those_of_no_region_first() -> None:
    regions = [shard.region for shard in cut()]
    assert list(dict.fromkeys(regions)) == ["global", *REGIONS]
    assert regions == sorted(regions, key=["global", *REGIONS].index)
