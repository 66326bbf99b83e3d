"""The policy of tagging: each write with its read, on the types that get the tag, for one key."""

import json

import pytest

from muster.configuration.compliance_tags import ComplianceTags
from muster.tagging.permissions import tagging_policy, tagging_statements
from muster.tagging.services import tag_apis

INLINE = 10_240
"""Characters of all inline policies of a role: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html."""


def test_the_policy_of_the_default_is_about_buckets() -> None:
    assert tagging_policy(ComplianceTags()) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "MusterReadsTagsOfS3Bucket",
                "Effect": "Allow",
                "Action": ["s3:GetBucketAbac", "s3:ListTagsForResource"],
                "Resource": "arn:aws:s3:::*",
            },
            {
                "Sid": "MusterWritesTagsOfS3Bucket",
                "Effect": "Allow",
                "Action": ["s3:TagResource", "s3:UntagResource"],
                "Resource": "arn:aws:s3:::*",
                "Condition": {"ForAllValues:StringEquals": {"aws:TagKeys": ["compliance-status"]}},
            },
        ],
    }


def test_the_key_and_the_partition_follow_the_settings() -> None:
    made = tagging_policy(ComplianceTags(key="state", types=("AWS::SQS::Queue",)), "aws-cn")["Statement"]
    assert [(each["Action"], each["Resource"]) for each in made] == [
        (["sqs:ListQueueTags"], "arn:aws-cn:sqs:*:*:*"),
        (["sqs:TagQueue", "sqs:UntagQueue"], "arn:aws-cn:sqs:*:*:*"),
    ]
    assert made[1]["Condition"] == {"ForAllValues:StringEquals": {"aws:TagKeys": ["state"]}}


def test_every_statement_has_a_name_of_its_own() -> None:
    names = [each["Sid"] for each in tagging_statements(tag_apis())]
    assert len(names) == len(set(names))
    assert all(name.isalnum() for name in names)


def test_all_types_fit_into_a_role() -> None:
    assert len(json.dumps(tagging_statements(tag_apis()), separators=(",", ":"))) < INLINE * 0.75


@pytest.mark.parametrize("resource_type", sorted(tag_apis()))
def test_each_type_is_granted_its_own_calls_and_no_others(resource_type: str) -> None:
    granted = {action for each in tagging_statements([resource_type]) for action in each["Action"]}
    assert granted == {action for action, _ in tag_apis()[resource_type].actions}


def test_no_grant_replaces_all_tags_or_deletes_a_resource() -> None:
    granted = {action for each in tagging_statements(tag_apis()) for action in each["Action"]}
    assert not {action for action in granted if "PutBucket" in action or action.partition(":")[2] == "Delete"}
    writes = {action for action in granted if not action.partition(":")[2].startswith(("List", "Describe", "Get"))}
    assert {action.partition(":")[2] for action in writes} == {
        "AddTags", "CreateTags", "DeleteTags", "RemoveTags", "TagPolicy", "TagQueue", "TagResource", "TagRole",
        "TagUser", "UntagPolicy", "UntagQueue", "UntagResource", "UntagRole", "UntagUser",
    }  # fmt: skip
