"""The IAM actions of operations, where the two have different names."""

import pytest

from local.iam_actions import actions_of


@pytest.mark.parametrize(
    ("operation", "actions"),
    [
        ("elbv2:DescribeTags", ("elasticloadbalancing:DescribeTags",)),
        ("resourcegroupstaggingapi:ListRequiredTags", ("tag:ListRequiredTags",)),
        ("s3control:GetAccessPoint", ("s3:GetAccessPoint",)),
        ("s3:GetBucketReplication", ("s3:GetReplicationConfiguration",)),
        ("stepfunctions:StartExecution", ("states:StartExecution",)),
        ("dynamodb:DescribeTable", ("dynamodb:DescribeTable",)),
        ("sts:GetCallerIdentity", ()),
        ("s3:CopyObject", ("s3:GetObject", "s3:PutObject")),
    ],
)
def test_operations_are_spelled_as_iam_spells_them(operation: str, actions: tuple[str, ...]) -> None:
    assert actions_of(operation) == actions
