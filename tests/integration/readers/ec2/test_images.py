"""Reading images and launch templates on moto, and from answers as AWS documents them where moto has none."""

from typing import Any

import boto3
from botocore.stub import Stubber

from muster.facets.ec2.images import Image, LaunchTemplate, MetadataOptions
from muster.facets.tagging.tags import Tags
from muster.model.finding import REGION, Resource
from muster.model.shard import Shard
from muster.readers.ec2.images import (
    IMAGE,
    LAUNCH_TEMPLATE,
    image_block_public_access,
    images,
    launch_template_versions,
    launch_templates,
)
from muster.sdk.session import Clients
from tests.integration.conftest import listing

HERE = "eu-west-1"
ACCOUNT_ID = "123456789012"
SHARD = Shard(ACCOUNT_ID, HERE, "ec2", HERE, (HERE,))
CHINA = Shard(ACCOUNT_ID, "cn-north-1", "ec2", "cn-north-1", ("cn-north-1",), "aws-cn")
THE_REGION = Resource(REGION, HERE, ACCOUNT_ID, HERE)
OWN = {"Owners": ["self"], "IncludeDisabled": True, "MaxResults": 1000}
TAGS = [{"Key": "Owner", "Value": "web"}, {"Key": "aws:cloudformation:stack-name", "Value": "x"}]


def test_own_images_come_with_facets_tags_and_an_arn_without_account(clients: Clients) -> None:
    ec2 = clients.get("ec2", HERE)
    launched = ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    tags = [{"ResourceType": "image", "Tags": TAGS[:1]}]
    private, public = (
        ec2.create_image(InstanceId=launched, Name=name, TagSpecifications=tags)["ImageId"] for name in ("one", "two")
    )
    ec2.modify_image_attribute(ImageId=public, LaunchPermission={"Add": [{"Group": "all"}]})
    found = {item.resource.id: item for item in listing(images, ec2, SHARD)}
    assert found.keys() == {private, public}
    assert found[private].resource == Resource(
        IMAGE, private, ACCOUNT_ID, HERE, "aws", f"arn:aws:ec2:{HERE}::image/{private}", {"Owner": "web"}
    )
    assert found[private].facets == {Image: Image(public=False), Tags: Tags({"Owner": "web"})}
    assert found[public].facets[Image] == Image(public=True)


def test_images_are_asked_for_in_large_pages_to_the_end_and_deregistered_ones_left_out() -> None:
    ec2 = boto3.client("ec2", "cn-north-1")
    with Stubber(ec2) as stub:
        page = {"Images": [{"ImageId": "ami-1", "State": "disabled", "Tags": TAGS}], "NextToken": "next"}
        stub.add_response("describe_images", page, OWN)
        page = {"Images": [{"ImageId": "ami-2", "State": "deregistered"}, {"ImageId": "ami-3", "State": "available"}]}
        stub.add_response("describe_images", page, OWN | {"NextToken": "next"})
        found = listing(images, ec2, CHINA)
    assert [item.resource.arn for item in found] == [
        "arn:aws-cn:ec2:cn-north-1::image/ami-1",
        "arn:aws-cn:ec2:cn-north-1::image/ami-3",
    ]
    assert found[0].resource.tags == {"Owner": "web"}


def test_what_the_region_blocks_is_read() -> None:
    ec2 = boto3.client("ec2", HERE)
    with Stubber(ec2) as stub:
        answer = {"ImageBlockPublicAccessState": "block-new-sharing", "ManagedBy": "account"}
        stub.add_response("get_image_block_public_access_state", answer, {})
        assert image_block_public_access.function(ec2, THE_REGION).state == "block-new-sharing"


def made(ec2: Any, name: str, *tokens: str) -> str:
    """Make a launch template with a version for each tokens; an empty text says nothing of them."""
    found = ""
    for number, said in enumerate(tokens):
        data: dict[str, Any] = {"ImageId": "ami-12c6146b"} | ({"MetadataOptions": {"HttpTokens": said}} if said else {})
        if number:
            ec2.create_launch_template_version(LaunchTemplateName=name, LaunchTemplateData=data)
        else:
            tags = [{"ResourceType": "launch-template", "Tags": TAGS[:1]}]
            answer = ec2.create_launch_template(
                LaunchTemplateName=name, LaunchTemplateData=data, TagSpecifications=tags
            )
            found = answer["LaunchTemplate"]["LaunchTemplateId"]
    return found


def test_launch_templates_come_with_facets_tags_and_arn(clients: Clients) -> None:
    ec2 = clients.get("ec2", HERE)
    name = made(ec2, "web", "optional", "required", "required")
    ec2.modify_launch_template(LaunchTemplateId=name, DefaultVersion="2")
    (found,) = listing(launch_templates, ec2, SHARD)
    arn = f"arn:aws:ec2:{HERE}:{ACCOUNT_ID}:launch-template/{name}"
    assert found.resource == Resource(LAUNCH_TEMPLATE, name, ACCOUNT_ID, HERE, "aws", arn, {"Owner": "web"})
    assert found.facets == {LaunchTemplate: LaunchTemplate(name, 2, 3), Tags: Tags({"Owner": "web"})}


def test_launch_templates_are_asked_for_in_large_pages_and_managed_ones_left_out() -> None:
    ec2 = boto3.client("ec2", HERE)
    with Stubber(ec2) as stub:
        managed = {"LaunchTemplateId": "lt-1", "Operator": {"Managed": True, "Principal": "eks.amazonaws.com"}}
        page = {"LaunchTemplates": [managed], "NextToken": "next"}
        stub.add_response("describe_launch_templates", page, {"MaxResults": 200})
        page = {"LaunchTemplates": [{"LaunchTemplateId": "lt-2", "Operator": {"Managed": False}}]}
        stub.add_response("describe_launch_templates", page, {"MaxResults": 200, "NextToken": "next"})
        assert [found.resource.id for found in listing(launch_templates, ec2, SHARD)] == ["lt-2"]
    assert launch_templates.page == 200


def test_the_default_and_the_latest_versions_of_all_templates_are_read(clients: Clients) -> None:
    ec2 = clients.get("ec2", HERE)
    first, second = made(ec2, "web", "required", "optional", ""), made(ec2, "data", "optional")
    found = launch_template_versions.function(ec2, THE_REGION)
    assert dict(found.options) == {
        (first, 1): MetadataOptions("required", None),
        (first, 3): MetadataOptions(None, None),
        (second, 1): MetadataOptions("optional", None),
    }
