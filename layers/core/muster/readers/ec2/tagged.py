"""Reading EC2: resources of a network that are judged by their tags alone, each type with one call a page."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from muster.facets.tagging.tags import Tags
from muster.model.listing import Narrowing, Page, after
from muster.model.readers import Lister, lists
from muster.model.shard import Shard
from muster.readers.ec2.listed import ec2_listed

_Item = Mapping[str, Any]
_Judged = Callable[[_Item, Shard], bool]
_LARGEST = 1000
_ONE_PAGE = 1_000_000
"""Items of a page where AWS answers all in one."""


def _owned(item: _Item, shard: Shard) -> bool:
    """Whether the account of the scan owns an item, which other accounts may share."""
    return bool(item.get("OwnerId", shard.account_id) == shard.account_id)


def _without(*states: str, member: str = "State") -> _Judged:
    """Judge what is in none of some states."""
    return lambda item, _shard: item.get(member) not in states


def _lister(  # noqa: PLR0913 - each says one thing about the call
    resource_type: str,
    operation: str,
    *,
    path: str,
    name: str,
    judged: _Judged,
    answer: str = "",
    page: int = _LARGEST,
    filtered: tuple[str, str] = ("", "Filters"),
) -> Lister:
    """Declare a lister of a type; `name` is the member with the id, `answer` that with the items.

    `filtered` are the filter of ids, by default `{path}-id`, and the parameter that takes it.
    """
    members = answer or operation.removeprefix("Describe")
    kind, parameter = filtered
    method = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", operation).lower()

    def narrowed(ids: Any) -> Mapping[str, Any]:
        return {parameter: [{"Name": kind or f"{path}-id", "Values": list(ids)}]}

    def listed(ec2: Any, shard: Shard, token: str | None, **only: Any) -> Page:
        size = {} if page == _ONE_PAGE else {"MaxResults": page}
        found = getattr(ec2, method)(**size, **after(token), **only)
        items = (
            ec2_listed(shard, resource_type, f"{path}/{item[name]}", item, (Tags,))
            for item in found.get(members, ())
            if judged(item, shard)
        )
        return Page(items, found.get("NextToken"))

    return lists(
        resource_type, permission=f"ec2:{operation}", facets=(Tags,), page=page,
        arn=f"ec2:{{region}}:{{account}}:{path}/{{id}}", only=Narrowing(narrowed, 200),
    )(listed)  # fmt: skip


def _attached(item: _Item, shard: Shard) -> bool:
    """Whether an attachment of this account's is in use: the owner of the transit gateway sees it too."""
    return item.get("ResourceOwnerId") == shard.account_id and item.get("State") in {"available", "modifying"}


def _requested(item: _Item, shard: Shard) -> bool:
    """Whether a peering connection that this account requested, in this region, is active: the other side sees it."""
    requester = item.get("RequesterVpcInfo") or {}
    here = requester.get("OwnerId") == shard.account_id and requester.get("Region", shard.region) == shard.region
    return here and (item.get("Status") or {}).get("Code") == "active"


def _prefix_list(item: _Item, shard: Shard) -> bool:
    """Whether a prefix list is this account's; those of AWS have the owner AWS."""
    return item.get("OwnerId") == shard.account_id and item.get("State") not in {
        "create-in-progress", "create-failed", "delete-in-progress", "delete-complete",
    }  # fmt: skip


_GOING = _without("pending", "deleting", "deleted")

transit_gateway_attachments = _lister(
    "AWS::EC2::TransitGatewayAttachment", "DescribeTransitGatewayAttachments",
    path="transit-gateway-attachment", name="TransitGatewayAttachmentId", judged=_attached,
)  # fmt: skip

transit_gateway_route_tables = _lister(
    "AWS::EC2::TransitGatewayRouteTable", "DescribeTransitGatewayRouteTables",
    path="transit-gateway-route-table", name="TransitGatewayRouteTableId", judged=_GOING,
)  # fmt: skip

customer_gateways = _lister(
    "AWS::EC2::CustomerGateway", "DescribeCustomerGateways",
    path="customer-gateway", name="CustomerGatewayId", judged=_GOING, page=_ONE_PAGE,
)  # fmt: skip

internet_gateways = _lister(
    "AWS::EC2::InternetGateway", "DescribeInternetGateways",
    path="internet-gateway", name="InternetGatewayId", judged=_owned,
)  # fmt: skip

nat_gateways = _lister(
    "AWS::EC2::NatGateway", "DescribeNatGateways",
    path="natgateway", name="NatGatewayId", judged=_without("pending", "failed", "deleting", "deleted"),
    filtered=("nat-gateway-id", "Filter"),
)  # fmt: skip

route_tables = _lister(
    "AWS::EC2::RouteTable", "DescribeRouteTables", path="route-table", name="RouteTableId", judged=_owned, page=100,
)  # fmt: skip

endpoint_services = _lister(
    "AWS::EC2::VPCEndpointService", "DescribeVpcEndpointServiceConfigurations",
    path="vpc-endpoint-service", name="ServiceId", answer="ServiceConfigurations",
    judged=_without("Pending", "Deleting", "Deleted", "Failed", member="ServiceState"),
    filtered=("service-id", "Filters"),
)  # fmt: skip

flow_log_tags = _lister(
    "AWS::EC2::FlowLog", "DescribeFlowLogs", path="vpc-flow-log", name="FlowLogId", judged=lambda *_: True,
    filtered=("flow-log-id", "Filter"),
)  # fmt: skip

peering_connections = _lister(
    "AWS::EC2::VPCPeeringConnection", "DescribeVpcPeeringConnections",
    path="vpc-peering-connection", name="VpcPeeringConnectionId", judged=_requested,
)  # fmt: skip

vpn_gateways = _lister(
    "AWS::EC2::VPNGateway", "DescribeVpnGateways",
    path="vpn-gateway", name="VpnGatewayId", judged=_GOING, page=_ONE_PAGE,
)  # fmt: skip

dhcp_options = _lister(
    "AWS::EC2::DHCPOptions", "DescribeDhcpOptions", path="dhcp-options", name="DhcpOptionsId", judged=_owned,
)  # fmt: skip

prefix_lists = _lister(
    "AWS::EC2::PrefixList", "DescribeManagedPrefixLists",
    path="prefix-list", name="PrefixListId", answer="PrefixLists", judged=_prefix_list, page=100,
)  # fmt: skip

traffic_mirror_sessions = _lister(
    "AWS::EC2::TrafficMirrorSession", "DescribeTrafficMirrorSessions",
    path="traffic-mirror-session", name="TrafficMirrorSessionId", judged=_owned,
)  # fmt: skip

traffic_mirror_filters = _lister(
    "AWS::EC2::TrafficMirrorFilter", "DescribeTrafficMirrorFilters",
    path="traffic-mirror-filter", name="TrafficMirrorFilterId", judged=_owned,
)  # fmt: skip

traffic_mirror_targets = _lister(
    "AWS::EC2::TrafficMirrorTarget", "DescribeTrafficMirrorTargets",
    path="traffic-mirror-target", name="TrafficMirrorTargetId", judged=_owned,
)  # fmt: skip
