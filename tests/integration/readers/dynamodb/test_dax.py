"""Reading DAX on moto."""

from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError
from botocore.stub import Stubber

from muster.facets.dynamodb.dax import DaxCluster
from muster.model.finding import Resource
from muster.model.shard import Shard
from muster.readers.dynamodb.dax import CLUSTER, clusters, tags
from muster.sdk.session import Clients
from tests.integration.conftest import listing

HERE = "eu-west-1"
ACCOUNT_ID = "123456789012"
SHARD = Shard(ACCOUNT_ID, HERE, "dax", HERE, (HERE,))
TAGS = [{"Key": "Owner", "Value": "a=b 🦉"}]


def make(dax: Any, name: str, **more: Any) -> None:
    role = f"arn:aws:iam::{ACCOUNT_ID}:role/dax"
    dax.create_cluster(ClusterName=name, NodeType="dax.t3.small", ReplicationFactor=1, IamRoleArn=role, **more)


def test_clusters_are_listed_to_the_last_page_with_arn_facet_and_tags(clients: Clients) -> None:
    dax = clients.get("dax", HERE)
    make(dax, "good", SSESpecification={"Enabled": True}, ClusterEndpointEncryptionType="TLS", Tags=TAGS)
    for number in range(100):
        make(dax, f"plain-{number:03d}")
    found = listing(clusters, dax, SHARD)
    assert len({item.resource.id for item in found}) == 101
    good = next(item for item in found if item.resource.id == "good")
    assert good.resource.arn == f"arn:aws:dax:{HERE}:{ACCOUNT_ID}:cache/good"
    facet = good.facets[DaxCluster]
    assert isinstance(facet, DaxCluster)
    assert (facet.encryption, facet.endpoint) == ("ENABLED", "TLS")
    assert tags.function(dax, good.resource).own == {"Owner": "a=b 🦉"}
    plain = next(item for item in found if item.resource.id == "plain-007")
    other = plain.facets[DaxCluster]
    assert isinstance(other, DaxCluster)
    assert (other.encryption, other.endpoint) == ("DISABLED", "NONE")
    assert tags.function(dax, plain.resource).own == {}


def test_the_largest_page_is_asked_for_and_clusters_on_their_way_out_are_left_out() -> None:
    dax = boto3.client("dax", HERE)
    states = ("creating", "available", "modifying", "deleting", "deleted")
    page = {"Clusters": [{"ClusterName": f"c-{state}", "Status": state} for state in states], "NextToken": "next"}
    with Stubber(dax) as stub:
        stub.add_response("describe_clusters", page, {"MaxResults": 100})
        last = {"Clusters": [{"ClusterName": "last"}]}
        stub.add_response("describe_clusters", last, {"MaxResults": 100, "NextToken": "next"})
        found = listing(clusters, dax, SHARD)
    assert [item.resource.id for item in found] == ["c-creating", "c-available", "c-modifying", "last"]


def test_there_are_no_clusters_where_aws_does_not_open_dax() -> None:
    dax = boto3.client("dax", HERE)
    with Stubber(dax) as stub:
        stub.add_client_error(
            "describe_clusters", "InvalidParameterValueException", "Access Denied to API Version: DAX_V3"
        )
        assert listing(clusters, dax, SHARD) == []


@pytest.mark.parametrize(
    ("code", "says"),
    [
        pytest.param("AccessDeniedException", "not authorized to perform: dax:DescribeClusters", id="denied"),
        pytest.param("InvalidParameterValueException", "the token is not valid", id="another value"),
    ],
)
def test_every_other_refusal_leaves_the_clusters_unread(code: str, says: str) -> None:
    dax = boto3.client("dax", HERE)
    with Stubber(dax) as stub:
        stub.add_client_error("describe_clusters", code, says)
        with pytest.raises(ClientError, match=says):
            clusters.function(dax, SHARD, None)


def unreachable(region: str) -> Any:
    """Return a client that finds nobody at its endpoint, as where AWS has none of that name."""
    once = Config(retries={"total_max_attempts": 1})
    return boto3.client("dax", region, endpoint_url="http://127.0.0.1:9", config=once)


def test_there_are_no_clusters_in_a_region_where_dax_has_no_endpoint() -> None:
    nowhere = Shard(ACCOUNT_ID, "me-south-1", "dax", "me-south-1", ("me-south-1",))
    assert listing(clusters, unreachable("me-south-1"), nowhere) == []


def test_an_endpoint_that_cannot_be_reached_leaves_the_clusters_unread() -> None:
    with pytest.raises(EndpointConnectionError):
        clusters.function(unreachable(HERE), SHARD, None)


def test_the_arn_has_the_partition() -> None:
    dax = boto3.client("dax", "cn-north-1")
    shard = Shard(ACCOUNT_ID, "cn-north-1", "dax", "cn-north-1", ("cn-north-1",), "aws-cn")
    with Stubber(dax) as stub:
        stub.add_response("describe_clusters", {"Clusters": [{"ClusterName": "c"}]}, {"MaxResults": 100})
        (found,) = clusters.function(dax, shard, None).items
    assert found.resource.arn == f"arn:aws-cn:dax:cn-north-1:{ACCOUNT_ID}:cache/c"


def test_a_cluster_that_is_gone_by_now_is_unread_not_untagged() -> None:
    dax = boto3.client("dax", HERE)
    with Stubber(dax) as stub:
        stub.add_client_error("list_tags", "ClusterNotFoundFault")
        with pytest.raises(ClientError):
            tags.function(dax, Resource(CLUSTER, "c", ACCOUNT_ID, HERE, arn="arn:aws:dax:eu-west-1:1:cache/c"))
    assert not tags.absent
