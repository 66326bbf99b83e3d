"""The source of a migration in us-east-1, made by the services' own APIs: what a team would have there."""

import io
import json
import zipfile
from typing import Any

from local.server import ACCOUNT, EmbeddedAws

SOURCE, TARGET = "us-east-1", "eu-west-1"
BUCKET, BUCKET_EU = "orders.data", "orders.data-eu"
ORDERS, ORDERS_EU = "orders", "orders-eu"
SESSIONS, SESSIONS_EU = "sessions", "sessions-eu"
FUNCTION, FUNCTION_EU = "orders-worker", "orders-worker-eu"
GROUP, GROUP_EU = "/aws/lambda/orders-worker", "/aws/lambda/orders-worker-eu"

FILE = f"""\
batch: wave-1
environment: prod
suffix: eu
source: {{region: {SOURCE}}}
target: {{region: {TARGET}}}
notify: platform@example.com
buckets: [{BUCKET}]
tables:
  - name: {ORDERS}
    capacity: {{read: 1.5, write: 1.1}}
    indexes:
      by-day: {{read: 2}}
  - {SESSIONS}
functions: [{FUNCTION}]
log_groups: [{GROUP}]
"""

TAGS = {"Environment": "prod", "Team": "orders"}


def tag_list(**more: str) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in {**TAGS, **more}.items()]


def make_source(aws: EmbeddedAws) -> None:
    """Make a bucket, two tables, a function and its log group, with the keys and roles that they use."""
    key = make_key(aws, SOURCE)
    _bucket(aws, key)
    _orders(aws, key)
    _sessions(aws)
    make_function(aws, FUNCTION, SOURCE, ORDERS)
    logs = aws.client("logs", SOURCE)
    logs.create_log_group(logGroupName=GROUP, tags=TAGS)
    logs.put_retention_policy(logGroupName=GROUP, retentionInDays=30)


def make_key(aws: EmbeddedAws, region: str) -> str:
    """Make a customer managed key and return its ARN."""
    metadata = aws.client("kms", region).create_key(Description="orders", KeyUsage="ENCRYPT_DECRYPT")["KeyMetadata"]
    return str(metadata["Arn"])


def make_function(aws: EmbeddedAws, name: str, region: str, table: str, **more: Any) -> None:
    """Make a function with its queue for failed events; code is the same on both sides."""
    iam = aws.client("iam", SOURCE)
    trust = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = {"Version": "2012-10-17", "Statement": [trust]}
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(document))["Role"]["Arn"]
    grant_queries(aws, name, f"arn:aws:dynamodb:{region}:{ACCOUNT}:table/{table}")
    queue = aws.client("sqs", region).create_queue(QueueName="orders-failed")["QueueUrl"].rpartition("/")[2]
    function = aws.client("lambda", region)
    function.create_function(
        FunctionName=name,
        Runtime="python3.13",
        Handler="app.handler",
        Role=role,
        Code={"ZipFile": _code()},
        MemorySize=512,
        Timeout=30,
        Environment={"Variables": {"TABLE": table, "REGION": region}},
        DeadLetterConfig={"TargetArn": f"arn:aws:sqs:{region}:{ACCOUNT}:{queue}"},
        **{"Tags": TAGS, **more},
    )
    function.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=5)


def grant_queries(aws: EmbeddedAws, role: str, table: str) -> None:
    """Let the role of a function query a table."""
    access = {"Effect": "Allow", "Action": "dynamodb:Query", "Resource": table}
    document = json.dumps({"Version": "2012-10-17", "Statement": [access]})
    aws.client("iam", SOURCE).put_role_policy(RoleName=role, PolicyName="table", PolicyDocument=document)


def _code() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        # A fixed time makes the package, and with it CodeSha256, the same on both sides.
        archive.writestr(zipfile.ZipInfo("app.py", (2026, 1, 1, 0, 0, 0)), "def handler(event, context): pass\n")
    return content.getvalue()


def _bucket(aws: EmbeddedAws, key: str) -> None:
    s3 = aws.client("s3", SOURCE)
    s3.create_bucket(Bucket=BUCKET)
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    rule = {"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}
    s3.put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration={"Rules": [rule]})
    s3.put_bucket_tagging(Bucket=BUCKET, Tagging={"TagSet": tag_list()})


def _orders(aws: EmbeddedAws, key: str) -> None:
    """Make a provisioned table whose reads are scaled, with one index of each kind."""
    dynamodb = aws.client("dynamodb", SOURCE)
    dynamodb.create_table(
        TableName=ORDERS,
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("id", "line", "day")],
        KeySchema=_keys("id", "line"),
        LocalSecondaryIndexes=[
            {"IndexName": "by-line-day", "KeySchema": _keys("id", "day"), "Projection": {"ProjectionType": "ALL"}}
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-day",
                "KeySchema": _keys("day"),
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["total"]},
                "ProvisionedThroughput": {"ReadCapacityUnits": 10, "WriteCapacityUnits": 10},
            }
        ],
        ProvisionedThroughput={"ReadCapacityUnits": 100, "WriteCapacityUnits": 50},
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key},
        Tags=tag_list(),
    )
    recovery = {"PointInTimeRecoveryEnabled": True}
    dynamodb.update_continuous_backups(TableName=ORDERS, PointInTimeRecoverySpecification=recovery)
    dynamodb.update_time_to_live(
        TableName=ORDERS, TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires"}
    )
    scaling = aws.client("application-autoscaling", SOURCE)
    dimension = {
        "ServiceNamespace": "dynamodb",
        "ResourceId": f"table/{ORDERS}",
        "ScalableDimension": "dynamodb:table:ReadCapacityUnits",
    }
    scaling.register_scalable_target(**dimension, MinCapacity=20, MaxCapacity=200)
    metric = {"PredefinedMetricType": "DynamoDBReadCapacityUtilization"}
    scaling.put_scaling_policy(
        **dimension,
        PolicyName="reads",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={"TargetValue": 70.0, "PredefinedMetricSpecification": metric},
    )


def _sessions(aws: EmbeddedAws) -> None:
    """Make a table that is paid on demand."""
    dynamodb = aws.client("dynamodb", SOURCE)
    dynamodb.create_table(
        TableName=SESSIONS,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=_keys("id"),
        BillingMode="PAY_PER_REQUEST",
        OnDemandThroughput={"MaxReadRequestUnits": 1000, "MaxWriteRequestUnits": 500},
        Tags=tag_list(),
    )


def _keys(partition: str, sort: str = "") -> list[dict[str, str]]:
    keys = [{"AttributeName": partition, "KeyType": "HASH"}]
    return keys + ([{"AttributeName": sort, "KeyType": "RANGE"}] if sort else [])
