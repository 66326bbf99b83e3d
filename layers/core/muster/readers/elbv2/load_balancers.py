"""Reading Elastic Load Balancing: load balancers, listeners with their rules, and target groups."""

import json
import typing
from collections.abc import Mapping, Sequence

from muster.facets.elbv2.load_balancers import (
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
)
from muster.facets.elbv2.rules import ListenerRules
from muster.facets.tagging.tags import Tags
from muster.model.finding import REGION, Resource
from muster.model.listing import Listed, Page, after, listed
from muster.model.paging import Pages
from muster.model.readers import describes, lists
from muster.model.shard import Shard

if typing.TYPE_CHECKING:
    from mypy_boto3_elbv2 import ElasticLoadBalancingv2Client as Client

LOAD_BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"
LISTENER = "AWS::ElasticLoadBalancingV2::Listener"
TARGET_GROUP = "AWS::ElasticLoadBalancingV2::TargetGroup"

_TAGS_AT_ONCE = 20
"""https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTags.html"""


@describes(
    REGION, client="elbv2", permission="elasticloadbalancing:DescribeLoadBalancers", page=Pages(LOAD_BALANCER, 400)
)
def region(elbv2: "Client", _region: Resource) -> LoadBalancers:
    """Read the load balancers of a region, 400 a page.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeLoadBalancers.html
    """
    pages = elbv2.get_paginator("describe_load_balancers").paginate(PaginationConfig={"PageSize": 400})
    return LoadBalancers.parse({"LoadBalancers": (item for page in pages for item in page.get("LoadBalancers", ()))})


@lists(
    LOAD_BALANCER,
    client="elbv2",
    permission="elasticloadbalancing:DescribeLoadBalancers",
    facets=(LoadBalancer,),
    of=LoadBalancers,
)
def load_balancers(_elbv2: "Client", shard: Shard, _token: str | None, found: LoadBalancers) -> Page:
    """List the load balancers of a region; those that could not be made are left out."""
    return Page(
        Listed(_resource(LOAD_BALANCER, each.name, each.arn, shard), {LoadBalancer: each.facet}) for each in found.all
    )


@lists(
    LISTENER,
    client="elbv2",
    permission="elasticloadbalancing:DescribeListeners",
    facets=(Listener,),
    page=400,
    of=LoadBalancers,
    each_of=LOAD_BALANCER,
)
def listeners(elbv2: "Client", shard: Shard, token: str | None, found: LoadBalancers) -> Page:
    """List the listeners of a region by load balancer, 400 a page: AWS lists those of one load balancer only.

    The token is the ARN of the load balancer whose turn it is, and where the listing of its listeners goes on. A load
    balancer that is gone by then has no listeners, and one that could not be made has none that anybody reaches.
    https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeListeners.html
    """
    place: dict[str, str] = json.loads(token) if token else {"parent": "", "then": ""}
    left = [each.arn for each in found.since(place["parent"])[:2]]
    if not left:
        return Page(())
    then = place["then"] if left[0] == place["parent"] else None
    try:
        answer = elbv2.describe_listeners(LoadBalancerArn=left[0], PageSize=400, **after(then, "Marker"))
    except elbv2.exceptions.LoadBalancerNotFoundException:
        return Page((), _place(left[1:]))
    items = (
        _listed(LISTENER, str(item["ListenerArn"]), str(item["ListenerArn"]), item, shard, Listener)
        for item in answer.get("Listeners", ())
    )
    more = answer.get("NextMarker")
    return Page(items, _place(left, more) if more else _place(left[1:]))


@lists(
    TARGET_GROUP,
    client="elbv2",
    permission="elasticloadbalancing:DescribeTargetGroups",
    facets=(TargetGroup,),
    page=400,
)
def target_groups(elbv2: "Client", shard: Shard, token: str | None) -> Page:
    """List the target groups of a region, 400 a page.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTargetGroups.html
    """
    answer = elbv2.describe_target_groups(PageSize=400, **after(token, "Marker"))
    items = (
        _listed(TARGET_GROUP, str(item["TargetGroupName"]), str(item["TargetGroupArn"]), item, shard, TargetGroup)
        for item in answer.get("TargetGroups", ())
    )
    return Page(items, answer.get("NextMarker") or None)


@describes(LOAD_BALANCER, client="elbv2", permission="elasticloadbalancing:DescribeTags", at_once=_TAGS_AT_ONCE)
def load_balancer_tags(elbv2: "Client", resources: Sequence[Resource]) -> Mapping[str, Tags]:
    """Read the tags of up to twenty load balancers."""
    return _tags(elbv2, resources)


