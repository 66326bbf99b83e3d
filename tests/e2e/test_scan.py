"""The deployed workflow, end to end."""

import json
import textwrap
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import jsonschema
import pytest

from local import athena, estate, workflow
from local.deploy import TEMPLATE

from .conftest import FEW, Deployed, configure


@pytest.fixture(autouse=True)
def _no_refusals(deployed: Deployed) -> Iterator[None]:
    yield
    if deployed.runtime:
        deployed.aws.front.refusals.clear()
        deployed.runtime.failures.clear()


@pytest.fixture(scope="module", autouse=True)
def _estate(deployed: Deployed) -> None:
    if deployed.runtime:
        estate.seed(deployed.aws, instances=8, buckets=3)
        configure(deployed.aws, deployed.stack)


def findings(deployed: Deployed, scan_id: str) -> list[dict[str, Any]]:
    sql = f"SELECT * FROM findings WHERE scan_id = '{scan_id}'"  # noqa: S608 - an id of our own
    columns, rows = athena.query(deployed.aws, sql, deployed.stack.outputs["DatabaseName"])
    return [dict(zip(columns, row, strict=True)) for row in rows]


def verdicts(deployed: Deployed, scan_id: str) -> dict[str, str]:
    return {row["finding_id"]: row["status"] for row in findings(deployed, scan_id)}


@pytest.mark.real
def test_a_scan_by_hand_ends_with_its_summary_and_everything_in_the_bucket(deployed: Deployed) -> None:
    execution = workflow.start(deployed.aws, deployed.stack, {})
    assert execution.status == "SUCCEEDED", execution.cause
    summary = execution.output
    assert summary["complete"] is True
    assert len(json.dumps(summary)) < 32 * 1024
    keys = workflow.keys(deployed.aws, deployed.stack)
    for key in ("plan.json", "summary.json", "report.json"):
        assert f"scans/{summary['scan_id']}/{key}" in keys
    assert f"work/{summary['scan_id']}/batches.json" in keys
    for table in ("findings", "tallies", "coverage"):
        day = summary["started_at"][:10]
        assert any(key.startswith(f"{table}/scan_date={day}/{summary['scan_id']}") for key in keys)
    assert any(key.startswith("latest/") for key in keys)


@pytest.mark.real
def test_the_schedules_own_input_starts_a_scan_that_is_recorded(deployed: Deployed) -> None:
    execution = workflow.fire(deployed.aws, deployed.stack, timeout=1200)
    assert execution.status == "SUCCEEDED", execution.cause
    assert (execution.output["scan_kind"], execution.output["record"]) == ("scheduled", True)
    if deployed.runtime:
        for key in workflow.keys(deployed.aws, deployed.stack, "state/"):
            deployed.aws.client("s3").delete_object(Bucket=deployed.stack.outputs["ReportBucketName"], Key=key)


def test_every_resource_of_the_estate_is_judged_as_it_is(deployed: Deployed) -> None:
    """Embedded only: it knows what the estate holds."""
    summary = workflow.start(deployed.aws, deployed.stack, {"regions": ["eu-west-1", "us-east-1"]}).output
    failing = {
        (row["check_id"], row["resource_id"])
        for row in findings(deployed, summary["scan_id"])
        if row["status"] == "NON_COMPLIANT"
    }
    assert ("s3-bucket-public-access-prohibited", "public-bucket") in failing
    assert ("s3-bucket-lifecycle-covers-old-objects", "public-bucket") in failing
    assert not {check for check, resource in failing if resource == "good-bucket"} - {
        "s3-bucket-logging-enabled",
        "s3-default-encryption-kms",
    }
    assert summary["resources"]["scanned"] > 0
    rows = findings(deployed, summary["scan_id"])
    assert len({row["finding_id"] for row in rows}) == len(rows)


