"""Listers of resources that are judged by their tags: their names, what they leave out, and how ids narrow them."""

import re
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from muster.facets.tagging.tags import Tags
from muster.model.readers import Lister
from muster.model.shard import Shard
from muster.readers.ec2 import tagged
from tests.integration.conftest import listing

HERE, OWN, OTHER = "eu-west-1", "123456789012", "111122223333"
SHARD = Shard(OWN, HERE, "ec2", HERE, (HERE,))
TAG = {"Key": "Owner", "Value": "web"}
GOING = [{"State": state} for state in ("pending", "deleting", "deleted")]
SHARED = [{"OwnerId": OTHER}]
GOOD: dict[str, Any] = {}
FAILED = [{"State": "failed"}]
AVAILABLE = {"ResourceOwnerId": OWN, "State": "available"}
PEERING = {"RequesterVpcInfo": {"OwnerId": OWN, "Region": HERE}, "Status": {"Code": "active"}}


@pytest.fixture(scope="module")
def ec2() -> Any:
    return boto3.client("ec2", HERE)


@pytest.mark.parametrize(
    ("lister", "names", "good", "others"),
    [
        pytest.param(
            tagged.transit_gateway_attachments, "TransitGatewayAttachments TransitGatewayAttachmentId", AVAILABLE,
            [AVAILABLE | {"ResourceOwnerId": OTHER}, AVAILABLE | {"State": "pendingAcceptance"}], id="attachments",
        ),
        pytest.param(
            tagged.transit_gateway_route_tables, "TransitGatewayRouteTables TransitGatewayRouteTableId", GOOD, GOING,
            id="transit gateway route tables",
        ),
        pytest.param(
            tagged.customer_gateways, "CustomerGateways CustomerGatewayId", GOOD, GOING, id="customer gateways"
        ),
        pytest.param(
            tagged.internet_gateways, "InternetGateways InternetGatewayId", GOOD, SHARED, id="internet gateways"
        ),
        pytest.param(tagged.nat_gateways, "NatGateways NatGatewayId", GOOD, GOING + FAILED, id="NAT gateways"),
        pytest.param(tagged.route_tables, "RouteTables RouteTableId", {"OwnerId": OWN}, SHARED, id="route tables"),
        pytest.param(
            tagged.endpoint_services, "ServiceConfigurations ServiceId", {"ServiceState": "Available"},
            [{"ServiceState": "Deleted"}, {"ServiceState": "Failed"}], id="endpoint services",
        ),
        pytest.param(tagged.flow_log_tags, "FlowLogs FlowLogId", GOOD, [], id="flow logs"),
        pytest.param(
            tagged.peering_connections, "VpcPeeringConnections VpcPeeringConnectionId", PEERING,
            [PEERING | {"RequesterVpcInfo": {"OwnerId": OTHER, "Region": HERE}},
             PEERING | {"RequesterVpcInfo": {"OwnerId": OWN, "Region": "us-east-1"}},
             PEERING | {"Status": {"Code": "deleted"}}], id="peering connections",
        ),
        pytest.param(tagged.vpn_gateways, "VpnGateways VpnGatewayId", GOOD, GOING, id="VPN gateways"),
        pytest.param(tagged.dhcp_options, "DhcpOptions DhcpOptionsId", GOOD, SHARED, id="DHCP options"),
        pytest.param(
            tagged.prefix_lists, "PrefixLists PrefixListId", {"OwnerId": OWN, "State": "modify-failed"},
            [{"OwnerId": "AWS"}, {"OwnerId": OTHER}, {"OwnerId": OWN, "State": "create-failed"}], id="prefix lists",
        ),
        pytest.param(
            tagged.traffic_mirror_sessions, "TrafficMirrorSessions TrafficMirrorSessionId", GOOD, SHARED, id="sessions"
        ),
        pytest.param(
            tagged.traffic_mirror_filters, "TrafficMirrorFilters TrafficMirrorFilterId", GOOD, [], id="filters"
        ),
        pytest.param(
            tagged.traffic_mirror_targets, "TrafficMirrorTargets TrafficMirrorTargetId", GOOD, SHARED, id="targets"
        ),
    ],
)  # fmt: skip
def test_what_belongs_to_others_or_is_going_is_left_out(
    ec2: Any, lister: Lister, names: str, good: dict[str, Any], others: list[dict[str, Any]]
) -> None:
    members, name = names.split()
    items = [{name: "x-1", "Tags": [TAG]} | good, *({name: "x-2"} | other for other in others)]
    method = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", lister.operation.partition(":")[2]).lower()
    assert lister.only is not None
    only = lister.only.parameters(["x-1"])
    asked = only | ({"MaxResults": lister.page} if lister.page <= 1000 else {})
    with Stubber(ec2) as stub:
        stub.add_response(method, {members: items}, asked)
        (found,) = list(lister.function(ec2, SHARD, None, **only).items)
    assert (found.resource.id, found.resource.tags) == ("x-1", {"Owner": "web"})
    assert lister.arn is not None
    assert found.facets == {Tags: Tags({"Owner": "web"})}


def test_every_page_is_read(ec2: Any) -> None:
    first, second = ({"RouteTables": [{"RouteTableId": name}]} for name in ("rtb-1", "rtb-2"))
    with Stubber(ec2) as stub:
        stub.add_response("describe_route_tables", first | {"NextToken": "next"}, {"MaxResults": 100})
        stub.add_response("describe_route_tables", second, {"MaxResults": 100, "NextToken": "next"})
        assert [each.resource.id for each in listing(tagged.route_tables, ec2, SHARD)] == ["rtb-1", "rtb-2"]
