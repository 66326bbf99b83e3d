"""Reading EC2: instances, volumes, security groups, and the region's defaults."""

import typing
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

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
from muster.facets.ec2.launches import InstanceLaunch
from muster.facets.fields import members
from muster.facets.tagging.tags import TagParents, Tags
from muster.model.finding import REGION, Resource
from muster.model.listing import Page, after, filtered
from muster.model.readers import describes, lists, reads
from muster.model.shard import Shard
from muster.readers.answers import all_pages
from muster.readers.cloudwatch.metrics import AT_ONCE, Query, series
from muster.readers.ec2.listed import ec2_arn, ec2_listed

if typing.TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_ec2 import EC2Client

INSTANCE = "AWS::EC2::Instance"
VOLUME = "AWS::EC2::Volume"
SECURITY_GROUP = "AWS::EC2::SecurityGroup"

_GONE = frozenset({"shutting-down", "terminated", "deleting", "deleted"})


_INSTANCE_FACETS = (Instance, InstanceLaunch, Tags)


@lists(
    INSTANCE, permission="ec2:DescribeInstances", facets=_INSTANCE_FACETS, page=1000,
    reads=tuple(
        f"Reservations.Instances.{member}"
        for member in (*members(Instance), *members(InstanceLaunch), "Tags.Key", "Tags.Value")
    ),
    arn="ec2:{region}:{account}:instance/{id}", only=filtered("instance-id"),
)  # fmt: skip
def instances(ec2: "EC2Client", shard: Shard, token: str | None, **only: Any) -> Page:
    """List the instances of a region, 1000 a page; those that are going or gone are left out.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html
    """
    answer = ec2.describe_instances(MaxResults=1000, **after(token), **only)
    items = (
        ec2_listed(shard, INSTANCE, f"instance/{item['InstanceId']}", item, _INSTANCE_FACETS)
        for reservation in answer.get("Reservations", ())
        for item in reservation.get("Instances", ())
        if (item.get("State") or {}).get("Name") not in _GONE
    )
    return Page(items, answer.get("NextToken"))


_LOAD = (("CPUUtilization", "Average"), ("NetworkIn", "Sum"), ("NetworkOut", "Sum"))
"""The metrics of an instance's load; sums do not depend on how often it sends.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/viewing_metrics_with_cloudwatch.html
"""

_DAYS = 14


@describes(
    INSTANCE, permission="cloudwatch:GetMetricData",
    at_once=AT_ONCE // len(_LOAD), of=Instance, when=lambda instance: instance.state == "running", timed=True,
)  # fmt: skip
def load(cloudwatch: "CloudWatchClient", instances: Sequence[Resource], *, at: datetime) -> Mapping[str, InstanceLoad]:
    """Read how busy running instances were in the 14 days before the scan, hour by hour."""
    end = at.replace(minute=0, second=0, microsecond=0)
    queries = [
        Query("AWS/EC2", metric, (("InstanceId", instance.id),), stat)
        for instance in instances
        for metric, stat in _LOAD
    ]
    results = iter(series(cloudwatch, queries, end - timedelta(days=_DAYS), end))
    return {
        instance.id: InstanceLoad.parse({metric: next(results).values for metric, _ in _LOAD}) for instance in instances
    }


_VOLUME_FACETS = (Volume, VolumeUse, TagParents, Tags)


@lists(
    VOLUME, permission="ec2:DescribeVolumes", facets=_VOLUME_FACETS, page=500,
    arn="ec2:{region}:{account}:volume/{id}", only=filtered("volume-id"),
)  # fmt: skip
def volumes(ec2: "EC2Client", shard: Shard, token: str | None, **only: Any) -> Page:
    """List the volumes of a region, attached or not, 500 a page; those that are going or gone are left out.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVolumes.html
    """
    answer = ec2.describe_volumes(MaxResults=500, **after(token), **only)
    items = (
        ec2_listed(shard, VOLUME, path, item | {"VolumeArn": ec2_arn(shard, path)}, _VOLUME_FACETS)
        for item in answer.get("Volumes", ())
        if item.get("State") not in _GONE and (path := f"volume/{item['VolumeId']}")
    )
    return Page(items, answer.get("NextToken"))


@lists(
    SECURITY_GROUP, permission="ec2:DescribeSecurityGroups", facets=(SecurityGroup, Tags), page=1000,
    arn="ec2:{region}:{account}:security-group/{id}", only=filtered("group-id"),
)  # fmt: skip
def security_groups(ec2: "EC2Client", shard: Shard, token: str | None, **only: Any) -> Page:
    """List the security groups of a region with their rules, 1000 a page.

    Those that another account shares are left out: they are judged where they are owned, where they can be mended.
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSecurityGroups.html
    """
    answer = ec2.describe_security_groups(MaxResults=1000, **after(token), **only)
    items = (
        ec2_listed(shard, SECURITY_GROUP, f"security-group/{item['GroupId']}", item, (SecurityGroup, Tags))
        for item in answer.get("SecurityGroups", ())
        if item.get("OwnerId", shard.account_id) == shard.account_id
    )
    return Page(items, answer.get("NextToken"))


prefix_list = reads(
    SECURITY_GROUP, PrefixList, "ec2:GetManagedPrefixListEntries",
    lambda ec2, _group, prefix_list_id: all_pages(
        ec2, "get_managed_prefix_list_entries", "Entries", page=100, PrefixListId=prefix_list_id
    ),
    of=SecurityGroup, keys=lambda group: group.prefix_lists, on="arn:{partition}:ec2:*:*:prefix-list/*",
)  # fmt: skip
"""The address ranges of a prefix list that a security group names.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetManagedPrefixListEntries.html
"""

ebs_encryption_by_default = reads(
    REGION, EbsEncryptionByDefault, "ec2:GetEbsEncryptionByDefault",
    lambda ec2, _region: ec2.get_ebs_encryption_by_default(),
)  # fmt: skip

instance_metadata_defaults = reads(
    REGION, InstanceMetadataDefaults, "ec2:GetInstanceMetadataDefaults",
    lambda ec2, _region: ec2.get_instance_metadata_defaults(),
)  # fmt: skip
