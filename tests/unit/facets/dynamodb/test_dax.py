"""DAX's answers, parsed."""

from typing import Any

import pytest

from muster.facets.dynamodb.dax import DaxCluster
from muster.model.finding import Unknown

CLUSTER = {
    "ClusterName": "cache",
    "ClusterArn": "arn:aws-cn:dax:cn-north-1:123456789012:cache/cache",
    "Status": "available",
    "SSEDescription": {"Status": "ENABLED"},
    "ClusterEndpointEncryptionType": "TLS",
}


def test_a_cluster_is_parsed() -> None:
    assert DaxCluster.parse(CLUSTER) == DaxCluster("ENABLED", "TLS")


@pytest.mark.parametrize(
    ("changed", "field", "says"),
    [
        pytest.param({"SSEDescription": None}, "encryption", "did not say what SSEDescription", id="no description"),
        pytest.param({"SSEDescription": {}}, "encryption", "did not say what SSEDescription", id="no status"),
        pytest.param({"SSEDescription": {"Status": "MAYBE"}}, "encryption", "'MAYBE'", id="a new status"),
        pytest.param({"ClusterEndpointEncryptionType": None}, "endpoint", "did not say", id="no endpoint type"),
        pytest.param({"ClusterEndpointEncryptionType": "PQ"}, "endpoint", "'PQ'", id="a new endpoint type"),
    ],
)
def test_a_value_that_is_not_known_says_so(changed: dict[str, Any], field: str, says: str) -> None:
    value = getattr(DaxCluster.parse(CLUSTER | changed), field)
    assert isinstance(value, Unknown)
    assert says in value.reason
