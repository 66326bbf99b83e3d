"""Reading EC2: instances, volumes, security groups, and the region's defaults."""

import typing
from collections.abc import Mapping

from muster.facets.ec2 import EbsEncryptionByDefault, Instance, PrefixList, SecurityGroup, Volume
from muster.facets.tags import Tags
from muster.model import REGION, Resource
from muster.reading import Listed, Page, Shard, after, describes, listed, lists

if typing.TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

INSTANCE = "AWS::EC2::Instance"
VOLUME = "AWS::EC2::Volume"
SECURITY_GROUP = "AWS::EC2::SecurityGroup"

_GONE = frozenset({"shutting-down", "terminated", "deleting", "deleted"})


_INSTANCE_READS = (
    "InstanceId",
    "State.Name",
    "MetadataOptions.HttpTokens",
    "MetadataOptions.HttpEndpoint",
    "Monitoring.State",
    "NetworkInterfaces.NetworkInterfaceId",
    "NetworkInterfaces.Association.PublicIp",
    "NetworkInterfaces.PrivateIpAddresses.Association.PublicIp",
    "NetworkInterfaces.Ipv6Addresses.Ipv6Address",
    "NetworkInterfaces.Ipv6Prefixes.Ipv6Prefix",
    "PublicIpAddress",
    "Ipv6Address",
    "Tags.Key",
    "Tags.Value",
)


@lists(
    INSTANCE,
    client="ec2",
    permission="ec2:DescribeInstances",
    facets=(Instance, Tags),
    reads=tuple(f"Reservations.Instances.{name}" for name in _INSTANCE_READS),
)
def instances(ec2: "EC2Client", shard: Shard, token: str | None) -> Page:
    """List the instances of a region, 1000 a page; those that are going or gone are left out.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html
    """
    answer = ec2.describe_instances(MaxResults=1000, **after(token))
    items = (
        _listed(INSTANCE, "instance", str(item["InstanceId"]), item, shard, (Instance, Tags))
        for reservation in answer.get("Reservations", ())
        for item in reservation.get("Instances", ())
        if (item.get("State") or {}).get("Name") not in _GONE
    )
    return Page(items, answer.get("NextToken"))


@lists(VOLUME, client="ec2", permission="ec2:DescribeVolumes", facets=(Volume, Tags))
def volumes(ec2: "EC2Client", shard: Shard, token: str | None) -> Page:
    """List the volumes of a region, attached or not, 500 a page; those that are going or gone are left out.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVolumes.html
    """
    answer = ec2.describe_volumes(MaxResults=500, **after(token))
    items = (
        _listed(VOLUME, "volume", str(item["VolumeId"]), item, shard, (Volume, Tags))
        for item in answer.get("Volumes", ())
        if item.get("State") not in _GONE
    )
    return Page(items, answer.get("NextToken"))


@lists(SECURITY_GROUP, client="ec2", permission="ec2:DescribeSecurityGroups", facets=(SecurityGroup, Tags))
def security_groups(ec2: "EC2Client", shard: Shard, token: str | None) -> Page:
    """List the security groups of a region with their rules, 1000 a page.

    Those that another account shares are left out: they are judged where they are owned, where they can be mended.
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSecurityGroups.html
    """
    answer = ec2.describe_security_groups(MaxResults=1000, **after(token))
    items = (
        _listed(SECURITY_GROUP, "security-group", str(item["GroupId"]), item, shard, (SecurityGroup, Tags))
        for item in answer.get("SecurityGroups", ())
        if item.get("OwnerId", shard.account_id) == shard.account_id
    )
    return Page(items, answer.get("NextToken"))


@describes(
    SECURITY_GROUP,
    client="ec2",
    permission="ec2:GetManagedPrefixListEntries",
    of=SecurityGroup,
    keys=lambda group: group.prefix_lists,
)
def prefix_list(ec2: "EC2Client", _group: Resource, prefix_list_id: str) -> PrefixList:
    """Read the address ranges of a prefix list that a security group names, 100 a page.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetManagedPrefixListEntries.html
    """
    pages = ec2.get_paginator("get_managed_prefix_list_entries").paginate(
        PrefixListId=prefix_list_id, PaginationConfig={"PageSize": 100}
    )
    return PrefixList.parse({"Entries": [entry for page in pages for entry in page.get("Entries", ())]})


@describes(REGION, client="ec2", permission="ec2:GetEbsEncryptionByDefault")
def ebs_encryption_by_default(ec2: "EC2Client", _region: Resource) -> EbsEncryptionByDefault:
    """Read whether new volumes of the region are encrypted."""
    return EbsEncryptionByDefault.parse(ec2.get_ebs_encryption_by_default())


def _listed(  # noqa: PLR0913 - the parts of an ARN
    resource_type: str, kind: str, name: str, item: Mapping[str, object], shard: Shard, facets: tuple[type, ...]
) -> Listed:
    arn = f"arn:{shard.partition}:ec2:{shard.region}:{shard.account_id}:{kind}/{name}"
    tags = Tags.parse(item).own
    resource = Resource(resource_type, name, shard.account_id, shard.region, shard.partition, arn, tags)
    return listed(resource, item, facets)
