"""The stream function on moto: events become the audit, malformed records dead letters, nothing is written twice."""

import gzip
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from muster.errors import EventError, Throttled, Transient
from muster.sdk.session import Clients
from muster.stack.documents.request import Environment
from muster.stack.record_events import Recorded, record_events
from muster.stack.recording.dead_letters import LARGEST
from tests.unit.stack.recording.stream import AT, event, item, stream_record

REGION = "eu-west-1"
FOREIGN = {"finding_id": {"S": "somebody-elses"}, "timestamp": {"N": "1"}, "colour": {"S": "blue"}}
"""An item that somebody put into the table, and that is no event."""


@pytest.fixture
def clients(moto_clients: Clients) -> Clients:
    return moto_clients


@pytest.fixture
def queue(clients: Clients) -> str:
    return str(clients.get("sqs", REGION).create_queue(QueueName="dead-letters")["QueueUrl"])


@pytest.fixture
def environment(clients: Clients, queue: str) -> Environment:
    s3 = clients.get("s3", REGION)
    s3.create_bucket(Bucket="reports", CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_versioning(Bucket="reports", VersioningConfiguration={"Status": "Enabled"})
    return Environment(bucket="reports", region=REGION, stack="dev", record_queue_url=queue)


def recorded_from(
    event: Any, environment: Environment, clients: Clients, alert: Callable[[Any], object] = lambda _: None
) -> Recorded:
    """Invoke the function; alerts go nowhere unless the test looks at them."""
    return record_events(event, environment, clients, alert)


def batch(*records: Any) -> dict[str, Any]:
    return {"Records": list(records)}


def objects(clients: Clients) -> dict[str, bytes]:
    """Return key and body of every version of every object under audit/."""
    s3 = clients.get("s3", REGION)
    versions = s3.list_object_versions(Bucket="reports").get("Versions", [])
    keys = [each["Key"] for each in versions]
    assert len(keys) == len(set(keys)), "an object was replaced"
    return {key: s3.get_object(Bucket="reports", Key=key)["Body"].read() for key in keys}


def rows(clients: Clients) -> list[dict[str, Any]]:
    """Return the rows of the table `audit`."""
    files = [body for key, body in objects(clients).items() if key.startswith("audit/by-date/")]
    return [json.loads(line) for body in files for line in gzip.decompress(body).splitlines()]


def dead_letters(clients: Clients, queue: str) -> list[dict[str, Any]]:
    """Return the messages of the queue, and empty it."""
    sqs, found = clients.get("sqs", REGION), []
    while messages := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        found += [json.loads(each["Body"]) for each in messages]
        for each in messages:
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=each["ReceiptHandle"])
    return found


@contextmanager
def refusing(client: Any, operation: str, code: str, when: Callable[[Any], bool] = lambda _: True) -> Iterator[None]:
    """Let an operation of a client fail, for some of its parameters."""

    def refuse(params: Any, **_: Any) -> None:
        if when(params):
            if code == "network":
                raise EndpointConnectionError(endpoint_url="https://example.com")
            raise ClientError({"Error": {"Code": code, "Message": "no"}}, operation)

    name = f"provide-client-params.{client.meta.service_model.service_name}.{operation}"
    client.meta.events.register(name, refuse)
    try:
        yield
    finally:
        client.meta.events.unregister(name, refuse)


def failures(recorded: Recorded) -> list[str]:
    return [each["itemIdentifier"] for each in recorded.response["batchItemFailures"]]


A = event(finding_id="a" * 32)
B = event(finding_id="b" * 32, timestamp=AT + 86_400_000, title="caf\u00e9\x1b\n")
C = event(finding_id="c" * 32)


def test_each_event_is_one_line_of_json_under_its_finding_and_time(clients: Clients, environment: Environment) -> None:
    recorded = recorded_from(batch(stream_record("1", A), stream_record("2", B)), environment, clients)
    assert (failures(recorded), recorded.events, recorded.set_aside) == ([], 2, ())
    made = objects(clients)
    for made_from in (A, B):
        body = made[f"audit/findings/{made_from.finding_id}/{made_from.timestamp}.json"]
        assert json.loads(body) == made_from.to_json()
        assert b"\n" not in body
        assert b"\x1b" not in body


