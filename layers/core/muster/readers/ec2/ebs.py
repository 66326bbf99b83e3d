"""Reading EBS: snapshots, which of them are public, and what the region does about it."""

import typing
from collections.abc import Iterator
from typing import Any

from muster.facets.ec2.ebs import NewestSnapshots, PublicSnapshots, Snapshot, SnapshotBlockPublicAccess
from muster.facets.tagging.tags import TagParents, Tags
from muster.model.finding import REGION, Resource
from muster.model.listing import Page, after, listed
from muster.model.paging import Pages
from muster.model.readers import describes, lists
from muster.model.shard import Shard

if typing.TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

SNAPSHOT = "AWS::EC2::Snapshot"

_LARGEST = 1000


_SNAPSHOT_FACETS = (Snapshot, TagParents, Tags)


@lists(SNAPSHOT, client="ec2", permission="ec2:DescribeSnapshots", facets=_SNAPSHOT_FACETS, page=1000)
def snapshots(ec2: "EC2Client", shard: Shard, token: str | None) -> Page:
    """List the account's own snapshots in a region, 1000 a page; those in the recycle bin are not listed.

    The ARN of a snapshot names no account.
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSnapshots.html
    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html#amazonec2-resources-for-iam-policies
    """
    answer = ec2.describe_snapshots(OwnerIds=["self"], MaxResults=_LARGEST, **after(token))
    items = (
        listed(_resource(shard, str(item["SnapshotId"]), Tags.parse(item)), item, _SNAPSHOT_FACETS)
        for item in answer.get("Snapshots", ())
    )
    return Page(items, answer.get("NextToken"))


@describes(REGION, client="ec2", permission="ec2:DescribeSnapshots", page=Pages(SNAPSHOT, 1000))
def newest_snapshots(ec2: "EC2Client", _region: Resource) -> NewestSnapshots:
    """Read of when the newest completed snapshot of each volume is, 1000 snapshots a page, one page in memory."""
    return NewestSnapshots.parse({"Snapshots": _own(ec2)})


@describes(REGION, client="ec2", permission="ec2:DescribeSnapshots")
def public_snapshots(ec2: "EC2Client", _region: Resource) -> PublicSnapshots:
    """Read which of the account's own snapshots everybody may restore, without asking for each apart."""
    return PublicSnapshots.parse({"Snapshots": _own(ec2, RestorableByUserIds=["all"])})


@describes(REGION, client="ec2", permission="ec2:GetSnapshotBlockPublicAccessState")
def snapshot_block_public_access(ec2: "EC2Client", _region: Resource) -> SnapshotBlockPublicAccess:
    """Read whether the region blocks the public sharing of snapshots."""
    return SnapshotBlockPublicAccess.parse(ec2.get_snapshot_block_public_access_state())


def _own(ec2: "EC2Client", **asked: Any) -> Iterator[Any]:
    pages = ec2.get_paginator("describe_snapshots").paginate(
        OwnerIds=["self"], PaginationConfig={"PageSize": _LARGEST}, **asked
    )
    return (item for page in pages for item in page.get("Snapshots", ()))


def _resource(shard: Shard, name: str, tags: Tags) -> Resource:
    arn = f"arn:{shard.partition}:ec2:{shard.region}::snapshot/{name}"
    return Resource(SNAPSHOT, name, shard.account_id, shard.region, shard.partition, arn, tags.own)
