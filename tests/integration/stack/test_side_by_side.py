"""Two executions of one scan at a time: no finding twice, none lost, whoever is last publishes everything.

Each execution plans what is missing, scans it, settles it and sums up, as the state machine does. They take turns at
drawn words with the bucket and with AWS, which cuts its pages otherwise for each of them and forgets a token.
"""

import random
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import botocore.exceptions
import pytest

from muster.catalog.catalog import Catalog
from muster.configuration import Configuration
from muster.configuration.selection import rules_to_json
from muster.errors import Throttled, Transient
from muster.model.check import check
from muster.model.finding import Resource, Severity, Verdict, compliant, non_compliant
from muster.model.listing import Listed, Page
from muster.model.readers import describes, lists
from muster.model.rule import Rule
from muster.model.shard import Shard
from muster.sdk.session import Clients
from muster.stack import scan_batch as work
from muster.stack.documents.request import Environment
from muster.stack.plan_scan import plan_scan
from muster.stack.settling import publish
from muster.stack.summarize_scan import summarize_scan
from muster.storage import keys, parquet
from muster.storage.bucket import Bucket

from .settled import TABLE, make_table, remembered, result, settled, told_once

REGION = "eu-west-1"
SCAN = "20261121T060000Z-0a1b2c3d"
AT = datetime(2026, 11, 21, 6, tzinfo=UTC)
ACCOUNT = "123456789012"
SHARDS = [Shard(ACCOUNT, REGION, service, REGION, (REGION,)) for service in ("box", "jar")]
HELD = {"Test::Box": 11, "Test::Crate": 3, "Test::Jar": 4}
ENVIRONMENT = Environment(bucket="reports", region=REGION, event_table=TABLE)
RETRIES = 4
"""How often the state machine tries a batch again."""


class Turns:
    """Lets one execution have so many words, then the other, by a list; then whoever is left."""

    def __init__(self, slices: list[tuple[str, int]]) -> None:
        self.slices, self.ended = list(slices), set[str]()
        self.changed = threading.Condition()
        self.bucket = threading.Lock()
        """One request at a time, as moto's objects are not made for more."""

    def word(self, name: str) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: self._whose() in (name, ""), timeout=30), "nobody has the word"
            if self._whose() == name:
                owner, left = self.slices[0]
                self.slices[0] = (owner, left - 1)
            self.changed.notify_all()

    def end(self, name: str) -> None:
        with self.changed:
            self.ended.add(name)
            self.changed.notify_all()

    def _whose(self) -> str:
        while self.slices and (self.slices[0][1] <= 0 or self.slices[0][0] in self.ended):
            self.slices.pop(0)
        return self.slices[0][0] if self.slices else ""


@dataclass
class Execution(Clients):
    """One execution's view of AWS: how it cuts pages, which token it forgets, what it refuses to list."""

    name: str
    turns: Turns
    base: Clients
    page: int = 3
    forgotten: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    watched: bool = False
    seconds: float = 900.0
    """Seconds that a function which settles has left."""

    def __post_init__(self) -> None:
        super().__init__(self.base.session)

    def get(self, service: str, region: str) -> Any:
        if service in ("box", "jar"):
            return self
        client = super().get(service, region)
        with self.turns.bucket:
            known, self.watched = self.watched, self.watched or service == "s3"
        if service == "s3" and not known:
            client.meta.events.register("before-call.s3", self._asks)
            client.meta.events.register("after-call.s3", lambda **_: self.turns.bucket.release())
            client.meta.events.register("after-call-error.s3", lambda **_: self.turns.bucket.release())
        return client

    def _asks(self, **_: object) -> None:
        self.turns.word(self.name)
        self.turns.bucket.acquire()

    def counting_in(self, _ledger: object) -> "Execution":
        return self

    def listed(self, kind: str, shard: Shard, token: str | None) -> Page:
        self.turns.word(self.name)
        if kind in self.refused:
            raise botocore.exceptions.ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "List")
        start = int((token or "-0").rpartition("-")[2])
        if token in self.forgotten:
            self.forgotten.discard(token or "")
            raise botocore.exceptions.ClientError({"Error": {"Code": "InvalidNextToken", "Message": "old"}}, "List")
        end = min(start + self.page, HELD[kind])
        names = [f"{kind}-{number:02d}" for number in range(start, end)]
        items = [
            Listed(Resource(kind, name, shard.account_id, shard.region, arn=f"arn:aws:x:::{name}", tags={}))
            for name in names
        ]
        return Page(iter(items), f"{kind}-{end}" if end < HELD[kind] else None)


