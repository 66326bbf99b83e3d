"""Reading EC2: subnets, their Availability Zones, and network ACLs."""

import typing
from typing import Any

from muster.facets.ec2.network_acls import NetworkAcl
from muster.facets.ec2.subnets import Subnet, SubnetZones
from muster.facets.tagging.tags import Tags
from muster.model.finding import REGION
from muster.model.listing import Page, after, filtered
from muster.model.paging import Pages
from muster.model.readers import lists, reads
from muster.model.shard import Shard
from muster.readers.answers import all_pages
from muster.readers.ec2.listed import ec2_listed

if typing.TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

SUBNET = "AWS::EC2::Subnet"
_NETWORK_ACL = "AWS::EC2::NetworkAcl"

_UNUSABLE = frozenset({"pending", "failed", "failed-insufficient-capacity"})


@lists(
    SUBNET, permission="ec2:DescribeSubnets", facets=(Subnet, Tags), page=1000,
    arn="ec2:{region}:{account}:subnet/{id}", only=filtered("subnet-id"),
)  # fmt: skip
def subnets(ec2: "EC2Client", shard: Shard, token: str | None, **only: Any) -> Page:
    """List the subnets of a region, 1000 a page.

    Those that another account shares are left out, and those that are being created or could not be.
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSubnets.html
    """
    answer = ec2.describe_subnets(MaxResults=1000, **after(token), **only)
    items = (
        ec2_listed(shard, SUBNET, f"subnet/{item['SubnetId']}", item, (Subnet, Tags))
        for item in answer.get("Subnets", ())
        if item.get("OwnerId", shard.account_id) == shard.account_id and item.get("State") not in _UNUSABLE
    )
    return Page(items, answer.get("NextToken"))


subnet_zones = reads(
    REGION, SubnetZones, "ec2:DescribeSubnets",
    lambda ec2, _region: all_pages(ec2, "describe_subnets", "Subnets", page=1000),
    page=Pages(SUBNET, 1000),
)  # fmt: skip
"""The Availability Zones of all subnets that the account can use."""


@lists(
    _NETWORK_ACL, permission="ec2:DescribeNetworkAcls", facets=(NetworkAcl, Tags), page=1000,
    arn="ec2:{region}:{account}:network-acl/{id}", only=filtered("network-acl-id"),
)  # fmt: skip
def network_acls(ec2: "EC2Client", shard: Shard, token: str | None, **only: Any) -> Page:
    """List the network ACLs of a region with their entries, 1000 a page; those of other accounts are left out.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeNetworkAcls.html
    """
    answer = ec2.describe_network_acls(MaxResults=1000, **after(token), **only)
    items = (
        ec2_listed(shard, _NETWORK_ACL, f"network-acl/{item['NetworkAclId']}", item, (NetworkAcl, Tags))
        for item in answer.get("NetworkAcls", ())
        if item.get("OwnerId", shard.account_id) == shard.account_id
    )
    return Page(items, answer.get("NextToken"))
