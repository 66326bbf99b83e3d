"""Reading Elastic Load Balancing: load balancers, listeners with their rules, and target groups."""

import json
import typing
from collections.abc import Mapping, Sequence
from typing import Any

from muster.facets.elbv2 import (
    GATEWAY,
    NETWORK,
    Listener,
    ListenerProtocols,
    LoadBalancer,
    LoadBalancerAttributes,
    TargetGroup,
    TargetGroupAttributes,
    TargetHealth,
)
from muster.facets.elbv2_rules import ListenerRules
from muster.facets.tags import Tags
from muster.model import Resource
from muster.reading import Listed, Page, Shard, after, describes, describes_many, listed, lists

if typing.TYPE_CHECKING:
    from mypy_boto3_elbv2 import ElasticLoadBalancingv2Client as Client

LOAD_BALANCER = "AWS::ElasticLoadBalancingV2::LoadBalancer"
LISTENER = "AWS::ElasticLoadBalancingV2::Listener"
TARGET_GROUP = "AWS::ElasticLoadBalancingV2::TargetGroup"

_TAGS_AT_ONCE = 20
"""https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTags.html"""
_PARENTS_AT_ONCE = 20
"""How many load balancers are asked for when their listeners are listed: their ARNs stand in the token."""


@lists(
    LOAD_BALANCER,
    client="elbv2",
    permission="elasticloadbalancing:DescribeLoadBalancers",
    facets=(LoadBalancer,),
    page=400,
)
def load_balancers(elbv2: "Client", shard: Shard, token: str | None) -> Page:
    """List the load balancers of a region, 400 a page; those that could not be made are left out.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeLoadBalancers.html
    """
    answer = elbv2.describe_load_balancers(PageSize=400, **after(token, "Marker"))
    items = (
        _listed(LOAD_BALANCER, str(item["LoadBalancerName"]), str(item["LoadBalancerArn"]), item, shard, LoadBalancer)
        for item in answer.get("LoadBalancers", ())
        if (item.get("State") or {}).get("Code") != "failed"
    )
    return Page(items, answer.get("NextMarker") or None)


@lists(
    LISTENER,
    client="elbv2",
    permission="elasticloadbalancing:DescribeListeners",
    also=("elasticloadbalancing:DescribeLoadBalancers",),
    facets=(Listener,),
    page=_PARENTS_AT_ONCE,
)
def listeners(elbv2: "Client", shard: Shard, token: str | None) -> Page:
    """List the listeners of a region: twenty load balancers, then the listeners of each, then the next twenty.

    AWS lists listeners by load balancer only. The token says which ones of the twenty are left, and where each of
    the two listings goes on. A load balancer that is gone by then has no listeners.
    https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeListeners.html
    """
    state: dict[str, Any] = json.loads(token) if token else {"left": [], "parents": None, "own": None}
    if not state["left"]:
        answer = elbv2.describe_load_balancers(PageSize=_PARENTS_AT_ONCE, **after(state["parents"], "Marker"))
        arns = [item["LoadBalancerArn"] for item in answer.get("LoadBalancers", ())]
        return Page((), _rest(arns, answer.get("NextMarker"), None))
    parent, *left = state["left"]
    try:
        found = elbv2.describe_listeners(LoadBalancerArn=parent, PageSize=400, **after(state["own"], "Marker"))
    except elbv2.exceptions.LoadBalancerNotFoundException:
        return Page((), _rest(left, state["parents"], None))
    own = found.get("NextMarker")
    items = (
        _listed(LISTENER, str(item["ListenerArn"]), str(item["ListenerArn"]), item, shard, Listener)
        for item in found.get("Listeners", ())
    )
    return Page(items, _rest([parent, *left] if own else left, state["parents"], own))


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


@describes_many(LOAD_BALANCER, client="elbv2", permission="elasticloadbalancing:DescribeTags", at_once=_TAGS_AT_ONCE)
def load_balancer_tags(elbv2: "Client", resources: Sequence[Resource]) -> Mapping[str, Tags]:
    """Read the tags of up to twenty load balancers."""
    return _tags(elbv2, resources)


@describes_many(LISTENER, client="elbv2", permission="elasticloadbalancing:DescribeTags", at_once=_TAGS_AT_ONCE)
def listener_tags(elbv2: "Client", resources: Sequence[Resource]) -> Mapping[str, Tags]:
    """Read the tags of up to twenty listeners."""
    return _tags(elbv2, resources)


@describes_many(TARGET_GROUP, client="elbv2", permission="elasticloadbalancing:DescribeTags", at_once=_TAGS_AT_ONCE)
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
    return TargetHealth.parse(elbv2.describe_target_health(TargetGroupArn=_arn(target_group)))


def _tags(elbv2: "Client", resources: Sequence[Resource]) -> Mapping[str, Tags]:
    answer = elbv2.describe_tags(ResourceArns=[_arn(resource) for resource in resources])
    found = {item["ResourceArn"]: Tags.parse(item) for item in answer.get("TagDescriptions", ())}
    return {resource.id: found[_arn(resource)] for resource in resources if _arn(resource) in found}


def _rest(left: list[str], parents: str | None, own: str | None) -> str | None:
    return json.dumps({"left": left, "parents": parents, "own": own}) if left or parents else None


def _arn(resource: Resource) -> str:
    return resource.arn or resource.id


def _listed(  # noqa: PLR0913 - the parts of a resource
    resource_type: str, name: str, arn: str, item: Mapping[str, object], shard: Shard, facet: type
) -> Listed:
    resource = Resource(resource_type, name, shard.account_id, shard.region, shard.partition, arn)
    return listed(resource, item, (facet,))
