"""What EC2 answers about the use of volumes, and about snapshots."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from muster.model.finding import Unknown

_VOLUME_STATES = frozenset({"creating", "available", "in-use", "deleting", "deleted", "error"})
"""https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Volume.html"""

_SHARING = frozenset({"block-all-sharing", "block-new-sharing", "unblocked"})


@dataclass(frozen=True, slots=True)
class VolumeUse:
    """One volume by its names: whether something uses it, and since when there is one."""

    id: str
    arn: str
    state: str | Unknown
    created_at: datetime | Unknown

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse an item of DescribeVolumes."""
        return cls(
            id=str(response.get("VolumeId") or ""),
            arn=str(response.get("VolumeArn") or ""),
            state=_one_of(_VOLUME_STATES, "State", response.get("State")),
            created_at=_time("CreateTime", response.get("CreateTime")),
        )


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One snapshot by its id, and whether it is encrypted."""

    id: str
    encrypted: bool | Unknown

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse an item of DescribeSnapshots."""
        encrypted = response.get("Encrypted")
        return cls(
            id=str(response.get("SnapshotId") or ""),
            encrypted=encrypted if isinstance(encrypted, bool) else Unknown("AWS did not say what Encrypted is"),
        )


@dataclass(frozen=True, slots=True)
class NewestSnapshots:
    """When the newest completed snapshot of each volume was begun: the time whose data it holds.

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
                times[volume] = _newer(times.get(volume), _time("StartTime", item.get("StartTime")))
        return cls(times)


@dataclass(frozen=True, slots=True)
class PublicSnapshots:
    """The ids of the snapshots that are shared with everybody, some 100 bytes each: most regions have none."""

    ids: Collection[str]

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse DescribeSnapshots, asked for those that everybody may restore, all pages joined."""
        return cls(frozenset(str(item["SnapshotId"]) for item in response.get("Snapshots") or ()))


@dataclass(frozen=True, slots=True)
class SnapshotBlockPublicAccess:
    """What the region does about snapshots that are shared with everybody."""

    state: str | Unknown

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the answer of GetSnapshotBlockPublicAccessState."""
        return cls(_one_of(_SHARING, "State", response.get("State")))


def _newer(first: datetime | Unknown | None, second: datetime | Unknown) -> datetime | Unknown:
    if first is None or isinstance(first, Unknown):
        return second
    return first if isinstance(second, Unknown) else max(first, second)


def _one_of(values: Collection[str], name: str, value: object) -> str | Unknown:
    if value is None:
        return Unknown(f"AWS did not say what {name} is")
    return str(value) if value in values else Unknown(f"{name} is {value!r}, a value Muster does not know")


def _time(name: str, value: object) -> datetime | Unknown:
    return value if isinstance(value, datetime) else Unknown(f"AWS did not say what {name} is")
