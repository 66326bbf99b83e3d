"""Versions, encryption and metrics of buckets."""

from typing import Any

import pytest

from muster.checks.s3.protection import (
    s3_bucket_encrypted,
    s3_bucket_key_enabled,
    s3_bucket_request_metrics_configured,
    s3_bucket_sse_c_blocked,
    s3_bucket_versioning_enabled,
    s3_default_encryption_kms,
)
from muster.facets.s3.buckets import BucketEncryption, BucketMetrics, BucketVersioning
from muster.model.finding import Severity, Status, Unknown, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
OWN_KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd"
ALIAS = "arn:aws:kms:eu-west-1:111122223333:alias/web"
AWS_KEY = "arn:aws:kms:eu-west-1:111122223333:alias/aws/s3"
NEW = Unknown("a new word")
OPEN = "its encryption does not block objects encrypted with keys of their writers (SSE-C)"


@pytest.mark.parametrize(
    ("said", "status", "reason"),
    [
        ("Enabled", C, "versioning is enabled"),
        ("Suspended", N, "versioning is suspended: new writes replace what was there"),
        ("", N, "the bucket was never versioned"),
    ],
)
def test_s3_bucket_versioning_enabled(said: str, status: Status, reason: str) -> None:
    verdict = s3_bucket_versioning_enabled(BucketVersioning(said))
    assert (verdict.status, verdict.reason) == (status, reason)


def kept(algorithm: str | Unknown, key: str = "", *, bucket_key: bool = False) -> BucketEncryption:
    return BucketEncryption(algorithm, key, bucket_key)


@pytest.mark.parametrize(
    ("encryption", "status", "reason"),
    [
        pytest.param(kept(""), N, "no default encryption is configured", id="none"),
        pytest.param(
            kept("AES256"), C, "new objects are encrypted with keys of S3's own (SSE-S3), AWS's default", id="SSE-S3"
        ),
        pytest.param(kept("aws:kms"), C, "new objects are encrypted with aws:kms, with AWS's own key aws/s3", id="KMS"),
        pytest.param(
            kept("aws:kms:dsse", OWN_KEY),
            C,
            f"new objects are encrypted with aws:kms:dsse, with the key {OWN_KEY}",
            id="twice, with a key of one's own",
        ),
        pytest.param(kept("aws:fsx"), C, "new objects are encrypted with aws:fsx", id="by FSx"),
    ],
)
def test_s3_bucket_encrypted(encryption: BucketEncryption, status: Status, reason: str) -> None:
    verdict = s3_bucket_encrypted(encryption)
    assert (verdict.status, verdict.reason) == (status, reason)


@pytest.mark.parametrize(
    ("encryption", "any_key", "own_key", "reason"),
    [
        pytest.param(kept(""), N, N, "the default encryption is none, not KMS", id="none"),
        pytest.param(kept("AES256"), N, N, "the default encryption is AES256, not KMS", id="SSE-S3"),
        pytest.param(kept("aws:fsx"), N, N, "the default encryption is aws:fsx, not KMS", id="by FSx"),
        pytest.param(
            kept("aws:kms"), C, N, "the key is aws/s3, AWS's own, not one of the customer's", id="no key named"
        ),
        pytest.param(kept("aws:kms", AWS_KEY), C, N, "", id="AWS's key by its ARN"),
        pytest.param(kept("aws:kms", "alias/aws/s3"), C, N, "", id="AWS's key by its alias"),
        pytest.param(kept("aws:kms", OWN_KEY), C, C, f"aws:kms, with the key {OWN_KEY}", id="a key by its ARN"),
        pytest.param(kept("aws:kms", "1234abcd"), C, C, "", id="a key by its id"),
        pytest.param(kept("aws:kms", ALIAS), C, C, "", id="a key by its alias"),
        pytest.param(kept("aws:kms:dsse", OWN_KEY), C, C, "aws:kms:dsse, with the key", id="twice"),
        pytest.param(kept("aws:kms:dsse"), C, N, "", id="twice, with AWS's key"),
    ],
)
def test_s3_default_encryption_kms(encryption: BucketEncryption, any_key: Status, own_key: Status, reason: str) -> None:
    assert s3_default_encryption_kms(encryption).status is any_key
    verdict = s3_default_encryption_kms(encryption, customer_managed=True)
    assert verdict.status is own_key
    assert reason in verdict.reason