def test_the_events_of_a_batch_are_rows_under_their_days(clients: Clients, environment: Environment) -> None:
    recorded_from(batch(stream_record("1", A), stream_record("2", B), stream_record("3", C)), environment, clients)
    days = sorted(key.rpartition("/")[0] for key in objects(clients) if key.startswith("audit/by-date/"))
    assert days == ["audit/by-date/event_date=2026-11-22", "audit/by-date/event_date=2026-11-23"]
    assert sorted(rows(clients), key=lambda row: row["finding_id"]) == [A.to_json(), B.to_json(), C.to_json()]


def test_a_batch_that_is_delivered_again_writes_nothing(clients: Clients, environment: Environment) -> None:
    sent = batch(stream_record("1", A), stream_record("2", B))
    recorded_from(sent, environment, clients)
    before = objects(clients)
    again = recorded_from(sent, environment, clients)
    assert objects(clients) == before
    assert (failures(again), again.events) == ([], 2)


def test_a_batch_that_is_cut_in_two_leaves_the_same_events(clients: Clients, environment: Environment) -> None:
    whole = batch(stream_record("1", A), stream_record("2", C))
    for part in (whole, batch(whole["Records"][0]), batch(whole["Records"][1])):
        recorded_from(part, environment, clients)
    made = {json.dumps(row, sort_keys=True) for row in rows(clients)}
    assert made == {json.dumps(each.to_json(), sort_keys=True) for each in (A, C)}


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        pytest.param(stream_record("2", FOREIGN), "NewImage.event is missing", id="a foreign item"),
        pytest.param(None, "the record is not an object: None", id="null"),
        pytest.param("text", "the record is not an object: 'text'", id="no object"),
        pytest.param({"eventName": "INSERT"}, "dynamodb is not an object: None", id="no dynamodb"),
        pytest.param(
            {"eventName": "INSERT", "dynamodb": {"NewImage": item(C)}},
            "dynamodb.SequenceNumber is not a number of the stream",
            id="no sequence number",
        ),
        pytest.param(
            stream_record("2", {**item(C), "timestamp": {"N": "9" * 39}}),
            f"NewImage.timestamp is not a count: '{'9' * 39}'",
            id="a number that is too long",
        ),
        pytest.param(
            stream_record("2", {**item(C), "title": {"Q": "x"}}),
            "NewImage.title is not a string: {'Q': 'x'}",
            id="a type that DynamoDB does not have",
        ),
        pytest.param(
            stream_record("2", {**item(C), "title": {"S": "\uffff\ud800\x00"}}),
            "NewImage.title is not a string: '\\uffff\\ud800\\x00'",
            id="characters that no queue takes",
        ),
    ],
)
def test_a_malformed_record_is_set_aside_with_itself_and_its_reason(
    clients: Clients, environment: Environment, queue: str, raw: Any, reason: str
) -> None:
    recorded = recorded_from(batch(stream_record("1", A), raw, stream_record("3", B)), environment, clients)
    assert failures(recorded) == []
    assert (recorded.events, [why for _, why in recorded.set_aside]) == (2, [reason])
    assert dead_letters(clients, queue) == [{"reason": reason, "record": raw}]
    assert len(rows(clients)) == 2


def test_a_batch_of_malformed_records_only_is_done(clients: Clients, environment: Environment, queue: str) -> None:
    recorded = recorded_from(batch(None, stream_record("2", FOREIGN)), environment, clients)
    assert (failures(recorded), recorded.events, len(recorded.set_aside)) == ([], 0, 2)
    assert len(dead_letters(clients, queue)) == 2
    assert objects(clients) == {}


