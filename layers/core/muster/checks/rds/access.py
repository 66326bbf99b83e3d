"""Checks of the ways into a database: network, ports, names of administrators, IAM authentication."""

from muster.checks.rds.engines import OF_OTHER_SERVICES, cited, member, only_rds
from muster.facets.ec2.routes import SubnetRoutes
from muster.facets.rds.clusters import DbCluster
from muster.facets.rds.engines import DOCDB, MARIADB, MYSQL, ORACLE, POSTGRES, SQLSERVER, base, family, named
from muster.facets.rds.instances import DbInstance
from muster.model.check import check
from muster.model.finding import Severity, Unknown, Verdict, compliant, known, non_compliant, not_applicable
from muster.model.text import listed

_DEFAULT_PORTS = {MYSQL: 3306, MARIADB: 3306, POSTGRES: 5432, ORACLE: 1521, SQLSERVER: 1433, "db2": 50000}
"""https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html"""
_DEFAULT_NAMES = frozenset({"admin", "postgres"})
_IAM_ENGINES = frozenset({MYSQL, POSTGRES, MARIADB})
_IAM_STATUSES = frozenset({"available", "backing-up", "storage-optimization", "storage-full"})
_MOST = 5


@check(severity=Severity.CRITICAL, controls=("FSBP RDS.2",))
def rds_instance_no_public_access(instance: DbInstance) -> Verdict:
    """RDS DB instances should not be publicly accessible.

    Instances of Aurora, DocumentDB and Neptune clusters are checked too.

    Problem: DB instance is publicly accessible
    Why: A public instance has a public IP address. Only its security groups then stand between the internet and the
      data.
    Fix: `aws rds modify-db-instance --db-instance-identifier NAME --no-publicly-accessible --apply-immediately`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-2
    """
    if known(instance.public):
        return non_compliant("DB instance is publicly accessible")
    return compliant("DB instance is not publicly accessible")


@check(severity=Severity.HIGH, controls=("FSBP RDS.46",))
def rds_instance_subnets_without_igw(instance: DbInstance, routes: SubnetRoutes) -> Verdict:
    """RDS DB instances should not be in subnets with a route to an internet gateway.

    All subnets of the instance's subnet group are checked, because RDS may move the instance to any of them. A subnet
    without a route table of its own uses the main route table of its VPC.

    Problem: DB subnet routes to the internet
    Why: In a public subnet, one wrong security group or the setting "publicly accessible" exposes the database.
    Fix: Make a subnet group of private subnets, and move the instance to it. `aws rds modify-db-instance
      --db-instance-identifier NAME --db-subnet-group-name PRIVATE-GROUP --apply-immediately`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-46
    """
    if not instance.subnets:
        return known(Unknown("AWS did not return the subnets of the DB instance"))
    gateways = {subnet: routes.internet_gateway(subnet, instance.vpc) for subnet in instance.subnets}
    public = [f"{subnet} to {gateway}" for subnet, gateway in sorted(gateways.items()) if _is_name(gateway)]
    if public:
        return non_compliant(f"Subnets with a route to an internet gateway: {listed(public, _MOST)}")
    for gateway in gateways.values():
        known(gateway)
    return compliant(f"No subnet has a route to an internet gateway: {listed(sorted(gateways), _MOST)}")


def _is_name(gateway: str | Unknown) -> bool:
    return isinstance(gateway, str) and bool(gateway)


@check(severity=Severity.LOW, controls=("FSBP RDS.23",))
def rds_no_default_ports(instance: DbInstance) -> Verdict:
    """RDS DB instances should not use the default port of their engine.

    Problem: DB instance uses the default port
    Why: Scanners and worms try the default port of each engine first.
    Fix: Applications must use the new port, and security groups must allow it. `aws rds modify-db-instance
      --db-instance-identifier NAME --db-port-number PORT --apply-immediately` The instance restarts.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-23
    """
    if no := member(instance, "The port is that"):
        return no
    engine = known(instance.engine)
    default = _DEFAULT_PORTS.get(base(engine))
    if default is None:
        return not_applicable(f"AWS documents no default port of engine {engine}")
    port = known(instance.port)
    if port == default:
        return non_compliant(f"Port {port} is the default port of {named(engine)}")
    return compliant(f"Port {port} is not the default port of {named(engine)}, {default}")


