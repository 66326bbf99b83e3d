"""Deleting a stack, on moto: every version goes, and what cannot be deleted is named."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws
from moto.cloudformation import parsing

from muster.sdk.session import Clients
from tools import delete_stack

REGION = "eu-west-1"
TEMPLATE = {
    "Resources": {
        "Bucket": {
            "Type": "AWS::S3::Bucket",
            "Properties": {"BucketName": "muster-test-reports", "VersioningConfiguration": {"Status": "Enabled"}},
        },
        "Key": {"Type": "AWS::KMS::Key", "Properties": {"KeyPolicy": {"Version": "2012-10-17", "Statement": []}}},
        "Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/aws/lambda/muster-test"}},
    }
}


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    for name, value in (("AWS_ACCESS_KEY_ID", "testing"), ("AWS_SECRET_ACCESS_KEY", "testing")):
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)


@pytest.fixture(autouse=True)
def _models_of_moto(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let moto's own models make the stack, also where an embedded AWS has added its models to the process before."""
    own = [model for model in parsing.get_model_list() if not model.__name__.startswith("Embedded")]
    kept = (parsing.get_model_map, parsing.get_name_type_map)
    with monkeypatch.context() as patch:
        patch.setattr(parsing, "get_model_list", lambda: own)
        for each in kept:
            each.cache_clear()
        yield
    for each in kept:
        each.cache_clear()


@pytest.fixture
def clients() -> Iterator[Clients]:
    with mock_aws():
        made = Clients(boto3.session.Session(region_name=REGION))
        made.get("cloudformation", REGION).create_stack(StackName="muster-test", TemplateBody=json.dumps(TEMPLATE))
        # moto's CloudFormation forgets the versioning, and deletes keys at once.
        made.get("s3", REGION).put_bucket_versioning(
            Bucket="muster-test-reports", VersioningConfiguration={"Status": "Enabled"}
        )
        yield made


def fill(clients: Clients, objects: int) -> None:
    s3 = clients.get("s3", REGION)
    for number in range(objects):
        s3.put_object(Bucket="muster-test-reports", Key=f"scans/{number:04d}", Body=b"1")
    for body in (b"2", b"3"):
        s3.put_object(Bucket="muster-test-reports", Key="scans/0000", Body=body)
    s3.delete_object(Bucket="muster-test-reports", Key="scans/0001")


def test_empty_deletes_every_version_and_marker_of_more_than_one_page(clients: Clients) -> None:
    fill(clients, 1_100)
    assert delete_stack.empty(clients.get("s3", REGION), "muster-test-reports") == 1_103
    left = clients.get("s3", REGION).list_object_versions(Bucket="muster-test-reports")
    assert "Versions" not in left
    assert "DeleteMarkers" not in left


def test_a_bucket_that_is_gone_is_empty(clients: Clients) -> None:
    assert delete_stack.empty(clients.get("s3", REGION), "no-such-bucket-here") == 0


def test_a_version_that_s3_keeps_is_named() -> None:
    class Refusing:
        def list_object_versions(self, **_: Any) -> Any:
            return {"Versions": [{"Key": "a", "VersionId": "1"}]}

        def delete_objects(self, **_: Any) -> Any:
            return {"Errors": [{"Key": "a", "Code": "AccessDenied", "Message": "retained"}]}

    with pytest.raises(delete_stack.DeleteError, match="s3://reports/a cannot be deleted: AccessDenied: retained"):
        delete_stack.empty(Refusing(), "reports")


def test_a_stack_is_deleted_with_its_reports(clients: Clients) -> None:
    fill(clients, 3)
    assert delete_stack.delete(clients, REGION, "muster-test", poll_seconds=0) == []
    assert clients.get("s3", REGION).list_buckets()["Buckets"] == []


def test_the_key_that_waits_to_be_deleted_is_told(clients: Clients) -> None:
    kms = clients.get("kms", REGION)
    key = kms.create_key()["KeyMetadata"]
    kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
    resource = delete_stack.Resource("Key", "AWS::KMS::Key", key["KeyId"])
    (left,) = delete_stack._left(clients, REGION, [resource])
    assert left.startswith(f"the key {key['Arn']} is PendingDeletion until 20")


