"""The ways into a database."""

from collections.abc import Mapping

import pytest

from muster.checks.rds.access import (
    rds_cluster_default_admin_check,
    rds_cluster_iam_authentication_enabled,
    rds_instance_default_admin_check,
    rds_instance_iam_authentication_enabled,
    rds_instance_no_public_access,
    rds_instance_subnets_without_igw,
    rds_no_default_ports,
)
from muster.facets.ec2.routes import SubnetRoutes
from muster.facets.rds.clusters import DbCluster
from muster.facets.rds.instances import DbInstance
from muster.model.finding import Status, UnknownField
from tests.unit.checks.rds.examples import LOST, NA, C, N, cluster, instance


@pytest.mark.parametrize(
    ("found", "status"),
    [
        pytest.param(instance(), C, id="private"),
        pytest.param(instance(public=True), N, id="public"),
        pytest.param(instance(public=True, cluster="orders"), N, id="a member of a cluster too"),
        pytest.param(instance(public=True, engine="neptune", cluster="graph"), N, id="an instance of Neptune too"),
    ],
)
def test_rds_instance_no_public_access(found: DbInstance, status: Status) -> None:
    assert rds_instance_no_public_access(found).status is status


def test_what_aws_left_out_is_no_verdict() -> None:
    with pytest.raises(UnknownField):
        rds_instance_no_public_access(instance(public=LOST))


@pytest.mark.parametrize(
    ("routes", "status", "says"),
    [
        pytest.param(SubnetRoutes({}, {"vpc-1": ""}), C,
                     "No subnet has a route to an internet gateway: subnet-1, subnet-2", id="private"),
        pytest.param(SubnetRoutes({}, {"vpc-1": "igw-1"}), N, "subnet-1 to igw-1, subnet-2 to igw-1",
                     id="the main table of the VPC"),
        pytest.param(SubnetRoutes({"subnet-1": "", "subnet-2": ""}, {"vpc-1": "igw-1"}), C, "",
                     id="tables of their own beat the main one"),
        pytest.param(SubnetRoutes({"subnet-2": "igw-1"}, {"vpc-1": ""}), N,
                     "Subnets with a route to an internet gateway: subnet-2 to igw-1", id="any subnet counts"),
        pytest.param(SubnetRoutes({"subnet-2": "igw-1"}, {}), N, "subnet-2", id="one is known, one is not"),
    ],
)  # fmt: skip
def test_rds_instance_subnets_without_igw(routes: SubnetRoutes, status: Status, says: str) -> None:
    verdict = rds_instance_subnets_without_igw(instance(), routes)
    assert verdict.status is status
    assert says in verdict.reason


@pytest.mark.parametrize(
    ("found", "routes"),
    [
        pytest.param(instance(), SubnetRoutes({"subnet-1": ""}, {}), id="the VPC of another account"),
        pytest.param(instance(subnets=()), SubnetRoutes({}, {"vpc-1": ""}), id="no subnets"),
    ],
)
def test_an_unknown_route_is_no_verdict(found: DbInstance, routes: SubnetRoutes) -> None:
    with pytest.raises(UnknownField):
        rds_instance_subnets_without_igw(found, routes)


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        pytest.param({}, C, id="another port"),
        pytest.param({"port": 5432}, N, id="PostgreSQL"),
        pytest.param({"port": 3306}, C, id="the default port of another engine"),
        pytest.param({"engine": "mysql", "port": 3306}, N, id="MySQL"),
        pytest.param({"engine": "mariadb", "port": 3306}, N, id="MariaDB"),
        pytest.param({"engine": "oracle-se2-cdb", "port": 1521}, N, id="Oracle"),
        pytest.param({"engine": "custom-oracle-ee", "port": 1521}, N, id="RDS Custom"),
        pytest.param({"engine": "sqlserver-ex", "port": 1433}, N, id="SQL Server"),
        pytest.param({"engine": "db2-ae", "port": 50000}, N, id="Db2"),
        pytest.param({"port": 5432, "cluster": "orders"}, NA, id="a member of a cluster"),
        pytest.param({"engine": "neptune", "port": 8182}, NA, id="an engine without a documented port"),
    ],
)
def test_rds_no_default_ports(changed: Mapping[str, object], status: Status) -> None:
    assert rds_no_default_ports(instance(**changed)).status is status


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        pytest.param({}, C, id="an own name"),
        pytest.param({"administrator": "postgres"}, N, id="PostgreSQL"),
        pytest.param({"administrator": "admin"}, C, id="the default of other engines"),
        pytest.param({"engine": "mysql", "administrator": "admin"}, N, id="MySQL"),
        pytest.param({"engine": "oracle-ee", "administrator": "admin"}, N, id="Oracle"),
        pytest.param({"engine": "sqlserver-se", "administrator": "admin"}, N, id="SQL Server"),
        pytest.param({"engine": "mysql", "administrator": "postgres"}, C, id="not the default of MySQL"),
        pytest.param({"administrator": "postgres", "cluster": "orders"}, NA, id="a member of a cluster"),
        pytest.param({"engine": "docdb", "administrator": "admin"}, NA, id="DocumentDB"),
    ],
)
def test_rds_instance_default_admin_check(changed: Mapping[str, object], status: Status) -> None:
    assert rds_instance_default_admin_check(instance(**changed)).status is status


