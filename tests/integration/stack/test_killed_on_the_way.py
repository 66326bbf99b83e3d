"""Kills between settling an account and the mail: no event is lost or doubled, and no mail is lost.

Scan after scan changes a few findings. Each is settled, summarized, alerted and recorded by functions that are killed
at drawn calls of AWS and called again, as the state machine and the stream do. A mail may come twice: where the
function dies after SNS took it and before the table of deliveries knows it. That is decided in
docs/decisions/0032-exactly-once-is-impossible.md, and counted here.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import pytest
import time_machine
from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends
from moto.sns.models import sns_backends

from muster.catalog.catalog import Catalog
from muster.configuration import Configuration
from muster.configuration.selection import rules_to_json
from muster.errors import Transient
from muster.lifecycle.events import FindingEvent
from muster.model.check import check
from muster.model.finding import Resource, Severity, Verdict, compliant, non_compliant
from muster.model.listing import Listed, Page
from muster.model.readers import describes, lists
from muster.model.rule import Rule
from muster.model.shard import Shard
from muster.sdk.session import Clients
from muster.stack.alerting.at_once import alert_at_once
from muster.stack.alerting.office import Office
from muster.stack.documents.request import Environment
from muster.stack.record_events import record_events
from muster.stack.scan_batch import scan_batch
from muster.stack.send_alert import send_alert
from muster.stack.settle_account import settle_account
from muster.stack.summarize_scan import summarize_scan
from muster.storage import keys
from muster.storage.bucket import Bucket
from tests.examples import examples

from .settled import TABLE, make_table

REGION, ACCOUNT = "eu-west-1", "123456789012"
BOXES = 6
SCANS = 28
"""Scans of each of the four runs, with two kills each: 224 drawn moments."""
WORDS = 80
"""Words from settling to the mail, which a scan has at least."""
DEATHS = 50
"""Kills that a run has at least: 200 in all."""
SHARD = Shard(ACCOUNT, REGION, "box", REGION, (REGION,))
BATCH = {"batch": "b0000", "attempt": "", "shards": [asdict(SHARD)]}
ITEM = {"account_id": ACCOUNT, "batches": [BATCH]}
SHUT: dict[str, bool] = {}


class Killed(BaseException):
    """Nothing catches it, as nothing catches SIGKILL."""


@dataclass
class Reaper:
    """Counts the calls of AWS, and kills at the drawn ones: each number is how many words pass before the next kill.

    `last` is the word before, `deaths` has the words on both sides of each kill.
    """

    left: list[int] = field(default_factory=list)
    last: str = ""
    words: int = 0
    deaths: list[tuple[str, str]] = field(default_factory=list)

    def word(self, what: str) -> None:
        self.words += 1
        if self.left:
            self.left[0] -= 1
            if self.left[0] < 0:
                del self.left[0]
                self.deaths.append((self.last, what))
                raise Killed
        self.last = what


REAPER = Reaper()


class Dying(Clients):
    """Clients whose every call is a word with the reaper, before it is sent and after it is answered."""

    def get(self, service: str, region: str) -> Any:
        if service == "box":
            return None
        client = super().get(service, region)
        if not getattr(client, "dying", False):
            client.dying = True
            client.meta.events.register("before-call", lambda model, **_: REAPER.word(model.name))
            client.meta.events.register("after-call", lambda model, **_: REAPER.word(f"after {model.name}"))
        return client

    def counting_in(self, _ledger: object) -> "Dying":
        return self


@dataclass(frozen=True, slots=True)
class Lid:
    shut: bool

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        return cls(response["shut"])


@lists("Test::Box", client="box", permission="box:ListBoxes")
def boxes(_client: Any, shard: Shard, _token: str | None) -> Page:
    items = [
        Listed(Resource("Test::Box", name, shard.account_id, shard.region, arn=f"arn:aws:box:::{name}", tags={}))
        for name in SHUT
    ]
    return Page(iter(items), None)


@describes("Test::Box", client="box", permission="box:GetBoxLid")
def lid_of_box(_client: Any, box: Resource) -> Lid:
    return Lid(SHUT[box.id])


@check(severity=Severity.CRITICAL)
def box_is_shut(lid: Lid) -> Verdict:
    """Boxes should be shut.

    Why: Rain comes in.
    Fix: shut it
    """
    return compliant("it is") if lid.shut else non_compliant("its lid is open")


CATALOG = Catalog(
    {box_is_shut.id: box_is_shut},
    {boxes.resource_type: boxes},
    {(lid_of_box.resource_type, lid_of_box.facet): lid_of_box},
)
RULES = [Rule(box_is_shut, "Test::Box", "box")]


@dataclass
class World:
    """A stack on moto, and its clock."""

    clients: Clients
    environment: Environment
    clock: time_machine.Traveller
    delivered: int = 0

    @property
    def bucket(self) -> Bucket:
        return Bucket("reports", self.clients, REGION)

    def sleep(self, seconds: float) -> None:
        self.clock.shift(timedelta(seconds=seconds))

    def persist(self, function: Callable[[], Any]) -> Any:
        """Call a function until it returns, as the state machine does."""
        while True:
            try:
                return function()
            except (Killed, Transient):
                self.sleep(2)

    def scan(self, scan_id: str, kills: Sequence[int] = ()) -> None:
        """Scan, then settle, sum up, record the stream and alert; the reaper kills after the scan."""
        at = datetime.now(UTC)
        planned(self.bucket, scan_id, at)
        scan_batch({"scan_id": scan_id, "batch": BATCH}, self.environment, CATALOG, self.clients)
        REAPER.left[:] = kills
        event = {"scan_id": scan_id, "attempt": ""}
        environment, clients = self.environment, self.clients
        self.persist(lambda: settle_account({**event, "account": ITEM}, environment, clients, load=lambda: CATALOG))
        self.persist(lambda: summarize_scan(event, environment, clients))
        self.persist(self.record)
        self.persist(lambda: send_alert(event, environment, clients, sleep=self.sleep))

    def record(self) -> None:
        """Deliver what is new in the stream of the table."""
        records = self.stream()
        new = [one for one in records[self.delivered :] if one["eventName"] == "INSERT"]
        if new:
            recorded = record_events({"Records": new}, self.environment, self.clients, self.alert)
            assert recorded.response == {"batchItemFailures": []}
            assert recorded.set_aside == ()
        self.delivered = len(records)

    def alert(self, events: Sequence[FindingEvent]) -> None:
        """Alert at once, as send_alert does when the stream's function invokes it."""
        office = Office(self.environment, self.clients, self.bucket, sleep=self.sleep)
        alert_at_once({"events": [event.to_json() for event in events]}, office)

    def stream(self) -> list[dict[str, Any]]:
        table = dynamodb_backends[DEFAULT_ACCOUNT_ID][REGION].tables[self.environment.event_table]
        found = [one.to_json() for one in table.stream_shard.items]
        for one in found:
            # moto has a record for a put that changes nothing; DynamoDB has none.
            changed = one["dynamodb"].get("OldImage") != one["dynamodb"]["NewImage"]
            assert one["eventName"] == "INSERT" or not changed, "an event was written with other contents"
        return found

    def items(self) -> Counter[tuple[str, str]]:
        """Return resource and status of each event by scan, how often it is in the table."""
        pages = self.clients.get("dynamodb", REGION).get_paginator("scan").paginate(TableName=TABLE)
        return Counter(
            (item["scan_id"]["S"], f"{item['resource_id']['S']} {item['status']['S']}")
            for page in pages
            for item in page["Items"]
        )

    def mails(self) -> Counter[str]:
        """Return how many mails name each scan."""
        sent = sns_backends[DEFAULT_ACCOUNT_ID][REGION].topics[self.environment.topic_arn].sent_notifications
        texts = [str(note[1]) for note in sent]
        return Counter(scan_id(number) for number in range(SCANS + 1) for text in texts if scan_id(number) in text)


