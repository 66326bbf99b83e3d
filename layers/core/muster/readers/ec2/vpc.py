"""Reading the network side of EC2: addresses, interfaces, VPCs and their flow logs, and who uses a security group."""

import typing
from typing import Any

from muster.facets.ec2.endpoints import VpcBlockPublicAccess, VpcEndpoints
from muster.facets.ec2.vpc import (
    Address,
    FlowLogs,
    FunctionGroups,
    NetworkInterface,
    NetworkInterfaces,
    ReferencedGroups,
    Vpc,
)
from muster.facets.tagging.tags import TagParents, Tags
from muster.model.finding import REGION
from muster.model.listing import Page, after, filtered
from muster.model.paging import Pages
from muster.model.readers import lists, reads
from muster.model.shard import Shard
from muster.readers.answers import all_pages
from muster.readers.ec2.listed import ec2_listed
from muster.readers.lambda_.functions import FUNCTION

if typing.TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

ADDRESS = "AWS::EC2::EIP"
INTERFACE = "AWS::EC2::NetworkInterface"
VPC = "AWS::EC2::VPC"

OF_SERVICES = frozenset(
    {
        "api_gateway_managed", "aws_codestar_connections_managed", "branch", "ec2_instance_connect_endpoint", "efs",
        "evs", "gateway_load_balancer", "gateway_load_balancer_endpoint", "global_accelerator_managed",
        "iot_rules_managed", "lambda", "load_balancer", "natGateway", "nat_gateway", "network_load_balancer",
        "quicksight", "transit_gateway", "vpc_endpoint",
    }
)  # fmt: skip
"""The types of interfaces that only services make: all that CreateNetworkInterface does not support.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeNetworkInterfaces.html
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateNetworkInterface.html
"""


@lists(
    ADDRESS, permission="ec2:DescribeAddresses", facets=(Address, Tags), page=1_000_000,
    arn="ec2:{region}:{account}:elastic-ip/{id}", only=filtered("allocation-id"),
)  # fmt: skip
def addresses(ec2: "EC2Client", shard: Shard, _token: str | None, **only: Any) -> Page:
    """List the Elastic IP addresses of a region, which AWS answers in one page.

    Those that a service of AWS manages are left out: only the service can release them.
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeAddresses.html
    """
    answer = ec2.describe_addresses(**only)
    items = (
        ec2_listed(shard, ADDRESS, f"elastic-ip/{item['AllocationId']}", item, (Address, Tags))
        for item in answer.get("Addresses", ())
        if not item.get("ServiceManaged")
    )
    return Page(items)


_INTERFACE_FACETS = (NetworkInterface, TagParents, Tags)


@lists(
    INTERFACE, permission="ec2:DescribeNetworkInterfaces", facets=_INTERFACE_FACETS, page=1000,
    arn="ec2:{region}:{account}:network-interface/{id}", only=filtered("network-interface-id"),
)  # fmt: skip
def interfaces(ec2: "EC2Client", shard: Shard, token: str | None, **only: Any) -> Page:
    """List the network interfaces of a region, attached or not, 1000 a page, with their tags.

    Those that a service made for a resource of its own are left out: they come and go with it. So are those of accounts
    that a VPC is shared with: they are judged where they are owned. A type that is new counts as the account's
    own, unless a service manages it.

    They are not made from `NetworkInterfaces`, which is read once for other checks: it would have to keep them with
    their tags, 145 MB for 100,000 that have five tags each. Read again they are in memory a page at a time.
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeNetworkInterfaces.html
    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/requester-managed-eni.html
    """
    answer = ec2.describe_network_interfaces(MaxResults=1000, **after(token), **only)
    items = (
        ec2_listed(shard, INTERFACE, f"network-interface/{item['NetworkInterfaceId']}", item, _INTERFACE_FACETS)
        for item in answer.get("NetworkInterfaces", ())
        if item.get("OwnerId", shard.account_id) == shard.account_id
        and not item.get("RequesterManaged")
        and str(item.get("InterfaceType")) not in OF_SERVICES
    )
    return Page(items, answer.get("NextToken"))


@lists(
    VPC, permission="ec2:DescribeVpcs", facets=(Vpc, Tags), page=1000,
    arn="ec2:{region}:{account}:vpc/{id}", only=filtered("vpc-id"),
)  # fmt: skip
def vpcs(ec2: "EC2Client", shard: Shard, token: str | None, **only: Any) -> Page:
    """List the VPCs of a region, 1000 a page.

    Those that another account shares and those on their way out are left out.
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcs.html
    """
    answer = ec2.describe_vpcs(MaxResults=1000, **after(token), **only)
    items = (
        ec2_listed(shard, VPC, f"vpc/{item['VpcId']}", item, (Vpc, Tags))
        for item in answer.get("Vpcs", ())
        if item.get("OwnerId", shard.account_id) == shard.account_id and str(item.get("State")) != "deleting"
    )
    return Page(items, answer.get("NextToken"))


flow_logs = reads(
    REGION, FlowLogs, "ec2:DescribeFlowLogs",
    lambda ec2, _region: all_pages(ec2, "describe_flow_logs", "FlowLogs", page=1000),
)  # fmt: skip

vpc_endpoints = reads(
    REGION, VpcEndpoints, "ec2:DescribeVpcEndpoints",
    lambda ec2, _region: all_pages(ec2, "describe_vpc_endpoints", "VpcEndpoints", page=1000),
)  # fmt: skip
"""The services that each VPC reaches by an interface endpoint."""

vpc_block_public_access = reads(
    REGION, VpcBlockPublicAccess, "ec2:DescribeVpcBlockPublicAccessOptions",
    lambda ec2, _region: ec2.describe_vpc_block_public_access_options(),
)  # fmt: skip

network_interfaces = reads(
    REGION, NetworkInterfaces, "ec2:DescribeNetworkInterfaces",
    lambda ec2, _region: all_pages(
        ec2, "describe_network_interfaces", "NetworkInterfaces", page=1000, IncludeManagedResources=True
    ),
    page=Pages(INTERFACE, 1000),
)  # fmt: skip
"""The use of network interfaces, with those that AWS hides and manages."""

referenced_groups = reads(
    REGION, ReferencedGroups, "ec2:DescribeSecurityGroupRules",
    lambda ec2, _region: all_pages(ec2, "describe_security_group_rules", "SecurityGroupRules", page=1000),
)  # fmt: skip
"""The security groups that the rules of other groups name."""

function_groups = reads(
    REGION, FunctionGroups, "lambda:ListFunctions",
    lambda lambda_, _region: all_pages(lambda_, "list_functions", "Functions", page=50, FunctionVersion="ALL"),
    page=Pages(FUNCTION, 50),
)  # fmt: skip
"""The security groups of functions, with those of published versions.

Lambda removes the interfaces of a function that is not called; its groups are in use all the same.
https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
"""
