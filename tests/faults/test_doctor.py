"""`muster doctor` predicts what the scan then reports as unread: the same checks, regions, accounts and permissions."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local import estate, estates
from local.server import ACCOUNT, EmbeddedAws
from muster.cli import main

Unread = set[tuple[str, str, str, str]]
OTHER = "111122223333"
BY_POLICY = (
    "User: arn:aws:sts::123456789012:assumed-role/Scanner/muster is not authorized to perform: dynamodb:ListTables "
    "with an explicit deny in a service control policy"
)


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, aws: EmbeddedAws) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AWS_REGION", estate.HOME)
    monkeypatch.setenv("AWS_ENDPOINT_URL", aws.endpoint)
    Path("muster.yaml").write_text(estates.CONFIGURATION.read_text(encoding="utf-8"), encoding="utf-8")
    yield
    aws.front.refusals.clear()


def examined(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    """Return the exit status and the document of `muster doctor`."""
    status = main(["doctor", "--format", "json", *arguments])
    document: dict[str, Any] = json.loads(capsys.readouterr().out)
    return status, document


def predicted(document: dict[str, Any]) -> Unread:
    """Return what doctor says that a scan could not read for want of a permission."""
    return {
        (gap["account_id"], gap["region"], gap["permission"], check)
        for gap in document["unread"]
        if gap["permission"]
        for check in gap["checks"]
    }


def reported(capsys: pytest.CaptureFixture[str], *arguments: str) -> Unread:
    """Return what a scan could not read for want of a permission."""
    main(["scan", "--format", "json", "--quiet", "--fail-on", "never", *arguments])
    found = json.loads(capsys.readouterr().out)["findings"]
    return {
        (each["resource"]["account_id"], each["resource"]["region"], gap["permission"], each["check_id"])
        for each in found
        for gap in each.get("unavailable", ())
        if gap["permission"]
    }


def test_nothing_is_predicted_where_nothing_is_denied(aws: EmbeddedAws, capsys: pytest.CaptureFixture[str]) -> None:
    before = len(aws.calls)
    status, document = examined(capsys, "--service", "s3", "--service", "kms")
    made = aws.calls[before:]
    assert (status, document["unread"], document["status"]) == (0, [], "ok")
    assert {line["topic"]: line["status"] for line in document["lines"]} == {
        "credentials": "ok", "clock": "ok", "regions": "ok", "permissions": "ok",
    }  # fmt: skip
    before = len(aws.calls)
    reported(capsys, "--service", "s3", "--service", "kms")
    assert len(made) < len(aws.calls) - before, "it reads less than the scan, however small the account is"
    assert {call.operation.partition(":")[2][:3] for call in made} <= {"Get", "Lis", "Des"}


@pytest.mark.parametrize(
    "operations",
    [
        pytest.param(
            [
                "kms:ListKeys",
                "s3:GetBucketPolicy",
                "lambda:GetAccountSettings",
                "sns:GetTopicAttributes",
                "cloudwatch:GetMetricData",
                "lambda:GetPolicy",
            ],
            id="lists, reads, shared, related, batches",
        ),
    ],
)
def test_the_prediction_is_what_the_scan_reports(
    operations: list[str], aws: EmbeddedAws, capsys: pytest.CaptureFixture[str]
) -> None:
    for operation in operations:
        aws.refuse(operation)
    status, document = examined(capsys)
    expected = reported(capsys)
    assert status == 1
    assert {permission for _, _, permission, _ in expected} == set(operations)
    assert predicted(document) == expected
    problems = {line["permission"] for line in document["lines"] if line["status"] == "problem"}
    assert problems == set(operations)
    assert all(line["next"] for line in document["lines"] if line["status"] == "problem")


def test_an_account_that_cannot_be_entered(aws: EmbeddedAws, capsys: pytest.CaptureFixture[str]) -> None:
    aws.refuse("sts:AssumeRole")
    there = ("--account", OTHER, "--role", "MusterMember", "--service", "s3")
    status, document = examined(capsys, *there)
    (line,) = [each for each in document["lines"] if each["topic"] == "account"]
    assert (status, line["status"], line["account_id"]) == (1, "problem", OTHER)
    assert f"arn:aws:iam::{OTHER}:role/MusterMember cannot be assumed" in line["text"]
    assert f"deploy member-role.yaml in {OTHER}" in line["next"]
    assert predicted(document) == reported(capsys, *there) != set()


def test_what_the_organization_closes_is_blocked_and_not_unread(
    aws: EmbeddedAws, capsys: pytest.CaptureFixture[str]
) -> None:
    aws.refuse("dynamodb:ListTables", message=BY_POLICY)
    status, document = examined(capsys, "--service", "dynamodb")
    assert (status, document["unread"]) == (0, [])
    assert document["blocked"] == [{"account_id": ACCOUNT, "region": estate.HOME}]
    assert reported(capsys, "--service", "dynamodb") == set()


def test_a_region_that_is_not_enabled(aws: EmbeddedAws, capsys: pytest.CaptureFixture[str]) -> None:
    """moto answers in every region, and says of some that nobody opted into them."""
    there = ("--region", "ap-east-2", "--service", "kms")
    status, document = examined(capsys, *there)
    assert (status, document["unread"], reported(capsys, *there)) == (0, [], set())
    aws.refuse("kms:ListKeys", code="UnrecognizedClientException", message="The security token is invalid")
    status, document = examined(capsys, *there)
    (line,) = [each for each in document["lines"] if each["topic"] == "region"]
    assert (status, line["status"], line["region"]) == (1, "problem", "ap-east-2")
    assert line["text"] == f"ap-east-2 is not enabled in {ACCOUNT}"
    assert "--exclude-region ap-east-2" in line["next"]


def test_people_read_what_to_do(aws: EmbeddedAws, capsys: pytest.CaptureFixture[str]) -> None:
    aws.refuse("kms:ListKeys")
    assert main(["doctor", "--service", "kms"]) == 1
    out = capsys.readouterr().out
    text = " ".join(out.split())
    assert "problem permission kms:ListKeys (eu-west-1): access denied (AccessDenied)" in text
    assert "kms-key-rotation-enabled" in text
    assert "next: allow it: 'muster iam-policy' prints the whole policy" in text
    assert [line for line in out.splitlines() if len(line) > 80] == []


def test_credentials_that_aws_refuses_are_an_error(aws: EmbeddedAws, capsys: pytest.CaptureFixture[str]) -> None:
    aws.refuse("sts:GetCallerIdentity", code="InvalidClientTokenId")
    assert main(["doctor"]) == 2
    assert "AWS does not accept the credentials" in capsys.readouterr().err
