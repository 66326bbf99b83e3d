"""The permissions that a scan spends, derived from the checks: nothing is granted that no check needs."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from muster.catalog import Catalog
from muster.evaluate import Rule

OPERATION_ACTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "s3:ListBuckets": ("s3:ListAllMyBuckets",),
        "s3:GetBucketEncryption": ("s3:GetEncryptionConfiguration",),
        "s3:GetBucketLifecycleConfiguration": ("s3:GetLifecycleConfiguration",),
        "s3:GetPublicAccessBlock": ("s3:GetBucketPublicAccessBlock",),
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
        "sqs:SendMessageBatch": ("sqs:SendMessage",),
        "sts:GetCallerIdentity": (),
    }
)
"""The IAM actions of an operation where the two names differ; GetCallerIdentity needs none.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
"""

_TARGETS = ("ec2:DescribeRegions",)


def actions_of(operation: str) -> tuple[str, ...]:
    """Return the IAM actions that one operation (`service:Operation`) spends."""
    return OPERATION_ACTIONS.get(operation, (operation,))


def scanner_actions(catalog: Catalog, rules: Iterable[Rule]) -> tuple[str, ...]:
    """Return the sorted IAM actions that judging by these rules spends."""
    actions: set[str] = set()
    for rule in rules:
        if lister := catalog.listers.get(rule.resource_type):
            actions.update(lister.permissions)
        actions.update(describer.permission for describer in catalog.describers_for(rule.check, rule.resource_type))
    return tuple(sorted(actions))


def iam_policy(catalog: Catalog, rules: Iterable[Rule]) -> dict[str, Any]:
    """Return the least IAM policy document for these rules, ready for `aws iam create-policy`.

    The resource is `*`: listings have no narrower one, and the buckets of an account are not known beforehand.
    """
    actions = sorted({*scanner_actions(catalog, rules), *_TARGETS})
    statement = {"Sid": "MusterReadsConfiguration", "Effect": "Allow", "Action": actions, "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [statement]}
