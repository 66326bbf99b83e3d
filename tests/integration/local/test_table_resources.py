"""A stack makes tables, keys and their scaling with every property of the template."""

import json
from typing import Any

import botocore.exceptions
import pytest

from local.server import ACCOUNT, EmbeddedAws
from tests.integration.local.stacking import AWAY, HOME, aws, delete, physical_ids, resource, running, stack

__all__ = ["aws", "running"]

KEYS = {
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
}
CAPACITY = {"ReadCapacityUnits": "3", "WriteCapacityUnits": "2"}
INDEX = {"IndexName": "by-id", "KeySchema": KEYS["KeySchema"], "Projection": {"ProjectionType": "ALL"}}
POLICY = {"Version": "2012-10-17", "Statement": []}


def table(aws: EmbeddedAws, name: str = "orders", region: str = HOME) -> dict[str, Any]:
    described: dict[str, Any] = aws.client("dynamodb", region).describe_table(TableName=name)["Table"]
    return described


def test_an_on_demand_table_is_made_with_everything(aws: EmbeddedAws) -> None:
    limit = {"MaxReadRequestUnits": 10, "MaxWriteRequestUnits": 20}
    stream = f"arn:aws:kinesis:{HOME}:{ACCOUNT}:stream/orders"
    properties = {
        **KEYS,
        "TableName": "orders",
        "BillingMode": "PAY_PER_REQUEST",
        "OnDemandThroughput": limit,
        "TableClass": "STANDARD_INFREQUENT_ACCESS",
        "DeletionProtectionEnabled": "true",
        "SSESpecification": {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": {"Ref": "Key"}},
        "StreamSpecification": {"StreamViewType": "NEW_AND_OLD_IMAGES", "ResourcePolicy": {"PolicyDocument": POLICY}},
        "ResourcePolicy": {"PolicyDocument": POLICY},
        "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 7},
        "TimeToLiveSpecification": {"AttributeName": "ttl", "Enabled": True},
        "ContributorInsightsSpecification": {"Enabled": True, "Mode": "THROTTLED_KEYS"},
        "KinesisStreamSpecification": {"StreamArn": stream, "ApproximateCreationDateTimePrecision": "MICROSECOND"},
        "GlobalSecondaryIndexes": [
            {**INDEX, "OnDemandThroughput": limit, "ContributorInsightsSpecification": {"Enabled": True}}
        ],
        "LocalSecondaryIndexes": [
            {
                "IndexName": "by-time",
                "KeySchema": [*KEYS["KeySchema"], {"AttributeName": "time", "KeyType": "RANGE"}],
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["a"]},
            }
        ],
        "Tags": [{"Key": "stage", "Value": "prod"}],
    }
    properties["AttributeDefinitions"] = [
        *KEYS["AttributeDefinitions"],
        {"AttributeName": "time", "AttributeType": "N"},
    ]
    properties["KeySchema"] = [*KEYS["KeySchema"], {"AttributeName": "time", "KeyType": "RANGE"}]
    ids = stack(aws, Key=resource("KMS::Key", {"KeyPolicy": POLICY}), Table=resource("DynamoDB::Table", properties))
    made, client = table(aws), aws.client("dynamodb")
    assert ids["Table"] == "orders"
    assert (made["OnDemandThroughput"], made["GlobalSecondaryIndexes"][0]["OnDemandThroughput"]) == (limit, limit)
    assert made["TableClassSummary"]["TableClass"] == "STANDARD_INFREQUENT_ACCESS"
    assert made["DeletionProtectionEnabled"] is True
    assert made["SSEDescription"]["KMSMasterKeyArn"].endswith(f":key/{ids['Key']}")
    assert made["StreamSpecification"]["StreamViewType"] == "NEW_AND_OLD_IMAGES"
    assert made["LocalSecondaryIndexes"][0]["Projection"]["NonKeyAttributes"] == ["a"]
    for arn in (made["TableArn"], made["LatestStreamArn"]):
        assert json.loads(client.get_resource_policy(ResourceArn=arn)["Policy"]) == POLICY
    backups = client.describe_continuous_backups(TableName="orders")["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["RecoveryPeriodInDays"] == 7
    aging = client.describe_time_to_live(TableName="orders")["TimeToLiveDescription"]
    assert aging == {"TimeToLiveStatus": "ENABLED", "AttributeName": "ttl"}
    insights = client.describe_contributor_insights(TableName="orders")
    assert insights["ContributorInsightsMode"] == "THROTTLED_KEYS"
    of_index = client.describe_contributor_insights(TableName="orders", IndexName="by-id")
    assert of_index["ContributorInsightsStatus"] == "ENABLED"
    (destination,) = client.describe_kinesis_streaming_destination(TableName="orders")["KinesisDataStreamDestinations"]
    assert destination["StreamArn"] == stream
    assert destination["ApproximateCreationDateTimePrecision"] == "MICROSECOND"
    tags = client.list_tags_of_resource(ResourceArn=made["TableArn"])["Tags"]
    assert {tag["Key"]: tag["Value"] for tag in tags} == {"stage": "prod", "team": "a"}


def test_a_provisioned_table_is_made_with_its_scaling(aws: EmbeddedAws) -> None:
    target = {
        "ServiceNamespace": "dynamodb",
        "ResourceId": {"Fn::Sub": "table/${Table}/index/by-id"},
        "ScalableDimension": "dynamodb:index:WriteCapacityUnits",
        "MinCapacity": "1",
        "MaxCapacity": 9,
        "SuspendedState": {"DynamicScalingInSuspended": True},
        "ScheduledActions": [
            {
                "ScheduledActionName": "night",
                "Schedule": "cron(0 22 * * ? *)",
                "Timezone": "Europe/Dublin",
                "ScalableTargetAction": {"MinCapacity": 1, "MaxCapacity": 2},
            }
        ],
    }
    tracking = {
        "TargetValue": 70,
        "PredefinedMetricSpecification": {"PredefinedMetricType": "DynamoDBWriteCapacityUtilization"},
        "ScaleInCooldown": 60,
    }
    policy = {
        "PolicyName": "writes",
        "PolicyType": "TargetTrackingScaling",
        "ScalingTargetId": {"Ref": "Target"},
        "TargetTrackingScalingPolicyConfiguration": tracking,
    }
    indexes = [{**INDEX, "ProvisionedThroughput": CAPACITY}]
    properties = {**KEYS, "TableName": "orders", "ProvisionedThroughput": CAPACITY, "GlobalSecondaryIndexes": indexes}
    ids = stack(
        aws,
        Policy=resource("ApplicationAutoScaling::ScalingPolicy", policy),
        Target=resource("ApplicationAutoScaling::ScalableTarget", target),
        Table=resource("DynamoDB::Table", properties),
    )
    scaling = aws.client("application-autoscaling")
    assert table(aws)["ProvisionedThroughput"]["ReadCapacityUnits"] == 3
    (found,) = scaling.describe_scalable_targets(ServiceNamespace="dynamodb")["ScalableTargets"]
    assert (found["ResourceId"], found["MinCapacity"], found["MaxCapacity"]) == ("table/orders/index/by-id", 1, 9)
    assert found["SuspendedState"]["DynamicScalingInSuspended"] is True
    assert ids["Target"] == "table/orders/index/by-id|dynamodb:index:WriteCapacityUnits|dynamodb"
    (action,) = scaling.describe_scheduled_actions(ServiceNamespace="dynamodb")["ScheduledActions"]
    assert action["Timezone"] == "Europe/Dublin"
    (put,) = scaling.describe_scaling_policies(ServiceNamespace="dynamodb")["ScalingPolicies"]
    assert (put["PolicyARN"], put["TargetTrackingScalingPolicyConfiguration"]) == (ids["Policy"], tracking)
    delete(aws)
    assert scaling.describe_scalable_targets(ServiceNamespace="dynamodb")["ScalableTargets"] == []
    assert scaling.describe_scaling_policies(ServiceNamespace="dynamodb")["ScalingPolicies"] == []
    assert aws.client("dynamodb").list_tables()["TableNames"] == []


def test_a_key_is_made_with_everything(aws: EmbeddedAws) -> None:
    properties = {
        "Description": "Orders.",
        "KeyPolicy": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "kms:*"}]},
        "EnableKeyRotation": True,
        "RotationPeriodInDays": 180,
        "Enabled": False,
        "MultiRegion": True,
        "PendingWindowInDays": 7,
        "Tags": [{"Key": "stage", "Value": "prod"}],
    }
    alias = resource("KMS::Alias", {"AliasName": "alias/orders", "TargetKeyId": {"Fn::GetAtt": ["Key", "Arn"]}})
    ids = stack(aws, Key=resource("KMS::Key", properties), Alias=alias)
    kms = aws.client("kms")
    key = kms.describe_key(KeyId="alias/orders")["KeyMetadata"]
    assert (key["KeyId"], ids["Alias"]) == (ids["Key"], "alias/orders")
    assert (key["KeyUsage"], key["KeyState"], key["MultiRegion"]) == ("ENCRYPT_DECRYPT", "Disabled", True)
    assert (key["Description"], key["KeyManager"]) == ("Orders.", "CUSTOMER")
    policy = kms.get_key_policy(KeyId=ids["Key"])
    assert (json.loads(policy["Policy"]), policy["PolicyName"]) == (properties["KeyPolicy"], "default")
    rotation = kms.get_key_rotation_status(KeyId=ids["Key"])
    assert (rotation["KeyRotationEnabled"], rotation["RotationPeriodInDays"]) == (True, 180)
    tags = {tag["TagKey"]: tag["TagValue"] for tag in kms.list_resource_tags(KeyId=ids["Key"])["Tags"]}
    assert tags == {"stage": "prod", "team": "a"}
    delete(aws)
    assert kms.describe_key(KeyId=ids["Key"])["KeyMetadata"]["KeyState"] == "PendingDeletion"
    assert "alias/orders" not in {each["AliasName"] for each in kms.list_aliases()["Aliases"]}


