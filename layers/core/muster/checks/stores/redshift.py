"""Checks of Redshift clusters."""

from muster.facets.stores.redshift import (
    RedshiftCluster,
    RedshiftLogging,
    RedshiftParameters,
    RedshiftSecurityGroup,
)
from muster.model.check import check
from muster.model.finding import Related, Severity, Unknown, Verdict, compliant, known, non_compliant, not_applicable
from muster.model.text import counted, listed

_EVERYONE = frozenset({"0.0.0.0/0", "::/0"})
_DEFAULT_NAME = "awsuser"
_MOST = 5


@check(severity=Severity.CRITICAL, controls=("FSBP Redshift.1",))
def redshift_cluster_no_public_access(cluster: RedshiftCluster) -> Verdict:
    """Redshift clusters should not be publicly accessible.

    Problem: Redshift cluster is public
    Why: A public cluster has a public IP address. Only its security groups then stand between the internet and the
      data.
    Fix: `aws redshift modify-cluster --cluster-identifier NAME --no-publicly-accessible`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/redshift-controls.html#redshift-1
    """
    if known(cluster.public):
        return non_compliant("Cluster is publicly accessible")
    return compliant("Cluster is not publicly accessible")


@check(severity=Severity.MEDIUM, controls=("FSBP Redshift.2",))
def redshift_require_tls_ssl(cluster: RedshiftCluster, parameters: Related[RedshiftParameters]) -> Verdict:
    """Redshift clusters should require TLS.

    Problem: Redshift cluster does not require TLS
    Why: Without TLS, passwords, queries and results travel in plain text.
    Fix: Use a parameter group of your own, set the parameter, and restart the cluster. `aws redshift
      modify-cluster-parameter-group --parameter-group-name GROUP --parameters
      ParameterName=require_ssl,ParameterValue=true`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/redshift-controls.html#redshift-2
    """
    if not cluster.parameter_groups:
        return known(Unknown("AWS did not return the parameter group of the cluster"))
    group = cluster.parameter_groups[0]
    value = known(parameters[group].requires_tls)
    if value.lower() == "true":
        return compliant(f"Parameter require_ssl is true in parameter group {group}")
    return non_compliant(f"Parameter require_ssl is {value} in parameter group {group}", group=group)


@check(severity=Severity.MEDIUM, controls=("FSBP Redshift.3",))
def redshift_backup_enabled(cluster: RedshiftCluster, *, min_days: int = 7) -> Verdict:
    """Redshift clusters should have automatic snapshots.

    Problem: too few automatic snapshots
    Why: Deleted or wrong data can be restored only as far back as the snapshots go.
    Fix: `aws redshift modify-cluster --cluster-identifier NAME --automated-snapshot-retention-period DAYS`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/redshift-controls.html#redshift-3
    """
    days = known(cluster.snapshot_days)
    if not days:
        return non_compliant("Automatic snapshots are off", days=str(min_days))
    kept = f"Automatic snapshots are kept for {counted(days, 'day')}"
    return compliant(kept) if days >= min_days else non_compliant(f"{kept}, {min_days} required", days=str(min_days))


@check(severity=Severity.MEDIUM, controls=("FSBP Redshift.4",))
def redshift_cluster_audit_logging_enabled(logging: RedshiftLogging) -> Verdict:
    """Redshift clusters should write an audit log.

    Any destination counts: S3, CloudWatch Logs, S3 Tables.

    Problem: Redshift cluster has no audit log
    Why: The audit log shows who connected and what they ran. After an attack it is often the only evidence.
    Fix: `aws redshift enable-logging --cluster-identifier NAME --log-destination-type cloudwatch --log-exports
      connectionlog userlog useractivitylog`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/redshift-controls.html#redshift-4
    """
    if known(logging.enabled):
        return compliant("Audit logging is on")
    return non_compliant("Audit logging is off")


@check(severity=Severity.MEDIUM, controls=("FSBP Redshift.6",))
def redshift_cluster_version_upgrade_allowed(cluster: RedshiftCluster) -> Verdict:
    """Redshift clusters should upgrade to new major versions automatically.

    Problem: automatic upgrades are off
    Why: New versions bring security fixes. Without upgrades, a cluster keeps known vulnerabilities.
    Fix: `aws redshift modify-cluster --cluster-identifier NAME --allow-version-upgrade`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/redshift-controls.html#redshift-6
    """
    if known(cluster.upgrades):
        return compliant("Automatic upgrades are on")
    return non_compliant("Automatic upgrades are off")


