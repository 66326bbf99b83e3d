"""The end of a scan, on moto: what is published of the accounts' results, and how small the summary stays."""

import json
import re
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from muster.errors import EventError, Throttled, Transient
from muster.model.coverage import Coverage
from muster.sdk.session import Clients
from muster.stack.documents import objects
from muster.stack.documents.account import AccountResult, CheckCounts, Reported
from muster.stack.documents.notes import Size
from muster.stack.documents.plan import PlanDocument, ScanDetails
from muster.stack.documents.request import Environment
from muster.stack.documents.summary import IncompleteShard, ShardCounts, Summary
from muster.stack.limits import REPORTED
from muster.stack.summarize_scan import summarize_scan
from muster.stack.summarizing.accounts import results_of
from muster.storage import keys, parquet
from muster.storage.bucket import Bucket
from muster.storage.traffic import AT_A_TIME
from muster.targets.clients import Role
from tests.unit.stack.accounts import account_result, change, changes, finding
from tests.unit.stack.summaries import SCAN

REGION = "eu-west-1"
AT = datetime(2026, 11, 21, 6, tzinfo=UTC)
ENVIRONMENT = Environment(bucket="reports", region=REGION, stack="dev")
ONE, TWO, THREE = "111111111111", "222222222222", "333333333333"
TALLIES = f"tallies/scan_date=2026-11-21/{SCAN}.parquet"


@pytest.fixture
def bucket(clients: Clients) -> Bucket:
    clients.get("s3", REGION).create_bucket(Bucket="reports", CreateBucketConfiguration={"LocationConstraint": REGION})
    return Bucket("reports", clients, REGION)


def planned(bucket: Bucket, *accounts: str, **changed: Any) -> None:
    """Leave the plan of a scan of some accounts, each with one shard."""
    details = ScanDetails(
        scan_id=SCAN,
        scan_kind="manual",
        started_at=AT,
        record=True,
        stack="dev",
        account_id=ONE,
        role=Role("scanner"),
        accounts=accounts,
        regions=(REGION,),
        packs=("all",),
        shards=len(accounts),
    )
    plan = PlanDocument(replace(details, **changed), configuration={}, rules=[], severities={"c": "HIGH", "d": "LOW"})
    bucket.put_json(keys.plan(SCAN), plan.to_json())


def settled(bucket: Bucket, *results: AccountResult) -> None:
    """Leave the results of accounts."""
    for result in results:
        bucket.put_json(keys.account(SCAN, result.account_id), result.to_json())


def summarized(clients: Clients, attempt: str = "") -> Summary:
    return summarize_scan({"scan_id": SCAN, "attempt": attempt}, ENVIRONMENT, clients)


def rows(bucket: Bucket, folder: Path) -> list[dict[str, Any]]:
    """Return the rows of the scan's tallies."""
    bucket.download(TALLIES, folder / "tallies")
    return list(parquet.read(folder / "tallies"))


def test_the_results_of_all_accounts_are_added_up(bucket: Bucket, clients: Clients, tmp_path: Path) -> None:
    planned(bucket, ONE, TWO)
    grave = finding(TWO, severity="CRITICAL")
    settled(bucket, account_result(ONE), account_result(TWO, findings=(grave,)))
    summary = summarized(clients).to_json()
    assert summary["complete"] is True
    assert summary["shards"] == {"planned": 2, "committed": 2, "incomplete": 0}
    assert summary["resources"] == {"scanned": 6, "compliant": 4, "non_compliant": 2}
    assert (summary["findings"]["compliant"], summary["findings"]["non_compliant"]) == (4, 2)
    assert summary["failing"] == {"CRITICAL": 0, "HIGH": 2, "MEDIUM": 0, "LOW": 0, "INFORMATIONAL": 0}
    assert (summary["calls"], summary["coverage"][0]["milliseconds"]) == (4, 500)
    report = bucket.get_json(keys.report(SCAN))
    assert [record["finding_id"] for record in report["findings"]] == [f"{TWO}/v", f"{ONE}/v"]
    assert (report["truncated"], report["scan"]["coverage_truncated"]) == (False, False)
    assert [row["account_id"] for row in report["scan"]["coverage"]] == [ONE, TWO]
    assert bucket.get_json(keys.incomplete(SCAN)) == []
    assert [(row["account_id"], row["check_id"], row["non_compliant"]) for row in rows(bucket, tmp_path)] == [
        (ONE, "c", 1), (TWO, "c", 1),
    ]  # fmt: skip


