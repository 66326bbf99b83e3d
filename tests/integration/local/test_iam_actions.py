"""The IAM actions of operations, where the two have different names."""

from typing import Any

import pytest

from local.arns import resource_of
from local.iam_actions import actions_of


@pytest.mark.parametrize(
    ("operation", "actions"),
    [
        ("elbv2:DescribeTags", ("elasticloadbalancing:DescribeTags",)),
        ("resourcegroupstaggingapi:ListRequiredTags", ("tag:ListRequiredTags",)),
        ("s3control:GetAccessPoint", ("s3:GetAccessPoint",)),
        ("s3:GetBucketReplication", ("s3:GetReplicationConfiguration",)),
        ("s3:PutBucketReplication", ("s3:PutReplicationConfiguration", "iam:PassRole")),
        ("s3:DeleteBucketTagging", ("s3:PutBucketTagging",)),
        ("s3:ListBucketIntelligentTieringConfigurations", ("s3:GetIntelligentTieringConfiguration",)),
        ("s3:DeleteBucketAnalyticsConfiguration", ("s3:PutAnalyticsConfiguration",)),
        ("s3:PutBucketNotificationConfiguration", ("s3:PutBucketNotification",)),
        ("s3:PutBucketAbac", ("s3:PutBucketAbac",)),
        ("s3control:TagResource", ("s3:TagResource",)),
        ("s3control:PutPublicAccessBlock", ("s3:PutAccountPublicAccessBlock",)),
        ("stepfunctions:StartExecution", ("states:StartExecution",)),
        ("dynamodb:DescribeTable", ("dynamodb:DescribeTable",)),
        ("dynamodbstreams:GetRecords", ("dynamodb:GetRecords",)),
        ("sqs:DeleteMessageBatch", ("sqs:DeleteMessage",)),
        ("sts:GetCallerIdentity", ()),
        ("s3:CopyObject", ("s3:GetObject", "s3:PutObject")),
    ],
)
def test_operations_are_spelled_as_iam_spells_them(operation: str, actions: tuple[str, ...]) -> None:
    assert actions_of(operation) == actions


DIRECTORY = "orders--euw1-az1--x-s3"
DIRECTORY_ARN = f"arn:aws:s3express:eu-west-1:123456789012:bucket/{DIRECTORY}"


@pytest.mark.parametrize(
    ("operation", "parameters", "action"),
    [
        ("s3:ListDirectoryBuckets", {}, "s3express:ListAllMyDirectoryBuckets"),
        ("s3:GetBucketLifecycleConfiguration", {"Bucket": DIRECTORY}, "s3express:GetLifecycleConfiguration"),
        ("s3:GetBucketLifecycleConfiguration", {"Bucket": "orders"}, "s3:GetLifecycleConfiguration"),
        ("s3control:ListTagsForResource", {"ResourceArn": DIRECTORY_ARN}, "s3express:ListTagsForResource"),
    ],
)
def test_directory_buckets_have_actions_of_their_own(operation: str, parameters: dict[str, Any], action: str) -> None:
    assert actions_of(operation, parameters) == (action,)


HERE = "eu-west-1:123456789012"


@pytest.mark.parametrize(
    ("action", "parameters", "resource"),
    [
        ("dynamodb:PutItem", {"TableName": "t"}, f"arn:aws:dynamodb:{HERE}:table/t"),
        ("dynamodb:PutItem", {"TableName": f"arn:aws:dynamodb:{HERE}:table/t"}, f"arn:aws:dynamodb:{HERE}:table/t"),
        ("dynamodb:Query", {"TableName": "t", "IndexName": "i"}, f"arn:aws:dynamodb:{HERE}:table/t/index/i"),
        ("dynamodb:BatchWriteItem", {"RequestItems": {"t": []}}, f"arn:aws:dynamodb:{HERE}:table/t"),
        ("dynamodb:GetRecords", {"ShardIterator": "x"}, "*"),
        (
            "dynamodb:DescribeStream",
            {"StreamArn": f"arn:aws:dynamodb:{HERE}:table/t/stream/1"},
            f"arn:aws:dynamodb:{HERE}:table/t/stream/1",
        ),
        ("events:PutEvents", {"Entries": [{"Source": "a"}]}, f"arn:aws:events:{HERE}:event-bus/default"),
        ("events:PutEvents", {"Entries": [{"EventBusName": "b"}]}, f"arn:aws:events:{HERE}:event-bus/b"),
        ("events:DescribeEventBus", {"Name": "b"}, f"arn:aws:events:{HERE}:event-bus/b"),
        ("securityhub:BatchImportFindings", {"Findings": [{"ProductArn": "arn:aws:x"}]}, "arn:aws:x"),
        ("ssm:GetParameter", {"Name": "/muster/slack"}, f"arn:aws:ssm:{HERE}:parameter/muster/slack"),
        ("ssm:GetParameter", {"Name": "slack"}, f"arn:aws:ssm:{HERE}:parameter/slack"),
        (
            "firehose:DescribeDeliveryStream",
            {"DeliveryStreamName": "s", "Limit": 1},
            f"arn:aws:firehose:{HERE}:deliverystream/s",
        ),
        ("mq:DescribeBroker", {"BrokerId": "b-1"}, f"arn:aws:mq:{HERE}:broker:name:b-1"),
        ("mq:ListTags", {"ResourceArn": f"arn:aws:mq:{HERE}:broker:s:b-1"}, f"arn:aws:mq:{HERE}:broker:s:b-1"),
        ("secretsmanager:GetSecretValue", {"SecretId": "s"}, f"arn:aws:secretsmanager:{HERE}:secret:s-AbCdEf"),
        ("sqs:SendMessage", {"QueueUrl": "http://127.0.0.1/1/q"}, f"arn:aws:sqs:{HERE}:q"),
        ("ec2:DescribeInstances", {}, "*"),
        ("s3:TagResource", {"AccountId": "123456789012", "ResourceArn": "arn:aws:s3:::a.b"}, "arn:aws:s3:::a.b"),
        ("s3express:GetLifecycleConfiguration", {"Bucket": DIRECTORY}, DIRECTORY_ARN),
        ("s3express:ListTagsForResource", {"AccountId": "1", "ResourceArn": DIRECTORY_ARN}, DIRECTORY_ARN),
        (
            "iam:PassRole",
            {"Bucket": "b", "ReplicationConfiguration": {"Role": "arn:aws:iam::123456789012:role/r", "Rules": []}},
            "arn:aws:iam::123456789012:role/r",
        ),
    ],
)
def test_the_resource_is_found_in_the_parameters(action: str, parameters: dict[str, Any], resource: str) -> None:
    region, _, account = HERE.partition(":")
    assert resource_of(action, parameters, region, account) == resource
