"""Snapshots of DB instances and DB clusters."""

from muster.facets import kinds
from muster.facets.fields import Answer, Parsed, computed, facet, read
from muster.model.finding import Unknown


def _encrypted(response: Answer) -> bool | Unknown:
    name = "StorageEncrypted" if "DBClusterSnapshotIdentifier" in response else "Encrypted"
    return kinds.flag(response.get(name), name)


@facet
class DbSnapshot(Parsed):
    """One snapshot of DescribeDBSnapshots or DescribeDBClusterSnapshots.

    `kind` is manual or automated; copies are manual.
    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBSnapshot.html
    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBClusterSnapshot.html
    """

    engine: str | Unknown = read("Engine", kinds.stated, "the engine")
    kind: str | Unknown = read("SnapshotType", kinds.stated, "the type of the snapshot")
    encrypted: bool | Unknown = computed(_encrypted, "Encrypted", "StorageEncrypted", "DBClusterSnapshotIdentifier")


def may_be_public(snapshot: DbSnapshot) -> bool:
    """Return whether a snapshot can be public: AWS lets nobody share an automated or encrypted one with everyone.

    https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_ShareSnapshot.html
    """
    return snapshot.kind != "automated" and snapshot.encrypted is not True


def _restorers(response: Answer) -> tuple[str, ...] | None:
    result = response.get("DBSnapshotAttributesResult") or response.get("DBClusterSnapshotAttributesResult") or {}
    found = result.get("DBSnapshotAttributes") or result.get("DBClusterSnapshotAttributes")
    if found is None:
        return None
    return tuple(
        str(value)
        for each in found
        if each.get("AttributeName") == "restore"
        for value in each.get("AttributeValues") or ()
    )


@facet
class SnapshotSharing(Parsed):
    """DescribeDBSnapshotAttributes or DescribeDBClusterSnapshotAttributes: the accounts that may restore the snapshot.

    `all` among them means everyone. None: AWS was not asked, or did not answer it.
    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBSnapshotAttribute.html
    """

    restorers: tuple[str, ...] | None = computed(
        _restorers, "DBSnapshotAttributesResult", "DBClusterSnapshotAttributesResult"
    )