def test_a_record_that_is_too_large_for_a_message_lies_in_the_bucket(
    clients: Clients, environment: Environment, queue: str
) -> None:
    raw = stream_record("2", {**FOREIGN, "colour": {"S": "b" * LARGEST}})
    recorded_from(batch(raw), environment, clients)
    (message,) = dead_letters(clients, queue)
    assert message["reason"] == "NewImage.event is missing"
    ((key, body),) = objects(clients).items()
    assert message["record_at"] == f"s3://reports/{key}"
    assert key.startswith("audit/set-aside/")
    assert json.loads(body) == raw


@pytest.mark.parametrize("kind", ["MODIFY", "REMOVE"])
def test_an_item_that_is_written_again_or_expires_is_passed_over(
    clients: Clients, environment: Environment, queue: str, kind: str
) -> None:
    recorded = recorded_from(
        batch(stream_record("1", A, kind), stream_record("2", FOREIGN, kind)), environment, clients
    )
    assert (failures(recorded), recorded.ignored, recorded.events) == ([], 2, 0)
    assert (objects(clients), dead_letters(clients, queue)) == ({}, [])


@pytest.mark.parametrize("code", ["SlowDown", "InternalError", "AccessDenied", "network"])
def test_an_event_that_s3_does_not_take_fails_alone(clients: Clients, environment: Environment, code: str) -> None:
    """Even a denied write may heal: somebody mends the role or the key."""
    sent = batch(stream_record("1", A), stream_record("2", B), stream_record("3", C))
    with refusing(clients.get("s3", REGION), "PutObject", code, lambda params: B.finding_id in params["Key"]):
        recorded = recorded_from(sent, environment, clients)
    assert failures(recorded) == ["2"]
    assert (recorded.events, [number for number, _ in recorded.failures]) == (1, ["2"])
    assert [row["finding_id"] for row in rows(clients)] == [A.finding_id]
    again = recorded_from({"Records": sent["Records"][1:]}, environment, clients)
    assert (failures(again), again.events) == ([], 2)
    assert sorted(row["finding_id"] for row in rows(clients)) == [A.finding_id, B.finding_id, C.finding_id]


def test_a_batch_of_failures_only_is_reported_and_raises_nothing(clients: Clients, environment: Environment) -> None:
    with refusing(clients.get("s3", REGION), "PutObject", "SlowDown"):
        recorded = recorded_from(batch(stream_record("1", A), stream_record("2", B)), environment, clients)
    assert failures(recorded) == ["1", "2"]
    assert objects(clients) == {}


def test_a_day_that_s3_does_not_take_fails_from_its_first_event_on(clients: Clients, environment: Environment) -> None:
    sent = batch(stream_record("1", B), stream_record("2", A), stream_record("3", C))
    with refusing(clients.get("s3", REGION), "PutObject", "SlowDown", lambda params: "2026-11-22" in params["Key"]):
        recorded = recorded_from(sent, environment, clients)
    assert failures(recorded) == ["2"]
    assert [row["finding_id"] for row in rows(clients)] == [B.finding_id]


def test_a_malformed_record_behind_a_failure_is_left_to_the_next_delivery(
    clients: Clients, environment: Environment, queue: str
) -> None:
    sent = batch(stream_record("1", FOREIGN), stream_record("2", A), stream_record("3", FOREIGN))
    with refusing(clients.get("s3", REGION), "PutObject", "SlowDown"):
        recorded = recorded_from(sent, environment, clients)
    assert (failures(recorded), len(dead_letters(clients, queue))) == (["2"], 1)
    recorded_from({"Records": sent["Records"][1:]}, environment, clients)
    assert len(dead_letters(clients, queue)) == 1


@pytest.mark.parametrize("code", ["AccessDenied", "AWS.SimpleQueueService.NonExistentQueue", "network"])
def test_a_malformed_record_that_the_queue_does_not_take_fails(
    clients: Clients, environment: Environment, code: str
) -> None:
    sent = batch(stream_record("1", A), stream_record("2", FOREIGN), stream_record("3", B))
    with refusing(clients.get("sqs", REGION), "SendMessage", code):
        recorded = recorded_from(sent, environment, clients)
    assert (failures(recorded), recorded.events) == (["2"], 1)
    assert "cannot send a malformed record" in recorded.failures[0][1]


