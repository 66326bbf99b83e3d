"""The event store: events as items, again and again the same ones, whatever DynamoDB leaves unprocessed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import botocore.exceptions
import pytest

from muster.errors import Refused, Transient
from muster.lifecycle.event_store import ATTEMPTS, BATCH, LONGEST, PACE, TRYING_FOR, EventStore, item_of
from muster.lifecycle.events import FindingEvent
from muster.sdk.session import Clients

REGION, TABLE = "eu-west-1", "events"
EVENT = FindingEvent(
    finding_id="f", timestamp=1_795_240_800_123, event="opened", status="FAILED", baseline=False, check_id="c",
    title="X should be", severity="HIGH", reason="it is not", resource_type="AWS::S3::Bucket", resource_id="logs",
    resource_arn="", account_id="123456789012", account_name="prod", region=REGION, owner="", first_seen=1,
    scan_id="s", cause="scan",
)  # fmt: skip


def events(count: int, status: str = "FAILED") -> list[FindingEvent]:
    return [FindingEvent(**{**EVENT.to_json(), "finding_id": f"f{n:05d}", "status": status}) for n in range(count)]


def test_an_item_has_the_attributes_of_the_event_and_the_second_in_which_it_expires() -> None:
    assert item_of(EVENT, 365) == {
        "finding_id": {"S": "f"}, "timestamp": {"N": "1795240800123"}, "event": {"S": "opened"},
        "status": {"S": "FAILED"}, "baseline": {"BOOL": False}, "check_id": {"S": "c"}, "title": {"S": "X should be"},
        "severity": {"S": "HIGH"}, "reason": {"S": "it is not"}, "resource_type": {"S": "AWS::S3::Bucket"},
        "resource_id": {"S": "logs"}, "resource_arn": {"S": ""}, "account_id": {"S": "123456789012"},
        "account_name": {"S": "prod"}, "region": {"S": REGION}, "owner": {"S": ""}, "first_seen": {"N": "1"},
        "scan_id": {"S": "s"}, "cause": {"S": "scan"}, "outcome": {"S": ""}, "until": {"S": ""},
        "ttl": {"N": str(1_795_240_800 + 365 * 86_400)},
    }  # fmt: skip


@pytest.fixture
def table(clients: Clients) -> Any:
    client = clients.get("dynamodb", REGION)
    client.create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": "finding_id", "AttributeType": "S"},
            {"AttributeName": "timestamp", "AttributeType": "N"},
        ],
        KeySchema=[
            {"AttributeName": "finding_id", "KeyType": "HASH"},
            {"AttributeName": "timestamp", "KeyType": "RANGE"},
        ],
    )
    return client


@pytest.mark.parametrize("count", [0, 1, BATCH, BATCH + 1, 3 * BATCH])
def test_all_events_are_in_the_table_however_often_they_are_written(table: Any, count: int) -> None:
    found = events(count)
    for _ in range(2):
        assert sum(EventStore(table, TABLE, 30).write(found)) == count
        items = table.scan(TableName=TABLE)["Items"]
        assert sorted(items, key=lambda item: str(item["finding_id"])) == [item_of(each, 30) for each in found]


def test_a_table_that_is_not_there_is_refused_by_name(clients: Clients) -> None:
    with pytest.raises(Refused, match="cannot write events to the table events"):
        list(EventStore(clients.get("dynamodb", REGION), TABLE, 30).write([EVENT]))


Answer = Callable[[Sequence[Any]], dict[str, Any]]


def takes(count: int) -> Answer:
    """Return an answer that leaves all but some items unprocessed."""
    return lambda items: {"UnprocessedItems": {TABLE: list(items[count:])} if items[count:] else {}}


def fails(code: str, status: int = 400) -> Answer:
    def answer(_items: Sequence[Any]) -> dict[str, Any]:
        response: Any = {"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": status}}
        raise botocore.exceptions.ClientError(response, "BatchWriteItem")

    return answer


@dataclass
class Table:
    """Answers calls in turn, the last answer for ever; a call takes `seconds` on the clock, and so does a sleep."""

    answers: list[Answer]
    taken: list[str] = field(default_factory=list)
    calls: int = 0
    now: float = 0.0
    seconds: float = 0.0
    slept: list[float] = field(default_factory=list)

    def batch_write_item(self, **given: Any) -> dict[str, Any]:
        items = given["RequestItems"][TABLE]
        assert 0 < len(items) <= BATCH
        answer = self.answers[min(self.calls, len(self.answers) - 1)]
        self.calls += 1
        self.now += self.seconds
        result = answer(items)
        left = result.get("UnprocessedItems", {}).get(TABLE, [])
        self.taken += [item["PutRequest"]["Item"]["finding_id"]["S"] for item in items if item not in left]
        return result

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def write(self, found: list[FindingEvent]) -> Iterator[int]:
        return EventStore(self, TABLE, 30, self.sleep, lambda: self.now).write(found)


ALL = takes(BATCH)


def test_what_dynamodb_leaves_is_written_again_after_a_while() -> None:
    table = Table([takes(10), takes(0), takes(3), ALL])
    assert list(table.write(events(BATCH))) == [BATCH]
    assert table.taken == [event.finding_id for event in events(BATCH)]
    assert (table.calls, len(table.slept)) == (4, 3)


@pytest.mark.parametrize(
    "failure",
    [
        pytest.param(fails("ThrottlingException"), id="throttled"),
        pytest.param(fails("ProvisionedThroughputExceededException"), id="throttled by its partition"),
        pytest.param(fails("InternalServerError", 500), id="AWS fails"),
        pytest.param(takes(0), id="nothing is taken"),
    ],
)
def test_a_batch_is_tried_until_it_is_taken_and_not_for_ever(failure: Answer) -> None:
    healing = Table([*[failure] * (ATTEMPTS - 1), ALL])
    assert list(healing.write(events(3))) == [3]
    down = Table([ALL, failure])
    written = down.write(events(2 * BATCH))
    assert next(written) == BATCH
    with pytest.raises(Transient):
        next(written)
    assert down.calls == 1 + ATTEMPTS
    assert len(set(down.slept)) > ATTEMPTS // 2, "the waits are drawn"


def test_a_table_that_takes_little_at_a_time_is_not_waited_for_longer_than_a_function_has() -> None:
    table = Table([takes(9)])
    assert list(table.write(events(BATCH))) == [BATCH]
    assert table.calls == 3
    slow = Table([takes(1)], seconds=4.0)
    with pytest.raises(Transient):
        list(slow.write(events(BATCH)))
    assert TRYING_FOR <= slow.now <= TRYING_FOR + LONGEST
    assert 1 < slow.calls < BATCH


@pytest.mark.parametrize(
    "code", ["AccessDeniedException", "ValidationException", "ResourceNotFoundException", "UnrecognizedClientException"]
)
def test_what_dynamodb_refuses_for_good_is_not_tried_again(code: str) -> None:
    table = Table([fails(code)])
    with pytest.raises(Refused, match=f"{code}.*needs dynamodb:BatchWriteItem on the table and kms:Decrypt"):
        list(table.write([EVENT]))
    assert table.calls == 1


def test_old_credentials_are_a_matter_of_the_next_try() -> None:
    with pytest.raises(Transient, match="ExpiredTokenException"):
        list(Table([fails("ExpiredTokenException")]).write([EVENT]))


def test_events_of_one_status_go_at_the_pace_of_a_partition_of_the_index() -> None:
    table = Table([ALL])
    assert sum(table.write(events(2_700))) == 2_700
    assert table.now == pytest.approx((2_700 - BATCH) / PACE)


def test_events_of_several_statuses_do_not_wait_for_each_other() -> None:
    table = Table([ALL])
    found = [event for pair in zip(events(900), events(900, "RESOLVED"), strict=True) for event in pair]
    list(table.write(found))
    assert table.now == pytest.approx((900 - BATCH / 2) / PACE, rel=0.05)


def test_a_table_that_throttles_gets_fewer_a_second_and_more_again_later() -> None:
    calm, pressed = Table([ALL]), Table([takes(0), takes(0), ALL])
    for table in (calm, pressed):
        list(table.write(events(1_000)))
    backoff = sum(pressed.slept[:2])
    assert pressed.now - backoff > 1.1 * calm.now
    before = pressed.slept[-1]
    assert before < pressed.slept[3], "the pace recovers"
