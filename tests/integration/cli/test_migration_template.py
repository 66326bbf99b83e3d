"""`muster migration template` on the embedded AWS: what is printed, what is called, and what is said."""

import json
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from local.server import EmbeddedAws
from muster.cli import main

SOURCE, TARGET = "us-east-1", "eu-west-1"
FILE = """\
batch: wave-1
environment: prod
suffix: eu
source: {region: us-east-1}
target: {region: eu-west-1}
notify: platform@example.com
buckets: [data]
tables: [{name: orders, capacity: {read: 1.5, write: 1.1}}]
"""
READS = ("Describe", "Get", "List", "AssumeRole")
INCOMPLETE = 3


@pytest.fixture
def aws(running: EmbeddedAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> EmbeddedAws:
    """A bucket and a table in the source region; the default region is a third one."""
    running.reset()
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AWS_REGION", raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ap-south-1")
    Path("wave-1.yaml").write_text(FILE, encoding="utf-8")
    s3 = running.client("s3", SOURCE)
    s3.create_bucket(Bucket="data")
    s3.put_bucket_versioning(Bucket="data", VersioningConfiguration={"Status": "Enabled"})
    running.client("dynamodb", SOURCE).create_table(
        TableName="orders",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        ProvisionedThroughput={"ReadCapacityUnits": 10, "WriteCapacityUnits": 10},
    )
    running.front.calls.clear()
    return running


def muster(aws: EmbeddedAws, *options: str) -> int:
    return main(["migration", "template", "wave-1.yaml", "--endpoint-url", aws.endpoint, *options])


def deploy(aws: EmbeddedAws, body: str) -> Any:
    cloudformation = aws.client("cloudformation", TARGET)
    cloudformation.create_stack(StackName="target", TemplateBody=body, Capabilities=["CAPABILITY_NAMED_IAM"])
    return cloudformation


def test_the_template_is_printed_with_comments_and_makes_the_targets(
    aws: EmbeddedAws, capsys: pytest.CaptureFixture[str]
) -> None:
    assert muster(aws, "--quiet") == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    assert printed.out.startswith("# Deploy it in the target region")
    cloudformation = deploy(aws, printed.out)
    assert cloudformation.describe_stacks(StackName="target")["Stacks"][0]["StackStatus"] == "CREATE_COMPLETE"
    table = aws.client("dynamodb", TARGET).describe_table(TableName="orders-eu")["Table"]
    units = table["ProvisionedThroughput"]
    assert (units["ReadCapacityUnits"], units["WriteCapacityUnits"]) == (15, 11)
    s3 = aws.client("s3", TARGET)
    assert s3.get_bucket_versioning(Bucket="data-eu")["Status"] == "Enabled"
    assert s3.get_bucket_location(Bucket="data-eu")["LocationConstraint"] == TARGET
    cloudformation.delete_stack(StackName="target")
    assert "data-eu" not in [each["Name"] for each in s3.list_buckets()["Buckets"]]


def test_nothing_is_written_to_an_account(aws: EmbeddedAws) -> None:
    assert muster(aws) == 0
    operations = {call.operation.partition(":")[2] for call in aws.calls}
    assert operations
    assert [each for each in operations if not each.startswith(READS)] == []


def test_what_is_said_beside_the_template_goes_to_standard_error(
    aws: EmbeddedAws, capsys: pytest.CaptureFixture[str]
) -> None:
    assert muster(aws, "--output", "target.yaml") == 0
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "platform@example.com must confirm" in printed.err
    assert "commands for you to run" in printed.err
    assert yaml.safe_load(Path("target.yaml").read_text(encoding="utf-8"))["Resources"]


def test_json_has_the_same_resources(aws: EmbeddedAws, capsys: pytest.CaptureFixture[str]) -> None:
    muster(aws, "--quiet")
    first = yaml.safe_load(capsys.readouterr().out)
    muster(aws, "--quiet", "--format", "json")
    assert json.loads(capsys.readouterr().out)["Resources"] == first["Resources"]


def test_the_commands_are_a_script_that_is_run_by_nobody(aws: EmbeddedAws) -> None:
    assert muster(aws, "--output", "target.yaml", "--commands", "source-side.sh") == 0
    lines = Path("source-side.sh").read_text(encoding="utf-8").splitlines()
    assert lines[:2] == ["#!/bin/sh", "set -eu"]
    (line,) = [each for each in lines if "put-bucket-replication" in each]
    words = shlex.split(line)
    rules = json.loads(words[words.index("--replication-configuration") + 1])
    assert aws.client("s3", SOURCE).get_bucket_versioning(Bucket="data")["Status"] == "Enabled"
    deploy(aws, Path("target.yaml").read_text(encoding="utf-8"))
    aws.client("s3", SOURCE).put_bucket_replication(Bucket="data", ReplicationConfiguration=rules)


def test_a_denied_call_is_a_gap_and_exits_3(aws: EmbeddedAws, capsys: pytest.CaptureFixture[str]) -> None:
    aws.refuse("s3:GetBucketCors")
    assert muster(aws, "--quiet") == INCOMPLETE
    printed = capsys.readouterr()
    assert "missing: data: cors is not carried over" in printed.err
    assert "# - data: cors is not carried over" in printed.out


def test_a_source_that_does_not_exist_is_a_gap(aws: EmbeddedAws, capsys: pytest.CaptureFixture[str]) -> None:
    Path("wave-1.yaml").write_text(FILE.replace("[data]", "[nothing-here]"), encoding="utf-8")
    assert muster(aws, "--quiet") == INCOMPLETE
    assert "missing: nothing-here: there is no such bucket in us-east-1" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        ("batch: [", (), "wave-1.yaml"),
        (FILE, ("--output", "same.txt", "--commands", "same.txt"), "name two files"),
        (FILE, ("--output", "no/such/folder.yaml"), "no directory"),
    ],
    ids=("broken-file", "one-file-for-two", "no-folder"),
)
def test_a_mistake_prints_no_template_and_calls_nothing(
    aws: EmbeddedAws, capsys: pytest.CaptureFixture[str], text: str, options: tuple[str, ...], said: str
) -> None:
    Path("wave-1.yaml").write_text(text, encoding="utf-8")
    assert muster(aws, *options) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert said in printed.err
    assert aws.calls == []
