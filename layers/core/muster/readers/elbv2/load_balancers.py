"""Reading Elastic Load Balancing: load balancers, listeners with their rules, and target groups."""

import json
import typing
from collections.abc import Mapping, Sequence

from muster.facets.elbv2.load_balancers import (
    APPLICATION,
    GATEWAY,
    NETWORK,
    Listener,
    ListenerProtocols,
    LoadBalancer,
    LoadBalancerAttributes,
    LoadBalancers,
    TargetGroup,
    TargetGroupAttributes,
    TargetHealth,
    WebAcl,
)
from muster.facets.elbv2.rules import ListenerRules
from muster.facets.tagging.tags import Tags
from muster.model.finding import REGION, Resource
from muster.model.listing import Listed, Narrowing, Page, after, listed
from muster.model.paging import Pages
from muster.model.readers import describes, lists, reads
from muster.model.shard import Shard
from muster.readers.answers import all_pages

if typing.TYPE_CHECKING:
    from mypy_boto3_elbv2 import ElasticLoadBalancingv2Client as Client

LOAD_BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"
LISTENER = "AWS::ElasticLoadBalancingV2::Listener"
TARGET_GROUP = "AWS::ElasticLoadBalancingV2::TargetGroup"

_TAGS_AT_ONCE = 20
"""https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTags.html"""


region = reads(
    REGION, LoadBalancers, "elasticloadbalancing:DescribeLoadBalancers",
    lambda elbv2, _region: all_pages(elbv2, "describe_load_balancers", "LoadBalancers", page=400),
    client="elbv2", page=Pages(LOAD_BALANCER, 400),
)  # fmt: skip
"""The load balancers of a region.

https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeLoadBalancers.html
"""


@lists(
    LOAD_BALANCER, client="elbv2", permission="elasticloadbalancing:DescribeLoadBalancers", facets=(LoadBalancer,),
    of=LoadBalancers, arn="elasticloadbalancing:{region}:{account}:loadbalancer/{}/{id}/{}",
    gone=("LoadBalancerNotFound",),
)  # fmt: skip
def load_balancers(_elbv2: "Client", shard: Shard, _token: str | None, balancers: LoadBalancers) -> Page:
    """List the load balancers of a region; those that could not be made are remaining out."""
    return Page(
        Listed(shard.resource(LOAD_BALANCER, each.name, each.arn), {LoadBalancer: each.facet}) for each in balancers.all
    )


@lists(
    LISTENER, client="elbv2", permission="elasticloadbalancing:DescribeListeners", facets=(Listener,), page=400,
    of=LoadBalancers, each_of=LOAD_BALANCER, arn="elasticloadbalancing:{region}:{account}:listener/{id...}",
    only=Narrowing(lambda ids: {"parent": _parent(ids[0])}), gone=("ListenerNotFound",),
)  # fmt: skip
def listeners(elbv2: "Client", shard: Shard, token: str | None, balancers: LoadBalancers, *, parent: str = "") -> Page:
    """List the listeners of a region by load balancer, 400 a page: AWS lists those of one load balancer only.

    With `parent`, such as `app/shop/50dc6c495c0c9188`, only those of that load balancer are listed.
    The token is the ARN of the load balancer whose turn it is, and where the listing of its listeners goes on. A load
    balancer that is gone by then has no listeners, and one that could not be made has none that anybody reaches.
    https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeListeners.html
    """
    position: dict[str, str] = json.loads(token) if token else {"parent": "", "then": ""}
    remaining = [each.arn for each in balancers.since(position["parent"])[:2]]
    if parent:
        remaining = [each.arn for each in balancers.all if each.arn.endswith(f":loadbalancer/{parent}")]
    if not remaining:
        return Page(())
    then = position["then"] if remaining[0] == position["parent"] else None
    try:
        answer = elbv2.describe_listeners(LoadBalancerArn=remaining[0], PageSize=400, **after(then, "Marker"))
    except elbv2.exceptions.LoadBalancerNotFoundException:
        return Page((), _token(remaining[1:]))
    items = (
        listed(shard.resource(LISTENER, str(item["ListenerArn"]), str(item["ListenerArn"])), item, (Listener,))
        for item in answer.get("Listeners", ())
    )
    more = answer.get("NextMarker")
    return Page(items, _token(remaining, more) if more else _token(remaining[1:]))


