"""EC2: the use of volumes, and snapshots."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from muster.facets import kinds
from muster.facets.fields import Parsed, facet, read
from muster.model.finding import Unknown


@facet
class VolumeUse(Parsed):
    """One volume of DescribeVolumes by its names: whether something uses it, and since when there is one.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Volume.html
    """

    id: str = read("VolumeId", kinds.text)
    arn: str = read("VolumeArn", kinds.text)
    state: str | Unknown = read(
        "State", kinds.one_of("creating", "available", "in-use", "deleting", "deleted", "error")
    )
    created_at: datetime | Unknown = read("CreateTime", kinds.time)


@facet
class Snapshot(Parsed):
    """One snapshot of DescribeSnapshots by its id, and whether it is encrypted."""

    id: str = read("SnapshotId", kinds.text)
    encrypted: bool | Unknown = read("Encrypted", kinds.flag)


@dataclass(frozen=True, slots=True)
class NewestSnapshots:
    """The start of the newest completed snapshot of each volume: the time whose data it holds.

    One time a volume, however many snapshots there are: some 200 bytes, 100,000 volumes in 20 MB. Copies name a
    volume that does not exist.
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Snapshot.html
    """

    times: Mapping[str, datetime | Unknown]

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse DescribeSnapshots, all pages joined; the snapshots may come one by one."""
        times: dict[str, datetime | Unknown] = {}
        for item in response.get("Snapshots") or ():
            if item.get("State") == "completed" and (volume := item.get("VolumeId")):
                times[volume] = _newer(times.get(volume), kinds.time(item.get("StartTime"), "StartTime"))
        return cls(times)


@dataclass(frozen=True, slots=True)
class PublicSnapshots:
    """The ids of the snapshots that are shared with everybody, some 100 bytes each: most regions have none."""

    ids: Collection[str]

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse DescribeSnapshots, asked for those that everybody may restore, all pages joined."""
        return cls(frozenset(str(item["SnapshotId"]) for item in response.get("Snapshots") or ()))


@facet
class SnapshotBlockPublicAccess(Parsed):
    """GetSnapshotBlockPublicAccessState: the region's setting for snapshots that are shared with everybody."""

    state: str | Unknown = read("State", kinds.one_of("block-all-sharing", "block-new-sharing", "unblocked"))


def _newer(first: datetime | Unknown | None, second: datetime | Unknown) -> datetime | Unknown:
    if first is None or isinstance(first, Unknown):
        return second
    return first if isinstance(second, Unknown) else max(first, second)