def test_a_scan_that_runs_is_stopped(clients: Clients) -> None:
    stepfunctions = clients.get("stepfunctions", REGION)
    machine = stepfunctions.create_state_machine(
        name="muster-scan-test", definition="{}", roleArn="arn:aws:iam::123456789012:role/muster-scan-test"
    )["stateMachineArn"]
    running = stepfunctions.start_execution(stateMachineArn=machine, name="morning")["executionArn"]
    delete_stack._stop_executions(
        stepfunctions, [delete_stack.Resource("Scan", "AWS::StepFunctions::StateMachine", machine)]
    )
    assert stepfunctions.describe_execution(executionArn=running)["status"] == "ABORTED"


def test_logs_that_were_written_late_are_told(clients: Clients, monkeypatch: pytest.MonkeyPatch) -> None:
    wait = delete_stack._wait

    def writes_late(*arguments: Any) -> str:
        status = wait(*arguments)
        clients.get("logs", REGION).create_log_group(logGroupName="/aws/lambda/muster-test")
        return status

    monkeypatch.setattr(delete_stack, "_wait", writes_late)
    left = delete_stack.delete(clients, REGION, "muster-test", poll_seconds=0)
    assert any("the log group /aws/lambda/muster-test was written to" in sentence for sentence in left)


class Failing:
    """A CloudFormation whose bucket is written to behind our back so many times."""

    def __init__(self, times: int, reason: str) -> None:
        self.times, self.reason, self.deletions = times, reason, 0
        self.resource = "reports"

    def describe_stacks(self, **_: Any) -> Any:
        status = "DELETE_FAILED" if 0 < self.deletions <= self.times else "DELETE_COMPLETE"
        return {"Stacks": [{"StackId": "the-id", "StackStatus": status}]}

    def delete_stack(self, **_: Any) -> None:
        self.deletions += 1

    def get_paginator(self, operation: str) -> Any:
        event = {
            "LogicalResourceId": "ReportBucket",
            "PhysicalResourceId": self.resource,
            "ResourceStatus": "DELETE_FAILED",
            "ResourceStatusReason": self.reason,
        }
        pages = {
            "list_stack_resources": [{"StackResourceSummaries": []}],
            "describe_stack_events": [{"StackEvents": [event]}],
        }
        return type("Pages", (), {"paginate": lambda _, **__: pages[operation]})()


def failing(clients: Clients, cloudformation: Failing, monkeypatch: pytest.MonkeyPatch) -> None:
    get = clients.get
    monkeypatch.setattr(
        clients, "get", lambda service, region: cloudformation if service == "cloudformation" else get(service, region)
    )


