"""The calls of EMR: only running clusters are asked about, each once for its nodes and once for its tags."""

from tests.faults.held import REGIONS, Estate


def calls(there: Estate) -> dict[str, int]:
    clusters = there.all("emr", "list_clusters", "Clusters", ClusterStates=["RUNNING", "WAITING"])
    configurations = there.all("emr", "list_security_configurations", "SecurityConfigurations")
    return {
        "emr:GetBlockPublicAccessConfiguration": REGIONS,
        "emr:ListClusters": REGIONS,
        "emr:DescribeCluster": 2 * len(clusters),
        "emr:ListInstances": len(clusters),
        "emr:ListSecurityConfigurations": REGIONS,
        "emr:DescribeSecurityConfiguration": len(configurations),
    }
