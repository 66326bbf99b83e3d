"""Reading Step Functions: state machines, activities and their tags."""

import typing
from collections.abc import Mapping
from typing import Any

from muster.facets.messaging.stepfunctions import StateMachine
from muster.facets.tagging.tags import Tags
from muster.model.finding import Resource
from muster.model.listing import Listed, Page, after
from muster.model.readers import lists, reads
from muster.model.shard import Shard

if typing.TYPE_CHECKING:
    from mypy_boto3_stepfunctions import SFNClient

_STATE_MACHINE = "AWS::StepFunctions::StateMachine"
_ACTIVITY = "AWS::StepFunctions::Activity"
_PAGE = 1000


@lists(
    _STATE_MACHINE, client="stepfunctions", permission="states:ListStateMachines", page=_PAGE,
    on="arn:{partition}:states:*:*:stateMachine:*", arn="states:{region}:{account}:stateMachine:{id}",
    gone=("StateMachineDoesNotExist",),
)  # fmt: skip
def state_machines(stepfunctions: "SFNClient", shard: Shard, token: str | None) -> Page:
    """List the state machines of a region, 1,000 a page.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListStateMachines.html
    """
    answer = stepfunctions.list_state_machines(maxResults=_PAGE, **after(token, "nextToken"))
    items = (
        Listed(shard.resource(_STATE_MACHINE, item["name"], item["stateMachineArn"]))
        for item in answer.get("stateMachines") or ()
    )
    return Page(items, answer.get("nextToken"))


@lists(
    _ACTIVITY, client="stepfunctions", permission="states:ListActivities", page=_PAGE,
    on="arn:{partition}:states:*:*:activity:*", arn="states:{region}:{account}:activity:{id}",
    gone=("ActivityDoesNotExist",),
)  # fmt: skip
def activities(stepfunctions: "SFNClient", shard: Shard, token: str | None) -> Page:
    """List the activities of a region, 1,000 a page.

    https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListActivities.html
    """
    answer = stepfunctions.list_activities(maxResults=_PAGE, **after(token, "nextToken"))
    items = (
        Listed(shard.resource(_ACTIVITY, item["name"], item["activityArn"])) for item in answer.get("activities") or ()
    )
    return Page(items, answer.get("nextToken"))


state_machine = reads(
    _STATE_MACHINE, StateMachine, "states:DescribeStateMachine",
    lambda stepfunctions, machine: stepfunctions.describe_state_machine(
        stateMachineArn=machine.key, includedData="METADATA_ONLY"
    ),
    client="stepfunctions",
)  # fmt: skip
"""With the definition, the call would need permission to decrypt with the key of the state machine.

https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeStateMachine.html
"""


def _tags(stepfunctions: "SFNClient", resource: Resource) -> Mapping[str, Any]:
    found = stepfunctions.list_tags_for_resource(resourceArn=resource.key).get("tags") or ()
    return {"Tags": [{"Key": each.get("key", ""), "Value": each.get("value", "")} for each in found]}


state_machine_tags = reads(_STATE_MACHINE, Tags, "states:ListTagsForResource", _tags, client="stepfunctions")
activity_tags = reads(_ACTIVITY, Tags, "states:ListTagsForResource", _tags, client="stepfunctions")
