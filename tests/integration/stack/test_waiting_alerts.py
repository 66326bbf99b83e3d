"""Alerts at once, held and parked, on moto: what send_alert does besides the alerts of scans."""

import io
import json
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from moto.core import DEFAULT_ACCOUNT_ID
from moto.sns.models import sns_backends

from muster.errors import EventError, Transient
from muster.sdk.session import Clients
from muster.stack.alerting.at_once import PAYLOAD, alert_at_once, hand_over
from muster.stack.alerting.office import Office
from muster.stack.alerting.waiting import release_held, resume_parked
from muster.stack.documents.request import Environment
from muster.stack.recording.records import records_of
from muster.storage import keys
from muster.storage.bucket import Bucket
from tests.unit.alerts.events import event
from tests.unit.stack.recording.stream import item, stream_record

REGION = "eu-west-1"
NIGHT = datetime(2026, 11, 29, 23, tzinfo=UTC)
MORNING = datetime(2026, 11, 30, 7, tzinfo=UTC)
ROUTES = """
alerts:
  quiet_hours: {from: "22:00", to: "07:00", still_send: CRITICAL}
  routes:
    - {name: everything, to: [topic, {bus: default}]}
    - {name: team-b, owners: [team-b], to: [topic]}
"""


@pytest.fixture
def office(clients: Clients) -> Office:
    sns, sqs = clients.get("sns", REGION), clients.get("sqs", REGION)
    topic = str(sns.create_topic(Name="alerts")["TopicArn"])
    confirmed(topic, 1)
    clients.get("s3", REGION).create_bucket(Bucket="reports", CreateBucketConfiguration={"LocationConstraint": REGION})
    clients.get("dynamodb", REGION).create_table(
        TableName="deliveries",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    environment = Environment(
        bucket="reports",
        region=REGION,
        stack="dev",
        topic_arn=topic,
        delivery_table="deliveries",
        alert_queue_url=str(sqs.create_queue(QueueName="parked")["QueueUrl"]),
        alert_function="muster-send-alert-dev",
    )
    return Office(environment, clients, Bucket("reports", clients, REGION), sleep=lambda _seconds: None)


def confirmed(topic: str, count: int) -> None:
    """Let the topic have so many confirmed subscriptions; moto never counts them."""
    sns_backends[DEFAULT_ACCOUNT_ID][REGION].topics[topic].subscriptions_confimed = count


def configured(office: Office, text: str = ROUTES) -> None:
    office.bucket.put_bytes("config/muster.yaml", text.encode())


def mails(office: Office) -> list[str]:
    topic = sns_backends[DEFAULT_ACCOUNT_ID][REGION].topics[office.environment.topic_arn]
    return [json.loads(message)["email"] for _, message, *_ in topic.sent_notifications]


def sent(*events: Any) -> dict[str, Any]:
    return {"events": [each.to_json() for each in events]}


def results(outcomes: Any) -> list[tuple[str, str, str]]:
    return [(outcome.route, outcome.destination, outcome.result) for outcome in outcomes]


def test_without_a_configuration_events_go_to_the_topic_once(office: Office) -> None:
    """The stream may deliver its records twice."""
    news = sent(event(1), event(2))
    assert results(alert_at_once(news, office, NIGHT)) == [("everything", "topic", "sent")]
    assert results(alert_at_once(news, office, NIGHT)) == [("everything", "topic", "sent before")]
    (mail,) = mails(office)
    assert "logs-1" in mail
    assert "logs-2" in mail


def test_events_go_by_the_routes(office: Office) -> None:
    configured(office)
    made = alert_at_once(sent(event(1, owner="team-b"), event(2)), office, MORNING)
    assert results(made) == [("everything", "topic", "sent"), ("team-b", "topic", "sent")]
    assert ["logs-2" in mail for mail in mails(office)] == [True, False]


def test_a_bus_gets_at_once_only_what_no_scan_will_bring(office: Office) -> None:
    configured(office)
    made = alert_at_once(sent(event(1, cause="change"), event(2)), office, MORNING)
    assert results(made) == [("everything", "bus:default", "sent"), ("everything", "topic", "sent")]


def test_at_night_only_what_is_critical_is_sent(office: Office) -> None:
    configured(office)
    assert results(alert_at_once(sent(event(1)), office, NIGHT)) == [("everything", "topic", "held")]
    made = alert_at_once(sent(event(2, severity="CRITICAL")), office, NIGHT)
    assert results(made) == [("everything", "topic", "sent")]


def test_a_configuration_that_cannot_be_used_keeps_no_alert_and_is_named(office: Office) -> None:
    configured(office, "alerts: {routes: 5}")
    assert results(alert_at_once(sent(event()), office, NIGHT)) == [("everything", "topic", "sent")]
    (mail,) = mails(office)
    assert "muster.yaml cannot be used" in mail


@pytest.mark.parametrize(
    "news", [{"events": [5]}, {"events": [{}]}, {"events": [{**event().to_json(), "severity": "X"}]}]
)
def test_what_is_no_event_is_an_error(office: Office, news: dict[str, Any]) -> None:
    with pytest.raises(EventError, match="no events of findings"):
        alert_at_once(news, office)


STRANGE = [
    "",
    "../..",
    "x\x00\x1b[31m\u202ey\r\n",
    "https://example.com/<b>{{ 7 }}</b>",
    "\U0001f600" * 30_000,
    "arn:",
    "a:b:c:d:e:f",
]


@pytest.mark.parametrize("strange", [*STRANGE, 0, 253_402_300_799_999], ids=lambda value: f"{value!r:.20}")
def test_whatever_a_foreign_item_holds_its_alert_is_sent_or_parked(office: Office, strange: str | int) -> None:
    """An alert that ends with an error would hold up the shard of its record for hours."""
    configured(
        office,
        "alerts: {routes: [{name: a, to: [topic, {bus: default}, {security_hub: true}, {slack: 'ssm:/muster/none'}]}]}",
    )
    made = event(1, severity="CRITICAL", cause="change")
    news = []
    for name, value in made.to_json().items():
        if type(value) is type(strange):
            read = stream_record("7", {**item(made), name: {"N" if isinstance(value, int) else "S": str(strange)}})
            news += [found.event for found in records_of({"Records": [read]}) if found.event]
    assert len(news) > 1
    outcomes = alert_at_once(sent(*news), office, MORNING)
    assert {outcome.destination: outcome.result for outcome in outcomes if outcome.destination == "topic"} == {
        "topic": "sent"
    }
    assert {outcome.result for outcome in outcomes} <= {"sent", "parked"}


def test_an_office_has_no_more_time_than_it_gives_itself(office: Office) -> None:
    assert 0 < office.within(20.0).left() <= 20
    assert office.within(0.0).left() <= 0


def test_no_events_send_nothing(office: Office) -> None:
    assert alert_at_once({"events": []}, office) == ()


def invoked(office: Office, answer: dict[str, Any]) -> list[dict[str, Any]]:
    """Let Lambda answer every call, and return the payloads, which grow."""
    calls: list[dict[str, Any]] = []

    def invoke(params: Any, **_: object) -> tuple[object, dict[str, Any]]:
        calls.append(json.loads(params["body"]))
        body = io.BytesIO(b'{"errorMessage": "it failed"}')
        return SimpleNamespace(status_code=200), {
            "ResponseMetadata": {"HTTPStatusCode": 200},
            "Payload": body,
            **answer,
        }

    office.clients.get("lambda", REGION).meta.events.register("before-call.lambda.Invoke", invoke)
    return calls


def test_events_are_handed_over_in_calls_of_a_bounded_size(office: Office) -> None:
    calls = invoked(office, {"StatusCode": 200})
    large = [event(number, reason="标" * 10_000) for number in range(20)]
    hand_over(large, office.environment, office.clients)
    assert [found for call in calls for found in call["events"]] == [each.to_json() for each in large]
    assert all(len(json.dumps(call, ensure_ascii=False).encode()) <= PAYLOAD + 100 for call in calls)
    assert len(calls) > 1
    hand_over([], office.environment, office.clients)


def test_a_function_that_fails_is_worth_another_try(office: Office) -> None:
    invoked(office, {"StatusCode": 200, "FunctionError": "Unhandled"})
    with pytest.raises(Transient, match=r"muster-send-alert-dev failed: .*it failed"):
        hand_over([event()], office.environment, office.clients)


def test_a_function_that_cannot_be_invoked_is_worth_another_try(office: Office) -> None:
    with pytest.raises(Transient, match=r"cannot invoke muster-send-alert-dev .ResourceNotFoundException."):
        hand_over([event()], office.environment, office.clients)


def test_what_was_held_is_sent_in_the_morning_if_somebody_gets_it(office: Office) -> None:
    configured(office)
    alert_at_once(sent(event(1)), office, NIGHT)
    alert_at_once(sent(event(2)), office, NIGHT)
    assert release_held(office, NIGHT) == ((), ())
    confirmed(office.environment.topic_arn, 0)
    assert release_held(office, MORNING) == ((), ())
    confirmed(office.environment.topic_arn, 1)
    outcomes, problems = release_held(office, MORNING)
    assert (results(outcomes), problems) == ([("everything", "topic", "sent")], ())
    (mail,) = mails(office)
    assert "logs-1" in mail
    assert "logs-2" in mail
    assert release_held(office, MORNING) == ((), ())


def test_without_held_alerts_the_schedule_costs_one_listing(office: Office) -> None:
    assert release_held(office, MORNING) == ((), ())
    assert office.bucket.traffic.fields()["bucket_calls"] == 1


def parked(office: Office, bus: str = "gone") -> None:
    """Park the alert of a change for a bus that does not exist."""
    configured(office, f"alerts: {{routes: [{{name: bus, to: [{{bus: {bus}}}]}}]}}")
    made = alert_at_once(sent(event(1, cause="change")), office, MORNING)
    assert results(made) == [("bus", f"bus:{bus}", "parked")]


def waiting(office: Office) -> int:
    url = office.environment.alert_queue_url
    attributes = office.clients.get("sqs", REGION).get_queue_attributes(QueueUrl=url, AttributeNames=["All"])[
        "Attributes"
    ]
    return int(attributes["ApproximateNumberOfMessages"])


def test_what_is_parked_is_sent_later_and_then_gone(office: Office) -> None:
    parked(office)
    kept = resume_parked(office)
    assert (kept.sent, kept.more, waiting(office)) == (0, False, 1)
    assert [(each["destination"], each["route"], each["why"]) for each in kept.kept] == [
        ("bus:gone", "bus", "there is no event bus gone")
    ]
    office.clients.get("events", REGION).create_event_bus(Name="gone")
    assert resume_parked(office).to_json() == {"sent": 1, "kept": [], "more": False}
    assert waiting(office) == 0


def test_a_foreign_message_stays_and_keeps_no_other(office: Office) -> None:
    sqs, url = office.clients.get("sqs", REGION), office.environment.alert_queue_url
    sqs.send_message(QueueUrl=url, MessageBody='{"Type": "Notification", "Message": "bounced"}')
    parked(office)
    sqs.send_message(QueueUrl=url, MessageBody="no JSON")
    office.clients.get("events", REGION).create_event_bus(Name="gone")
    resumed = resume_parked(office)
    assert resumed.sent == 1
    assert sorted(each["why"] for each in resumed.kept) == ["Muster did not park it", "it is no JSON"]
    assert waiting(office) == 2


def test_parked_alerts_that_do_not_fit_into_the_time_are_left_for_the_next_call(office: Office) -> None:
    parked(office)
    hasty = Office(office.environment, office.clients, office.bucket, left=lambda: 1.0)
    assert resume_parked(hasty).to_json() == {"sent": 0, "kept": [], "more": True}
    assert waiting(office) == 1


def test_a_message_that_was_named_is_not_tried_again(office: Office) -> None:
    parked(office)
    (kept,) = resume_parked(office).kept
    office.clients.get("events", REGION).create_event_bus(Name="gone")
    assert resume_parked(office, {kept["message"]}).to_json() == {"sent": 0, "kept": [], "more": False}
    assert waiting(office) == 1


def test_a_queue_that_is_gone_is_worth_another_try(office: Office) -> None:
    office.clients.get("sqs", REGION).delete_queue(QueueUrl=office.environment.alert_queue_url)
    with pytest.raises(Transient, match="cannot use the queue"):
        resume_parked(office)


def test_held_alerts_have_keys_of_their_own() -> None:
    assert keys.held_alert("security", "0a1b").startswith(keys.HELD_ALERTS)
