"""Amazon MSK: clusters, and connectors of MSK Connect."""

from muster.facets import kinds
from muster.facets.fields import Answer, Parsed, computed, facet, read
from muster.model.finding import Unknown


@facet
class KafkaCluster(Parsed):
    """One cluster of ListClustersV2; a serverless cluster has none of the settings of a provisioned one.

    https://docs.aws.amazon.com/MSK/2.0/APIReference/v2-clusters.html
    """

    kind: str | Unknown = read("ClusterType", kinds.one_of("PROVISIONED", "SERVERLESS"))
    in_cluster_tls: bool | Unknown = read(
        "Provisioned.EncryptionInfo.EncryptionInTransit.InCluster", kinds.flag, "whether brokers encrypt in transit"
    )
    public_access: str | Unknown = read(
        "Provisioned.BrokerNodeGroupInfo.ConnectivityInfo.PublicAccess.Type",
        kinds.defaulting("DISABLED", kinds.one_of("DISABLED", "SERVICE_PROVIDED_EIPS")),
        name="PublicAccess.Type",
    )
    unauthenticated: bool | Unknown = read(
        "Provisioned.ClientAuthentication.Unauthenticated.Enabled", kinds.flag, "whether clients may be unauthenticated"
    )
    monitoring: str | Unknown = read(
        "Provisioned.EnhancedMonitoring",
        kinds.one_of("DEFAULT", "PER_BROKER", "PER_TOPIC_PER_BROKER", "PER_TOPIC_PER_PARTITION"),
    )


_DESTINATIONS = {"cloudWatchLogs": "CloudWatch Logs", "firehose": "Firehose", "s3": "S3"}


def _destinations(response: Answer) -> tuple[str, ...]:
    found = (response.get("logDelivery") or {}).get("workerLogDelivery") or {}
    return tuple(title for name, title in _DESTINATIONS.items() if (found.get(name) or {}).get("enabled") is True)


@facet
class Connector(Parsed):
    """One connector of ListConnectors; `logs` are the destinations that its workers write their logs to.

    https://docs.aws.amazon.com/MSKC/latest/mskc/API_ConnectorSummary.html
    """

    encryption: str | Unknown = read("kafkaClusterEncryptionInTransit.encryptionType", kinds.one_of("PLAINTEXT", "TLS"))
    logs: tuple[str, ...] = computed(
        _destinations, *(f"logDelivery.workerLogDelivery.{each}.enabled" for each in _DESTINATIONS)
    )
