"""What Lambda refuses of an event source mapping, and moto takes: numbers out of range, and a role without grants.

https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
"""

from collections.abc import Iterator, Mapping
from typing import Any

from local.corrections.caller import place
from local.corrections.request import Correction, Request
from local.enforcing import Enforcement
from local.front import Answer

_CODE = "InvalidParameterValueException"
_RANGES = {
    "BatchSize": (1, 10_000),
    "MaximumBatchingWindowInSeconds": (0, 300),
    "MaximumRetryAttempts": (-1, 10_000),
    "ParallelizationFactor": (1, 10),
    "TumblingWindowInSeconds": (0, 900),
}
_LEAST_AGE, _MOST_AGE = 60, 604_800
_LEAST_CONCURRENCY, _MOST_CONCURRENCY = 2, 1_000
_WITHOUT_WINDOW = 10
_MOST_FILTERS = 5
_STREAM = ("GetRecords", "GetShardIterator", "DescribeStream", "ListStreams")
_QUEUE = ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")


def corrections() -> dict[str, Correction]:
    """Return what corrects the making of mappings."""
    return {"lambda:CreateEventSourceMapping": _create, "lambda:UpdateEventSourceMapping": _update}


def _create(request: Request) -> Answer | None:
    given = request.parameters
    source = str(given.get("EventSourceArn", ""))
    if ":dynamodb:" in source and not given.get("StartingPosition"):
        message = "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: "
        return request.refuse(_CODE, f"{message}Member must not be null.")
    wrong = next(iter((*_wrong(given, is_queue=":sqs:" in source), *_denied(request, source))), "")
    return request.refuse(_CODE, wrong) if wrong else None


def _update(request: Request) -> Answer | None:
    wrong = next(_wrong(request.parameters, is_queue=False), "")
    return request.refuse(_CODE, wrong) if wrong else None


def _wrong(given: Mapping[str, Any], *, is_queue: bool) -> Iterator[str]:
    """Yield what is out of range."""
    for name, (least, most) in _RANGES.items():
        if name in given and not least <= int(given[name]) <= most:
            yield f"{name} {given[name]} is not between {least} and {most}."
    age = given.get("MaximumRecordAgeInSeconds")
    if age is not None and age != -1 and not _LEAST_AGE <= int(age) <= _MOST_AGE:
        yield f"MaximumRecordAgeInSeconds {age} is neither -1 nor between {_LEAST_AGE} and {_MOST_AGE}."
    most_batches = (given.get("ScalingConfig") or {}).get("MaximumConcurrency")
    if most_batches is not None and not _LEAST_CONCURRENCY <= int(most_batches) <= _MOST_CONCURRENCY:
        yield f"MaximumConcurrency {most_batches} is not between {_LEAST_CONCURRENCY} and {_MOST_CONCURRENCY}."
    if (
        is_queue
        and int(given.get("BatchSize", 1)) > _WITHOUT_WINDOW
        and not given.get("MaximumBatchingWindowInSeconds")
    ):
        yield "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10."
    if len((given.get("FilterCriteria") or {}).get("Filters") or ()) > _MOST_FILTERS:
        yield f"There are more than {_MOST_FILTERS} filters."


def _denied(request: Request, source: str) -> Iterator[str]:
    """Yield what the function's role may not do with the source, and a queue that hides messages too shortly."""
    from moto.awslambda.utils import get_backend  # noqa: PLC0415 - moto takes seconds to import
    from moto.sqs.models import sqs_backends  # noqa: PLC0415 - the same

    account, region = place(request)
    name = str(request.parameters.get("FunctionName", "")).rpartition(":")[2]
    functions = get_backend(account, region)._lambdas._functions
    if name not in functions:
        return
    function = functions[name]["latest"]
    service, resource = source.split(":")[2], {"StreamArn": source}
    if service == "sqs":
        resource = {"QueueUrl": f"/{source.rpartition(':')[2]}"}
        queue = sqs_backends[account][region].queues.get(source.rpartition(":")[2])
        if queue and int(queue.visibility_timeout) < int(function.timeout):
            yield (
                f"Queue visibility timeout: {int(queue.visibility_timeout)} seconds is less than "
                f"Function timeout: {function.timeout} seconds"
            )
    names = _STREAM if service == "dynamodb" else _QUEUE
    model = "dynamodbstreams" if service == "dynamodb" else "sqs"
    for called in names:
        if not Enforcement().of_role(str(function.role), f"{model}:{called}", resource, region):
            continue
        if service == "dynamodb":
            yield (
                f"Cannot access stream {source}. Please ensure the role can perform the GetRecords, "
                "GetShardIterator, DescribeStream, and ListStreams Actions on your stream in IAM. "
                f"(The role may not call {called}.)"
            )
        else:
            yield f"The function execution role does not have permissions to call {called} on SQS"