@check(severity=Severity.MEDIUM, controls=("FSBP Redshift.7",))
def redshift_enhanced_vpc_routing_enabled(cluster: RedshiftCluster) -> Verdict:
    """Redshift clusters should use enhanced VPC routing.

    Problem: no enhanced VPC routing
    Why: Without it, COPY and UNLOAD go over the internet, past the endpoints, flow logs and firewalls of the VPC.
    Fix: The VPC needs a route to S3, such as a gateway endpoint. `aws redshift modify-cluster --cluster-identifier NAME
      --enhanced-vpc-routing`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/redshift-controls.html#redshift-7
    """
    if known(cluster.vpc_routing):
        return compliant("Enhanced VPC routing is on")
    return non_compliant("Enhanced VPC routing is off")


@check(severity=Severity.MEDIUM, controls=("FSBP Redshift.8",))
def redshift_default_admin_check(cluster: RedshiftCluster) -> Verdict:
    """Redshift clusters should have a custom administrator username.

    Problem: default administrator username
    Why: With a default username, an attacker only has to guess the password.
    Fix: The name cannot be changed. Create a new cluster with another name, move the data to it, then delete the old
      one. `aws redshift create-cluster --cluster-identifier NEW-NAME --node-type TYPE --master-username OWN-NAME
      --manage-master-password`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/redshift-controls.html#redshift-8
    """
    if known(cluster.administrator) == _DEFAULT_NAME:
        return non_compliant(f"Administrator has the default username {_DEFAULT_NAME}")
    return compliant("Administrator has a custom username")


@check(severity=Severity.MEDIUM, controls=("FSBP Redshift.10",))
def redshift_cluster_kms_enabled(cluster: RedshiftCluster) -> Verdict:
    """Redshift clusters should be encrypted at rest.

    Problem: Redshift cluster is not encrypted
    Why: Without encryption, anyone who gets access to the storage or a snapshot can read the data.
    Fix: `aws redshift modify-cluster --cluster-identifier NAME --encrypted` The cluster is read-only while its data is
      encrypted.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/redshift-controls.html#redshift-10
    """
    if known(cluster.encrypted):
        return compliant("Cluster is encrypted")
    return non_compliant("Cluster is not encrypted")


@check(severity=Severity.HIGH, controls=("FSBP Redshift.15",))
def redshift_port_restricted(cluster: RedshiftCluster, groups: Related[RedshiftSecurityGroup]) -> Verdict:
    """Security groups of Redshift clusters should not open the cluster's port to everyone.

    Problem: port is open to everyone
    Why: Anyone on the internet can connect to an open port, guess passwords and attack vulnerabilities of the server.
    Fix: `aws ec2 revoke-security-group-ingress --group-id GROUP-ID --protocol tcp --port PORT --cidr CIDR`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/redshift-controls.html#redshift-15
    """
    if not cluster.security_groups:
        return not_applicable("Cluster has no security group of a VPC in effect")
    port = known(cluster.port)
    opened = [
        (name, cidr)
        for name in cluster.security_groups
        if isinstance(group := groups.by_key.get(name), RedshiftSecurityGroup)
        for rule in group.ingress
        for cidr in rule.cidrs
        if cidr in _EVERYONE and rule.admits(port)
    ]
    if opened:
        name, cidr = opened[0]
        text = listed([f"{name} ({cidr})" for name, cidr in opened], _MOST)
        return non_compliant(f"Port {port} is open to everyone in {text}", group_id=name, port=str(port), cidr=cidr)
    for name in cluster.security_groups:
        groups[name]
    return compliant(f"Port {port} is open to everyone in no security group")


@check(severity=Severity.MEDIUM, controls=("FSBP Redshift.18",))
def redshift_cluster_multi_az_enabled(cluster: RedshiftCluster) -> Verdict:
    """Redshift clusters should be in several Availability Zones.

    Clusters of one node, and of node types without Multi-AZ, fail too, as in Security Hub.

    Problem: Redshift cluster is in one zone
    Why: An outage of the zone stops a cluster until it is restored elsewhere.
    Fix: The cluster needs RA3 nodes, two or more. `aws redshift modify-cluster --cluster-identifier NAME --multi-az`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/redshift-controls.html#redshift-18
    """
    state = known(cluster.multi_az)
    if state.lower() == "enabled":
        return compliant("Cluster is in several Availability Zones")
    return non_compliant(f"Cluster is in one Availability Zone (MultiAZ: {state})")
