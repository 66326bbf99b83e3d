"""EMR: primary nodes, block public access, and security configurations."""

import json
from typing import Any

import pytest

from muster.checks.analytics.emr import (
    emr_block_public_access,
    emr_master_no_public_ip,
    emr_security_configuration_encryption_rest,
    emr_security_configuration_encryption_transit,
)
from muster.facets.analytics.emr import EmrBlockPublicAccess, EmrPrimaryNodes, EmrSecurityConfiguration
from muster.model.check import Check
from muster.model.finding import Resource, Status, UnknownField
from muster.readers.analytics.emr import primary_nodes

C, N = Status.COMPLIANT, Status.NON_COMPLIANT
PRIVATE = {"Id": "ci-1", "Ec2InstanceId": "i-1", "PrivateIpAddress": "10.0.0.1"}
PUBLIC = {"Id": "ci-2", "Ec2InstanceId": "i-2", "PublicIpAddress": "198.51.100.7"}


@pytest.mark.parametrize(
    ("nodes", "status", "reason"),
    [
        ([PRIVATE], C, "No primary node has a public IP address"),
        ([PUBLIC], N, "Primary node has a public IP address: i-2 (198.51.100.7)"),
        ([PRIVATE, PUBLIC, PRIVATE], N, "Primary node has a public IP address: i-2 (198.51.100.7)"),
    ],
)
def test_primary_nodes(nodes: list[Any], status: Status, reason: str) -> None:
    found = emr_master_no_public_ip(EmrPrimaryNodes.parse({"Instances": nodes}))
    assert (found.status, found.reason) == (status, reason)


def test_no_node_is_no_verdict() -> None:
    with pytest.raises(UnknownField, match="no primary node"):
        emr_master_no_public_ip(EmrPrimaryNodes.parse({"Instances": []}))


class Emr:
    """Two pages of primary nodes of a cluster of one kind."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.asked: dict[str, Any] = {}

    def describe_cluster(self, **_: str) -> dict[str, Any]:
        return {"Cluster": {"Id": "j-1", "InstanceCollectionType": self.kind}}

    def get_paginator(self, _operation: str) -> "Emr":
        return self

    def paginate(self, **asked: Any) -> list[dict[str, Any]]:
        self.asked = asked
        return [{"Instances": [PRIVATE]}, {"Instances": [PUBLIC]}]


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        ("INSTANCE_GROUP", {"InstanceGroupTypes": ["MASTER"]}),
        ("INSTANCE_FLEET", {"InstanceFleetType": "MASTER"}),
    ],
)
def test_nodes_are_listed_by_what_the_cluster_is_made_of(kind: str, wanted: dict[str, Any]) -> None:
    emr, cluster = Emr(kind), Resource("AWS::EMR::Cluster", "j-1", "111122223333", "eu-west-1")
    assert [node.address for node in primary_nodes.function(emr, cluster).nodes] == [None, "198.51.100.7"]
    assert emr.asked == {"ClusterId": "j-1", "InstanceStates": ["BOOTSTRAPPING", "RUNNING"], **wanted}


def settings(blocked: bool | None, *ranges: dict[str, int]) -> EmrBlockPublicAccess:
    inner: dict[str, Any] = {} if blocked is None else {"BlockPublicSecurityGroupRules": blocked}
    if ranges:
        inner["PermittedPublicSecurityGroupRuleRanges"] = list(ranges)
    return EmrBlockPublicAccess.parse({"BlockPublicAccessConfiguration": inner})


SSH = {"MinRange": 22, "MaxRange": 22}


@pytest.mark.parametrize(
    ("found", "status", "reason"),
    [
        pytest.param(settings(True), C, "Block public access is on", id="no exception"),
        pytest.param(settings(True, SSH), C, "Block public access is on, except port 22", id="AWS's default"),
        pytest.param(settings(False, SSH), N, "Block public access is off", id="off"),
        pytest.param(
            settings(True, SSH, {"MinRange": 23, "MaxRange": 23}), N, "These ports may be open to everyone: 23",
            id="another port",
        ),
        pytest.param(
            settings(True, {"MinRange": 22, "MaxRange": 80}), N, "These ports may be open to everyone: 22 to 80",
            id="a range that has port 22",
        ),
        pytest.param(
            settings(True, {"MinRange": -1, "MaxRange": -1}), N, "These ports may be open to everyone: -1",
            id="all ports",
        ),
    ],
)  # fmt: skip
def test_block_public_access(found: EmrBlockPublicAccess, status: Status, reason: str) -> None:
    verdict = emr_block_public_access(found)
    assert (verdict.status, verdict.reason) == (status, reason)


def test_what_aws_left_out_of_the_block_is_no_verdict() -> None:
    for found in (settings(None), settings(True, {"MinRange": 22}), settings(True, {"MaxRange": 22})):
        with pytest.raises(UnknownField):
            emr_block_public_access(found)
    found = emr_block_public_access(settings(True, {"MinRange": 23}))
    assert (found.status, found.reason) == (N, "These ports may be open to everyone: from 23")
    assert emr_block_public_access(settings(True, {"MaxRange": 23})).reason.endswith("everyone: up to 23")


REST = pytest.param(emr_security_configuration_encryption_rest, "EnableAtRestEncryption", "at rest", id="at rest")
TRANSIT = pytest.param(
    emr_security_configuration_encryption_transit, "EnableInTransitEncryption", "in transit", id="in transit"
)
BOTH = {"EnableAtRestEncryption": True, "EnableInTransitEncryption": True}


def parsed(encryption: dict[str, Any]) -> EmrSecurityConfiguration:
    text = json.dumps({"EncryptionConfiguration": encryption})
    return EmrSecurityConfiguration.parse({"Name": "c", "SecurityConfiguration": text})


@pytest.mark.parametrize(("check", "name", "words"), [REST, TRANSIT])
def test_security_configurations(check: Check, name: str, words: str) -> None:
    found = check(parsed(BOTH))
    assert (found.status, found.reason) == (C, f"Encryption {words} is on")
    found = check(parsed({**BOTH, name: False}))
    assert (found.status, found.reason) == (N, f"Encryption {words} is off")
    assert check(parsed({key: value for key, value in BOTH.items() if key != name})).status is N
    only_kerberos = EmrSecurityConfiguration.parse({"SecurityConfiguration": '{"AuthenticationConfiguration": {}}'})
    assert check(only_kerberos).status is N


@pytest.mark.parametrize(("check", "name", "words"), [REST, TRANSIT])
def test_an_encryption_that_is_not_known_is_no_verdict(check: Check, name: str, words: str) -> None:
    for unknown in (parsed({**BOTH, name: f"{words}?"}), EmrSecurityConfiguration.parse({})):
        with pytest.raises(UnknownField):
            check(unknown)