def test_the_schedule_tells_what_it_finds_once_and_then_only_what_changed(deployed: Deployed) -> None:
    """Embedded only: it reads the mail."""
    before = len(workflow.mails(deployed.stack))
    first = workflow.fire(deployed.aws, deployed.stack)
    assert first.output["changes"]["baseline"] is True
    assert len(workflow.mails(deployed.stack)) == before + 1
    sent = len(workflow.mails(deployed.stack))
    workflow.fire(deployed.aws, deployed.stack)
    assert len(workflow.mails(deployed.stack)) == sent

    s3 = deployed.aws.client("s3", "eu-west-1")
    s3.put_bucket_versioning(Bucket="good-bucket", VersioningConfiguration={"Status": "Suspended"})
    third = workflow.fire(deployed.aws, deployed.stack)
    assert third.output["changes"] == {"baseline": False, "opened": 1}
    subject, text = workflow.mails(deployed.stack)[-1]
    assert subject == "[Muster dev] 1 MEDIUM new: S3 versioning is off (good-bucket)"
    assert "NEW (1)\nMEDIUM  good-bucket (S3 bucket)" in text

    s3.put_bucket_versioning(Bucket="good-bucket", VersioningConfiguration={"Status": "Enabled"})
    fourth = workflow.fire(deployed.aws, deployed.stack)
    assert fourth.output["changes"] == {"baseline": False, "resolved": 1}
    assert "RESOLVED (1)" in workflow.mails(deployed.stack)[-1][1]


def test_a_scan_by_hand_neither_tells_nor_remembers(deployed: Deployed) -> None:
    """Embedded only: it reads the mail."""
    before = len(workflow.mails(deployed.stack))
    workflow.start(deployed.aws, deployed.stack, {"checks": ["s3-bucket-versioning-enabled"]})
    assert len(workflow.mails(deployed.stack)) == before
    assert workflow.fire(deployed.aws, deployed.stack).output["changes"] == {"baseline": False}


def test_an_account_writes_one_file_to_each_table(deployed: Deployed) -> None:
    """Embedded only: a real account may be large. Many small files are what makes Athena slow."""
    account = "123456789012"
    scans = [workflow.start(deployed.aws, deployed.stack, {}).output for _ in range(2)]
    for summary in scans:
        keys = workflow.keys(deployed.aws, deployed.stack)
        own = [key for key in keys if f"/{summary['scan_id']}-{account}" in key]
        assert {key.partition("/")[0]: key.rpartition("/")[2] for key in own} == {
            "findings": f"{summary['scan_id']}-{account}-0000.parquet",
            "coverage": f"{summary['scan_id']}-{account}.parquet",
        }
        assert len(own) == 2
    assert workflow.keys(deployed.aws, deployed.stack, "latest/") == [f"latest/{account}-0000.parquet"]


def test_the_view_shows_the_last_scan_and_each_finding_once(deployed: Deployed) -> None:
    """Embedded only: nothing else scans meanwhile."""
    first, second = (workflow.start(deployed.aws, deployed.stack, {}).output["scan_id"] for _ in range(2))
    sql = "SELECT finding_id, status, scan_id FROM latest_findings"
    rows = athena.query(deployed.aws, sql, deployed.stack.outputs["DatabaseName"])[1]
    shown = {row[0]: row[1] for row in rows if row[2] == second}
    assert shown == verdicts(deployed, second) == verdicts(deployed, first)
    assert len({row[0] for row in rows}) == len(rows)


def test_an_account_that_cannot_be_settled_twice_is_settled_all_the_same(deployed: Deployed) -> None:
    """Embedded only: it makes the function fail."""
    assert deployed.runtime is not None
    deployed.runtime.fail("settle-account", "Transient", "Runtime.OutOfMemory")
    summary = workflow.start(deployed.aws, deployed.stack, {}).output
    assert (summary["complete"], summary["shards"]["committed"]) == (True, 2)


def test_an_account_that_cannot_be_settled_is_named_and_resumed_without_another_scan(deployed: Deployed) -> None:
    """Embedded only: it makes the function fail, and counts calls."""
    good = verdicts(deployed, workflow.fire(deployed.aws, deployed.stack).output["scan_id"])
    assert deployed.runtime is not None
    deployed.runtime.fail("settle-account", "ValueError")
    failed = workflow.fire(deployed.aws, deployed.stack)
    assert failed.status == "SUCCEEDED"
    (named,) = failed.output["incomplete"]
    assert named["shard"] == "123456789012.*.*"
    assert "ValueError" in named["reason"]
    assert "resolved" not in failed.output["changes"]
    scan_id = failed.output["scan_id"]
    assert f"work/{scan_id}/failures/settle-123456789012.json" in workflow.keys(deployed.aws, deployed.stack, "work/")

    deployed.aws.front.calls.clear()
    resumed = workflow.start(deployed.aws, deployed.stack, {"resume": scan_id}).output
    assert (resumed["scan_id"], resumed["complete"], resumed["changes"]) == (scan_id, True, {"baseline": False})
    assert not {call.operation for call in deployed.aws.calls if call.operation.startswith("ec2:")}
    assert verdicts(deployed, scan_id) == good


