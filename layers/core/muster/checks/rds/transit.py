"""Checks of encryption in transit."""

from muster.facets.rds.clusters import DbCluster
from muster.facets.rds.engines import DOCDB, MARIADB, SQLSERVER, family, named, version_numbers
from muster.facets.rds.instances import DbInstance
from muster.facets.rds.parameters import FORCE_SSL, SECURE_TRANSPORT, TLS, ClusterParameters, InstanceParameters
from muster.facets.rds.proxies import DbProxy
from muster.model.check import check
from muster.model.finding import Related, Severity, Unknown, Verdict, compliant, known, non_compliant, not_applicable

_MARIADB_WITH_PARAMETER = (10, 5)
_MARIADB_ON_BY_DEFAULT = (11, 8)
_TLS_VALUES = frozenset({"tls1.2+", "tls1.3+", "fips-140-3"})
_ON = frozenset({"1", "on", "true"})


@check(severity=Severity.MEDIUM, controls=("FSBP RDS.41",))
def rds_sqlserver_encrypted_in_transit(instance: DbInstance, parameters: Related[InstanceParameters]) -> Verdict:
    """RDS DB instances of SQL Server should require TLS.

    The parameter rds.force_ssl must be 1. If it is not set, the engine's default 0 applies.

    Problem: SQL Server does not require TLS
    Why: Without TLS, queries and results travel in plain text between the application and the database.
    Fix: Use a parameter group of your own, set the parameter, and restart the instance. `aws rds
      modify-db-parameter-group --db-parameter-group-name GROUP --parameters
      ParameterName=rds.force_ssl,ParameterValue=1,ApplyMethod=pending-reboot`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-41
    """
    engine = known(instance.engine)
    if family(engine) != SQLSERVER:
        return not_applicable(f"The check applies to SQL Server only, and this is {named(engine)}")
    group, value = _value(instance, parameters, FORCE_SSL)
    if value == "1":
        return compliant(f"Parameter rds.force_ssl is 1 in parameter group {group}")
    return non_compliant(f"Parameter rds.force_ssl is {value or 'not set'} in parameter group {group}", group=group)


@check(severity=Severity.MEDIUM, controls=("FSBP RDS.44",))
def rds_mariadb_instance_encrypted_in_transit(instance: DbInstance, parameters: Related[InstanceParameters]) -> Verdict:
    """RDS DB instances of MariaDB should require TLS.

    The parameter require_secure_transport must be on, and the instance must run with it. Versions before 10.5 do not
    have the parameter and are not checked. From version 11.8, the parameter is on by default.

    Problem: MariaDB does not require TLS
    Why: Without TLS, queries and results travel in plain text between the application and the database.
    Fix: Use a parameter group of your own, and set the parameter. `aws rds modify-db-parameter-group
      --db-parameter-group-name GROUP --parameters
      ParameterName=require_secure_transport,ParameterValue=1,ApplyMethod=immediate`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-44
    """
    engine = known(instance.engine)
    if family(engine) != MARIADB:
        return not_applicable(f"The check applies to MariaDB only, and this is {named(engine)}")
    version = known(instance.version)
    if version_numbers(version) < _MARIADB_WITH_PARAMETER:
        return not_applicable(f"MariaDB {version} has no parameter require_secure_transport")
    group, value = _value(instance, parameters, SECURE_TRANSPORT)
    default = version_numbers(version) >= _MARIADB_ON_BY_DEFAULT
    if not (value.lower() in _ON if value else default):
        return non_compliant(f"Parameter require_secure_transport is {value or 'not set'} in parameter group {group}",
                             group=group)  # fmt: skip
    for each in instance.parameter_groups:
        if known(each.status) != "in-sync":
            return non_compliant(f"Parameter group {each.name} is {each.status}: restart the DB instance", group=group)
    return compliant(f"Parameter require_secure_transport is {value or 'on by default'} in parameter group {group}")


@check(severity=Severity.MEDIUM, controls=("FSBP DocumentDB.6",))
def docdb_cluster_encrypted_in_transit(cluster: DbCluster, parameters: Related[ClusterParameters]) -> Verdict:
    """DocumentDB clusters should require a current version of TLS.

    The parameter tls must be tls1.2+, tls1.3+ or fips-140-3: `enabled` accepts older versions too. All instances must
    run with it.

    Problem: DocumentDB accepts old TLS or none
    Why: Without TLS, data travels in plain text. TLS 1.0 and 1.1 have known weaknesses.
    Fix: Use a cluster parameter group of your own, set the parameter, and restart the instances. `aws docdb
      modify-db-cluster-parameter-group --db-cluster-parameter-group-name GROUP --parameters
      ParameterName=tls,ParameterValue=tls1.2+,ApplyMethod=pending-reboot`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/documentdb-controls.html#documentdb-6
    """
    engine = known(cluster.engine)
    if engine != DOCDB:
        return not_applicable(f"The check applies to DocumentDB only, and this is {named(engine)}")
    group = cluster.parameter_group
    value = known(parameters[group].values.get(TLS, Unknown(f"AWS did not return tls of parameter group {group}")))
    if value not in _TLS_VALUES:
        return non_compliant(f"Parameter tls is {value} in parameter group {group}; use tls1.2+ or higher", group=group)
    for each in cluster.members:
        if known(each.parameter_status) != "in-sync":
            return non_compliant(f"Instance {each.id} does not run with parameter group {group} yet: restart it",
                                 group=group)  # fmt: skip
    return compliant(f"Parameter tls is {value} in parameter group {group}")


@check(severity=Severity.MEDIUM, controls=("FSBP RDS.43",))
def rds_proxy_tls_encryption(proxy: DbProxy) -> Verdict:
    """RDS proxies should require TLS.

    Problem: RDS proxy does not require TLS
    Why: Without TLS, queries and results travel in plain text between the application and the proxy.
    Fix: `aws rds modify-db-proxy --db-proxy-name NAME --require-tls`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-43
    """
    if known(proxy.requires_tls):
        return compliant("Proxy requires TLS")
    return non_compliant("Proxy does not require TLS")


def _value(instance: DbInstance, parameters: Related[InstanceParameters], name: str) -> tuple[str, str]:
    """Return the parameter group of an instance and the value of a parameter in it, empty where it is not set."""
    if not instance.parameter_groups:
        return known(Unknown("AWS did not return the parameter group of the DB instance"))
    group = instance.parameter_groups[0].name
    return group, parameters[group].values.get(name, "")
