"""Reading EKS: names in pages, and each cluster and node group by itself."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from muster.facets.compute.eks import EksCluster, EksRegion
from muster.model.finding import REGION, Resource
from muster.readers.compute.eks import region

HERE = Resource(REGION, "eu-west-1", "123456789012", "eu-west-1")
ARN = "arn:aws:eks:eu-west-1:123456789012"
GONE = "ResourceNotFoundException"
SIZE = {"maxResults": 100}


def item(name: str) -> dict[str, Any]:
    return {"name": name, "arn": f"{ARN}:cluster/{name}", "status": "ACTIVE", "version": "1.36"}


def group(name: str) -> dict[str, Any]:
    arn = f"{ARN}:nodegroup/b/{name}/0a1b"
    return {"nodegroupName": name, "clusterName": "b", "nodegroupArn": arn, "status": "ACTIVE"}


def read(aws: Any) -> EksRegion:
    found: EksRegion = region.function(aws, HERE)
    return found


def test_all_pages_are_read_without_what_is_gone() -> None:
    aws = boto3.client("eks", HERE.region)
    with Stubber(aws) as stub:
        stub.add_response("list_clusters", {"clusters": ["a", "gone"], "nextToken": "next"}, SIZE)
        stub.add_response("describe_cluster", {"cluster": item("a")}, {"name": "a"})
        stub.add_client_error("describe_cluster", GONE, expected_params={"name": "gone"})
        stub.add_response("list_clusters", {"clusters": ["b"]}, SIZE | {"nextToken": "next"})
        stub.add_response("describe_cluster", {"cluster": item("b")}, {"name": "b"})
        stub.add_client_error("list_nodegroups", GONE, expected_params=SIZE | {"clusterName": "a"})
        asked = SIZE | {"clusterName": "b"}
        stub.add_response("list_nodegroups", {"nodegroups": ["x", "gone"], "nextToken": "next"}, asked)
        stub.add_response("describe_nodegroup", {"nodegroup": group("x")}, {"clusterName": "b", "nodegroupName": "x"})
        stub.add_client_error("describe_nodegroup", GONE)
        stub.add_response("list_nodegroups", {"nodegroups": ["y"]}, asked | {"nextToken": "next"})
        stub.add_response("describe_nodegroup", {"nodegroup": group("y")})
        found = read(aws)
        stub.assert_no_pending_responses()
    assert found == EksRegion.parse({"clusters": [item("a"), item("b")], "nodegroups": [group("x"), group("y")]})


@pytest.mark.parametrize(
    ("status", "there"),
    [
        *[(each, 1) for each in ("ACTIVE", "UPDATING", "DEGRADED", "DELETE_FAILED")],
        *[(each, 0) for each in ("CREATING", "PENDING", "DELETING", "FAILED", "CREATE_FAILED")],
    ],
)
def test_what_is_being_made_or_deleted_is_left_out(status: str, there: int) -> None:
    aws = boto3.client("eks", HERE.region)
    with Stubber(aws) as stub:
        stub.add_response("list_clusters", {"clusters": ["a", "b"]})
        stub.add_response("describe_cluster", {"cluster": item("a") | {"status": status}})
        stub.add_response("describe_cluster", {"cluster": item("b")})
        for each in ["a"] * there + ["b"]:
            stub.add_response("list_nodegroups", {"nodegroups": ["x"]}, SIZE | {"clusterName": each})
            stub.add_response("describe_nodegroup", {"nodegroup": group("x") | {"status": status}})
        found = read(aws)
        stub.assert_no_pending_responses()
    assert [each.name for each in found.clusters] == ["a"] * there + ["b"]
    assert len(found.nodegroups) == 2 * there


@pytest.mark.parametrize("operation", ["list_clusters", "describe_cluster"])
def test_another_error_is_not_taken_for_the_end(operation: str) -> None:
    aws = boto3.client("eks", HERE.region)
    with Stubber(aws) as stub:
        if operation == "describe_cluster":
            stub.add_response("list_clusters", {"clusters": ["a"]})
        stub.add_client_error(operation, "AccessDeniedException")
        with pytest.raises(ClientError, match="AccessDenied"):
            read(aws)


def test_a_cluster_without_a_name_is_no_cluster() -> None:
    with pytest.raises(KeyError):
        EksCluster.parse({"arn": ARN})
