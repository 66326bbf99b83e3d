"""Checks of monitoring, upgrades and versions."""

from muster.checks.rds.engines import OF_OTHER_SERVICES, only_rds
from muster.facets.rds.clusters import DbCluster
from muster.facets.rds.engines import AURORA_MYSQL, DOCDB, family, named, version_numbers
from muster.facets.rds.global_clusters import GlobalCluster, aurora_versions
from muster.facets.rds.instances import DbInstance
from muster.model.check import check
from muster.model.finding import Severity, Unknown, Verdict, compliant, known, non_compliant, not_applicable


@check(severity=Severity.LOW, controls=("FSBP RDS.6",))
def rds_enhanced_monitoring_enabled(instance: DbInstance, *, interval: int = 0) -> Verdict:
    """RDS DB instances should have enhanced monitoring.

    `interval` is the number of seconds between two measurements, one of 1, 5, 10, 15, 30 and 60; with 0 any passes.

    Problem: enhanced monitoring is off
    Why: CloudWatch's metrics come from the hypervisor. Only enhanced monitoring shows processes and memory of the host.
    Fix: `aws rds modify-db-instance --db-instance-identifier NAME --monitoring-interval SECONDS --monitoring-role-arn
      ROLE-ARN` CloudWatch Logs charges for the measurements.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-6
    """
    if no := only_rds(instance):
        return no
    seconds = known(instance.monitoring)
    if not seconds:
        return non_compliant("Enhanced monitoring is off", seconds=str(interval or 60))
    if interval and seconds != interval:
        return non_compliant(f"Enhanced monitoring measures every {seconds} s; {interval} s is required",
                             seconds=str(interval))  # fmt: skip
    return compliant(f"Enhanced monitoring measures every {seconds} s")


@check(severity=Severity.HIGH, controls=("FSBP RDS.13",))
def rds_automatic_minor_version_upgrade_enabled(instance: DbInstance) -> Verdict:
    """RDS DB instances should upgrade to new minor versions automatically.

    Instances of clusters are checked too. DocumentDB ignores the setting and is not checked.

    Problem: no automatic minor version upgrades
    Why: Minor versions bring security fixes. Without automatic upgrades, an instance keeps known vulnerabilities.
    Fix: `aws rds modify-db-instance --db-instance-identifier NAME --auto-minor-version-upgrade --apply-immediately`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-13
    """
    if family(known(instance.engine)) == DOCDB:
        return not_applicable("The setting does not apply to DocumentDB")
    return _upgraded(known(instance.minor_upgrades))


@check(severity=Severity.MEDIUM, controls=("FSBP RDS.35",))
def rds_cluster_auto_minor_version_upgrade_enable(cluster: DbCluster) -> Verdict:
    """RDS DB clusters should upgrade to new minor versions automatically.

    Problem: no automatic minor version upgrades
    Why: Minor versions bring security fixes. Without automatic upgrades, a cluster keeps known vulnerabilities.
    Fix: `aws rds modify-db-cluster --db-cluster-identifier NAME --auto-minor-version-upgrade --apply-immediately`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-35
    """
    engine = known(cluster.engine)
    if family(engine) in OF_OTHER_SERVICES:
        return not_applicable(f"The check does not apply to {named(engine)}")
    if cluster.minor_upgrades is None:
        return not_applicable("The cluster does not have the setting; its instances have one each")
    return _upgraded(cluster.minor_upgrades)


def _upgraded(on: bool) -> Verdict:
    if on:
        return compliant("Automatic minor version upgrades are on")
    return non_compliant("Automatic minor version upgrades are off")


@check(severity=Severity.HIGH, controls=("FSBP RDS.51",))
def rds_global_cluster_aurora_mysql_supported_version(cluster: GlobalCluster) -> Verdict:
    """Global clusters of Aurora MySQL should run a supported version.

    Muster has a copy of the list of versions that Security Hub accepts; the reason has its date. A later version
    passes. The global cluster is checked in the region of its primary cluster.

    Problem: Aurora version is not supported
    Why: A version that is no longer supported gets no security fixes.
    Fix: `aws rds modify-global-cluster --global-cluster-identifier NAME --engine-version VERSION
      --allow-major-version-upgrade`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-51
    """
    engine = known(cluster.engine)
    if family(engine) != AURORA_MYSQL:
        return not_applicable(f"The check applies to Aurora MySQL only, and this is {named(engine)}")
    name, accepted = known(cluster.version), aurora_versions()
    version = version_numbers(name)
    if "mysql_aurora." not in name or not version:
        return known(Unknown(f"AWS returned an engine version without one of Aurora MySQL: {name}"))
    if accepted.newer(version):
        return compliant(f"Version {name} is newer than Muster's list of {accepted.read}")
    if accepted.accepts(version):
        return compliant(f"Version {name} is supported (list of {accepted.read})")
    return non_compliant(f"Version {name} is not supported (list of {accepted.read})")
