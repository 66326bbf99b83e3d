"""Alerts of a scan by routes, on moto: each audience gets its news, machines get every event, nothing is repeated."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from moto.core import DEFAULT_ACCOUNT_ID
from moto.sns.models import sns_backends

from muster.catalog.catalog import load
from muster.configuration import parse
from muster.lifecycle.events import FindingEvent
from muster.sdk.session import Clients
from muster.stack.documents.request import Environment
from muster.stack.send_alert import send_alert
from muster.stack.settling.outbox import Draft, Entry
from muster.storage import keys
from muster.storage.bucket import Bucket, scratch
from tests.integration.alerts.hooks import admitting
from tests.integration.stack.test_send_alert import ended, settled
from tests.unit.alerts.events import event

REGION = "eu-west-1"
MORNING = datetime(2026, 11, 30, 7, tzinfo=UTC)
SCAN = "20261129T120000Z-0a1b2c3d"
ROUTES = """
alerts:
  routes:
    - {name: everything, to: [topic]}
    - {name: team-b, owners: [team-b], to: [{topic: "TEAM"}]}
    - {name: machines, to: [{bus: default}]}
"""


class Stack:
    """A stack on moto: its bucket, two topics, a queue behind its default bus, and the queue of parked alerts."""

    def __init__(self, clients: Clients) -> None:
        sns, sqs, events = (clients.get(name, REGION) for name in ("sns", "sqs", "events"))
        location = {"LocationConstraint": REGION}
        clients.get("s3", REGION).create_bucket(Bucket="reports", CreateBucketConfiguration=location)
        clients.get("dynamodb", REGION).create_table(
            TableName="deliveries",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        self.own, self.team = (str(sns.create_topic(Name=name)["TopicArn"]) for name in ("alerts", "team"))
        self.events = str(sqs.create_queue(QueueName="events")["QueueUrl"])
        arn = sqs.get_queue_attributes(QueueUrl=self.events, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        sqs.set_queue_attributes(QueueUrl=self.events, Attributes={"Policy": admitting(arn)})
        events.put_rule(Name="all", EventPattern='{"source": ["muster"]}')
        events.put_targets(Rule="all", Targets=[{"Id": "queue", "Arn": arn}])
        self.parked = str(sqs.create_queue(QueueName="parked")["QueueUrl"])
        self.clients, self.bucket = clients, Bucket("reports", clients, REGION)
        self.environment = Environment(
            bucket="reports",
            region=REGION,
            stack="dev",
            topic_arn=self.own,
            delivery_table="deliveries",
            alert_queue_url=self.parked,
        )
        self.confirm(1)

    def confirm(self, count: int) -> None:
        """Let the topic have so many confirmed subscriptions; moto never counts them."""
        sns_backends[DEFAULT_ACCOUNT_ID][REGION].topics[self.own].subscriptions_confimed = count

    def mails(self, topic: str) -> list[str]:
        found = sns_backends[DEFAULT_ACCOUNT_ID][REGION].topics[topic].sent_notifications
        return [f"{subject}\n{json.loads(message)['email']}" for _, message, subject, *_ in found]

    def on_the_bus(self) -> list[dict[str, Any]]:
        """Return the details of the events that came over the bus since the last call."""
        sqs, seen = self.clients.get("sqs", REGION), []
        while found := sqs.receive_message(QueueUrl=self.events, MaxNumberOfMessages=10).get("Messages", ()):
            for message in found:
                seen.append(json.loads(message["Body"])["detail"])
                sqs.delete_message(QueueUrl=self.events, ReceiptHandle=message["ReceiptHandle"])
        return sorted(seen, key=lambda detail: str(detail["id"]))

    def configured(self, text: str = ROUTES) -> None:
        text = text.replace("TEAM", self.team)
        parse(text, load())
        self.bucket.put_bytes("config/muster.yaml", text.encode())

    def scanned(self, *events: FindingEvent, scan_id: str = SCAN, attempt: str = "", **changed: Any) -> None:
        """Leave a scan whose one account has these events in its outbox."""
        ended(self.clients, scan_id, attempt=attempt, **changed)
        counts: dict[str, Any] = {"baseline": any(each.baseline for each in events)}
        for each in events:
            if not each.baseline:
                counts[each.event] = counts.get(each.event, 0) + 1
        summary = self.bucket.get_json(keys.summary(scan_id)) or {}
        summary |= {"changes": counts, "failing": {"HIGH": sum(each.open for each in events)}, "attempt": attempt}
        self.bucket.put_json(keys.summary(scan_id), summary)
        report = self.bucket.get_json(keys.report(scan_id)) or {}
        records = [record(each) for each in events if each.open]
        self.bucket.put_json(keys.report(scan_id), {**report, "summary": summary, "findings": records, "changes": {}})
        self.outbox(scan_id, attempt, events)

    def outbox(self, scan_id: str, attempt: str, events: Sequence[FindingEvent]) -> None:
        with scratch() as folder:
            draft = Draft(Path(folder) / "outbox")
            for each in sorted(events, key=lambda found: found.finding_id):
                draft.add(Entry(each, attempt))
            draft.close()
            key = keys.outbox(scan_id, "123456789012", draft.digest)
            if events:
                self.bucket.upload(draft.path, key)
        settled(self.bucket, scan_id, attempt, {"baseline": False, "events": {}})
        account = keys.account(scan_id, "123456789012")
        self.bucket.put_json(account, {**(self.bucket.get_json(account) or {}), "outbox": key})

    def alert(self, scan_id: str = SCAN, attempt: str = "", at: datetime = MORNING) -> list[tuple[str, str, str]]:
        """Send the alerts of a scan, and return what became of each delivery."""
        sent = {"scan_id": scan_id, "attempt": attempt}
        made = send_alert(sent, self.environment, self.clients, at, sleep=lambda _seconds: None)
        return [(each["route"], each["destination"], each["result"]) for each in made.deliveries]


def record(found: FindingEvent) -> dict[str, Any]:
    """Return the failing finding of an event as report.json has it."""
    names = ("finding_id", "check_id", "title", "severity", "reason", "account_name")
    resource = {"type": found.resource_type, "arn": found.resource_arn, "id": found.resource_id, "region": found.region}
    place = {"account_id": found.account_id, "tags": {"Owner": found.owner}}
    return {**{name: getattr(found, name) for name in names}, "resource": {**resource, **place}}


@pytest.fixture
def stack(clients: Clients) -> Stack:
    return Stack(clients)


def test_each_audience_gets_its_news_and_machines_get_every_event(stack: Stack) -> None:
    stack.configured()
    stack.scanned(event(1), event(2, owner="team-b"), event(3, event="suppressed", status="SUPPRESSED"))
    assert sorted(stack.alert()) == [
        ("everything", "topic", "sent"),
        ("machines", "bus:default", "sent"),
        ("team-b", f"topic:{stack.team}", "sent"),
    ]
    (whole,), (team,) = stack.mails(stack.own), stack.mails(stack.team)
    assert "logs-1" in whole
    assert "logs-2" in whole
    assert "logs-2" in team
    assert "logs-1" not in team
    assert [detail["resource_id"] for detail in stack.on_the_bus()] == ["logs-1", "logs-2", "logs-3"]


def test_a_retry_repeats_nothing(stack: Stack) -> None:
    """As when a function dies before it leaves the note of the alert."""
    stack.configured()
    stack.scanned(event(1), event(2, owner="team-b"))
    stack.alert()
    stack.clients.get("s3", REGION).delete_object(Bucket="reports", Key=keys.alert(SCAN))
    assert {result for _, _, result in stack.alert()} == {"sent before"}
    assert (len(stack.mails(stack.own)), len(stack.mails(stack.team)), len(stack.on_the_bus())) == (1, 1, 2)


def test_three_scans_of_an_unchanged_estate_send_one_mail(stack: Stack) -> None:
    stack.configured()
    stack.scanned(event(1))
    assert len(stack.alert()) == 2
    for number in (2, 3):
        stack.scanned(scan_id=f"20261129T12000{number}Z-0a1b2c3d")
        assert stack.alert(f"20261129T12000{number}Z-0a1b2c3d") == []
    assert len(stack.mails(stack.own)) == 1
    assert len(stack.on_the_bus()) == 1


def test_an_audience_without_news_hears_nothing(stack: Stack) -> None:
    stack.configured()
    stack.scanned(event(1))
    stack.alert()
    assert stack.mails(stack.team) == []


def test_a_change_that_is_no_news_for_people_goes_to_machines(stack: Stack) -> None:
    stack.configured()
    stack.scanned(event(1, event="suppressed", status="SUPPRESSED", until="2027-03-31"))
    assert stack.alert() == [("machines", "bus:default", "sent")]
    assert [detail["status"] for detail in stack.on_the_bus()] == ["SUPPRESSED"]


def test_a_first_look_is_a_summary_for_each_audience_and_events_for_machines(stack: Stack) -> None:
    stack.configured()
    stack.scanned(*(event(number, baseline=True) for number in range(30)), event(99, baseline=True, owner="team-b"))
    stack.alert()
    (whole,), (team,) = stack.mails(stack.own), stack.mails(stack.team)
    assert whole.startswith("[Muster dev] First scan: 31 failures")
    assert team.startswith("[Muster dev] First scan: 1 failure")
    assert "logs-99" in team
    assert "logs-1 " not in team
    assert len(stack.on_the_bus()) == 31


def test_an_audience_with_no_failure_at_a_first_look_hears_nothing(stack: Stack) -> None:
    stack.configured()
    stack.scanned(event(1, baseline=True))
    stack.alert()
    assert (len(stack.mails(stack.own)), len(stack.mails(stack.team))) == (1, 0)


def test_only_those_who_get_all_findings_hear_that_a_scan_is_incomplete(stack: Stack) -> None:
    stack.configured()
    stack.scanned(incomplete=("x",))
    assert stack.alert() == [("everything", "topic", "sent")]
    (mail,) = stack.mails(stack.own)
    assert "INCOMPLETE: 1 of 2 shards" in mail.splitlines()[1]


def test_news_of_an_incomplete_scan_say_so_to_every_audience(stack: Stack) -> None:
    stack.configured()
    stack.scanned(event(2, owner="team-b"), incomplete=("x",))
    stack.alert()
    (mail,) = stack.mails(stack.team)
    assert mail.startswith("[Muster dev] INCOMPLETE: ")
    assert mail.splitlines()[1].startswith("INCOMPLETE: 1 of 2 shards")


def test_where_no_route_gets_all_findings_every_route_hears_of_the_scan(stack: Stack) -> None:
    stack.configured("alerts: {routes: [{name: team-b, owners: [team-b], to: [{topic: 'TEAM'}]}]}")
    stack.scanned(incomplete=("x",))
    assert [result for _, _, result in stack.alert()] == ["sent"]


def test_a_suppression_that_ends_soon_is_announced_once_to_its_audience(stack: Stack) -> None:
    stack.configured(
        ROUTES
        + """
