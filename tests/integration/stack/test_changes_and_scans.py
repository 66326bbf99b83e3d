"""Scans and changes of one account, side by side: each finding has one story, whoever saw what first."""

import itertools
import json
import random
from datetime import datetime, timedelta
from typing import Any

import pytest

from muster.catalog.catalog import load
from muster.lifecycle.transitions import State
from muster.sdk.session import Clients
from muster.stack.changing.memory import Memory
from muster.stack.changing.settling import settle_by
from muster.stack.documents.request import Environment
from muster.stack.handle_change import Handled, handle_change
from muster.stack.plan_scan import plan_scan
from muster.stack.scan_batch import scan_batch
from muster.stack.settle_account import settle_account
from muster.storage.bucket import Bucket
from tests.unit.catalog.test_changes import event

from .settled import TABLE, make_table, remembered, stored
from .test_handle_change import OWN, REGION, batch, failing

AT = datetime.fromisoformat("2026-11-28T10:00:00+00:00")
VERSIONED = "s3-bucket-versioning-enabled"


@pytest.fixture
def clients(moto_clients: Clients) -> Clients:
    return moto_clients


class World:
    """An account with a stack, and a clock that the test moves."""

    def __init__(self, clients: Clients) -> None:
        self.clients, self.now = clients, AT
        self.s3 = clients.get("s3", REGION)
        self.make("muster-reports")
        self.s3.put_bucket_versioning(Bucket="muster-reports", VersioningConfiguration={"Status": "Enabled"})
        self.configure(f"checks: [{VERSIONED}]\n")
        make_table(clients, REGION)
        self.environment = Environment("muster-reports", REGION, stack="dev", event_table=TABLE)
        self.memory, self.scans = Memory(), 0

    def configure(self, text: str) -> None:
        self.s3.put_object(Bucket="muster-reports", Key="config/muster.yaml", Body=text.encode())

    def make(self, name: str) -> None:
        self.s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})

    def version(self, name: str, status: str = "Enabled") -> None:
        self.s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": status})

    def tick(self, seconds: float = 60) -> None:
        self.now += timedelta(seconds=seconds)

    def plan(self) -> tuple[str, list[Any]]:
        self.scans += 1
        name = f"arn:aws:states:{REGION}:{OWN}:execution:muster-scan-dev:{self.scans}"
        sent = {"input": {"record": True}, "execution": name, "started_at": f"{self.now:%Y-%m-%dT%H:%M:%S.%fZ}"}
        planned = plan_scan(sent, self.environment, load(), self.clients)
        return planned.scan_id, json.loads(
            self.s3.get_object(Bucket="muster-reports", Key=planned.batches_key)["Body"].read()
        )

    def look(self, scan_id: str, items: list[Any]) -> None:
        for item in items:
            for each in item["batches"]:
                scan_batch({"scan_id": scan_id, "batch": each}, self.environment, load(), self.clients)

    def settle(self, scan_id: str, items: list[Any]) -> None:
        for item in items:
            sent = {"scan_id": scan_id, "attempt": "", "account": item}
            while settle_account(sent, self.environment, self.clients, lambda: 900.0).left:
                pass

    def scan(self) -> None:
        scan_id, items = self.plan()
        self.look(scan_id, items)
        self.settle(scan_id, items)
        self.tick()

    def change(self, *documents: dict[str, Any], deliveries: int = 2) -> Handled:
        settle = settle_by(self.environment, self.clients, load())
        for document in documents:
            document["detail"]["eventTime"] = f"{self.now - timedelta(seconds=40):%Y-%m-%dT%H:%M:%SZ}"
        done = handle_change(
            batch(documents, deliveries), self.environment, load(), self.clients, settle, Memory(), lambda: 300.0,
            lambda: self.now,
        )  # fmt: skip
        self.tick()
        return done

    def bucket(self, name: str, call: str = "PutBucketVersioning") -> Handled:
        return self.change(event("s3", call, {"bucketName": name}))

    def story(self, name: str) -> list[tuple[str, str, str]]:
        found = [each for each in stored(self.clients, REGION) if each.resource_id == name]
        return [(each.event, each.cause, each.outcome) for each in sorted(found, key=lambda each: each.timestamp)]

    def state(self, name: str) -> State | None:
        found = remembered(Bucket("muster-reports", self.clients, REGION), OWN).values()
        return next((each.state for each in found if each.subject.resource_id == name), None)


@pytest.fixture
def world(clients: Clients) -> World:
    return World(clients)


def test_a_bucket_is_made_wrong_and_found_at_once_and_by_the_next_scan_not_again(world: World) -> None:
    world.scan()
    world.make("shop")
    done = world.bucket("shop", "CreateBucket")
    assert (done.looked_at, done.failed, done.failures) == (1, (), ())
    assert world.story("shop") == [("opened", "change", "")]
    world.scan()
    assert world.story("shop") == [("opened", "change", "")]
    world.version("shop")
    world.bucket("shop")
    world.scan()
    assert world.story("shop") == [("opened", "change", ""), ("resolved", "change", "fixed")]


