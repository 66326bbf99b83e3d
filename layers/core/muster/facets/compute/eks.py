"""EKS: clusters and managed node groups."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from muster.facets import kinds
from muster.facets.fields import Answer, Parsed, computed, facet, read
from muster.facets.tagging.tags import Tags
from muster.model.finding import Unknown

AUDIT = "audit"


def _tags(response: Answer) -> Tags:
    return Tags({str(key): str(value or "") for key, value in (response.get("tags") or {}).items()})


def _audit(setups: Any, name: str, noun: str = "") -> bool | Unknown:
    """Read whether any entry turns the audit log on: EKS answers one entry with what is on, one with what is off."""
    if setups is None:
        return kinds.silent(name, noun)
    types = [kind for each in setups if each.get("enabled") is True for kind in each.get("types") or ()]
    return AUDIT in types


@facet
class EksCluster(Parsed):
    """One cluster of DescribeCluster; `networks` are those from which its public endpoint may be called.

    https://docs.aws.amazon.com/eks/latest/APIReference/API_Cluster.html
    """

    name: str = read("name", kinds.required)
    arn: str = read("arn", kinds.required)
    version: str | Unknown = read("version", kinds.stated, "the Kubernetes version")
    public: bool | Unknown = read(
        "resourcesVpcConfig.endpointPublicAccess", kinds.flag, "whether the endpoint is public"
    )
    networks: tuple[str, ...] = read("resourcesVpcConfig.publicAccessCidrs", kinds.texts)
    audit_log: bool | Unknown = read("logging.clusterLogging", _audit, "the logs of the control plane")
    tags: Tags = computed(_tags, default=Tags())


@facet
class EksNodegroup(Parsed):
    """One managed node group of DescribeNodegroup; AWS may leave out the version where the image is the customer's own.

    https://docs.aws.amazon.com/eks/latest/APIReference/API_Nodegroup.html
    """

    name: str = read("nodegroupName", kinds.required)
    cluster: str = read("clusterName", kinds.required)
    arn: str = read("nodegroupArn", kinds.required)
    version: str | Unknown = read("version", kinds.stated, "the Kubernetes version")
    tags: Tags = computed(_tags, default=Tags())


@dataclass(frozen=True, slots=True)
class EksRegion:
    """The clusters and the managed node groups of a region, some 500 bytes each.

    A region has 100 clusters, and each cluster 30 node groups, unless its quotas were raised: 1.5 MB.
    https://docs.aws.amazon.com/eks/latest/userguide/service-quotas.html
    """

    clusters: tuple[EksCluster, ...] = ()
    nodegroups: tuple[EksNodegroup, ...] = ()

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the clusters and node groups of DescribeCluster and DescribeNodegroup, all calls joined."""
        return cls(
            tuple(EksCluster.parse(each) for each in response.get("clusters") or ()),
            tuple(EksNodegroup.parse(each) for each in response.get("nodegroups") or ()),
        )
