"""Networks: addresses, flow logs and security groups, one as it should be and one as bad as may be of each."""

from typing import Any

from local.server import ACCOUNT, EmbeddedAws

_PAIRS = [
    {"Key": key, "Value": value}
    for key, value in (("Environment", "production"), ("Owner", "web"), ("CostCenter", "CC-1000"), ("Project", "shop"))
]


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the estate of one region."""
    ec2 = aws.client("ec2", region)
    vpc = ec2.create_vpc(CidrBlock="10.7.0.0/16", TagSpecifications=_tagged("vpc"))["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.7.0.0/24")["Subnet"]["SubnetId"]
    _addresses(ec2, subnet)
    _flow_logs(ec2, aws.client("logs", region), vpc)
    _groups(ec2, vpc, subnet)
    _acls(ec2, vpc, subnet)
    _endpoints(ec2, vpc, region)
    _gateways(ec2, region)
    _routes(ec2, vpc, subnet)
    _mirrors(ec2, subnet)
    _endpoint_service(ec2, aws.client("elbv2", region), subnet)


def _addresses(ec2: Any, subnet: str) -> None:
    instance = ec2.describe_instances()["Reservations"][0]["Instances"][0]["InstanceId"]
    used, idle = (_of_an_interface(ec2, subnet) for _ in range(2))
    ec2.modify_network_interface_attribute(NetworkInterfaceId=idle, SourceDestCheck={"Value": False})
    ec2.attach_network_interface(NetworkInterfaceId=used, InstanceId=instance, DeviceIndex=1)
    ec2.create_tags(Resources=[used], Tags=_PAIRS)
    ec2.allocate_address(Domain="vpc")


def _of_an_interface(ec2: Any, subnet: str) -> str:
    """Associate an address with a network interface that is attached to nothing yet."""
    address = ec2.allocate_address(Domain="vpc", TagSpecifications=_tagged("elastic-ip"))["AllocationId"]
    interface = str(ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"]["NetworkInterfaceId"])
    ec2.associate_address(AllocationId=address, NetworkInterfaceId=interface)
    return interface


def _flow_logs(ec2: Any, logs: Any, vpc: str) -> None:
    half = ec2.create_vpc(CidrBlock="10.8.0.0/16")["Vpc"]["VpcId"]
    for number, (name, traffic) in enumerate(((vpc, "ALL"), (half, "ACCEPT"))):
        logs.create_log_group(logGroupName=f"flows-{number}")
        ec2.create_flow_logs(
            ResourceType="VPC",
            ResourceIds=[name],
            TrafficType=traffic,
            LogDestinationType="cloud-watch-logs",
            LogGroupName=f"flows-{number}",
            DeliverLogsPermissionArn=f"arn:aws:iam::{ACCOUNT}:role/flows",
        )


def _groups(ec2: Any, vpc: str, subnet: str) -> None:
    names = ("behind-an-interface", "named-by-a-rule", "named-by-a-template", "databases-open", "nobody-uses")
    groups = {
        name: ec2.create_security_group(
            GroupName=name, Description=name, VpcId=vpc, TagSpecifications=_tagged("security-group")
        )["GroupId"]
        for name in names
    }
    ec2.create_network_interface(SubnetId=subnet, Groups=[groups["behind-an-interface"], groups["databases-open"]])
    _admit(ec2, groups["behind-an-interface"], 443, UserIdGroupPairs=[{"GroupId": groups["named-by-a-rule"]}])
    _admit(ec2, groups["named-by-a-rule"], 443, IpRanges=[{"CidrIp": "0.0.0.0/0"}])
    _admit(ec2, groups["databases-open"], 5432, IpRanges=[{"CidrIp": "0.0.0.0/0"}])
    wizard = ec2.create_security_group(GroupName="launch-wizard-1", Description="launch-wizard-1", VpcId=vpc)["GroupId"]
    offices = [{"CidrIp": f"198.51.100.{number}/32"} for number in range(52)]
    _admit(ec2, wizard, 8443, IpRanges=[{"CidrIp": "0.0.0.0/0"}, *offices])
    ec2.create_launch_template(
        LaunchTemplateName="web-of-the-shop",
        LaunchTemplateData={
            "SecurityGroupIds": [groups["named-by-a-template"]],
            "MetadataOptions": {"HttpTokens": "required"},
        },
    )


def _acls(ec2: Any, vpc: str, subnet: str) -> None:
    """Make a network ACL that is in use and opens HTTPS alone, and one that is not in use and opens everything."""
    used, unused = (
        ec2.create_network_acl(VpcId=vpc, TagSpecifications=tags)["NetworkAcl"]["NetworkAclId"]
        for tags in (_tagged("network-acl"), [])
    )
    entry = {"RuleNumber": 100, "RuleAction": "allow", "Egress": False, "CidrBlock": "0.0.0.0/0"}
    ec2.create_network_acl_entry(NetworkAclId=used, Protocol="6", PortRange={"From": 443, "To": 443}, **entry)
    ec2.create_network_acl_entry(NetworkAclId=unused, Protocol="-1", **entry)
    (acl,) = ec2.describe_network_acls(Filters=[{"Name": "association.subnet-id", "Values": [subnet]}])["NetworkAcls"]
    (association,) = (each for each in acl["Associations"] if each["SubnetId"] == subnet)
    ec2.replace_network_acl_association(AssociationId=association["NetworkAclAssociationId"], NetworkAclId=used)


def _endpoints(ec2: Any, vpc: str, region: str) -> None:
    for service in ("ec2", "ecr.api", "ecr.dkr", "ssm", "ssm-contacts", "ssm-incidents"):
        ec2.create_vpc_endpoint(VpcId=vpc, VpcEndpointType="Interface", ServiceName=f"com.amazonaws.{region}.{service}")


def _routes(ec2: Any, vpc: str, subnet: str) -> None:
    """Make what is judged by its tags alone, where nothing else of the estate has made one."""
    ec2.create_internet_gateway(TagSpecifications=_tagged("internet-gateway"))
    ec2.create_nat_gateway(SubnetId=subnet, ConnectivityType="private", TagSpecifications=_tagged("natgateway"))
    ec2.create_dhcp_options(
        DhcpConfigurations=[{"Key": "domain-name", "Values": ["shop.example"]}],
        TagSpecifications=_tagged("dhcp-options"),
    )
    ec2.create_managed_prefix_list(
        PrefixListName="offices", MaxEntries=2, AddressFamily="IPv4", TagSpecifications=_tagged("prefix-list")
    )
    peer = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    peering = ec2.create_vpc_peering_connection(VpcId=vpc, PeerVpcId=peer)["VpcPeeringConnection"]
    ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=peering["VpcPeeringConnectionId"])
    gateway = ec2.describe_transit_gateways()["TransitGateways"][0]["TransitGatewayId"]
    ec2.create_transit_gateway_vpc_attachment(TransitGatewayId=gateway, VpcId=vpc, SubnetIds=[subnet])


def _endpoint_service(ec2: Any, elbv2: Any, subnet: str) -> None:
    """Offer a network load balancer as an endpoint service; it goes again, as its own estate has others."""
    balancer = elbv2.create_load_balancer(Name="shop-private", Type="network", Scheme="internal", Subnets=[subnet])
    name = balancer["LoadBalancers"][0]["LoadBalancerArn"]
    ec2.create_vpc_endpoint_service_configuration(
        NetworkLoadBalancerArns=[name], TagSpecifications=_tagged("vpc-endpoint-service")
    )
    elbv2.delete_load_balancer(LoadBalancerArn=name)


def _mirrors(ec2: Any, subnet: str) -> None:
    interface = ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"]["NetworkInterfaceId"]
    target = ec2.create_traffic_mirror_target(NetworkInterfaceId=interface)["TrafficMirrorTarget"]
    rules = ec2.create_traffic_mirror_filter(TagSpecifications=_tagged("traffic-mirror-filter"))["TrafficMirrorFilter"]
    ec2.create_traffic_mirror_session(
        NetworkInterfaceId=interface,
        TrafficMirrorTargetId=target["TrafficMirrorTargetId"],
        TrafficMirrorFilterId=rules["TrafficMirrorFilterId"],
        SessionNumber=1,
    )


def _gateways(ec2: Any, region: str) -> None:
    for number, accepts in enumerate(("disable", "enable")):
        tags = [] if number else _tagged("transit-gateway")
        ec2.create_transit_gateway(Options={"AutoAcceptSharedAttachments": accepts}, TagSpecifications=tags)
        ec2.create_client_vpn_endpoint(
            ClientCidrBlock=f"10.2{number}.0.0/22",
            ServerCertificateArn=f"arn:aws:acm:{region}:{ACCOUNT}:certificate/vpn",
            AuthenticationOptions=[{"Type": "certificate-authentication"}],
            ConnectionLogOptions={"Enabled": False} if number else {"Enabled": True, "CloudwatchLogGroup": "vpn"},
            TagSpecifications=[] if number else _tagged("client-vpn-endpoint"),
        )
    gateway = ec2.create_vpn_gateway(Type="ipsec.1")["VpnGateway"]["VpnGatewayId"]
    customer = ec2.create_customer_gateway(Type="ipsec.1", PublicIp="198.51.100.1", BgpAsn=65000)["CustomerGateway"]
    for number in range(2):
        made = ec2.create_vpn_connection(
            Type="ipsec.1",
            CustomerGatewayId=customer["CustomerGatewayId"],
            VpnGatewayId=gateway,
            TagSpecifications=[] if number else _tagged("vpn-connection"),
        )
        _tunnels(region, made["VpnConnection"]["VpnConnectionId"], good=not number)


def _tunnels(region: str, name: str, *, good: bool) -> None:
    """Set the tunnels of a VPN connection, which moto leaves out: in AWS a device of the customer brings them up."""
    from moto.ec2.models import ec2_backends  # noqa: PLC0415 - moto takes seconds to import

    connection = ec2_backends[ACCOUNT][region].vpn_connections[name]
    options = {
        "LogOptions": {"CloudWatchLogOptions": {"LogEnabled": good}},
        "IkeVersions": [{"Value": "ikev2"}] if good else [],
        "PreSharedKey": "example-key-that-nobody-uses",
    }
    addresses = ("203.0.113.1", "203.0.113.2")
    connection.options = {"TunnelOptions": [{"OutsideIpAddress": address, **options} for address in addresses]}
    connection.vgw_telemetry = [
        {"OutsideIpAddress": address, "Status": "UP" if good else "DOWN"} for address in addresses
    ]


def _admit(ec2: Any, group: str, port: int, **who: Any) -> None:
    permission = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, **who}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])


def _tagged(kind: str) -> list[Any]:
    return [{"ResourceType": kind, "Tags": _PAIRS}]
