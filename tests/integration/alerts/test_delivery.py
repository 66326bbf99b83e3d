"""Deliveries on moto: each once, held in quiet hours, parked where a destination does not take it, none lost."""

import dataclasses
import hashlib
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from moto.core import DEFAULT_ACCOUNT_ID
from moto.sns.models import sns_backends

from muster.alerts.delivery.deliver import Delivery, Outcome, Resent, Result
from muster.alerts.delivery.held import from_json, to_json
from muster.alerts.delivery.once import Deliveries
from muster.alerts.delivery.parked import INLINE, NotParked, Queue
from muster.alerts.destinations.sending import Place
from muster.alerts.news import Acceptance, News
from muster.configuration import Destination, Kind, QuietHours, Route
from muster.errors import Transient
from muster.lifecycle.events import FindingEvent
from muster.model.finding import Severity
from muster.storage import keys
from muster.storage.bucket import Bucket
from tests.integration.alerts.conftest import REGION
from tests.integration.alerts.hooks import Hook
from tests.unit.alerts.events import event

NIGHT = datetime(2026, 11, 29, 23, tzinfo=UTC)
MORNING = datetime(2026, 11, 30, 7, tzinfo=UTC)
QUIET = QuietHours("22:00", "07:00")
TOPIC = Destination(Kind.TOPIC)
SLACK = Destination(Kind.SLACK, "ssm:/muster/hook")
BUS = Destination(Kind.BUS, "default")
HUB = Destination(Kind.SECURITY_HUB)
TABLE = "muster-deliveries-dev"
FRAME = {
    "kind": "muster alert", "version": 1, "news": "n", "route": "r", "destination": "topic", "reason": "",
    "parked_at": "",
}  # fmt: skip


@pytest.fixture
def delivery(place: Place) -> Delivery:
    dynamodb, sqs = place.clients.get("dynamodb", REGION), place.clients.get("sqs", REGION)
    dynamodb.create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    location = {"LocationConstraint": REGION}
    place.clients.get("s3", REGION).create_bucket(Bucket="reports", CreateBucketConfiguration=location)
    url = str(sqs.create_queue(QueueName="parked")["QueueUrl"])
    queue = Queue(url, sqs, Bucket("reports", place.clients, REGION))
    return Delivery(place, Deliveries(TABLE, place), queue, {})


def news(*events: FindingEvent, **changes: Any) -> News:
    """Return the news of some events that opened."""
    fields: dict[str, Any] = {
        "audience": "one",
        "stack": "prod",
        "region": REGION,
        "partition": "aws",
        "scan_id": "20261129T120000Z-0a1b2c3d",
        "at": NIGHT,
        "events": events,
        "counts": {"opened": len(events)},
        "failing": {},
    }
    return News(**{**fields, **changes})


def route(*to: Destination, quiet: QuietHours | None = None) -> Route:
    return Route("one", to, quiet_hours=quiet)


def deliver(
    delivery: Delivery, to: Route, *events: FindingEvent, identity: str = "n1", at: datetime = MORNING
) -> list[str]:
    """Deliver the news of some events, and return what became of each destination."""
    made = delivery.deliver(to, news(*events), lambda: iter(events), identity, at)
    return [outcome.result for outcome in made]


def mails(delivery: Delivery) -> list[dict[str, str]]:
    """Return the texts that the topic got."""
    topic = sns_backends[DEFAULT_ACCOUNT_ID][REGION].topics[delivery.place.topic_arn]
    return [json.loads(message) for _, message, *_ in topic.sent_notifications]


def parked(delivery: Delivery) -> list[str]:
    """Return the messages of the queue, and let them be seen again."""
    sqs, url = delivery.queue.sqs, delivery.queue.url
    found = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0).get("Messages", ())
    return [str(message["Body"]) for message in found]


def held(delivery: Delivery) -> list[str]:
    """Return the keys of what is held; what was sent is empty."""
    return [key for key, size in delivery.queue.bucket.keys(keys.HELD_ALERTS) if size]