def test_a_deleted_bucket_is_resolved_as_deleted_in_the_region_where_it_was(world: World) -> None:
    world.make("shop")
    world.scan()
    assert world.story("shop") == [("opened", "scan", "")]
    world.s3.delete_bucket(Bucket="shop")
    assert world.bucket("shop", "DeleteBucket").failed == ()
    assert world.story("shop") == [("opened", "scan", ""), ("resolved", "change", "deleted")]
    world.scan()
    assert len(world.story("shop")) == 2


def test_before_the_first_scan_nothing_is_said(world: World) -> None:
    world.make("shop")
    assert world.bucket("shop", "CreateBucket").failed == ()
    assert world.story("shop") == []
    world.scan()
    assert world.story("shop") == [("opened", "scan", "")]


def test_the_same_event_again_changes_nothing(world: World) -> None:
    world.scan()
    world.make("shop")
    for _ in range(3):
        world.bucket("shop", "CreateBucket")
    assert world.story("shop") == [("opened", "change", "")]


def test_a_scan_that_began_before_the_change_does_not_undo_it(world: World) -> None:
    """It saw the bucket as it was before it was mended, and settles after the change was handled."""
    world.make("shop")
    world.scan()
    scan_id, items = world.plan()
    world.look(scan_id, items)
    world.tick()
    world.version("shop")
    world.bucket("shop")
    world.settle(scan_id, items)
    assert world.story("shop") == [("opened", "scan", ""), ("resolved", "change", "fixed")]
    assert world.state("shop") is State.RESOLVED


def test_a_resource_that_may_not_be_read_is_neither_fixed_nor_deleted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.make("shop")
    world.scan()
    failing(monkeypatch, "ListBuckets", "AccessDenied")
    assert world.bucket("shop").failed == ("m-0",)
    assert world.story("shop") == [("opened", "scan", "")]


@pytest.mark.parametrize(
    ("code", "story"),
    [
        pytest.param("AccessDenied", [("unreadable", "change", "")], id="a permission is missing"),
        pytest.param("ServiceUnavailable", [], id="SQS is down for a moment"),
    ],
)
def test_what_a_permission_hides_is_unreadable_and_what_a_moment_hides_is_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, code: str, story: list[tuple[str, str, str]]
) -> None:
    world.configure("checks: [sqs-queue-encrypted]\n")
    url = world.clients.get("sqs", REGION).create_queue(QueueName="jobs")["QueueUrl"]
    world.scan()
    before = world.story(url)
    failing(monkeypatch, "GetQueueAttributes", code)
    assert world.change(event("sqs", "SetQueueAttributes", {"queueUrl": url})).failed == ()
    assert world.story(url) == [*before, *story]


def test_roles_are_found_by_name_when_they_are_gone(world: World) -> None:
    """The event has the role's name, and its ARN has a path before the name."""
    world.configure("checks: [iam-policy-no-admin-access-statements]\n")
    iam = world.clients.get("iam", "us-east-1")
    trust = {"Version": "2012-10-17", "Statement": []}
    iam.create_role(RoleName="api", Path="/app/", AssumeRolePolicyDocument=json.dumps(trust))
    allowed = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    iam.put_role_policy(RoleName="api", PolicyName="all", PolicyDocument=json.dumps(allowed))
    world.scan()
    before = world.story("api")
    assert before
    iam.delete_role_policy(RoleName="api", PolicyName="all")
    iam.delete_role(RoleName="api")
    world.change(event("iam", "DeleteRole", {"roleName": "api"}))
    assert world.story("api") == [*before, *[("resolved", "change", "deleted")] * len(before)]


@pytest.mark.parametrize("seed", range(6))
def test_whatever_happens_in_whatever_order_the_end_is_what_is_there(world: World, seed: int) -> None:
    """Buckets come, go and change; events come late, twice or never; scans overlap. Then one scan says the truth."""
    draw = random.Random(seed)  # noqa: S311 - a test draws what happens
    names = ["a-shop", "b-shop"]
    there: dict[str, bool] = {}
    world.scan()
    open_scans: list[tuple[str, list[Any]]] = []
    for _ in range(14):
        match draw.choice(["make", "delete", "version", "event", "event", "begin", "end"]):
            case "make" if absent := [name for name in names if name not in there]:
                there[absent[0]] = False
                world.make(absent[0])
            case "delete" if there:
                gone = draw.choice(sorted(there))
                del there[gone]
                world.s3.delete_bucket(Bucket=gone)
            case "version" if there:
                name = draw.choice(sorted(there))
                there[name] = not there[name]
                world.version(name, "Enabled" if there[name] else "Suspended")
            case "event":
                world.bucket(draw.choice(names), draw.choice(["CreateBucket", "DeleteBucket", "PutBucketVersioning"]))
            case "begin":
                open_scans.append(world.plan())
                world.look(*open_scans[-1])
            case "end" if open_scans:
                world.settle(*open_scans.pop(draw.randrange(len(open_scans))))
        world.tick(30)
    for each in open_scans:
        world.settle(*each)
    world.tick()
    world.scan()
    for name in names:
        wrong = name in there and not there[name]
        assert (world.state(name) is State.OPEN) is wrong, (name, world.story(name))
        story = [event for event, _, _ in world.story(name)]
        turns = [each in ("opened", "reopened") for each in story]
        assert all(first != second for first, second in itertools.pairwise(turns)), story
        assert (bool(turns) and turns[-1]) is wrong, story
