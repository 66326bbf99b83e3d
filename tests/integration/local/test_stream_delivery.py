"""A table's stream reaches its function as Lambda delivers it: batches, order, retries, what is given up."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from local.deploy import Stack, deploy
from local.eventing.aging import expire
from local.eventing.batches import Answer
from local.eventing.sources import EventSources
from local.server import ACCOUNT, EmbeddedAws

TEMPLATE = Path(__file__).parent / "eventful" / "template.yaml"
Event = dict[str, Any]


class Function:
    """Remembers what it gets; `answers` says what it returns."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.answer: Callable[[Event], Answer] = lambda _: Answer("{}")

    def __call__(self, _arn: str, event: Event) -> Answer:
        self.events.append(event)
        return self.answer(event)

    @property
    def records(self) -> list[Event]:
        return [record for event in self.events for record in event["Records"]]

    def got(self) -> list[str]:
        return [f"{key(record, 'id')}/{key(record, 'timestamp')}" for record in self.records]


def key(record: Event, name: str) -> str:
    return str(next(iter(record["dynamodb"]["Keys"][name].values())))


@pytest.fixture
def place() -> Iterator[tuple[EmbeddedAws, Function]]:
    function = Function()
    with EmbeddedAws() as aws:
        sources = EventSources(aws, function)
        sources.start()
        yield aws, function
        sources.end()
        sources.join()


def until(true: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)


def settle(aws: EmbeddedAws) -> None:
    """Give what must not come the time to come."""
    del aws
    time.sleep(0.3)


def stacked(aws: EmbeddedAws, **parameters: str) -> Stack:
    return deploy(aws, parameters, template=TEMPLATE)


def put(aws: EmbeddedAws, stack: Stack, *things: tuple[str, int], **more: str) -> None:
    for name, number in things:
        extra = {each: {"S": value} for each, value in more.items()}
        item = {"id": {"S": name}, "timestamp": {"N": str(number)}, "status": {"S": "FAILED"}, **extra}
        aws.client("dynamodb").put_item(TableName=stack.outputs["Table"], Item=item)


def test_a_write_comes_as_lambda_spells_it(place: tuple[EmbeddedAws, Function]) -> None:
    aws, function = place
    stack = stacked(aws)
    put(aws, stack, ("a", 1))
    until(lambda: len(function.records) == 1)
    (record,) = function.records
    assert (record["eventName"], record["eventVersion"], record["eventSource"]) == ("INSERT", "1.1", "aws:dynamodb")
    assert (record["awsRegion"], record["eventSourceARN"]) == ("eu-west-1", stack.outputs["Stream"])
    stream = record["dynamodb"]
    assert stream["NewImage"]["status"] == {"S": "FAILED"}
    assert stream["StreamViewType"] == "NEW_AND_OLD_IMAGES"
    assert stream["ApproximateCreationDateTime"] == pytest.approx(time.time(), abs=10)
    assert stream["ApproximateCreationDateTime"] % 1 == 0


def test_a_write_that_changes_nothing_and_what_the_filter_leaves_out_do_not_come(
    place: tuple[EmbeddedAws, Function],
) -> None:
    aws, function = place
    stack = stacked(aws)
    dynamodb, table = aws.client("dynamodb"), stack.outputs["Table"]
    put(aws, stack, ("a", 1), ("a", 1))
    put(aws, stack, ("a", 1), reason="changed")
    dynamodb.delete_item(TableName=table, Key={"id": {"S": "a"}, "timestamp": {"N": "1"}})
    put(aws, stack, ("b", 1))
    until(lambda: len(function.records) == 2)
    settle(aws)
    assert sorted(function.got()) == ["a/1", "b/1"]
    shard = aws.client("dynamodbstreams").describe_stream(StreamArn=stack.outputs["Stream"])["StreamDescription"]
    iterator = aws.client("dynamodbstreams").get_shard_iterator(
        StreamArn=stack.outputs["Stream"],
        ShardId=shard["Shards"][0]["ShardId"],
        ShardIteratorType="TRIM_HORIZON",
    )["ShardIterator"]
    records = aws.client("dynamodbstreams").get_records(ShardIterator=iterator)["Records"]
    assert [each["eventName"] for each in records] == ["INSERT", "MODIFY", "REMOVE", "INSERT"]


def test_the_events_of_one_key_come_in_order_and_the_writer_does_not_wait_for_the_function(
    place: tuple[EmbeddedAws, Function],
) -> None:
    aws, function = place
    stack = stacked(aws)
    slow = []

    def answer(_event: Event) -> Answer:
        slow.append(time.sleep(0.05))
        return Answer("{}")

    function.answer = answer
    for number in range(40):
        put(aws, stack, *((name, number) for name in "abcde"))
    until(lambda: len(function.records) == 200)
    for name in "abcde":
        assert [each for each in function.got() if each.startswith(name)] == [f"{name}/{n}" for n in range(40)]
    assert len(function.events) < 200


