"""A change set imports resources that exist: it is checked, shows what it imports, and makes nothing."""

import json
from collections.abc import Callable
from typing import Any

import botocore.exceptions
import pytest

from local.server import ACCOUNT, EmbeddedAws
from tests.integration.local.stacking import HOME, aws, delete, physical_ids, resource, running, stack, system_tags

__all__ = ["aws", "running"]

TRUST = {"Version": "2012-10-17", "Statement": []}


def retained(kind: str, properties: dict[str, Any] | None = None) -> dict[str, Any]:
    return resource(kind, properties, DeletionPolicy="Retain", UpdateReplacePolicy="Retain")


QUEUE = retained("SQS::Queue", {"QueueName": "orders"})


def create(aws: EmbeddedAws, made: dict[str, Any], identifiers: dict[str, dict[str, str]], **further: Any) -> str:
    """Make a change set that imports, and return its ARN."""
    wanted = [
        {"ResourceType": made[name]["Type"], "LogicalResourceId": name, "ResourceIdentifier": identifier}
        for name, identifier in identifiers.items()
    ]
    template = {"Resources": made, **further}
    answer = aws.client("cloudformation").create_change_set(
        StackName="shop",
        ChangeSetName="import",
        ChangeSetType="IMPORT",
        TemplateBody=json.dumps(template),
        ResourcesToImport=wanted,
        Tags=[{"Key": "team", "Value": "a"}],
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )
    return str(answer["Id"])


def described(aws: EmbeddedAws) -> dict[str, Any]:
    answer: dict[str, Any] = aws.client("cloudformation").describe_change_set(StackName="shop", ChangeSetName="import")
    return answer


def queue(aws: EmbeddedAws, name: str = "orders") -> str:
    return str(aws.client("sqs").create_queue(QueueName=name)["QueueUrl"])


def test_a_change_set_shows_what_it_imports_and_executing_it_makes_nothing(aws: EmbeddedAws) -> None:
    url, cloudformation = queue(aws), aws.client("cloudformation")
    aws.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"DelaySeconds": "7"})
    create(aws, {"Queue": QUEUE}, {"Queue": {"QueueUrl": url}})
    found = described(aws)
    assert (found["Status"], found["ExecutionStatus"]) == ("CREATE_COMPLETE", "AVAILABLE")
    (change,) = [each["ResourceChange"] for each in found["Changes"]]
    assert (change["Action"], change["LogicalResourceId"], change["PhysicalResourceId"]) == ("Import", "Queue", url)
    aws.front.calls.clear()
    cloudformation.execute_change_set(StackName="shop", ChangeSetName="import")
    assert {call.operation for call in aws.calls} & {"sqs:CreateQueue", "sqs:SetQueueAttributes"} == set()
    (made,) = cloudformation.describe_stacks(StackName="shop")["Stacks"]
    assert (made["StackStatus"], made["Tags"]) == ("IMPORT_COMPLETE", [{"Key": "team", "Value": "a"}])
    assert physical_ids(aws) == {"Queue": url}
    got = aws.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["DelaySeconds"])["Attributes"]
    assert got == {"DelaySeconds": "7"}
    delete(aws)
    assert aws.client("sqs").list_queues()["QueueUrls"] == [url]


def _table(aws: EmbeddedAws) -> dict[str, str]:
    aws.client("dynamodb").create_table(
        TableName="orders",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
    )
    return {"TableName": "orders"}


def _bucket(aws: EmbeddedAws) -> dict[str, str]:
    where = {"LocationConstraint": HOME}
    aws.client("s3").create_bucket(Bucket="my.dots.bucket", CreateBucketConfiguration=where)
    return {"BucketName": "my.dots.bucket"}


def _function(aws: EmbeddedAws) -> dict[str, str]:
    role = aws.client("iam").create_role(RoleName="f", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    aws.client("lambda").create_function(
        FunctionName="work", Runtime="python3.13", Role=role, Handler="a.b", Code={"ZipFile": b"x"}
    )
    return {"FunctionName": "work"}


def _group(aws: EmbeddedAws) -> dict[str, str]:
    return {"Id": aws.client("ec2").create_security_group(GroupName="web", Description="web")["GroupId"]}


def _logs(aws: EmbeddedAws) -> dict[str, str]:
    aws.client("logs").create_log_group(logGroupName="/shop")
    return {"LogGroupName": "/shop"}


def _alarm(aws: EmbeddedAws) -> dict[str, str]:
    aws.client("cloudwatch").put_metric_alarm(
        AlarmName="reads", Namespace="a", MetricName="b", Statistic="Sum", Period=60,
        EvaluationPeriods=1, Threshold=1.0, ComparisonOperator="GreaterThanThreshold",
    )  # fmt: skip
    return {"AlarmName": "reads"}


def _dashboard(aws: EmbeddedAws) -> dict[str, str]:
    aws.client("cloudwatch").put_dashboard(DashboardName="shop", DashboardBody="{}")
    return {"DashboardName": "shop"}


def _role(aws: EmbeddedAws) -> dict[str, str]:
    aws.client("iam").create_role(RoleName="worker", AssumeRolePolicyDocument=json.dumps(TRUST))
    return {"RoleName": "worker"}


def _policy(aws: EmbeddedAws) -> dict[str, str]:
    document = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]})
    return {"PolicyArn": aws.client("iam").create_policy(PolicyName="p", PolicyDocument=document)["Policy"]["Arn"]}


