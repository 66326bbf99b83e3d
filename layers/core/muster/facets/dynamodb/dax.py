"""DynamoDB Accelerator: clusters."""

from muster.facets import kinds
from muster.facets.fields import Parsed, facet, read
from muster.model.finding import Unknown


@facet
class DaxCluster(Parsed):
    """One cluster of DescribeClusters: the state of its encryption at rest, and that of its endpoint (NONE or TLS).

    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_dax_Cluster.html
    """

    encryption: str | Unknown = read(
        "SSEDescription.Status",
        kinds.one_of("ENABLING", "ENABLED", "DISABLING", "DISABLED"),
        name="SSEDescription.Status",
    )
    endpoint: str | Unknown = read("ClusterEndpointEncryptionType", kinds.one_of("NONE", "TLS"))
