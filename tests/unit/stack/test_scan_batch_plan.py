"""What a function is given to do: the plan it reads, the shards that are of it, and the commits that stand."""

from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from muster.catalog.catalog import load
from muster.configuration import Configuration
from muster.configuration.selection import rules_to_json, select
from muster.errors import Damaged, EventError
from muster.model.shard import Shard
from muster.stack.documents.commit import Commit, ShardResources
from muster.stack.scan_batch import _Work
from muster.stack.shards.parts import Plan

SCAN = "20261121T060000Z-0a1b2c3d"
ACCOUNT, REGION = "123456789012", "eu-west-1"
SHARD = Shard(ACCOUNT, REGION, "ec2", REGION, (REGION,))
GLOBAL_SHARD = Shard(ACCOUNT, "global", "s3", REGION, (REGION, "global"))
DOCUMENT: dict[str, Any] = {
    "version": 2,
    "scan": {
        "scan_id": SCAN,
        "scan_kind": "manual",
        "started_at": datetime(2026, 11, 21, 6, tzinfo=UTC).isoformat(),
        "record": False,
        "account_id": ACCOUNT,
        "role": {"name": "", "external_id": "", "partition": "aws"},
        "accounts": [ACCOUNT],
        "regions": [REGION],
        "stack": "dev",
        "packs": ["all"],
        "shards": 1,
    },
    "configuration": Configuration().to_json(),
    "rules": rules_to_json(
        select(load(), Configuration(), checks=("ec2-volume-encrypted", "s3-bucket-versioning-enabled"))
    ),
    "severities": {},
}


def read(document: Any) -> Plan:
    bucket: Any = SimpleNamespace(name="reports", get_versioned=lambda _key: (document, "etag") if document else None)
    return Plan.read(bucket, SCAN, load())


def test_a_scan_without_a_plan_is_refused_with_the_key() -> None:
    with pytest.raises(
        EventError, match=f"there is no scan {SCAN}: s3://reports/scans/{SCAN}/plan.json does not exist"
    ):
        read(None)


def test_a_plan_of_another_version_is_refused_with_both() -> None:
    with pytest.raises(Damaged, match="version 99, and this version of Muster reads 2: start a new scan"):
        read({**DOCUMENT, "version": 99})


@pytest.mark.parametrize("key", ["scan", "configuration", "rules"])
def test_a_plan_without_a_key_is_refused_with_it(key: str) -> None:
    with pytest.raises(Damaged, match=rf"plan.json is damaged \(the plan of the scan\): {key} is missing"):
        read({name: value for name, value in DOCUMENT.items() if name != key})


@pytest.mark.parametrize("shard", [SHARD, GLOBAL_SHARD, replace(SHARD, resource_type="AWS::EC2::Volume")])
def test_a_shard_of_the_scan_is_taken(shard: Shard) -> None:
    read(DOCUMENT).refuse(shard)


@pytest.mark.parametrize(
    ("shard", "says"),
    [
        (replace(SHARD, account_id="111122223333"), "account_id is '111122223333'"),
        (replace(SHARD, region="us-east-1"), "region is 'us-east-1'"),
        (replace(SHARD, scope=(REGION, "us-east-1")), "scope is "),
        (replace(SHARD, service="iam"), "service is 'iam'"),
        (replace(SHARD, resource_type="AWS::EC2::Instance"), "resource_type is 'AWS::EC2::Instance'"),
    ],
)
def test_a_shard_that_the_scan_did_not_plan_is_refused(shard: Shard, says: str) -> None:
    with pytest.raises(EventError, match=f"the scan {SCAN} has no such shard in its batches: {says}"):
        read(DOCUMENT).refuse(shard)


COMMIT = Commit(
    attempt="", shard=SHARD.id, account_id=ACCOUNT, region=REGION, service="ec2", complete=True, reasons=(), checks=(),
    resources=ShardResources(0, 0), coverage=(), parts=(), scope=(),
)  # fmt: skip


@pytest.mark.parametrize(
    ("attempt", "complete", "written_in", "stands"),
    [
        pytest.param("", True, "", True, id="whole"),
        pytest.param("", False, "", True, id="not whole, of the first attempt"),
        pytest.param("0a1b2c3d", True, "", True, id="whole, of an attempt before"),
        pytest.param("0a1b2c3d", False, "", False, id="not whole, of an attempt before: looked at again"),
        pytest.param("0a1b2c3d", False, "0a1b2c3d", True, id="not whole, of this attempt: looked at already"),
        pytest.param("0a1b2c3d", False, "1a1b2c3d", False, id="not whole, of another attempt"),
    ],
)
def test_a_commit_stands_unless_who_resumes_a_scan_finds_it_not_whole(
    attempt: str, complete: bool, written_in: str, stands: bool
) -> None:
    nothing: Any = None
    work = _Work(nothing, attempt, *[nothing] * 9)
    assert work._stands(replace(COMMIT, complete=complete, attempt=written_in)) is stands
