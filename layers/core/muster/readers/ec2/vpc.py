"""Reading the network side of EC2: addresses, interfaces, VPCs and their flow logs, and who uses a security group."""

import typing
from collections.abc import Mapping

from muster.facets.ec2.vpc import Address, FlowLogs, FunctionGroups, NetworkInterfaces, ReferencedGroups, Vpc
from muster.facets.tagging.tags import TagParents, Tags
from muster.model.finding import REGION, Resource
from muster.model.listing import Listed, Page, after, listed
from muster.model.paging import Pages
from muster.model.readers import describes, lists
from muster.model.shard import Shard
from muster.readers.lambda_.functions import FUNCTION

if typing.TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client
    from mypy_boto3_lambda import LambdaClient

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


@lists(ADDRESS, client="ec2", permission="ec2:DescribeAddresses", facets=(Address, Tags), page=1_000_000)
def addresses(ec2: "EC2Client", shard: Shard, _token: str | None) -> Page:
    """List the Elastic IP addresses of a region, which AWS answers in one page.

    Those that a service of AWS manages are left out: nobody else can release them.
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeAddresses.html
    """
    answer = ec2.describe_addresses()
    items = (
        _listed(ADDRESS, "elastic-ip", str(item["AllocationId"]), item, shard, (Address, Tags))
        for item in answer.get("Addresses", ())
        if not item.get("ServiceManaged")
    )
    return Page(items)


_INTERFACE_FACETS = (TagParents, Tags)


@lists(INTERFACE, client="ec2", permission="ec2:DescribeNetworkInterfaces", facets=_INTERFACE_FACETS, page=1000)
def interfaces(ec2: "EC2Client", shard: Shard, token: str | None) -> Page:
    """List the network interfaces of a region, attached or not, 1000 a page, with their tags.

    Those that a service made for a resource of its own are left out: they come and go with it. So are those of accounts
    that a VPC is shared with: they are judged where they are owned. A type that is new counts as somebody's own, unless
    AWS says that a service manages it.

    They are not made from `NetworkInterfaces`, which is read once for other checks: it would have to keep them with
    their tags, 145 MB for 100,000 that have five tags each. Read again they are in memory a page at a time.
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeNetworkInterfaces.html
    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/requester-managed-eni.html
    """
    answer = ec2.describe_network_interfaces(MaxResults=1000, **after(token))
    items = (
        _listed(INTERFACE, "network-interface", str(item["NetworkInterfaceId"]), item, shard, _INTERFACE_FACETS)
        for item in answer.get("NetworkInterfaces", ())
        if item.get("OwnerId", shard.account_id) == shard.account_id
        and not item.get("RequesterManaged")
        and str(item.get("InterfaceType")) not in OF_SERVICES
    )
    return Page(items, answer.get("NextToken"))


@lists(VPC, client="ec2", permission="ec2:DescribeVpcs", facets=(Vpc, Tags), page=1000)
def vpcs(ec2: "EC2Client", shard: Shard, token: str | None) -> Page:
    """List the VPCs of a region, 1000 a page.

    Those that another account shares and those on their way out are left out.
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcs.html
    """
    answer = ec2.describe_vpcs(MaxResults=1000, **after(token))
    items = (
        _listed(VPC, "vpc", str(item["VpcId"]), item, shard, (Vpc, Tags))
        for item in answer.get("Vpcs", ())
        if item.get("OwnerId", shard.account_id) == shard.account_id and str(item.get("State")) != "deleting"
    )
    return Page(items, answer.get("NextToken"))


@describes(REGION, client="ec2", permission="ec2:DescribeFlowLogs")
def flow_logs(ec2: "EC2Client", _region: Resource) -> FlowLogs:
    """Read the flow logs of the region's VPCs, 1000 a page."""
    pages = ec2.get_paginator("describe_flow_logs").paginate(PaginationConfig={"PageSize": 1000})
    return FlowLogs.parse({"FlowLogs": [item for page in pages for item in page.get("FlowLogs", ())]})


@describes(REGION, client="ec2", permission="ec2:DescribeNetworkInterfaces", page=Pages(INTERFACE, 1000))
def network_interfaces(ec2: "EC2Client", _region: Resource) -> NetworkInterfaces:
    """Read what network interfaces use, 1000 a page, those that AWS hides and manages included."""
    pages = ec2.get_paginator("describe_network_interfaces").paginate(
        IncludeManagedResources=True, PaginationConfig={"PageSize": 1000}
    )
    return NetworkInterfaces.parse(
        {"NetworkInterfaces": (item for page in pages for item in page.get("NetworkInterfaces", ()))}
    )


@describes(REGION, client="ec2", permission="ec2:DescribeSecurityGroupRules")
def referenced_groups(ec2: "EC2Client", _region: Resource) -> ReferencedGroups:
    """Read which security groups the rules of other groups name, 1000 a page."""
    pages = ec2.get_paginator("describe_security_group_rules").paginate(PaginationConfig={"PageSize": 1000})
    return ReferencedGroups(frozenset().union(*(ReferencedGroups.parse(page).ids for page in pages)))


@describes(REGION, client="lambda", service="ec2", permission="lambda:ListFunctions", page=Pages(FUNCTION, 50))
def function_groups(lambda_: "LambdaClient", _region: Resource) -> FunctionGroups:
    """Read which security groups functions have, 50 a page, published versions included.

    The interfaces of a function that nobody calls go away after a while; its groups are in use all the same.
    https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
    """
    pages = lambda_.get_paginator("list_functions").paginate(FunctionVersion="ALL", PaginationConfig={"PageSize": 50})
    return FunctionGroups(frozenset().union(*(FunctionGroups.parse(page).ids for page in pages)))


def _listed(  # noqa: PLR0913 - the parts of an ARN
    resource_type: str, kind: str, name: str, item: Mapping[str, object], shard: Shard, facets: tuple[type, ...]
) -> Listed:
    arn = f"arn:{shard.partition}:ec2:{shard.region}:{shard.account_id}:{kind}/{name}"
    tags = Tags.parse(item).own
    resource = Resource(resource_type, name, shard.account_id, shard.region, shard.partition, arn, tags)
    return listed(resource, item, facets)
