"""Answers of RDS, and route tables, as facets."""

from typing import Any

import pytest

from muster.facets.ec2.routes import SubnetRoutes
from muster.facets.rds.clusters import ClusterMember, DbCluster, DbClusters
from muster.facets.rds.engines import base, family, version_numbers
from muster.facets.rds.events import EventSubscription, EventSubscriptions
from muster.facets.rds.global_clusters import GlobalCluster, aurora_versions
from muster.facets.rds.instances import DbInstance, ParameterGroupUse
from muster.facets.rds.parameters import ClusterParameters, InstanceParameters
from muster.facets.rds.proxies import DbProxy
from muster.facets.rds.snapshots import DbSnapshot, SnapshotSharing, may_be_public
from muster.model.finding import Unknown

CLUSTER = {"DBClusterIdentifier": "orders", "DBClusterArn": "arn:aws:rds:eu-west-1:123456789012:cluster:orders"}


def test_an_instance() -> None:
    """The port is the endpoint's; DbInstancePort is 0."""
    found = DbInstance.parse(
        {
            "Engine": "mariadb", "EngineVersion": "10.6.14", "DBInstanceStatus": "available", "DbInstancePort": 0,
            "Endpoint": {"Port": 3307}, "DBClusterIdentifier": "c", "ReadReplicaSourceDBClusterIdentifier": "primary",
            "PubliclyAccessible": True, "MonitoringInterval": 0, "EnabledCloudwatchLogsExports": ["audit"],
            "DBParameterGroups": [{"DBParameterGroupName": "own", "ParameterApplyStatus": "in-sync"}],
            "DBSubnetGroup": {"VpcId": "vpc-1", "Subnets": [{"SubnetIdentifier": "subnet-1"}]},
        }
    )  # fmt: skip
    assert (found.engine, found.version, found.port, found.public, found.monitoring) == (
        "mariadb", "10.6.14", 3307, True, 0,
    )  # fmt: skip
    assert (found.cluster, found.source, found.log_exports) == ("c", "primary", ("audit",))
    assert found.parameter_groups == (ParameterGroupUse("own", "in-sync"),)
    assert (found.vpc, found.subnets) == ("vpc-1", ("subnet-1",))
    assert isinstance(found.encrypted, Unknown)


def test_an_instance_that_aws_says_nothing_of() -> None:
    found = DbInstance.parse({})
    assert isinstance(found.public, Unknown)
    assert isinstance(found.port, Unknown)
    assert (found.cluster, found.source, found.log_exports, found.subnets) == ("", "", (), ())


def test_clusters_without_those_being_made_or_deleted() -> None:
    items = [
        {**CLUSTER, "Status": "available", "Engine": "docdb", "TagList": [{"Key": "Owner", "Value": "data"}],
         "DBClusterMembers": [{"DBInstanceIdentifier": "a", "DBClusterParameterGroupStatus": "pending-reboot"}]},
        {**CLUSTER, "Status": "creating"},
        {**CLUSTER, "Status": "deleting"},
    ]  # fmt: skip
    (found,) = DbClusters.parse({"DBClusters": items}).clusters
    assert found.members == (ClusterMember("a", "pending-reboot"),)
    assert found.tags.own == {"Owner": "data"}
    assert (found.backtrack, found.minor_upgrades, found.administrator) == (0, None, "")
    assert DbClusters((found,)).named("orders") is found
    assert isinstance(DbClusters((found,)).named("other"), Unknown)


def test_a_stopped_cluster_is_judged() -> None:
    assert DbClusters.parse({"DBClusters": [{**CLUSTER, "Status": "stopped"}]}).clusters == (DbCluster.parse(CLUSTER),)


@pytest.mark.parametrize(
    ("item", "encrypted"),
    [
        pytest.param({"DBSnapshotIdentifier": "s", "Encrypted": True}, True, id="of an instance"),
        pytest.param({"DBClusterSnapshotIdentifier": "s", "StorageEncrypted": False}, False, id="of a cluster"),
    ],
)
def test_a_snapshot(item: dict[str, Any], encrypted: bool) -> None:
    found = DbSnapshot.parse({**item, "Engine": "mysql", "SnapshotType": "manual"})
    assert found == DbSnapshot("mysql", "manual", encrypted)
    assert may_be_public(found) is not encrypted


def test_a_snapshot_that_may_be_encrypted_is_asked_for() -> None:
    assert may_be_public(DbSnapshot.parse({"SnapshotType": "manual"}))
    assert not may_be_public(DbSnapshot.parse({"SnapshotType": "automated"}))


@pytest.mark.parametrize("kind", ["DBSnapshot", "DBClusterSnapshot"])
def test_who_may_restore_a_snapshot(kind: str) -> None:
    attributes = [{"AttributeName": "restore", "AttributeValues": ["all"]}]
    answer = {f"{kind}AttributesResult": {f"{kind}Attributes": attributes}}
    assert SnapshotSharing.parse(answer).restorers == ("all",)
    assert SnapshotSharing.parse({f"{kind}AttributesResult": {f"{kind}Attributes": []}}).restorers == ()
    strange = {f"{kind}AttributesResult": {f"{kind}Attributes": [*attributes, {"AttributeName": "new"}]}}
    assert SnapshotSharing.parse(strange).restorers is None
    assert SnapshotSharing.parse({}).restorers is None


