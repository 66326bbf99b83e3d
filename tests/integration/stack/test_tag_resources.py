"""The function that tags after a scan: whose findings count, how it goes on when time is short, whom it leaves out."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from muster.errors import Damaged, EventError
from muster.reports.tables import FINDINGS
from muster.sdk.session import Clients
from muster.stack.documents import objects
from muster.stack.documents.notes import TagOutcome, TagRecord
from muster.stack.documents.plan import PlanDocument, ScanDetails
from muster.stack.documents.request import Environment
from muster.stack.tag_resources import tag_resources
from muster.storage import keys, parquet
from muster.storage.bucket import Bucket
from muster.tagging import tagger
from muster.targets.clients import Role
from tests.unit.stack.summaries import SCAN

REGION, KEY, DAY = "eu-west-1", "compliance-status", "2026-11-21"
OWN, MEMBER = "123456789012", "444455556666"
ENVIRONMENT = Environment(bucket="reports", region=REGION, stack="dev")
CONFIGURATION = {"compliance_tags": {"types": ["AWS::SQS::Queue"]}, "exclude": {"tags": {"scratch": "*"}}}


@pytest.fixture
def bucket(clients: Clients) -> Bucket:
    clients.get("s3", REGION).create_bucket(Bucket="reports", CreateBucketConfiguration={"LocationConstraint": REGION})
    return Bucket("reports", clients, REGION)


def planned(bucket: Bucket, *accounts: str, **changed: Any) -> None:
    details = ScanDetails(
        **{
            "scan_id": SCAN,
            "scan_kind": "scheduled",
            "started_at": datetime(2026, 11, 21, 6, tzinfo=UTC),
            "record": True,
            "stack": "dev",
            "account_id": OWN,
            "role": Role("scanner"),
            "accounts": accounts or (OWN,),
            "regions": (REGION,),
            "packs": ("all",),
            "shards": 1,
            **changed,
        }
    )
    severities = {"queue-check": "HIGH", "other-check": "LOW"}
    bucket.put_json(keys.plan(SCAN), PlanDocument(details, CONFIGURATION, [], severities).to_json())


def queue(clients: Clients, name: str, tags: Mapping[str, str] = {}) -> str:
    return str(clients.get("sqs", REGION).create_queue(QueueName=name, tags=dict(tags))["QueueUrl"])


def tags(clients: Clients, url: str) -> dict[str, str]:
    found: dict[str, str] = clients.get("sqs", REGION).list_queue_tags(QueueUrl=url).get("Tags", {})
    return found


def row(url: str, status: str = "NON_COMPLIANT", account_id: str = OWN, **changed: Any) -> dict[str, Any]:
    """Return a finding about a queue as a row of the table."""
    name = url.rpartition("/")[2]
    return {
        **dict.fromkeys(FINDINGS),
        "finding_id": name,
        "check_id": "queue-check",
        "status": status,
        "severity": "HIGH",
        "resource_type": "AWS::SQS::Queue",
        "resource_arn": f"arn:aws:sqs:{REGION}:{account_id}:{name}",
        "resource_id": url,
        "account_id": account_id,
        "region": REGION,
        "service": "sqs",
        "scan_id": SCAN,
        **changed,
    }


def published(bucket: Bucket, folder: Path, rows: Iterable[Mapping[str, Any]], account_id: str = OWN) -> None:
    parquet.write(folder / "findings", FINDINGS, rows)
    bucket.upload(folder / "findings", keys.table("findings", DAY, f"{SCAN}-{account_id}", 0))


def tagged(clients: Clients, environment: Environment = ENVIRONMENT, **options: Any) -> TagOutcome:
    return tag_resources({"scan_id": SCAN, "attempt": ""}, environment, clients, **options)


def record(bucket: Bucket) -> TagRecord:
    found = objects.content(bucket, keys.tags(SCAN), TagRecord)
    assert found is not None
    return found


def test_queues_get_the_tag_by_the_findings_of_the_scan(bucket: Bucket, clients: Clients, tmp_path: Path) -> None:
    fails, passes, accepted, unread, scratch = (
        queue(clients, name, found)
        for name, found in {
            "fails": {"Owner": "a"},
            "passes": {KEY: "failed"},
            "accepted": {KEY: "failed", "Owner": "b"},
            "unread": {KEY: "failed"},
            "scratch": {"scratch": "yes"},
        }.items()
    )
    planned(bucket)
    rows = [
        row(fails, "COMPLIANT"),
        row(fails, check_id="other-check"),
        row(passes, "COMPLIANT"),
        row(passes, "NOT_APPLICABLE", check_id="other-check"),
        row(accepted, suppression='{"reason": "r"}'),
        row(unread, "INSUFFICIENT_DATA"),
        row(scratch),
    ]
    published(bucket, tmp_path, rows)
    done = tagged(clients)
    assert [tags(clients, each) for each in (fails, passes, accepted, unread, scratch)] == [
        {"Owner": "a", KEY: "failed"},
        {},
        {"Owner": "b"},
        {KEY: "failed"},
        {"scratch": "yes"},
    ]
    assert done == TagOutcome(SCAN, left=0, resources=5, written=3, failed=0, accounts_not_tagged=0)
    assert record(bucket).counts == {"removed": 2, "set": 1, "kept": 1, "excluded": 1}
    assert [(each.action, each.resource.rpartition(":")[2]) for each in record(bucket).written] == [
        ("removed", "accepted"),
        ("set", "fails"),
        ("removed", "passes"),
    ]


def test_it_goes_on_where_the_time_was_up_and_looks_at_no_resource_twice(
    bucket: Bucket, clients: Clients, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("muster.stack.tag_resources._CHUNK", 2)
    urls = [queue(clients, f"q{number}") for number in range(5)]
    planned(bucket)
    published(bucket, tmp_path, [row(url) for url in urls])
    looked: list[str] = []
    whole = tagger.Tagger.outcome
    monkeypatch.setattr(
        "muster.tagging.tagger.Tagger.outcome",
        lambda self, marked: (looked.append(marked.resource.id), whole(self, marked))[1],
    )
    answers = []
    while not answers or answers[-1].left:
        answers.append(tagged(clients, left=lambda: 0.0))
    assert [(each.left, each.resources, each.written) for each in answers] == [
        (1, 2, 2),
        (1, 4, 4),
        (1, 5, 5),
        (0, 5, 5),
    ]
    assert sorted(looked) == sorted(urls)
    assert all(tags(clients, url) == {KEY: "failed"} for url in urls)


def test_a_retry_of_a_call_whose_answer_was_lost_answers_the_same(
    bucket: Bucket, clients: Clients, tmp_path: Path
) -> None:
    planned(bucket)
    published(bucket, tmp_path, [row(queue(clients, "q"))])
    noted: list[str] = []
    first = tagged(clients, note=lambda outcome: noted.append(outcome.action))
    assert tagged(clients, note=lambda outcome: noted.append(outcome.action)) == first
    assert noted == ["set"]


def test_another_attempt_looks_again(bucket: Bucket, clients: Clients, tmp_path: Path) -> None:
    url = queue(clients, "q")
    planned(bucket)
    published(bucket, tmp_path, [row(url)])
    tagged(clients)
    clients.get("sqs", REGION).untag_queue(QueueUrl=url, TagKeys=[KEY])
    tag_resources({"scan_id": SCAN, "attempt": "0a1b2c3d"}, ENVIRONMENT, clients)
    assert tags(clients, url) == {KEY: "failed"}


def test_a_damaged_record_is_written_again(bucket: Bucket, clients: Clients, tmp_path: Path) -> None:
    planned(bucket)
    published(bucket, tmp_path, [row(queue(clients, "q"))])
    bucket.put_bytes(keys.tags(SCAN), b"{")
    assert tagged(clients).written == 1
    assert record(bucket).finished


def test_a_scan_of_some_checks_takes_no_tag_off(bucket: Bucket, clients: Clients, tmp_path: Path) -> None:
    passes, fails = queue(clients, "passes", {KEY: "failed"}), queue(clients, "fails")
    planned(bucket, every_check=False)
    published(bucket, tmp_path, [row(passes, "COMPLIANT"), row(fails)])
    tagged(clients)
    assert [tags(clients, each) for each in (passes, fails)] == [{KEY: "failed"}, {KEY: "failed"}]
    assert record(bucket).counts == {"set": 1, "kept": 1}


def test_members_are_not_tagged_without_a_role_and_that_is_said(
    bucket: Bucket, clients: Clients, tmp_path: Path
) -> None:
    planned(bucket, OWN, MEMBER)
    published(bucket, tmp_path, [row(queue(clients, "q"))])
    published(bucket, tmp_path, [row("https://sqs/theirs", account_id=MEMBER)], MEMBER)
    assert tagged(clients) == TagOutcome(SCAN, left=0, resources=1, written=1, failed=0, accounts_not_tagged=1)
    assert list(record(bucket).not_tagged) == [MEMBER]
    assert "MemberTaggingRoleName" in record(bucket).not_tagged[MEMBER]


def test_members_are_tagged_through_their_role(bucket: Bucket, clients: Clients, tmp_path: Path) -> None:
    iam_role = f"arn:aws:iam::{MEMBER}:role/MusterTaggingRole"
    session = clients.get("sts", REGION).assume_role(RoleArn=iam_role, RoleSessionName="test")["Credentials"]
    theirs = clients.session.client(
        "sqs", region_name=REGION, aws_access_key_id=session["AccessKeyId"],
        aws_secret_access_key=session["SecretAccessKey"], aws_session_token=session["SessionToken"],
    )  # fmt: skip
    url = theirs.create_queue(QueueName="theirs")["QueueUrl"]
    planned(bucket, OWN, MEMBER)
    published(bucket, tmp_path, [row(url, account_id=MEMBER)], MEMBER)
    done = tagged(clients, Environment(bucket="reports", region=REGION, tagging_role="MusterTaggingRole"))
    assert (done.written, done.accounts_not_tagged) == (1, 0)
    assert theirs.list_queue_tags(QueueUrl=url)["Tags"] == {KEY: "failed"}


def test_a_queue_that_is_gone_stops_no_other(bucket: Bucket, clients: Clients, tmp_path: Path) -> None:
    url = queue(clients, "there")
    planned(bucket)
    published(bucket, tmp_path, [row(url.replace("there", "gone")), row(url)])
    assert tagged(clients).failed == 0
    assert record(bucket).counts == {"gone": 1, "set": 1}


@pytest.mark.parametrize("event", [{}, {"scan_id": "../x"}, "x", {"scan_id": "20261121T060000Z-00000000"}])
def test_another_event_is_refused(event: object, bucket: Bucket, clients: Clients) -> None:  # noqa: ARG001 - it exists
    with pytest.raises(EventError):
        tag_resources(event, ENVIRONMENT, clients)


def test_findings_that_are_damaged_are_named(bucket: Bucket, clients: Clients) -> None:
    planned(bucket)
    key = keys.table("findings", DAY, f"{SCAN}-{OWN}", 0)
    bucket.put_bytes(key, b"no parquet")
    with pytest.raises(Damaged, match=f"s3://reports/{key} is damaged"):
        tagged(clients)
