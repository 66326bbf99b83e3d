"""The benchmark of an organization: what it leaves is what scans leave, and its tables say what was counted."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from benchmarks import scale
from benchmarks.running import environment
from benchmarks.scale_account import REGIONS, Account, a_quarter, all_rules, every_one, giant, ordinary
from muster.catalog.catalog import load
from muster.estimate.workload import findings_of
from muster.reports.tables import ScanHeader
from muster.sdk.session import Clients, open_session
from muster.stack.cost import Work
from muster.stack.documents.commit import Commit
from muster.stack.documents.objects import content
from muster.storage import keys
from muster.storage.bucket import Bucket
from muster.targets.sharding import shards
from testing.fake_s3.process import FakeS3

ACCOUNT, REGION = "123456789012", "eu-west-1"
HEADER = ScanHeader("20261129T060000Z-0a1b2c3d", "manual", datetime(2026, 11, 29, 6, tzinfo=UTC))
RULES = all_rules()


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeS3]:
    for name, value in environment().items():
        monkeypatch.setenv(name, value)
    with FakeS3() as server:
        yield server


def of_account() -> list[Any]:
    return list(shards(ACCOUNT, "aws", REGIONS, RULES, global_services=load().global_services))


def test_an_ordinary_account_has_the_shards_of_17_regions_and_every_service() -> None:
    services = {rule.service for rule in RULES}
    assert len(services) > 30
    assert len(of_account()) == pytest.approx(17 * len(services), rel=0.2)


def test_the_giant_has_as_many_failing_findings_as_it_should() -> None:
    held = giant(2_000, RULES)
    volumes = sum(count for (kind, _), count in held.items() if kind == "AWS::EC2::Volume")
    each = sum(rule.resource_type == "AWS::EC2::Volume" for rule in RULES)
    assert 2_000 <= volumes * each < 2_000 + 8 * each + 60 * each


def test_a_shard_leaves_a_commit_and_parts_whose_findings_are_those_of_the_estimate(s3: FakeS3) -> None:
    clients = Clients(open_session(), endpoint_url=s3.url)
    clients.get("s3", REGION).create_bucket(Bucket="reports", CreateBucketConfiguration={"LocationConstraint": REGION})
    bucket = Bucket("reports", clients, REGION)
    account = Account(ACCOUNT, ordinary(), RULES, a_quarter)
    shard = next(shard for shard in of_account() if (shard.region, shard.service) == (REGION, "sqs"))
    failing, _ = account.leave(bucket, shard, HEADER)
    commit = content(bucket, keys.commit(HEADER.scan_id, shard.id), Commit)
    assert commit is not None
    assert sum(check.non_compliant for check in commit.checks) == failing > 0
    assert set(commit.parts) == {key for key, _ in bucket.keys(keys.parts(HEADER.scan_id))}
    whole = Account(ACCOUNT, ordinary(), RULES, every_one)
    assert whole.leave(bucket, shard, HEADER)[0] <= sum(findings_of(account.demand).values())


def call(name: str, wall: float = 1, peak_mb: float = 100, **requests: int) -> scale.Call:
    return scale.Call(name, 1, wall, 1, peak_mb, requests, {})


def test_a_target_that_is_missed_is_said_to_be() -> None:
    calls = [call("Summarize, 10 accounts", wall=61), call("Settle 5 failing findings, scan 1", 301, 1_100)]
    targets = scale._targets(calls, 10, [["", "", "", ""], ["GET", "100", "106", "6.0 %"]])
    assert [target.met for target in targets] == [False] * 5
    calls = [call("Summarize, 10 accounts", wall=59), call("Settle 5 failing findings, scan 1", 299, 399)]
    targets = scale._targets(calls, 10, [["", "", "", ""], ["GET", "100", "104", "-4.0 %"]])
    assert [target.met for target in targets] == [True] * 5


def test_requests_of_one_account_count_for_all_of_them() -> None:
    measured = scale.Measured(
        calls=(),
        plan=call("plan", GetObject=2, PutObject=2),
        scan=Counter(PutObject=30),
        saved=1,
        settle=call("settle", GetObject=20, PutObject=5, ListObjectsV2=4),
        rest=(call("summarize", GetObject=8),),
        accounts=3,
        result="",
        of=("", ""),
    )
    work = Work(shards=6, batches=3, invocations=9, seconds=0, wall=0, transitions=0, reads=70 + 3 + 12 + 1,
                writes=3 + 119, bytes=0)  # fmt: skip
    rows = scale._flow(measured, work)
    assert rows[1:] == [["GET", "70", "70", "0.0 %"], ["PUT and LIST", "119", "119", "0.0 %"]]
