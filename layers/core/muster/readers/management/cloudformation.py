"""Reading CloudFormation: stacks."""

from typing import Any

from muster.facets.management.cloudformation import Stack
from muster.facets.tagging.tags import Tags
from muster.model.listing import Page, after, listed
from muster.model.readers import lists
from muster.model.shard import Shard

_STACK = "AWS::CloudFormation::Stack"
_NOT_THERE = frozenset(
    {
        "CREATE_FAILED",
        "CREATE_IN_PROGRESS",
        "DELETE_COMPLETE",
        "DELETE_IN_PROGRESS",
        "REVIEW_IN_PROGRESS",
        "ROLLBACK_COMPLETE",
        "ROLLBACK_FAILED",
        "ROLLBACK_IN_PROGRESS",
    }
)
"""The states of a stack that is being made or deleted, or could not be made.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/view-stack-events.html
"""


@lists(
    _STACK, permission="cloudformation:DescribeStacks", facets=(Stack, Tags), page=100,
    arn="cloudformation:{region}:{account}:stack/{id}/{}",
)  # fmt: skip
def stacks(cloudformation: Any, shard: Shard, token: str | None) -> Page:
    """List the stacks of a region, nested ones too; those that are being made or deleted are left out.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html
    """
    answer = cloudformation.describe_stacks(**after(token))
    items = (
        listed(
            shard.resource(_STACK, str(item["StackName"]), str(item["StackId"]), Tags.parse(item).own),
            item, (Stack, Tags),
        )
        for item in answer.get("Stacks", ())
        if item.get("StackStatus") not in _NOT_THERE
    )  # fmt: skip
    return Page(items, answer.get("NextToken"))