@pytest.mark.parametrize(("spec", "usage"), [("RSA_2048", "SIGN_VERIFY"), ("SYMMETRIC_DEFAULT", "ENCRYPT_DECRYPT")])
def test_a_key_has_the_spec_and_the_usage_of_the_template(aws: EmbeddedAws, spec: str, usage: str) -> None:
    ids = stack(aws, Key=resource("KMS::Key", {"KeyPolicy": POLICY, "KeySpec": spec, "KeyUsage": usage}))
    key = aws.client("kms").describe_key(KeyId=ids["Key"])["KeyMetadata"]
    assert (key["KeySpec"], key["KeyUsage"]) == (spec, usage)


def test_a_name_that_the_template_leaves_out_is_made_up(aws: EmbeddedAws) -> None:
    ids = stack(aws, Table=resource("DynamoDB::Table", {**KEYS, "BillingMode": "PAY_PER_REQUEST"}))
    assert ids["Table"].startswith("shop-Table-")
    assert table(aws, ids["Table"])["TableStatus"] == "ACTIVE"


@pytest.mark.parametrize(
    ("properties", "says"),
    [
        ({**KEYS, "Capacity": 3}, r"extraneous key \[Capacity\] is not permitted"),
        ({"BillingMode": "PAY_PER_REQUEST"}, r"required key \[KeySchema\] not found"),
        ({**KEYS, "BillingMode": "PAY_PER_REQUEST", "VectorIndexes": []}, "without VectorIndexes"),
    ],
    ids=["a property that the type has not", "a property that is missing", "a property that nothing here makes"],
)
def test_no_property_is_dropped_in_silence(aws: EmbeddedAws, properties: dict[str, Any], says: str) -> None:
    with pytest.raises(botocore.exceptions.ClientError, match=says):
        stack(aws, Table=resource("DynamoDB::Table", properties))