@check(severity=Severity.MEDIUM, controls=("FSBP RDS.25",))
def rds_instance_default_admin_check(instance: DbInstance) -> Verdict:
    """RDS DB instances should have a custom administrator username.

    Problem: default administrator username
    Why: With a default username, an attacker only has to guess the password.
    Fix: The name cannot be changed. Create a new instance with another name, move the data to it, then delete the old
      one. `aws rds create-db-instance --db-instance-identifier NEW-NAME --db-instance-class CLASS --engine ENGINE
      --master-username OWN-NAME --manage-master-user-password`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-25
    """
    if no := only_rds(instance) or member(instance, "The administrator is that"):
        return no
    default = "postgres" if base(known(instance.engine)) == POSTGRES else "admin"
    name = known(instance.administrator)
    if name == default:
        return non_compliant(f"Administrator has the default username {name}")
    return compliant(f"Administrator does not have the default username {default}")


@check(severity=Severity.MEDIUM, controls=("FSBP RDS.24",))
def rds_cluster_default_admin_check(cluster: DbCluster) -> Verdict:
    """RDS DB clusters should have a custom administrator username.

    Problem: default administrator username
    Why: With a default username, an attacker only has to guess the password.
    Fix: The name cannot be changed. Create a new cluster with another name, move the data to it, then delete the old
      one. `aws rds create-db-cluster --db-cluster-identifier NEW-NAME --engine ENGINE --master-username OWN-NAME
      --manage-master-user-password`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-24
    """
    engine = known(cluster.engine)
    if family(engine) in OF_OTHER_SERVICES:
        return not_applicable(f"The check does not apply to {named(engine)}")
    if not cluster.administrator:
        return not_applicable("The cluster has no administrator of its own, like a secondary cluster")
    if cluster.administrator in _DEFAULT_NAMES:
        return non_compliant(f"Administrator has the default username {cluster.administrator}")
    return compliant("Administrator has a custom username")


@check(severity=Severity.MEDIUM, controls=("FSBP RDS.10",))
def rds_instance_iam_authentication_enabled(instance: DbInstance) -> Verdict:
    """RDS DB instances should have IAM authentication enabled.

    The check applies to MySQL, PostgreSQL, MariaDB and Aurora. As in Security Hub, an instance is checked only while it
    is available.

    Problem: IAM authentication is off
    Why: IAM authentication uses tokens that expire after 15 minutes in place of passwords that stay in configurations.
    Fix: `aws rds modify-db-instance --db-instance-identifier NAME --enable-iam-database-authentication
      --apply-immediately` For an instance of a cluster, use modify-db-cluster with the same options.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-10
    """
    engine = known(instance.engine)
    if engine not in _IAM_ENGINES and not engine.startswith("aurora"):
        return not_applicable(f"The check does not apply to {named(engine)}")
    status = known(instance.status)
    if status not in _IAM_STATUSES:
        return not_applicable(f"DB instance is {status}")
    if known(instance.iam_authentication):
        return compliant("IAM authentication is on")
    return non_compliant("IAM authentication is off")


@check(severity=Severity.MEDIUM, controls=("FSBP RDS.12", "FSBP Neptune.7"))
def rds_cluster_iam_authentication_enabled(cluster: DbCluster) -> Verdict:
    """RDS and Neptune DB clusters should have IAM authentication enabled.

    Problem: IAM authentication is off
    Why: IAM authentication uses temporary credentials in place of passwords that stay in configurations. Neptune has no
      passwords: without IAM, anyone who can connect to the cluster can read its data.
    Fix: `aws rds modify-db-cluster --db-cluster-identifier NAME --enable-iam-database-authentication
      --apply-immediately`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-12
    """
    engine = known(cluster.engine)
    if family(engine) == DOCDB:
        return not_applicable("The check does not apply to DocumentDB").citing()
    on = known(cluster.iam_authentication)
    verdict = compliant("IAM authentication is on") if on else non_compliant("IAM authentication is off")
    return cited(verdict, engine, rds="FSBP RDS.12", neptune="FSBP Neptune.7")