def test_a_shard_that_fails_twice_is_scanned_all_the_same(deployed: Deployed) -> None:
    """Embedded only: it makes the function fail."""
    good = workflow.start(deployed.aws, deployed.stack, {}).output
    assert deployed.runtime is not None
    deployed.runtime.fail("scan-shards", "Transient", "Sandbox.Timedout")
    tried = workflow.start(deployed.aws, deployed.stack, {}).output
    assert tried["complete"] is True
    assert verdicts(deployed, tried["scan_id"]) == verdicts(deployed, good["scan_id"])


def test_a_shard_that_always_fails_leaves_the_scan_incomplete_and_named(deployed: Deployed) -> None:
    """Embedded only: it makes the function fail."""
    workflow.fire(deployed.aws, deployed.stack)
    assert deployed.runtime is not None
    deployed.runtime.fail("scan-shards", *["ValueError"] * 50)
    execution = workflow.fire(deployed.aws, deployed.stack)
    assert execution.status == "SUCCEEDED"
    assert execution.output["complete"] is False
    named = {item["shard"]: item["reason"] for item in execution.output["incomplete"]}
    assert set(named) == {"123456789012.eu-west-1.ec2", "123456789012.global.s3"}
    assert all("ValueError" in reason for reason in named.values())
    assert "resolved" not in execution.output["changes"]
    assert workflow.mails(deployed.stack)[-1][1].startswith("INCOMPLETE: 2 of 2 shards")
    deployed.runtime.failures.clear()
    assert workflow.fire(deployed.aws, deployed.stack).output["changes"] == {"baseline": False}


def test_a_scan_is_resumed_where_it_stopped_and_nothing_else_is_scanned_again(deployed: Deployed) -> None:
    """Embedded only: it refuses, and counts."""
    good = verdicts(deployed, workflow.fire(deployed.aws, deployed.stack).output["scan_id"])
    for kept in ("commits", "progress"):
        deployed.aws.refuse("s3:PutObject", key=f"*/{kept}/*.global.s3.json")
    first = workflow.fire(deployed.aws, deployed.stack).output
    assert [item["shard"] for item in first["incomplete"]] == ["123456789012.global.s3"]
    deployed.aws.front.refusals.clear()
    deployed.aws.front.calls.clear()
    second = workflow.start(deployed.aws, deployed.stack, {"resume": first["scan_id"]}).output
    assert (second["scan_id"], second["complete"], second["changes"]) == (first["scan_id"], True, {"baseline": False})
    called = {call.operation for call in deployed.aws.calls}
    assert "s3:ListBuckets" in called
    assert not {name for name in called if name.startswith("ec2:")}
    assert verdicts(deployed, first["scan_id"]) == good


def test_two_executions_at_a_time_do_not_disturb_each_other(deployed: Deployed) -> None:
    """Embedded only: it reads state and mail."""
    good = verdicts(deployed, workflow.fire(deployed.aws, deployed.stack).output["scan_id"])
    mails = len(workflow.mails(deployed.stack))
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda _: workflow.fire(deployed.aws, deployed.stack).output, range(2)))
    assert len({summary["scan_id"] for summary in both}) == 2
    for summary in both:
        assert (summary["complete"], summary["changes"]) == (True, {"baseline": False})
        assert verdicts(deployed, summary["scan_id"]) == good
    assert len(workflow.mails(deployed.stack)) == mails


def test_a_denied_describe_is_unread_for_exactly_the_findings_that_needed_it(deployed: Deployed) -> None:
    """Embedded only: it denies."""
    good = verdicts(deployed, workflow.start(deployed.aws, deployed.stack, {}).output["scan_id"])
    deployed.aws.refuse("s3:GetBucketVersioning", bucket="good-bucket")
    summary = workflow.start(deployed.aws, deployed.stack, {}).output
    rows = findings(deployed, summary["scan_id"])
    unread = {(row["check_id"], row["resource_id"]) for row in rows if row["status"] == "INSUFFICIENT_DATA"}
    assert unread == {
        ("s3-bucket-versioning-enabled", "good-bucket"),
        ("s3-lifecycle-noncurrent-versions-expire", "good-bucket"),
    }
    assert all("s3:GetBucketVersioning" in row["unavailable"] for row in rows if row["status"] == "INSUFFICIENT_DATA")
    assert {
        row["finding_id"]: row["status"] for row in rows if row["status"] != "INSUFFICIENT_DATA"
    }.items() <= good.items()
    assert summary["complete"] is True


