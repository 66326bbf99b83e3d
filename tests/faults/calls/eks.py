"""The calls of EKS: names are listed, and each cluster and node group is described once for checks and tags."""

from tests.faults.held import REGIONS, Estate


def calls(there: Estate) -> dict[str, int]:
    clusters = there.held("eks", "list_clusters", "clusters")
    nodegroups = [
        name
        for region, names in clusters.items()
        for cluster in names
        for name in there.ask(region, "eks", "list_nodegroups", clusterName=cluster)["nodegroups"]
    ]
    many = sum(map(len, clusters.values()))
    return {
        "eks:ListClusters": REGIONS,
        "eks:DescribeCluster": many,
        "eks:ListNodegroups": many,
        "eks:DescribeNodegroup": len(nodegroups),
    }
