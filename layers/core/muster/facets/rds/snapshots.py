"""Snapshots of DB instances and DB clusters."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from muster.facets import kinds
from muster.model.finding import Unknown


@dataclass(frozen=True, slots=True)
class DbSnapshot:
    """One snapshot of DescribeDBSnapshots or DescribeDBClusterSnapshots.

    `kind` is manual or automated; copies are manual.
    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBSnapshot.html
    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBClusterSnapshot.html
    """

    engine: str | Unknown
    kind: str | Unknown
    encrypted: bool | Unknown

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse an item of either listing."""
        encrypted = "StorageEncrypted" if "DBClusterSnapshotIdentifier" in response else "Encrypted"
        return cls(
            engine=kinds.stated(response.get("Engine"), "Engine", "the engine"),
            kind=kinds.stated(response.get("SnapshotType"), "SnapshotType", "the type of the snapshot"),
            encrypted=kinds.flag(response.get(encrypted), encrypted),
        )


def may_be_public(snapshot: DbSnapshot) -> bool:
    """Return whether a snapshot can be public: AWS lets nobody share an automated or encrypted one with everyone.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ShareSnapshot.html
    """
    return snapshot.kind != "automated" and snapshot.encrypted is not True


@dataclass(frozen=True, slots=True)
class SnapshotSharing:
    """The accounts that may restore a snapshot; `all` among them means everyone.

    None: AWS was not asked, did not answer it, or answered another attribute than `restore`, the only one there is.
    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBSnapshotAttribute.html
    """

    restorers: tuple[str, ...] | None

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse DescribeDBSnapshotAttributes or DescribeDBClusterSnapshotAttributes."""
        result = response.get("DBSnapshotAttributesResult") or response.get("DBClusterSnapshotAttributesResult") or {}
        attributes = result.get("DBSnapshotAttributes", result.get("DBClusterSnapshotAttributes"))
        if attributes is None or any(each.get("AttributeName") != "restore" for each in attributes):
            return cls(None)
        return cls(tuple(str(value) for each in attributes for value in each.get("AttributeValues") or ()))