def test_a_bad_record_ends_in_the_queue_by_its_number_and_the_others_are_handled(
    place: tuple[EmbeddedAws, Function],
) -> None:
    aws, function = place
    stack = stacked(aws, Retries="1")

    def answer(event: Event) -> Answer:
        bad = [each["dynamodb"]["SequenceNumber"] for each in event["Records"] if key(each, "timestamp") == "3"]
        return Answer(json.dumps({"batchItemFailures": [{"itemIdentifier": each} for each in bad]}))

    function.answer = answer
    put(aws, stack, *(("a", number) for number in range(8)))
    sqs = aws.client("sqs")
    received = sqs.receive_message(QueueUrl=stack.outputs["LostRecords"], WaitTimeSeconds=10)["Messages"]
    letter = json.loads(received[0]["Body"])
    info = letter["DDBStreamBatchInfo"]
    bad = next(each for each in function.records if key(each, "timestamp") == "3")["dynamodb"]["SequenceNumber"]
    assert (info["startSequenceNumber"], info["endSequenceNumber"], info["batchSize"]) == (bad, bad, 1)
    assert info["streamArn"] == stack.outputs["Stream"]
    assert letter["requestContext"]["condition"] == "RetryAttemptsExhausted"
    assert letter["requestContext"]["approximateInvokeCount"] == 2
    assert letter["responseContext"] == {"statusCode": 200, "executedVersion": "$LATEST", "functionError": None}
    until(lambda: {f"a/{number}" for number in range(8)} <= set(function.got()))


def test_a_function_that_fails_altogether_gets_the_same_again(place: tuple[EmbeddedAws, Function]) -> None:
    aws, function = place
    stack = stacked(aws)
    answers = iter([Answer(errored=True), Answer(throttled=True), Answer(throttled=True), Answer("{}")])
    function.answer = lambda _: next(answers)
    put(aws, stack, ("a", 1))
    until(lambda: len(function.events) == 4)
    settle(aws)
    assert function.got() == ["a/1"] * 4


def test_a_window_gathers_until_it_is_over(place: tuple[EmbeddedAws, Function]) -> None:
    aws, function = place
    stack = stacked(aws, Window="100")
    aws.quicken(0.005)
    put(aws, stack, ("a", 1), ("a", 2), ("a", 3))
    until(lambda: len(function.records) == 3)
    assert len(function.events) == 1


def test_a_disabled_mapping_delivers_later_and_a_deleted_one_never(place: tuple[EmbeddedAws, Function]) -> None:
    aws, function = place
    stack = stacked(aws)
    client = aws.client("lambda")
    (mapping,) = client.list_event_source_mappings(EventSourceArn=stack.outputs["Stream"])["EventSourceMappings"]
    client.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    settle(aws)
    put(aws, stack, ("a", 1))
    settle(aws)
    assert function.events == []
    client.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)
    until(lambda: function.got() == ["a/1"])
    client.delete_event_source_mapping(UUID=mapping["UUID"])
    put(aws, stack, ("a", 2))
    settle(aws)
    assert function.got() == ["a/1"]


def test_what_ttl_deletes_says_who_deleted_it(place: tuple[EmbeddedAws, Function]) -> None:
    aws, function = place
    stack = stacked(aws)
    client = aws.client("lambda")
    (mapping,) = client.list_event_source_mappings(EventSourceArn=stack.outputs["Stream"])["EventSourceMappings"]
    removed = {"Filters": [{"Pattern": '{"eventName": ["REMOVE"]}'}]}
    client.update_event_source_mapping(UUID=mapping["UUID"], FilterCriteria=removed)
    for number, over in ((1, "100"), (2, "300")):
        item = {"id": {"S": "a"}, "timestamp": {"N": str(number)}, "status": {"S": "x"}, "ttl": {"N": over}}
        aws.client("dynamodb").put_item(TableName=stack.outputs["Table"], Item=item)
    assert expire(ACCOUNT, "eu-west-1", stack.outputs["Table"], 200) == 1
    until(lambda: len(function.records) == 1)
    assert function.got() == ["a/1"]
    identity = function.records[0]["userIdentity"]
    assert identity == {"type": "Service", "principalId": "dynamodb.amazonaws.com"}


@pytest.mark.parametrize(("position", "got"), [("TRIM_HORIZON", ["a/1", "a/2"]), ("LATEST", ["a/2"])])
def test_where_a_mapping_begins(place: tuple[EmbeddedAws, Function], position: str, got: list[str]) -> None:
    aws, function = place
    stack = stacked(aws)
    client = aws.client("lambda")
    (mapping,) = client.list_event_source_mappings(EventSourceArn=stack.outputs["Stream"])["EventSourceMappings"]
    client.delete_event_source_mapping(UUID=mapping["UUID"])
    put(aws, stack, ("a", 1))
    client.create_event_source_mapping(
        EventSourceArn=stack.outputs["Stream"], FunctionName=stack.outputs["Function"], StartingPosition=position
    )
    settle(aws)
    put(aws, stack, ("a", 2))
    until(lambda: len(function.records) == len(got))
    assert function.got() == got
