"""Reading EC2: transit gateways, VPN connections and Client VPN endpoints."""

import typing
from typing import Any

from muster.facets.ec2.gateways import ClientVpnEndpoint, TransitGateway, VpnConnection
from muster.facets.tagging.tags import Tags
from muster.model.listing import Page, after, filtered
from muster.model.readers import lists
from muster.model.shard import Shard
from muster.readers.ec2.listed import ec2_listed

if typing.TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

_TRANSIT_GATEWAY = "AWS::EC2::TransitGateway"
_VPN_CONNECTION = "AWS::EC2::VPNConnection"
_CLIENT_VPN_ENDPOINT = "AWS::EC2::ClientVpnEndpoint"

_UNUSABLE = frozenset({"pending", "deleting", "deleted"})


@lists(
    _TRANSIT_GATEWAY, permission="ec2:DescribeTransitGateways", facets=(TransitGateway, Tags), page=1000,
    arn="ec2:{region}:{account}:transit-gateway/{id}", only=filtered("transit-gateway-id"),
)  # fmt: skip
def transit_gateways(ec2: "EC2Client", shard: Shard, token: str | None, **only: Any) -> Page:
    """List the transit gateways of a region, 1000 a page.

    Those that another account shares are left out: only their owner can change them.
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeTransitGateways.html
    """
    answer = ec2.describe_transit_gateways(MaxResults=1000, **after(token), **only)
    items = (
        ec2_listed(shard, _TRANSIT_GATEWAY, f"transit-gateway/{item['TransitGatewayId']}", item, (TransitGateway, Tags))
        for item in answer.get("TransitGateways", ())
        if item.get("OwnerId", shard.account_id) == shard.account_id and item.get("State") not in _UNUSABLE
    )
    return Page(items, answer.get("NextToken"))


@lists(
    _VPN_CONNECTION, permission="ec2:DescribeVpnConnections", facets=(VpnConnection, Tags), page=1_000_000,
    arn="ec2:{region}:{account}:vpn-connection/{id}", only=filtered("vpn-connection-id"),
)  # fmt: skip
def vpn_connections(ec2: "EC2Client", shard: Shard, _token: str | None, **only: Any) -> Page:
    """List the VPN connections of a region that are available, which AWS answers in one page.

    The answer holds the pre-shared keys of the tunnels. The facets do not read them.
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpnConnections.html
    """
    answer = ec2.describe_vpn_connections(**only)
    items = (
        ec2_listed(shard, _VPN_CONNECTION, f"vpn-connection/{item['VpnConnectionId']}", item, (VpnConnection, Tags))
        for item in answer.get("VpnConnections", ())
        if item.get("State") not in _UNUSABLE
    )
    return Page(items)


@lists(
    _CLIENT_VPN_ENDPOINT, permission="ec2:DescribeClientVpnEndpoints", facets=(ClientVpnEndpoint, Tags), page=1000,
    arn="ec2:{region}:{account}:client-vpn-endpoint/{id}", only=filtered("endpoint-id"),
)  # fmt: skip
def client_vpn_endpoints(ec2: "EC2Client", shard: Shard, token: str | None, **only: Any) -> Page:
    """List the Client VPN endpoints of a region, 1000 a page; those that are going or gone are left out.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeClientVpnEndpoints.html
    """
    answer = ec2.describe_client_vpn_endpoints(MaxResults=1000, **after(token), **only)
    items = (
        ec2_listed(
            shard,
            _CLIENT_VPN_ENDPOINT,
            f"client-vpn-endpoint/{item['ClientVpnEndpointId']}",
            item,
            (ClientVpnEndpoint, Tags),
        )
        for item in answer.get("ClientVpnEndpoints", ())
        if (item.get("Status") or {}).get("Code") not in _UNUSABLE
    )
    return Page(items, answer.get("NextToken"))