def test_a_malformed_record_without_a_number_that_the_queue_does_not_take_fails_the_batch(
    clients: Clients, environment: Environment
) -> None:
    refused = refusing(clients.get("sqs", REGION), "SendMessage", "AccessDenied")
    with refused, pytest.raises(Transient, match="no sequence number"):
        recorded_from(batch(stream_record("1", A), None), environment, clients)


def test_a_function_that_does_not_know_its_queue_says_so(clients: Clients, environment: Environment) -> None:
    without = Environment(bucket=environment.bucket, region=REGION)
    recorded = recorded_from(batch(stream_record("1", FOREIGN)), without, clients)
    assert failures(recorded) == ["1"]
    assert "MUSTER_RECORD_DLQ_URL is not set" in recorded.failures[0][1]


def test_no_records_are_done(clients: Clients, environment: Environment) -> None:
    assert failures(recorded_from(batch(), environment, clients)) == []


def test_an_event_that_is_no_batch_is_refused(clients: Clients, environment: Environment) -> None:
    with pytest.raises(EventError, match="no list 'Records'"):
        recorded_from({"scan_id": "x"}, environment, clients)


CRITICAL = event(finding_id="d" * 32)
CHANGED = event(finding_id="e" * 32, severity="LOW", cause="change")
QUIET = event(finding_id="f" * 32, severity="HIGH")


def test_events_worth_an_alert_at_once_are_sent_together_after_they_were_recorded(
    clients: Clients, environment: Environment
) -> None:
    sent: list[Any] = []

    def alert(events: Any) -> None:
        assert len(rows(clients)) == 3
        sent.append([each.finding_id for each in events])

    made = batch(stream_record("1", CRITICAL), stream_record("2", QUIET), stream_record("3", CHANGED))
    recorded = recorded_from(made, environment, clients, alert)
    assert sent == [[CRITICAL.finding_id, CHANGED.finding_id]]
    assert (recorded.alerted, recorded.events, failures(recorded)) == (2, 3, [])


def test_a_batch_without_such_events_alerts_nobody(clients: Clients, environment: Environment) -> None:
    def alert(_events: Any) -> None:
        pytest.fail("nothing is worth an alert")

    made = batch(stream_record("1", QUIET), stream_record("2", event(baseline=True)), stream_record("3", FOREIGN))
    assert recorded_from(made, environment, clients, alert).alerted == 0


@pytest.mark.parametrize("error", [Transient("no"), Throttled("no")])
def test_an_alert_that_was_not_sent_fails_from_its_first_event_on(
    clients: Clients, environment: Environment, error: Exception
) -> None:
    def alert(_events: Any) -> None:
        raise error

    made = batch(stream_record("1", QUIET), stream_record("2", CRITICAL), stream_record("3", CHANGED))
    recorded = recorded_from(made, environment, clients, alert)
    assert (failures(recorded), recorded.alerted, recorded.events) == (["2"], 0, 1)
    assert len(rows(clients)) == 3


def test_nobody_is_alerted_of_what_is_delivered_again(clients: Clients, environment: Environment) -> None:
    """Lambda delivers again from the failure on: the event behind it is alerted then, with the one that failed."""
    sent: list[Any] = []
    made = batch(stream_record("1", CRITICAL), stream_record("2", B), stream_record("3", CHANGED))
    refused = refusing(clients.get("s3", REGION), "PutObject", "SlowDown", lambda params: B.finding_id in params["Key"])
    with refused:
        recorded_from(made, environment, clients, sent.append)
    assert sent == [(CRITICAL,)]
    recorded_from({"Records": made["Records"][1:]}, environment, clients, sent.append)
    assert sent == [(CRITICAL,), (B, CHANGED)]
