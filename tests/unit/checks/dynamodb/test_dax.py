"""Encryption of DAX clusters."""

import pytest

from muster.checks.dynamodb.dax import dax_encryption_enabled, dax_multiple_zones, dax_tls_endpoint_encryption
from muster.facets.dynamodb.dax import DaxCluster
from muster.model.finding import Status, UnknownField

C, N = Status.COMPLIANT, Status.NON_COMPLIANT


@pytest.mark.parametrize(
    ("encryption", "status"),
    [
        pytest.param("ENABLED", C, id="on"),
        pytest.param("ENABLING", N, id="not on yet"),
        pytest.param("DISABLING", N, id="on its way off"),
        pytest.param("DISABLED", N, id="off"),
    ],
)
def test_dax_encryption_enabled(encryption: str, status: Status) -> None:
    found = dax_encryption_enabled(DaxCluster(encryption, "NONE"))
    assert found.status is status
    assert encryption.lower() in found.reason.lower()


@pytest.mark.parametrize(("endpoint", "status"), [pytest.param("TLS", C, id="TLS"), pytest.param("NONE", N, id="none")])
def test_dax_tls_endpoint_encryption(endpoint: str, status: Status) -> None:
    assert dax_tls_endpoint_encryption(DaxCluster("DISABLED", endpoint)).status is status


def test_what_aws_did_not_say_is_no_verdict() -> None:
    silent = DaxCluster.parse({})
    with pytest.raises(UnknownField, match=r"SSEDescription\.Status"):
        dax_encryption_enabled(silent)
    with pytest.raises(UnknownField, match="ClusterEndpointEncryptionType"):
        dax_tls_endpoint_encryption(silent)


def cluster(*zones: str, status: str = "available") -> DaxCluster:
    nodes = [{"NodeId": "n", "AvailabilityZone": zone} if zone else {"NodeId": "n"} for zone in zones]
    return DaxCluster.parse({"Nodes": nodes, "Status": status})


@pytest.mark.parametrize(
    ("found", "required", "status", "reason"),
    [
        (cluster("a", "b"), 2, Status.COMPLIANT, "Nodes are in 2 Availability Zones (a, b)"),
        (cluster("a", "a"), 2, Status.NON_COMPLIANT, "Nodes are in 1 Availability Zone (a); use 2 or more"),
        (cluster("a", "b"), 3, Status.NON_COMPLIANT, "Nodes are in 2 Availability Zones (a, b); use 3 or more"),
        (cluster("a", "b", "", status="creating"), 2, Status.COMPLIANT, "Nodes are in 2 Availability Zones (a, b)"),
    ],
)
def test_dax_multiple_zones(found: DaxCluster, required: int, status: Status, reason: str) -> None:
    verdict = dax_multiple_zones(found, zones=required)
    assert (verdict.status, verdict.reason) == (status, reason)


@pytest.mark.parametrize("found", [cluster(), cluster("a", ""), cluster("a", status="creating")])
def test_nodes_whose_zones_are_not_known_yet_are_no_verdict(found: DaxCluster) -> None:
    with pytest.raises(UnknownField):
        dax_multiple_zones(found)


@pytest.mark.parametrize(
    ("found", "required", "number"),
    [
        (cluster("a"), 2, "2"),
        (cluster("a", "a", "a"), 2, "4"),
        (cluster("a", "b", "b"), 3, "4"),
        (cluster("a"), 3, "3"),
    ],
)
def test_the_fix_adds_a_node_in_each_zone_that_is_missing(found: DaxCluster, required: int, number: str) -> None:
    assert dax_multiple_zones(found, zones=required).values == (("NUMBER", number),)
