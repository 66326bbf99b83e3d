"""SNS, EventBridge and Security Hub on moto: what arrives there, and what is left over when they refuse."""

import dataclasses
import json
from collections.abc import Iterator, Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from moto.core import DEFAULT_ACCOUNT_ID
from moto.sns.models import sns_backends

from muster.alerts.destinations import bus, security_hub, topic
from muster.alerts.destinations.leftover import Leftover, unpacked
from muster.alerts.destinations.sending import Place, Unsent
from muster.configuration import Destination, Kind
from muster.lifecycle.events import FindingEvent
from muster.sdk.session import Clients
from tests.integration.alerts.conftest import REGION
from tests.integration.alerts.hooks import admitting
from tests.unit.alerts.events import digest, event

DEFAULT = Destination(Kind.BUS, "default")


@pytest.fixture
def leftover() -> Iterator[Leftover]:
    with Leftover() as made:
        yield made


@pytest.fixture
def queue(clients: Clients) -> str:
    """Make a queue that gets all events of the default bus, and return its URL."""
    sqs, events = clients.get("sqs", REGION), clients.get("events", REGION)
    url = str(sqs.create_queue(QueueName="events")["QueueUrl"])
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": admitting(arn)})
    events.put_rule(Name="all", EventPattern='{"source": ["muster"]}')
    events.put_targets(Rule="all", Targets=[{"Id": "queue", "Arn": arn}])
    return url


def answering(clients: Clients, operation: str, answers: Sequence[Any]) -> list[dict[str, Any]]:
    """Let an operation give answers, the last again and again; return its calls' parameters, which grow."""
    calls: list[dict[str, Any]] = []
    left = list(answers)
    client = clients.get(*operation.split(".")[0:1], REGION)

    def answer(params: Any, **_: object) -> tuple[object, dict[str, Any]]:
        calls.append(json.loads(params["body"]))
        given = left.pop(0) if len(left) > 1 else left[0]
        given = given(calls[-1]) if callable(given) else given
        code = given.get("Error", {}).get("Code", "")
        status = 500 if code.startswith("Internal") else 400 if code else 200
        return SimpleNamespace(status_code=status), {"ResponseMetadata": {"HTTPStatusCode": status}, **given}

    client.meta.events.register(f"before-call.{operation}", answer)
    return calls


def refusal(code: str) -> dict[str, Any]:
    return {"Error": {"Code": code, "Message": "no"}}


def taken(sent: dict[str, Any]) -> dict[str, Any]:
    return {"FailedEntryCount": 0, "Entries": [{"EventId": "1"} for _ in sent["Entries"]]}


def left_in(leftover: Leftover) -> list[FindingEvent]:
    return list(unpacked(leftover.packed()))


def test_a_topic_gets_a_subject_and_a_text_for_each_protocol(place: Place) -> None:
    topic.send(digest(subject="[Muster] naïve\nsubject " + "x" * 200), Destination(Kind.TOPIC), place)
    ((_, message, subject, *_),) = sns_backends[DEFAULT_ACCOUNT_ID][REGION].topics[place.topic_arn].sent_notifications
    assert json.loads(message).keys() == {"default", "sms", "email", "https"}
    assert subject.startswith("[Muster] na?ve subject xxx")
    assert len(subject) == 99


def test_another_topic_may_be_in_another_region(place: Place) -> None:
    arn = place.clients.get("sns", "us-east-1").create_topic(Name="security")["TopicArn"]
    topic.send(digest(), Destination(Kind.TOPIC, arn), place)
    assert len(sns_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].topics[arn].sent_notifications) == 1


@pytest.mark.parametrize(
    ("code", "again"),
    [
        ("InvalidParameter", False),
        ("AuthorizationError", False),
        ("KMSDisabled", False),
        ("InternalError", True),
        ("Throttling", True),
        ("KMSThrottling", True),
        ("ExpiredToken", True),
        ("NotFound", True),
    ],
)
def test_what_sns_refuses_says_whether_another_try_may_help(place: Place, code: str, again: bool) -> None:
    client = place.clients.get("sns", REGION)

    def refuse(**_: object) -> tuple[object, dict[str, Any]]:
        return SimpleNamespace(status_code=400), {**refusal(code), "ResponseMetadata": {"HTTPStatusCode": 400}}

    client.meta.events.register("before-call.sns.Publish", refuse)
    with pytest.raises(Unsent, match=f"did not take the alert .{code}.: no") as caught:
        topic.send(digest(), Destination(Kind.TOPIC), place)
    assert caught.value.again is again


