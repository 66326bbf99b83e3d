"""Fixes that change one part of a document: run in a shell, they keep the rest, and change nothing on an error."""

import json
import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from muster.catalog.catalog import load
from muster.reports.remedy import Step, Target, filled
from tests.unit.reports.aws_cli import faults

pytestmark = pytest.mark.skipif(not shutil.which("jq") and "CI" not in os.environ, reason="the fixes need jq")

CATALOG = load()
HERE, WHERE = "111122223333", "eu-west-1"
BUCKET = Target("AWS::S3::Bucket", "shop", "arn:aws:s3:::shop", HERE, WHERE)
AWS = """\
case "$2" in
get-* | describe-*) printf '%s\\n' "$ANSWER"; case "$ANSWER" in "An error"*) exit 254;; esac;;
*) printf '%s\\0' aws "$@" >> "$CALLS"; printf '\\n\\0' >> "$CALLS";;
esac
"""
"""It stands for the AWS CLI: every read gives the same answer, and every other call is written down."""


def run(tmp_path: Path, steps: tuple[Step, ...], answer: str) -> list[list[str]]:
    """Run the commands of a fix; return the calls that change something, each of which the real CLI understands."""
    calls, script = tmp_path / "calls", tmp_path / "aws"
    script.write_text(f"#!/bin/sh\n{AWS}")
    script.chmod(0o755)
    calls.write_text("")
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "ANSWER": answer, "CALLS": str(calls)}
    for step in steps:
        if step.command:
            subprocess.run(["bash", "-c", step.text], env=environment, cwd=tmp_path, capture_output=True, check=False)  # noqa: S603, S607 - the fixes of Muster
    found = [call.split("\0")[:-1] for call in calls.read_text().split("\n\0")[:-1]]
    assert [faults(shlex.join(each)) for each in found] == [[]] * len(found)
    return found


def fix(check_id: str, target: Target = BUCKET, **more: str) -> tuple[Step, ...]:
    values = {name.upper(): value for name, value in more.items()}
    return filled(CATALOG.checks[check_id].fix, replace(target, more=values))


def document(call: list[str], option: str) -> Any:
    return json.loads(call[call.index(option) + 1])


