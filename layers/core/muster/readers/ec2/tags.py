"""Reading the tags of what volumes, snapshots and network interfaces belong to."""

import typing
from collections.abc import Mapping, Sequence
from typing import Any

from muster.facets.tagging.tags import ParentTags, TagParents
from muster.model.finding import Resource
from muster.model.readers import describes
from muster.readers.answers import all_pages
from muster.readers.ec2.ebs import SNAPSHOT
from muster.readers.ec2.instances import VOLUME
from muster.readers.ec2.vpc import INTERFACE

if typing.TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

AT_ONCE = 200
"""How many values a filter of EC2 takes.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Filter.html
"""


@describes(
    VOLUME,
    permission="ec2:DescribeTags",
    at_once=AT_ONCE,
    of=TagParents,
    keys=lambda parents: parents.ids,
)
def tags_of_instances(ec2: "EC2Client", _region: Resource, ids: Sequence[str]) -> Mapping[str, ParentTags]:
    """Read the tags of the instances that volumes are attached to."""
    return _tags_of(ec2, ids)


@describes(
    INTERFACE,
    permission="ec2:DescribeTags",
    at_once=AT_ONCE,
    of=TagParents,
    keys=lambda parents: parents.ids,
)
def tags_of_interfaces_instances(ec2: "EC2Client", _region: Resource, ids: Sequence[str]) -> Mapping[str, ParentTags]:
    """Read the tags of the instances that network interfaces are attached to.

    They are not kept for volumes, which name the same ones: the tags of all instances would be in memory.
    """
    return _tags_of(ec2, ids)


@describes(
    SNAPSHOT,
    permission="ec2:DescribeTags",
    at_once=AT_ONCE,
    of=TagParents,
    keys=lambda parents: parents.ids,
)
def tags_of_volumes(ec2: "EC2Client", _region: Resource, ids: Sequence[str]) -> Mapping[str, ParentTags]:
    """Read the tags of the volumes that snapshots were taken of."""
    return _tags_of(ec2, ids)


def _tags_of(ec2: "EC2Client", ids: Sequence[str]) -> Mapping[str, ParentTags]:
    filters = [{"Name": "resource-id", "Values": list(ids)}]
    found: dict[str, list[Any]] = {name: [] for name in ids}
    for tag in all_pages(ec2, "describe_tags", "Tags", page=1000, Filters=filters)["Tags"]:
        found.setdefault(tag["ResourceId"], []).append(tag)
    return {name: ParentTags.parse({"Tags": tags}) for name, tags in found.items()}
