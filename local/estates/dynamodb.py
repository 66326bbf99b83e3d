"""Tables and DAX clusters, good and bad."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from local.server import ACCOUNT, EmbeddedAws

_GOOD_TAGS = {"Environment": "production", "Owner": "web", "CostCenter": "CC-1000", "Project": "shop"}
_TAGS = [{"Key": key, "Value": value} for key, value in _GOOD_TAGS.items()]
_INDEX = "by-customer"


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make a table and a cluster that pass, and a table, its index and a cluster that fail."""
    _good_table(aws, region)
    _scaled_table(aws, region)
    _bad_table(aws, region)
    _clusters(aws, region)


def _good_table(aws: EmbeddedAws, region: str) -> None:
    dynamodb, name = aws.client("dynamodb", region), "orders"
    key = aws.client("kms", region).create_key(Description="encrypts orders", Tags=_kms_tags())["KeyMetadata"]["Arn"]
    arn = _make(
        dynamodb,
        name,
        BillingMode="PAY_PER_REQUEST",
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key},
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        DeletionProtectionEnabled=True,
        Tags=_TAGS,
    )
    recovery = {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 35}
    dynamodb.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=recovery)
    expiry = {"Enabled": True, "AttributeName": "expires"}
    dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=expiry)
    role = f"arn:aws:iam::{ACCOUNT}:role/backup"
    aws.client("backup", region).start_backup_job(BackupVaultName="Default", ResourceArn=arn, IamRoleArn=role)
    _alarms(aws, region, name)


def _alarms(aws: EmbeddedAws, region: str, name: str) -> None:
    topic = aws.client("sns", region).create_topic(Name="throttled")["TopicArn"]
    for metric in ("ReadThrottleEvents", "WriteThrottleEvents"):
        aws.client("cloudwatch", region).put_metric_alarm(
            AlarmName=f"{name}-{metric}",
            AlarmActions=[topic],
            Namespace="AWS/DynamoDB",
            MetricName=metric,
            Dimensions=[{"Name": "TableName", "Value": name}],
            Statistic="Sum",
            Period=60,
            EvaluationPeriods=1,
            Threshold=0,
            ComparisonOperator="GreaterThanThreshold",
        )


def _scaled_table(aws: EmbeddedAws, region: str) -> None:
    _make(aws.client("dynamodb", region), "stock", GlobalSecondaryIndexes=[_index()], Tags=_TAGS)
    scaling = aws.client("application-autoscaling", region)
    for resource, kind in (("table/stock", "table"), (f"table/stock/index/{_INDEX}", "index")):
        for capacity in ("Read", "Write"):
            scaling.register_scalable_target(
                ServiceNamespace="dynamodb",
                ResourceId=resource,
                ScalableDimension=f"dynamodb:{kind}:{capacity}CapacityUnits",
                MinCapacity=1,
                MaxCapacity=100,
            )


def _bad_table(aws: EmbeddedAws, region: str) -> None:
    dynamodb = aws.client("dynamodb", region)
    table = _make(dynamodb, "sessions", GlobalSecondaryIndexes=[_index()])
    reads = {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "dynamodb:GetItem", "Resource": table}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [reads]})
    dynamodb.put_resource_policy(ResourceArn=table, Policy=policy)
    dimensions = [{"Name": "TableName", "Value": "sessions"}, {"Name": "GlobalSecondaryIndexName", "Value": _INDEX}]
    throttled = {"MetricName": "WriteThrottleEvents", "Dimensions": dimensions, "Value": 12, "Unit": "Count"}
    an_hour_ago = datetime.now(UTC) - timedelta(hours=1)
    aws.client("cloudwatch", region).put_metric_data(
        Namespace="AWS/DynamoDB", MetricData=[throttled | {"Timestamp": an_hour_ago}]
    )


def _clusters(aws: EmbeddedAws, region: str) -> None:
    dax = aws.client("dax", region)
    common = {"NodeType": "dax.t3.small", "ReplicationFactor": 1, "IamRoleArn": f"arn:aws:iam::{ACCOUNT}:role/dax"}
    good = {"SSESpecification": {"Enabled": True}, "ClusterEndpointEncryptionType": "TLS", "Tags": _TAGS}
    dax.create_cluster(ClusterName="orders-cache", **{**common, "ReplicationFactor": 2}, **good)
    dax.create_cluster(ClusterName="sessions-cache", **common)


def _make(dynamodb: Any, name: str, **more: Any) -> str:
    capacity = {} if "BillingMode" in more else {"ProvisionedThroughput": _units()}
    made = dynamodb.create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        **capacity,
        **more,
    )
    return str(made["TableDescription"]["TableArn"])


def _index() -> dict[str, Any]:
    return {
        "IndexName": _INDEX,
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
        "ProvisionedThroughput": _units(),
    }


def _units() -> dict[str, int]:
    return {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}


def _kms_tags() -> list[dict[str, str]]:
    return [{"TagKey": key, "TagValue": value} for key, value in _GOOD_TAGS.items()]
