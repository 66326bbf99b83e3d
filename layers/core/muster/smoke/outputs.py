"""The stack's outputs: each of them names something, and that exists."""

from collections.abc import Callable, Mapping
from typing import Any

import botocore.exceptions

from muster.sdk.errors import code_of, refuses_single_item
from muster.smoke.lines import BrokenError, NotKnownError, Visit
from muster.smoke.stack import Stack

Look = Callable[[Stack, str], Any]


def _function(stack: Stack, name: str) -> Any:
    return stack.client("lambda").get_function_configuration(FunctionName=name)


def _queue(stack: Stack, url: str) -> Any:
    return stack.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])


def _role(stack: Stack, arn: str) -> Any:
    return stack.client("iam").get_role(RoleName=arn.rpartition("/")[2])


def _schedule(stack: Stack, name: str) -> Any:
    group, _, schedule = name.partition("/")
    return stack.client("scheduler").get_schedule(GroupName=group, Name=schedule)


NAMED: Mapping[str, Look] = {
    "StateMachineArn": lambda stack, arn: stack.client("stepfunctions").describe_state_machine(stateMachineArn=arn),
    "ReportBucketName": lambda stack, name: stack.client("s3").head_bucket(Bucket=name),
    "AlertTopicArn": lambda stack, arn: stack.client("sns").get_topic_attributes(TopicArn=arn),
    "ShardResultQueueUrl": _queue,
    "ScheduleDeadLetterQueueUrl": _queue,
    "AlertDeadLetterQueueUrl": _queue,
    "ShardResultDeadLetterQueueUrl": _queue,
    "RecordDeadLetterQueueUrl": _queue,
    "MigrationDeadLetterQueueUrl": _queue,
    "ChangeQueueUrl": _queue,
    "ChangeDeadLetterQueueUrl": _queue,
    "DatabaseName": lambda stack, name: stack.client("glue").get_database(Name=name),
    "WorkgroupName": lambda stack, name: stack.client("athena").get_work_group(WorkGroup=name),
    "CrawlerName": lambda stack, name: stack.client("glue").get_crawler(Name=name),
    "ScheduleName": _schedule,
    "KeyArn": lambda stack, arn: stack.client("kms").describe_key(KeyId=arn),
    "PlanScanFunctionName": _function,
    "ScanShardsFunctionName": _function,
    "SettleAccountFunctionName": _function,
    "SummarizeScanFunctionName": _function,
    "SendAlertFunctionName": _function,
    "RecordEventsFunctionName": _function,
    "HandleChangeFunctionName": _function,
    "TagResourcesFunctionName": _function,
    "ValidateMigrationFunctionName": _function,
    "PlannerRoleArn": _role,
    "ScannerRoleArn": _role,
    "ChangeRoleArn": _role,
    "TaggingRoleArn": _role,
}
"""The call that reads what an output names; the other outputs are addresses of these."""


def outputs(visit: Visit) -> str:
    """Look at everything that an output names."""
    stack = visit.stack
    if missing := sorted(NAMED.keys() - stack.outputs.keys()):
        raise BrokenError(f"the stack lacks the outputs {', '.join(missing)}: deploy this version of the template")
    gone: list[str] = []
    unread: list[str] = []
    for key, look in NAMED.items():
        try:
            look(stack, stack.outputs[key])
        except botocore.exceptions.ClientError as error:
            (gone if refuses_single_item(error) else unread).append(f"{key} ({code_of(error)})")
    if gone:
        raise BrokenError(f"cannot be found: {', '.join(gone)}")
    if unread:
        raise NotKnownError(f"cannot be looked at: {', '.join(unread)}; the rest exists")
    return f"{len(NAMED)} things that {len(stack.outputs)} outputs name exist"


def dead_letters(visit: Visit) -> str:
    """Count the messages in the dead-letter queues: scans that did not start, and messages that were not delivered."""
    counts, wanted = {}, "ApproximateNumberOfMessages"
    for url in (url for name, url in visit.stack.outputs.items() if name.endswith("DeadLetterQueueUrl")):
        answer = visit.stack.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=[wanted])
        counts[url.rpartition("/")[2]] = int(answer["Attributes"][wanted])
    if full := [f"{name} holds {count} messages" for name, count in counts.items() if count]:
        raise BrokenError(f"{', '.join(full)}: read them to see what was lost")
    return f"{', '.join(counts)} are empty"