def test_news_go_to_all_destinations_of_a_route(delivery: Delivery, webhook: Hook) -> None:
    delivery.place.clients.get("securityhub", REGION).enable_security_hub()
    assert deliver(delivery, route(TOPIC, SLACK, BUS, HUB), event()) == ["sent"] * 4
    (mail,) = mails(delivery)
    assert "logs-1" in mail["email"]
    (message,) = webhook.got
    assert "logs-1" in json.dumps(message)
    assert len(delivery.place.clients.get("securityhub", REGION).get_findings()["Findings"]) == 1


def test_a_delivery_that_was_made_is_not_repeated(delivery: Delivery, webhook: Hook) -> None:
    to = route(TOPIC, SLACK, BUS)
    assert deliver(delivery, to, event()) == ["sent"] * 3
    assert deliver(delivery, to, event()) == ["sent before"] * 3
    assert len(mails(delivery)) == len(webhook.got) == 1
    assert deliver(delivery, to, event(), identity="n2") == ["sent"] * 3
    assert len(mails(delivery)) == len(webhook.got) == 2


def test_the_same_destination_gets_the_news_of_each_route(delivery: Delivery) -> None:
    one = delivery.deliver(Route("one", (TOPIC,)), news(event()), lambda: iter(()), "n1", MORNING)
    two = delivery.deliver(Route("two", (TOPIC,)), news(event()), lambda: iter(()), "n1", MORNING)
    assert [one[0].result, two[0].result] == ["sent", "sent"]


def test_a_destination_that_fails_is_parked_and_the_others_are_sent(delivery: Delivery, webhook: Hook) -> None:
    webhook.answers = [(404, {}, "no_service")]
    made = delivery.deliver(route(SLACK, TOPIC), news(event()), lambda: iter(()), "n1", MORNING)
    assert made == (
        Outcome("one", "slack:ssm:/muster/hook", Result.PARKED, "the webhook answered HTTP 404: 'no_service'"),
        Outcome("one", "topic", Result.SENT),
    )
    (body,) = parked(delivery)
    message = json.loads(body)
    assert message["destination"] == {"slack": "ssm:/muster/hook"}
    assert message["reason"] == "the webhook answered HTTP 404: 'no_service'"
    assert "notARealSecret" not in body
    assert "127.0.0.1" not in body


def test_what_is_parked_is_not_parked_again(delivery: Delivery, webhook: Hook) -> None:
    webhook.answers = [(503, {}, "")]
    assert deliver(delivery, route(SLACK), event()) == ["parked"]
    assert len(webhook.got) == 6
    assert deliver(delivery, route(SLACK), event()) == ["parked"]
    assert len(webhook.got) == 6
    assert len(parked(delivery)) == 1


def test_a_parked_digest_is_the_same_when_it_is_sent_later(delivery: Delivery, webhook: Hook) -> None:
    webhook.answers = [(503, {}, "")]
    deliver(delivery, route(SLACK), event())
    first = webhook.got[0]
    found = delivery.queue.read(parked(delivery)[0])
    assert delivery.resend(found.parcel).why == "the webhook answered HTTP 503"
    webhook.answers = [(200, {}, "ok")]
    assert delivery.resend(found.parcel).why == ""
    assert webhook.got[-1] == first
    # A function may be killed before it deletes the message.
    count = len(webhook.got)
    assert delivery.resend(found.parcel).why == ""
    assert len(webhook.got) == count


@pytest.mark.parametrize("number", [3, 3_000])
def test_parked_events_are_those_that_were_not_taken(delivery: Delivery, number: int) -> None:
    """Few stand in the message, many in an object that it names."""
    reasons = [hashlib.sha512(bytes(place)).hexdigest() for place in range(number)]
    events = tuple(event(place, reason=reason) for place, reason in enumerate(reasons))
    assert deliver(delivery, route(Destination(Kind.BUS, "gone")), *events) == ["parked"]
    (body,) = parked(delivery)
    assert len(body) < 262_144
    found = delivery.queue.read(body)
    assert bool(found.key) is (number > 3)
    assert list(found.parcel.events()) == list(events)
    assert list(found.parcel.events()) == list(events)
    assert delivery.resend(found.parcel).why == "there is no event bus gone"
    delivery.place.clients.get("events", REGION).create_event_bus(Name="gone")
    assert delivery.resend(found.parcel).why == ""