def test_a_bucket_that_was_written_to_meanwhile_is_emptied_again(
    clients: Clients, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloudformation = Failing(2, "The bucket you tried to delete is not empty. You must delete all versions.")
    failing(clients, cloudformation, monkeypatch)
    assert delete_stack.delete(clients, REGION, "muster-test", poll_seconds=0) == []
    assert cloudformation.deletions == 3


@pytest.mark.parametrize(
    ("reason", "deletions"),
    [
        pytest.param("The bucket you tried to delete is not empty", delete_stack.ATTEMPTS, id="never empty"),
        pytest.param("User is not authorized to perform glue:DeleteTable", 1, id="not allowed"),
    ],
)
def test_what_cannot_be_deleted_is_named_with_the_reason(
    clients: Clients, monkeypatch: pytest.MonkeyPatch, reason: str, deletions: int
) -> None:
    cloudformation = Failing(99, reason)
    failing(clients, cloudformation, monkeypatch)
    with pytest.raises(delete_stack.DeleteError, match=f"DELETE_FAILED: ReportBucket: {reason}"):
        delete_stack.delete(clients, REGION, "muster-test", poll_seconds=0)
    assert cloudformation.deletions == deletions


def test_an_export_that_another_stack_imports_is_told(clients: Clients, monkeypatch: pytest.MonkeyPatch) -> None:
    cloudformation = Failing(99, "Export muster-test-KeyArn cannot be deleted as it is in use by consumer")
    cloudformation.resource = "the-id"
    failing(clients, cloudformation, monkeypatch)
    with pytest.raises(delete_stack.DeleteError, match="in use by consumer"):
        delete_stack.delete(clients, REGION, "muster-test", poll_seconds=0)


@pytest.mark.usefixtures("clients")
def test_a_stack_that_is_not_there_is_an_error_with_the_way_out(capsys: pytest.CaptureFixture[str]) -> None:
    assert delete_stack.main(["muster-typo", "--yes", "--region", REGION]) == 1
    assert "there is no stack muster-typo in eu-west-1" in capsys.readouterr().err


def test_nothing_is_deleted_without_a_yes(clients: Clients, capsys: pytest.CaptureFixture[str]) -> None:
    assert delete_stack.main(["muster-test", "--region", REGION]) == 2
    assert "nothing was deleted" in capsys.readouterr().err
    assert clients.get("cloudformation", REGION).describe_stacks(StackName="muster-test")["Stacks"]


def test_no_name_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        delete_stack.main([])
    assert refused.value.code == 2
    assert "make delete STACK=muster-dev" in capsys.readouterr().err


@pytest.mark.usefixtures("clients")
def test_a_stack_is_deleted_from_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert delete_stack.main(["muster-test", "--yes", "--region", REGION]) == 0
    assert capsys.readouterr().out == "muster-test is deleted; nothing is left.\n"


def test_what_is_left_is_printed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(delete_stack, "delete", lambda *_: ["the bucket x is still there"])
    assert delete_stack.main(["muster-test", "--yes", "--region", REGION]) == 0
    assert capsys.readouterr().out == "muster-test is deleted. What is left:\n- the bucket x is still there\n"


@pytest.fixture
def _elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A profile of another region."""
    config = tmp_path / "config"
    config.write_text(
        "[profile elsewhere]\nregion = us-west-2\naws_access_key_id = testing\naws_secret_access_key = testing\n",
        encoding="utf-8",
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_PROFILE", "elsewhere")
    for name in ("AWS_DEFAULT_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.usefixtures("clients", "_elsewhere")
def test_the_stack_of_aws_region_is_deleted_and_not_that_of_the_profiles_region(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert delete_stack.main(["muster-test", "--yes"]) == 1
    assert "no stack muster-test in us-west-2" in capsys.readouterr().err
    monkeypatch.setenv("AWS_REGION", REGION)
    assert delete_stack.main(["muster-test", "--yes"]) == 0
    assert "muster-test is deleted" in capsys.readouterr().out


SAM = {
    "Resources": {
        "SamCliSourceBucket": {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "aws-sam-cli-managed-source"}}
    },
    "Outputs": {"SourceBucket": {"Value": {"Ref": "SamCliSourceBucket"}}},
}


def test_what_sam_uploaded_is_named_and_left(clients: Clients) -> None:
    clients.get("cloudformation", REGION).create_stack(
        StackName="aws-sam-cli-managed-default", TemplateBody=json.dumps(SAM)
    )
    s3 = clients.get("s3", REGION)
    s3.put_object(Bucket="aws-sam-cli-managed-source", Key="muster-test/0123.template", Body=b"x")
    left = delete_stack.delete(clients, REGION, "muster-test", poll_seconds=0)
    (told,) = [each for each in left if "sam deploy" in each]
    assert told.startswith("s3://aws-sam-cli-managed-source/muster-test/ holds what 'sam deploy' uploaded")
    assert "aws s3 rm --recursive s3://aws-sam-cli-managed-source/muster-test/" in told
    assert s3.list_objects_v2(Bucket="aws-sam-cli-managed-source")["KeyCount"] == 1


def test_the_uploads_of_other_stacks_are_not_named(clients: Clients) -> None:
    clients.get("cloudformation", REGION).create_stack(
        StackName="aws-sam-cli-managed-default", TemplateBody=json.dumps(SAM)
    )
    clients.get("s3", REGION).put_object(Bucket="aws-sam-cli-managed-source", Key="muster-test-2/a", Body=b"x")
    assert not [each for each in delete_stack.delete(clients, REGION, "muster-test", poll_seconds=0) if "sam" in each]