@pytest.mark.parametrize(
    ("encryption", "status", "reason"),
    [
        pytest.param(kept("aws:kms", OWN_KEY, bucket_key=True), C, "a bucket key is used", id="used"),
        pytest.param(
            kept("aws:kms", OWN_KEY), N, "every object is a call to KMS: BucketKeyEnabled is false", id="not used"
        ),
        pytest.param(kept("aws:kms:dsse", OWN_KEY), NA, "DSSE-KMS knows no bucket keys", id="DSSE"),
        pytest.param(kept("AES256"), NA, "the default encryption is not KMS", id="SSE-S3"),
        pytest.param(kept("AES256", bucket_key=True), NA, "", id="SSE-S3 all the same"),
        pytest.param(kept(""), NA, "", id="none"),
    ],
)
def test_s3_bucket_key_enabled(encryption: BucketEncryption, status: Status, reason: str) -> None:
    verdict = s3_bucket_key_enabled(encryption)
    assert verdict.status is status
    assert reason in ("", verdict.reason)


def test_a_word_that_nobody_knows_is_no_verdict() -> None:
    with pytest.raises(UnknownField, match="new word"):
        s3_bucket_versioning_enabled(BucketVersioning(NEW))
    for judge in (s3_bucket_encrypted, s3_default_encryption_kms, s3_bucket_key_enabled):
        with pytest.raises(UnknownField, match="new word"):
            judge(kept(NEW))


@pytest.mark.parametrize(
    ("blocked", "status", "reason"),
    [
        pytest.param(("SSE-C",), C, "objects encrypted with keys of their writers (SSE-C) are refused", id="blocked"),
        pytest.param(
            ("NONE",),
            N,
            "its encryption does not block objects encrypted with keys of their writers (SSE-C)",
            id="unblocked",
        ),
        pytest.param((), N, "", id="never configured"),
        pytest.param(("OTHER", "SSE-C"), C, "", id="among others"),
        pytest.param(("OTHER",), N, "does not block objects", id="another kind"),
    ],
)
def test_s3_bucket_sse_c_blocked(blocked: tuple[str, ...], status: Status, reason: str) -> None:
    verdict = s3_bucket_sse_c_blocked(BucketEncryption("AES256", "", bucket_key=False, blocked=blocked))
    assert verdict.status is status
    assert reason in verdict.reason


@pytest.mark.parametrize(
    ("configurations", "status", "reason"),
    [
        pytest.param([], N, "it has no request-metrics configuration", id="none"),
        pytest.param([{"Id": "all"}], C, "the metrics configuration all covers the whole bucket", id="no filter"),
        pytest.param([{"Id": "all", "Filter": {}}], C, "all covers", id="an empty filter"),
        pytest.param([{"Id": "all", "Filter": {"Prefix": ""}}], C, "", id="an empty prefix"),
        pytest.param(
            [{"Id": "web", "Filter": {"Prefix": "web/"}}], N, "only parts of the bucket: web", id="one for a prefix"
        ),
        pytest.param(
            [{"Id": "t", "Filter": {"Tag": {"Key": "a", "Value": "b"}}}], N, "parts of the bucket: t", id="a tag"
        ),
        pytest.param(
            [{"Id": "p", "Filter": {"AccessPointArn": "arn:x"}}], N, "parts of the bucket: p", id="access point"
        ),
        pytest.param(
            [{"Id": "a", "Filter": {"Prefix": "a"}}, {"Id": "b", "Filter": {"Prefix": "b"}}],
            N,
            "bucket: a, b",
            id="two",
        ),
        pytest.param([{"Id": "a", "Filter": {"Prefix": "a"}}, {"Id": "all"}], C, "", id="one of two"),
    ],
)
def test_s3_bucket_request_metrics_configured(
    configurations: list[dict[str, Any]], status: Status, reason: str
) -> None:
    verdict = s3_bucket_request_metrics_configured(BucketMetrics.parse({"MetricsConfigurationList": configurations}))
    assert verdict.status is status
    assert reason in verdict.reason


def test_severities_and_controls() -> None:
    assert {
        check.id: (check.severity, check.controls)
        for check in (
            s3_bucket_versioning_enabled,
            s3_bucket_encrypted,
            s3_default_encryption_kms,
            s3_bucket_key_enabled,
            s3_bucket_sse_c_blocked,
            s3_bucket_request_metrics_configured,
        )
    } == {
        "s3-bucket-versioning-enabled": (Severity.MEDIUM, ("Security Hub S3.14",)),
        "s3-bucket-encrypted": (Severity.MEDIUM, ()),
        "s3-default-encryption-kms": (Severity.MEDIUM, ("Security Hub S3.17",)),
        "s3-bucket-key-enabled": (Severity.LOW, ()),
        "s3-bucket-sse-c-blocked": (Severity.MEDIUM, ()),
        "s3-bucket-request-metrics-configured": (Severity.LOW, ()),
    }
