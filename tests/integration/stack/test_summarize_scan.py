"""The end of a scan, on moto: what is published, what is deleted, and how small the summary stays."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from muster.errors import EventError, Throttled, Transient
from muster.model.shard import Shard
from muster.reports.tables import FINDINGS
from muster.sdk.session import Clients
from muster.stack import publish
from muster.stack.bounds import CHANGES
from muster.stack.documents.request import Environment
from muster.stack.summarize_scan import REPORTED, summarize_scan
from muster.storage import keys, parquet
from muster.storage.bucket import Bucket

REGION = "eu-west-1"
SCAN = "20261121T060000Z-0a1b2c3d"
AT = datetime(2026, 11, 21, 6, tzinfo=UTC)
ENVIRONMENT = Environment(bucket="reports", region=REGION, stack="dev")


@pytest.fixture
def bucket(clients: Clients) -> Bucket:
    clients.get("s3", REGION).create_bucket(Bucket="reports", CreateBucketConfiguration={"LocationConstraint": REGION})
    return Bucket("reports", clients, REGION)


def planned(bucket: Bucket, *shards: str) -> None:
    scan = {
        "scan_id": SCAN,
        "scan_kind": "manual",
        "started_at": AT.isoformat(),
        "record": False,
        "account_id": "111122223333",
        "role": {"name": "", "external_id": "", "partition": "aws"},
        "stack": "dev",
        "regions": [REGION],
        "packs": ["all"],
        "accounts": ["111122223333"],
        "shards": len(shards),
    }
    bucket.put_json(keys.plan(SCAN), {"scan": scan, "configuration": {}, "rules": [], "severities": {"c": "HIGH"}})
    work = [Shard(*shard.split("."), REGION, (REGION,)) for shard in shards]
    batches = [
        {"batch": f"b{number:04d}", "attempt": "", "shards": [asdict(shard)]} for number, shard in enumerate(work)
    ]
    bucket.put_json(keys.batches(SCAN), [{"account_id": "111122223333", "batches": batches}])


def part(bucket: Bucket, folder: Path, shard: str, *rows: dict[str, Any]) -> str:
    plain = dict.fromkeys(FINDINGS) | {
        "severity": "HIGH",
        "status": "NON_COMPLIANT",
        "check_id": "c",
        "observed_at": AT,
    }
    parquet.write(folder / "part", FINDINGS, [plain | row for row in rows])
    key = keys.part(SCAN, shard, 0)
    bucket.upload(folder / "part", key)
    return key


def commit(bucket: Bucket, shard: str, parts: list[str], **changed: Any) -> None:
    counts = dict.fromkeys(("compliant", "not_applicable", "insufficient_data", "suppressed"), 0)
    check = {"check_id": "c", "severity": "HIGH", "region": REGION, "complete": True, "non_compliant": 1, **counts}
    account_id, region, service = shard.split(".")
    bucket.put_json(
        keys.commit(SCAN, shard),
        {
            "shard": shard,
            "attempt": "",
            "blocked": False,
            "account_id": account_id,
            "region": region,
            "service": service,
            "complete": True,
            "reasons": [],
            "resources": {"scanned": 2, "non_compliant": 1},
            "checks": [check],
            "coverage": [
                {
                    "account_id": account_id,
                    "region": region,
                    "service": service,
                    "seconds": 0.25,
                    "reason": "",
                    "api": "s3:ListBuckets",
                    "calls": 1,
                    "items": 2,
                    "retries": 0,
                    "denials": 0,
                    "errors": 0,
                    "out_of_scope": 0,
                }
            ],
            "parts": parts,
            "changes": {"baseline": False, "events": {}},
            **changed,
        },
    )


SHARDS = (f"111122223333.{REGION}.ec2", "111122223333.global.s3")


def published(bucket: Bucket, folder: Path) -> list[dict[str, Any]]:
    rows = []
    for key, _ in bucket.keys("findings/"):
        bucket.download(key, folder / "published")
        rows += list(parquet.read(folder / "published"))
    return rows


def test_only_what_a_commit_names_is_published(bucket: Bucket, clients: Clients, tmp_path: Path) -> None:
    planned(bucket, *SHARDS)
    commit(bucket, SHARDS[0], [part(bucket, tmp_path, SHARDS[0], {"finding_id": "a"}, {"finding_id": "b"})])
    orphan = part(bucket, tmp_path, SHARDS[1], {"finding_id": "dead"})
    summary = summarize_scan({"scan_id": SCAN}, ENVIRONMENT, clients).to_json()
    assert [row["finding_id"] for row in published(bucket, tmp_path)] == ["a", "b"]
    assert orphan not in dict(bucket.keys(keys.parts(SCAN)))
    assert summary["complete"] is False
    assert summary["incomplete"] == [{"shard": SHARDS[1], "reason": "it never ended, and left no word of why"}]
    assert dict(bucket.keys("findings/")).keys() == {f"findings/scan_date=2026-11-21/{SCAN}-0000.parquet"}


def test_parts_of_all_shards_are_merged_and_the_worst_come_first(
    bucket: Bucket, clients: Clients, tmp_path: Path
) -> None:
    planned(bucket, *SHARDS)
    for shard, severity in zip(SHARDS, ("LOW", "CRITICAL"), strict=True):
        commit(bucket, shard, [part(bucket, tmp_path, shard, {"finding_id": shard, "severity": severity})])
    summary = summarize_scan({"scan_id": SCAN}, ENVIRONMENT, clients).to_json()
    report = bucket.get_json(keys.report(SCAN))
    assert [row["severity"] for row in report["findings"]] == ["CRITICAL", "LOW"]
    assert report["truncated"] is False
    assert summary["resources"] == {"scanned": 4, "compliant": 2, "non_compliant": 2}
    assert summary["calls"] == 2


def test_running_it_again_writes_the_same_objects_again(bucket: Bucket, clients: Clients, tmp_path: Path) -> None:
    planned(bucket, SHARDS[0])
    commit(bucket, SHARDS[0], [part(bucket, tmp_path, SHARDS[0], {"finding_id": "a"})])

    def everything() -> dict[str, Any]:
        return {key: bucket.get_bytes(key) for key, _ in bucket.keys("")}

    summarize_scan({"scan_id": SCAN}, ENVIRONMENT, clients)
    first = everything()
    summarize_scan({"scan_id": SCAN}, ENVIRONMENT, clients)
    assert everything() == first


def test_the_state_machines_note_says_why_a_batch_failed(bucket: Bucket, clients: Clients) -> None:
    planned(bucket, SHARDS[0])
    cause = json.dumps({"errorMessage": "out of luck", "errorType": "ValueError"})
    bucket.put_json(f"{keys.failures(SCAN)}b0000.json", json.dumps({"Error": "ValueError", "Cause": cause}))
    summary = summarize_scan({"scan_id": SCAN}, ENVIRONMENT, clients).to_json()
    assert summary["incomplete"] == [{"shard": SHARDS[0], "reason": "ValueError: out of luck"}]


def test_the_summary_is_small_whatever_fails(bucket: Bucket, clients: Clients) -> None:
    planned(bucket, *(f"{number:012d}.{REGION}.ec2" for number in range(3_000)))
    summary = summarize_scan({"scan_id": SCAN}, ENVIRONMENT, clients).to_json()
    assert summary["shards"] == {"planned": 3_000, "committed": 0, "incomplete": 3_000}
    assert len(json.dumps(summary)) < 32 * 1024


def test_the_report_holds_a_bounded_number_of_failures_and_says_where_the_rest_is(
    bucket: Bucket, clients: Clients, tmp_path: Path
) -> None:
    planned(bucket, SHARDS[0])
    rows = [{"finding_id": f"{number:06d}"} for number in range(REPORTED + 1)]
    check = {"check_id": "c", "severity": "HIGH", "region": REGION, "complete": True, "non_compliant": REPORTED + 1}
    counts = dict.fromkeys(("compliant", "not_applicable", "insufficient_data", "suppressed"), 0)
    commit(bucket, SHARDS[0], [part(bucket, tmp_path, SHARDS[0], *rows)], checks=[check | counts])
    summarize_scan({"scan_id": SCAN}, ENVIRONMENT, clients)
    report = bucket.get_json(keys.report(SCAN))
    assert (len(report["findings"]), report["truncated"]) == (REPORTED, True)
    assert report["all_findings"] == f"s3://reports/findings/scan_date=2026-11-21/{SCAN}-*.parquet"


def test_the_report_names_the_worst_of_what_the_attempt_found(bucket: Bucket, clients: Clients) -> None:
    planned(bucket, *SHARDS)

    def change(severity: str, number: int) -> dict[str, str]:
        names = ("finding_id", "title", "resource_type", "resource_arn", "account_id", "region", "reason", "first_seen")
        return {**dict.fromkeys(names, ""), "severity": severity, "check_id": "c", "resource_id": f"{number:03d}"}

    low = {"opened": {"count": 99, "worst": [change("LOW", number) for number in range(CHANGES)]}}
    high = {"opened": {"count": 1, "worst": [change("HIGH", 7)]}}
    commit(bucket, SHARDS[0], [], attempt="0a1b2c3d", changes={"baseline": False, "events": low})
    commit(bucket, SHARDS[1], [], attempt="0a1b2c3d", changes={"baseline": False, "events": high})
    told = {}
    for attempt in ("0a1b2c3d", ""):
        bucket.put_json(keys.batches(SCAN, attempt), [])
        summarize_scan({"scan_id": SCAN, "attempt": attempt}, ENVIRONMENT, clients)
        told[attempt] = bucket.get_json(keys.report(SCAN))
    assert told[""]["changes"] == {}
    assert told["0a1b2c3d"]["summary"]["changes"] == {"baseline": False, "opened": 100}
    assert told["0a1b2c3d"]["changes"] == {
        "opened": [change("HIGH", 7), *(change("LOW", number) for number in range(CHANGES - 1))]
    }


def test_a_file_that_an_earlier_attempt_published_and_this_one_has_not_is_emptied(
    bucket: Bucket, clients: Clients, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned(bucket, *SHARDS)
    for shard in SHARDS:
        commit(bucket, shard, [part(bucket, tmp_path, shard, {"finding_id": shard})])
    monkeypatch.setattr(publish, "PUBLISHED", 1)
    summarize_scan({"scan_id": SCAN}, ENVIRONMENT, clients)
    assert len(list(bucket.keys("findings/"))) == len(published(bucket, tmp_path)) == 2
    commit(bucket, SHARDS[1], [])
    summarize_scan({"scan_id": SCAN}, ENVIRONMENT, clients)
    assert [row["finding_id"] for row in published(bucket, tmp_path)] == [SHARDS[0]]


def test_a_part_that_is_gone_is_no_smaller_scan(bucket: Bucket, clients: Clients, tmp_path: Path) -> None:
    planned(bucket, SHARDS[0])
    key = part(bucket, tmp_path, SHARDS[0], {"finding_id": "a"})
    commit(bucket, SHARDS[0], [key])
    bucket.delete(key)
    with pytest.raises(Transient, match="1 parts of the scan are gone, among them s3://reports/"):
        summarize_scan({"scan_id": SCAN}, ENVIRONMENT, clients)
    assert bucket.get_json(keys.summary(SCAN)) is None


def test_what_the_bucket_refuses_for_a_moment_is_worth_a_retry(
    bucket: Bucket, clients: Clients, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned(bucket, SHARDS[0])
    commit(bucket, SHARDS[0], [part(bucket, tmp_path, SHARDS[0], {"finding_id": "a"})])

    def busy(*_: object) -> None:
        raise Throttled("cannot read: SlowDown")

    monkeypatch.setattr(Bucket, "download", busy)
    with pytest.raises(Throttled):
        summarize_scan({"scan_id": SCAN}, ENVIRONMENT, clients)


def test_what_another_execution_writes_at_the_same_time_is_left_alone(
    bucket: Bucket, clients: Clients, tmp_path: Path
) -> None:
    planned(bucket, *SHARDS)
    dead = part(bucket, tmp_path, SHARDS[0], {"finding_id": "dead"})
    commit(bucket, SHARDS[0], [])
    unfinished = part(bucket, tmp_path, SHARDS[1], {"finding_id": "half"})
    bucket.put_json(keys.batches(SCAN, "0a1b2c3d"), [])
    summarize_scan({"scan_id": SCAN}, ENVIRONMENT, clients)
    left = dict(bucket.keys(keys.parts(SCAN)))
    assert unfinished in left
    assert dead not in left
    assert published(bucket, tmp_path) == []


@pytest.mark.parametrize("event", [{}, {"scan_id": "nobody"}])
def test_a_scan_that_does_not_exist_is_an_error_that_says_so(
    bucket: Bucket, clients: Clients, event: dict[str, str]
) -> None:
    with pytest.raises(EventError, match="there is no scan"):
        summarize_scan(event, ENVIRONMENT, clients)
    assert bucket.get_json(keys.summary(SCAN)) is None