def _key(aws: EmbeddedAws) -> dict[str, str]:
    return {"KeyId": aws.client("kms").create_key()["KeyMetadata"]["KeyId"]}


def _alias(aws: EmbeddedAws) -> dict[str, str]:
    aws.client("kms").create_alias(AliasName="alias/orders", TargetKeyId=_key(aws)["KeyId"])
    return {"AliasName": "alias/orders"}


def _target(aws: EmbeddedAws) -> dict[str, str]:
    where = {
        "ServiceNamespace": "dynamodb",
        "ResourceId": "table/orders",
        "ScalableDimension": "dynamodb:table:ReadCapacityUnits",
    }
    aws.client("application-autoscaling").register_scalable_target(**where, MinCapacity=1, MaxCapacity=2)
    return where


IMPORTABLE: dict[str, Callable[[EmbeddedAws], dict[str, str]]] = {
    "ApplicationAutoScaling::ScalableTarget": _target,
    "CloudWatch::Alarm": _alarm,
    "CloudWatch::Dashboard": _dashboard,
    "DynamoDB::Table": _table,
    "EC2::SecurityGroup": _group,
    "IAM::ManagedPolicy": _policy,
    "IAM::Role": _role,
    "KMS::Alias": _alias,
    "KMS::Key": _key,
    "Lambda::Function": _function,
    "Logs::LogGroup": _logs,
    "S3::Bucket": _bucket,
    "SNS::Topic": lambda aws: {"TopicArn": aws.client("sns").create_topic(Name="alerts")["TopicArn"]},
    "SQS::Queue": lambda aws: {"QueueUrl": queue(aws)},
}


@pytest.mark.parametrize("kind", sorted(IMPORTABLE))
def test_each_type_is_imported_by_its_identifier(aws: EmbeddedAws, kind: str) -> None:
    identifier = IMPORTABLE[kind](aws)
    create(aws, {"One": retained(kind)}, {"One": identifier})
    found = described(aws)
    assert found["Status"] == "CREATE_COMPLETE", found["StatusReason"]
    aws.client("cloudformation").execute_change_set(ChangeSetName=found["ChangeSetId"])
    (physical_id,) = physical_ids(aws).values()
    assert set(identifier.values()) <= {physical_id, *physical_id.split("|")}
    wanted = {"type": f"AWS::{kind}", "identifiers": sorted(identifier)}
    summary = aws.client("cloudformation").get_template_summary(StackName="shop")["ResourceIdentifierSummaries"]
    assert [{"type": each["ResourceType"], "identifiers": sorted(each["ResourceIdentifiers"])} for each in summary] == [
        wanted
    ]


def test_the_tags_of_the_stack_join_those_of_the_resource(aws: EmbeddedAws) -> None:
    sns, logs = aws.client("sns"), aws.client("logs")
    arn = sns.create_topic(Name="alerts", Tags=[{"Key": "stage", "Value": "prod"}])["TopicArn"]
    logs.create_log_group(logGroupName="/shop", tags={"stage": "prod"})
    made = {"Topic": retained("SNS::Topic"), "Group": retained("Logs::LogGroup")}
    create(aws, made, {"Topic": {"TopicArn": arn}, "Group": {"LogGroupName": "/shop"}})
    aws.client("cloudformation").execute_change_set(StackName="shop", ChangeSetName="import")
    tags = {tag["Key"]: tag["Value"] for tag in sns.list_tags_for_resource(ResourceArn=arn)["Tags"]}
    assert tags == {"stage": "prod", **system_tags(aws, "Topic")}
    group = f"arn:aws:logs:{HOME}:{ACCOUNT}:log-group:/shop"
    assert logs.list_tags_for_resource(resourceArn=group)["tags"] == {"stage": "prod", **system_tags(aws, "Group")}


@pytest.mark.parametrize(
    ("made", "identifiers", "further", "says"),
    [
        pytest.param(
            {"Queue": resource("SQS::Queue")},
            {"Queue": {"QueueUrl": "u"}},
            {},
            r"import \[Queue\] must have DeletionPolicy",
            id="no deletion policy",
        ),
        pytest.param(
            {"Queue": QUEUE},
            {"Queue": {"QueueUrl": "u"}},
            {"Outputs": {"A": {"Value": "a"}}},
            r"cannot modify or add \[Outputs\]",
            id="a new output",
        ),
        pytest.param(
            {"Queue": QUEUE},
            {"Queue": {"QueueName": "orders"}},
            {},
            r"is identified by \[QueueUrl\]",
            id="another identifier",
        ),
        pytest.param(
            {"Queue": QUEUE, "Topic": retained("SNS::Topic")},
            {"Queue": {"QueueUrl": "u"}},
            {},
            r"\[Topic\] are missing from the ResourcesToImport list",
            id="a resource that would be made",
        ),
        pytest.param(
            {"Policy": retained("SQS::QueuePolicy")},
            {"Policy": {"Id": "p"}},
            {},
            r"\[AWS::SQS::QueuePolicy\] are not supported for Import",
            id="a type that cannot be imported",
        ),
        pytest.param({"Queue": QUEUE}, {}, {}, "At least one resource to import", id="nothing to import"),
    ],
)
def test_a_wrong_import_is_refused_at_once(
    aws: EmbeddedAws,
    made: dict[str, Any],
    identifiers: dict[str, dict[str, str]],
    further: dict[str, Any],
    says: str,
) -> None:
    with pytest.raises(botocore.exceptions.ClientError, match=says):
        create(aws, made, identifiers, **further)


