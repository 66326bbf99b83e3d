"""Reading Lambda: functions, who invokes them and how, and what a region's functions share."""

import typing

from muster.facets.lambda_.functions import (
    AsynchronousDestinations,
    Function,
    FunctionConcurrency,
    FunctionPolicy,
    FunctionUrls,
    RegionConcurrency,
)
from muster.facets.lambda_.sources import EventSourceMappings, SourceQueue
from muster.facets.tagging.tags import Tags
from muster.model.arn import Arn
from muster.model.finding import REGION, Resource
from muster.model.listing import Page, after, listed
from muster.model.readers import describes, lists, reads
from muster.model.shard import Shard
from muster.readers.answers import all_pages, tag_list

if typing.TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_sqs import SQSClient

FUNCTION = "AWS::Lambda::Function"

_ABSENT = ("ResourceNotFoundException",)


@lists(
    FUNCTION, permission="lambda:ListFunctions", on="arn:{partition}:lambda:*:*:function:*", facets=(Function,),
    page=50, arn="lambda:{region}:{account}:function:{id}", gone=_ABSENT,
)  # fmt: skip
def functions(client: "LambdaClient", shard: Shard, token: str | None) -> Page:
    """List the functions of a region, 50 a page, each once: versions are not listed.

    Replicas of Lambda@Edge are left out: they are changed where their master is.
    https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctions.html
    """
    answer = client.list_functions(MaxItems=50, **after(token, "Marker"))
    items = (
        listed(shard.resource(FUNCTION, str(item["FunctionName"]), str(item["FunctionArn"])), item, (Function,))
        for item in answer.get("Functions", ())
        if not item.get("MasterArn")
    )
    return Page(items, answer.get("NextMarker"))


tags = reads(
    FUNCTION, Tags, "lambda:ListTags",
    lambda client, function: tag_list(client.list_tags(Resource=function.arn).get("Tags")),
)  # fmt: skip

policy = reads(
    FUNCTION, FunctionPolicy, "lambda:GetPolicy",
    lambda client, function: client.get_policy(FunctionName=function.id),
    absent=_ABSENT,
)  # fmt: skip
"""The policy of the function itself, not of its versions and aliases."""

urls = reads(
    FUNCTION, FunctionUrls, "lambda:ListFunctionUrlConfigs",
    lambda client, function: all_pages(
        client, "list_function_url_configs", "FunctionUrlConfigs", page=50, FunctionName=function.id
    ),
    absent=_ABSENT,
)  # fmt: skip
"""The URLs of the function and its aliases."""

asynchronous_destinations = reads(
    FUNCTION, AsynchronousDestinations, "lambda:ListFunctionEventInvokeConfigs",
    lambda client, function: all_pages(
        client, "list_function_event_invoke_configs", "FunctionEventInvokeConfigs", page=50, FunctionName=function.id
    ),
    absent=_ABSENT, of=Function, when=lambda function: not function.dead_letter,
)  # fmt: skip
"""The destination of failed asynchronous events; no check needs it where there is a dead-letter queue."""

concurrency = reads(
    FUNCTION, FunctionConcurrency, "lambda:GetFunctionConcurrency",
    lambda client, function: client.get_function_concurrency(FunctionName=function.id),
)  # fmt: skip

region_concurrency = reads(
    REGION, RegionConcurrency, "lambda:GetAccountSettings", lambda client, _region: client.get_account_settings()
)

event_source_mappings = reads(
    REGION, EventSourceMappings, "lambda:ListEventSourceMappings",
    lambda client, _region: all_pages(client, "list_event_source_mappings", "EventSourceMappings", page=100),
)  # fmt: skip
"""All event source mappings of the region, instead of those of each function in turn.

https://docs.aws.amazon.com/lambda/latest/api/API_ListEventSourceMappings.html
"""


@describes(
    FUNCTION, permission="sqs:GetQueueAttributes",
    of=EventSourceMappings, keys_for=lambda mappings, function: mappings.queues_of(function.id),
    on="arn:{partition}:sqs:*:*:*",
)  # fmt: skip
def source_queue(sqs: "SQSClient", _function: Resource, arn: str) -> SourceQueue:
    """Read a queue that is polled for a function of the region, whichever account it belongs to.

    Its URL follows from its ARN, without a call.
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-message-identifiers.html
    """
    source = Arn.of(arn)
    url = f"{sqs.meta.endpoint_url}/{source.account}/{source.resource}"
    return SourceQueue.parse(
        sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout", "RedrivePolicy"])
    )
