"""Reading Lambda: functions, who invokes them and how, and what a region's functions share."""

import typing
from typing import Any

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
from muster.model.readers import describes, lists
from muster.model.shard import Shard

if typing.TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_sqs import SQSClient

FUNCTION = "AWS::Lambda::Function"

_FUNCTIONS = "arn:{partition}:lambda:*:*:function:*"
_ABSENT = ("ResourceNotFoundException",)


@lists(FUNCTION, client="lambda", permission="lambda:ListFunctions", facets=(Function,), page=50)
def functions(client: "LambdaClient", shard: Shard, token: str | None) -> Page:
    """List the functions of a region, 50 a page, each once: versions are not asked for.

    Replicas of Lambda@Edge are left out: they are changed where their master is.
    https://docs.aws.amazon.com/lambda/latest/api/API_ListFunctions.html
    """
    answer = client.list_functions(MaxItems=50, **after(token, "Marker"))
    items = (
        listed(_resource(shard, str(item["FunctionName"]), str(item["FunctionArn"])), item, (Function,))
        for item in answer.get("Functions", ())
        if not item.get("MasterArn")
    )
    return Page(items, answer.get("NextMarker"))


@describes(FUNCTION, client="lambda", permission="lambda:ListTags", on=_FUNCTIONS)
def tags(client: "LambdaClient", function: Resource) -> Tags:
    """Read the tags, which Lambda answers as a mapping."""
    found = client.list_tags(Resource=str(function.arn)).get("Tags") or {}
    return Tags.parse({"Tags": [{"Key": key, "Value": value} for key, value in found.items()]})


@describes(FUNCTION, client="lambda", permission="lambda:GetPolicy", absent=_ABSENT, on=_FUNCTIONS)
def policy(client: "LambdaClient", function: Resource) -> FunctionPolicy:
    """Read the policy of the function itself."""
    return FunctionPolicy.parse(client.get_policy(FunctionName=function.id))


@describes(FUNCTION, client="lambda", permission="lambda:ListFunctionUrlConfigs", absent=_ABSENT, on=_FUNCTIONS)
def urls(client: "LambdaClient", function: Resource) -> FunctionUrls:
    """Read the URLs of the function and its aliases, 50 a page."""
    pages = client.get_paginator("list_function_url_configs").paginate(
        FunctionName=function.id, PaginationConfig={"PageSize": 50}
    )
    return FunctionUrls.parse({"FunctionUrlConfigs": [each for page in pages for each in page["FunctionUrlConfigs"]]})


@describes(
    FUNCTION,
    client="lambda",
    permission="lambda:ListFunctionEventInvokeConfigs",
    absent=_ABSENT,
    of=Function,
    when=lambda function: not function.dead_letter,
    on=_FUNCTIONS,
)
def asynchronous_destinations(client: "LambdaClient", function: Resource) -> AsynchronousDestinations:
    """Read where failed asynchronous events go, 50 a page; with a dead-letter queue nobody needs to know."""
    pages = client.get_paginator("list_function_event_invoke_configs").paginate(
        FunctionName=function.id, PaginationConfig={"PageSize": 50}
    )
    found = [each for page in pages for each in page["FunctionEventInvokeConfigs"]]
    return AsynchronousDestinations.parse({"FunctionEventInvokeConfigs": found})


@describes(FUNCTION, client="lambda", permission="lambda:GetFunctionConcurrency", on=_FUNCTIONS)
def concurrency(client: "LambdaClient", function: Resource) -> FunctionConcurrency:
    """Read the concurrency that is reserved for the function."""
    return FunctionConcurrency.parse(client.get_function_concurrency(FunctionName=function.id))


@describes(REGION, client="lambda", permission="lambda:GetAccountSettings")
def region_concurrency(client: "LambdaClient", _region: Resource) -> RegionConcurrency:
    """Read the concurrency of the account in this region."""
    return RegionConcurrency.parse(client.get_account_settings())


@describes(REGION, client="lambda", permission="lambda:ListEventSourceMappings")
def event_source_mappings(client: "LambdaClient", _region: Resource) -> EventSourceMappings:
    """Read all event source mappings of the region, 100 a page, instead of those of each function in turn.

    https://docs.aws.amazon.com/lambda/latest/api/API_ListEventSourceMappings.html
    """
    pages = client.get_paginator("list_event_source_mappings").paginate(PaginationConfig={"PageSize": 100})
    found: list[Any] = [each for page in pages for each in page.get("EventSourceMappings", ())]
    return EventSourceMappings.parse({"EventSourceMappings": found})


@describes(
    FUNCTION,
    client="sqs",
    permission="sqs:GetQueueAttributes",
    of=EventSourceMappings,
    keys_for=lambda mappings, function: mappings.queues_of(function.id),
    on="arn:{partition}:sqs:*:*:*",
)
def source_queue(sqs: "SQSClient", _function: Resource, arn: str) -> SourceQueue:
    """Read a queue that is polled for a function of the region, whichever account it belongs to.

    The URL is made of the ARN, so that no call is spent on asking for it.
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-queue-message-identifiers.html
    """
    source = Arn.of(arn)
    url = f"{sqs.meta.endpoint_url}/{source.account}/{source.resource}"
    return SourceQueue.parse(
        sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout", "RedrivePolicy"])
    )


def _resource(shard: Shard, name: str, arn: str) -> Resource:
    return Resource(FUNCTION, name, shard.account_id, shard.region, shard.partition, arn)