def test_a_resource_that_does_not_exist_fails_the_change_set(aws: EmbeddedAws) -> None:
    create(aws, {"Table": retained("DynamoDB::Table")}, {"Table": {"TableName": "orders"}})
    found = described(aws)
    assert (found["Status"], found["ExecutionStatus"]) == ("FAILED", "UNAVAILABLE")
    assert "TableName=orders does not exist" in found["StatusReason"]
    with pytest.raises(botocore.exceptions.ClientError) as error:
        aws.client("cloudformation").execute_change_set(StackName="shop", ChangeSetName="import")
    assert error.value.response["Error"]["Code"] == "InvalidChangeSetStatus"


def test_a_resource_of_another_stack_fails_the_change_set(aws: EmbeddedAws) -> None:
    ids = stack(aws, name="other", Queue=QUEUE)
    create(aws, {"Queue": QUEUE}, {"Queue": {"QueueUrl": ids["Queue"]}})
    assert "is already managed by stack" in described(aws)["StatusReason"]


def test_a_stack_imports_more_and_nothing_of_it_may_change(aws: EmbeddedAws) -> None:
    stack(aws, Queue=QUEUE)
    arn = aws.client("sns").create_topic(Name="alerts")["TopicArn"]
    changed = retained("SQS::Queue", {"QueueName": "orders", "DelaySeconds": 1})
    topic = retained("SNS::Topic")
    with pytest.raises(botocore.exceptions.ClientError, match=r"modified resources \[Queue\]"):
        create(aws, {"Queue": changed, "Topic": topic}, {"Topic": {"TopicArn": arn}})
    with pytest.raises(botocore.exceptions.ClientError, match=r"cannot delete resources \[Queue\]"):
        create(aws, {"Topic": topic}, {"Topic": {"TopicArn": arn}})
    create(aws, {"Queue": QUEUE, "Topic": topic}, {"Topic": {"TopicArn": arn}})
    assert [each["ResourceChange"]["Action"] for each in described(aws)["Changes"]] == ["Import"]
    aws.client("cloudformation").execute_change_set(StackName="shop", ChangeSetName="import")
    assert physical_ids(aws).keys() == {"Queue", "Topic"}


def test_an_imported_resource_without_retain_is_deleted_with_its_stack(aws: EmbeddedAws) -> None:
    url = queue(aws)
    create(aws, {"Queue": resource("SQS::Queue", DeletionPolicy="Delete")}, {"Queue": {"QueueUrl": url}})
    aws.client("cloudformation").execute_change_set(StackName="shop", ChangeSetName="import")
    delete(aws)
    assert aws.client("sqs").list_queues().get("QueueUrls", []) == []


def test_the_stack_of_a_resource_is_found_by_its_physical_id(aws: EmbeddedAws) -> None:
    cloudformation = aws.client("cloudformation")
    ids = stack(aws, Queue=QUEUE, Topic=resource("SNS::Topic"))
    stack(aws, name="other", Topic=resource("SNS::Topic"))
    for physical_id in ids.values():
        found = cloudformation.describe_stack_resources(PhysicalResourceId=physical_id)["StackResources"]
        assert {(each["StackName"], each["LogicalResourceId"]) for each in found} == {
            ("shop", "Queue"),
            ("shop", "Topic"),
        }
    with pytest.raises(botocore.exceptions.ClientError, match="Stack for nothing does not exist"):
        cloudformation.describe_stack_resources(PhysicalResourceId="nothing")


def test_change_sets_of_one_name_belong_to_their_stacks(aws: EmbeddedAws) -> None:
    cloudformation = aws.client("cloudformation")
    for name in ("one", "two"):
        template = {"Resources": {name: resource("SQS::Queue", {"QueueName": name})}}
        cloudformation.create_change_set(
            StackName=name, ChangeSetName="first", ChangeSetType="CREATE", TemplateBody=json.dumps(template)
        )
    cloudformation.execute_change_set(StackName="one", ChangeSetName="first")
    assert [url.rpartition("/")[2] for url in aws.client("sqs").list_queues()["QueueUrls"]] == ["one"]
    with pytest.raises(botocore.exceptions.ClientError, match="does not exist"):
        cloudformation.describe_change_set(StackName="three", ChangeSetName="first")