@describes(LISTENER, client="elbv2", permission="elasticloadbalancing:DescribeTags", at_once=_TAGS_AT_ONCE)
def listener_tags(elbv2: "Client", resources: Sequence[Resource]) -> Mapping[str, Tags]:
    """Read the tags of up to twenty listeners."""
    return _tags(elbv2, resources)


@describes(TARGET_GROUP, client="elbv2", permission="elasticloadbalancing:DescribeTags", at_once=_TAGS_AT_ONCE)
def target_group_tags(elbv2: "Client", resources: Sequence[Resource]) -> Mapping[str, Tags]:
    """Read the tags of up to twenty target groups."""
    return _tags(elbv2, resources)


@describes(LOAD_BALANCER, client="elbv2", permission="elasticloadbalancing:DescribeLoadBalancerAttributes")
def load_balancer_attributes(elbv2: "Client", load_balancer: Resource) -> LoadBalancerAttributes:
    """Read a load balancer's attributes."""
    answer = elbv2.describe_load_balancer_attributes(LoadBalancerArn=_arn(load_balancer))
    return LoadBalancerAttributes.parse(answer)


@describes(
    LOAD_BALANCER,
    client="elbv2",
    permission="elasticloadbalancing:DescribeListeners",
    of=LoadBalancer,
    when=lambda load_balancer: load_balancer.kind == NETWORK,
)
def listener_protocols(elbv2: "Client", load_balancer: Resource) -> ListenerProtocols:
    """Read which protocols the listeners of a network load balancer speak; of others nothing depends on it."""
    pages = elbv2.get_paginator("describe_listeners").paginate(
        LoadBalancerArn=_arn(load_balancer), PaginationConfig={"PageSize": 400}
    )
    return ListenerProtocols.parse({"Listeners": [item for page in pages for item in page.get("Listeners", ())]})


@describes(
    LISTENER,
    client="elbv2",
    permission="elasticloadbalancing:DescribeRules",
    absent=("UnsupportedProtocol",),
    of=Listener,
    when=lambda listener: listener.kind != GATEWAY,
)
def rules(elbv2: "Client", listener: Resource) -> ListenerRules:
    """Read a listener's rules, 400 a page; those of gateway load balancers have none.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeRules.html
    """
    pages = elbv2.get_paginator("describe_rules").paginate(
        ListenerArn=_arn(listener), PaginationConfig={"PageSize": 400}
    )
    return ListenerRules.parse({"Rules": [item for page in pages for item in page.get("Rules", ())]})


@describes(TARGET_GROUP, client="elbv2", permission="elasticloadbalancing:DescribeTargetGroupAttributes")
def target_group_attributes(elbv2: "Client", target_group: Resource) -> TargetGroupAttributes:
    """Read a target group's attributes."""
    return TargetGroupAttributes.parse(elbv2.describe_target_group_attributes(TargetGroupArn=_arn(target_group)))


@describes(
    TARGET_GROUP,
    client="elbv2",
    permission="elasticloadbalancing:DescribeTargetHealth",
    of=TargetGroup,
    when=lambda group: bool(group.load_balancers),
)
def target_health(elbv2: "Client", target_group: Resource) -> TargetHealth:
    """Read the states of a target group's targets, where a load balancer uses it: nobody checks the others."""
    answer = elbv2.describe_target_health(TargetGroupArn=_arn(target_group))
    return TargetHealth.parse({"TargetHealthDescriptions": answer.get("TargetHealthDescriptions", ())})


def _tags(elbv2: "Client", resources: Sequence[Resource]) -> Mapping[str, Tags]:
    answer = elbv2.describe_tags(ResourceArns=[_arn(resource) for resource in resources])
    found = {item["ResourceArn"]: Tags.parse(item) for item in answer.get("TagDescriptions", ())}
    return {resource.id: found[_arn(resource)] for resource in resources if _arn(resource) in found}


def _place(left: Sequence[str], then: str = "") -> str | None:
    return json.dumps({"parent": left[0], "then": then}) if left else None


def _arn(resource: Resource) -> str:
    return resource.arn or resource.id


def _listed(  # noqa: PLR0913 - the parts of a resource
    resource_type: str, name: str, arn: str, item: Mapping[str, object], shard: Shard, facet: type
) -> Listed:
    return listed(_resource(resource_type, name, arn, shard), item, (facet,))


def _resource(resource_type: str, name: str, arn: str, shard: Shard) -> Resource:
    return Resource(resource_type, name, shard.account_id, shard.region, shard.partition, arn)