def test_a_large_digest_stands_in_an_object(delivery: Delivery, webhook: Hook) -> None:
    webhook.answers = [(404, {}, "")]
    many = [event(number, title=f"title {number} " + "标" * 250, check_id=f"check-{number}") for number in range(40)]
    large = tuple(f"s3://reports/{number}/" + "标" * 590 for number in range(200))
    delivery.deliver(route(SLACK), news(*many, damaged=large), lambda: iter(()), "n1", MORNING)
    (body,) = parked(delivery)
    assert len(body) < INLINE + 10_000
    assert delivery.resend(delivery.queue.read(body).parcel).why == "the webhook answered HTTP 404"


def test_of_parked_events_that_take_too_long_the_rest_is_parked_anew(delivery: Delivery) -> None:
    deliver(delivery, route(Destination(Kind.BUS, "gone")), *map(event, range(50)))
    (body,) = parked(delivery)
    found = delivery.queue.read(body)
    delivery.place.clients.get("events", REGION).create_event_bus(Name="gone")
    hasty = dataclasses.replace(delivery, place=dataclasses.replace(delivery.place, left=lambda: 5.0))
    assert hasty.resend(found.parcel) == Resent(rest=True)
    _, second = parked(delivery)
    rest = delivery.queue.read(second)
    assert list(rest.parcel.events()) == [event(number) for number in range(20, 50)]
    assert delivery.resend(rest.parcel) == Resent()


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("no JSON", "it is no JSON"),
        ("[]", "Muster did not park it"),
        ('{"Type": "Notification", "Message": "an e-mail that bounced"}', "Muster did not park it"),
        ('{"kind": "muster alert", "version": 99}', "another version of Muster parked it (99)"),
        ('{"kind": "muster alert", "version": 1}', "it is damaged"),
        ('{"kind": "muster alert", "version": 1, "news": "n", "route": "r", "destination": "moon"}', "it is damaged"),
        (json.dumps({**FRAME, "digest_at": "alerts/parked/r/n-1.gz"}), "alerts/parked/r/n-1.gz does not exist"),
        (json.dumps({**FRAME, "events": "bm8gZ3ppcA=="}), "it is damaged (BadGzipFile"),
    ],
)
def test_a_message_that_is_no_parked_alert_is_named(delivery: Delivery, body: str, why: str) -> None:
    with pytest.raises(NotParked) as caught:
        delivery.queue.read(body)
    assert why in str(caught.value)


def test_quiet_hours_hold_what_people_read_and_nothing_else(delivery: Delivery, webhook: Hook) -> None:
    to = route(TOPIC, SLACK, BUS, quiet=QUIET)
    assert deliver(delivery, to, event(), at=NIGHT) == ["held", "held", "sent"]
    assert (mails(delivery), webhook.got) == ([], [])
    assert len(held(delivery)) == 1
    assert deliver(delivery, to, event(), at=NIGHT) == ["held", "held", "sent before"]
    assert len(held(delivery)) == 1


def test_what_was_held_is_sent_as_one_digest_when_the_quiet_hours_are_over(delivery: Delivery, webhook: Hook) -> None:
    to = route(TOPIC, SLACK, quiet=QUIET)
    deliver(delivery, to, event(1), at=NIGHT)
    deliver(delivery, to, event(2), event(3), identity="n2", at=NIGHT)
    problems: list[str] = []
    assert list(delivery.release(NIGHT + timedelta(hours=1), problems)) == []
    assert [outcome.result for outcome in delivery.release(MORNING, problems)] == ["sent", "sent"]
    (mail,) = mails(delivery)
    assert "3" in mail["default"]
    assert len(webhook.got) == 1
    assert held(delivery) == []
    assert list(delivery.release(MORNING, problems)) == []
    assert problems == []


def test_a_retry_after_the_quiet_hours_leaves_held_news_to_the_schedule(delivery: Delivery) -> None:
    to = route(TOPIC, quiet=QUIET)
    assert deliver(delivery, to, event(), at=NIGHT) == ["held"]
    assert deliver(delivery, to, event(), at=MORNING) == ["held"]
    assert mails(delivery) == []
    assert [outcome.result for outcome in delivery.release(MORNING, [])] == ["sent"]
    assert len(mails(delivery)) == 1


