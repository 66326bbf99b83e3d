"""Checks of how S3 buckets protect and watch their data: versions, encryption, metrics."""

from muster.facets.s3.buckets import BucketEncryption, BucketMetrics, BucketVersioning
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant, not_applicable


@check(severity=Severity.MEDIUM, controls=("Security Hub S3.14",))
def s3_bucket_versioning_enabled(versioning: BucketVersioning) -> Verdict:
    """S3 buckets should have versioning enabled.

    Problem: S3 versioning is off
    Why: Without versions an object that is overwritten or deleted, by mistake or by malice, is gone.
    Fix: `aws s3api put-bucket-versioning --bucket NAME --versioning-configuration Status=Enabled`
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

    Problem: S3 bucket has no default encryption
    Why: Auditors ask for it, and the reason says which kind of encryption stands.
    Fix: `aws s3api put-bucket-encryption --bucket NAME --server-side-encryption-configuration
      "Rules=[{ApplyServerSideEncryptionByDefault={SSEAlgorithm=AES256}}]"`
    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html
    """
    algorithm = known(encryption.algorithm)
    if not algorithm:
        return non_compliant("no default encryption is configured")
    if algorithm == "AES256":
        return compliant("new objects are encrypted with keys of S3's own (SSE-S3), AWS's default")
    key = f", {_key(encryption)}" if encryption.kms else ""
    return compliant(f"new objects are encrypted with {algorithm}{key}")


@check(severity=Severity.MEDIUM, controls=("Security Hub S3.17",))
def s3_default_encryption_kms(encryption: BucketEncryption, *, customer_managed: bool = False) -> Verdict:
    """S3 buckets should encrypt new objects with a KMS key.

    With `customer_managed` the key must be one of the customer's: a key that is named by its id or ARN counts as such,
    the alias aws/s3 and a configuration without a key do not.

    Problem: objects are not encrypted with KMS
    Why: Only with KMS does reading take a second permission, on the key, and leave a trace of its own.
    Fix: `aws s3api put-bucket-encryption --bucket NAME --server-side-encryption-configuration
      "Rules=[{ApplyServerSideEncryptionByDefault={SSEAlgorithm=aws:kms,KMSMasterKeyID=KEY-ARN},BucketKeyEnabled=true}]"`
      The call replaces the whole configuration: keep the BlockedEncryptionTypes that it has.
    Source: https://docs.aws.amazon.com/config/latest/developerguide/s3-default-encryption-kms.html
    """
    algorithm = known(encryption.algorithm)
    if not encryption.kms:
        return non_compliant(f"the default encryption is {algorithm or 'none'}, not KMS")
    if customer_managed and encryption.aws_managed:
        return non_compliant("the key is aws/s3, AWS's own, not one of the customer's")
    return compliant(f"the default encryption is {algorithm}, {_key(encryption)}")


@check(severity=Severity.LOW)
def s3_bucket_key_enabled(encryption: BucketEncryption) -> Verdict:
    """S3 buckets with KMS encryption should use a bucket key.

    Problem: S3 bucket key is off
    Why: Without it every object is a call to KMS, which costs money and may be throttled.
    Fix: `aws s3api put-bucket-encryption --bucket NAME --server-side-encryption-configuration
      "Rules=[{ApplyServerSideEncryptionByDefault={SSEAlgorithm=aws:kms,KMSMasterKeyID=KEY-ARN},BucketKeyEnabled=true}]"`
      The call replaces the whole configuration: keep the key and the BlockedEncryptionTypes that it has. Objects
      that exist keep their own data keys.
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


@check(severity=Severity.MEDIUM)
def s3_bucket_sse_c_blocked(encryption: BucketEncryption) -> Verdict:
    """S3 buckets should refuse objects that are encrypted with keys of their writers (SSE-C).

    Buckets made since April 2026 refuse them; what an older bucket does is what was configured. Only what its
    encryption blocks is judged: a policy that denies them is another way to the same end.

    Problem: SSE-C uploads are allowed
    Why: With SSE-C the key is with the writer alone: whoever may write can lock everybody else out, and ask for money.
    Fix: `aws s3api put-bucket-encryption --bucket NAME --server-side-encryption-configuration
      "Rules=[{ApplyServerSideEncryptionByDefault={SSEAlgorithm=AES256},BlockedEncryptionTypes={EncryptionType=[SSE-C]}}]"`
      The call replaces the whole configuration: keep the default encryption that the bucket has.
    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/blocking-unblocking-s3-c-encryption-gpb.html
    """
    if "SSE-C" in encryption.blocked:
        return compliant("objects encrypted with keys of their writers (SSE-C) are refused")
    return non_compliant("its encryption does not block objects encrypted with keys of their writers (SSE-C)")


@check(severity=Severity.LOW)
def s3_bucket_request_metrics_configured(metrics: BucketMetrics) -> Verdict:
    """S3 buckets should have a request-metrics configuration that covers the whole bucket.

    Problem: S3 bucket has no request metrics
    Why: Without it CloudWatch knows a bucket's size once a day, and nothing of requests, errors and latency.
    Fix: `aws s3api put-bucket-metrics-configuration --bucket NAME --id EntireBucket --metrics-configuration
      Id=EntireBucket`
    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-configurations.html
    """
    whole = [name for name, covers in metrics.configurations if covers]
    if whole:
        return compliant(f"the metrics configuration {whole[0]} covers the whole bucket")
    if metrics.configurations:
        names = ", ".join(name for name, _ in metrics.configurations)
        return non_compliant(f"its metrics configurations cover only parts of the bucket: {names}")
    return non_compliant("it has no request-metrics configuration")


def _key(encryption: BucketEncryption) -> str:
    return "with AWS's own key aws/s3" if encryption.aws_managed else f"with the key {encryption.key_id}"
