"""Checks of the versioning, the encryption and the request metrics of S3 buckets."""

from muster.facets.s3.buckets import BucketEncryption, BucketMetrics, BucketVersioning
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant, not_applicable


@check(severity=Severity.MEDIUM, controls=("Security Hub S3.14",))
def s3_bucket_versioning_enabled(versioning: BucketVersioning) -> Verdict:
    """S3 buckets should have versioning enabled.

    Problem: S3 versioning is off
    Why: Without versioning, an object that is overwritten or deleted by mistake or on purpose is lost.
    Fix: `aws s3api put-bucket-versioning --bucket NAME --versioning-configuration Status=Enabled`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-versioning-enabled.html
    """
    status = known(versioning.status)
    if status == "Enabled":
        return compliant("Versioning is enabled")
    if status:
        return non_compliant("Versioning is suspended: new objects are overwritten without a copy")
    return non_compliant("Versioning was never enabled")


@check(severity=Severity.MEDIUM)
def s3_bucket_encrypted(encryption: BucketEncryption) -> Verdict:
    """S3 buckets should encrypt new objects by default.

    Since January 2023 S3 encrypts every new object, by default with S3 managed keys (SSE-S3), so this check passes on
    every bucket. To require KMS keys, use `s3-default-encryption-kms`.

    Problem: S3 bucket has no default encryption
    Why: Auditors ask for encryption at rest, and the reason says which encryption the bucket uses.
    Fix: `aws s3api put-bucket-encryption --bucket NAME --server-side-encryption-configuration
      "Rules=[{ApplyServerSideEncryptionByDefault={SSEAlgorithm=AES256}}]"`
    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/default-encryption-faq.html
    """
    algorithm = known(encryption.algorithm)
    if not algorithm:
        return non_compliant("Bucket has no default encryption")
    if algorithm == "AES256":
        return compliant("Default encryption is AES256 (SSE-S3)")
    key = f" with {_key(encryption)}" if encryption.kms else ""
    return compliant(f"Default encryption is {algorithm}{key}")


@check(severity=Severity.MEDIUM, controls=("Security Hub S3.17",))
def s3_default_encryption_kms(encryption: BucketEncryption, *, customer_managed: bool = False) -> Verdict:
    """S3 buckets should encrypt new objects with a KMS key.

    With `customer_managed` the key must be a customer managed key. A key given by its ID or ARN counts as one; the
    alias aws/s3 and a configuration without a key do not.

    Problem: objects are not encrypted with KMS
    Why: With KMS, a reader also needs permission on the key, and CloudTrail records each use of the key.
    Fix: Set the key in the bucket's encryption. The command keeps the other settings, such as BlockedEncryptionTypes;
      it needs jq. `config=$(aws s3api get-bucket-encryption --bucket NAME --query ServerSideEncryptionConfiguration
      --output json | jq -Rs --arg key KEY-ARN 'fromjson | .Rules[0] += {BucketKeyEnabled: true,
      ApplyServerSideEncryptionByDefault: {SSEAlgorithm: "aws:kms", KMSMasterKeyID: $key}}') && aws s3api
      put-bucket-encryption --bucket NAME
      --server-side-encryption-configuration "$config"` Objects that exist keep their encryption.
    Source: https://docs.aws.amazon.com/config/latest/developerguide/s3-default-encryption-kms.html
    """
    algorithm = known(encryption.algorithm)
    if not encryption.kms:
        return non_compliant(f"Default encryption is {algorithm or 'none'}, not KMS")
    if customer_managed and encryption.aws_managed:
        return non_compliant("Default encryption uses the AWS managed key aws/s3, not a customer managed key")
    return compliant(f"Default encryption is {algorithm} with {_key(encryption)}")


@check(severity=Severity.LOW)
def s3_bucket_key_enabled(encryption: BucketEncryption) -> Verdict:
    """S3 buckets with KMS encryption should use an S3 Bucket Key.

    Problem: S3 Bucket Key is off
    Why: Without an S3 Bucket Key, S3 calls KMS for every object, which costs money and can be throttled.
    Fix: Enable the S3 Bucket Key. The command keeps the other encryption settings; it needs jq. `config=$(aws s3api
      get-bucket-encryption --bucket NAME --query ServerSideEncryptionConfiguration --output json | jq -Rs
      'fromjson | .Rules[0].BucketKeyEnabled = true') && aws s3api put-bucket-encryption --bucket NAME
      --server-side-encryption-configuration "$config"` Objects that exist do not change.
    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html
    """
    algorithm = known(encryption.algorithm)
    if algorithm == "aws:kms:dsse":
        return not_applicable("Default encryption is aws:kms:dsse, which does not support S3 Bucket Keys")
    if algorithm != "aws:kms":
        return not_applicable(f"Default encryption is {algorithm or 'none'}, not KMS")
    if encryption.bucket_key:
        return compliant("S3 Bucket Key is enabled")
    return non_compliant("S3 Bucket Key is disabled, so S3 calls KMS for every object")


@check(severity=Severity.MEDIUM)
def s3_bucket_sse_c_blocked(encryption: BucketEncryption) -> Verdict:
    """S3 buckets should block uploads with customer-provided keys (SSE-C).

    Buckets created since April 2026 block them by default. The check reads the bucket's encryption settings only; it
    does not see a bucket policy that denies these uploads.

    Problem: SSE-C uploads are allowed
    Why: With SSE-C only the writer has the key. An attacker with write access can re-encrypt all objects and demand a
      ransom.
    Fix: Block SSE-C in the bucket's encryption. The command keeps the other encryption settings; it needs jq.
      `config=$(aws s3api get-bucket-encryption --bucket NAME --query ServerSideEncryptionConfiguration --output json |
      jq -Rs 'fromjson | .Rules[0].BlockedEncryptionTypes = {EncryptionType: ["SSE-C"]}') && aws s3api
      put-bucket-encryption --bucket NAME --server-side-encryption-configuration "$config"`
    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/blocking-unblocking-s3-c-encryption-gpb.html
    """
    if "SSE-C" in encryption.blocked:
        return compliant("Uploads with customer-provided keys (SSE-C) are blocked")
    return non_compliant("Uploads with customer-provided keys (SSE-C) are not blocked")


@check(severity=Severity.LOW)
def s3_bucket_request_metrics_configured(metrics: BucketMetrics) -> Verdict:
    """S3 buckets should have a request-metrics configuration that covers the whole bucket.

    Problem: S3 bucket has no request metrics
    Why: Without request metrics, CloudWatch has no data on requests, errors and latency, only daily storage metrics.
    Fix: `aws s3api put-bucket-metrics-configuration --bucket NAME --id EntireBucket --metrics-configuration
      Id=EntireBucket`
    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-configurations.html
    """
    whole = [name for name, covers in metrics.configurations if covers]
    if whole:
        return compliant(f"Metrics configuration {whole[0]} covers the whole bucket")
    if metrics.configurations:
        names = ", ".join(name for name, _ in metrics.configurations)
        return non_compliant(f"Metrics configurations cover only parts of the bucket: {names}")
    return non_compliant("Bucket has no request-metrics configuration")


def _key(encryption: BucketEncryption) -> str:
    return "the AWS managed key aws/s3" if encryption.aws_managed else f"the key {encryption.key_id}"