def test_each_account_takes_one_call_and_the_scan_twelve(bucket: Bucket, clients: Clients) -> None:
    accounts = [f"{number:012d}" for number in range(40)]
    planned(bucket, *accounts)
    settled(bucket, *map(account_result, accounts))
    calls: list[str] = []
    clients.get("s3", REGION).meta.events.register("before-call.s3", lambda model, **_: calls.append(model.name))
    summarized(clients)
    # The plan, an earlier summary, the trend and the sizes are read; tallies, report, incomplete, summary, the page
    # twice, the trend and the sizes are written.
    assert (calls.count("GetObject"), calls.count("PutObject"), len(calls)) == (40 + 4, 8, 52)


def test_no_more_results_are_read_ahead_than_are_read_at_a_time(bucket: Bucket, clients: Clients) -> None:
    accounts = [f"{number:012d}" for number in range(60)]
    planned(bucket, *accounts)
    settled(bucket, *map(account_result, accounts))
    plan = objects.content(bucket, keys.plan(SCAN), PlanDocument)
    assert plan is not None
    calls: list[str] = []
    clients.get("s3", REGION).meta.events.register("before-call.s3", lambda model, **_: calls.append(model.name))
    ahead = [len(calls) - consumed for consumed, _ in enumerate(results_of(bucket, plan))]
    assert len(ahead) == 60
    assert max(ahead) <= AT_A_TIME


def test_running_it_again_writes_the_same_objects_again(bucket: Bucket, clients: Clients) -> None:
    planned(bucket, ONE, TWO)
    settled(bucket, account_result(ONE))

    def everything() -> dict[str, Any]:
        return {key: bucket.get_bytes(key) for key, _ in bucket.keys("")}

    summarized(clients)
    first = everything()
    summarized(clients)
    assert everything() == first


def test_results_of_accounts_that_are_not_in_the_plan_do_not_count(bucket: Bucket, clients: Clients) -> None:
    planned(bucket, ONE)
    settled(bucket, account_result(ONE), account_result(TWO))
    summary = summarized(clients)
    assert (summary.complete, summary.resources.scanned) == (True, 3)


def test_an_account_that_was_never_settled_is_named_and_the_others_are_published(
    bucket: Bucket, clients: Clients, tmp_path: Path
) -> None:
    planned(bucket, ONE, TWO, shards=26)
    settled(bucket, account_result(ONE, shards=ShardCounts(13, 13, 0)))
    summary = summarized(clients).to_json()
    assert summary["incomplete"] == [
        {"shard": f"{TWO}.*.*", "reason": 'it was never settled; settle it with {"resume": SCAN_ID}'}
    ]
    assert (summary["complete"], summary["damaged"]) == (False, [])
    assert summary["shards"] == {"planned": 26, "committed": 13, "incomplete": 13}
    assert summary["resources"]["scanned"] == 3
    assert bucket.get_json(keys.incomplete(SCAN)) == [f"{TWO}.*.*"]
    assert bucket.get_json(keys.report(SCAN))["scan"]["coverage"][0]["account_id"] == TWO
    assert [row["account_id"] for row in rows(bucket, tmp_path)] == [ONE]


def test_the_state_machines_note_says_why_an_account_was_not_settled(bucket: Bucket, clients: Clients) -> None:
    planned(bucket, ONE, TWO)
    cause = json.dumps({"errorMessage": "out of luck", "errorType": "ValueError"})
    bucket.put_json(f"{keys.failures(SCAN)}settle-{ONE}.json", json.dumps({"Error": "ValueError", "Cause": cause}))
    bucket.put_bytes(f"{keys.failures(SCAN)}settle-{TWO}.json", b"half a no")
    one, two = summarized(clients).incomplete
    assert one == IncompleteShard(f"{ONE}.*.*", "ValueError: out of luck")
    assert two.reason.startswith("it was not settled, and the note of the reason cannot be read (s3://reports/work/")


def test_a_note_of_an_account_that_was_settled_later_is_no_reason(bucket: Bucket, clients: Clients) -> None:
    planned(bucket, ONE)
    settled(bucket, account_result(ONE))
    bucket.put_json(f"{keys.failures(SCAN)}settle-{ONE}.json", {"Error": "States.Timeout", "Cause": ""})
    assert summarized(clients).complete is True


Change = Callable[[dict[str, Any]], object]


