"""Clusters of Kafka and their connectors: one as it should be, one as bad as may be, and one that is serverless."""

from typing import Any

from local.server import ACCOUNT, EmbeddedAws

_TAGS = {"Owner": "shop"}
_BROKERS: dict[str, Any] = {"ClientSubnets": ["subnet-0a1", "subnet-0a2"], "InstanceType": "kafka.m7g.large"}


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the estate of one region."""
    kafka = aws.client("kafka", region)
    kafka.create_cluster(
        ClusterName="orders", KafkaVersion="3.6.0", NumberOfBrokerNodes=2, BrokerNodeGroupInfo=_BROKERS, Tags=_TAGS,
        EnhancedMonitoring="PER_TOPIC_PER_BROKER",
        ClientAuthentication={"Sasl": {"Iam": {"Enabled": True}}, "Unauthenticated": {"Enabled": False}},
    )  # fmt: skip
    bad = kafka.create_cluster(
        ClusterName="bills", KafkaVersion="3.6.0", NumberOfBrokerNodes=2, BrokerNodeGroupInfo=_BROKERS,
        EncryptionInfo={"EncryptionInTransit": {"ClientBroker": "TLS_PLAINTEXT", "InCluster": False}},
        ClientAuthentication={"Unauthenticated": {"Enabled": True}},
    )  # fmt: skip
    kafka.update_connectivity(
        ClusterArn=bad["ClusterArn"], CurrentVersion="1.0",
        ConnectivityInfo={"PublicAccess": {"Type": "SERVICE_PROVIDED_EIPS"}},
    )  # fmt: skip
    kafka.create_cluster_v2(
        ClusterName="trials", Tags=_TAGS,
        Serverless={"VpcConfigs": [{"SubnetIds": ["subnet-0a1"]}],
                    "ClientAuthentication": {"Sasl": {"Iam": {"Enabled": True}}}},
    )  # fmt: skip
    _connectors(aws.client("kafkaconnect", region), region)


def _connectors(connect: Any, region: str) -> None:
    common: dict[str, Any] = {
        "capacity": {"provisionedCapacity": {"mcuCount": 1, "workerCount": 1}},
        "connectorConfiguration": {"connector.class": "com.example.Sink", "tasks.max": "1"},
        "kafkaCluster": {
            "apacheKafkaCluster": {
                "bootstrapServers": "b-1.orders.example.com:9098",
                "vpc": {"subnets": ["subnet-0a1"], "securityGroups": ["sg-0a1"]},
            }
        },
        "kafkaConnectVersion": "3.7.x",
        "plugins": [{"customPlugin": {"customPluginArn": _plugin(region), "revision": 1}}],
        "serviceExecutionRoleArn": f"arn:aws:iam::{ACCOUNT}:role/orders-connector",
    }
    connect.create_connector(
        **common, connectorName="orders", tags=_TAGS,
        kafkaClusterClientAuthentication={"authenticationType": "IAM"},
        kafkaClusterEncryptionInTransit={"encryptionType": "TLS"},
        logDelivery={"workerLogDelivery": {"cloudWatchLogs": {"enabled": True, "logGroup": "/msk/orders"}}},
    )  # fmt: skip
    connect.create_connector(
        **common, connectorName="bills", kafkaClusterClientAuthentication={"authenticationType": "NONE"},
        kafkaClusterEncryptionInTransit={"encryptionType": "PLAINTEXT"},
    )  # fmt: skip


def _plugin(region: str) -> str:
    return f"arn:aws:kafkaconnect:{region}:{ACCOUNT}:custom-plugin/sink/0a1b2c3d-0000-4000-8000-000000000000-2"
