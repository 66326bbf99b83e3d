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
get-* | batch-get-* | describe-*) printf '%s\\n' "$ANSWER"; case "$ANSWER" in "An error"*) exit 254;; esac;;
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


API: Mapping[str, Any] = {
    "apiId": "a1",
    "name": "shop",
    "authenticationType": "API_KEY",
    "additionalAuthenticationProviders": [{"authenticationType": "AWS_IAM"}, {"authenticationType": "AWS_LAMBDA"}],
    "logConfig": {"cloudWatchLogsRoleArn": "old", "fieldLogLevel": "NONE", "excludeVerboseContent": True},
    "xrayEnabled": True,
    "queryDepthLimit": 5,
}
LAMBDA_ONLY = [{"authenticationType": "AWS_LAMBDA"}]


@pytest.mark.parametrize(
    ("check_id", "changed"),
    [
        ("appsync-logging-enabled", {"logConfig": {**API["logConfig"], "fieldLogLevel": "ERROR"}}),
        (
            "appsync-authorization-check",
            {"authenticationType": "AWS_IAM", "additionalAuthenticationProviders": LAMBDA_ONLY},
        ),
    ],
)
def test_one_setting_of_a_graphql_api_changes(tmp_path: Path, check_id: str, changed: Mapping[str, object]) -> None:
    answer = {**API, "arn": "arn", "uris": {}, "tags": {}, "owner": HERE, "apiType": "GRAPHQL", "visibility": "GLOBAL"}
    one = Target("AWS::AppSync::GraphQLApi", "a1", "arn", HERE, WHERE)
    (call,) = run(tmp_path, fix(check_id, one), json.dumps(answer))
    assert document(call, "--cli-input-json") == {**API, **changed}


def test_a_capacity_provider_keeps_its_scaling(tmp_path: Path) -> None:
    scaling = {"status": "DISABLED", "targetCapacity": 80, "minimumScalingStepSize": 2}
    provider = {"autoScalingGroupArn": "arn", "managedScaling": scaling, "managedDraining": "ENABLED"}
    answer = {"name": "shop", "status": "ACTIVE", "autoScalingGroupProvider": provider}
    one = Target("AWS::ECS::CapacityProvider", "shop", "arn", HERE, WHERE)
    (call,) = run(tmp_path, fix("ecs-capacity-provider-termination-protected", one), json.dumps(answer))
    assert document(call, "--cli-input-json") == {
        "name": "shop",
        "autoScalingGroupProvider": {
            "managedScaling": {**scaling, "status": "ENABLED"},
            "managedDraining": "ENABLED",
            "managedTerminationProtection": "ENABLED",
        },
    }


def test_the_sources_of_a_project_lose_their_credentials_only(tmp_path: Path) -> None:
    source = {"type": "BITBUCKET", "location": "https://ada:secret@bitbucket.org/shop/web.git", "gitCloneDepth": 1}
    other = {"type": "GITHUB", "location": "https://github.com/shop/web", "sourceIdentifier": "web"}
    answer = {"name": "shop", "arn": "arn", "source": source, "secondarySources": [other]}
    one = Target("AWS::CodeBuild::Project", "shop", "arn", HERE, WHERE)
    (call,) = run(tmp_path, fix("codebuild-project-source-repo-url-check", one), json.dumps(answer))
    assert document(call, "--cli-input-json") == {
        "name": "shop",
        "source": {**source, "location": "https://bitbucket.org/shop/web.git"},
        "secondarySources": [other],
    }


def test_methods_and_routes_with_a_level_of_their_own_get_one_that_is_accepted(tmp_path: Path) -> None:
    methods = {"~1pets/GET": {"loggingLevel": "OFF"}, "~1pets/PUT": {"loggingLevel": "INFO"}}
    routes: Mapping[str, Any] = {
        "$connect": {"LoggingLevel": "OFF", "ThrottlingBurstLimit": 5},
        "b": {"LoggingLevel": "INFO"},
    }
    answer = {"StageName": "prod", "methodSettings": methods, "RouteSettings": routes}
    one = Target("AWS::ApiGateway::Stage", "a1/prod", "arn", HERE, WHERE)
    made = fix("api-gw-execution-logging-enabled", one, api="a1", stage="prod")
    rest, sockets = run(tmp_path, made, json.dumps(answer))
    assert [each["path"] for each in document(rest, "--patch-operations")] == [
        "/*/*/logging/loglevel",
        "/~1pets/GET/logging/loglevel",
    ]
    assert document(sockets, "--cli-input-json") == {
        "ApiId": "a1",
        "StageName": "prod",
        "DefaultRouteSettings": {"LoggingLevel": "ERROR"},
        "RouteSettings": {"$connect": {**routes["$connect"], "LoggingLevel": "ERROR"}, "b": routes["b"]},
    }


def test_a_web_acl_is_saved_with_its_default_action(tmp_path: Path) -> None:
    kept = {"Name": "web", "Id": "0a1b", "DefaultAction": {"Block": {}}, "TokenDomains": ["example.com"], "Rules": []}
    acl = {**kept, "ARN": "arn", "Capacity": 0, "LabelNamespace": "n", "ManagedByFirewallManager": False}
    one = Target(
        "AWS::WAFv2::WebACL", "0a1b", "arn:aws:wafv2:eu-west-1:111122223333:regional/webacl/web/1", HERE, WHERE
    )
    run(tmp_path, fix("wafv2-webacl-not-empty", one)[:2], json.dumps({"LockToken": "t", "WebACL": acl}))
    assert json.loads((tmp_path / "WEB-ACL.json").read_text()) == {"LockToken": "t", "Scope": "REGIONAL", **kept}


MERGING = sorted(name for name, check in CATALOG.checks.items() if " | jq -Rs " in check.fix)


@pytest.mark.parametrize("check_id", MERGING)
@pytest.mark.parametrize("answer", ["An error occurred (AccessDenied) when calling", "An error: no credentials", ""])
def test_nothing_changes_where_the_document_cannot_be_read(tmp_path: Path, check_id: str, answer: str) -> None:
    resource_type, *_ = CATALOG.resource_types(CATALOG.checks[check_id])
    one = Target(resource_type, "shop", "arn:aws:s3:::shop", HERE, WHERE)
    merging = tuple(step for step in fix(check_id, one, partition="aws", days="90") if " | jq -Rs " in step.text)
    assert merging
    assert run(tmp_path, merging, answer) == []
