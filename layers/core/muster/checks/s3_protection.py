"""Checks of how S3 buckets protect and watch their data: versions, encryption, logs, metrics."""

from fnmatch import fnmatchcase

from muster.check import check
from muster.facets.s3 import (
    BucketAcl,
    BucketEncryption,
    BucketLogging,
    BucketMetrics,
    BucketPolicy,
    BucketVersioning,
)
from muster.model import Severity, Verdict, compliant, known, non_compliant, not_applicable
from muster.resource_policy import Policy

_KMS = ("aws:kms", "aws:kms:dsse")
_LOG_SERVICE = "service:logging.s3.amazonaws.com"


@check(severity=Severity.MEDIUM, controls=("Security Hub S3.14",))
def s3_bucket_versioning_enabled(versioning: BucketVersioning) -> Verdict:
    """S3 buckets should have versioning enabled.

    Why: Without versions an object that is overwritten or deleted, by mistake or by malice, is gone.
    Fix: aws s3api put-bucket-versioning --bucket NAME --versioning-configuration Status=Enabled
    Source: https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-versioning-enabled.html
    """
    status = known(versioning.status)
    if status == "Enabled":
        return compliant("versioning is enabled")
    if status:
        return non_compliant(f"versioning is {status.lower()}: new writes replace what was there")
    return non_compliant("the bucket was never versioned")


@check(severity=Severity.MEDIUM)
def s3_bucket_encrypted(encryption: BucketEncryption) -> Verdict:
    """S3 buckets should encrypt new objects by default.

    Since January 2023 S3 encrypts every new object, with its own keys (SSE-S3) where nothing else is configured, so
    that this check passes on every bucket S3 answers for. Ask `s3-default-encryption-kms` for keys of your own.

    Why: Auditors ask for it, and the reason says which kind of encryption stands.
    Fix: aws s3api put-bucket-encryption with SSEAlgorithm AES256 or aws:kms
    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html
    """
    algorithm = known(encryption.algorithm)
    if not algorithm:
        return non_compliant("no default encryption is configured")
    if algorithm == "AES256":
        return compliant("new objects are encrypted with keys of S3's own (SSE-S3), AWS's default")
    key = f", {_key(encryption)}" if algorithm in _KMS else ""
    return compliant(f"new objects are encrypted with {algorithm}{key}")


@check(severity=Severity.MEDIUM, controls=("Security Hub S3.17",))
def s3_default_encryption_kms(encryption: BucketEncryption, *, customer_managed: bool = False) -> Verdict:
    """S3 buckets should encrypt new objects with a KMS key.

    With `customer_managed` the key must be one of the customer's: a key that is named by its id or ARN counts as such,
    the alias aws/s3 and a configuration without a key do not.

    Why: Only with KMS does reading take a second permission, on the key, and leave a trace of its own.
    Fix: aws s3api put-bucket-encryption with SSEAlgorithm aws:kms, a KMSMasterKeyID and BucketKeyEnabled
    Source: https://docs.aws.amazon.com/config/latest/developerguide/s3-default-encryption-kms.html
    """
    algorithm = known(encryption.algorithm)
    if algorithm not in _KMS:
        return non_compliant(f"the default encryption is {algorithm or 'none'}, not KMS")
    if customer_managed and _aws_managed(encryption):
        return non_compliant("the key is aws/s3, AWS's own, not one of the customer's")
    return compliant(f"the default encryption is {algorithm}, {_key(encryption)}")


@check(severity=Severity.LOW)
def s3_bucket_key_enabled(encryption: BucketEncryption) -> Verdict:
    """S3 buckets with KMS encryption should use a bucket key.

    Why: Without it every object is a call to KMS, which costs money and may be throttled.
    Fix: aws s3api put-bucket-encryption with BucketKeyEnabled=true; objects written before keep their own keys.
    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html
    """
    algorithm = known(encryption.algorithm)
    if algorithm == "aws:kms:dsse":
        return not_applicable("DSSE-KMS knows no bucket keys")
    if algorithm != "aws:kms":
        return not_applicable("the default encryption is not KMS")
    if encryption.bucket_key:
        return compliant("a bucket key is used")
    return non_compliant("every object is a call to KMS: BucketKeyEnabled is false")


@check(severity=Severity.MEDIUM, controls=("FSBP S3.9",))
def s3_bucket_logging_enabled(logging: BucketLogging, acl: BucketAcl, policy: BucketPolicy) -> Verdict:
    """S3 buckets should have server access logging enabled.

    A bucket that S3's log delivery may write to is where logs go, and needs none of its own: AWS says to suppress the
    control there, for logging a log target into itself never ends.

    Why: Who read what cannot be found out afterwards when nobody wrote it down.
    Fix: aws s3api put-bucket-logging with a target bucket of the same region and account
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html#s3-9
    """
    if logging.target:
        return compliant(f"access logs go to {logging.target}")
    if acl.log_target or _takes_logs(known(policy.policy)):
        return not_applicable("it is where access logs of other buckets go")
    return non_compliant("server access logging is off")


@check(severity=Severity.LOW)
def s3_bucket_request_metrics_configured(metrics: BucketMetrics) -> Verdict:
    """S3 buckets should have a request-metrics configuration that covers the whole bucket.

    Why: Without it CloudWatch knows a bucket's size once a day, and nothing of requests, errors and latency.
    Fix: aws s3api put-bucket-metrics-configuration --id EntireBucket --metrics-configuration Id=EntireBucket
    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-configurations.html
    """
    whole = [name for name, covers in metrics.configurations if covers]
    if whole:
        return compliant(f"the metrics configuration {whole[0]} covers the whole bucket")
    if metrics.configurations:
        names = ", ".join(name for name, _ in metrics.configurations)
        return non_compliant(f"its metrics configurations cover only parts of the bucket: {names}")
    return non_compliant("it has no request-metrics configuration")


def _aws_managed(encryption: BucketEncryption) -> bool:
    return not encryption.key_id or encryption.key_id.endswith("alias/aws/s3")


def _key(encryption: BucketEncryption) -> str:
    return "with AWS's own key aws/s3" if _aws_managed(encryption) else f"with the key {encryption.key_id}"


def _takes_logs(policy: Policy) -> bool:
    return any(
        statement.allow
        and _LOG_SERVICE in statement.principals
        and any(fnmatchcase("s3:putobject", action) for action in statement.actions)
        for statement in policy.statements
    )