@pytest.mark.parametrize(
    ("change_it", "wrong"),
    [
        pytest.param(lambda each: each.pop("checks"), "checks is missing", id="a key is missing"),
        pytest.param(
            lambda each: each.update(version=99),
            "it has version 99, and this version of Muster reads 1",
            id="another version",
        ),
        pytest.param(lambda each: each.update(account_id=TWO), f"it is that of account {TWO}", id="another account"),
        pytest.param(lambda each: each.update(scan_id="other"), "in the scan other", id="another scan"),
        pytest.param(
            lambda each: each.update(checks={f"{TWO}.{REGION}.ec2": []}), "is not a shard of the account", id="a shard"
        ),
        pytest.param(lambda each: each.update(checks={ONE: []}), "is not a shard of the account", id="half a shard"),
        pytest.param(
            lambda each: each.update(checks={f"{ONE}.{REGION}.ec2": [["x", REGION, True, 1, 0, 0, 0, 0]]}),
            "counts x, which is no check of the scan",
            id="a check",
        ),
        pytest.param(
            lambda each: each["resources"].update(non_compliant=4),
            "more than resources.scanned",
            id="more fail than are",
        ),
        pytest.param(lambda each: each.update(findings=[{}]), r"findings\[0\] is not a finding", id="a finding"),
        pytest.param(
            lambda each: each["findings"][0].update(severity=["HIGH"]), r"findings\[0\] is not", id="a severity"
        ),
        pytest.param(lambda each: each["findings"][0].update(resource=None), r"findings\[0\] is not", id="a resource"),
    ],
)
def test_a_result_that_cannot_be_added_up_is_named_and_its_account_is_incomplete(
    bucket: Bucket, clients: Clients, change_it: Change, wrong: str
) -> None:
    planned(bucket, ONE, TWO)
    settled(bucket, account_result(TWO))
    document = account_result(ONE).to_json()
    change_it(document)
    bucket.put_json(keys.account(SCAN, ONE), document)
    summary = summarized(clients)
    (lost,) = summary.incomplete
    assert lost.shard == f"{ONE}.*.*"
    assert summary.damaged[0].startswith(
        f"s3://reports/{keys.account(SCAN, ONE)} is damaged (the result of an account)"
    )
    report = bucket.get_json(keys.report(SCAN))
    reason = report["scan"]["coverage"][0]["reason"]
    assert re.search(wrong, reason)
    assert reason.endswith('the account counts as not scanned; settle it with {"resume": SCAN_ID}')
    assert (summary.shards, summary.resources.scanned) == (ShardCounts(2, 1, 1), 3)
    assert [record["finding_id"] for record in report["findings"]] == [f"{TWO}/v"]


@pytest.mark.parametrize("body", [b"", b"\x1f\x8b\x08", b"<html>", b"null"])
def test_a_result_that_is_cut_or_no_json_is_named(bucket: Bucket, clients: Clients, body: bytes) -> None:
    planned(bucket, ONE, TWO)
    settled(bucket, account_result(TWO))
    bucket.put_bytes(keys.account(SCAN, ONE), body)
    summary = summarized(clients)
    assert [each.shard for each in summary.incomplete] == [f"{ONE}.*.*"]
    assert f"s3://reports/{keys.account(SCAN, ONE)} is damaged" in summary.damaged[0]


def test_a_scan_without_any_result_has_a_summary(bucket: Bucket, clients: Clients, tmp_path: Path) -> None:
    planned(bucket, *(f"{number:012d}" for number in range(3_000)), shards=39_000)
    summary = summarized(clients).to_json()
    assert summary["shards"] == {"planned": 39_000, "committed": 0, "incomplete": 39_000}
    assert len(json.dumps(summary)) < 32 * 1024
    assert len(bucket.get_json(keys.incomplete(SCAN))) == 3_000
    assert rows(bucket, tmp_path) == []


