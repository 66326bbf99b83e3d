"""Addresses, VPCs, flow logs and the users of security groups, against moto and against AWS's documented answers."""

from typing import Any

import boto3
from botocore.stub import Stubber

from muster.checks.ec2.vpc import ec2_eip_attached
from muster.facets.ec2.vpc import Address, NetworkInterface, Vpc
from muster.facets.tagging.tags import TagParents, Tags
from muster.model.finding import REGION, Resource, Status
from muster.model.shard import Shard
from muster.readers.ec2.images import launch_template_versions
from muster.readers.ec2.vpc import (
    ADDRESS,
    INTERFACE,
    OF_SERVICES,
    VPC,
    addresses,
    flow_logs,
    interfaces,
    network_interfaces,
    referenced_groups,
    vpcs,
)
from muster.sdk.session import Clients
from tests.integration.conftest import listing

HERE = "eu-west-1"
SHARD = Shard("123456789012", HERE, "ec2", HERE, (HERE,))
PLACE = Resource(REGION, HERE, "123456789012", HERE)
MARK = {"Key": "Owner", "Value": "a=b 🌍"}


def test_addresses_are_listed(clients: Clients) -> None:
    ec2 = clients.get("ec2", HERE)
    made = ec2.allocate_address(Domain="vpc", TagSpecifications=[{"ResourceType": "elastic-ip", "Tags": [MARK]}])
    (found,) = listing(addresses, ec2, SHARD)
    assert (found.resource.type, found.resource.id) == (ADDRESS, made["AllocationId"])
    assert found.resource.arn == f"arn:aws:ec2:{HERE}:123456789012:elastic-ip/{made['AllocationId']}"
    assert found.resource.tags == {"Owner": "a=b 🌍"}
    assert found.facets == {Address: Address(made["PublicIp"]), Tags: Tags({"Owner": "a=b 🌍"})}


def test_an_address_is_found_by_the_interface_that_nothing_uses(clients: Clients) -> None:
    ec2 = clients.get("ec2", HERE)
    subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    name = ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"]["NetworkInterfaceId"]
    made = ec2.allocate_address(Domain="vpc")["AllocationId"]
    ec2.associate_address(AllocationId=made, NetworkInterfaceId=name)
    instance = ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]

    def judged() -> Status:
        (found,) = listing(addresses, ec2, SHARD)
        return ec2_eip_attached(found.facets[Address], network_interfaces.function(ec2, PLACE)).status

    assert judged() is Status.NON_COMPLIANT
    ec2.attach_network_interface(NetworkInterfaceId=name, InstanceId=instance, DeviceIndex=1)
    assert judged() is Status.COMPLIANT


def test_an_address_says_which_instance_has_it(clients: Clients) -> None:
    ec2 = clients.get("ec2", HERE)
    name = ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    made = ec2.allocate_address(Domain="vpc")
    ec2.associate_address(AllocationId=made["AllocationId"], InstanceId=name)
    (found,) = listing(addresses, ec2, SHARD)
    facet = found.facets[Address]
    assert isinstance(facet, Address)
    assert name in facet.associated_with


def test_addresses_that_a_service_manages_are_left_out() -> None:
    ec2 = boto3.client("ec2", HERE)
    answer = {
        "Addresses": [{"AllocationId": "eipalloc-1"}, {"AllocationId": "eipalloc-2", "ServiceManaged": "alb"}],
    }
    with Stubber(ec2) as stub:
        stub.add_response("describe_addresses", answer, {})
        assert [found.resource.id for found in listing(addresses, ec2, SHARD)] == ["eipalloc-1"]


