"""The statements of a scan's policy."""

import re

import pytest

from muster.catalog import load
from muster.policy import actions_of, scanner_statements
from muster.select import select
from muster.settings import Configuration

ALL = scanner_statements(load(), select(load(), Configuration(), packs=["all"]), "aws-us-gov")


def test_every_statement_has_a_name_of_its_own_that_iam_takes() -> None:
    names = [statement["Sid"] for statement in ALL]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch("[A-Za-z0-9]+", name) for name in names)


def test_an_action_is_granted_on_everything_or_on_patterns_of_the_partition() -> None:
    everywhere = {action for each in ALL if each["Resource"] == "*" for action in each["Action"]}
    narrower = [each for each in ALL if each["Resource"] != "*"]
    assert narrower
    assert not [action for each in narrower for action in each["Action"] if action in everywhere]
    assert all(each["Resource"].startswith("arn:aws-us-gov:") for each in narrower)


@pytest.mark.parametrize(
    ("operation", "actions"),
    [
        ("elbv2:DescribeTags", ("elasticloadbalancing:DescribeTags",)),
        ("resourcegroupstaggingapi:ListRequiredTags", ("tag:ListRequiredTags",)),
        ("s3control:GetAccessPoint", ("s3:GetAccessPoint",)),
        ("s3:GetBucketReplication", ("s3:GetReplicationConfiguration",)),
        ("dynamodb:DescribeTable", ("dynamodb:DescribeTable",)),
    ],
)
def test_operations_are_spelled_as_iam_spells_them(operation: str, actions: tuple[str, ...]) -> None:
    assert actions_of(operation) == actions