def test_news_that_were_sent_are_not_held_by_a_retry(delivery: Delivery) -> None:
    to = route(TOPIC, quiet=QUIET)
    assert deliver(delivery, to, event(), at=MORNING) == ["sent"]
    assert deliver(delivery, to, event(), at=NIGHT) == ["sent before"]
    assert held(delivery) == []


def test_what_was_held_stays_until_somebody_can_get_it(delivery: Delivery) -> None:
    deliver(delivery, route(TOPIC, quiet=QUIET), event(), at=NIGHT)
    assert list(delivery.release(MORNING, [], subscribed=False)) == []
    assert len(held(delivery)) == 1
    assert [outcome.result for outcome in delivery.release(MORNING, [], subscribed=True)] == ["sent"]


def test_a_severity_that_does_not_wait_is_sent_in_quiet_hours(delivery: Delivery) -> None:
    to = route(TOPIC, quiet=dataclasses.replace(QUIET, still_send=Severity.CRITICAL))
    assert deliver(delivery, to, event(severity="HIGH"), at=NIGHT) == ["held"]
    assert deliver(delivery, to, event(2, severity="CRITICAL"), identity="n2", at=NIGHT) == ["sent"]


def test_a_release_that_is_killed_before_it_cleans_up_sends_nothing_twice(delivery: Delivery) -> None:
    deliver(delivery, route(TOPIC, quiet=QUIET), event(), at=NIGHT)
    outcomes = delivery.release(MORNING, [])
    assert next(outcomes).result == "sent"
    del outcomes
    assert len(held(delivery)) == 1
    assert [outcome.result for outcome in delivery.release(MORNING, [])] == ["sent before"]
    assert (len(mails(delivery)), held(delivery)) == (1, [])


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("news", "events", 0, "severity"), "SEVERE"),
        (("news", "events", 0, "first_seen"), "yesterday"),
        (("news", "events", 0, "title"), None),
        (("news", "at"), "2026-11-29T23:00:00"),
        (("news", "at"), 5),
        (("news", "counts"), {"opened": "many"}),
        (("news", "worst"), [{"severity": "HIGH"}]),
        (("news", "acceptances"), [{"state": "ending"}]),
        (("route", "name"), "../other"),
        (("route", "to"), [{"moon": "x"}]),
        (("route", "quiet_hours", "timezone"), "Europe/Nowhere"),
        (("route", "quiet_hours", "days"), 7),
    ],
)
def test_a_held_object_that_is_damaged_in_one_place_keeps_no_other(
    delivery: Delivery, path: tuple[str | int, ...], value: Any
) -> None:
    deliver(delivery, route(TOPIC, quiet=QUIET), event(1), at=NIGHT)
    (key,) = held(delivery)
    bucket = delivery.queue.bucket
    document: Any = bucket.get_json(key)
    place = document
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    bucket.put_json("alerts/held/a-first/damaged.json", document)
    problems: list[str] = []
    assert [outcome.result for outcome in delivery.release(MORNING, problems)] == ["sent"]
    (problem,) = problems
    assert problem.startswith("s3://reports/alerts/held/a-first/damaged.json is damaged (")


def test_a_damaged_held_object_is_named_and_keeps_no_other(delivery: Delivery) -> None:
    deliver(delivery, route(TOPIC, quiet=QUIET), event(), at=NIGHT)
    bucket = delivery.queue.bucket
    bucket.put_bytes("alerts/held/one/broken.json", b"{")
    bucket.put_json("alerts/held/one/foreign.json", {"version": 1})
    problems: list[str] = []
    assert [outcome.result for outcome in delivery.release(MORNING, problems)] == ["sent"]
    assert [problem.partition(" ")[0] for problem in problems] == [
        "s3://reports/alerts/held/one/broken.json",
        "s3://reports/alerts/held/one/foreign.json",
    ]


