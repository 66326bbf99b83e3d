"""A function of the runtime gets what its stream and its queue hold, within Lambda's concurrency."""

import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from local.deploy import Stack, deploy
from local.runtime import Runtime
from local.server import EmbeddedAws

TEMPLATE = Path(__file__).parent / "eventful" / "template.yaml"
Running = tuple[EmbeddedAws, Runtime, Stack]


@pytest.fixture
def running() -> Iterator[Running]:
    with EmbeddedAws() as aws, Runtime(aws) as runtime:
        stack = deploy(aws, template=TEMPLATE)
        runtime.folders.update(stack.functions)
        yield aws, runtime, stack


def until(true: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def put(aws: EmbeddedAws, stack: Stack, *names: str) -> None:
    for number, name in enumerate(names):
        item = {"id": {"S": name}, "timestamp": {"N": str(number)}, "status": {"S": "FAILED"}}
        aws.client("dynamodb").put_item(TableName=stack.outputs["Table"], Item=item)


def got(runtime: Runtime) -> list[str]:
    """Return what the function said it got."""
    return [found[1] for line in runtime.logs for found in [re.search(r"got (\S+) of", line)] if found]


def test_a_function_gets_the_stream_and_the_queue(running: Running) -> None:
    aws, runtime, stack = running
    put(aws, stack, "one", "two")
    aws.client("sqs").send_message(QueueUrl=stack.outputs["Queue"], MessageBody="three")
    until(lambda: sorted(got(runtime)) == ["one", "three", "two"])
    until(lambda: waiting(aws, stack.outputs["Queue"]) == 0)


def test_what_the_account_has_no_room_for_comes_later(running: Running) -> None:
    aws, runtime, stack = running
    aws.front.lambda_concurrency = 0
    put(aws, stack, "one")
    aws.client("sqs").send_message(QueueUrl=stack.outputs["Queue"], MessageBody="two")
    until(lambda: runtime.throttled >= 8)
    assert got(runtime) == []
    aws.front.lambda_concurrency = 10
    until(lambda: sorted(got(runtime)) == ["one", "two"])


def test_a_function_runs_as_often_at_a_time_as_is_reserved_for_it(running: Running) -> None:
    aws, runtime, stack = running
    aws.client("lambda").put_function_concurrency(
        FunctionName=stack.outputs["Function"], ReservedConcurrentExecutions=1
    )
    put(aws, stack, *(f"thing-{number}" for number in range(30)))
    until(lambda: len(got(runtime)) == 30)
    assert runtime.most == 1


def test_settling_waits_for_what_is_on_its_way(running: Running) -> None:
    aws, runtime, stack = running
    put(aws, stack, *(f"thing-{number}" for number in range(20)))
    aws.client("sqs").send_message(QueueUrl=stack.outputs["Queue"], MessageBody="later", DelaySeconds=1)
    runtime.settle()
    assert len(got(runtime)) == 21
    aws.front.lambda_concurrency = 0
    put(aws, stack, "stuck")
    with pytest.raises(TimeoutError, match="still on their way"):
        runtime.settle(0.2)


def waiting(aws: EmbeddedAws, queue: str) -> int:
    """Return how many messages a queue holds, seen or not."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found: dict[str, Any] = aws.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
    return sum(map(int, found.values()))