@lists(
    TARGET_GROUP, client="elbv2", permission="elasticloadbalancing:DescribeTargetGroups", facets=(TargetGroup,),
    page=400, arn="elasticloadbalancing:{region}:{account}:targetgroup/{id}/{}", gone=("TargetGroupNotFound",),
)  # fmt: skip
def target_groups(elbv2: "Client", shard: Shard, token: str | None) -> Page:
    """List the target groups of a region, 400 a page.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTargetGroups.html
    """
    answer = elbv2.describe_target_groups(PageSize=400, **after(token, "Marker"))
    items = (
        listed(shard.resource(TARGET_GROUP, item["TargetGroupName"], item["TargetGroupArn"]), item, (TargetGroup,))
        for item in answer.get("TargetGroups", ())
    )
    return Page(items, answer.get("NextMarker") or None)


def _tags(elbv2: "Client", resources: Sequence[Resource]) -> Mapping[str, Tags]:
    answer = elbv2.describe_tags(ResourceArns=[resource.key for resource in resources])
    by_arn = {item["ResourceArn"]: Tags.parse(item) for item in answer.get("TagDescriptions", ())}
    return {resource.id: by_arn[resource.key] for resource in resources if resource.key in by_arn}


load_balancer_tags, listener_tags, target_group_tags = (
    describes(each, client="elbv2", permission="elasticloadbalancing:DescribeTags", at_once=_TAGS_AT_ONCE)(_tags)
    for each in (LOAD_BALANCER, LISTENER, TARGET_GROUP)
)

load_balancer_attributes = reads(
    LOAD_BALANCER, LoadBalancerAttributes, "elasticloadbalancing:DescribeLoadBalancerAttributes",
    lambda elbv2, balancer: elbv2.describe_load_balancer_attributes(LoadBalancerArn=balancer.key),
    client="elbv2",
)  # fmt: skip

listener_protocols = reads(
    LOAD_BALANCER, ListenerProtocols, "elasticloadbalancing:DescribeListeners",
    lambda elbv2, balancer: all_pages(elbv2, "describe_listeners", "Listeners", page=400, LoadBalancerArn=balancer.key),
    client="elbv2", of=LoadBalancer, when=lambda load_balancer: load_balancer.kind == NETWORK,
)  # fmt: skip
"""The protocols of a network load balancer's listeners; no check needs those of others."""


web_acl = reads(
    LOAD_BALANCER, WebAcl, "wafv2:GetWebACLForResource",
    lambda wafv2, balancer: wafv2.get_web_acl_for_resource(ResourceArn=balancer.key),
    also=("wafv2:GetWebACL",), of=LoadBalancer, when=lambda load_balancer: load_balancer.kind == APPLICATION,
)  # fmt: skip
"""The web ACL of an application load balancer: WAF protects no other load balancers.

AWS answers without a web ACL where there is none.
https://docs.aws.amazon.com/waf/latest/APIReference/API_GetWebACLForResource.html
"""


@describes(
    LISTENER, client="elbv2", permission="elasticloadbalancing:DescribeRules", absent=("UnsupportedProtocol",),
    of=Listener, when=lambda listener: listener.kind != GATEWAY,
)  # fmt: skip
def rules(elbv2: "Client", listener: Resource) -> ListenerRules:
    """Read a listener's rules, 400 a page; those of gateway load balancers have none.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeRules.html
    """
    answer = all_pages(elbv2, "describe_rules", "Rules", page=400, ListenerArn=listener.key)
    return ListenerRules.parse({"Rules": list(answer["Rules"])})


target_group_attributes = reads(
    TARGET_GROUP, TargetGroupAttributes, "elasticloadbalancing:DescribeTargetGroupAttributes",
    lambda elbv2, group: elbv2.describe_target_group_attributes(TargetGroupArn=group.key),
    client="elbv2",
)  # fmt: skip

target_health = reads(
    TARGET_GROUP, TargetHealth, "elasticloadbalancing:DescribeTargetHealth",
    lambda elbv2, group: elbv2.describe_target_health(TargetGroupArn=group.key),
    client="elbv2", of=TargetGroup, when=lambda group: bool(group.load_balancers),
)  # fmt: skip
"""The states of a target group's targets, where a load balancer uses it: it checks no others."""


def _parent(listener: str) -> str:
    """Return the load balancer in a listener's ARN: `app/shop/50dc6c495c0c9188` of `app/shop/50dc6c495c0c9188/f2f7`."""
    return listener.rpartition("/")[0]


def _token(remaining: Sequence[str], then: str = "") -> str | None:
    return json.dumps({"parent": remaining[0], "then": then}) if remaining else None
