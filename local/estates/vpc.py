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


def _addresses(ec2: Any, subnet: str) -> None:
    instance = ec2.describe_instances()["Reservations"][0]["Instances"][0]["InstanceId"]
    used, _idle = (_of_an_interface(ec2, subnet) for _ in range(2))
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
    _admit(ec2, groups["databases-open"], 5432, IpRanges=[{"CidrIp": "0.0.0.0/0"}])
    ec2.create_launch_template(
        LaunchTemplateName="web-of-the-shop",
        LaunchTemplateData={
            "SecurityGroupIds": [groups["named-by-a-template"]],
            "MetadataOptions": {"HttpTokens": "required"},
        },
    )


def _admit(ec2: Any, group: str, port: int, **who: Any) -> None:
    permission = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, **who}
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])


def _tagged(kind: str) -> list[Any]:
    return [{"ResourceType": kind, "Tags": _PAIRS}]
