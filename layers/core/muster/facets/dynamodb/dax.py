"""DynamoDB Accelerator: clusters."""

from muster.facets import kinds
from muster.facets.fields import Answer, Parsed, computed, facet, read
from muster.model.finding import Unknown


def _zones(cluster: Answer) -> tuple[str, ...]:
    return tuple(str(node.get("AvailabilityZone") or "") for node in cluster.get("Nodes") or ())


@facet
class DaxCluster(Parsed):
    """One cluster of DescribeClusters: the state of its encryption at rest, and that of its endpoint (NONE or TLS).

    `zones` are the Availability Zones of its nodes, empty for a node that AWS names none of.

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_dax_Cluster.html
    """

    encryption: str | Unknown = read(
        "SSEDescription.Status",
        kinds.one_of("ENABLING", "ENABLED", "DISABLING", "DISABLED"),
        name="SSEDescription.Status",
    )
    endpoint: str | Unknown = read("ClusterEndpointEncryptionType", kinds.one_of("NONE", "TLS"))
    zones: tuple[str, ...] = computed(_zones, "Nodes", default=())
    status: str = read("Status", kinds.text, default="")
