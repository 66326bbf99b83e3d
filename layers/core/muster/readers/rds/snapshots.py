"""Reading snapshots of DB instances and DB clusters, and with whom they are shared."""

import typing
from typing import Any

from muster.facets.rds.snapshots import DbSnapshot, SnapshotSharing, may_be_public
from muster.facets.tagging.tags import Tags
from muster.model.listing import Page
from muster.model.readers import lists, reads
from muster.model.shard import Shard
from muster.readers.rds.listed import PAGE, by_name, page_of, rds_listed

if typing.TYPE_CHECKING:
    from mypy_boto3_rds import RDSClient

SNAPSHOT = "AWS::RDS::DBSnapshot"
_CLUSTER_SNAPSHOT = "AWS::RDS::DBClusterSnapshot"

_NOT_THERE = frozenset({"creating", "copying", "deleting", "failed"})


@lists(
    SNAPSHOT, permission="rds:DescribeDBSnapshots", facets=(DbSnapshot, Tags), page=PAGE,
    arn="rds:{region}:{account}:snapshot:{id...}", only=by_name("DBSnapshotIdentifier"),
    gone=("DBSnapshotNotFound", "DBSnapshotNotFoundFault"), on="arn:{partition}:rds:*:*:snapshot:*",
)  # fmt: skip
def snapshots(rds: "RDSClient", shard: Shard, token: str | None, **only: Any) -> Page:
    """List the account's own snapshots of DB instances, 100 a page, manual and automated ones.

    Without a type AWS leaves out those of other accounts and those of AWS Backup. With the type `public` it would
    return the public ones of all accounts.
    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBSnapshots.html
    """
    answer = rds.describe_db_snapshots(**page_of(token, only))
    items = (
        rds_listed(shard, SNAPSHOT, "DBSnapshotIdentifier", item, DbSnapshot)
        for item in answer.get("DBSnapshots", ())
        if item.get("Status") not in _NOT_THERE
    )
    return Page(items, answer.get("Marker"))


@lists(
    _CLUSTER_SNAPSHOT, permission="rds:DescribeDBClusterSnapshots", facets=(DbSnapshot, Tags), page=PAGE,
    arn="rds:{region}:{account}:cluster-snapshot:{id...}", only=by_name("DBClusterSnapshotIdentifier"),
    gone=("DBClusterSnapshotNotFoundFault",), on="arn:{partition}:rds:*:*:cluster-snapshot:*",
)  # fmt: skip
def cluster_snapshots(rds: "RDSClient", shard: Shard, token: str | None, **only: Any) -> Page:
    """List the account's own snapshots of DB clusters, 100 a page, those of DocumentDB and Neptune among them.

    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBClusterSnapshots.html
    """
    answer = rds.describe_db_cluster_snapshots(**page_of(token, only))
    items = (
        rds_listed(shard, _CLUSTER_SNAPSHOT, "DBClusterSnapshotIdentifier", item, DbSnapshot)
        for item in answer.get("DBClusterSnapshots", ())
        if item.get("Status") not in _NOT_THERE
    )
    return Page(items, answer.get("Marker"))


sharing = reads(
    SNAPSHOT, SnapshotSharing, "rds:DescribeDBSnapshotAttributes",
    lambda rds, snapshot: rds.describe_db_snapshot_attributes(DBSnapshotIdentifier=snapshot.id),
    of=DbSnapshot, when=may_be_public,
)  # fmt: skip
"""Whom a manual snapshot that is not encrypted is shared with: no other can be public."""

cluster_sharing = reads(
    _CLUSTER_SNAPSHOT, SnapshotSharing, "rds:DescribeDBClusterSnapshotAttributes",
    lambda rds, snapshot: rds.describe_db_cluster_snapshot_attributes(DBClusterSnapshotIdentifier=snapshot.id),
    of=DbSnapshot, when=may_be_public,
)  # fmt: skip
"""The same of a snapshot of a cluster."""