def test_vpcs_are_listed_and_found_by_their_flow_logs(clients: Clients) -> None:
    ec2 = clients.get("ec2", HERE)
    made = ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=[{"ResourceType": "vpc", "Tags": [MARK]}])["Vpc"][
        "VpcId"
    ]
    subnet = ec2.create_subnet(VpcId=made, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    for kind, name in (("VPC", made), ("Subnet", subnet)):
        ec2.create_flow_logs(
            ResourceType=kind,
            ResourceIds=[name],
            TrafficType="REJECT",
            LogDestinationType="cloud-watch-logs",
            LogGroupName=f"flows-{kind}",
            DeliverLogsPermissionArn="arn:aws:iam::123456789012:role/flows",
        )
    found = {item.resource.id: item for item in listing(vpcs, ec2, SHARD)}
    assert found[made].resource.type == VPC
    assert found[made].resource.arn == f"arn:aws:ec2:{HERE}:123456789012:vpc/{made}"
    assert found[made].facets == {Vpc: Vpc(made), Tags: Tags({"Owner": "a=b 🌍"})}
    logs = flow_logs.function(ec2, PLACE).by_vpc
    assert list(logs) == [made]
    assert [(log.status, log.traffic) for log in logs[made]] == [("ACTIVE", "REJECT")]


def test_vpcs_of_other_accounts_and_those_on_their_way_out_are_left_out() -> None:
    ec2 = boto3.client("ec2", "cn-north-1")
    first = {
        "Vpcs": [
            {"VpcId": "vpc-1", "OwnerId": "123456789012", "State": "available"},
            {"VpcId": "vpc-2", "OwnerId": "111122223333", "State": "available"},
            {"VpcId": "vpc-3", "OwnerId": "123456789012", "State": "deleting"},
        ],
        "NextToken": "next",
    }
    shard = Shard("123456789012", "cn-north-1", "ec2", "cn-north-1", ("cn-north-1",), "aws-cn")
    with Stubber(ec2) as stub:
        stub.add_response("describe_vpcs", first, {"MaxResults": 1000})
        stub.add_response("describe_vpcs", {"Vpcs": [{"VpcId": "vpc-4"}]}, {"MaxResults": 1000, "NextToken": "next"})
        found = listing(vpcs, ec2, shard)
    assert [item.resource.arn for item in found] == [
        "arn:aws-cn:ec2:cn-north-1:123456789012:vpc/vpc-1",
        "arn:aws-cn:ec2:cn-north-1:123456789012:vpc/vpc-4",
    ]


def group(ec2: Any, name: str) -> str:
    vpc = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
    return str(ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"])


def test_the_users_of_a_group_are_found(clients: Clients) -> None:
    ec2 = clients.get("ec2", HERE)
    groups = {name: group(ec2, name) for name in ("interface", "rule", "template", "nested", "self", "unused")}
    subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    ec2.create_network_interface(SubnetId=subnet, Groups=[groups["interface"]])
    for owner, named in (("unused", "rule"), ("self", "self")):
        pair = [{"GroupId": groups[named]}]
        permission: Any = {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 1, "UserIdGroupPairs": pair}
        ec2.authorize_security_group_ingress(GroupId=groups[owner], IpPermissions=[permission])
    ec2.create_launch_template(
        LaunchTemplateName="web",
        LaunchTemplateData={
            "SecurityGroupIds": [groups["template"]],
            "NetworkInterfaces": [{"DeviceIndex": 0, "Groups": [groups["nested"]]}],
        },
    )
    assert groups["interface"] in network_interfaces.function(ec2, PLACE).group_ids
    assert referenced_groups.function(ec2, PLACE).ids == {groups["rule"]}
    assert launch_template_versions.function(ec2, PLACE).group_ids == {groups["template"], groups["nested"]}


def test_interfaces_are_listed_with_their_tags_and_the_instance_that_they_are_attached_to(clients: Clients) -> None:
    ec2 = clients.get("ec2", HERE)
    subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    tags = [{"ResourceType": "network-interface", "Tags": [MARK]}]
    made = ec2.create_network_interface(SubnetId=subnet, TagSpecifications=tags)["NetworkInterface"]
    name = made["NetworkInterfaceId"]
    (found,) = listing(interfaces, ec2, SHARD)
    assert (found.resource.type, found.resource.id) == (INTERFACE, name)
    assert found.resource.arn == f"arn:aws:ec2:{HERE}:123456789012:network-interface/{name}"
    assert found.resource.tags == {"Owner": "a=b 🌍"}
    assert found.facets == {
        NetworkInterface: NetworkInterface("interface", source_dest_check=True),
        TagParents: TagParents(()),
        Tags: Tags({"Owner": "a=b 🌍"}),
    }
    instance = ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    ec2.attach_network_interface(NetworkInterfaceId=name, InstanceId=instance, DeviceIndex=1)
    attached = {each.resource.id: each.facets[TagParents] for each in listing(interfaces, ec2, SHARD)}
    assert len(attached) == 2, "the instance has one of its own"
    assert set(attached.values()) == {TagParents((instance,))}


def test_interfaces_are_listed_in_the_largest_pages_to_the_end() -> None:
    ec2 = boto3.client("ec2", HERE)
    first, second = ({"NetworkInterfaces": [{"NetworkInterfaceId": name}]} for name in ("eni-1", "eni-2"))
    with Stubber(ec2) as stub:
        stub.add_response("describe_network_interfaces", first | {"NextToken": "next"}, {"MaxResults": 1000})
        stub.add_response("describe_network_interfaces", second, {"MaxResults": 1000, "NextToken": "next"})
        assert [each.resource.id for each in listing(interfaces, ec2, SHARD)] == ["eni-1", "eni-2"]
    asked = ec2.meta.service_model.operation_model("DescribeNetworkInterfaces").input_shape.members
    assert asked["MaxResults"].metadata["max"] == interfaces.page


def listed_of(*items: dict[str, Any]) -> list[str]:
    ec2 = boto3.client("ec2", HERE)
    with Stubber(ec2) as stub:
        stub.add_response("describe_network_interfaces", {"NetworkInterfaces": list(items)})
        return [each.resource.id for each in listing(interfaces, ec2, SHARD)]


def test_interfaces_that_a_service_made_and_those_of_other_accounts_are_left_out() -> None:
    own = {"OwnerId": "123456789012", "RequesterManaged": False, "InterfaceType": "interface"}
    found = listed_of(
        {"NetworkInterfaceId": "eni-own"} | own,
        {"NetworkInterfaceId": "eni-bare"},
        {"NetworkInterfaceId": "eni-participant"} | own | {"OwnerId": "111122223333"},
        {"NetworkInterfaceId": "eni-database"} | own | {"RequesterManaged": True},
        {"NetworkInterfaceId": "eni-function"} | own | {"InterfaceType": "lambda"},
        {"NetworkInterfaceId": "eni-gateway"} | own | {"InterfaceType": "nat_gateway"},
        {"NetworkInterfaceId": "eni-new"} | own | {"InterfaceType": "of-a-type-to-come"},
    )
    assert found == ["eni-own", "eni-bare", "eni-new"]


def test_every_type_of_interface_is_one_to_make_or_one_of_a_service() -> None:
    """What can be made stands in the prose of CreateNetworkInterface; a branch is in its enumeration, not there."""
    model = boto3.client("ec2", HERE).meta.service_model
    types = set(model.shape_for("NetworkInterfaceType").enum)
    assert types == {"interface", "efa", "efa-only", "trunk"} | (OF_SERVICES & types)
    assert not OF_SERVICES & (set(model.shape_for("NetworkInterfaceCreationType").enum) - {"branch"})
    found = listed_of(*({"NetworkInterfaceId": kind, "InterfaceType": kind} for kind in sorted(types)))
    assert found == ["efa", "efa-only", "interface", "trunk"]
