"""The calls of Redshift and Redshift Serverless."""

from tests.faults.held import REGIONS, Estate


def calls(there: Estate) -> dict[str, int]:
    clusters = there.all("redshift", "describe_clusters", "Clusters")
    workgroups = there.all("redshift-serverless", "list_workgroups", "workgroups")
    namespaces = there.all("redshift-serverless", "list_namespaces", "namespaces")
    return {
        "redshift:DescribeClusters": REGIONS,
        "redshift:DescribeLoggingStatus": len(clusters),
        "redshift:DescribeClusterParameters": len(
            {group["ParameterGroupName"] for each in clusters for group in each["ClusterParameterGroups"]}
        ),
        "redshift-serverless:ListWorkgroups": REGIONS,
        "redshift-serverless:ListNamespaces": REGIONS,
        "redshift-serverless:ListTagsForResource": len(workgroups) + len(namespaces),
    }