@dataclass(frozen=True, slots=True)
class Lid:
    shut: bool

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        return cls(response["shut"])


@lists("Test::Box", client="box", permission="box:ListBoxes")
def boxes(client: Any, shard: Shard, token: str | None) -> Page:
    return client.listed("Test::Box", shard, token)


@lists("Test::Crate", client="box", permission="box:ListCrates")
def crates(client: Any, shard: Shard, token: str | None) -> Page:
    return client.listed("Test::Crate", shard, token)


@lists("Test::Jar", client="jar", permission="jar:ListJars")
def jars(client: Any, shard: Shard, token: str | None) -> Page:
    return client.listed("Test::Jar", shard, token)


def read(client: Any, thing: Resource) -> Lid:
    client.turns.word(client.name)
    return Lid(shut=thing.id.endswith("0"))


@describes("Test::Box", client="box", permission="box:GetBoxLid")
def lid_of_box(client: Any, thing: Resource) -> Lid:
    return read(client, thing)


@describes("Test::Crate", client="box", permission="box:GetCrateLid")
def lid_of_crate(client: Any, thing: Resource) -> Lid:
    return read(client, thing)


@describes("Test::Jar", client="jar", permission="jar:GetJarLid")
def lid_of_jar(client: Any, thing: Resource) -> Lid:
    return read(client, thing)


@check(severity=Severity.HIGH)
def lid_is_shut(lid: Lid) -> Verdict:
    """Lids should be shut.

    Why: so.
    Fix: so.
    """
    return compliant("it is") if lid.shut else non_compliant("it is not")


CATALOG = Catalog(
    {lid_is_shut.id: lid_is_shut},
    {each.resource_type: each for each in (boxes, crates, jars)},
    {(each.resource_type, each.facet): each for each in (lid_of_box, lid_of_crate, lid_of_jar)},
)
RULES = [Rule(lid_is_shut, "Test::Box", "box"), Rule(lid_is_shut, "Test::Crate", "box")]
RULES += [Rule(lid_is_shut, "Test::Jar", "jar")]
EXPECTED = sorted(f"{kind}-{number:02d}" for kind, count in HELD.items() for number in range(count))
FAILING = {name for name in EXPECTED if not name.endswith("0")}


def planned(bucket: Bucket) -> None:
    plan = {
        "scan": {
            "scan_id": SCAN,
            "scan_kind": "scheduled",
            "started_at": AT.isoformat(),
            "record": True,
            "account_id": ACCOUNT,
            "role": {"name": "", "external_id": "", "partition": "aws"},
            "stack": "dev",
            "regions": [REGION],
            "packs": ["all"],
            "accounts": [ACCOUNT],
            "shards": len(SHARDS),
        },
        "configuration": Configuration().to_json(),
        "rules": rules_to_json(RULES),
        "severities": {lid_is_shut.id: "HIGH"},
    }
    bucket.put_json(keys.plan(SCAN), plan)
    batch = {"batch": "b0000", "attempt": "", "shards": [asdict(shard) for shard in SHARDS]}
    bucket.put_json(keys.batches(SCAN), [{"account_id": ACCOUNT, "batches": [batch]}])


def executed(clients: Execution, *, resume: bool) -> dict[str, Any]:
    """Do what the state machine does; return the summary."""
    bucket = Bucket("reports", clients, REGION)
    told: dict[str, Any] = {"attempt": "", "batches_key": keys.batches(SCAN)}
    if resume:
        arn = f"arn:aws:states:{REGION}:{ACCOUNT}:execution:muster:{clients.name}"
        event = {"input": {"resume": SCAN}, "execution": arn, "started_at": "2026-11-21T07:00:00Z"}
        told = tried(lambda: plan_scan(event, ENVIRONMENT, CATALOG, clients)).to_json()
    seconds = clients.seconds
    for item in bucket.get_json(told["batches_key"]):
        for batch in item["batches"]:
            event = {"scan_id": SCAN, "batch": batch}
            while tried(lambda event=event: work.scan_batch(event, ENVIRONMENT, CATALOG, clients)).left:
                pass
        while tried(lambda item=item: settled(clients, ENVIRONMENT, SCAN, item, told["attempt"], lambda: seconds)):
            pass
    asked = {"scan_id": SCAN, "attempt": told["attempt"]}
    return tried(lambda: summarize_scan(asked, ENVIRONMENT, clients)).to_json()