def scan_id(number: int) -> str:
    return f"20261121T060000Z-{number:08x}"


def planned(bucket: Bucket, scan: str, at: datetime) -> None:
    details = {
        "scan_id": scan, "scan_kind": "scheduled", "started_at": at.isoformat(), "record": True, "account_id": ACCOUNT,
        "role": {"name": "", "external_id": "", "partition": "aws"}, "stack": "dev", "regions": [REGION],
        "packs": ["all"], "accounts": [ACCOUNT], "shards": 1,
    }  # fmt: skip
    plan = {
        "scan": details,
        "configuration": Configuration().to_json(),
        "rules": rules_to_json(RULES),
        "severities": {box_is_shut.id: "CRITICAL"},
    }
    bucket.put_json(keys.plan(scan), plan)
    bucket.put_json(keys.batches(scan), [ITEM])


@pytest.fixture
def world(clients: Clients) -> Iterator[World]:
    clients.get("s3", REGION).create_bucket(Bucket="reports", CreateBucketConfiguration={"LocationConstraint": REGION})
    topic = clients.get("sns", REGION).create_topic(Name="alerts")["TopicArn"]
    sns_backends[DEFAULT_ACCOUNT_ID][REGION].topics[topic].subscriptions_confimed = 1
    queues = clients.get("sqs", REGION)
    make_table(clients, REGION)
    dynamodb = clients.get("dynamodb", REGION)
    dynamodb.create_table(
        TableName="deliveries", BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
    )  # fmt: skip
    environment = Environment(
        bucket="reports", region=REGION, stack="dev", topic_arn=topic, event_table=TABLE, event_days=365,
        delivery_table="deliveries", alert_queue_url=queues.create_queue(QueueName="parked")["QueueUrl"],
        record_queue_url=queues.create_queue(QueueName="malformed")["QueueUrl"],
    )  # fmt: skip
    with time_machine.travel(datetime(2026, 11, 21, 6, tzinfo=UTC), tick=False) as clock:
        REAPER.left.clear()
        REAPER.deaths.clear()
        SHUT.clear()
        SHUT.update({f"box-{number}": True for number in range(BOXES)})
        yield World(Dying(clients.session), environment, clock)


