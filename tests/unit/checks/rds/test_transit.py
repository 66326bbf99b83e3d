"""Encryption in transit."""

from collections.abc import Mapping

import pytest

from muster.checks.rds.transit import (
    docdb_cluster_encrypted_in_transit,
    rds_mariadb_instance_encrypted_in_transit,
    rds_proxy_tls_encryption,
    rds_sqlserver_encrypted_in_transit,
)
from muster.facets.rds.clusters import ClusterMember
from muster.facets.rds.instances import ParameterGroupUse
from muster.facets.rds.parameters import ClusterParameters, InstanceParameters
from muster.facets.rds.proxies import DbProxy
from muster.model.finding import Related, Status, Unavailable, UnknownField
from tests.unit.checks.rds.examples import NA, C, N, cluster, instance

DENIED = Unavailable("rds:DescribeDBParameters", "rds:DescribeDBParameters was denied")


def of_instances(**values: str) -> Related[InstanceParameters]:
    return Related({"own": InstanceParameters({name.replace("__", "."): value for name, value in values.items()})})


@pytest.mark.parametrize(
    ("engine", "values", "status"),
    [
        pytest.param("sqlserver-se", {"rds__force_ssl": "1"}, C, id="required"),
        pytest.param("sqlserver-ex", {"rds__force_ssl": "0"}, N, id="not required"),
        pytest.param("sqlserver-ee", {}, N, id="not set: the engine's default is 0"),
        pytest.param("mysql", {}, NA, id="another engine"),
        pytest.param("custom-sqlserver-se", {}, NA, id="RDS Custom has no parameter groups"),
    ],
)
def test_rds_sqlserver_encrypted_in_transit(engine: str, values: Mapping[str, str], status: Status) -> None:
    found = rds_sqlserver_encrypted_in_transit(instance(engine=engine), of_instances(**values))
    assert found.status is status


def test_the_reason_names_parameter_and_group() -> None:
    found = rds_sqlserver_encrypted_in_transit(instance(engine="sqlserver-se"), of_instances())
    assert found.reason == "Parameter rds.force_ssl is not set in parameter group own"
    assert dict(found.values) == {"GROUP": "own"}


@pytest.mark.parametrize(
    ("version", "values", "sync", "status"),
    [
        pytest.param("10.6.14", {"require_secure_transport": "1"}, "in-sync", C, id="on"),
        pytest.param("10.6.14", {"require_secure_transport": "ON"}, "in-sync", C, id="in words"),
        pytest.param("10.6.14", {"require_secure_transport": "0"}, "in-sync", N, id="off"),
        pytest.param("10.6.14", {}, "in-sync", N, id="off by default before 11.8"),
        pytest.param("11.8.3", {}, "in-sync", C, id="on by default from 11.8 on"),
        pytest.param("11.8.3", {"require_secure_transport": "OFF"}, "in-sync", N, id="turned off in 11.8"),
        pytest.param("10.6.14", {"require_secure_transport": "1"}, "pending-reboot", N, id="not in effect"),
        pytest.param("10.4.34", {}, "in-sync", NA, id="older than the parameter"),
        pytest.param("10.5.0", {}, "in-sync", N, id="the first with the parameter"),
    ],
)
def test_rds_mariadb_instance_encrypted_in_transit(
    version: str, values: Mapping[str, str], sync: str, status: Status
) -> None:
    found = instance(engine="mariadb", version=version, parameter_groups=(ParameterGroupUse("own", sync),))
    assert rds_mariadb_instance_encrypted_in_transit(found, of_instances(**values)).status is status


def test_other_engines_are_not_judged_for_mariadb() -> None:
    assert rds_mariadb_instance_encrypted_in_transit(instance(), Related({})).status is NA


@pytest.mark.parametrize(
    "found", [instance(engine="sqlserver-se"), instance(engine="sqlserver-se", parameter_groups=())]
)
def test_parameters_that_could_not_be_read_are_no_verdict(found: object) -> None:
    with pytest.raises(UnknownField):
        rds_sqlserver_encrypted_in_transit(found, Related({"own": DENIED}))


@pytest.mark.parametrize(
    ("value", "sync", "status"),
    [
        pytest.param("tls1.2+", "in-sync", C, id="TLS 1.2"),
        pytest.param("tls1.3+", "in-sync", C, id="TLS 1.3"),
        pytest.param("fips-140-3", "in-sync", C, id="FIPS"),
        pytest.param("enabled", "in-sync", N, id="enabled accepts old versions"),
        pytest.param("disabled", "in-sync", N, id="off"),
        pytest.param("tls1.2+", "pending-reboot", N, id="not in effect"),
    ],
)
def test_docdb_cluster_encrypted_in_transit(value: str, sync: str, status: Status) -> None:
    found = cluster(engine="docdb", members=(ClusterMember("a", "in-sync"), ClusterMember("b", sync)))
    parameters = Related({"own": ClusterParameters({"tls": value})})
    assert docdb_cluster_encrypted_in_transit(found, parameters).status is status


def test_documentdb_alone_has_the_parameter() -> None:
    assert docdb_cluster_encrypted_in_transit(cluster(), Related({})).status is NA
    with pytest.raises(UnknownField):
        docdb_cluster_encrypted_in_transit(cluster(engine="docdb"), Related({"own": ClusterParameters({})}))


@pytest.mark.parametrize(("required", "status"), [(True, C), (False, N)])
def test_rds_proxy_tls_encryption(required: bool, status: Status) -> None:
    assert rds_proxy_tls_encryption(DbProxy(required)).status is status
