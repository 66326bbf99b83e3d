"""Documents: what is written is read again as it was, and a wrong value is named by its path."""

import copy
import json
import math
from collections import Counter
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from muster.errors import Damaged
from muster.model.coverage import Coverage
from muster.model.finding import Unavailable
from muster.model.shard import Shard
from muster.reports.tables import ScanHeader
from muster.reports.tally import Tally
from muster.scanning.shard_scan import Cursor
from muster.stack.documents import objects
from muster.stack.documents.account import AccountNews, AccountResult, CheckCounts, Reported, SettlingProgress
from muster.stack.documents.commit import CheckResult, Commit, EventChanges, NotedChange, ShardChanges, ShardResources
from muster.stack.documents.fields import Malformed
from muster.stack.documents.notes import Failure, FirstScan, Incomplete, LastAlert, Size, Sizes
from muster.stack.documents.objects import Document
from muster.stack.documents.plan import PlanDocument, ScanDetails
from muster.stack.documents.progress import ProgressDocument, TypeProgress
from muster.stack.documents.summary import ApiTotals, IncompleteShard, ShardCounts
from muster.stack.documents.work import AccountItem, ShardBatch, WorkList
from muster.targets.clients import Role
from tests.unit.stack.summaries import SCAN, SUMMARY

AT = datetime(2026, 11, 21, 6, tzinfo=UTC)
ACCOUNT, REGION = "123456789012", "eu-west-1"
SHARD = Shard(ACCOUNT, REGION, "ec2", REGION, (REGION,))
LEDGER = (Coverage(ACCOUNT, REGION, "ec2", "ec2:DescribeVolumes", calls=2, items=3, seconds=0.25),)
CHANGE = NotedChange("f", "c", "Be good", "HIGH", "AWS::EC2::Volume", "v", "arn", ACCOUNT, REGION, "open", "2026-11-21")
COMMIT = Commit(
    scan_id=SCAN,
    attempt="0a1b2c3d",
    shard=SHARD.id,
    account_id=ACCOUNT,
    region=REGION,
    service="ec2",
    complete=False,
    unlisted=("AWS::EC2::Volume",),
    reasons=("denied",),
    resources=ShardResources(3, 1),
    checks=(CheckResult("c", "HIGH", REGION, False, 1, 2, 3, 4, 5),),
    coverage=LEDGER,
    parts=("work/part",),
    scope=(REGION,),
    resource_type="AWS::EC2::Volume",
)
PLAN = PlanDocument(
    ScanDetails(
        scan_id=SCAN,
        scan_kind="manual",
        started_at=AT,
        record=True,
        stack="dev",
        account_id=ACCOUNT,
        role=Role("scanner"),
        accounts=(ACCOUNT,),
        regions=(REGION,),
        packs=("all",),
        shards=1,
    ),
    configuration={"tags": {"required": ["Owner"]}},
    rules=[{"check": "c"}],
    severities={"c": "HIGH"},
)
TALLY = Tally({("c", REGION): Counter({"compliant": 2, "suppressed": 1})}, 3, 0)
RESULT = AccountResult(
    scan_id=SCAN,
    attempt="",
    account_id=ACCOUNT,
    shards=ShardCounts(2, 1, 1),
    incomplete=(IncompleteShard(SHARD.id, "denied"),),
    blocked=0,
    resources=ShardResources(3, 1),
    checks={SHARD.id: (CheckCounts("c", REGION, True, 1, 2, 3, 4, 5),)},
    apis=(ApiTotals("ec2:DescribeVolumes", 2, 3, 0, 0, 0, 0, 250),),
    coverage=LEDGER,
    coverage_rows=1,
    findings=({"check_id": "c", "resource": {"id": "v"}},),
    sizes={SHARD.id: Size(3, {"ec2:DescribeVolumes": 3})},
    damaged=("cut",),
    changes={"": ShardChanges(baseline=False, events={"opened": EventChanges(1, (CHANGE,))}, lost="damaged")},
    reported={SHARD.id: Reported("0a1b2c3d", "")},
)
DOCUMENTS: dict[str, Document] = {
    "plan": PLAN,
    "work list": WorkList((AccountItem(ACCOUNT, (ShardBatch("b0000", (SHARD,)),)),)),
    "progress": ProgressDocument(
        Cursor("AWS::EC2::Volume", "token"), 2, {"AWS::EC2::Instance": TypeProgress(("work/part",), TALLY)}, LEDGER,
        {"AWS::EC2::Image": Unavailable(None, "denied")},
    ),
    "commit": COMMIT,
    "account": RESULT,
    "account's news": AccountNews(ACCOUNT, RESULT.changes),
    "account's progress": SettlingProgress(
        inputs="0a1b", files={"findings/a": "5e6f"}, saved="work/saved", saved_sum="7a8b",
        findings=RESULT.findings, seconds=1.5,
    ),
    "summary": SUMMARY,
    "sizes": Sizes({SHARD.id: Size(3, {"ec2:DescribeVolumes": 3})}),
    "incomplete": Incomplete((SHARD.id,)),
    "last alert": LastAlert((SHARD.id,), owed=True),
    "first scan": FirstScan(SCAN, AT),
}  # fmt: skip


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_is_written_is_read_again(name: str) -> None:
    document = DOCUMENTS[name]
    text = json.dumps(document.to_json())
    again = type(document).from_json(json.loads(text))
    assert again == document
    assert json.dumps(again.to_json()) == text