@pytest.mark.parametrize("seed", range(examples(2)))
def test_a_kill_between_settling_and_the_mail_loses_no_event_and_no_mail(world: World, seed: int) -> None:
    drawn = random.Random(seed)  # noqa: S311 - a test draws the same each time
    world.scan(scan_id(0))
    assert REAPER.words > WORDS
    expected: Counter[tuple[str, str]] = Counter()
    for number in range(1, SCANS + 1):
        world.sleep(3600)
        for name in drawn.sample(sorted(SHUT), drawn.randint(1, 3)):
            SHUT[name] = not SHUT[name]
            expected[scan_id(number), f"{name} {'RESOLVED' if SHUT[name] else 'FAILED'}"] += 1
        first = drawn.randrange(WORDS)
        world.scan(scan_id(number), [first, drawn.randrange(WORDS // 2)])
        REAPER.left.clear()
    assert world.items() == expected
    assert len(REAPER.deaths) >= DEATHS
    audited = [key for key, _ in world.bucket.keys("audit/findings/")]
    assert len(audited) == sum(expected.values())
    mails, wanted = world.mails(), Counter(scan for scan, event in expected if event.endswith("FAILED"))
    # Each scan has a digest, and one with new failures an alert at once before it.
    needed = {scan: 1 + bool(wanted[scan]) for scan in map(scan_id, range(1, SCANS + 1))}
    assert [scan for scan in needed if mails[scan] < needed[scan]] == [], "a mail was lost"
    doubled = sum(mails[scan] - needed[scan] for scan in needed)
    window = [death for death in REAPER.deaths if death[0] in ("Publish", "after Publish")]
    assert doubled <= len(window), "a mail comes twice only where the function died after SNS took it"
