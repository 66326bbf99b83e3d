"""Templates: everything is retained, ids never collide, and no change set is larger than CloudFormation takes."""

import json

import pytest

from muster.bundle import cloudformation
from muster.bundle.contents import Imported
from muster.properties.conversion import TemplateResource
from tests.unit.bundle.examples import bucket, contents, imported

MOST, LARGEST, INLINE = 200, 1_000_000, 51_200


def with_policy(name: str) -> Imported:
    policy = TemplateResource("AWS::S3::BucketPolicy", name, {"Bucket": name, "PolicyDocument": {}}, {"Bucket": name})
    return imported("AWS::S3::Bucket", {"BucketName": name}, {"BucketName": name}, policy)


def test_a_template_has_imported_resources_and_nothing_else_and_retains_them() -> None:
    (stack,) = cloudformation.stacks(contents(bucket("a.b", Tags=[{"Key": "é", "Value": "1"}])))
    template = json.loads(stack.template)
    assert set(template) == {"AWSTemplateFormatVersion", "Description", "Resources"}
    (resource,) = template["Resources"].values()
    assert resource == {
        "Type": "AWS::S3::Bucket",
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
        "Properties": {"BucketName": "a.b", "Tags": [{"Key": "é", "Value": "1"}]},
    }
    (wanted,) = json.loads(stack.to_import)
    assert wanted["ResourceIdentifier"] == {"BucketName": "a.b"}
    assert wanted["LogicalResourceId"] in template["Resources"]


def test_names_that_have_the_same_letters_have_different_logical_ids() -> None:
    names = ("a.b", "a-b", "ab", "a..b")
    (stack,) = cloudformation.stacks(contents(*(with_policy(name) for name in names)))
    ids = list(json.loads(stack.template)["Resources"])
    assert len(ids) == len(set(ids)) == 2 * len(names)
    assert [each for each in ids if not each.isalnum() or len(each) > 255] == []


def test_a_resource_keeps_its_logical_id_whatever_else_is_imported() -> None:
    alone, among = (
        cloudformation.stacks(contents(*(bucket(name) for name in names)))[0] for names in (("b",), ("a", "b", "c"))
    )
    assert set(json.loads(alone.template)["Resources"]) < set(json.loads(among.template)["Resources"])


def test_a_change_set_has_at_most_200_resources_and_a_policy_stays_with_its_bucket() -> None:
    stacks = cloudformation.stacks(contents(*(with_policy(f"bucket-{number}") for number in range(150))))
    assert [stack.resources for stack in stacks] == [MOST, 100]
    for stack in stacks:
        named = json.loads(stack.to_import)
        owners = {each["ResourceIdentifier"]["Bucket"] for each in named if "Bucket" in each["ResourceIdentifier"]}
        buckets = {each["ResourceIdentifier"].get("BucketName") for each in named} - {None}
        assert owners == buckets


def test_a_template_is_never_larger_than_s3_may_hand_over() -> None:
    resources = [bucket(f"bucket-{number}", Tags=[{"Key": "k", "Value": "é" * 20_000}]) for number in range(60)]
    stacks = cloudformation.stacks(contents(*resources))
    sizes = [len(stack.template.encode()) for stack in stacks]
    assert max(sizes) <= LARGEST
    assert sum(stack.resources for stack in stacks) == len(resources)
    assert all(stack.by_url for stack in stacks)


def test_a_template_goes_with_the_call_up_to_51200_bytes() -> None:
    (empty,) = cloudformation.stacks(contents(bucket("a", Tags="")))
    room = INLINE - len(empty.template.encode())
    (fits,) = cloudformation.stacks(contents(bucket("a", Tags="x" * room)))
    (above,) = cloudformation.stacks(contents(bucket("a", Tags="x" * (room + 1))))
    assert (fits.by_url, above.by_url) == (False, True)


def test_each_region_has_stacks_of_its_own() -> None:
    stacks = cloudformation.stacks(contents(bucket("a"), bucket("b", "us-east-1")))
    assert [(stack.region, stack.resources) for stack in stacks] == [("eu-west-1", 1), ("us-east-1", 1)]


def test_a_stack_of_other_resources_has_another_name_and_one_of_the_same_has_the_same() -> None:
    first, again, other = (
        cloudformation.stacks(contents(*(bucket(name) for name in names)))[0].name
        for names in (("a", "b"), ("b", "a"), ("a", "c"))
    )
    assert first == again
    assert first.startswith("muster-import-1-")
    assert other != first


@pytest.mark.parametrize(
    ("resource", "says"),
    [
        pytest.param(bucket("a", Tags=[{"Key": "k", "Value": "{{resolve:ssm:x}}"}]), "{{resolve:", id="a reference"),
        pytest.param(imported("AWS::S3::Bucket", {}, {"BucketName": ""}), "cannot import", id="no identifier"),
        pytest.param(bucket("a", Tags="x" * LARGEST), "larger than a template may be", id="too large"),
    ],
)
def test_what_no_change_set_can_import_is_left_out_with_the_reason(resource: Imported, says: str) -> None:
    refused = cloudformation.refused(contents(resource, bucket("fine")))
    (left_out,) = refused.values()
    assert says in left_out.reasons[0]
    assert [each.name for each in contents(resource, bucket("fine")).without(refused).imported] == ["fine"]