def tried(call: Any) -> Any:
    for _ in range(RETRIES):
        try:
            return call()
        except (Throttled, Transient):
            continue
    return call()


def side_by_side(*executions: Execution, first_resumes: bool = True) -> list[dict[str, Any]]:
    turns = executions[0].turns

    def run(number: int) -> dict[str, Any]:
        try:
            return executed(executions[number], resume=bool(number) or first_resumes)
        finally:
            turns.end(executions[number].name)

    with ThreadPoolExecutor(len(executions)) as pool:
        return list(pool.map(run, range(len(executions))))


def drawn(seed: int) -> tuple[random.Random, Turns]:
    draw = random.Random(seed)  # noqa: S311 - a draw is no secret
    return draw, Turns([(draw.choice("ab"), draw.randint(1, 25)) for _ in range(draw.randint(1, 12))])


@pytest.fixture
def base(clients: Clients) -> Iterator[Clients]:
    clients.get("s3", REGION).create_bucket(Bucket="reports", CreateBucketConfiguration={"LocationConstraint": REGION})
    make_table(clients, REGION)
    planned(Bucket("reports", clients, REGION))
    return clients


def is_whole(clients: Clients, folder: Path) -> None:
    """Whatever was published last has everything once, and the state remembers what fails."""
    bucket = Bucket("reports", clients, REGION)
    rows = []
    for key, _ in bucket.keys("findings/"):
        rows += [row["resource_id"] for row in _rows(bucket, key, folder)]
    assert sorted(rows) == EXPECTED
    summary = bucket.get_json(keys.summary(SCAN))
    assert summary["complete"] is True
    assert summary["resources"] == {
        "scanned": len(EXPECTED),
        "compliant": len(EXPECTED) - len(FAILING),
        "non_compliant": len(FAILING),
    }
    assert summary["findings"]["non_compliant"] == len(FAILING)
    assert bucket.get_json(keys.incomplete(SCAN)) == []
    commits = [bucket.get_json(key) for key, _ in bucket.keys(keys.commits(SCAN))]
    assert {commit["shard"]: commit["complete"] for commit in commits} == dict.fromkeys(
        (shard.id for shard in SHARDS), True
    )
    named = {part for commit in commits for part in commit["parts"]}
    assert named <= {key for key, _ in bucket.keys(keys.parts(SCAN))}
    assert {one.subject.resource_id for one in remembered(bucket, ACCOUNT).values()} == FAILING
    latest = [row["resource_id"] for key, _ in bucket.keys("latest/") for row in _rows(bucket, key, folder)]
    assert sorted(latest) == EXPECTED
    told = told_once(bucket, clients, REGION, SCAN)
    assert sorted(event.resource_id for event in told if event.event == "opened") == sorted(FAILING)
    reported = result(bucket, SCAN, ACCOUNT).changes.values()
    assert sum(event.count for changes in reported for event in changes.events.values()) == len(told)
    assert {event.resource_id for event in told if event.event != "opened"} <= {"Test::Crate"}, "what was not listed"


def _rows(bucket: Bucket, key: str, folder: Path) -> list[dict[str, Any]]:
    bucket.download(key, folder / "published")
    return list(parquet.read(folder / "published"))


@pytest.mark.parametrize("seed", range(12))
def test_two_that_resume_a_scan_that_never_began(base: Clients, tmp_path: Path, seed: int) -> None:
    draw, turns = drawn(seed)
    a, b = (Execution(name, turns, base, draw.choice([2, 3, 4])) for name in "ab")
    a.forgotten = {f"Test::Box-{a.page * draw.randint(1, 3)}"}
    summaries = side_by_side(a, b)
    is_whole(base, tmp_path)
    assert any(summary["complete"] for summary in summaries)


