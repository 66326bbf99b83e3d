"""Reading the tags of what volumes, snapshots and network interfaces belong to."""

import typing
from collections.abc import Mapping, Sequence
from typing import Any

from muster.facets.tagging.tags import ParentTags, TagParents
from muster.model.finding import Resource
from muster.model.readers import Describer, describes
from muster.readers.answers import all_pages
from muster.readers.ec2.ebs import SNAPSHOT
from muster.readers.ec2.instances import VOLUME
from muster.readers.ec2.vpc import INTERFACE

if typing.TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

AT_ONCE = 200
"""The most values that a filter of EC2 takes.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Filter.html
"""


def _parents_of(resource_type: str) -> Describer:
    """Return the reader of the tags of what resources of a type belong to."""
    return describes(
        resource_type, permission="ec2:DescribeTags", at_once=AT_ONCE, of=TagParents, keys=lambda parents: parents.ids
    )(_tags_of)


def _tags_of(ec2: "EC2Client", _region: Resource, ids: Sequence[str]) -> Mapping[str, ParentTags]:
    filters = [{"Name": "resource-id", "Values": list(ids)}]
    by_owner: dict[str, list[Any]] = {name: [] for name in ids}
    for tag in all_pages(ec2, "describe_tags", "Tags", page=1000, Filters=filters)["Tags"]:
        by_owner.setdefault(tag["ResourceId"], []).append(tag)
    return {name: ParentTags.parse({"Tags": tags}) for name, tags in by_owner.items()}


tags_of_instances = _parents_of(VOLUME)
tags_of_interfaces_instances = _parents_of(INTERFACE)
"""Not kept for volumes, which name the same instances: the tags of all instances would be in memory."""
tags_of_volumes = _parents_of(SNAPSHOT)
