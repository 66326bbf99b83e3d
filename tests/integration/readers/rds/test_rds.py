"""Reading RDS: pages, and what a listing leaves out."""

from collections.abc import Mapping
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from muster.facets.rds.global_clusters import GlobalCluster
from muster.facets.tagging.tags import Tags
from muster.model.readers import Lister
from muster.model.shard import Shard
from muster.readers.rds.global_clusters import global_clusters
from muster.readers.rds.instances import instances
from muster.readers.rds.snapshots import cluster_snapshots, snapshots
from tests.integration.conftest import listing

HERE, ACCOUNT_ID = "eu-west-1", "123456789012"
SHARD = Shard(ACCOUNT_ID, HERE, "rds", HERE, (HERE,))
TAGS = [{"Key": "Owner", "Value": "data"}]


def arn(kind: str, name: str, region: str = HERE) -> str:
    return f"arn:aws:rds:{region}:{ACCOUNT_ID}:{kind}:{name}"


@pytest.mark.parametrize(
    ("lister", "operation", "member", "name", "kind", "gone"),
    [
        pytest.param(instances, "describe_db_instances", "DBInstances", "DBInstance", "db",
                     ("creating", "deleting"), id="instances"),
        pytest.param(snapshots, "describe_db_snapshots", "DBSnapshots", "DBSnapshot", "snapshot",
                     ("creating", "copying", "failed"), id="snapshots"),
        pytest.param(cluster_snapshots, "describe_db_cluster_snapshots", "DBClusterSnapshots", "DBClusterSnapshot",
                     "cluster-snapshot", ("creating", "deleting"), id="cluster snapshots"),
    ],
)  # fmt: skip
def test_the_largest_pages_are_read_to_the_end_and_what_is_being_made_is_left_out(  # noqa: PLR0913 - one listing each
    lister: Lister, operation: str, member: str, name: str, kind: str, gone: tuple[str, ...]
) -> None:
    """No snapshot type is named: `public` would return those of all accounts."""
    status = "DBInstanceStatus" if name == "DBInstance" else "Status"

    def item(identifier: str, state: str) -> Mapping[str, Any]:
        return {f"{name}Identifier": identifier, f"{name}Arn": arn(kind, identifier), status: state, "TagList": TAGS}

    rds = boto3.client("rds", HERE)
    with Stubber(rds) as stub:
        first = [item("a", "available"), *(item(f"no-{state}", state) for state in gone)]
        stub.add_response(operation, {member: first, "Marker": "next"}, {"MaxRecords": 100})
        stub.add_response(operation, {member: [item("b", "stopped")]}, {"MaxRecords": 100, "Marker": "next"})
        found = listing(lister, rds, SHARD)
    assert [(each.resource.id, each.resource.arn) for each in found] == [("a", arn(kind, "a")), ("b", arn(kind, "b"))]
    assert found[0].facets[Tags] == Tags({"Owner": "data"})


def test_a_global_cluster_is_judged_where_its_primary_cluster_is() -> None:
    def item(name: str, members: list[Mapping[str, Any]]) -> Mapping[str, Any]:
        return {
            "GlobalClusterIdentifier": name,
            "GlobalClusterArn": f"arn:aws:rds::{ACCOUNT_ID}:global-cluster:{name}",
            "Engine": "aurora-mysql",
            "EngineVersion": "8.0.mysql_aurora.3.08.0",
            "GlobalClusterMembers": members,
        }

    writer_here = {"DBClusterArn": arn("cluster", "here"), "IsWriter": True}
    writer_away = {"DBClusterArn": arn("cluster", "away", "us-east-1"), "IsWriter": True}
    reader_here = {"DBClusterArn": arn("cluster", "here"), "IsWriter": False}
    items = [item("ours", [writer_here]), item("theirs", [writer_away, reader_here]), item("empty", [])]
    rds = boto3.client("rds", HERE)
    with Stubber(rds) as stub:
        stub.add_response("describe_global_clusters", {"GlobalClusters": items}, {"MaxRecords": 100})
        (found,) = listing(global_clusters, rds, SHARD)
    assert found.resource.id == "ours"
    assert found.resource.arn == f"arn:aws:rds::{ACCOUNT_ID}:global-cluster:ours"
    assert found.resource.region == HERE
    assert found.facets[GlobalCluster] == GlobalCluster(
        "aurora-mysql", "8.0.mysql_aurora.3.08.0", arn("cluster", "here")
    )
