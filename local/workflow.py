"""Running the deployed workflow as a user or the schedule would, and reading back what it made."""

import json
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from local.deploy import Stack
from local.server import ACCOUNT, EmbeddedAws


@dataclass(frozen=True, slots=True)
class Execution:
    """An execution that has ended; `output` is empty unless it succeeded."""

    status: str
    output: Mapping[str, Any]
    error: str
    cause: str


def start(
    aws: EmbeddedAws,
    stack: Stack,
    event: Mapping[str, Any] | None = None,
    *,
    timeout: float = 300,
    waiting: Callable[[], None] = lambda: None,
) -> Execution:
    """Start the state machine by hand and wait for its end.

    Raises:
        TimeoutError: it has not ended in time.
    """
    states = aws.client("stepfunctions", stack.region)
    arn = states.start_execution(
        stateMachineArn=stack.outputs["StateMachineArn"],
        name=f"run-{uuid.uuid4().hex[:12]}",
        input=json.dumps(event or {}),
    )["executionArn"]
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        found = states.describe_execution(executionArn=arn)
        if found["status"] != "RUNNING":
            output = json.loads(found.get("output") or "{}")
            return Execution(found["status"], output, found.get("error", ""), found.get("cause", ""))
        waiting()
        time.sleep(0.2)
    raise TimeoutError(f"{arn} has not ended after {timeout} seconds")


def fire(aws: EmbeddedAws, stack: Stack, **options: Any) -> Execution:
    """Do what the schedule does when its time has come: start its target with its input."""
    group, _, name = stack.outputs["ScheduleName"].partition("/")
    schedule = aws.client("scheduler", stack.region).get_schedule(Name=name, GroupName=group)
    target = schedule["Target"]
    if target["Arn"] != stack.outputs["StateMachineArn"]:
        raise ValueError(f"the schedule starts {target['Arn']}, which is not the state machine")
    return start(aws, stack, json.loads(target["Input"]), **options)


def read_json(aws: EmbeddedAws, stack: Stack, key: str) -> Any:
    """Return an object of the report bucket, parsed."""
    answer = aws.client("s3", stack.region).get_object(Bucket=stack.outputs["ReportBucketName"], Key=key)
    return json.loads(answer["Body"].read())


def keys(aws: EmbeddedAws, stack: Stack, prefix: str = "") -> list[str]:
    """Return the keys of the report bucket under a prefix."""
    pages = aws.client("s3", stack.region).get_paginator("list_objects_v2")
    listed = pages.paginate(Bucket=stack.outputs["ReportBucketName"], Prefix=prefix)
    return [found["Key"] for page in listed for found in page.get("Contents", ())]


def mails(stack: Stack) -> list[tuple[str, str]]:
    """Return subject and text of each alert as a subscriber by e-mail reads it."""
    from moto.sns.models import sns_backends  # noqa: PLC0415 - moto takes seconds to import

    topic = sns_backends[ACCOUNT][stack.region].topics[stack.outputs["AlertTopicArn"]]
    sent = [(str(note[2]), str(note[1])) for note in topic.sent_notifications]
    return [(subject, for_email(message)) for subject, message in sent]


def for_email(message: str) -> str:
    """Return what a subscriber by e-mail reads of a publication, which may have a text for each protocol."""
    try:
        parts = json.loads(message)
    except ValueError:
        return message
    return str(parts["email"]) if isinstance(parts, dict) and "email" in parts else message
