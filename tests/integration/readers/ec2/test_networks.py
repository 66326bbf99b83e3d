"""Listers of EC2's networks, gateways and Spot Fleets: what they leave out, and the names that they give."""

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from muster.facets.ec2.images import SourceImage
from muster.facets.tagging.tags import Tags
from muster.model.finding import REGION, Resource
from muster.model.readers import Lister
from muster.model.shard import Shard
from muster.readers.ec2.gateways import client_vpn_endpoints, transit_gateways, vpn_connections
from muster.readers.ec2.launches import source_images, spot_fleets
from muster.readers.ec2.subnets import network_acls, subnets
from tests.integration.conftest import listing

HERE = "eu-west-1"
SHARD = Shard("123456789012", HERE, "ec2", HERE, (HERE,))
OTHER = {"OwnerId": "111122223333"}
ALL = {"MaxResults": 1000}


@pytest.fixture(scope="module")
def ec2() -> Any:
    return boto3.client("ec2", HERE)


@pytest.mark.parametrize(
    ("lister", "operation", "answer", "arn"),
    [
        pytest.param(
            subnets, "describe_subnets",
            {"Subnets": [{"SubnetId": "subnet-1", "State": "available"}, {"SubnetId": "subnet-2"} | OTHER]
             + [{"SubnetId": "subnet-3", "State": state} for state in ("pending", "failed")]},
            "subnet/subnet-1", id="subnets",
        ),
        pytest.param(
            network_acls, "describe_network_acls",
            {"NetworkAcls": [{"NetworkAclId": "acl-1", "OwnerId": "123456789012"}, {"NetworkAclId": "acl-2"} | OTHER]},
            "network-acl/acl-1", id="network ACLs",
        ),
        pytest.param(
            transit_gateways, "describe_transit_gateways",
            {"TransitGateways": [{"TransitGatewayId": "tgw-1", "State": "modifying"},
                                 {"TransitGatewayId": "tgw-2", "State": "available"} | OTHER]
             + [{"TransitGatewayId": "tgw-3", "State": state} for state in ("pending", "deleting", "deleted")]},
            "transit-gateway/tgw-1", id="transit gateways",
        ),
        pytest.param(
            vpn_connections, "describe_vpn_connections",
            {"VpnConnections": [{"VpnConnectionId": f"vpn-{number}", "State": state}
                                for number, state in enumerate(("pending", "available", "deleting", "deleted"))]},
            "vpn-connection/vpn-1", id="VPN connections",
        ),
        pytest.param(
            client_vpn_endpoints, "describe_client_vpn_endpoints",
            {"ClientVpnEndpoints": [{"ClientVpnEndpointId": f"cvpn-endpoint-{number}", "Status": {"Code": state}}
                                    for number, state in enumerate(("deleting", "pending-associate", "deleted"))]},
            "client-vpn-endpoint/cvpn-endpoint-1", id="Client VPN endpoints",
        ),
        pytest.param(
            spot_fleets, "describe_spot_fleet_requests",
            {"SpotFleetRequestConfigs": [{"SpotFleetRequestId": f"sfr-{number}", "SpotFleetRequestState": state}
                                         for number, state in enumerate(("cancelled", "active", "failed"))]},
            "spot-fleet-request/sfr-1", id="Spot Fleet requests",
        ),
    ],
)  # fmt: skip
def test_what_others_own_and_what_is_going_is_left_out(
    ec2: Any, lister: Lister, operation: str, answer: Any, arn: str
) -> None:
    with Stubber(ec2) as stub:
        stub.add_response(operation, answer, ALL if lister.page == ALL["MaxResults"] else {})
        (found,) = listing(lister, ec2, SHARD)
    assert found.resource.arn == f"arn:aws:ec2:{HERE}:123456789012:{arn}"
    assert found.resource.id == arn.partition("/")[2]
    assert set(found.facets) == {*lister.facets}
    assert Tags in found.facets


def test_images_of_other_accounts_are_read_by_their_ids(ec2: Any) -> None:
    asked = {"Filters": [{"Name": "image-id", "Values": ["ami-1", "ami-2"]}], "IncludeDeprecated": True} | ALL
    with Stubber(ec2) as stub:
        stub.add_response("describe_images", {"Images": [{"ImageId": "ami-1"}]}, asked)
        place = Resource(REGION, HERE, "123456789012", HERE)
        assert source_images.function(ec2, place, ["ami-1", "ami-2"]) == {"ami-1": SourceImage(None)}
