"""Reading EC2: machine images and launch templates."""

import typing

from muster.facets.ec2.images import Image, ImageBlockPublicAccess, LaunchTemplate, LaunchTemplateVersions
from muster.facets.tagging.tags import Tags
from muster.model.finding import REGION, Resource
from muster.model.listing import Page, after, listed
from muster.model.paging import Pages
from muster.model.readers import describes, lists
from muster.model.shard import Shard

if typing.TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client

IMAGE = "AWS::EC2::Image"
LAUNCH_TEMPLATE = "AWS::EC2::LaunchTemplate"


@lists(IMAGE, client="ec2", permission="ec2:DescribeImages", facets=(Image, Tags), page=1000)
def images(ec2: "EC2Client", shard: Shard, token: str | None) -> Page:
    """List the account's own machine images in a region, 1000 a page, disabled ones too; deregistered ones are gone.

    The ARN of an image names no account.
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImages.html
    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html#amazonec2-resources-for-iam-policies
    """
    answer = ec2.describe_images(Owners=["self"], IncludeDisabled=True, MaxResults=1000, **after(token))
    items = (
        listed(_image(shard, str(item["ImageId"]), Tags.parse(item)), item, (Image, Tags))
        for item in answer.get("Images", ())
        if item.get("State") != "deregistered"
    )
    return Page(items, answer.get("NextToken"))


@describes(REGION, client="ec2", permission="ec2:GetImageBlockPublicAccessState")
def image_block_public_access(ec2: "EC2Client", _region: Resource) -> ImageBlockPublicAccess:
    """Read whether the region blocks the public sharing of images."""
    return ImageBlockPublicAccess.parse(ec2.get_image_block_public_access_state())


@lists(LAUNCH_TEMPLATE, client="ec2", permission="ec2:DescribeLaunchTemplates", facets=(LaunchTemplate, Tags), page=200)
def launch_templates(ec2: "EC2Client", shard: Shard, token: str | None) -> Page:
    """List the launch templates of a region, 200 a page; those that a service of AWS manages are left out.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeLaunchTemplates.html
    """
    answer = ec2.describe_launch_templates(MaxResults=200, **after(token))
    items = (
        listed(_template(shard, str(item["LaunchTemplateId"]), Tags.parse(item)), item, (LaunchTemplate, Tags))
        for item in answer.get("LaunchTemplates", ())
        if not item.get("Operator", {}).get("Managed")
    )
    return Page(items, answer.get("NextToken"))


@describes(REGION, client="ec2", permission="ec2:DescribeLaunchTemplateVersions", page=Pages(LAUNCH_TEMPLATE, 200))
def launch_template_versions(ec2: "EC2Client", _region: Resource) -> LaunchTemplateVersions:
    """Read the default and the latest version of all launch templates, 200 versions a page.

    Those that AWS hides and manages are asked for too: the security groups that they name are in use.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeLaunchTemplateVersions.html
    """
    pages = ec2.get_paginator("describe_launch_template_versions").paginate(
        Versions=["$Default", "$Latest"], IncludeManagedResources=True, PaginationConfig={"PageSize": 200}
    )
    return LaunchTemplateVersions.parse(
        {"LaunchTemplateVersions": (item for page in pages for item in page.get("LaunchTemplateVersions", ()))}
    )


def _image(shard: Shard, name: str, tags: Tags) -> Resource:
    arn = f"arn:{shard.partition}:ec2:{shard.region}::image/{name}"
    return Resource(IMAGE, name, shard.account_id, shard.region, shard.partition, arn, tags.own)


def _template(shard: Shard, name: str, tags: Tags) -> Resource:
    arn = f"arn:{shard.partition}:ec2:{shard.region}:{shard.account_id}:launch-template/{name}"
    return Resource(LAUNCH_TEMPLATE, name, shard.account_id, shard.region, shard.partition, arn, tags.own)
