"""Checks of Amazon MSK: clusters, and connectors of MSK Connect."""

from muster.facets.messaging.msk import Connector, KafkaCluster
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant, not_applicable

_BY_TOPIC = ("PER_TOPIC_PER_BROKER", "PER_TOPIC_PER_PARTITION")
_SERVERLESS = not_applicable("Cluster is serverless")


def _serverless(cluster: KafkaCluster) -> bool:
    return known(cluster.kind) == "SERVERLESS"


@check(severity=Severity.MEDIUM, controls=("FSBP MSK.1",))
def msk_in_cluster_node_require_tls(cluster: KafkaCluster) -> Verdict:
    """MSK clusters should encrypt data in transit between brokers.

    Problem: brokers do not encrypt in transit
    Why: Brokers copy every record to one another. Without TLS, the copies travel in plain text.
    Fix: The setting cannot be changed. Create a new cluster with encryption within the cluster, and move the topics to
      it: `aws kafka create-cluster --cluster-name NEW-NAME --kafka-version VERSION --number-of-broker-nodes NUMBER
      --broker-node-group-info file://BROKERS.json --encryption-info EncryptionInTransit={InCluster=true}`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/msk-controls.html#msk-1
    """
    if _serverless(cluster):
        return _SERVERLESS
    if known(cluster.in_cluster_tls):
        return compliant("Data between brokers is encrypted in transit")
    return non_compliant("Data between brokers is not encrypted in transit")


@check(severity=Severity.LOW, controls=("Security Hub MSK.2",))
def msk_enhanced_monitoring_enabled(cluster: KafkaCluster) -> Verdict:
    """MSK clusters should have enhanced monitoring by topic.

    CloudWatch charges for the metrics of these levels.

    Problem: no enhanced monitoring by topic
    Why: Metrics of brokers alone do not show which topic fills a disk or which consumer falls behind.
    Fix: `version=$(aws kafka describe-cluster-v2 --cluster-arn ARN --query ClusterInfo.CurrentVersion --output text) &&
      aws kafka update-monitoring --cluster-arn ARN --current-version "$version" --enhanced-monitoring
      PER_TOPIC_PER_BROKER`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/msk-controls.html#msk-2
    """
    if _serverless(cluster):
        return _SERVERLESS
    level = known(cluster.monitoring)
    if level in _BY_TOPIC:
        return compliant(f"Level of enhanced monitoring is {level}")
    return non_compliant(f"Level of enhanced monitoring is {level}; PER_TOPIC_PER_BROKER or more is required")


@check(severity=Severity.CRITICAL, controls=("FSBP MSK.4",))
def msk_cluster_public_access_disabled(cluster: KafkaCluster) -> Verdict:
    """MSK clusters should not be publicly accessible.

    Problem: MSK cluster is public
    Why: The brokers of a public cluster have public IP addresses. Only security groups and authentication then stand
      between the internet and the records.
    Fix: `version=$(aws kafka describe-cluster-v2 --cluster-arn ARN --query ClusterInfo.CurrentVersion --output text) &&
      aws kafka update-connectivity --cluster-arn ARN --current-version "$version" --connectivity-info
      PublicAccess={Type=DISABLED}`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/msk-controls.html#msk-4
    """
    if _serverless(cluster):
        return _SERVERLESS
    access = known(cluster.public_access)
    if access == "DISABLED":
        return compliant("Public access is off")
    return non_compliant(f"Public access is on ({access})")


@check(severity=Severity.MEDIUM, controls=("FSBP MSK.6",))
def msk_unrestricted_access_check(cluster: KafkaCluster) -> Verdict:
    """MSK clusters should not allow unauthenticated access.

    Problem: unauthenticated access is allowed
    Why: Anyone who can connect to the brokers can read and write all topics, and you cannot find out who did.
    Fix: Let every client authenticate first, with IAM, SASL/SCRAM or TLS, which must be on. Then: `version=$(aws kafka
      describe-cluster-v2 --cluster-arn ARN --query ClusterInfo.CurrentVersion --output text) && aws kafka
      update-security --cluster-arn ARN --current-version "$version" --client-authentication
      Unauthenticated={Enabled=false}`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/msk-controls.html#msk-6
    """
    if _serverless(cluster):
        return _SERVERLESS
    if known(cluster.unauthenticated):
        return non_compliant("Unauthenticated access is on")
    return compliant("Unauthenticated access is off")


@check(severity=Severity.MEDIUM, controls=("FSBP MSK.3",))
def msk_connect_connector_encrypted(connector: Connector) -> Verdict:
    """Connectors of MSK Connect should encrypt data in transit.

    Problem: connector does not encrypt in transit
    Why: Without TLS, the records between the connector and the cluster travel in plain text.
    Fix: The setting cannot be changed. Create a new connector with it, then delete the old one: `aws kafkaconnect
      create-connector --cli-input-json file://CONNECTOR.json`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/msk-controls.html#msk-3
    """
    if known(connector.encryption) == "TLS":
        return compliant("Connector encrypts data in transit (TLS)")
    return non_compliant("Connector does not encrypt data in transit (PLAINTEXT)")


@check(severity=Severity.MEDIUM, controls=("FSBP MSK.5",))
def msk_connect_connector_logging_enabled(connector: Connector) -> Verdict:
    """Connectors of MSK Connect should write a log.

    Any destination counts: CloudWatch Logs, Firehose, S3.

    Problem: connector writes no log
    Why: Without a log, nothing shows why a connector lost records or stopped.
    Fix: The setting cannot be changed. Create a new connector with a log, then delete the old one: `aws kafkaconnect
      create-connector --cli-input-json file://CONNECTOR.json`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/msk-controls.html#msk-5
    """
    if connector.logs:
        return compliant(f"Workers write their logs to {' and '.join(connector.logs)}")
    return non_compliant("Workers write no log")