@pytest.mark.parametrize("name", ["plan", "progress", "commit", "account", "summary"])
def test_the_version_stands_first_and_another_one_is_refused(name: str) -> None:
    document = DOCUMENTS[name]
    written = document.to_json()
    assert next(iter(written)) == "version"
    with pytest.raises(Malformed, match="it has version 99, and this version of Muster reads"):
        type(document).from_json({**written, "version": 99})
    with pytest.raises(Malformed, match="it has version True"):
        type(document).from_json({**written, "version": True})


WRONG: list[tuple[str, tuple[str | int, ...], object, str]] = [
    ("plan", ("scan", "scan_id"), "../x", "scan.scan_id is not the id of a scan like"),
    ("plan", ("scan", "role"), {"name": "x"}, "scan.role.external_id is missing"),
    ("plan", ("severities", "c"), "BAD", "severities.c is not a severity: 'BAD'"),
    ("work list", (0, "batches", 0, "shards", 0, "account_id"), "1", r"\[0\].batches\[0\].shards\[0\].account_id is"),
    ("work list", (0,), 7, r"\[0\] is not an object: 7"),
    ("progress", ("cursor", "token"), 7, "cursor.token is not a string: 7"),
    (
        "progress",
        ("types", "AWS::EC2::Instance", "tally", "checks", 0, "compliant"),
        -1,
        "compliant is not a count: -1",
    ),
    ("progress", ("coverage", 0, "seconds"), True, r"coverage\[0\].seconds is not a number: True"),
    ("progress", ("coverage", 0, "seconds"), -1, r"coverage\[0\].seconds is not a number: -1"),
    ("progress", ("coverage", 0, "seconds"), math.nan, r"coverage\[0\].seconds is not a number: nan"),
    ("progress", ("coverage", 0, "seconds"), math.inf, r"coverage\[0\].seconds is not a number: inf"),
    ("commit", ("coverage", 0, "calls"), 10**30, r"coverage\[0\].calls is not a count: 1000"),
    ("commit", ("coverage", 0, "reason"), "\ud800", r"coverage\[0\].reason is not a string"),
    ("commit", ("attempt",), "x", "attempt is not the name of an attempt"),
    ("commit", ("complete",), "yes", "complete is not true or false: 'yes'"),
    ("commit", ("coverage", 0), {"api": "x"}, r"coverage\[0\].account_id is missing"),
    (
        "account",
        ("changes", "", "events", "opened", "worst", 0, "severity"),
        1,
        r"worst\[0\].severity is not a severity: 1",
    ),
    ("account", ("account_id",), "1", "account_id is not an account id of 12 digits: '1'"),
    ("account", ("checks", SHARD.id, 0), ["c", REGION, True, 1, 2, 3, 4], r"\[0\] is not the counts of a check: \['c'"),
    ("account", ("checks", SHARD.id, 0, 3), -1, r"\[0\] is not the counts of a check"),
    ("account", ("checks", SHARD.id, 0, 2), 1, r"\[0\] is not the counts of a check"),
    ("account", ("reported", SHARD.id, "by"), "me", "by is not the name of an attempt"),
    ("summary", ("started_at",), "2026-11-21", "started_at is not a time like"),
    ("sizes", (SHARD.id, "listed"), [], r"listed is not an object: \[\]"),
    ("incomplete", (0,), None, r"\[0\] is not a string: None"),
]


@pytest.mark.parametrize(("name", "path", "value", "says"), WRONG)
def test_a_wrong_value_is_named_by_its_path(name: str, path: tuple[str | int, ...], value: object, says: str) -> None:
    document = DOCUMENTS[name]
    written = copy.deepcopy(document.to_json())
    place = written
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(Malformed, match=says):
        type(document).from_json(written)


def test_keys_that_a_document_does_not_have_are_ignored() -> None:
    assert Commit.from_json({**COMMIT.to_json(), "more": 1}) == COMMIT


def test_a_commit_has_its_coverage_as_rows_of_the_table() -> None:
    (row,) = COMMIT.written(ScanHeader(SCAN, "manual", AT))["coverage"]
    assert (row["scan_id"], row["scan_kind"], row["shard"], row["calls"]) == (SCAN, "manual", SHARD.id, 2)


@pytest.mark.parametrize(
    ("note", "reason"),
    [
        pytest.param({"Error": "E", "Cause": '{"errorMessage": "full"}'}, "E: full", id="the cause holds JSON"),
        pytest.param('{"Error": "E", "Cause": "plain"}', "E: plain", id="the note is a string of JSON"),
        pytest.param({}, "failed: ", id="an empty note"),
        pytest.param({"Error": "E", "Cause": "x" * 999}, f"E: {'x' * 300}", id="a long cause"),
    ],
)
def test_a_failure_says_why_however_step_functions_wrote_it(note: object, reason: str) -> None:
    assert Failure.from_json(note).reason == reason


def test_a_damaged_object_is_named_with_what_is_wrong_and_the_way_out() -> None:
    bucket: Any = SimpleNamespace(name="reports", get_versioned=lambda _key: ({"version": 1}, "etag"))
    with pytest.raises(Damaged) as error:
        objects.read(bucket, "key", Commit)
    assert str(error.value) == (
        "s3://reports/key is damaged (the result of a shard): it has version 1, and this version of Muster reads 2: "
        'the shard counts as not scanned; scan it with {"resume": SCAN_ID}'
    )
    assert error.value.etag == "etag"
