"""Checks of EKS clusters and managed node groups."""

from datetime import date, timedelta

from muster.facets.compute.eks import AUDIT, EksCluster, EksNodegroup
from muster.facets.compute.eks_versions import eks_versions, version_of
from muster.model.check import check
from muster.model.finding import ObservedAt, Severity, Unknown, Verdict, compliant, known, non_compliant
from muster.model.text import counted, listed

_EVERYONE = frozenset({"0.0.0.0/0", "::/0"})
_SHOWN = 5


@check(severity=Severity.HIGH, controls=("FSBP EKS.1",))
def eks_endpoint_no_public_access(cluster: EksCluster, *, allow_restricted_cidrs: bool = False) -> Verdict:
    """EKS clusters should not have a public API server endpoint.

    A public endpoint fails even if only some networks may call it, as in Security Hub. With `allow_restricted_cidrs` it
    fails only if everyone may call it.

    Problem: EKS endpoint is public
    Why: Everyone who reaches the API server can try stolen credentials and use flaws of the server.
    Fix: First make sure that you reach the cluster from within its VPC: the private endpoint needs that. `aws eks
      update-cluster-config --name NAME --resources-vpc-config endpointPublicAccess=false,endpointPrivateAccess=true`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/eks-controls.html#eks-1
    """
    if not known(cluster.public):
        return compliant("Endpoint is not public")
    networks = cluster.networks
    if not networks:
        if allow_restricted_cidrs:
            return known(Unknown("AWS did not return the networks from which the public endpoint may be called"))
        return non_compliant("Endpoint is public")
    if everyone := sorted(_EVERYONE.intersection(networks)):
        return non_compliant(f"Endpoint is public, for everyone ({', '.join(everyone)})")
    text = f"Endpoint is public, for {listed(networks, _SHOWN)} only"
    return compliant(text) if allow_restricted_cidrs else non_compliant(text)


@check(severity=Severity.HIGH, controls=("FSBP EKS.2",))
def eks_cluster_supported_version(cluster: EksCluster, scan: ObservedAt, *, days_ahead: int = 0) -> Verdict:
    """EKS clusters should run on a Kubernetes version in standard support.

    A version in extended support fails, as in Security Hub, also if the upgrade policy of the cluster allows it. With
    `days_ahead` a version also fails if its standard support ends within that number of days. The dates come from a
    list in Muster; a version that is newer than the list passes, and the reason says so.

    Problem: Kubernetes version is out of support
    Why: Extended support costs six times as much an hour, and at its end AWS upgrades the cluster by itself.
    Fix: Update one minor version at a time. `aws eks list-insights --cluster-name NAME` shows what the next version
      removes. `aws eks update-cluster-version --name NAME --kubernetes-version NEXT-VERSION`
    Source: https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html
    """
    text = known(cluster.version)
    major, minor = known(version_of(text))
    wrong, reason = _support(text, scan.at.date(), days_ahead)
    return non_compliant(reason, next_version=f"{major}.{minor + 1}") if wrong else compliant(reason)


@check(severity=Severity.MEDIUM, controls=("FSBP EKS.8",))
def eks_cluster_log_enabled(cluster: EksCluster) -> Verdict:
    """EKS clusters should have the audit log enabled.

    Problem: audit log is off
    Why: The audit log shows which user or service did what in the cluster. After an attack it is often the only
      evidence.
    Fix: `aws eks update-cluster-config --name NAME --logging
      '{"clusterLogging": [{"types": ["audit"], "enabled": true}]}'`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/eks-controls.html#eks-8
    """
    if known(cluster.audit_log):
        return compliant(f"Log type {AUDIT} is enabled")
    return non_compliant(f"Log type {AUDIT} is not enabled")


@check(severity=Severity.HIGH, controls=("FSBP EKS.9",))
def eks_nodegroup_supported_version(nodegroup: EksNodegroup, scan: ObservedAt, *, days_ahead: int = 0) -> Verdict:
    """EKS node groups should run on a Kubernetes version in standard support.

    The check applies to managed node groups, with the same rules as `eks-cluster-supported-version`. A node group is
    not evaluated if AWS does not return its version, for example because it uses an image of your own.

    Problem: Kubernetes version is out of support
    Why: Nodes of an older version get no new images, and the cluster cannot be updated much further than its nodes.
    Fix: Update the cluster first: nodes cannot be newer. `aws eks update-nodegroup-version --cluster-name CLUSTER-NAME
      --nodegroup-name NODEGROUP-NAME`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/eks-controls.html#eks-9
    """
    wrong, reason = _support(known(nodegroup.version), scan.at.date(), days_ahead)
    if wrong:
        return non_compliant(reason, cluster_name=nodegroup.cluster, nodegroup_name=nodegroup.name)
    return compliant(reason)


def _support(text: str, today: date, days_ahead: int) -> tuple[bool, str]:
    """Return whether a version is out of standard support, or soon will be, and the reason."""
    versions, version = eks_versions(), known(version_of(text))
    if versions.newer(version):
        return False, f"Kubernetes {text} is newer than Muster's list of {versions.read}"
    ends = versions.ends.get(version)
    if ends is None:
        return True, f"Kubernetes {text} is not supported (list of {versions.read})"
    if today >= ends:
        return True, f"Standard support of Kubernetes {text} ended on {ends}"
    left = f"Standard support of Kubernetes {text} ends on {ends}, in {counted((ends - today).days, 'day')}"
    return today + timedelta(days=max(days_ahead, 0)) >= ends, left
