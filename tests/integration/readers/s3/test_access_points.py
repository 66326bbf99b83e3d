"""Reading access points on moto, and with prepared answers where moto has none."""

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from muster.facets.s3.access_points import AccessPoint
from muster.facets.s3.buckets import PublicAccessBlock
from muster.facets.tagging.tags import Tags
from muster.model.finding import Resource
from muster.model.shard import Shard
from muster.readers.s3 import access_points as reading
from muster.sdk.session import Clients
from tests.integration.conftest import listing

HERE = "eu-west-1"
ACCOUNT_ID = "123456789012"
SHARD = Shard(ACCOUNT_ID, HERE, "s3control", HERE, (HERE,))
ARN = f"arn:aws:s3:{HERE}:{ACCOUNT_ID}:accesspoint/web"
POINT = Resource(reading.ACCESS_POINT, "web", ACCOUNT_ID, HERE, arn=ARN)
SOME = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": False,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": False,
}


def made(clients: Clients, name: str, **said: Any) -> Any:
    client = clients.get("s3control", HERE)
    client.create_access_point(AccountId=ACCOUNT_ID, Name=name, Bucket="site", **said)
    return client


def test_access_points_are_listed_in_pages_to_the_end() -> None:
    client = boto3.client("s3control", HERE)
    item = {"Name": "web", "NetworkOrigin": "Internet", "Bucket": "site"}
    with Stubber(client) as stub:
        first = {"AccessPointList": [{**item, "AccessPointArn": ARN}], "NextToken": "next"}
        asked = {"AccountId": ACCOUNT_ID, "MaxResults": 1000}
        stub.add_response("list_access_points", first, asked)
        stub.add_response("list_access_points", {"AccessPointList": [item]}, {**asked, "NextToken": "next"})
        found = listing(reading.access_points, client, SHARD)
        stub.assert_no_pending_responses()
    assert [each.resource for each in found] == [POINT, POINT]


def test_an_arn_that_is_left_out_names_its_partition() -> None:
    client = boto3.client("s3control", "cn-north-1")
    shard = Shard(ACCOUNT_ID, "cn-north-1", "s3control", "cn-north-1", ("cn-north-1",), "aws-cn")
    with Stubber(client) as stub:
        item = {"Name": "web", "NetworkOrigin": "Internet", "Bucket": "site"}
        stub.add_response("list_access_points", {"AccessPointList": [item]})
        (found,) = listing(reading.access_points, client, shard)
    assert found.resource.arn == f"arn:aws-cn:s3:cn-north-1:{ACCOUNT_ID}:accesspoint/web"


def test_access_points_on_moto(clients: Clients) -> None:
    for name in ("web", "app"):
        client = made(clients, name)
    found = listing(reading.access_points, client, SHARD)
    assert {each.resource.id for each in found} == {"web", "app"}
    assert all(each.resource.arn.endswith(f":{ACCOUNT_ID}:accesspoint/{each.resource.id}") for each in found)


def test_a_region_without_access_points_has_none(clients: Clients) -> None:
    assert listing(reading.access_points, clients.get("s3control", HERE), SHARD) == []


@pytest.mark.parametrize(
    ("said", "block"),
    [
        pytest.param({"PublicAccessBlockConfiguration": SOME}, PublicAccessBlock(True, False, True, False), id="some"),
        pytest.param({}, PublicAccessBlock(True, True, True, True), id="all, as AWS makes it"),
    ],
)
def test_the_block_of_an_access_point(clients: Clients, said: dict[str, Any], block: PublicAccessBlock) -> None:
    client = made(clients, "web", **said)
    assert reading.access_point.function(client, POINT) == AccessPoint("site", "", block)


def test_from_where_an_access_point_answers(clients: Clients) -> None:
    client = made(clients, "web", VpcConfiguration={"VpcId": "vpc-1"})
    assert reading.access_point.function(client, POINT).vpc == "vpc-1"


def test_tags() -> None:
    client = boto3.client("s3control", HERE)
    with Stubber(client) as stub:
        pairs = [{"Key": "Owner", "Value": "a=b"}, {"Key": "Mood", "Value": "🙂"}]
        stub.add_response("list_tags_for_resource", {"Tags": pairs}, {"AccountId": ACCOUNT_ID, "ResourceArn": ARN})
        stub.add_response("list_tags_for_resource", {})
        assert reading.tags.function(client, POINT) == Tags({"Owner": "a=b", "Mood": "🙂"})
        assert reading.tags.function(client, POINT) == Tags({})
