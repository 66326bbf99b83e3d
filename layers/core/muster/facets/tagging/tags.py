"""The tags of a resource, whichever way the service spells them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Tags:
    """All tags by key; `own` leaves out those that AWS itself sets (`aws:…`)."""

    values: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse `Tags` of an EC2 item or `TagSet` of a bucket; neither means that there is no tag."""
        pairs = response.get("Tags") or response.get("TagSet") or ()
        return cls({pair["Key"]: pair.get("Value") or "" for pair in pairs})

    @property
    def own(self) -> Mapping[str, str]:
        """The tags that somebody chose: the prefix `aws:` is reserved in any case of its letters."""
        if "aws:" not in "\n".join(self.values).lower():  # few have any, and every check of tags asks
            return self.values
        return {key: value for key, value in self.values.items() if not key.lower().startswith("aws:")}


@dataclass(frozen=True, slots=True)
class TagParents:
    """The resources that one belongs to: a volume or an interface to its instances, a snapshot to its volume.

    `ids` are those of the same account, `elsewhere` those of others, whose tags only these see: `i-1 of 111122223333`.
    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html
    """

    ids: tuple[str, ...]
    elsewhere: tuple[str, ...] = ()

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse an item of DescribeVolumes, DescribeSnapshots or DescribeNetworkInterfaces.

        Copies of snapshots name a volume that never was.
        """
        holder = response.get("Attachment") or {}
        if (name := holder.get("InstanceId")) and (owner := _other_owner(response, holder)):
            return cls((), (f"{name} of {owner}",))
        attached = [each.get("InstanceId") for each in (*(response.get("Attachments") or ()), holder)]
        # Volumes have a VolumeId and a SnapshotId too, their own and the one that they were made from.
        volume = response.get("VolumeId") if response.get("StartTime") else None
        taken = () if volume == _NO_VOLUME else (volume,)
        return cls(tuple(dict.fromkeys(str(each) for each in (*attached, *taken) if each)))


_NO_VOLUME = "vol-ffffffff"
"""https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Snapshot.html"""


def _other_owner(interface: Mapping[str, Any], attachment: Mapping[str, Any]) -> str | None:
    """Return the account whose instance an interface of another is attached to: it may be permitted to do so.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateNetworkInterfacePermission.html
    """
    owner, other = interface.get("OwnerId"), attachment.get("InstanceOwnerId")
    return str(other) if owner and other and owner != other else None


@dataclass(frozen=True, slots=True)
class ParentTags:
    """The tags of a resource that another belongs to; one without any tag and one that is gone look alike."""

    values: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the items of DescribeTags that are about one resource."""
        return cls(Tags.parse(response).own)