def test_a_bus_gets_one_event_for_each_transition(place: Place, queue: str, leftover: Leftover) -> None:
    bus.send([event(number) for number in range(23)], DEFAULT, place, leftover)
    sqs, seen = place.clients.get("sqs", REGION), []
    while found := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", ()):
        for message in found:
            seen.append(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
    assert sorted(each["detail"]["resource_id"] for each in seen) == sorted(f"logs-{number}" for number in range(23))
    assert {each["detail-type"] for each in seen} == {"Muster Finding Changed"}
    assert leftover.count == 0


def test_a_bus_that_does_not_exist_gets_nothing_and_is_named(place: Place, leftover: Leftover) -> None:
    """PutEvents takes events for such a bus without an error, and nobody ever sees them."""
    calls = answering(place.clients, "events.PutEvents", [taken])
    bus.send([event(1), event(2)], Destination(Kind.BUS, "gone"), place, leftover)
    assert calls == []
    assert leftover.reason == "there is no event bus gone"
    assert left_in(leftover) == [event(1), event(2)]


def test_a_bus_that_must_not_be_described_is_taken_to_exist(place: Place, leftover: Leftover) -> None:
    client = place.clients.get("events", REGION)
    denied = {**refusal("AccessDeniedException"), "ResponseMetadata": {"HTTPStatusCode": 400}}
    client.meta.events.register(
        "before-call.events.DescribeEventBus", lambda **_: (SimpleNamespace(status_code=400), denied)
    )
    calls = answering(place.clients, "events.PutEvents", [taken])
    bus.send([event()], DEFAULT, place, leftover)
    assert (len(calls), leftover.count) == (1, 0)


def test_a_bus_is_called_in_the_region_of_its_arn() -> None:
    assert bus.region_of("arn:aws:events:us-east-1:123456789012:event-bus/findings") == "us-east-1"
    assert bus.region_of("default") == ""


def test_a_call_has_ten_entries_and_256_kb_at_most(place: Place, leftover: Leftover) -> None:
    calls = answering(place.clients, "events.PutEvents", [taken])
    large = [event(number, title="标" * 20_000) for number in range(9)]
    bus.send([*large, *map(event, range(25))], DEFAULT, place, leftover)
    assert sum(len(call["Entries"]) for call in calls) == 34
    for call in calls:
        assert len(call["Entries"]) <= 10
        assert sum(len(json.dumps(each, ensure_ascii=False).encode()) for each in call["Entries"]) < 262_144
    assert leftover.count == 0


def test_entries_that_fail_for_now_are_put_again_without_the_others(place: Place, leftover: Leftover) -> None:
    half = {
        "FailedEntryCount": 1,
        "Entries": [{"EventId": "1"}, {"ErrorCode": "ThrottlingException"}, {"EventId": "3"}],
    }
    calls = answering(place.clients, "events.PutEvents", [half, taken])
    bus.send([event(1), event(2), event(3)], DEFAULT, place, leftover)
    assert [[json.loads(each["Detail"])["resource_id"] for each in call["Entries"]] for call in calls] == [
        ["logs-1", "logs-2", "logs-3"],
        ["logs-2"],
    ]
    assert leftover.count == 0


def test_an_entry_that_is_refused_for_good_is_left_over_and_the_others_arrive(place: Place, leftover: Leftover) -> None:
    bad = {"Entries": [{"EventId": "1"}, {"ErrorCode": "MalformedDetail", "ErrorMessage": "no JSON"}]}
    calls = answering(place.clients, "events.PutEvents", [bad])
    bus.send([event(1), event(2)], DEFAULT, place, leftover)
    assert len(calls) == 1
    assert left_in(leftover) == [event(2)]
    assert leftover.reason == "EventBridge refuses the event (MalformedDetail): no JSON"


def test_all_that_follows_an_outage_is_left_over(place: Place, leftover: Leftover) -> None:
    calls = answering(place.clients, "events.PutEvents", [taken, refusal("InternalException")])
    bus.send(map(event, range(35)), DEFAULT, place, leftover)
    assert left_in(leftover) == [event(number) for number in range(10, 35)]
    assert len(calls) == 1 + 6
    assert "EventBridge did not take the events (InternalException)" in leftover.reason


def test_what_there_is_no_time_for_is_left_over(place: Place, leftover: Leftover) -> None:
    """The function has to park it before it ends."""
    calls: list[dict[str, Any]] = []

    def left() -> float:
        return 100.0 - 10 * len(calls)

    calls = answering(place.clients, "events.PutEvents", [taken])
    bus.send(map(event, range(100)), DEFAULT, dataclasses.replace(place, left=left), leftover)
    assert len(calls) == 5
    assert left_in(leftover) == [event(number) for number in range(50, 100)]
    assert leftover.reason == "there was no time to send all events"


@pytest.fixture
def hub(place: Place) -> Any:
    """Enable Security Hub, and return its client."""
    client = place.clients.get("securityhub", REGION)
    client.enable_security_hub(EnableDefaultStandards=False)
    return client


def findings(hub: Any) -> dict[str, dict[str, Any]]:
    pages = hub.get_paginator("get_findings").paginate()
    return {found["Id"].rpartition("/")[2]: found for page in pages for found in page["Findings"]}


def test_security_hub_gets_failures_updates_them_and_archives_them(place: Place, hub: Any, leftover: Leftover) -> None:
    security_hub.send(map(event, range(3)), place, leftover)
    assert {found["RecordState"] for found in findings(hub).values()} == {"ACTIVE"}
    later = event(1).timestamp + 1
    resolved = event(1, event="resolved", status="RESOLVED", outcome="fixed", timestamp=later)
    unread = event(2, event="unreadable", status="UNREADABLE", timestamp=later)
    security_hub.send([resolved, unread], place, leftover)
    states = {name: (found["RecordState"], found["Compliance"]["Status"]) for name, found in findings(hub).items()}
    assert states == {
        f"{0:032x}": ("ACTIVE", "FAILED"),
        f"{1:032x}": ("ARCHIVED", "PASSED"),
        f"{2:032x}": ("ACTIVE", "FAILED"),
    }
    assert leftover.count == 0


def imported(sent: dict[str, Any]) -> dict[str, Any]:
    return {"FailedCount": 0, "SuccessCount": len(sent["Findings"]), "FailedFindings": []}


def test_a_call_has_a_hundred_findings_at_most(place: Place, leftover: Leftover) -> None:
    calls = answering(place.clients, "securityhub.BatchImportFindings", [imported])
    security_hub.send(map(event, range(250)), place, leftover)
    assert [len(call["Findings"]) for call in calls] == [100, 100, 50]


def test_of_two_events_of_a_finding_in_a_call_the_later_one_counts(place: Place, leftover: Leftover) -> None:
    """Security Hub refuses a call that names a finding twice."""
    calls = answering(place.clients, "securityhub.BatchImportFindings", [imported])
    resolved = event(1, status="RESOLVED", event="resolved", timestamp=event().timestamp + 1)
    for events in ([event(1), resolved], [resolved, event(1)]):
        calls.clear()
        security_hub.send(events, place, leftover)
        ((found,),) = [call["Findings"] for call in calls]
        assert found["RecordState"] == "ARCHIVED"


def test_findings_that_fail_are_tried_again_or_left_over(place: Place, leftover: Leftover) -> None:
    names = [security_hub.finding(event(number), place)["Id"] for number in range(3)]
    failed = [
        {"Id": names[0], "ErrorCode": "InternalError", "ErrorMessage": "later"},
        {"Id": names[1], "ErrorCode": "InvalidInput", "ErrorMessage": "wrong"},
    ]
    calls = answering(
        place.clients,
        "securityhub.BatchImportFindings",
        [{"FailedCount": 2, "SuccessCount": 1, "FailedFindings": failed}, imported],
    )
    security_hub.send(map(event, range(3)), place, leftover)
    assert [[each["Id"] for each in call["Findings"]] for call in calls] == [names, names[:1]]
    assert left_in(leftover) == [event(1)]
    assert leftover.reason == "Security Hub refuses a finding (InvalidInput): wrong"


def test_findings_that_there_is_no_time_for_are_left_over(place: Place, leftover: Leftover) -> None:
    answering(place.clients, "securityhub.BatchImportFindings", [imported])
    security_hub.send(map(event, range(250)), dataclasses.replace(place, left=lambda: 50.0), leftover)
    assert left_in(leftover) == [event(number) for number in range(100, 250)]


def test_a_hub_that_is_not_enabled_is_named(place: Place, leftover: Leftover) -> None:
    answering(place.clients, "securityhub.BatchImportFindings", [refusal("InvalidAccessException")])
    security_hub.send(map(event, range(150)), place, leftover)
    assert "Security Hub did not import findings (InvalidAccessException)" in leftover.reason
    assert leftover.count == 150
