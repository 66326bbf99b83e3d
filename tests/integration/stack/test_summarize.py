"""The end of a scan, on moto: what is published, what is deleted, and how small the summary stays."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from muster import keys
from muster.errors import EventError
from muster.reading import Shard
from muster.session import Clients
from muster.sinks import parquet
from muster.sinks.bucket import Bucket
from muster.sinks.tables import FINDINGS
from muster.stack.request import Environment
from muster.stack.summarize import REPORTED, summarize_scan

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
        "stack": "dev",
        "regions": [REGION],
        "packs": ["all"],
        "accounts": ["111122223333"],
        "shards": len(shards),
    }
    bucket.put_json(keys.plan(SCAN), {"scan": scan, "severities": {"c": "HIGH"}})
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
    summary = summarize_scan({"scan_id": SCAN}, ENVIRONMENT, clients)
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
    summary = summarize_scan({"scan_id": SCAN}, ENVIRONMENT, clients)
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
    summary = summarize_scan({"scan_id": SCAN}, ENVIRONMENT, clients)
    assert summary["incomplete"] == [{"shard": SHARDS[0], "reason": "ValueError: out of luck"}]


def test_the_summary_is_small_whatever_fails(bucket: Bucket, clients: Clients) -> None:
    planned(bucket, *(f"{number:012d}.{REGION}.ec2" for number in range(3_000)))
    summary = summarize_scan({"scan_id": SCAN}, ENVIRONMENT, clients)
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


@pytest.mark.parametrize("event", [{}, {"scan_id": "nobody"}])
def test_a_scan_that_does_not_exist_is_an_error_that_says_so(
    bucket: Bucket, clients: Clients, event: dict[str, str]
) -> None:
    with pytest.raises(EventError, match="there is no scan"):
        summarize_scan(event, ENVIRONMENT, clients)
    assert bucket.get_json(keys.summary(SCAN)) is None
