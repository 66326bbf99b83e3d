"""Checks of the logs that databases send to CloudWatch Logs."""

from collections.abc import Sequence

from muster.facets.rds.clusters import DbCluster, DbClusters
from muster.facets.rds.engines import (
    AURORA_MYSQL,
    AURORA_POSTGRESQL,
    DOCDB,
    MARIADB,
    MYSQL,
    NEPTUNE,
    ORACLE,
    POSTGRES,
    SQLSERVER,
    SQLSERVER_EXPRESS,
    family,
    named,
)
from muster.facets.rds.instances import DbInstance
from muster.facets.rds.parameters import AUDIT_EVENTS, AUDIT_LOGGING, ClusterParameters
from muster.model.check import check
from muster.model.finding import Related, Severity, Verdict, compliant, known, non_compliant, not_applicable

_MYSQL_LOGS = ("audit", "error", "general", "slowquery")
_LOGS = {
    MYSQL: _MYSQL_LOGS,
    MARIADB: _MYSQL_LOGS,
    AURORA_MYSQL: _MYSQL_LOGS,
    POSTGRES: ("postgresql", "upgrade"),
    AURORA_POSTGRESQL: ("postgresql",),
    ORACLE: ("alert", "audit", "trace", "listener"),
    SQLSERVER: ("error", "agent"),
}
"""The logs that Security Hub requires of each engine.

https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-9
"""
_ON = frozenset({"1", "on", "true"})


@check(severity=Severity.MEDIUM, controls=("FSBP RDS.9",))
def rds_logging_enabled(instance: DbInstance, clusters: DbClusters) -> Verdict:
    """RDS DB instances should send their logs to CloudWatch Logs.

    The required logs are alert, audit, trace and listener for Oracle; postgresql and upgrade for PostgreSQL; audit,
    error, general and slowquery for MySQL, MariaDB and Aurora MySQL; error and agent for SQL Server; postgresql for
    Aurora PostgreSQL. SQL Server Express has no agent log. An instance of a cluster sends the logs that the cluster is
    set to send.

    Problem: DB logs are not in CloudWatch Logs
    Why: On the instance, logs are deleted after days. After an attack or an outage they are often the only evidence.
    Fix: `aws rds modify-db-instance --db-instance-identifier NAME --cloudwatch-logs-export-configuration
      EnableLogTypes=LOGS` For an instance of a cluster, use modify-db-cluster with the same options.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-9
    """
    engine = known(instance.engine)
    wanted = _LOGS.get(family(engine))
    if wanted is None:
        return not_applicable(f"No logs are required of engine {engine}")
    own = known(clusters.named(instance.cluster)).log_exports if instance.cluster else instance.log_exports
    return _sent(own, _possible(engine, wanted))


@check(severity=Severity.MEDIUM, controls=("FSBP RDS.36",), yields_to=("rds-logging-enabled",))
def rds_postgresql_logs_to_cloudwatch(instance: DbInstance, *, log_types: tuple[str, ...] = ("postgresql",)) -> Verdict:
    """RDS DB instances of PostgreSQL should send their logs to CloudWatch Logs.

    Problem: DB logs are not in CloudWatch Logs
    Why: On the instance, logs are deleted after days. After an attack or an outage they are often the only evidence.
    Fix: `aws rds modify-db-instance --db-instance-identifier NAME --cloudwatch-logs-export-configuration
      EnableLogTypes=LOGS`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-36
    """
    return _instance_logs(instance, POSTGRES, log_types)


@check(severity=Severity.MEDIUM, controls=("FSBP RDS.40",), yields_to=("rds-logging-enabled",))
def rds_sql_server_logs_to_cloudwatch(
    instance: DbInstance, *, log_types: tuple[str, ...] = ("agent", "error")
) -> Verdict:
    """RDS DB instances of SQL Server should send their logs to CloudWatch Logs.

    SQL Server Express has no agent: its agent log is not required.

    Problem: DB logs are not in CloudWatch Logs
    Why: On the instance, logs are deleted after days. After an attack or an outage they are often the only evidence.
    Fix: `aws rds modify-db-instance --db-instance-identifier NAME --cloudwatch-logs-export-configuration
      EnableLogTypes=LOGS`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-40
    """
    return _instance_logs(instance, SQLSERVER, log_types)


@check(severity=Severity.MEDIUM, controls=("FSBP RDS.42",), yields_to=("rds-logging-enabled",))
def mariadb_publish_logs_to_cloudwatch_logs(
    instance: DbInstance, *, log_types: tuple[str, ...] = ("audit", "error")
) -> Verdict:
    """RDS DB instances of MariaDB should send their logs to CloudWatch Logs.

    Problem: DB logs are not in CloudWatch Logs
    Why: On the instance, logs are deleted after days. After an attack or an outage they are often the only evidence.
    Fix: `aws rds modify-db-instance --db-instance-identifier NAME --cloudwatch-logs-export-configuration
      EnableLogTypes=LOGS`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-42
    """
    return _instance_logs(instance, MARIADB, log_types)


@check(severity=Severity.MEDIUM, controls=("FSBP RDS.34",))
def rds_aurora_mysql_audit_logging_enabled(cluster: DbCluster) -> Verdict:
    """Aurora MySQL clusters should send their audit log to CloudWatch Logs.

    The parameter server_audit_logs_upload does not count, as in Security Hub. Aurora Serverless v1 is not checked.

    Problem: audit log is not in CloudWatch Logs
    Why: The audit log shows who connected and what they changed. On an instance it is lost with the instance.
    Fix: `aws rds modify-db-cluster --db-cluster-identifier NAME --cloudwatch-logs-export-configuration
      EnableLogTypes=audit`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-34
    """
    if cluster.mode == "serverless":
        return not_applicable("Aurora Serverless v1 has no setting for it")
    return _cluster_log(cluster, AURORA_MYSQL, "audit")