def test_stacks_of_two_regions_do_not_disturb_each_other(aws: EmbeddedAws) -> None:
    properties = {
        **KEYS,
        "TableName": {"Fn::Join": ["-", ["orders", {"Ref": "AWS::AccountId"}]]},
        "BillingMode": "PAY_PER_REQUEST",
        "Tags": [{"Key": "where", "Value": {"Fn::Sub": "${AWS::Partition}/${AWS::Region}"}}],
    }
    name = f"orders-{ACCOUNT}"
    for region in (HOME, AWAY):
        stack(aws, region, Table=resource("DynamoDB::Table", properties))
    for region in (HOME, AWAY):
        client = aws.client("dynamodb", region)
        arn = table(aws, name, region)["TableArn"]
        tags = {tag["Key"]: tag["Value"] for tag in client.list_tags_of_resource(ResourceArn=arn)["Tags"]}
        assert tags["where"] == f"aws/{region}"
    delete(aws, HOME)
    assert aws.client("dynamodb", HOME).list_tables()["TableNames"] == []
    assert table(aws, name, AWAY)["TableStatus"] == "ACTIVE"
    assert physical_ids(aws, AWAY) == {"Table": name}


def test_a_change_of_a_resource_is_refused_and_not_lost(aws: EmbeddedAws) -> None:
    """moto took any change of these types, changed nothing, and forgot the resource."""
    ids = stack(aws, Queue=resource("SQS::Queue", {"DelaySeconds": 1}))
    cloudformation = aws.client("cloudformation")
    changed = json.dumps({"Resources": {"Queue": resource("SQS::Queue", {"DelaySeconds": 2})}})
    with pytest.raises(botocore.exceptions.ClientError, match="does not change Queue"):
        cloudformation.update_stack(StackName="shop", TemplateBody=changed)
    assert physical_ids(aws) == ids


def test_a_stack_that_fails_leaves_nothing_behind(aws: EmbeddedAws) -> None:
    made = {"Queue": resource("SQS::Queue"), "Topic": resource("SNS::Topic", {"Colour": "red"}, DependsOn="Queue")}
    for _ in range(2):
        with pytest.raises(botocore.exceptions.ClientError, match="Colour"):
            stack(aws, **made)
    assert aws.client("sqs").list_queues().get("QueueUrls", []) == []
    stack(aws, Queue=resource("SQS::Queue"))