def test_a_denied_list_is_a_finding_on_the_target_and_resolves_nothing(deployed: Deployed) -> None:
    """Embedded only: it denies."""
    workflow.fire(deployed.aws, deployed.stack)
    deployed.aws.refuse("ec2:DescribeInstances", code="UnauthorizedOperation")
    summary = workflow.fire(deployed.aws, deployed.stack).output
    assert summary["complete"] is False
    assert "AWS::EC2::Instance could not be listed: access denied" in summary["incomplete"][0]["reason"]
    assert "resolved" not in summary["changes"]
    targets = [row for row in findings(deployed, summary["scan_id"]) if row["resource_type"] == "AWS::::Target"]
    assert {row["status"] for row in targets} == {"INSUFFICIENT_DATA"}
    assert {row["check_id"] for row in targets} >= {"ec2-instance-imdsv2-required", "required-tags"}
    latest = athena.query(
        deployed.aws,
        "SELECT count(*) FROM latest_findings "
        "WHERE check_id = 'ec2-instance-imdsv2-required' AND resource_type = 'AWS::EC2::Instance'",
        deployed.stack.outputs["DatabaseName"],
    )[1]
    assert latest[0][0] > 0, "the view keeps what the last complete look found"


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"region": ["eu-west-1"]}, "did you mean regions"),
        ({"checks": ["s3-bucket-versioning"]}, "s3-bucket-versioning-enabled"),
        ({"pack": "s3-complience"}, "s3-compliance"),
        ({"regions": ["eu-wst-1"]}, "did you mean eu-west-1"),
        ({"accounts": ["210987654321"]}, "does not name 210987654321: add it to accounts.include"),
    ],
)
def test_a_wrong_input_fails_at_once_with_the_fix(deployed: Deployed, asked: dict[str, Any], says: str) -> None:
    """Embedded only: the messages name its account."""
    execution = workflow.start(deployed.aws, deployed.stack, asked)
    assert (execution.status, execution.error) == ("FAILED", "ConfigurationError")
    assert says in execution.cause


def test_a_wrong_configuration_never_starts_a_scan(deployed: Deployed) -> None:
    """Embedded only: it would break a real stack's configuration."""
    configure(deployed.aws, deployed.stack, "packs: [all]\nregion: x\n")
    try:
        execution = workflow.start(deployed.aws, deployed.stack, {})
    finally:
        configure(deployed.aws, deployed.stack)
    assert execution.error == "ConfigurationError"
    assert "config/muster.yaml:2" in execution.cause


def test_configuration_suppresses_and_excludes(deployed: Deployed) -> None:
    """Embedded only: it knows what the estate holds."""
    text = """
    exclude: {arns: ['arn:aws:s3:::plain-*']}
    suppressions:
      - check: s3-bucket-logging-enabled
        resource: 'arn:aws:s3:::good-*'
        reason: a test
        owner: web
        expires: 2099-01-01
    """
    configure(deployed.aws, deployed.stack, FEW + textwrap.dedent(text))
    try:
        scan_id = workflow.start(deployed.aws, deployed.stack, {}).output["scan_id"]
    finally:
        configure(deployed.aws, deployed.stack)
    rows = findings(deployed, scan_id)
    assert not [row for row in rows if row["resource_id"].startswith("plain-")]
    (suppressed,) = [row for row in rows if row["suppression"]]
    assert (suppressed["check_id"], suppressed["resource_id"]) == ("s3-bucket-logging-enabled", "good-bucket")


@pytest.mark.real
def test_the_queue_carries_a_message_for_each_shard(deployed: Deployed) -> None:
    sqs, url = deployed.aws.client("sqs", deployed.stack.region), deployed.stack.outputs["ShardResultQueueUrl"]
    while sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages") and deployed.runtime:
        pass  # what earlier scans said is not waited for
    scan_id = workflow.start(deployed.aws, deployed.stack, {}).output["scan_id"]
    said = []
    while found := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1).get("Messages"):
        said += [json.loads(message["Body"]) for message in found]
        for message in found:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    ours = [message for message in said if message["scan_id"] == scan_id]
    assert {message["service"] for message in ours} == {"ec2", "s3"}
    schema = json.loads((TEMPLATE.parent / "docs" / "schemas" / "shard-result.json").read_text(encoding="utf-8"))
    for message in ours:
        jsonschema.validate(message, schema)
        commit = workflow.read_json(deployed.aws, deployed.stack, message["commit"])
        assert commit["parts"] == message["parts"]
