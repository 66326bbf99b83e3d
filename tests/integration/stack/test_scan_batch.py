"""A batch of shards on moto: committed once, told once more after a retry, and one failure stops nobody."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from muster.catalog.catalog import load
from muster.configuration import Configuration
from muster.configuration.selection import rules_to_json, select
from muster.errors import EventError, Transient
from muster.sdk.session import Clients
from muster.stack import scan_batch as work
from muster.stack.documents.request import Environment
from muster.storage import keys, parquet
from muster.storage.bucket import Bucket

REGION = "eu-west-1"
SCAN = "20261121T060000Z-0a1b2c3d"
AT = datetime(2026, 11, 21, 6, tzinfo=UTC)


@pytest.fixture
def queue(clients: Clients) -> str:
    return str(clients.get("sqs", REGION).create_queue(QueueName="results")["QueueUrl"])


@pytest.fixture
def environment(clients: Clients, queue: str) -> Environment:
    clients.get("s3", REGION).create_bucket(Bucket="reports", CreateBucketConfiguration={"LocationConstraint": REGION})
    bucket = Bucket("reports", clients, REGION)
    rules = select(load(), Configuration(), checks=("ec2-ebs-encryption-by-default",))
    plan = {
        "scan": {
            "scan_id": SCAN,
            "scan_kind": "manual",
            "started_at": AT.isoformat(),
            "record": False,
            "account_id": "123456789012",
            "role": {"name": "", "external_id": "", "partition": "aws"},
            "stack": "dev",
            "accounts": ["123456789012"],
            "regions": [REGION, "us-east-1", "us-east-2"],
            "packs": ["all"],
            "shards": 1,
        },
        "configuration": Configuration().to_json(),
        "rules": rules_to_json(rules),
        "severities": {},
    }
    bucket.put_json(keys.plan(SCAN), plan)
    return Environment(bucket="reports", region=REGION, queue_url=queue)


def batch(*regions: str) -> dict[str, Any]:
    shards = [
        {
            "account_id": "123456789012",
            "region": each,
            "service": "ec2",
            "endpoint_region": each,
            "scope": [each],
            "partition": "aws",
        }
        for each in regions
    ]
    return {"scan_id": SCAN, "batch": {"batch": "b0000", "shards": shards}}


def messages(clients: Clients, queue: str) -> list[dict[str, Any]]:
    found = clients.get("sqs", REGION).receive_message(QueueUrl=queue, MaxNumberOfMessages=10, VisibilityTimeout=0)
    return [json.loads(message["Body"]) for message in found.get("Messages", ())]


def test_a_batch_commits_each_shard_and_says_so(environment: Environment, clients: Clients, queue: str) -> None:
    assert work.scan_batch(batch(REGION, "us-east-1"), environment, load(), clients).to_json() == {
        "scan_id": SCAN,
        "shards": 2,
        "left": 0,
    }
    bucket = Bucket("reports", clients, REGION)
    commit = bucket.get_json(keys.commit(SCAN, f"123456789012.{REGION}.ec2"))
    assert [check["check_id"] for check in commit["checks"]] == ["ec2-ebs-encryption-by-default"]
    assert dict(bucket.keys(keys.parts(SCAN))).keys() == {
        keys.part(SCAN, f"123456789012.{region}.ec2", 0) for region in (REGION, "us-east-1")
    }
    assert {message["region"] for message in messages(clients, queue)} == {REGION, "us-east-1"}


def test_a_shard_leaves_the_state_alone_and_says_nothing_of_since_when_findings_fail(
    environment: Environment, clients: Clients, tmp_path: Path
) -> None:
    work.scan_batch(batch(REGION), environment, load(), clients)
    bucket = Bucket("reports", clients, REGION)
    assert list(bucket.keys("state/")) == []
    commit = bucket.get_json(keys.commit(SCAN, f"123456789012.{REGION}.ec2"))
    assert (commit["version"], "changes" in commit) == (2, False)
    bucket.download(commit["parts"][0], tmp_path / "part")
    assert [(row["status"], row["first_seen"]) for row in parquet.read(tmp_path / "part")] == [("NON_COMPLIANT", None)]


def test_a_committed_shard_is_not_scanned_again(
    environment: Environment, clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    work.scan_batch(batch(REGION), environment, load(), clients)
    monkeypatch.setattr(work, "_scan", lambda *_: pytest.fail("it was scanned again"))
    assert work.scan_batch(batch(REGION), environment, load(), clients).shards == 1


def test_when_the_time_is_up_one_shard_a_call_goes_on(environment: Environment, clients: Clients) -> None:
    three = batch(REGION, "us-east-1", "us-east-2")
    left = [work.scan_batch(three, environment, load(), clients, lambda: 1.0).left for _ in range(3)]
    assert left == [2, 1, 0]


@pytest.mark.parametrize("order", [("us-east-1", "us-east-2"), ("us-east-2", "us-east-1")])
def test_whatever_breaks_one_shard_the_others_are_scanned_and_what_a_retry_mends_is_raised(
    environment: Environment, clients: Clients, monkeypatch: pytest.MonkeyPatch, order: tuple[str, str]
) -> None:
    scan = work._scan
    broken = {"us-east-1": ValueError("a mistake of ours"), "us-east-2": Transient("a bad moment")}

    def breaking(shard: Any, *rest: Any) -> Any:
        if shard.region in broken:
            raise broken[shard.region]
        return scan(shard, *rest)

    monkeypatch.setattr(work, "_scan", breaking)
    with pytest.raises(Transient):
        work.scan_batch(batch(*order, REGION), environment, load(), clients)
    bucket = Bucket("reports", clients, REGION)
    assert [key for key, _ in bucket.keys(keys.commits(SCAN))] == [keys.commit(SCAN, f"123456789012.{REGION}.ec2")]


def test_a_queue_that_does_not_answer_is_worth_a_retry(environment: Environment, clients: Clients, queue: str) -> None:
    clients.get("sqs", REGION).delete_queue(QueueUrl=queue)
    with pytest.raises(Transient, match="did not take a result"):
        work.scan_batch(batch(REGION), environment, load(), clients)


@pytest.mark.parametrize(
    "event", [{}, {"scan_id": SCAN}, {"scan_id": SCAN, "batch": {}}, {"scan_id": "nobody", "batch": {"shards": []}}]
)
def test_an_event_that_the_state_machine_did_not_send_is_refused(
    environment: Environment, clients: Clients, event: dict[str, Any]
) -> None:
    with pytest.raises(EventError):
        work.scan_batch(event, environment, load(), clients)