suppressions:
  - {check: s3-bucket-versioning-enabled, resource: "*", reason: r, owner: team-b, expires: 2026-12-05}
  - {check: s3-bucket-versioning-enabled, resource: "*", reason: r, owner: team-c, expires: 2027-12-05}
"""
    )
    stack.scanned()
    stack.alert()
    for mails in (stack.mails(stack.own), stack.mails(stack.team)):
        (mail,) = mails
        assert "2026-12-05" in mail
        assert "2027-12-05" not in mail
    stack.scanned(scan_id="20261129T120002Z-0a1b2c3d")
    assert stack.alert("20261129T120002Z-0a1b2c3d") == []


def test_the_routes_are_those_of_the_plan_of_the_scan(stack: Stack) -> None:
    """A file that is changed while a scan runs counts for the next one."""
    stack.configured("alerts: {routes: [{name: later, to: [topic]}]}")
    configuration = parse("alerts: {routes: [{name: planned, to: [topic]}]}", load())
    scan = {
        "scan_id": SCAN, "scan_kind": "manual", "started_at": "2026-11-29T12:00:00+00:00", "record": True,
        "stack": "dev", "account_id": "123456789012", "role": {"name": "", "external_id": "", "partition": "aws"},
        "accounts": [], "regions": [REGION], "packs": ["all"], "shards": 2,
    }  # fmt: skip
    plan = {"version": 2, "scan": scan, "configuration": configuration.to_json(), "rules": [], "severities": {}}
    stack.bucket.put_json(keys.plan(SCAN), plan)
    stack.scanned(event(1))
    assert stack.alert() == [("planned", "topic", "sent")]


def test_quiet_hours_hold_the_digest_of_a_scan(stack: Stack) -> None:
    stack.configured(
        "alerts: {quiet_hours: {from: '22:00', to: '07:00'}, routes: [{name: all, to: [topic, {bus: default}]}]}"
    )
    stack.scanned(event(1))
    night = MORNING - timedelta(hours=2)
    assert sorted(stack.alert(at=night)) == [("all", "bus:default", "sent"), ("all", "topic", "held")]
    assert stack.mails(stack.own) == []
    assert len(stack.on_the_bus()) == 1


def test_a_destination_that_fails_is_parked_and_keeps_no_other(stack: Stack) -> None:
    stack.configured("alerts: {routes: [{name: all, to: [{slack: 'ssm:/muster/gone'}, topic, {bus: gone}]}]}")
    stack.scanned(event(1))
    assert sorted(stack.alert()) == [
        ("all", "bus:gone", "parked"),
        ("all", "slack:ssm:/muster/gone", "parked"),
        ("all", "topic", "sent"),
    ]
    note = stack.bucket.get_json(keys.alert(SCAN)) or {}
    assert {each["result"] for each in note["deliveries"]} == {"sent", "parked"}


def test_a_resumed_scan_brings_the_events_of_its_attempt(stack: Stack) -> None:
    stack.configured()
    stack.scanned(event(1))
    stack.alert()
    stack.scanned(event(2), attempt="0a1b2c3d")
    stack.alert(attempt="0a1b2c3d")
    assert [("logs-1" in mail, "logs-2" in mail) for mail in stack.mails(stack.own)] == [(True, False), (False, True)]
    assert [detail["resource_id"] for detail in stack.on_the_bus()] == ["logs-1", "logs-2"]


def test_a_unit_whose_accounts_cannot_be_read_gets_all_and_is_named(stack: Stack) -> None:
    stack.configured(
        "alerts: {routes: [{name: all, to: [topic]}, {name: unit, units: [ou-ab12-cdef3456], to: [{topic: 'TEAM'}]}]}"
    )
    stack.scanned(event(1))
    assert [result for _, _, result in stack.alert()] == ["sent", "sent"]
    assert "organizational unit ou-ab12-cdef3456 cannot be read" in stack.mails(stack.own)[0]


def test_events_that_are_lost_are_made_up_for_by_the_results_of_the_accounts(stack: Stack) -> None:
    """An outbox that is gone costs owners, which only events have; it costs no change."""
    stack.configured()
    stack.scanned(event(1), event(2))
    change = {
        "finding_id": "f", "check_id": "c", "title": "Be good", "severity": "HIGH", "resource_type": "AWS::S3::Bucket",
        "resource_id": "lost", "resource_arn": "", "account_id": "123456789012", "region": REGION, "reason": "r",
        "first_seen": "2026-11-29T12:00:00+00:00",
    }  # fmt: skip
    report = stack.bucket.get_json(keys.report(SCAN)) or {}
    stack.bucket.put_json(keys.report(SCAN), {**report, "changes": {"opened": [change]}})
    stack.outbox(SCAN, "", [event(1)])
    stack.alert()
    (mail,) = stack.mails(stack.own)
    assert "NEW (2)" in mail
    assert "lost" in mail


def test_a_digest_of_very_many_events_is_short(stack: Stack) -> None:
    stack.scanned(*(event(number, check_id=f"check-{number % 3}") for number in range(1_000)))
    stack.alert()
    (mail,) = stack.mails(stack.own)
    assert "1,000 new" in mail
    assert len(mail.splitlines()) <= 41


def test_what_is_owed_goes_to_the_routes_of_the_stacks_topic(stack: Stack) -> None:
    stack.configured()
    stack.confirm(0)
    stack.scanned(event(1))
    assert ("everything", "topic", "sent") in stack.alert()
    stack.confirm(1)
    second = "20261129T180000Z-0a1b2c3d"
    stack.scanned(scan_id=second)
    report = stack.bucket.get_json(keys.report(second)) or {}
    stack.bucket.put_json(keys.report(second), {**report, "findings": [record(event(7))]})
    assert stack.alert(second) == [("everything", "topic", "sent")]
    assert "logs-7" in stack.mails(stack.own)[1]
