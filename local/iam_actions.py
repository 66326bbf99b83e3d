"""The IAM actions of the operations of AWS's APIs, which IAM does not always name alike."""

from collections.abc import Mapping
from types import MappingProxyType

OPERATION_ACTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "s3:ListBuckets": ("s3:ListAllMyBuckets",),
        "s3:GetBucketEncryption": ("s3:GetEncryptionConfiguration",),
        "s3:GetBucketLifecycleConfiguration": ("s3:GetLifecycleConfiguration",),
        "s3:GetPublicAccessBlock": ("s3:GetBucketPublicAccessBlock",),
        "s3:GetBucketReplication": ("s3:GetReplicationConfiguration",),
        "s3:GetObjectLockConfiguration": ("s3:GetBucketObjectLockConfiguration",),
        "s3:ListBucketMetricsConfigurations": ("s3:GetMetricsConfiguration",),
        "s3:GetBucketMetricsConfiguration": ("s3:GetMetricsConfiguration",),
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
        "dynamodbstreams": "dynamodb",
        "elbv2": "elasticloadbalancing",
        "resourcegroupstaggingapi": "tag",
        "s3control": "s3",
        "stepfunctions": "states",
    }
)
"""The services that IAM calls otherwise than the SDK does.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""


def actions_of(operation: str) -> tuple[str, ...]:
    """Return the IAM actions that one operation (`service:Operation`, as the SDK calls both) requires."""
    service, _, name = operation.partition(":")
    return OPERATION_ACTIONS.get(operation, (f"{PREFIXES.get(service, service)}:{name}",))
