"""The calls of RDS, Aurora, DocumentDB and Neptune."""

from tests.faults.held import REGIONS, Estate, places


def calls(there: Estate) -> dict[str, int]:
    instances = there.all("rds", "describe_db_instances", "DBInstances")
    clusters = there.all("rds", "describe_db_clusters", "DBClusters")
    snapshots = there.all("rds", "describe_db_snapshots", "DBSnapshots")
    of_clusters = there.all("rds", "describe_db_cluster_snapshots", "DBClusterSnapshots")
    subscriptions = there.all("rds", "describe_event_subscriptions", "EventSubscriptionsList")
    proxies = there.all("rds", "describe_db_proxies", "DBProxies")
    return {
        "ec2:DescribeRouteTables": places(there.held("rds", "describe_db_instances", "DBInstances")),
        "rds:DescribeDBInstances": REGIONS,
        # One listing for the clusters, for the settings that instances have from them, and for three services.
        "rds:DescribeDBClusters": REGIONS,
        "rds:DescribeDBSnapshots": REGIONS,
        "rds:DescribeDBClusterSnapshots": REGIONS,
        "rds:DescribeEventSubscriptions": REGIONS,
        "rds:DescribeDBProxies": REGIONS,
        "rds:DescribeGlobalClusters": REGIONS,
        # Each group once, and only of the engines that a check asks for.
        "rds:DescribeDBParameters": len(
            {
                group["DBParameterGroupName"]
                for each in instances
                if each["Engine"].startswith(("mariadb", "sqlserver"))
                for group in each["DBParameterGroups"]
            }
        ),
        "rds:DescribeDBClusterParameters": len(
            {each["DBClusterParameterGroup"] for each in clusters if each["Engine"] in ("aurora-mysql", "docdb")}
        ),
        # No other snapshot can be public.
        "rds:DescribeDBSnapshotAttributes": sum(
            each["SnapshotType"] == "manual" and not each["Encrypted"] for each in snapshots
        ),
        "rds:DescribeDBClusterSnapshotAttributes": sum(
            each["SnapshotType"] == "manual" and not each["StorageEncrypted"] for each in of_clusters
        ),
        "rds:ListTagsForResource": len(subscriptions) + len(proxies),
    }
