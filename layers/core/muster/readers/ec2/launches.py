"""Reading EC2: Spot Fleet requests, and the user data and source images of instances."""

import typing
from collections.abc import Mapping, Sequence
from typing import Any

from muster.facets.ec2.images import SourceImage
from muster.facets.ec2.launches import InstanceLaunch, SpotFleet, UserData
from muster.facets.tagging.tags import Tags
from muster.model.finding import Resource
from muster.model.listing import Narrowing, Page, after
from muster.model.readers import describes, lists, reads
from muster.model.shard import Shard
from muster.readers.answers import all_pages
from muster.readers.ec2.instances import INSTANCE
from muster.readers.ec2.listed import ec2_listed
from muster.readers.ec2.tags import AT_ONCE

if typing.TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

_SPOT_FLEET = "AWS::EC2::SpotFleet"

_LIVE = frozenset({"submitted", "active", "modifying", "cancelled_running"})
"""Requests that have instances or may launch some; those that are cancelled are listed for 48 hours more.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSpotFleetRequests.html
"""


@lists(
    _SPOT_FLEET, permission="ec2:DescribeSpotFleetRequests", facets=(SpotFleet, Tags), page=1000,
    arn="ec2:{region}:{account}:spot-fleet-request/{id}",
    only=Narrowing(lambda ids: {"SpotFleetRequestIds": list(ids)}), gone=("InvalidSpotFleetRequestId.NotFound",),
)  # fmt: skip
def spot_fleets(ec2: "EC2Client", shard: Shard, token: str | None, **only: Any) -> Page:
    """List the Spot Fleet requests of a region, 1000 a page; those that are cancelled or failed are left out.

    The answer holds user data. The facets keep only whether it looks like it holds a secret.
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSpotFleetRequests.html
    """
    answer = ec2.describe_spot_fleet_requests(MaxResults=1000, **after(token), **only)
    items = (
        ec2_listed(shard, _SPOT_FLEET, f"spot-fleet-request/{item['SpotFleetRequestId']}", item, (SpotFleet, Tags))
        for item in answer.get("SpotFleetRequestConfigs", ())
        if item.get("SpotFleetRequestState") in _LIVE
    )
    return Page(items, answer.get("NextToken"))


user_data = reads(
    INSTANCE, UserData, "ec2:DescribeInstanceAttribute",
    lambda ec2, instance: ec2.describe_instance_attribute(InstanceId=instance.id, Attribute="userData"),
)  # fmt: skip
"""What of the user data of an instance looks like a secret; the text itself is not kept."""


@describes(
    INSTANCE, permission="ec2:DescribeImages", at_once=AT_ONCE, of=InstanceLaunch,
    keys=lambda launch: (launch.image,) if launch.image else (),
)  # fmt: skip
def source_images(ec2: "EC2Client", _region: Resource, ids: Sequence[str]) -> Mapping[str, SourceImage]:
    """Read the deprecation time of the images that instances were launched from, also those of other accounts.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImages.html
    """
    filters = [{"Name": "image-id", "Values": list(ids)}]
    found = all_pages(ec2, "describe_images", "Images", page=1000, Filters=filters, IncludeDeprecated=True)
    return {item["ImageId"]: SourceImage.parse(item) for item in found["Images"]}