def test_news_survive_being_held() -> None:
    acceptance = Acceptance(
        state="ending", check_id="c", resource="*", owner="o", reason="r", ticket="", until="2027-03-31", count=1
    )
    whole = news(
        event(1),
        event(2),
        acceptances=(acceptance,),
        incomplete=(("a", "b"),),
        damaged=("c",),
        worst=({"severity": "LOW"},),
    )
    assert from_json(json.loads(json.dumps(to_json(whole)))) == whole


class Killed(BaseException):
    """The function is killed: nothing is caught, nothing cleaned up."""


def killing(delivery: Delivery, service: str, operation: str, *, after: bool) -> None:
    """Let a function be killed before or after its next call of an operation."""
    client, armed = delivery.place.clients.get(service, REGION), [True]

    def kill(**_: object) -> None:
        if armed.pop() if armed else False:
            raise Killed

    client.meta.events.register(f"{'after' if after else 'before'}-call.{service}.{operation}", kill)


@pytest.mark.parametrize(
    ("service", "operation", "after", "sent"),
    [
        ("dynamodb", "PutItem", False, 1),
        ("dynamodb", "PutItem", True, 1),
        ("sns", "Publish", False, 1),
        # The window: SNS took it, and the table does not know.
        ("sns", "Publish", True, 2),
        ("dynamodb", "UpdateItem", False, 2),
        ("dynamodb", "UpdateItem", True, 1),
    ],
)
def test_a_mail_comes_twice_only_if_the_function_is_killed_within_one_call(  # noqa: PLR0913 - a row of the table
    delivery: Delivery, monkeypatch: pytest.MonkeyPatch, service: str, operation: str, after: bool, sent: int
) -> None:
    monkeypatch.setattr("muster.alerts.delivery.once.WINDOW", 0.05)
    killing(delivery, service, operation, after=after)
    with pytest.raises(Killed):
        deliver(delivery, route(TOPIC), event())
    waited: list[float] = []

    def wait(seconds: float) -> None:
        waited.append(seconds)
        time.sleep(0.06)

    patient = dataclasses.replace(delivery.place, sleep=wait)
    again = dataclasses.replace(delivery, place=patient, deliveries=Deliveries(TABLE, patient))
    deliver(again, route(TOPIC), event())
    assert len(mails(delivery)) == sent
    assert len(waited) <= 2
    deliver(delivery, route(TOPIC), event())
    assert len(mails(delivery)) == sent


def test_a_run_that_finds_another_at_work_waits_and_then_leaves_it_to_a_retry(delivery: Delivery) -> None:
    killing(delivery, "sns", "Publish", after=True)
    with pytest.raises(Killed):
        deliver(delivery, route(TOPIC), event())
    hasty = dataclasses.replace(delivery.place, left=lambda: 5.0)
    with pytest.raises(Transient, match="another run is delivering n1 one topic now"):
        deliver(dataclasses.replace(delivery, deliveries=Deliveries(TABLE, hasty)), route(TOPIC), event())


@pytest.mark.parametrize("operation", ["PutItem", "UpdateItem"])
def test_a_table_that_cannot_be_used_keeps_no_alert(delivery: Delivery, operation: str) -> None:
    client = delivery.place.clients.get("dynamodb", REGION)

    def refuse(**_: object) -> Any:
        refusal = {"Error": {"Code": "AccessDeniedException", "Message": "no"}}
        return type("Answer", (), {"status_code": 400}), {**refusal, "ResponseMetadata": {"HTTPStatusCode": 400}}

    client.meta.events.register(f"before-call.dynamodb.{operation}", refuse)
    assert deliver(delivery, route(TOPIC), event()) == ["sent"]
    assert len(mails(delivery)) == 1


def test_what_cannot_even_be_parked_is_an_error_that_a_retry_may_mend(delivery: Delivery, webhook: Hook) -> None:
    webhook.answers = [(404, {}, "")]
    delivery.queue.sqs.delete_queue(QueueUrl=delivery.queue.url)
    with pytest.raises(Transient, match="cannot park an alert"):
        deliver(delivery, route(SLACK, TOPIC), event())
    assert len(mails(delivery)) == 1
    webhook.answers = [(200, {}, "ok")]
    assert deliver(delivery, route(SLACK, TOPIC), event()) == ["sent", "sent before"]
