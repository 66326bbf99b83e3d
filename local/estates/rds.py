"""Databases: of each engine one as it should be and one as bad as may be, with their snapshots, proxies and events."""

from typing import Any

from local.server import ACCOUNT, EmbeddedAws

_TAGS = [{"Key": "Owner", "Value": "data"}, {"Key": "Environment", "Value": "production"}]
_PASSWORD = "not-a-real-password"
_GOOD = {
    "StorageEncrypted": True,
    "DeletionProtection": True,
    "CopyTagsToSnapshot": True,
    "BackupRetentionPeriod": 14,
    "Tags": _TAGS,
}
_BAD = {"StorageEncrypted": False, "BackupRetentionPeriod": 1}


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the estate of one region."""
    rds = aws.client("rds", region)
    subnets = _subnet_groups(aws.client("ec2", region), rds)
    _parameter_groups(rds)
    _instances(rds)
    _aurora(rds, region)
    _other_clusters(rds)
    _snapshots(rds)
    _subscriptions(rds, region)
    _proxies(rds, region, subnets)


def _subnet_groups(ec2: Any, rds: Any) -> list[str]:
    """Make a private and a public subnet group; return the private subnets."""
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    private, public = (
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.9.{number}.0/24")["Subnet"]["SubnetId"] for number in (1, 2)
    )
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    ec2.associate_route_table(RouteTableId=table, SubnetId=public)
    for name, subnet in (("private", private), ("public", public)):
        rds.create_db_subnet_group(DBSubnetGroupName=name, DBSubnetGroupDescription=name, SubnetIds=[subnet])
    return [private]


def _parameter_groups(rds: Any) -> None:
    for name, family, parameter in (
        ("sqlserver-tls", "sqlserver-se-15.0", "rds.force_ssl"),
        ("mariadb-tls", "mariadb10.6", "require_secure_transport"),
    ):
        rds.create_db_parameter_group(DBParameterGroupName=name, DBParameterGroupFamily=family, Description=name)
        rds.modify_db_parameter_group(DBParameterGroupName=name, Parameters=[_parameter(parameter, "1")])
    for name, family, parameters in (
        ("aurora-audited", "aurora-mysql8.0", {"server_audit_logging": "1", "server_audit_events": "CONNECT,QUERY"}),
        ("docdb-tls", "docdb5.0", {"tls": "tls1.2+"}),
    ):
        rds.create_db_cluster_parameter_group(
            DBClusterParameterGroupName=name, DBParameterGroupFamily=family, Description=name
        )
        rds.modify_db_cluster_parameter_group(
            DBClusterParameterGroupName=name, Parameters=[_parameter(*each) for each in parameters.items()]
        )


def _parameter(name: str, value: str) -> dict[str, str]:
    return {"ParameterName": name, "ParameterValue": value, "ApplyMethod": "immediate"}


def _instances(rds: Any) -> None:
    good = {
        **_GOOD,
        "MultiAZ": True,
        "PubliclyAccessible": False,
        "AutoMinorVersionUpgrade": True,
        "DBSubnetGroupName": "private",
        "MasterUsername": "keeper",
        "MonitoringInterval": 60,
        "MonitoringRoleArn": f"arn:aws:iam::{ACCOUNT}:role/monitoring",
        "Port": 7001,
    }
    bad = {
        **_BAD,
        "MultiAZ": False,
        "PubliclyAccessible": True,
        "AutoMinorVersionUpgrade": False,
        "DBSubnetGroupName": "public",
    }
    made = (
        ("reports", "postgres", "13.4", {**good, "EnableCloudwatchLogsExports": ["postgresql", "upgrade"],
                                         "EnableIAMDatabaseAuthentication": True}),
        ("notes", "postgres", "13.4", {**bad, "MasterUsername": "postgres"}),
        ("payroll", "sqlserver-se", "15.00.4043.16.v1",
         {**good, "EnableCloudwatchLogsExports": ["agent", "error"], "DBParameterGroupName": "sqlserver-tls"}),
        ("stock", "sqlserver-se", "15.00.4043.16.v1", {**bad, "MasterUsername": "admin"}),
        ("wiki", "mariadb", "10.6.14",
         {**good, "EnableCloudwatchLogsExports": ["audit", "error", "general", "slowquery"],
          "DBParameterGroupName": "mariadb-tls"}),
        ("forum", "mariadb", "10.6.14", {**bad, "MasterUsername": "admin"}),
    )  # fmt: skip
    for name, engine, version, parameters in made:
        rds.create_db_instance(
            DBInstanceIdentifier=name,
            DBInstanceClass="db.m6i.large",
            Engine=engine,
            EngineVersion=version,
            MasterUserPassword=_PASSWORD,
            **parameters,
        )


def _aurora(rds: Any, region: str) -> None:
    """Make two clusters of Aurora MySQL, each the primary of a global cluster, and two of Aurora PostgreSQL."""
    good = {
        **_GOOD,
        "EnableIAMDatabaseAuthentication": True,
        "MasterUsername": "keeper",
        "DBSubnetGroupName": "private",
    }
    versions = {"orders": "8.0.mysql_aurora.3.08.0", "carts": "8.0.mysql_aurora.3.02.0"}
    for name, version in versions.items():
        rds.create_global_cluster(GlobalClusterIdentifier=f"{name}-world", Engine="aurora-mysql", EngineVersion=version)
    made: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
        ("orders", "aurora-mysql", versions["orders"],
         {**good, "EnableCloudwatchLogsExports": ["audit", "error", "general", "slowquery"], "BacktrackWindow": 86400,
          "DBClusterParameterGroupName": "aurora-audited", "GlobalClusterIdentifier": "orders-world"}),
        ("carts", "aurora-mysql", versions["carts"],
         {**_BAD, "MasterUsername": "admin", "GlobalClusterIdentifier": "carts-world",
          "DBClusterParameterGroupName": "default.aurora-mysql8.0", "AutoMinorVersionUpgrade": False}),
        ("search", "aurora-postgresql", "15.4", {**good, "EnableCloudwatchLogsExports": ["postgresql"]}),
        ("maps", "aurora-postgresql", "15.4", {**_BAD, "MasterUsername": "postgres"}),
    )  # fmt: skip
    for name, engine, version, parameters in made:
        rds.create_db_cluster(
            DBClusterIdentifier=name,
            Engine=engine,
            EngineVersion=version,
            MasterUserPassword=_PASSWORD,
            **parameters,
        )
    for zone in "ab":
        rds.create_db_instance(
            DBInstanceIdentifier=f"orders-{zone}",
            DBClusterIdentifier="orders",
            DBInstanceClass="db.r6g.large",
            Engine="aurora-mysql",
            AvailabilityZone=f"{region}{zone}",
            DBSubnetGroupName="private",
            PubliclyAccessible=False,
        )


def _other_clusters(rds: Any) -> None:
    log = {"EnableCloudwatchLogsExports": ["audit"]}
    catalog = {**_GOOD, **log, "MasterUsername": "keeper", "MasterUserPassword": _PASSWORD}
    rds.create_db_cluster(
        DBClusterIdentifier="catalog", Engine="docdb", DBClusterParameterGroupName="docdb-tls", **catalog
    )
    rds.create_db_cluster(
        DBClusterIdentifier="drafts", Engine="docdb", MasterUsername="keeper", MasterUserPassword=_PASSWORD, **_BAD
    )
    rds.create_db_cluster(DBClusterIdentifier="graph", Engine="neptune", **_GOOD, **log)
    rds.create_db_cluster(DBClusterIdentifier="links", Engine="neptune", **_BAD)


def _snapshots(rds: Any) -> None:
    """Share one snapshot of an instance and one of a cluster with everyone, and keep one of each to the account.

    Automated snapshots have the minute in their names, which no two runs would share: there are none.
    """
    for each in rds.describe_db_snapshots()["DBSnapshots"]:
        rds.delete_db_snapshot(DBSnapshotIdentifier=each["DBSnapshotIdentifier"])
    for each in rds.describe_db_cluster_snapshots()["DBClusterSnapshots"]:
        rds.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier=each["DBClusterSnapshotIdentifier"])
    for snapshot, instance in (("reports-1", "reports"), ("notes-1", "notes"), ("notes-public", "notes")):
        rds.create_db_snapshot(DBSnapshotIdentifier=snapshot, DBInstanceIdentifier=instance, Tags=_TAGS)
    rds.modify_db_snapshot_attribute(DBSnapshotIdentifier="notes-public", AttributeName="restore", ValuesToAdd=["all"])
    for snapshot, cluster in (("drafts-public", "drafts"), ("links-1", "links")):
        rds.create_db_cluster_snapshot(DBClusterSnapshotIdentifier=snapshot, DBClusterIdentifier=cluster)
    rds.modify_db_cluster_snapshot_attribute(
        DBClusterSnapshotIdentifier="drafts-public", AttributeName="restore", ValuesToAdd=["all"]
    )


def _subscriptions(rds: Any, region: str) -> None:
    for name, source, categories in (
        ("clusters", "db-cluster", ["maintenance", "failure"]),
        ("failovers", "db-cluster", ["failover"]),
        ("instances", "db-instance", []),
        ("backups", "db-instance", ["backup"]),
    ):
        rds.create_event_subscription(
            SubscriptionName=name,
            SnsTopicArn=f"arn:aws:sns:{region}:{ACCOUNT}:databases",
            SourceType=source,
            EventCategories=categories,
            Enabled=True,
        )


def _proxies(rds: Any, region: str, subnets: list[str]) -> None:
    for name, tls in (("with-tls", True), ("without-tls", False)):
        rds.create_db_proxy(
            DBProxyName=name,
            EngineFamily="MYSQL",
            RoleArn=f"arn:aws:iam::{ACCOUNT}:role/proxy",
            VpcSubnetIds=subnets,
            RequireTLS=tls,
            Auth=[{"AuthScheme": "SECRETS", "SecretArn": f"arn:aws:secretsmanager:{region}:{ACCOUNT}:secret:db"}],
        )
