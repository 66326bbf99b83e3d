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
OPEN = "Uploads with customer-provided keys (SSE-C) are not blocked"


@pytest.mark.parametrize(
    ("said", "status", "reason"),
    [
        ("Enabled", C, "Versioning is enabled"),
        ("Suspended", N, "Versioning is suspended: new objects are overwritten without a copy"),
        ("", N, "Versioning was never enabled"),
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
        pytest.param(kept(""), N, "Bucket has no default encryption", id="none"),
        pytest.param(kept("AES256"), C, "Default encryption is AES256 (SSE-S3)", id="SSE-S3"),
        pytest.param(kept("aws:kms"), C, "Default encryption is aws:kms with the AWS managed key aws/s3", id="KMS"),
        pytest.param(
            kept("aws:kms:dsse", OWN_KEY),
            C,
            f"Default encryption is aws:kms:dsse with the key {OWN_KEY}",
            id="twice, with a key of one's own",
        ),
        pytest.param(kept("aws:fsx"), C, "Default encryption is aws:fsx", id="by FSx"),
    ],
)
def test_s3_bucket_encrypted(encryption: BucketEncryption, status: Status, reason: str) -> None:
    verdict = s3_bucket_encrypted(encryption)
    assert (verdict.status, verdict.reason) == (status, reason)


@pytest.mark.parametrize(
    ("encryption", "any_key", "own_key", "reason"),
    [
        pytest.param(kept(""), N, N, "Default encryption is none, not KMS", id="none"),
        pytest.param(kept("AES256"), N, N, "Default encryption is AES256, not KMS", id="SSE-S3"),
        pytest.param(kept("aws:fsx"), N, N, "Default encryption is aws:fsx, not KMS", id="by FSx"),
        pytest.param(
            kept("aws:kms"),
            C,
            N,
            "Default encryption uses the AWS managed key aws/s3, not a customer managed key",
            id="no key named",
        ),
        pytest.param(kept("aws:kms", AWS_KEY), C, N, "", id="AWS's key by its ARN"),
        pytest.param(kept("aws:kms", "alias/aws/s3"), C, N, "", id="AWS's key by its alias"),
        pytest.param(
            kept("aws:kms", OWN_KEY),
            C,
            C,
            f"Default encryption is aws:kms with the key {OWN_KEY}",
            id="a key by its ARN",
        ),
        pytest.param(kept("aws:kms", "1234abcd"), C, C, "", id="a key by its id"),
        pytest.param(kept("aws:kms", ALIAS), C, C, "", id="a key by its alias"),
        pytest.param(
            kept("aws:kms:dsse", OWN_KEY),
            C,
            C,
            "Default encryption is aws:kms:dsse with the key arn:aws:kms:eu-west-1:111122223333:key/1234abcd",
            id="twice",
        ),
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
        pytest.param(kept("aws:kms", OWN_KEY, bucket_key=True), C, "S3 Bucket Key is enabled", id="used"),
        pytest.param(
            kept("aws:kms", OWN_KEY), N, "S3 Bucket Key is disabled, so S3 calls KMS for every object", id="not used"
        ),
        pytest.param(
            kept("aws:kms:dsse", OWN_KEY),
            NA,
            "Default encryption is aws:kms:dsse, which does not support S3 Bucket Keys",
            id="DSSE",
        ),
        pytest.param(kept("AES256"), NA, "Default encryption is AES256, not KMS", id="SSE-S3"),
        pytest.param(kept("AES256", bucket_key=True), NA, "", id="SSE-S3 with a bucket key"),
        pytest.param(kept(""), NA, "", id="none"),
    ],
)
def test_s3_bucket_key_enabled(encryption: BucketEncryption, status: Status, reason: str) -> None:
    verdict = s3_bucket_key_enabled(encryption)
    assert verdict.status is status
    assert reason in ("", verdict.reason)


def test_an_unknown_value_is_no_verdict() -> None:
    with pytest.raises(UnknownField, match="new word"):
        s3_bucket_versioning_enabled(BucketVersioning(NEW))
    for judge in (s3_bucket_encrypted, s3_default_encryption_kms, s3_bucket_key_enabled):
        with pytest.raises(UnknownField, match="new word"):
            judge(kept(NEW))


@pytest.mark.parametrize(
    ("blocked", "status", "reason"),
    [
        pytest.param(("SSE-C",), C, "Uploads with customer-provided keys (SSE-C) are blocked", id="blocked"),
        pytest.param(
            ("NONE",),
            N,
            "Uploads with customer-provided keys (SSE-C) are not blocked",
            id="unblocked",
        ),
        pytest.param((), N, "", id="never configured"),
        pytest.param(("OTHER", "SSE-C"), C, "", id="among others"),
        pytest.param(("OTHER",), N, "Uploads with customer-provided keys (SSE-C) are not blocked", id="another kind"),
    ],
)
def test_s3_bucket_sse_c_blocked(blocked: tuple[str, ...], status: Status, reason: str) -> None:
    verdict = s3_bucket_sse_c_blocked(BucketEncryption("AES256", "", bucket_key=False, blocked=blocked))
    assert verdict.status is status
    assert reason in verdict.reason


@pytest.mark.parametrize(
    ("configurations", "status", "reason"),
    [
        pytest.param([], N, "Bucket has no request-metrics configuration", id="none"),
        pytest.param([{"Id": "all"}], C, "Metrics configuration all covers the whole bucket", id="no filter"),
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