@check(severity=Severity.MEDIUM, controls=("FSBP RDS.37",))
def rds_aurora_postgresql_logs_to_cloudwatch(cluster: DbCluster) -> Verdict:
    """Aurora PostgreSQL clusters should send their logs to CloudWatch Logs.

    Problem: DB logs are not in CloudWatch Logs
    Why: On the instance, logs are deleted after days. After an attack or an outage they are often the only evidence.
    Fix: `aws rds modify-db-cluster --db-cluster-identifier NAME --cloudwatch-logs-export-configuration
      EnableLogTypes=postgresql`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-37
    """
    return _cluster_log(cluster, AURORA_POSTGRESQL, "postgresql")


@check(severity=Severity.MEDIUM, controls=("FSBP DocumentDB.4",))
def docdb_cluster_audit_logging_enabled(cluster: DbCluster) -> Verdict:
    """DocumentDB clusters should send their audit log to CloudWatch Logs.

    Problem: audit log is not in CloudWatch Logs
    Why: The audit log shows who connected and what they changed. After an attack it is often the only evidence.
    Fix: The parameter audit_logs must be enabled too. `aws docdb modify-db-cluster --db-cluster-identifier NAME
      --cloudwatch-logs-export-configuration EnableLogTypes=audit`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/documentdb-controls.html#documentdb-4
    """
    return _cluster_log(cluster, DOCDB, "audit")


@check(severity=Severity.MEDIUM, controls=("FSBP Neptune.2",))
def neptune_cluster_cloudwatch_log_export_enabled(cluster: DbCluster) -> Verdict:
    """Neptune clusters should send their audit log to CloudWatch Logs.

    Problem: audit log is not in CloudWatch Logs
    Why: The audit log shows who connected and which queries they ran. After an attack it is often the only evidence.
    Fix: The parameter neptune_enable_audit_log must be 1 too. `aws neptune modify-db-cluster --db-cluster-identifier
      NAME --cloudwatch-logs-export-configuration EnableLogTypes=audit`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/neptune-controls.html#neptune-2
    """
    return _cluster_log(cluster, NEPTUNE, "audit")


@check(severity=Severity.MEDIUM, controls=("FSBP RDS.45",))
def aurora_mysql_cluster_audit_logging(cluster: DbCluster, parameters: Related[ClusterParameters]) -> Verdict:
    """Aurora MySQL clusters should write an audit log.

    The cluster's parameter group must have server_audit_logging = 1 and events in server_audit_events, and all
    instances must run with it.

    Problem: Aurora MySQL writes no audit log
    Why: The audit log shows who connected and what they changed. After an attack it is often the only evidence.
    Fix: Use a cluster parameter group of your own, and set the parameters. `aws rds modify-db-cluster-parameter-group
      --db-cluster-parameter-group-name GROUP --parameters
      ParameterName=server_audit_logging,ParameterValue=1,ApplyMethod=immediate
      ParameterName=server_audit_events,ParameterValue=CONNECT,ApplyMethod=immediate`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-45
    """
    engine = known(cluster.engine)
    if family(engine) != AURORA_MYSQL:
        return not_applicable(f"The check applies to Aurora MySQL only, and this is {named(engine)}")
    group = cluster.parameter_group
    values = parameters[group].values
    logging, events = values.get(AUDIT_LOGGING, "0"), values.get(AUDIT_EVENTS, "")
    if logging.lower() not in _ON:
        return non_compliant(f"Parameter server_audit_logging is {logging} in parameter group {group}", group=group)
    if not events:
        return non_compliant(f"Parameter server_audit_events is empty in parameter group {group}", group=group)
    for each in cluster.members:
        if known(each.parameter_status) != "in-sync":
            return non_compliant(f"Instance {each.id} does not run with parameter group {group} yet: restart it",
                                 group=group)  # fmt: skip
    return compliant(f"Parameter group {group} logs {events}")


def _instance_logs(instance: DbInstance, wanted: str, log_types: Sequence[str]) -> Verdict:
    engine = known(instance.engine)
    if family(engine) != wanted:
        return not_applicable(f"The check applies to {named(wanted)} only, and this is {named(engine)}")
    if instance.cluster:
        return not_applicable(f"Logs are those of cluster {instance.cluster}")
    return _sent(instance.log_exports, _possible(engine, log_types))


def _possible(engine: str, log_types: Sequence[str]) -> tuple[str, ...]:
    return tuple(each for each in log_types if (engine, each) != (SQLSERVER_EXPRESS, "agent"))


def _sent(own: Sequence[str], wanted: Sequence[str]) -> Verdict:
    """Return the verdict on the logs that are sent; each that is not is a fact of its own."""
    missing = [each for each in wanted if each not in own]
    return _lacking(missing) if missing else compliant(f"Logs sent to CloudWatch Logs: {', '.join(wanted)}")


def _lacking(missing: Sequence[str]) -> Verdict:
    verdict = non_compliant(f"Logs not sent to CloudWatch Logs: {', '.join(missing)}", logs=",".join(missing))
    return verdict.about(*missing, rest=lambda covered: _lacking([each for each in missing if each not in covered]))


def _cluster_log(cluster: DbCluster, wanted: str, log: str) -> Verdict:
    engine = known(cluster.engine)
    if family(engine) != wanted:
        return not_applicable(f"The check applies to {named(wanted)} only, and this is {named(engine)}")
    if log in cluster.log_exports:
        return compliant(f"Log {log} is sent to CloudWatch Logs")
    return non_compliant(f"Log {log} is not sent to CloudWatch Logs")
