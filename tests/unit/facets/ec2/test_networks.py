"""Network ACLs, endpoints and gateways as EC2 answers them."""

import json

from muster.facets.ec2.endpoints import VpcBlockPublicAccess, VpcEndpoints
from muster.facets.ec2.gateways import ClientVpnEndpoint, TransitGateway, Tunnel, TunnelStatus, VpnConnection
from muster.facets.ec2.network_acls import AclEntry, NetworkAcl
from muster.facets.ec2.vpc import NetworkInterface
from muster.model.finding import Unknown

ENTRY = {"CidrBlock": "0.0.0.0/0", "Egress": False, "RuleAction": "allow", "RuleNumber": 100}


def test_a_network_acl_is_parsed_as_aws_documents_it() -> None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeNetworkAcls.html."""
    answer = {
        "IsDefault": False,
        "Associations": [{"NetworkAclAssociationId": "aclassoc-1", "NetworkAclId": "acl-1", "SubnetId": "subnet-1"}],
        "Entries": [
            ENTRY | {"Protocol": "6", "PortRange": {"From": 22, "To": 23}},
            ENTRY | {"Protocol": "-1", "RuleAction": "deny", "RuleNumber": 32767},
            {"Ipv6CidrBlock": "::/0", "Egress": True, "Protocol": "58", "RuleAction": "allow", "RuleNumber": 101},
        ],
    }
    assert NetworkAcl.parse(answer) == NetworkAcl(
        default=False,
        entries=(
            AclEntry(100, outbound=False, action="allow", protocol="tcp", cidr="0.0.0.0/0", from_port=22, to_port=23),
            AclEntry(32767, outbound=False, action="deny", protocol="-1", cidr="0.0.0.0/0"),
            AclEntry(101, outbound=True, action="allow", protocol="58", cidr="::/0"),
        ),
        subnets=("subnet-1",),
    )


def test_what_an_entry_leaves_out_is_not_known() -> None:
    found = AclEntry.parse({})
    assert all(
        isinstance(each, Unknown) for each in (found.number, found.outbound, found.action, found.protocol, found.cidr)
    )
    assert isinstance(NetworkAcl.parse({}).default, Unknown)


def test_only_interface_endpoints_that_are_available_count_in_either_spelling() -> None:
    """The API reference spells the state `Available`, the service `available`."""
    good = {"VpcId": "vpc-1", "ServiceName": "s", "VpcEndpointType": "Interface", "State": "available"}
    answer = {
        "VpcEndpoints": [
            good | {"ServiceName": "one"},
            good | {"ServiceName": "two", "State": "Available"},
            good | {"ServiceName": "three", "State": "pending"},
            good | {"ServiceName": "four", "VpcEndpointType": "Gateway"},
            good | {"ServiceName": "five", "VpcId": "vpc-2"},
        ]
    }
    assert VpcEndpoints.parse(answer).by_vpc == {"vpc-1": {"one", "two"}, "vpc-2": {"five"}}


def test_the_block_of_internet_gateways_is_parsed() -> None:
    answer = {"VpcBlockPublicAccessOptions": {"State": "update-complete", "InternetGatewayBlockMode": "block-ingress"}}
    assert VpcBlockPublicAccess.parse(answer) == VpcBlockPublicAccess("block-ingress")
    assert isinstance(VpcBlockPublicAccess.parse({"VpcBlockPublicAccessOptions": {}}).mode, Unknown)


def test_gateways_are_parsed() -> None:
    for word, accepts in (("enable", True), ("disable", False)):
        assert TransitGateway.parse({"Options": {"AutoAcceptSharedAttachments": word}}) == TransitGateway(accepts)
    assert isinstance(TransitGateway.parse({}).auto_accept, Unknown)
    assert ClientVpnEndpoint.parse({"ConnectionLogOptions": {"Enabled": True}}) == ClientVpnEndpoint(logged=True)
    assert isinstance(ClientVpnEndpoint.parse({}).logged, Unknown)
    assert NetworkInterface.parse({"InterfaceType": "efa", "SourceDestCheck": False}) == NetworkInterface("efa", False)


def test_the_pre_shared_keys_of_a_vpn_connection_are_dropped() -> None:
    """https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_VpnConnection.html."""
    tunnel = {"OutsideIpAddress": "203.0.113.1", "PreSharedKey": "example-key"}
    first = tunnel | {
        "LogOptions": {"CloudWatchLogOptions": {"LogEnabled": True}},
        "IkeVersions": [{"Value": "ikev2"}, {"Value": "ikev1"}],
    }
    answer = {
        "CustomerGatewayConfiguration": "<pre_shared_key>example-key</pre_shared_key>",
        "Options": {"TunnelOptions": [first, tunnel]},
        "VgwTelemetry": [{"OutsideIpAddress": "203.0.113.1", "Status": "UP", "StatusMessage": "IPSEC IS UP"}],
    }
    found = VpnConnection.parse(answer)
    assert found == VpnConnection(
        (TunnelStatus("203.0.113.1", "UP"),),
        (Tunnel("203.0.113.1", logged=True, ike_versions=("ikev1", "ikev2")), Tunnel("203.0.113.1")),
    )
    assert "example-key" not in json.dumps(repr(found))