def test_subscriptions() -> None:
    item = {"CustSubscriptionId": "s", "EventSubscriptionArn": "arn:1", "Status": "active", "Enabled": True,
            "SourceType": "db-cluster", "EventCategoriesList": ["Failure "]}  # fmt: skip
    (found,) = EventSubscriptions.parse(
        {"EventSubscriptionsList": [item, {**item, "Status": "deleting"}]}
    ).subscriptions
    assert found == EventSubscription("s", "arn:1", "active", True, "db-cluster", (), ("Failure ",))
    assert found.missing(("failure", "maintenance")) == ("maintenance",)


def test_parameters_are_those_that_checks_read_and_that_are_set() -> None:
    items = [
        {"ParameterName": "rds.force_ssl", "ParameterValue": "1"},
        {"ParameterName": "require_secure_transport"},
        {"ParameterName": "max_connections", "ParameterValue": "9"},
    ]
    assert InstanceParameters.parse({"Parameters": items}).values == {"rds.force_ssl": "1"}
    items = [{"ParameterName": "tls", "ParameterValue": "enabled"}, {"ParameterName": "server_audit_events"}]
    assert ClusterParameters.parse({"Parameters": items}).values == {"tls": "enabled"}


def test_a_proxy_and_a_global_cluster() -> None:
    assert DbProxy.parse({"RequireTLS": True}).requires_tls is True
    members = [{"DBClusterArn": "arn:reader", "IsWriter": False}, {"DBClusterArn": "arn:writer", "IsWriter": True}]
    found = GlobalCluster.parse({"Engine": "aurora-mysql", "EngineVersion": "8", "GlobalClusterMembers": members})
    assert found.writer == "arn:writer"
    assert GlobalCluster.parse({}).writer == ""


@pytest.mark.parametrize(
    ("engine", "wanted", "itself"),
    [
        ("postgres", "postgres", "postgres"),
        ("aurora", "aurora-mysql", "aurora-mysql"),
        ("aurora-postgresql", "aurora-postgresql", "aurora-postgresql"),
        ("oracle-se2-cdb", "oracle", "oracle"),
        ("custom-sqlserver-se", "custom", "sqlserver"),
    ],
)
def test_the_family_of_an_engine(engine: str, wanted: str, itself: str) -> None:
    assert (family(engine), base(engine)) == (wanted, itself)


@pytest.mark.parametrize(
    ("version", "numbers"),
    [("10.6.14", (10, 6, 14)), ("8.0.mysql_aurora.3.08.0", (3, 8, 0)), ("none", ())],
)
def test_the_numbers_of_a_version(version: str, numbers: tuple[int, ...]) -> None:
    assert version_numbers(version) == numbers


def test_the_list_of_aurora_versions() -> None:
    found = aurora_versions()
    assert found.minimum == (3, 8, 0)
    assert found.older == {(3, 4, 0), (3, 4, 1), (3, 4, 2), (3, 4, 3)}


IGW = {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1", "State": "active"}


@pytest.mark.parametrize(
    ("route", "gateway"),
    [
        pytest.param(IGW, "igw-1", id="IPv4"),
        pytest.param({"DestinationIpv6CidrBlock": "::/0", "GatewayId": "igw-1"}, "igw-1", id="IPv6"),
        pytest.param({**IGW, "State": "blackhole"}, "", id="a gateway that is gone"),
        pytest.param({**IGW, "DestinationCidrBlock": "10.0.0.0/8"}, "", id="not to everywhere"),
        pytest.param({**IGW, "GatewayId": "vgw-1"}, "", id="a VPN"),
        pytest.param({"DestinationCidrBlock": "0.0.0.0/0", "NatGatewayId": "nat-1"}, "", id="a NAT gateway"),
        pytest.param({"DestinationIpv6CidrBlock": "::/0", "EgressOnlyInternetGatewayId": "eigw-1"}, "", id="out only"),
    ],
)
def test_a_route_to_the_internet(route: dict[str, Any], gateway: str) -> None:
    table = {"VpcId": "vpc-1", "Routes": [route], "Associations": [{"Main": True}, {"SubnetId": "subnet-1"}]}
    found = SubnetRoutes.parse({"RouteTables": [table]})
    assert found == SubnetRoutes({"subnet-1": gateway}, {"vpc-1": gateway})
    assert found.internet_gateway("subnet-2", "vpc-1") == gateway


@pytest.mark.parametrize("route", [{"GatewayId": "igw-1"}, {"DestinationCidrBlock": "0.0.0.0/0"}])
def test_half_a_route_is_unknown(route: dict[str, Any]) -> None:
    table = {"VpcId": "vpc-1", "Routes": [route], "Associations": [{"Main": True}]}
    assert isinstance(SubnetRoutes.parse({"RouteTables": [table]}).main["vpc-1"], Unknown)
    whole = {**table, "Routes": [route, IGW]}
    assert SubnetRoutes.parse({"RouteTables": [whole]}).main == {"vpc-1": "igw-1"}


def test_an_association_that_ends_does_not_count() -> None:
    gone = {"SubnetId": "subnet-1", "AssociationState": {"State": "disassociating"}}
    found = SubnetRoutes.parse({"RouteTables": [{"VpcId": "vpc-1", "Routes": [IGW], "Associations": [gone]}]})
    assert found == SubnetRoutes()
    assert isinstance(found.internet_gateway("subnet-1", "vpc-1"), Unknown)
