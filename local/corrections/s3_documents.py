"""Settings of buckets that are returned to the letter, where moto loses members of them.

The body of a Put is the body of the Get that follows, apart from what S3 fills in.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from moto.moto_api._internal import mock_random

from local import buckets
from local.corrections.existing import NAMESPACE, Correct, on_bucket, with_ids
from local.corrections.request import Correction, Request
from local.corrections.s3_lifecycle import refused
from local.front import Answer

_SIZE_HEADER = "x-amz-transition-default-minimum-object-size"
_SIZE = "smallest object of a transition"
_SMALLEST = "all_storage_classes_128K"


def _as_sent(body: str) -> str:
    return body


@dataclass(frozen=True, slots=True)
class _Document:
    """A setting that is kept under its name."""

    name: str
    fill: Callable[[str], str] = _as_sent
    """What S3 adds to a body that lacks it."""
    default: str = ""
    """The body where nothing was put; moto says it where this is empty."""

    def put(self, request: Request, bucket: Any) -> Answer:
        """Let moto check a body and act on it, and keep it whole."""
        status, body = request.ask()
        if status < HTTPStatus.BAD_REQUEST:
            buckets.kept(bucket)[self.name] = self.fill(request.body)
        return status, body

    def keep(self, request: Request, bucket: Any) -> Answer:
        """Keep a body that moto knows nothing of."""
        buckets.kept(bucket)[self.name] = self.fill(request.body)
        return HTTPStatus.OK, ""

    def get(self, _request: Request, bucket: Any) -> Answer | None:
        found = buckets.kept(bucket).get(self.name) or self.default
        return (HTTPStatus.OK, found) if found else None

    def delete(self, request: Request, bucket: Any) -> Answer:
        buckets.kept(bucket).pop(self.name, None)
        return request.ask()


def _with_bucket_key(body: str) -> str:
    """Say of each rule whether it uses a bucket key, as S3 does."""
    off = "<BucketKeyEnabled>false</BucketKeyEnabled></Rule>"
    return re.sub(
        r"<Rule>.*?</Rule>",
        lambda rule: rule[0] if "<BucketKeyEnabled>" in rule[0] else rule[0].replace("</Rule>", off),
        body,
        flags=re.DOTALL,
    )


def _with_notification_ids(body: str) -> str:
    """Name the notifications that were sent without a name, as S3 does."""
    return re.sub(
        r"<(?P<kind>(?:Topic|Queue|CloudFunction)Configuration)>(?P<rest>.*?)</(?P=kind)>",
        lambda each: (
            each[0] if "<Id>" in each[0] else f"<{each[1]}><Id>{mock_random.uuid4()}</Id>{each[2]}</{each[1]}>"
        ),
        body,
        flags=re.DOTALL,
    )


_ENCRYPTION = _Document(
    "encryption",
    _with_bucket_key,
    f"<ServerSideEncryptionConfiguration {NAMESPACE}><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256"
    "</SSEAlgorithm></ApplyServerSideEncryptionByDefault><BucketKeyEnabled>false</BucketKeyEnabled></Rule>"
    "</ServerSideEncryptionConfiguration>",
)
_CORS = _Document("cors")
_LOGGING = _Document("logging", default=f"<BucketLoggingStatus {NAMESPACE}/>")
_NOTIFICATION = _Document("notification", _with_notification_ids, default=f"<NotificationConfiguration {NAMESPACE}/>")
_LIFECYCLE = _Document("lifecycle", with_ids)
_PAYMENT = _Document(
    "request payment",
    default=f"<RequestPaymentConfiguration {NAMESPACE}><Payer>BucketOwner</Payer></RequestPaymentConfiguration>",
)
_LOCK = _Document("object lock")


def corrections() -> dict[str, Correction]:
    """Return what corrects these settings, by operation."""
    made: dict[str, Correct] = {
        "s3:PutBucketEncryption": _ENCRYPTION.put,
        "s3:GetBucketEncryption": _ENCRYPTION.get,
        "s3:DeleteBucketEncryption": _ENCRYPTION.delete,
        "s3:PutBucketCors": _CORS.put,
        "s3:GetBucketCors": _CORS.get,
        "s3:DeleteBucketCors": _CORS.delete,
        "s3:PutBucketLogging": _LOGGING.put,
        "s3:GetBucketLogging": _LOGGING.get,
        "s3:PutBucketNotificationConfiguration": _NOTIFICATION.put,
        "s3:GetBucketNotificationConfiguration": _NOTIFICATION.get,
        "s3:PutBucketRequestPayment": _PAYMENT.keep,
        "s3:GetBucketRequestPayment": _PAYMENT.get,
        "s3:PutBucketLifecycleConfiguration": _put_lifecycle,
        "s3:GetBucketLifecycleConfiguration": _get_lifecycle,
        "s3:DeleteBucketLifecycle": _LIFECYCLE.delete,
        "s3:PutObjectLockConfiguration": _put_lock,
        "s3:GetObjectLockConfiguration": _get_lock,
    }
    return {operation: on_bucket(correct) for operation, correct in made.items()}


def _put_lifecycle(request: Request, bucket: Any) -> Answer:
    """Keep the rules to the letter: moto drops sizes and NewerNoncurrentVersions, and takes what S3 refuses."""
    if message := refused(request.body):
        return request.refuse("InvalidRequest", message)
    smallest = request.parameters.get("TransitionDefaultMinimumObjectSize", _SMALLEST)
    buckets.kept(bucket)[_SIZE] = smallest
    request.headers[_SIZE_HEADER] = smallest
    return _LIFECYCLE.keep(request, bucket)


def _get_lifecycle(request: Request, bucket: Any) -> Answer | None:
    request.headers[_SIZE_HEADER] = buckets.kept(bucket).get(_SIZE, _SMALLEST)
    return _LIFECYCLE.get(request, bucket)


def _put_lock(request: Request, bucket: Any) -> Answer:
    """Lock a versioned bucket, whatever is in it; moto locks only an empty one.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-configure.html
    """
    if not buckets.is_versioned(bucket):
        message = "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration"
        return request.refuse("InvalidBucketState", message, HTTPStatus.CONFLICT)
    given = request.parameters.get("ObjectLockConfiguration", {})
    retention = given.get("Rule", {}).get("DefaultRetention", {})
    bucket.object_lock_enabled = True
    bucket.default_lock_mode = retention.get("Mode")
    bucket.default_lock_days = retention.get("Days")
    bucket.default_lock_years = retention.get("Years")
    request.ask()
    return _LOCK.keep(request, bucket)


def _get_lock(request: Request, bucket: Any) -> Answer | None:
    """Return what was put, or that the bucket was made with Object Lock and without a default retention."""
    if not bucket.object_lock_enabled or _LOCK.name in buckets.kept(bucket):
        return _LOCK.get(request, bucket)
    return request.answer({"ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled"}})
