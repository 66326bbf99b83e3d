"""A source with many settings: its template is deployed, the commands are run, and validation finds parity."""

import json
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from local.server import ACCOUNT, EmbeddedAws
from muster.cli import main

SOURCE, TARGET, OTHER = "us-east-1", "eu-west-1", "111122223333"
FILE = """\
batch: wave.2
environment: prod
suffix: eu
source: {{region: us-east-1}}
target: {target}
buckets: [data, logs]
tables: [orders]
log_groups: [/app/orders]
"""
ROLE = f"arn:aws:iam::{ACCOUNT}:role/service/old-copy"


@pytest.fixture
def aws(running: EmbeddedAws, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> EmbeddedAws:
    running.reset()
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AWS_REGION", raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "ap-south-1")
    make_source(running)
    return running


def document(**statement: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


def make_source(aws: EmbeddedAws) -> None:
    """Make a locked bucket with logs, lifecycle and rules of replication, a table and a log group."""
    s3 = aws.client("s3", SOURCE)
    for name in ("data", "logs", "backup"):
        s3.create_bucket(Bucket=name, ObjectLockEnabledForBucket=name == "data")
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    delivery = document(
        Sid="Logs", Principal={"Service": "logging.s3.amazonaws.com"}, Action="s3:PutObject",
        Resource="arn:aws:s3:::logs/*", Condition={"ArnLike": {"aws:SourceArn": "arn:aws:s3:::data"}},
    )  # fmt: skip
    s3.put_bucket_policy(Bucket="logs", Policy=delivery)
    logging = {"LoggingEnabled": {"TargetBucket": "logs", "TargetPrefix": "data/"}}
    s3.put_bucket_logging(Bucket="data", BucketLoggingStatus=logging)
    whole = {"ID": "all", "Status": "Enabled", "Filter": {}, "Expiration": {"Days": 30}}
    part = {"ID": "tmp", "Status": "Enabled", "Filter": {"Prefix": "tmp/"}, "Expiration": {"Days": 1}}
    s3.put_bucket_lifecycle_configuration(Bucket="data", LifecycleConfiguration={"Rules": [whole, part]})
    s3.put_bucket_website(Bucket="data", WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}})
    trust = document(Principal={"Service": "s3.amazonaws.com"}, Action="sts:AssumeRole")
    aws.client("iam").create_role(RoleName="old-copy", Path="/service/", AssumeRolePolicyDocument=trust)
    old = {"ID": "old", "Status": "Enabled", "Prefix": "", "Destination": {"Bucket": "arn:aws:s3:::backup"}}
    s3.put_bucket_replication(Bucket="data", ReplicationConfiguration={"Role": ROLE, "Rules": [old]})
    aws.client("dynamodb", SOURCE).create_table(
        TableName="orders", TableClass="STANDARD_INFREQUENT_ACCESS", DeletionProtectionEnabled=True,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        ProvisionedThroughput={"ReadCapacityUnits": 10, "WriteCapacityUnits": 10},
    )  # fmt: skip
    aws.client("logs", SOURCE).create_log_group(logGroupName="/app/orders")


def run_commands(aws: EmbeddedAws, script: str) -> None:
    """Run the commands of a script as the AWS CLI would."""
    calls: dict[str, Callable[[Callable[[str], str], list[str]], object]] = {
        "put-bucket-replication": lambda option, _: aws.client("s3", SOURCE).put_bucket_replication(
            Bucket=option("--bucket"), ReplicationConfiguration=json.loads(option("--replication-configuration"))
        ),
        "create-role": lambda option, _: aws.client("iam").create_role(
            RoleName=option("--role-name"), AssumeRolePolicyDocument=option("--assume-role-policy-document")
        ),
        "put-role-policy": lambda option, _: aws.client("iam").put_role_policy(
            RoleName=option("--role-name"), PolicyName=option("--policy-name"),
            PolicyDocument=option("--policy-document"),
        ),
        "create-topic": lambda option, _: aws.client("sns", SOURCE).create_topic(Name=option("--name")),
        "put-metric-alarm": lambda option, words: aws.client("cloudwatch", SOURCE).put_metric_alarm(
            AlarmName=option("--alarm-name"), Namespace=option("--namespace"), MetricName=option("--metric-name"),
            Dimensions=pairs(words), Statistic=option("--statistic"), Period=int(option("--period")),
            EvaluationPeriods=1, Threshold=0, ComparisonOperator=option("--comparison-operator"),
            TreatMissingData=option("--treat-missing-data"), AlarmActions=[option("--alarm-actions")],
        ),
    }  # fmt: skip
    for line in script.splitlines():
        words = shlex.split(line, comments=True)
        if words[:1] == ["aws"]:
            calls[words[2]](lambda name, words=words: words[words.index(name) + 1], words)  # type: ignore[misc]


def pairs(words: list[str]) -> list[dict[str, str]]:
    """Return the dimensions of a command."""
    found = words[words.index("--dimensions") + 1 : words.index("--statistic")]
    return [dict(part.split("=", 1) for part in word.split(",")) for word in found]


@pytest.mark.parametrize("account", [ACCOUNT, OTHER])
def test_the_deployed_template_has_parity_with_its_source(
    aws: EmbeddedAws, capsys: pytest.CaptureFixture[str], account: str
) -> None:
    target = f"{{region: {TARGET}, account: '{account}', role: reader}}"
    Path("wave.yaml").write_text(FILE.format(target=target), encoding="utf-8")
    trust = document(Principal={"AWS": "*"}, Action="sts:AssumeRole")
    iam = aws.client_in(account, "iam")
    iam.create_role(RoleName="reader", AssumeRolePolicyDocument=trust)
    iam.put_role_policy(RoleName="reader", PolicyName="all", PolicyDocument=document(Action="*", Resource="*"))
    muster = ("--endpoint-url", aws.endpoint)
    options = ("--output", "target.yaml", "--commands", "commands.sh")
    assert main(["migration", "template", "wave.yaml", *options, *muster]) == 0
    cloudformation = aws.client_in(account, "cloudformation", TARGET)
    cloudformation.create_stack(
        StackName="target", TemplateBody=Path("target.yaml").read_text(encoding="utf-8"),
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )  # fmt: skip
    run_commands(aws, Path("commands.sh").read_text(encoding="utf-8"))
    capsys.readouterr()
    assert main(["migration", "validate", "wave.yaml", "--format", "json", "--fail-on", "INFORMATIONAL", *muster]) == 0
    report = json.loads(capsys.readouterr().out)
    statuses = {finding["status"] for finding in findings(report)}
    assert statuses == {"COMPLIANT", "NOT_APPLICABLE"}


def findings(value: Any) -> Iterator[dict[str, Any]]:
    """Yield the findings of a report, wherever they are."""
    if isinstance(value, dict):
        if "finding_id" in value:
            yield value
        for each in value.values():
            yield from findings(each)
    elif isinstance(value, list):
        for each in value:
            yield from findings(each)
