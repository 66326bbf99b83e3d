"""The function that validates migrations on a deployed stack: files, reports, the metric, mail on change only."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema
import pytest

from local import workflow
from local.deploy import Stack, deploy
from local.runtime import Runtime
from local.server import EmbeddedAws
from muster.migration.report.schema import json_schema
from tests.e2e.migration.source import make_function

SOURCE, TARGET = "us-east-1", "eu-west-1"
FILE = """\
batch: wave-1
environment: production
source: {region: us-east-1}
target: {region: eu-west-1}
suffix: copy
log_groups: [app]
"""
TAGS = {"Environment": "production", "MigrationBatch": "wave-1", "SourceRegion": SOURCE}


class Migrations:
    """The stack with what a test does to it."""

    def __init__(self, aws: EmbeddedAws, runtime: Runtime, stack: Stack) -> None:
        self.aws, self.runtime, self.stack = aws, runtime, stack
        self.bucket = stack.outputs["ReportBucketName"]

    def put(self, name: str, text: str) -> None:
        self.aws.client("s3").put_object(Bucket=self.bucket, Key=f"config/migrations/{name}", Body=text.encode())

    def invoke(self, event: Mapping[str, Any]) -> dict[str, Any]:
        name = self.stack.outputs["ValidateMigrationFunctionName"]
        answer = self.aws.client("lambda").invoke(FunctionName=name, Payload=json.dumps(event))
        return dict(json.loads(answer["Payload"].read()))

    def report(self, answer: Mapping[str, Any], batch: str = "wave-1") -> dict[str, Any]:
        key = answer["batches"][batch]["report"]
        assert key.startswith(f"migrations/{batch}/")
        return dict(json.loads(self.aws.client("s3").get_object(Bucket=self.bucket, Key=key)["Body"].read()))

    def group(self, name: str, region: str, days: int = 30) -> None:
        logs = self.aws.client("logs", region)
        logs.create_log_group(logGroupName=name, tags=TAGS)
        logs.put_retention_policy(logGroupName=name, retentionInDays=days)

    def metric(self) -> list[float]:
        """Return the values of the metric in the order in which they were emitted."""
        lines = [line for text in self.runtime.logs for line in text.splitlines() if "MigrationsWithoutParity" in line]
        return [json.loads(line)["MigrationsWithoutParity"][0] for line in lines]

    @property
    def subjects(self) -> list[str]:
        return [subject for subject, _ in workflow.mails(self.stack)]


@pytest.fixture(scope="module")
def migrations() -> Iterator[Migrations]:
    with EmbeddedAws() as aws, Runtime(aws) as runtime:
        parameters = {"PackNames": "ec2-tag-compliance", "AlertEmail": "team@example.com"}
        stack = deploy(aws, {**parameters, "MigrationSchedule": "rate(1 day)", "MigrationConcurrency": "1"})
        runtime.folders.update(stack.functions)
        yield Migrations(aws, runtime, stack)


@pytest.mark.embedded
def test_a_migration_is_validated_and_only_changes_are_sent(migrations: Migrations) -> None:
    """Embedded only: it makes log groups in two regions. One test: each step stands on what the one before left."""
    migrations.group("app", SOURCE)
    migrations.put("wave-1.yaml", FILE)

    # The target is missing.
    answer = migrations.invoke({})
    assert answer["batches"]["wave-1"]["parity"] == "no", answer
    report = migrations.report(answer)
    jsonschema.validate(report, json_schema())
    assert report["resources"][0]["failing"] == ["target-log-group-exists"], report["findings"]
    assert migrations.subjects == ["Muster: migration wave-1: the target does not match the source"]
    assert migrations.metric() == [1.0]

    # Nothing changed.
    assert migrations.invoke({})["messages_sent"] == 0
    assert len(migrations.subjects) == 1

    # The target is made.
    migrations.group("app-copy", TARGET)
    answer = migrations.invoke({})
    assert answer["batches"]["wave-1"]["parity"] == "yes", migrations.report(answer)["findings"]
    assert migrations.subjects[1:] == ["Muster: migration wave-1: the target matches the source again"]
    assert migrations.metric()[-1] == 0.0

    # One setting is lost, and one file is wrong.
    migrations.aws.client("logs", TARGET).put_retention_policy(logGroupName="app-copy", retentionInDays=7)
    migrations.put("wave-2.yaml", FILE.replace("us-east-1", "us-east-11").replace("wave-1", "wave-2"))
    answer = migrations.invoke({})
    assert answer["batches"]["wave-1"]["parity"] == "no"
    assert list(answer["wrong_files"]) == ["wave-2.yaml"]
    assert "wave-2.yaml:3: source.region" in answer["wrong_files"]["wave-2.yaml"]
    assert sorted(migrations.subjects[2:]) == [
        "Muster: migration file wave-2.yaml is wrong",
        "Muster: migration wave-1: the target does not match the source",
    ]
    text = dict(workflow.mails(migrations.stack))["Muster: migration wave-1: the target does not match the source"]
    assert "app-copy: events are kept for 7 days, 30 are expected (target-log-group-retention)" in text
    assert migrations.metric()[-1] == 2.0

    # The same again says nothing; one batch by hand leaves the metric as it is.
    assert migrations.invoke({})["messages_sent"] == 0
    emitted = len(migrations.metric())
    assert list(migrations.invoke({"batch": "wave-1"})["batches"]) == ["wave-1"]
    assert len(migrations.metric()) == emitted


@pytest.mark.embedded
def test_an_event_of_another_form_or_of_no_batch_is_refused(migrations: Migrations) -> None:
    """Embedded only: the answer of a function that raises."""
    assert migrations.invoke({"batch": "wave 1"})["errorType"] == "EventError"
    assert "has the batch wave-9" in migrations.invoke({"batch": "wave-9"})["errorMessage"]


@pytest.mark.embedded
def test_the_role_grants_every_call_of_a_validation(migrations: Migrations) -> None:
    """Embedded only: it makes a bucket, a table, a key, roles and a function in two regions."""
    aws = migrations.aws
    aws.client("iam").create_role(RoleName="copier", AssumeRolePolicyDocument=json.dumps({"Statement": []}))
    for region, suffix in ((SOURCE, ""), (TARGET, "-copy")):
        key = aws.client("kms", region).create_key()["KeyMetadata"]["Arn"]
        s3 = aws.client("s3", region)
        place = {} if region == SOURCE else {"CreateBucketConfiguration": {"LocationConstraint": region}}
        s3.create_bucket(Bucket=f"shop-data{suffix}", **place)
        s3.put_bucket_versioning(Bucket=f"shop-data{suffix}", VersioningConfiguration={"Status": "Enabled"})
        rules = [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}}]
        s3.put_bucket_encryption(Bucket=f"shop-data{suffix}", ServerSideEncryptionConfiguration={"Rules": rules})
        aws.client("dynamodb", region).create_table(
            TableName=f"orders{suffix}",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            ProvisionedThroughput={"ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
            StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        )
        make_function(aws, f"worker{suffix}", region, f"orders{suffix}", KMSKeyArn=key)
    rule = {
        "ID": "copy", "Status": "Enabled", "Priority": 1, "Filter": {"Prefix": ""},
        "DeleteMarkerReplication": {"Status": "Disabled"}, "Destination": {"Bucket": "arn:aws:s3:::shop-data-copy"},
    }  # fmt: skip
    role = aws.client("iam").get_role(RoleName="copier")["Role"]["Arn"]
    aws.client("s3", SOURCE).put_bucket_replication(
        Bucket="shop-data", ReplicationConfiguration={"Role": role, "Rules": [rule]}
    )
    migrations.put(
        "wave-3.yaml",
        FILE.replace("wave-1", "wave-3").replace(
            "log_groups: [app]", "buckets: [shop-data]\ntables: [orders]\nfunctions: [worker]"
        ),
    )
    report = migrations.report(migrations.invoke({"batch": "wave-3"}), "wave-3")
    jsonschema.validate(report, json_schema())
    assert "access denied" not in json.dumps(report)
    bucket, table, function = report["resources"]
    assert function["unread"] == []
    assert (bucket["replication_status"], bucket["replication"][0]["id"]) == ("ENABLED", "copy")
    assert table["target"]["stream_arn"].startswith("arn:aws:dynamodb:eu-west-1:123456789012:table/orders-copy/stream/")