@pytest.mark.parametrize("seed", range(12))
def test_one_that_resumes_a_scan_that_still_runs(base: Clients, tmp_path: Path, seed: int) -> None:
    draw, turns = drawn(seed)
    a, b = (Execution(name, turns, base, draw.choice([2, 3, 4])) for name in "ab")
    b.forgotten = {f"Test::Box-{b.page * draw.randint(1, 3)}"}
    side_by_side(a, b, first_resumes=False)
    is_whole(base, tmp_path)


@pytest.mark.parametrize("seed", range(12))
def test_two_that_resume_a_scan_which_could_not_list_everything(base: Clients, tmp_path: Path, seed: int) -> None:
    draw, turns = drawn(seed)
    denied = Execution("first", Turns([]), base, refused={"Test::Crate"})
    assert executed(denied, resume=False)["complete"] is False
    a, b = (Execution(name, turns, base, draw.choice([2, 3, 4])) for name in "ab")
    a.forgotten = {f"Test::Box-{a.page * draw.randint(1, 3)}"}
    side_by_side(a, b)
    is_whole(base, tmp_path)


@pytest.mark.parametrize("seed", range(10))
def test_two_that_settle_a_large_account_file_by_file(
    base: Clients, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(publish, "PUBLISHED", 1)
    denied = Execution("first", Turns([]), base, refused={"Test::Crate"})
    assert executed(denied, resume=False)["complete"] is False
    draw = random.Random(seed)  # noqa: S311 - a draw is no secret
    turns = Turns([(draw.choice("ab"), draw.randint(1, 60)) for _ in range(12)])
    side_by_side(*(Execution(name, turns, base, draw.choice([2, 3]), seconds=0.0) for name in "ab"))
    is_whole(base, tmp_path)


@pytest.mark.parametrize("seed", range(6))
def test_a_function_that_is_tried_again_while_it_still_runs(base: Clients, tmp_path: Path, seed: int) -> None:
    """Step Functions lost sight of a function that lives: both are of one attempt, and write the same parts."""
    _, turns = drawn(seed)
    a, b = (Execution(name, turns, base) for name in "ab")

    def run(one: Execution) -> None:
        (item,) = Bucket("reports", base, REGION).get_json(keys.batches(SCAN))
        try:
            for batch in item["batches"]:
                while work.scan_batch({"scan_id": SCAN, "batch": batch}, ENVIRONMENT, CATALOG, one).left:
                    pass
            while settled(one, ENVIRONMENT, SCAN, item):
                pass
        finally:
            turns.end(one.name)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, (a, b)))
    summarize_scan({"scan_id": SCAN, "attempt": ""}, ENVIRONMENT, base)
    is_whole(base, tmp_path)


def test_what_was_found_stays_when_looking_again_fails(base: Clients) -> None:
    bucket = Bucket("reports", base, REGION)
    denied = Execution("first", Turns([]), base, refused={"Test::Crate"})
    once = executed(denied, resume=False)
    again = Execution("again", Turns([]), base)
    arn = f"arn:aws:states:{REGION}:{ACCOUNT}:execution:muster:again"
    event = {"input": {"resume": SCAN}, "execution": arn, "started_at": "2026-11-21T07:00:00Z"}
    told = plan_scan(event, ENVIRONMENT, CATALOG, again).to_json()
    bucket.put_json(keys.failure(SCAN, f"{told['attempt']}-0000"), {"Error": "Sandbox.Timedout", "Cause": "slow"})
    (item,) = bucket.get_json(told["batches_key"])
    settled(again, ENVIRONMENT, SCAN, item, told["attempt"])
    summary = summarize_scan({"scan_id": SCAN, "attempt": told["attempt"]}, ENVIRONMENT, base).to_json()
    assert (summary["resources"], summary["findings"]) == (once["resources"], once["findings"])
    (left,) = summary["incomplete"]
    assert left["reason"].startswith(once["incomplete"][0]["reason"])
    assert left["reason"].endswith("looking again failed: Sandbox.Timedout: slow")
