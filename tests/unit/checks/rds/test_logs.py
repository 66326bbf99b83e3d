"""Logs in CloudWatch Logs, and audit logs."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import pytest

from muster.checks.rds.logs import (
    aurora_mysql_cluster_audit_logging,
    docdb_cluster_audit_logging_enabled,
    mariadb_publish_logs_to_cloudwatch_logs,
    neptune_cluster_cloudwatch_log_export_enabled,
    rds_aurora_mysql_audit_logging_enabled,
    rds_aurora_postgresql_logs_to_cloudwatch,
    rds_logging_enabled,
    rds_postgresql_logs_to_cloudwatch,
    rds_sql_server_logs_to_cloudwatch,
)
from muster.facets.rds.clusters import ClusterMember, DbClusters
from muster.facets.rds.instances import DbInstance
from muster.facets.rds.parameters import ClusterParameters
from muster.model.check import Check
from muster.model.finding import Related, Resource, Status, UnknownField
from muster.model.rule import Rule
from muster.scanning.evaluate import Judges
from tests.unit.checks.rds.examples import NA, C, N, cluster, instance

NONE = DbClusters()
MYSQL = ("audit", "error", "general", "slowquery")


@pytest.mark.parametrize(
    ("engine", "exports", "status"),
    [
        ("postgres", ("postgresql", "upgrade"), C),
        ("postgres", ("postgresql",), N),
        ("mysql", MYSQL, C),
        ("mysql", ("audit", "error", "general"), N),
        ("mariadb", (*MYSQL, "iam-db-auth-error"), C),
        ("mariadb", (), N),
        ("oracle-se2-cdb", ("alert", "audit", "trace", "listener"), C),
        ("oracle-ee", ("alert", "audit", "trace"), N),
        ("sqlserver-se", ("error", "agent"), C),
        ("sqlserver-se", ("error",), N),
        ("sqlserver-ex", ("error",), C),
        ("db2-ae", (), NA),
        ("custom-oracle-ee", (), NA),
        ("docdb", (), NA),
        ("neptune", (), NA),
    ],
)
def test_the_logs_of_each_engine(engine: str, exports: Sequence[str], status: Status) -> None:
    assert rds_logging_enabled(instance(engine=engine, log_exports=tuple(exports)), NONE).status is status


@pytest.mark.parametrize(
    ("engine", "exports", "status"),
    [
        pytest.param("aurora-mysql", MYSQL, C, id="all"),
        pytest.param("aurora-mysql", ("audit",), N, id="some"),
        pytest.param("aurora-postgresql", ("postgresql",), C, id="PostgreSQL has no upgrade log"),
    ],
)
def test_a_member_sends_what_its_cluster_sends(engine: str, exports: Sequence[str], status: Status) -> None:
    clusters = DbClusters((cluster(id="other", log_exports=()), cluster(engine=engine, log_exports=tuple(exports))))
    found = instance(engine=engine, cluster="orders", log_exports=())
    assert rds_logging_enabled(found, clusters).status is status


def test_a_cluster_that_is_not_known_is_no_verdict() -> None:
    with pytest.raises(UnknownField):
        rds_logging_enabled(instance(engine="aurora-mysql", cluster="orders"), NONE)


def test_the_reason_names_the_logs_and_the_fix_has_them() -> None:
    found = rds_logging_enabled(instance(log_exports=()), NONE)
    assert found.reason == "Logs not sent to CloudWatch Logs: postgresql, upgrade"
    assert dict(found.values) == {"LOGS": "postgresql,upgrade"}


@pytest.mark.parametrize(
    ("found", "changed", "settings", "status"),
    [
        pytest.param(rds_postgresql_logs_to_cloudwatch, {"log_exports": ("postgresql",)}, {}, C, id="PostgreSQL"),
        pytest.param(rds_postgresql_logs_to_cloudwatch, {"log_exports": ("upgrade",)}, {}, N, id="without its log"),
        pytest.param(rds_postgresql_logs_to_cloudwatch, {"engine": "mysql"}, {}, NA, id="not MySQL"),
        pytest.param(rds_postgresql_logs_to_cloudwatch, {"engine": "aurora-postgresql"}, {}, NA, id="not Aurora"),
        pytest.param(rds_postgresql_logs_to_cloudwatch, {"cluster": "c", "log_exports": ()}, {}, NA, id="a member"),
        pytest.param(rds_sql_server_logs_to_cloudwatch, {"engine": "sqlserver-ee", "log_exports": ("agent", "error")},
                     {}, C, id="SQL Server"),
        pytest.param(rds_sql_server_logs_to_cloudwatch, {"engine": "sqlserver-ee", "log_exports": ("error",)}, {}, N,
                     id="without the agent"),
        pytest.param(rds_sql_server_logs_to_cloudwatch, {"engine": "sqlserver-ee", "log_exports": ("error",)},
                     {"log_types": ("error",)}, C, id="a setting"),
        pytest.param(mariadb_publish_logs_to_cloudwatch_logs, {"engine": "mariadb", "log_exports": ("audit", "error")},
                     {}, C, id="MariaDB"),
        pytest.param(mariadb_publish_logs_to_cloudwatch_logs, {"engine": "mariadb", "log_exports": ("error",)}, {}, N,
                     id="without audit"),
    ],
)  # fmt: skip
def test_logs_of_one_engine(
    found: Check, changed: Mapping[str, object], settings: Mapping[str, object], status: Status
) -> None:
    assert found(instance(**changed), **settings).status is status


def test_a_log_that_is_missing_is_reported_once() -> None:
    """The finding has the controls of both checks; each check judges alone where the other is not selected."""
    resource = Resource("AWS::RDS::DBInstance", "notes", "123456789012", "eu-west-1")
    rules = [Rule(each, resource.type, "rds") for each in (rds_logging_enabled, rds_postgresql_logs_to_cloudwatch)]
    facets = {DbInstance: instance(log_exports=()), DbClusters: NONE}
    speaks, silent = Judges(rules, datetime(2026, 11, 29, tzinfo=UTC))(resource, facets)
    assert (speaks.status, speaks.controls) == (N, ("FSBP RDS.9", "FSBP RDS.36"))
    assert silent.status is NA


@pytest.mark.parametrize(
    ("found", "engine", "log"),
    [
        (rds_aurora_mysql_audit_logging_enabled, "aurora-mysql", "audit"),
        (rds_aurora_postgresql_logs_to_cloudwatch, "aurora-postgresql", "postgresql"),
        (docdb_cluster_audit_logging_enabled, "docdb", "audit"),
        (neptune_cluster_cloudwatch_log_export_enabled, "neptune", "audit"),
    ],
)
def test_the_log_of_a_cluster(found: Check, engine: str, log: str) -> None:
    assert found(cluster(engine=engine, log_exports=("error", log))).status is C
    assert found(cluster(engine=engine, log_exports=("error",))).status is N
    assert found(cluster(engine="mysql", log_exports=())).status is NA


def test_aurora_serverless_v1_has_no_export() -> None:
    assert rds_aurora_mysql_audit_logging_enabled(cluster(mode="serverless", log_exports=())).status is NA


@pytest.mark.parametrize(
    ("values", "sync", "status", "says"),
    [
        pytest.param({"server_audit_logging": "1", "server_audit_events": "CONNECT"}, "in-sync", C,
                     "Parameter group own logs CONNECT", id="on"),
        pytest.param({"server_audit_logging": "0", "server_audit_events": "CONNECT"}, "in-sync", N,
                     "Parameter server_audit_logging is 0 in parameter group own", id="off"),
        pytest.param({}, "in-sync", N, "server_audit_logging is 0", id="the engine's default"),
        pytest.param({"server_audit_logging": "1"}, "in-sync", N, "server_audit_events is empty", id="no events"),
        pytest.param({"server_audit_logging": "1", "server_audit_events": "CONNECT"}, "pending-reboot", N,
                     "Instance b does not run with parameter group own yet: restart it", id="not in effect"),
    ],
)  # fmt: skip
def test_aurora_mysql_cluster_audit_logging(values: Mapping[str, str], sync: str, status: Status, says: str) -> None:
    found = cluster(members=(ClusterMember("a", "in-sync"), ClusterMember("b", sync)))
    verdict = aurora_mysql_cluster_audit_logging(found, Related({"own": ClusterParameters(values)}))
    assert verdict.status is status
    assert says in verdict.reason


def test_only_aurora_mysql_has_the_audit_parameters() -> None:
    assert aurora_mysql_cluster_audit_logging(cluster(engine="aurora-postgresql"), Related({})).status is NA
