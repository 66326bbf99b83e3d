"""Clusters of Amazon MSK and connectors of MSK Connect."""

from dataclasses import replace
from typing import Any

import pytest

from muster.checks.messaging.msk import (
    msk_cluster_public_access_disabled,
    msk_connect_connector_encrypted,
    msk_connect_connector_logging_enabled,
    msk_enhanced_monitoring_enabled,
    msk_in_cluster_node_require_tls,
    msk_unrestricted_access_check,
)
from muster.facets.messaging.msk import Connector, KafkaCluster
from muster.model.check import Check
from muster.model.finding import Status, Unknown, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
CLUSTER = KafkaCluster(
    "PROVISIONED",
    in_cluster_tls=True,
    public_access="DISABLED",
    unauthenticated=False,
    monitoring="PER_TOPIC_PER_BROKER",
)
OF_CLUSTERS = (
    msk_cluster_public_access_disabled,
    msk_enhanced_monitoring_enabled,
    msk_in_cluster_node_require_tls,
    msk_unrestricted_access_check,
)


@pytest.mark.parametrize(
    ("check", "changed", "reason"),
    [
        (
            msk_in_cluster_node_require_tls,
            {"in_cluster_tls": False},
            "Data between brokers is not encrypted in transit",
        ),
        (
            msk_cluster_public_access_disabled,
            {"public_access": "SERVICE_PROVIDED_EIPS"},
            "Public access is on (SERVICE_PROVIDED_EIPS)",
        ),
        (msk_unrestricted_access_check, {"unauthenticated": True}, "Unauthenticated access is on"),
        (
            msk_enhanced_monitoring_enabled,
            {"monitoring": "PER_BROKER"},
            "Level of enhanced monitoring is PER_BROKER; PER_TOPIC_PER_BROKER or more is required",
        ),
        (
            msk_enhanced_monitoring_enabled,
            {"monitoring": "DEFAULT"},
            "Level of enhanced monitoring is DEFAULT; PER_TOPIC_PER_BROKER or more is required",
        ),
    ],
)
def test_one_thing_is_wrong_with_a_cluster(check: Check, changed: dict[str, Any], reason: str) -> None:
    assert check(CLUSTER).status is C
    found = check(replace(CLUSTER, **changed))
    assert (found.status, found.reason) == (N, reason)


def test_the_reasons_of_a_good_cluster() -> None:
    assert {check(CLUSTER).reason for check in OF_CLUSTERS} == {
        "Public access is off",
        "Level of enhanced monitoring is PER_TOPIC_PER_BROKER",
        "Data between brokers is encrypted in transit",
        "Unauthenticated access is off",
    }
    assert msk_enhanced_monitoring_enabled(replace(CLUSTER, monitoring="PER_TOPIC_PER_PARTITION")).status is C


@pytest.mark.parametrize("check", OF_CLUSTERS)
def test_a_serverless_cluster_has_none_of_the_settings(check: Check) -> None:
    found = check(KafkaCluster.parse({"ClusterType": "SERVERLESS", "Serverless": {"VpcConfigs": []}}))
    assert (found.status, found.reason) == (NA, "Cluster is serverless")


@pytest.mark.parametrize("check", OF_CLUSTERS)
def test_a_cluster_of_an_unknown_kind_is_no_verdict(check: Check) -> None:
    with pytest.raises(UnknownField):
        check(KafkaCluster.parse({"ClusterType": "EXPRESS"}))


def provisioned(**members: Any) -> KafkaCluster:
    return KafkaCluster.parse({"ClusterType": "PROVISIONED", "Provisioned": members})


@pytest.mark.parametrize("authentication", [{}, {"Sasl": {"Iam": {"Enabled": True}}}])
def test_a_cluster_is_not_known_to_refuse_strangers_before_aws_says_so(authentication: dict[str, Any]) -> None:
    with pytest.raises(UnknownField):
        msk_unrestricted_access_check(provisioned(ClientAuthentication=authentication))


def test_a_cluster_is_parsed() -> None:
    found = provisioned(
        EncryptionInfo={"EncryptionInTransit": {"ClientBroker": "TLS", "InCluster": True}},
        BrokerNodeGroupInfo={"ConnectivityInfo": {"PublicAccess": {"Type": "SERVICE_PROVIDED_EIPS"}}},
        ClientAuthentication={"Unauthenticated": {"Enabled": False}},
        EnhancedMonitoring="PER_TOPIC_PER_BROKER",
    )
    assert found == replace(CLUSTER, public_access="SERVICE_PROVIDED_EIPS")
    assert provisioned(BrokerNodeGroupInfo={}).public_access == "DISABLED"
    strange = {"ConnectivityInfo": {"PublicAccess": {"Type": "SOMETIMES"}}}
    assert isinstance(provisioned(BrokerNodeGroupInfo=strange).public_access, Unknown)


def test_a_connector_encrypts() -> None:
    encrypted, plain = (
        Connector.parse({"kafkaClusterEncryptionInTransit": {"encryptionType": each}}) for each in ("TLS", "PLAINTEXT")
    )
    passing, failing = map(msk_connect_connector_encrypted, (encrypted, plain))
    assert (passing.status, passing.reason) == (C, "Connector encrypts data in transit (TLS)")
    assert (failing.status, failing.reason) == (N, "Connector does not encrypt data in transit (PLAINTEXT)")
    with pytest.raises(UnknownField):
        msk_connect_connector_encrypted(Connector.parse({}))


@pytest.mark.parametrize(
    ("destinations", "status", "reason"),
    [
        ({"cloudWatchLogs": {"enabled": True}}, C, "Workers write their logs to CloudWatch Logs"),
        ({"firehose": {"enabled": True}, "s3": {"enabled": True}}, C, "Workers write their logs to Firehose and S3"),
        ({"cloudWatchLogs": {"enabled": False}, "s3": {"enabled": True}}, C, "Workers write their logs to S3"),
        ({"cloudWatchLogs": {"enabled": False}}, N, "Workers write no log"),
        ({}, N, "Workers write no log"),
    ],
)
def test_a_connector_writes_a_log(destinations: dict[str, Any], status: Status, reason: str) -> None:
    found = msk_connect_connector_logging_enabled(Connector.parse({"logDelivery": {"workerLogDelivery": destinations}}))
    assert (found.status, found.reason) == (status, reason)


def test_a_connector_without_a_delivery_of_logs_writes_none() -> None:
    assert msk_connect_connector_logging_enabled(Connector.parse({"connectorName": "orders"})).status is N
