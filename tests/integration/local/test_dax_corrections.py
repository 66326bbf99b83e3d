"""The embedded AWS spreads the nodes of a DAX cluster over Availability Zones."""

from local.server import ACCOUNT, EmbeddedAws


def test_nodes_are_in_several_zones(aws: EmbeddedAws) -> None:
    dax = aws.client("dax", "eu-west-1")
    dax.create_cluster(
        ClusterName="cache", NodeType="dax.t3.small", ReplicationFactor=4, IamRoleArn=f"arn:aws:iam::{ACCOUNT}:role/dax"
    )
    (cluster,) = dax.describe_clusters()["Clusters"]
    zones = [node["AvailabilityZone"] for node in cluster["Nodes"]]
    assert zones == ["eu-west-1a", "eu-west-1b", "eu-west-1c", "eu-west-1a"]
