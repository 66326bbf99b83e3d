"""`muster tag` and `muster scan --apply-tags` on the embedded AWS: what is written, what is not, and what is said."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.server import ACCOUNT, EmbeddedAws
from muster.catalog.catalog import load
from muster.catalog.permissions import iam_policy
from muster.cli import main
from muster.configuration import Configuration
from muster.configuration.compliance_tags import ComplianceTags
from muster.configuration.selection import select
from muster.tagging.marks import Marks
from muster.tagging.permissions import tagging_policy
from muster.tagging.tally import TagTally

REGION, KEY = "eu-west-1", "compliance-status"
CHECK = ("--check", "s3-bucket-versioning-enabled")
FAILED = {KEY: "failed"}
WRITES = ("Tag", "Untag", "Put", "Delete", "Create", "Add", "Remove")
INCOMPLETE = 3
BUCKETS = {
    "good": {"Owner": "a"},
    "bad": {"Owner": "a", "Cost Center": "ünï/1", "empty": ""},
    "shop.example.com": {},
}
"""Buckets with their tags; only `good` is versioned."""


@pytest.fixture(scope="module")
def running() -> Iterator[EmbeddedAws]:
    with EmbeddedAws() as aws:
        yield aws


@pytest.fixture
def aws(running: EmbeddedAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> EmbeddedAws:
    """Three buckets, and nothing else that a test has left."""
    running.reset()
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AWS_REGION", raising=False)
    s3 = running.client("s3", REGION)
    for name, tags in BUCKETS.items():
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
        tag(running, name, tags)
    versioned(running, "good")
    written(running)
    return running


def tag(aws: EmbeddedAws, bucket: str, tags: dict[str, str]) -> None:
    s3 = aws.client("s3", REGION)
    if tags:
        tag_set = [{"Key": key, "Value": value} for key, value in tags.items()]
        s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": tag_set})


def versioned(aws: EmbeddedAws, bucket: str, status: str = "Enabled") -> None:
    aws.client("s3", REGION).put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": status})


def tags(aws: EmbeddedAws, bucket: str) -> dict[str, str]:
    answer = aws.client("s3control", REGION).list_tags_for_resource(
        AccountId=ACCOUNT, ResourceArn=f"arn:aws:s3:::{bucket}"
    )
    return {each["Key"]: each["Value"] for each in answer["Tags"]}


def every_tag(aws: EmbeddedAws) -> dict[str, dict[str, str]]:
    return {name: tags(aws, name) for name in BUCKETS}


def written(aws: EmbeddedAws) -> list[str]:
    """Return the calls that write, and forget all calls."""
    calls = [call.operation for call in aws.calls if call.operation.partition(":")[2].startswith(WRITES)]
    aws.front.calls.clear()
    return calls


def muster(aws: EmbeddedAws, *arguments: str) -> int:
    return main([*arguments, "--endpoint-url", aws.endpoint])


def outcomes(aws: EmbeddedAws, capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    capsys.readouterr()
    muster(aws, "tag", *CHECK, "--format", "json", *arguments)
    return {each["resource"]["id"]: each for each in json.loads(capsys.readouterr().out)["resources"]}


def test_failing_buckets_get_the_tag_beside_their_own(aws: EmbeddedAws) -> None:
    assert muster(aws, "tag", *CHECK) == 0
    assert every_tag(aws) == {
        "good": BUCKETS["good"],
        "bad": BUCKETS["bad"] | FAILED,
        "shop.example.com": FAILED,
    }
    assert written(aws) == ["s3control:TagResource"] * 2


def test_a_second_run_writes_nothing(aws: EmbeddedAws) -> None:
    muster(aws, "tag", *CHECK)
    before = every_tag(aws)
    written(aws)
    assert muster(aws, "tag", *CHECK) == 0
    assert written(aws) == []
    assert every_tag(aws) == before


def test_a_mended_bucket_loses_the_tag_once(aws: EmbeddedAws) -> None:
    muster(aws, "tag", *CHECK)
    versioned(aws, "bad")
    written(aws)
    muster(aws, "tag", *CHECK)
    assert tags(aws, "bad") == BUCKETS["bad"]
    assert written(aws) == ["s3control:UntagResource"]
    muster(aws, "tag", *CHECK)
    assert written(aws) == []


def test_with_a_value_for_what_passes_it_is_set(aws: EmbeddedAws) -> None:
    Path("muster.yaml").write_text("compliance_tags: {key: audit, failed: 'no', passed: 'yes'}\n", encoding="utf-8")
    muster(aws, "tag", *CHECK)
    assert {name: found["audit"] for name, found in every_tag(aws).items()} == {
        "good": "yes",
        "bad": "no",
        "shop.example.com": "no",
    }
    versioned(aws, "bad")
    muster(aws, "tag", *CHECK)
    assert tags(aws, "bad") == BUCKETS["bad"] | {"audit": "yes"}
    written(aws)
    muster(aws, "tag", *CHECK)
    assert written(aws) == []


def test_a_dry_run_prints_the_plan_and_writes_nothing(aws: EmbeddedAws, capsys: pytest.CaptureFixture[str]) -> None:
    assert muster(aws, "tag", *CHECK, "--dry-run") == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0].split() == ["would", "be", "resource", "region", "tag", "why"]
    assert [line.split()[:2] for line in out[1:4]] == [
        ["set", "arn:aws:s3:::bad"],
        ["set", "arn:aws:s3:::shop.example.com"],
        ["unchanged", "arn:aws:s3:::good"],
    ]
    assert out[-1] == f"dry run, nothing was written: 3 resources, tag {KEY}: 2 set, 1 unchanged"
    assert written(aws) == []


def test_json_has_each_resource_and_the_counts(aws: EmbeddedAws, capsys: pytest.CaptureFixture[str]) -> None:
    assert muster(aws, "tag", *CHECK, "--output", "tags.json", "--quiet") == 0
    assert capsys.readouterr() == ("", "")
    found = json.loads(Path("tags.json").read_text(encoding="utf-8"))
    assert (found["dry_run"], found["key"], found["failed"], found["passed"]) == (False, KEY, "failed", None)
    assert {name: number for name, number in found["counts"].items() if number} == {"set": 2, "unchanged": 1}
    assert found["resources"][0] == {
        "action": "set",
        "mark": "failed",
        "resource": {
            "type": "AWS::S3::Bucket",
            "id": "bad",
            "arn": "arn:aws:s3:::bad",
            "account_id": ACCOUNT,
            "region": REGION,
        },
        "key": KEY,
        "before": None,
        "after": "failed",
        "reason": "fails s3-bucket-versioning-enabled",
        "permission": None,
        "remarks": [],
    }


def test_accepted_failures_pass_and_excluded_buckets_are_never_written(
    aws: EmbeddedAws, capsys: pytest.CaptureFixture[str]
) -> None:
    tag(aws, "shop.example.com", {KEY: "failed"})
    Path("muster.yaml").write_text(
        "suppressions:\n"
        "  - {check: s3-bucket-versioning-enabled, resource: 'arn:aws:s3:::shop*', reason: r, owner: o, "
        "expires: 2090-01-01}\n"
        "exclude: {arns: ['arn:aws:s3:::ba?']}\n",
        encoding="utf-8",
    )
    written(aws)
    found = outcomes(aws, capsys)
    assert {name: each["action"] for name, each in found.items()} == {
        "good": "unchanged",
        "shop.example.com": "removed",
    }
    assert written(aws) == ["s3control:UntagResource"]
    assert tags(aws, "bad") == BUCKETS["bad"]


def test_an_expired_suppression_accepts_nothing(aws: EmbeddedAws, capsys: pytest.CaptureFixture[str]) -> None:
    Path("muster.yaml").write_text(
        "suppressions:\n  - {check: s3-bucket-versioning-enabled, account: '123456789012', reason: r, owner: o, "
        "expires: 2020-01-01}\n",
        encoding="utf-8",
    )
    assert outcomes(aws, capsys)["bad"]["action"] == "set"


def test_what_could_not_be_read_keeps_its_tag(aws: EmbeddedAws, capsys: pytest.CaptureFixture[str]) -> None:
    tag(aws, "good", {KEY: "failed"})
    aws.refuse("s3:GetBucketVersioning")
    found = outcomes(aws, capsys)
    assert {each["action"] for each in found.values()} == {"kept"}
    assert tags(aws, "good") == {KEY: "failed"}
    assert "could not be evaluated: the tag stays as it is" in found["good"]["reason"]


def test_a_denied_write_is_an_item_and_the_exit_status_says_so(
    aws: EmbeddedAws, capsys: pytest.CaptureFixture[str]
) -> None:
    aws.refuse("s3control:TagResource")
    aws.refuse("s3:PutBucketTagging")
    assert muster(aws, "tag", *CHECK) == INCOMPLETE
    out = capsys.readouterr().out
    assert "refused" in out
    assert "(needs s3:TagResource)" in out
    assert every_tag(aws) == BUCKETS


def test_where_only_the_whole_set_may_be_written_it_is_and_that_is_said(
    aws: EmbeddedAws, capsys: pytest.CaptureFixture[str]
) -> None:
    aws.refuse("s3control:TagResource")
    assert muster(aws, "tag", *CHECK) == 0
    assert every_tag(aws) == {
        "good": BUCKETS["good"],
        "bad": BUCKETS["bad"] | FAILED,
        "shop.example.com": FAILED,
    }
    assert "written with PutBucketTagging, which replaces all tags" in capsys.readouterr().out


def test_fifty_tags_are_said_and_left_alone(aws: EmbeddedAws, capsys: pytest.CaptureFixture[str]) -> None:
    full = {f"key-{number}": "v" for number in range(50)}
    tag(aws, "bad", full)
    written(aws)
    assert muster(aws, "tag", *CHECK, "--resource", "arn:aws:s3:::bad") == INCOMPLETE
    assert "it has 50 tags, and compliance-status is none of them; remove one" in capsys.readouterr().out
    assert written(aws) == []
    assert tags(aws, "bad") == full


def test_abac_is_a_warning(aws: EmbeddedAws, capsys: pytest.CaptureFixture[str]) -> None:
    aws.client("s3", REGION).put_bucket_abac(Bucket="bad", AbacStatus={"Status": "Enabled"})
    assert muster(aws, "tag", *CHECK) == 0
    assert (
        "bad: ABAC is on for this bucket: policies may use this tag to grant or deny access" in capsys.readouterr().out
    )
    assert tags(aws, "bad") == BUCKETS["bad"] | FAILED


@pytest.mark.parametrize("refused", [(), ("s3control:TagResource", "s3control:UntagResource")], ids=["by key", "whole"])
def test_tags_of_aws_stay_as_they_are(aws: EmbeddedAws, refused: tuple[str, ...]) -> None:
    of_aws = {"aws:cloudformation:stack-name": "shop"}
    aws.tag_as_aws("bad", of_aws)
    for operation in refused:
        aws.refuse(operation)
    assert muster(aws, "tag", *CHECK) == 0
    assert tags(aws, "bad") == BUCKETS["bad"] | of_aws | FAILED
    versioned(aws, "bad")
    assert muster(aws, "tag", *CHECK) == 0
    assert tags(aws, "bad") == BUCKETS["bad"] | of_aws


def test_only_the_named_resource_is_tagged(aws: EmbeddedAws) -> None:
    assert muster(aws, "tag", *CHECK, "--resource", "arn:aws:s3:::bad") == 0
    assert [name for name, found in every_tag(aws).items() if KEY in found] == ["bad"]


def test_a_role_of_another_account_that_only_reads_is_refused_and_the_own_account_is_tagged(
    aws: EmbeddedAws, capsys: pytest.CaptureFixture[str]
) -> None:
    member, bucket = "444455556666", {"LocationConstraint": REGION}
    aws.client_in(member, "s3").create_bucket(Bucket="theirs", CreateBucketConfiguration=bucket)
    iam = aws.client_in(member, "iam")
    iam.create_role(RoleName="Reader", AssumeRolePolicyDocument="{}")
    rules = select(load(), Configuration(), checks=CHECK[1:])
    policy = json.dumps(iam_policy(load(), rules))
    iam.put_role_policy(RoleName="Reader", PolicyName="scan", PolicyDocument=policy)
    found = outcomes(aws, capsys, "--account", ACCOUNT, "--account", member, "--role", "Reader")
    assert {name: each["action"] for name, each in found.items()} == {
        "bad": "set",
        "good": "unchanged",
        "shop.example.com": "set",
        "theirs": "refused",
    }
    assert "s3:ListTagsForResource" in (found["theirs"]["permission"], found["theirs"]["reason"])
    iam.put_role_policy(
        RoleName="Reader", PolicyName="tag", PolicyDocument=json.dumps(tagging_policy(ComplianceTags()))
    )
    assert outcomes(aws, capsys, "--account", member, "--role", "Reader")["theirs"]["action"] == "set"


def test_other_types_are_tagged_by_their_own_calls(aws: EmbeddedAws) -> None:
    sqs = aws.client("sqs", REGION)
    url = sqs.create_queue(QueueName="jobs", tags={"Owner": "a"})["QueueUrl"]
    Path("muster.yaml").write_text("compliance_tags: {types: [AWS::SQS::Queue]}\n", encoding="utf-8")
    written(aws)
    assert muster(aws, "tag", "--pack", "all", "--service", "sqs") == 0
    assert sqs.list_queue_tags(QueueUrl=url)["Tags"] == {"Owner": "a"} | FAILED
    assert written(aws) == ["sqs:TagQueue"]
    assert muster(aws, "tag", "--pack", "all", "--service", "sqs") == 0
    assert written(aws) == []


@pytest.mark.parametrize(
    ("arguments", "configuration", "says"),
    [
        pytest.param(
            ("tag", "--service", "ec2"), "", "applies to AWS::S3::Bucket: nothing would be tagged", id="other checks"
        ),
        pytest.param(("scan", "--apply-tags", "--service", "ec2"), "", "nothing would be tagged", id="in a scan"),
        pytest.param(
            ("tag", "--resource", f"arn:aws:sqs:{REGION}:{ACCOUNT}:jobs"),
            "",
            "is of type AWS::SQS::Queue; only AWS::S3::Bucket gets the tag",
            id="a resource of another type",
        ),
        pytest.param(("tag", *CHECK), "compliance_tags: {severity: CRITICAL}", "at CRITICAL or above", id="too mild"),
        pytest.param(
            ("tag", *CHECK), "compliance_tags: {keys: x}", "keys is not a key\n  did you mean: key", id="a slip"
        ),
    ],
)
def test_what_would_tag_nothing_is_refused_before_the_scan(
    aws: EmbeddedAws, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], configuration: str, says: str
) -> None:
    Path("muster.yaml").write_text(configuration, encoding="utf-8")
    assert muster(aws, *arguments) == 2
    assert says in capsys.readouterr().err
    assert not [call for call in aws.calls if call.operation != "sts:GetCallerIdentity"]


def interrupting(monkeypatch: pytest.MonkeyPatch, owner: type) -> None:
    """Press ^C when the first thing is counted."""
    whole, pressed = owner.count, []

    def count(self: Any, each: Any) -> None:
        whole(self, each)
        if not pressed:
            pressed.append(True)
            signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(owner, "count", count)


@pytest.mark.parametrize("command", ["tag", "scan"])
def test_after_an_interrupted_scan_nothing_is_written(
    aws: EmbeddedAws, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    """What the scan did not come to may fail: a resource that passes so far keeps its tag."""
    tag(aws, "good", {KEY: "failed"})
    written(aws)
    interrupting(monkeypatch, Marks)
    option = ["--apply-tags", "--fail-on", "never"] if command == "scan" else []
    assert muster(aws, command, *CHECK, *option) == INCOMPLETE
    assert "the scan was interrupted: no tag was written" in "".join(capsys.readouterr())
    assert written(aws) == []


def test_an_interruption_while_it_tags_is_said(
    aws: EmbeddedAws, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupting(monkeypatch, TagTally)
    assert muster(aws, "tag", *CHECK) == INCOMPLETE
    assert "it was interrupted: 2 resources of 3 were not examined" in capsys.readouterr().out


class TestScanApplyTags:
    def test_the_results_are_written_and_the_tags_too(
        self, aws: EmbeddedAws, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert muster(aws, "scan", *CHECK, "--format", "json", "--apply-tags") == 0
        out, err = capsys.readouterr()
        assert len(json.loads(out)["findings"]) == len(BUCKETS)
        assert f"note: 3 resources, tag {KEY}: 2 set, 1 unchanged" in err.splitlines()
        assert [name for name, found in every_tag(aws).items() if KEY in found] == ["bad", "shop.example.com"]

    def test_a_failing_scan_still_tags_and_keeps_its_status(self, aws: EmbeddedAws) -> None:
        assert muster(aws, "scan", *CHECK, "--apply-tags", "--fail-on", "LOW", "--quiet") == 1
        assert tags(aws, "bad") == BUCKETS["bad"] | FAILED

    def test_a_denied_write_makes_it_three(self, aws: EmbeddedAws, capsys: pytest.CaptureFixture[str]) -> None:
        aws.refuse("s3control:TagResource")
        aws.refuse("s3:PutBucketTagging")
        assert muster(aws, "scan", *CHECK, "--apply-tags", "--fail-on", "never") == INCOMPLETE
        assert "refused: arn:aws:s3:::bad" in capsys.readouterr().err

    def test_without_the_option_a_scan_writes_nothing(self, aws: EmbeddedAws) -> None:
        muster(aws, "scan", *CHECK)
        assert written(aws) == []
