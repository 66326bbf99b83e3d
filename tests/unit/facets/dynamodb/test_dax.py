"""DAX's answers, parsed."""

from muster.facets.dynamodb.dax import DaxCluster

CLUSTER = {
    "ClusterName": "cache",
    "ClusterArn": "arn:aws-cn:dax:cn-north-1:123456789012:cache/cache",
    "Status": "available",
    "SSEDescription": {"Status": "ENABLED"},
    "ClusterEndpointEncryptionType": "TLS",
    "Nodes": [{"AvailabilityZone": "cn-north-1a"}, {}],
}


def test_a_cluster_is_parsed() -> None:
    assert DaxCluster.parse(CLUSTER) == DaxCluster("ENABLED", "TLS", ("cn-north-1a", ""), "available")