def test_the_report_holds_a_bounded_number_of_failures_and_says_where_the_rest_is(
    bucket: Bucket, clients: Clients
) -> None:
    planned(bucket, ONE, TWO)
    half = tuple(finding(ONE, f"{number:06d}") for number in range(REPORTED // 2))
    counts = {f"{ONE}.{REGION}.ec2": (CheckCounts("c", REGION, True, 0, REPORTED, 0, 0, 0),)}
    other = tuple(finding(TWO, f"{number:06d}") for number in range(REPORTED // 2 + 1))
    ledger = tuple(Coverage(ONE, REGION, "ec2", f"api{number}") for number in range(5))
    settled(
        bucket,
        account_result(ONE, findings=half, checks=counts, coverage=ledger, coverage_rows=6),
        account_result(TWO, findings=other),
    )
    summarized(clients)
    report = bucket.get_json(keys.report(SCAN))
    assert (len(report["findings"]), report["truncated"]) == (REPORTED, True)
    assert report["all_findings"] == f"s3://reports/findings/scan_date=2026-11-21/{SCAN}-*.parquet"
    assert (len(report["scan"]["coverage"]), report["scan"]["coverage_truncated"]) == (6, True)


def test_each_attempt_reports_its_own_changes(bucket: Bucket, clients: Clients) -> None:
    planned(bucket, ONE, TWO)
    mine = {"": changes(baseline=True, opened=(change(ONE, "a"),)), "0a1b2c3d": changes(resolved=(change(ONE, "b"),))}
    settled(bucket, account_result(ONE, changes=mine), account_result(TWO, changes={"": changes(lost="it is cut")}))
    for attempt, counts in (("", {"baseline": True, "opened": 1}), ("0a1b2c3d", {"baseline": False, "resolved": 1})):
        summary = summarized(clients, attempt).to_json()
        assert (summary["attempt"], summary["changes"], summary["damaged"]) == (attempt, counts, ["it is cut"])
        assert bucket.get_json(keys.report(SCAN))["summary"]["changes"] == counts
    assert bucket.get_json(keys.report(SCAN))["changes"] == {"resolved": [asdict(change(ONE, "b"))]}


def test_the_sizes_are_kept_for_the_next_plan_without_shards_that_are_empty(bucket: Bucket, clients: Clients) -> None:
    planned(bucket, ONE, TWO)
    empty = f"{ONE}.{REGION}.sqs"
    bucket.put_json(
        keys.sizes(),
        {empty: {"resources": 5, "listed": {}}, f"{TWO}.{REGION}.ec2": {"resources": 4, "listed": {}}},
    )
    settled(
        bucket,
        account_result(
            ONE,
            sizes={f"{ONE}.{REGION}.ec2": Size(3, {"ec2:DescribeVolumes": 3})},
            reported={f"{ONE}.{REGION}.ec2": Reported("", ""), empty: Reported("", "")},
        ),
    )
    summarized(clients)
    assert bucket.get_json(keys.sizes()) == {
        f"{TWO}.{REGION}.ec2": {"resources": 4, "listed": {}},
        f"{ONE}.{REGION}.ec2": {"resources": 3, "listed": {"ec2:DescribeVolumes": 3}},
    }


def test_a_scan_that_is_not_recorded_leaves_no_sizes(bucket: Bucket, clients: Clients) -> None:
    planned(bucket, ONE, record=False)
    settled(bucket, account_result(ONE))
    summarized(clients)
    assert bucket.get_bytes(keys.sizes()) is None


def test_another_execution_that_published_meanwhile_is_not_undone(bucket: Bucket, clients: Clients) -> None:
    """The summary is written last: an execution that read less than another one begins again."""
    planned(bucket, ONE, TWO)
    settled(bucket, account_result(ONE))
    other = Clients(clients.session)

    def settle_and_publish(**_: object) -> None:
        if bucket.get_bytes(keys.summary(SCAN)) is None:
            settled(bucket, account_result(TWO))
            assert summarized(other).complete is True

    clients.get("s3", REGION).meta.events.register("before-call.s3.PutObject", _once(settle_and_publish))
    assert summarized(clients).complete is True
    assert bucket.get_json(keys.summary(SCAN))["complete"] is True
    assert len(bucket.get_json(keys.report(SCAN))["findings"]) == 2
    assert bucket.get_json(keys.incomplete(SCAN)) == []


def test_executions_that_publish_again_and_again_end_with_an_error_that_is_retried(
    bucket: Bucket, clients: Clients
) -> None:
    planned(bucket, ONE)
    number = 0

    def publish(params: dict[str, Any], **_: object) -> None:
        nonlocal number
        if "tallies/" in params["url_path"] or "tallies/" in params["url"]:
            number += 1
            other.put_json(keys.summary(SCAN), {"number": number})

    other = Bucket("reports", Clients(clients.session), REGION)
    clients.get("s3", REGION).meta.events.register("before-call.s3.PutObject", publish)
    with pytest.raises(Transient, match="publish it again and again"):
        summarized(clients)
    assert number == 10


def test_what_the_bucket_refuses_for_a_moment_is_worth_a_retry(bucket: Bucket, clients: Clients) -> None:
    """The account is not called missing because S3 was busy."""
    planned(bucket, ONE)
    settled(bucket, account_result(ONE))

    def busy(params: dict[str, Any], **_: object) -> Any:
        if "accounts/" in params["url"]:
            answer = {"Error": {"Code": "SlowDown", "Message": ""}, "ResponseMetadata": {"HTTPStatusCode": 503}}
            return type("Answer", (), {"status_code": 503})(), answer
        return None

    clients.get("s3", REGION).meta.events.register("before-call.s3.GetObject", busy)
    with pytest.raises(Throttled):
        summarized(clients)
    assert bucket.get_bytes(keys.summary(SCAN)) is None


@pytest.mark.parametrize("event", [{}, {"scan_id": "nobody"}])
def test_a_scan_that_does_not_exist_is_an_error_that_says_so(
    bucket: Bucket, clients: Clients, event: dict[str, str]
) -> None:
    with pytest.raises(EventError, match="there is no scan"):
        summarize_scan(event, ENVIRONMENT, clients)
    assert bucket.get_json(keys.summary(SCAN)) is None


def _once(act: Callable[..., None]) -> Callable[..., None]:
    done: list[bool] = []

    def acting(**arguments: object) -> None:
        if not done:
            done.append(True)
            act(**arguments)

    return acting