OWN = {"Sid": "Own", "Effect": "Allow", "Principal": {"AWS": HERE}, "Action": "s3:*", "Resource": "arn:aws:s3:::shop"}
RULE = {"ID": "logs", "Status": "Enabled", "Filter": {"Prefix": "logs/"}, "Expiration": {"Days": 7}}
ENCRYPTION = {
    "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "key"},
    "BucketKeyEnabled": False,
    "BlockedEncryptionTypes": {"EncryptionType": ["NONE"]},
}
REPLICATION = {
    "ID": "a",
    "Status": "Disabled",
    "Filter": {"Prefix": ""},
    "Priority": 4,
    "DeleteMarkerReplication": {"Status": "Disabled"},
    "Destination": {"Bucket": "arn:aws:s3:::copy"},
}
WITHOUT_TLS = {
    "Sid": "DenyRequestsWithoutTls",
    "Effect": "Deny",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": ["arn:aws:s3:::shop", "arn:aws:s3:::shop/*"],
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}


@pytest.mark.parametrize("statement", [[OWN], OWN])
def test_the_statement_on_tls_joins_those_of_the_policy(tmp_path: Path, statement: object) -> None:
    answer = json.dumps({"Version": "2012-10-17", "Id": "p", "Statement": statement})
    (call,) = run(tmp_path, fix("s3-bucket-ssl-requests-only", partition="aws"), answer)
    assert document(call, "--policy") == {"Version": "2012-10-17", "Id": "p", "Statement": [OWN, WITHOUT_TLS]}


def test_a_bucket_without_a_policy_gets_one(tmp_path: Path) -> None:
    answer = "An error occurred (NoSuchBucketPolicy) when calling the GetBucketPolicy operation"
    (call,) = run(tmp_path, fix("s3-bucket-ssl-requests-only", partition="aws"), answer)
    assert document(call, "--policy") == {"Version": "2012-10-17", "Statement": [WITHOUT_TLS]}


RULES: Mapping[str, Mapping[str, Any]] = {
    "s3-bucket-lifecycle-covers-old-objects": {"Transitions": [{"Days": 90, "StorageClass": "INTELLIGENT_TIERING"}]},
    "s3-lifecycle-noncurrent-versions-expire": {"NoncurrentVersionExpiration": {"NoncurrentDays": 90}},
    "s3-lifecycle-aborts-multipart-uploads": {"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 90}},
}


@pytest.mark.parametrize("check_id", RULES)
def test_a_lifecycle_rule_joins_those_of_the_bucket(tmp_path: Path, check_id: str) -> None:
    answer = {"TransitionDefaultMinimumObjectSize": "varies_by_storage_class", "Rules": [RULE]}
    (call,) = run(tmp_path, fix(check_id, days="90"), json.dumps(answer))
    added = {"Status": "Enabled", "Filter": {"Prefix": ""}, **RULES[check_id]}
    assert document(call, "--cli-input-json") == {
        "LifecycleConfiguration": {"Rules": [RULE, added]},
        "TransitionDefaultMinimumObjectSize": "varies_by_storage_class",
    }


@pytest.mark.parametrize("check_id", RULES)
def test_a_bucket_without_lifecycle_rules_gets_one(tmp_path: Path, check_id: str) -> None:
    answer = (
        "An error occurred (NoSuchLifecycleConfiguration) when calling the GetBucketLifecycleConfiguration operation"
    )
    (call,) = run(tmp_path, fix(check_id, days="90"), answer)
    added = {"Status": "Enabled", "Filter": {"Prefix": ""}, **RULES[check_id]}
    assert document(call, "--cli-input-json") == {"LifecycleConfiguration": {"Rules": [added]}}


@pytest.mark.parametrize(
    ("check_id", "changed"),
    [
        ("s3-bucket-key-enabled", {"BucketKeyEnabled": True}),
        ("s3-bucket-sse-c-blocked", {"BlockedEncryptionTypes": {"EncryptionType": ["SSE-C"]}}),
        (
            "s3-default-encryption-kms",
            {
                "BucketKeyEnabled": True,
                "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "KEY-ARN"},
            },
        ),
    ],
)
def test_one_setting_of_the_encryption_changes(tmp_path: Path, check_id: str, changed: Mapping[str, object]) -> None:
    (call,) = run(tmp_path, fix(check_id), json.dumps({"Rules": [ENCRYPTION]}))
    assert document(call, "--server-side-encryption-configuration") == {"Rules": [{**ENCRYPTION, **changed}]}


@pytest.mark.parametrize(
    ("answer", "role", "kept", "priority"),
    [
        (json.dumps({"Role": "arn:aws:iam::111122223333:role/r", "Rules": [REPLICATION]}),
         "arn:aws:iam::111122223333:role/r", [REPLICATION], 5),
        ("An error occurred (ReplicationConfigurationNotFoundError) when calling", "ROLE-ARN", [], 1),
    ],
)  # fmt: skip
def test_a_replication_rule_joins_those_of_the_bucket(
    tmp_path: Path, answer: str, role: str, kept: list[object], priority: int
) -> None:
    (call,) = run(tmp_path, fix("s3-bucket-cross-region-replication-enabled"), answer)
    added = {
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "Priority": priority,
        "DeleteMarkerReplication": {"Status": "Enabled"},
        "Destination": {"Bucket": "DESTINATION-BUCKET-ARN"},
    }
    assert document(call, "--replication-configuration") == {"Role": role, "Rules": [*kept, added]}


def test_an_action_joins_those_of_the_alarm_and_the_rest_stays(tmp_path: Path) -> None:
    kept = {"AlarmName": "shop", "Threshold": 5.0, "Metrics": [{"Id": "m", "Expression": "a"}], "AlarmActions": ["old"]}
    state = {"AlarmArn": "arn", "StateValue": "OK", "StateReason": "r", "StateTransitionedTimestamp": "2026-11-01"}
    alarm = Target(
        "AWS::CloudWatch::Alarm", "shop", "arn:aws:cloudwatch:eu-west-1:111122223333:alarm:shop", HERE, WHERE
    )
    (call,) = run(tmp_path, fix("cloudwatch-alarm-actions-set", alarm), json.dumps({**kept, **state}))
    assert document(call, "--cli-input-json") == {**kept, "AlarmActions": ["old", "TOPIC-ARN"]}


MERGING = sorted(name for name, check in CATALOG.checks.items() if " | jq -Rs " in check.fix)


@pytest.mark.parametrize("check_id", MERGING)
@pytest.mark.parametrize("answer", ["An error occurred (AccessDenied) when calling", "An error: no credentials", ""])
def test_nothing_changes_where_the_document_cannot_be_read(tmp_path: Path, check_id: str, answer: str) -> None:
    (resource_type,) = CATALOG.resource_types(CATALOG.checks[check_id])
    one = Target(resource_type, "shop", "arn:aws:s3:::shop", HERE, WHERE)
    merging = tuple(step for step in fix(check_id, one, partition="aws", days="90") if " | jq -Rs " in step.text)
    assert merging
    assert run(tmp_path, merging, answer) == []
