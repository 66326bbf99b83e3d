"""Reading Elastic Load Balancing: Classic Load Balancers."""

import typing
from collections.abc import Mapping, Sequence
from typing import Any

from muster.facets.elb import ClassicAttributes, ClassicLoadBalancer, ClassicTlsPolicies
from muster.facets.tagging.tags import Tags
from muster.model.finding import Resource
from muster.model.listing import Narrowing, Page, after, listed
from muster.model.readers import describes, lists, reads
from muster.model.shard import Shard

if typing.TYPE_CHECKING:
    from mypy_boto3_elb import ElasticLoadBalancingClient as Client

_CLASSIC = "AWS::ElasticLoadBalancing::LoadBalancer"

_TAGS_AT_ONCE = 20
"""https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_DescribeTags.html"""


@lists(
    _CLASSIC, client="elb", permission="elasticloadbalancing:DescribeLoadBalancers", facets=(ClassicLoadBalancer,),
    page=400, arn="elasticloadbalancing:{region}:{account}:loadbalancer/{id}",
    only=Narrowing(lambda ids: {"LoadBalancerNames": list(ids)}), gone=("LoadBalancerNotFound",),
)  # fmt: skip
def load_balancers(elb: "Client", shard: Shard, token: str | None, **only: Any) -> Page:
    """List the Classic Load Balancers of a region, 400 a page.

    https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_DescribeLoadBalancers.html
    """
    answer = elb.describe_load_balancers(PageSize=400, **after(token, "Marker"), **only)
    items = (
        listed(_resource(str(item["LoadBalancerName"]), shard), item, (ClassicLoadBalancer,))
        for item in answer.get("LoadBalancerDescriptions", ())
    )
    return Page(items, answer.get("NextMarker") or None)


@describes(_CLASSIC, client="elb", permission="elasticloadbalancing:DescribeTags", at_once=_TAGS_AT_ONCE)
def tags(elb: "Client", resources: Sequence[Resource]) -> Mapping[str, Tags]:
    """Read the tags of up to 20 load balancers."""
    answer = elb.describe_tags(LoadBalancerNames=[resource.id for resource in resources])
    return {str(item["LoadBalancerName"]): Tags.parse(item) for item in answer.get("TagDescriptions", ())}


attributes = reads(
    _CLASSIC, ClassicAttributes, "elasticloadbalancing:DescribeLoadBalancerAttributes",
    lambda elb, balancer: elb.describe_load_balancer_attributes(LoadBalancerName=balancer.id),
    client="elb",
)  # fmt: skip

tls_policies = reads(
    _CLASSIC, ClassicTlsPolicies, "elasticloadbalancing:DescribeLoadBalancerPolicies",
    lambda elb, balancer: elb.describe_load_balancer_policies(LoadBalancerName=balancer.id),
    client="elb", of=ClassicLoadBalancer, when=lambda balancer: bool(balancer.encrypted),
)  # fmt: skip
"""The TLS policies of a load balancer that has a listener with TLS."""


def _resource(name: str, shard: Shard) -> Resource:
    return shard.resource(_CLASSIC, name, shard.arn("elasticloadbalancing", f"loadbalancer/{name}"))
