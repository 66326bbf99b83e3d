"""The IAM actions of the operations of AWS's APIs, which IAM does not always name alike."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any


def _named_configurations() -> dict[str, tuple[str, ...]]:
    """Return the actions on the configurations of which a bucket has many, by name: one to read, one to write."""
    return {
        f"s3:{operation}": (f"s3:{verb}{kind}Configuration",)
        for kind in ("Analytics", "IntelligentTiering", "Inventory", "Metrics")
        for verb, operation in (
            ("Get", f"GetBucket{kind}Configuration"),
            ("Get", f"ListBucket{kind}Configurations"),
            ("Put", f"PutBucket{kind}Configuration"),
            ("Put", f"DeleteBucket{kind}Configuration"),
        )
    }


_BUCKET_SETTINGS: Mapping[str, tuple[str, ...]] = {
    "s3:GetBucketAccelerateConfiguration": ("s3:GetAccelerateConfiguration",),
    "s3:PutBucketAccelerateConfiguration": ("s3:PutAccelerateConfiguration",),
    "s3:DeleteBucketCors": ("s3:PutBucketCORS",),
    "s3:GetBucketEncryption": ("s3:GetEncryptionConfiguration",),
    "s3:PutBucketEncryption": ("s3:PutEncryptionConfiguration",),
    "s3:DeleteBucketEncryption": ("s3:PutEncryptionConfiguration",),
    "s3:GetBucketLifecycleConfiguration": ("s3:GetLifecycleConfiguration",),
    "s3:PutBucketLifecycleConfiguration": ("s3:PutLifecycleConfiguration",),
    "s3:DeleteBucketLifecycle": ("s3:PutLifecycleConfiguration",),
    "s3:GetBucketMetadataConfiguration": ("s3:GetBucketMetadataTableConfiguration",),
    "s3:GetBucketNotificationConfiguration": ("s3:GetBucketNotification",),
    "s3:PutBucketNotificationConfiguration": ("s3:PutBucketNotification",),
    "s3:DeleteBucketOwnershipControls": ("s3:PutBucketOwnershipControls",),
    "s3:GetPublicAccessBlock": ("s3:GetBucketPublicAccessBlock",),
    "s3:PutPublicAccessBlock": ("s3:PutBucketPublicAccessBlock",),
    "s3:DeletePublicAccessBlock": ("s3:PutBucketPublicAccessBlock",),
    "s3:GetBucketReplication": ("s3:GetReplicationConfiguration",),
    "s3:PutBucketReplication": ("s3:PutReplicationConfiguration", "iam:PassRole"),
    "s3:DeleteBucketReplication": ("s3:PutReplicationConfiguration",),
    "s3:GetObjectLockConfiguration": ("s3:GetBucketObjectLockConfiguration",),
    "s3:PutObjectLockConfiguration": ("s3:PutBucketObjectLockConfiguration",),
    "s3:DeleteBucketTagging": ("s3:PutBucketTagging",),
    **_named_configurations(),
}
"""The actions on what a bucket is set to."""

OPERATION_ACTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "s3:ListBuckets": ("s3:ListAllMyBuckets",),
        "s3:ListDirectoryBuckets": ("s3express:ListAllMyDirectoryBuckets",),
        **_BUCKET_SETTINGS,
        "s3:ListObjects": ("s3:ListBucket",),
        "s3:ListObjectsV2": ("s3:ListBucket",),
        "s3:ListObjectVersions": ("s3:ListBucketVersions",),
        "s3:HeadObject": ("s3:GetObject",),
        "s3:HeadBucket": ("s3:ListBucket",),
        "s3:CreateMultipartUpload": ("s3:PutObject",),
        "s3:UploadPart": ("s3:PutObject",),
        "s3:CompleteMultipartUpload": ("s3:PutObject",),
        "s3:CopyObject": ("s3:GetObject", "s3:PutObject"),
        "s3:DeleteObjects": ("s3:DeleteObject",),
        "s3control:GetPublicAccessBlock": ("s3:GetAccountPublicAccessBlock",),
        "s3control:PutPublicAccessBlock": ("s3:PutAccountPublicAccessBlock",),
        "s3control:DeletePublicAccessBlock": ("s3:PutAccountPublicAccessBlock",),
        "lambda:Invoke": ("lambda:InvokeFunction",),
        "sqs:ChangeMessageVisibilityBatch": ("sqs:ChangeMessageVisibility",),
        "sqs:DeleteMessageBatch": ("sqs:DeleteMessage",),
        "sqs:SendMessageBatch": ("sqs:SendMessage",),
        "sts:GetCallerIdentity": (),
    }
)
"""The IAM actions of an operation where the two names differ; GetCallerIdentity needs none.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
"""

PREFIXES: Mapping[str, str] = MappingProxyType(
    {
        "accessanalyzer": "access-analyzer",
        "bedrock-agentcore-control": "bedrock-agentcore",
        "dynamodbstreams": "dynamodb",
        "efs": "elasticfilesystem",
        "elb": "elasticloadbalancing",
        "elbv2": "elasticloadbalancing",
        "emr": "elasticmapreduce",
        "opensearch": "es",
        "resourcegroupstaggingapi": "tag",
        "s3control": "s3",
        "sesv2": "ses",
        "stepfunctions": "states",
    }
)
"""The services that IAM calls otherwise than the SDK does.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""


_METHODS: Mapping[str, str] = MappingProxyType({"Get": "GET", "Delete": "DELETE", "Put": "PUT", "Update": "PATCH"})
"""The actions of API Gateway, which are methods of HTTP, by the first word of an operation; for the rest it is POST."""


def is_of_directory_bucket(parameters: Mapping[str, Any]) -> bool:
    """Whether a request's parameters name a directory bucket, or something of one.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/directory-bucket-naming-rules.html
    """
    resource = str(parameters.get("ResourceArn", ""))
    return str(parameters.get("Bucket", "")).endswith("--x-s3") or ":s3express:" in resource


def actions_of(operation: str, parameters: Mapping[str, Any] = MappingProxyType({})) -> tuple[str, ...]:
    """Return the IAM actions that one operation (`service:Operation`, as the SDK calls both) requires.

    Those on directory buckets have a prefix of their own, and only the parameters say that it is one.
    """
    actions = _actions_of(operation)
    if is_of_directory_bucket(parameters):
        return tuple(action.replace("s3:", "s3express:", 1) for action in actions)
    return actions


def _actions_of(operation: str) -> tuple[str, ...]:
    service, _, name = operation.partition(":")
    if service in ("apigateway", "apigatewayv2"):
        verb = re.split("(?<=[a-z])(?=[A-Z])", name)[0]
        return (f"apigateway:{_METHODS.get(verb, 'POST')}",)
    return OPERATION_ACTIONS.get(operation, (f"{PREFIXES.get(service, service)}:{name}",))
