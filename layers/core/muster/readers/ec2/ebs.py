"""Reading EBS: snapshots, which of them are public, and what the region does about it."""

import typing
from typing import Any

from muster.facets.ec2.ebs import NewestSnapshots, PublicSnapshots, Snapshot, SnapshotBlockPublicAccess
from muster.facets.tagging.tags import TagParents, Tags
from muster.model.finding import REGION
from muster.model.listing import Page, after, filtered
from muster.model.paging import Pages
from muster.model.readers import lists, reads
from muster.model.shard import Shard
from muster.readers.answers import all_pages
from muster.readers.ec2.listed import ec2_listed

if typing.TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

SNAPSHOT = "AWS::EC2::Snapshot"

_SNAPSHOT_FACETS = (Snapshot, TagParents, Tags)


@lists(
    SNAPSHOT, permission="ec2:DescribeSnapshots", facets=_SNAPSHOT_FACETS, page=1000,
    arn="ec2:{region}::snapshot/{id}", only=filtered("snapshot-id"),
)  # fmt: skip
def snapshots(ec2: "EC2Client", shard: Shard, token: str | None, **only: Any) -> Page:
    """List the account's own snapshots in a region, 1000 a page; those in the recycle bin are not listed.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSnapshots.html
    """
    answer = ec2.describe_snapshots(OwnerIds=["self"], MaxResults=1000, **after(token), **only)
    items = (
        ec2_listed(shard, SNAPSHOT, f"snapshot/{item['SnapshotId']}", item, _SNAPSHOT_FACETS)
        for item in answer.get("Snapshots", ())
    )
    return Page(items, answer.get("NextToken"))


newest_snapshots = reads(
    REGION,
    NewestSnapshots,
    "ec2:DescribeSnapshots",
    lambda ec2, _region: _own_snapshots(ec2),
    page=Pages(SNAPSHOT, 1000),
)
"""The time of the newest completed snapshot of each volume."""

public_snapshots = reads(
    REGION,
    PublicSnapshots,
    "ec2:DescribeSnapshots",
    lambda ec2, _region: _own_snapshots(ec2, RestorableByUserIds=["all"]),
)
"""The account's own snapshots that everybody may restore, without a call for each."""

snapshot_block_public_access = reads(
    REGION, SnapshotBlockPublicAccess, "ec2:GetSnapshotBlockPublicAccessState",
    lambda ec2, _region: ec2.get_snapshot_block_public_access_state(),
)  # fmt: skip


def _own_snapshots(ec2: "EC2Client", **parameters: Any) -> dict[str, Any]:
    return all_pages(ec2, "describe_snapshots", "Snapshots", page=1000, OwnerIds=["self"], **parameters)
