"""What CloudTrail calls services and operations, and which calls are management events that change something.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from local.iam_actions import is_of_directory_bucket
from local.inference.services import model_of

_SOURCES = {"application-autoscaling": "autoscaling", "s3control": "s3"}
"""The services whose events have another source than the endpoint's name."""

GLOBAL = {"iam", "organizations", "sts", "cloudfront", "route53"}
"""Services whose events are in us-east-1 only."""

_READS = re.compile(
    r"(Describe|Get|List|Head|Lookup|Query|Scan|Search|Select|Simulate|BatchGet|Check|Test|Assume|Decode|Filter|Verify)"
)
_DATA = {
    "cloudwatch": re.compile(r"PutMetricData"),
    "dynamodb": re.compile(r"(Put|Update|Delete)Item|BatchWriteItem|Transact.*|(Batch)?Execute.*"),
    "events": re.compile(r"Put(Partner)?Events"),
    "kms": re.compile(r"Decrypt|Encrypt|ReEncrypt|GenerateDataKey.*|GenerateMac|GenerateRandom|Sign"),
    "lambda": re.compile(r"Invoke.*"),
    "logs": re.compile(r"PutLogEvents"),
    "s3": re.compile(r"DeleteObjects|WriteGetObjectResponse"),
    "sns": re.compile(r"Publish.*"),
    "sqs": re.compile(r"(Send|Delete|Receive)Message.*|ChangeMessageVisibility.*"),
    "xray": re.compile(r"Put(TraceSegments|TelemetryRecords)"),
}
"""Calls that are data events, which a trail does not log of itself, or none at all."""

_NAMES: Mapping[str, str] = {
    "s3:PutBucketLifecycleConfiguration": "PutBucketLifecycle",
    "s3:PutBucketNotificationConfiguration": "PutBucketNotification",
    "s3:PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
    "s3:PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "s3:DeletePublicAccessBlock": "DeleteBucketPublicAccessBlock",
    "s3control:PutPublicAccessBlock": "PutAccountPublicAccessBlock",
    "s3control:DeletePublicAccessBlock": "DeleteAccountPublicAccessBlock",
    "lambda:CreateFunction": "CreateFunction20150331",
    "lambda:DeleteFunction": "DeleteFunction20150331",
    "lambda:UpdateFunctionCode": "UpdateFunctionCode20150331v2",
    "lambda:UpdateFunctionConfiguration": "UpdateFunctionConfiguration20150331v2",
    "lambda:AddPermission": "AddPermission20150331v2",
    "lambda:RemovePermission": "RemovePermission20150331v2",
    "lambda:PutFunctionConcurrency": "PutFunctionConcurrency20171031",
    "lambda:DeleteFunctionConcurrency": "DeleteFunctionConcurrency20171031",
    "lambda:CreateEventSourceMapping": "CreateEventSourceMapping20150331",
    "lambda:UpdateEventSourceMapping": "UpdateEventSourceMapping20150331",
    "lambda:DeleteEventSourceMapping": "DeleteEventSourceMapping20150331",
    "lambda:PublishLayerVersion": "PublishLayerVersion20181031",
    "lambda:PublishVersion": "PublishVersion20150331",
    "lambda:TagResource": "TagResource20170331v2",
    "lambda:UntagResource": "UntagResource20170331v2",
}
"""The operations that CloudTrail calls otherwise than the SDK does.

https://docs.aws.amazon.com/lambda/latest/dg/logging-using-cloudtrail.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html
"""


def name_of(operation: str) -> str:
    """Return the event's name of an operation (`service:Operation`)."""
    return _NAMES.get(operation, operation.partition(":")[2])


def source_of(operation: str, parameters: Mapping[str, Any] = MappingProxyType({})) -> str:
    """Return the service's name in the event's source, without `.amazonaws.com`."""
    if is_of_directory_bucket(parameters):
        return "s3express"
    service = operation.partition(":")[0]
    return _SOURCES.get(service) or str(model_of(service).metadata["endpointPrefix"])


def changes(operation: str, parameters: Mapping[str, Any]) -> bool:
    """Whether a call is a management event that is not read-only."""
    service, _, name = operation.partition(":")
    if not service or _READS.match(name):
        return False
    if service == "s3" and "Key" in parameters:
        return False
    return service not in _DATA or not _DATA[service].fullmatch(name)