@pytest.mark.parametrize(
    ("found", "status"),
    [
        pytest.param(cluster(), C, id="an own name"),
        pytest.param(cluster(administrator="admin"), N, id="admin"),
        pytest.param(cluster(administrator="postgres"), N, id="postgres"),
        pytest.param(cluster(administrator=""), NA, id="a secondary cluster has none"),
        pytest.param(cluster(engine="docdb", administrator="admin"), NA, id="DocumentDB"),
        pytest.param(cluster(engine="neptune", administrator="admin"), NA, id="Neptune"),
    ],
)
def test_rds_cluster_default_admin_check(found: DbCluster, status: Status) -> None:
    assert rds_cluster_default_admin_check(found).status is status


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        pytest.param({}, C, id="on"),
        pytest.param({"iam_authentication": False}, N, id="off"),
        pytest.param({"iam_authentication": False, "engine": "aurora-mysql", "cluster": "c"}, N, id="Aurora"),
        pytest.param({"iam_authentication": False, "status": "storage-full"}, N, id="storage-full is judged"),
        pytest.param({"iam_authentication": False, "status": "stopped"}, NA, id="stopped is not"),
        pytest.param({"iam_authentication": False, "engine": "sqlserver-se"}, NA, id="SQL Server"),
        pytest.param({"iam_authentication": False, "engine": "oracle-ee"}, NA, id="Oracle"),
        pytest.param({"iam_authentication": False, "engine": "neptune"}, NA, id="Neptune's is the cluster's"),
    ],
)
def test_rds_instance_iam_authentication_enabled(changed: Mapping[str, object], status: Status) -> None:
    assert rds_instance_iam_authentication_enabled(instance(**changed)).status is status


@pytest.mark.parametrize(
    ("found", "status", "controls"),
    [
        pytest.param(cluster(), C, ("FSBP RDS.12",), id="on"),
        pytest.param(cluster(iam_authentication=False), N, ("FSBP RDS.12",), id="off"),
        pytest.param(cluster(iam_authentication=False, engine="neptune"), N, ("FSBP Neptune.7",), id="Neptune"),
        pytest.param(cluster(iam_authentication=LOST, engine="docdb"), NA, (), id="DocumentDB has none"),
    ],
)
def test_rds_cluster_iam_authentication_enabled(found: DbCluster, status: Status, controls: tuple[str, ...]) -> None:
    verdict = rds_cluster_iam_authentication_enabled(found)
    assert (verdict.status, verdict.controls) == (status, controls)


def test_the_reasons_name_what_was_found() -> None:
    assert rds_no_default_ports(instance(port=5432)).reason == "Port 5432 is the default port of PostgreSQL"
    found = rds_instance_default_admin_check(instance(administrator="postgres"))
    assert found.reason == "Administrator has the default username postgres"
