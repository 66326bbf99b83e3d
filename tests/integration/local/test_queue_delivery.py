"""A queue reaches its function as Lambda delivers it: batches, windows, delays, what comes back, what is given up."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from local.deploy import Stack, deploy
from local.eventing.batches import Answer
from local.eventing.sources import EventSources
from local.server import EmbeddedAws

TEMPLATE = Path(__file__).parent / "eventful" / "template.yaml"
Event = dict[str, Any]
FAST = 0.005
"""A pace at which the queue's visibility timeout of 60 seconds takes 0.3 seconds."""


class Function:
    """Remembers what it gets; `answer` says what it returns."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.answer: Callable[[Event], Answer] = lambda _: Answer("{}")

    def __call__(self, _arn: str, event: Event) -> Answer:
        self.events.append(event)
        return self.answer(event)

    def got(self) -> list[str]:
        return [record["body"] for event in self.events for record in event["Records"]]


Place = tuple[EmbeddedAws, Function, Stack]


@pytest.fixture
def place() -> Iterator[Place]:
    function = Function()
    with EmbeddedAws() as aws:
        sources = EventSources(aws, function)
        sources.start()
        yield aws, function, deploy(aws, template=TEMPLATE)
        sources.end()
        sources.join()


def until(true: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


def send(aws: EmbeddedAws, stack: Stack, *bodies: str, **more: Any) -> None:
    for start in range(0, len(bodies), 10):
        entries = [
            {"Id": str(number), "MessageBody": body, **more} for number, body in enumerate(bodies[start : start + 10])
        ]
        aws.client("sqs").send_message_batch(QueueUrl=stack.outputs["Queue"], Entries=entries)


def left(aws: EmbeddedAws, url: str) -> int:
    """Return how many messages a queue holds, whoever can see them."""
    names = [f"ApproximateNumberOfMessages{kind}" for kind in ("", "NotVisible", "Delayed")]
    found = aws.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(map(int, found.values()))


def change(aws: EmbeddedAws, **given: Any) -> None:
    client = aws.client("lambda")
    listed = client.list_event_source_mappings()["EventSourceMappings"]
    (mapping,) = [each for each in listed if ":sqs:" in each["EventSourceArn"]]
    client.update_event_source_mapping(UUID=mapping["UUID"], **given)


def failing(*bodies: str) -> Callable[[Event], Answer]:
    def answer(event: Event) -> Answer:
        failed = [{"itemIdentifier": each["messageId"]} for each in event["Records"] if each["body"] in bodies]
        return Answer(json.dumps({"batchItemFailures": failed}))

    return answer


def test_a_message_comes_as_lambda_spells_it_and_is_deleted(place: Place) -> None:
    aws, function, stack = place
    attributes = {"kind": {"DataType": "String", "StringValue": "thing"}}
    send(aws, stack, "a", MessageAttributes=attributes)
    until(lambda: left(aws, stack.outputs["Queue"]) == 0)
    ((record,),) = [event["Records"] for event in function.events]
    assert (record["body"], record["eventSource"], record["awsRegion"]) == ("a", "aws:sqs", "eu-west-1")
    assert record["eventSourceARN"].endswith(":changes-eventful")
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    assert record["messageAttributes"] == {
        "kind": {"stringValue": "thing", "stringListValues": [], "binaryListValues": [], "dataType": "String"}
    }


def test_a_window_gathers_a_large_batch(place: Place) -> None:
    aws, function, stack = place
    change(aws, BatchSize=1_000, MaximumBatchingWindowInSeconds=40)
    aws.quicken(0.03)
    send(aws, stack, *(str(number) for number in range(100)))
    until(lambda: len(function.got()) == 100)
    assert len(function.events) == 1


def test_a_full_batch_does_not_wait_for_the_window(place: Place) -> None:
    aws, function, stack = place
    change(aws, BatchSize=20, MaximumBatchingWindowInSeconds=300)
    send(aws, stack, *(str(number) for number in range(40)))
    until(lambda: [len(event["Records"]) for event in function.events] == [20, 20])


def test_a_delayed_message_comes_when_its_delay_is_over(place: Place) -> None:
    aws, function, stack = place
    send(aws, stack, "later", DelaySeconds=1)
    send(aws, stack, "now")
    until(lambda: function.got() == ["now", "later"])


def test_what_failed_comes_again_when_it_is_visible_and_the_rest_does_not(place: Place) -> None:
    aws, function, stack = place
    aws.quicken(FAST)
    function.answer = failing("bad")
    send(aws, stack, "good", "bad", "fine")
    until(lambda: function.got().count("bad") == 2)
    function.answer = failing()
    until(lambda: left(aws, stack.outputs["Queue"]) == 0)
    assert sorted(function.got()) == sorted(["good", "fine", *["bad"] * function.got().count("bad")])
    counts = [
        record["attributes"]["ApproximateReceiveCount"]
        for event in function.events
        for record in event["Records"]
        if record["body"] == "bad"
    ]
    assert counts == [str(number) for number in range(1, len(counts) + 1)]


@pytest.mark.parametrize(
    "answer",
    [
        Answer(errored=True),
        Answer('{"batchItemFailures": [{"itemIdentifier": "nobody"}]}'),
        Answer('{"batchItemFailures": [{"itemIdentifier": ""}]}'),
    ],
)
def test_a_batch_that_fails_as_often_as_the_queue_allows_ends_in_its_dead_letter_queue(
    place: Place, answer: Answer
) -> None:
    aws, function, stack = place
    aws.quicken(FAST)
    function.answer = lambda _: answer
    send(aws, stack, "a")
    until(lambda: left(aws, stack.outputs["DeadLetters"]) == 1)
    assert function.got() == ["a"] * 3
    assert left(aws, stack.outputs["Queue"]) == 0


def test_throttling_is_waited_for(place: Place) -> None:
    aws, function, stack = place
    answers = iter([Answer(throttled=True), Answer(throttled=True), Answer("{}")])
    function.answer = lambda _: next(answers)
    send(aws, stack, "a")
    until(lambda: left(aws, stack.outputs["Queue"]) == 0)
    assert [event["Records"][0]["attributes"]["ApproximateReceiveCount"] for event in function.events] == ["1"] * 3


def test_as_many_batches_run_side_by_side_as_the_mapping_allows(place: Place) -> None:
    aws, function, stack = place
    change(aws, BatchSize=1)
    running, most, lock = [0], [0], threading.Lock()

    def answer(_event: Event) -> Answer:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        time.sleep(0.05)
        with lock:
            running[0] -= 1
        return Answer("{}")

    function.answer = answer
    send(aws, stack, *(str(number) for number in range(12)))
    until(lambda: left(aws, stack.outputs["Queue"]) == 0)
    assert most[0] == 2


def test_a_filter_deletes_what_it_leaves_out(place: Place) -> None:
    aws, function, stack = place
    change(aws, FilterCriteria={"Filters": [{"Pattern": json.dumps({"body": {"kind": ["wanted"]}})}]})
    send(aws, stack, json.dumps({"kind": "wanted"}), json.dumps({"kind": "other"}), "no JSON")
    until(lambda: left(aws, stack.outputs["Queue"]) == 0)
    assert function.got() == [json.dumps({"kind": "wanted"})]


def test_thousands_of_messages_come_in_few_batches(place: Place) -> None:
    aws, function, stack = place
    change(aws, BatchSize=10_000, MaximumBatchingWindowInSeconds=20, Enabled=False)
    send(aws, stack, *(str(number) for number in range(2_000)))
    aws.quicken(0.05)
    change(aws, Enabled=True)
    until(lambda: left(aws, stack.outputs["Queue"]) == 0, 60)
    assert len(set(function.got())) == 2_000
    assert len(function.events) < 5
