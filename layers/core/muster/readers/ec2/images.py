"""Reading EC2: machine images and launch templates."""

import typing
from typing import Any

from muster.facets.ec2.images import Image, ImageBlockPublicAccess, LaunchTemplate, LaunchTemplateVersions
from muster.facets.tagging.tags import Tags
from muster.model.finding import REGION
from muster.model.listing import Page, after, filtered
from muster.model.paging import Pages
from muster.model.readers import lists, reads
from muster.model.shard import Shard
from muster.readers.answers import all_pages
from muster.readers.ec2.listed import ec2_listed

if typing.TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

IMAGE = "AWS::EC2::Image"
LAUNCH_TEMPLATE = "AWS::EC2::LaunchTemplate"


@lists(
    IMAGE, permission="ec2:DescribeImages", facets=(Image, Tags), page=1000,
    arn="ec2:{region}::image/{id}", only=filtered("image-id"),
)  # fmt: skip
def images(ec2: "EC2Client", shard: Shard, token: str | None, **only: Any) -> Page:
    """List the account's own machine images in a region, 1000 a page, disabled ones too; deregistered ones are gone.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImages.html
    """
    answer = ec2.describe_images(Owners=["self"], IncludeDisabled=True, MaxResults=1000, **after(token), **only)
    items = (
        ec2_listed(shard, IMAGE, f"image/{item['ImageId']}", item, (Image, Tags))
        for item in answer.get("Images", ())
        if item.get("State") != "deregistered"
    )
    return Page(items, answer.get("NextToken"))


image_block_public_access = reads(
    REGION, ImageBlockPublicAccess, "ec2:GetImageBlockPublicAccessState",
    lambda ec2, _region: ec2.get_image_block_public_access_state(),
)  # fmt: skip


@lists(
    LAUNCH_TEMPLATE, permission="ec2:DescribeLaunchTemplates", facets=(LaunchTemplate, Tags), page=200,
    arn="ec2:{region}:{account}:launch-template/{id}",
)  # fmt: skip
def launch_templates(ec2: "EC2Client", shard: Shard, token: str | None) -> Page:
    """List the launch templates of a region, 200 a page; those that a service of AWS manages are left out.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeLaunchTemplates.html
    """
    answer = ec2.describe_launch_templates(MaxResults=200, **after(token))
    items = (
        ec2_listed(shard, LAUNCH_TEMPLATE, f"launch-template/{item['LaunchTemplateId']}", item, (LaunchTemplate, Tags))
        for item in answer.get("LaunchTemplates", ())
        if not item.get("Operator", {}).get("Managed")
    )
    return Page(items, answer.get("NextToken"))


launch_template_versions = reads(
    REGION, LaunchTemplateVersions, "ec2:DescribeLaunchTemplateVersions",
    lambda ec2, _region: all_pages(
        ec2, "describe_launch_template_versions", "LaunchTemplateVersions",
        page=200, Versions=["$Default", "$Latest"], IncludeManagedResources=True,
    ),
    page=Pages(LAUNCH_TEMPLATE, 200),
)  # fmt: skip
"""The default and the latest version of all launch templates.

Those that AWS hides and manages are read too: the security groups that they name are in use.
https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeLaunchTemplateVersions.html
"""
