"""Reading EC2: instances, volumes, security groups, and the region's defaults."""

import typing
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from muster.facets.ec2.ebs import VolumeUse
from muster.facets.ec2.instances import (
    EbsEncryptionByDefault,
    Instance,
    InstanceLoad,
    InstanceMetadataDefaults,
    PrefixList,
    SecurityGroup,
    Volume,
)
from muster.facets.tagging.tags import TagParents, Tags
from muster.model.finding import REGION, Resource
from muster.model.listing import Listed, Page, after, listed
from muster.model.readers import describes, lists
from muster.model.shard import Shard
from muster.readers.cloudwatch.alarms import AT_ONCE, Query, series

if typing.TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_ec2 import EC2Client

INSTANCE = "AWS::EC2::Instance"
VOLUME = "AWS::EC2::Volume"
SECURITY_GROUP = "AWS::EC2::SecurityGroup"

_GONE = frozenset({"shutting-down", "terminated", "deleting", "deleted"})


_INSTANCE_READS = (
    "InstanceId",
    "State.Name",
    "StateTransitionReason",
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
    page=1000,
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


_LOAD = (("CPUUtilization", "Average"), ("NetworkIn", "Sum"), ("NetworkOut", "Sum"))
"""Which metrics tell how busy an instance is; sums do not depend on how often it sends.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/viewing_metrics_with_cloudwatch.html
"""

_DAYS = 14
_HOUR = 3600


@describes(
    INSTANCE,
    client="cloudwatch",
    permission="cloudwatch:GetMetricData",
    at_once=AT_ONCE // len(_LOAD),
    of=Instance,
    when=lambda instance: instance.state == "running",
    timed=True,
)
def load(cloudwatch: "CloudWatchClient", instances: Sequence[Resource], *, at: datetime) -> Mapping[str, InstanceLoad]:
    """Read how busy running instances were in the 14 days before the scan, hour by hour."""
    end = at.replace(minute=0, second=0, microsecond=0)
    queries = [
        Query("AWS/EC2", metric, (("InstanceId", instance.id),), stat, _HOUR)
        for instance in instances
        for metric, stat in _LOAD
    ]
    values = iter(series(cloudwatch, queries, end - timedelta(days=_DAYS), end))
    return {instance.id: InstanceLoad.parse({metric: next(values) for metric, _ in _LOAD}) for instance in instances}


_VOLUME_FACETS = (Volume, VolumeUse, TagParents, Tags)


@lists(VOLUME, client="ec2", permission="ec2:DescribeVolumes", facets=_VOLUME_FACETS, page=500)
def volumes(ec2: "EC2Client", shard: Shard, token: str | None) -> Page:
    """List the volumes of a region, attached or not, 500 a page; those that are going or gone are left out.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVolumes.html
    """
    answer = ec2.describe_volumes(MaxResults=500, **after(token))
    items = (
        _listed(VOLUME, "volume", name, item | {"VolumeArn": _arn(shard, "volume", name)}, shard, _VOLUME_FACETS)
        for item in answer.get("Volumes", ())
        if item.get("State") not in _GONE and (name := str(item["VolumeId"]))
    )
    return Page(items, answer.get("NextToken"))


@lists(SECURITY_GROUP, client="ec2", permission="ec2:DescribeSecurityGroups", facets=(SecurityGroup, Tags), page=1000)
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
    on="arn:{partition}:ec2:*:*:prefix-list/*",
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


@describes(REGION, client="ec2", permission="ec2:GetInstanceMetadataDefaults")
def instance_metadata_defaults(ec2: "EC2Client", _region: Resource) -> InstanceMetadataDefaults:
    """Read what the region sets for the metadata service of new instances."""
    return InstanceMetadataDefaults.parse(ec2.get_instance_metadata_defaults())


def _listed(  # noqa: PLR0913 - the parts of an ARN
    resource_type: str, kind: str, name: str, item: Mapping[str, object], shard: Shard, facets: tuple[type, ...]
) -> Listed:
    arn = _arn(shard, kind, name)
    tags = Tags.parse(item).own
    resource = Resource(resource_type, name, shard.account_id, shard.region, shard.partition, arn, tags)
    return listed(resource, item, facets)


def _arn(shard: Shard, kind: str, name: str) -> str:
    return f"arn:{shard.partition}:ec2:{shard.region}:{shard.account_id}:{kind}/{name}"
