"""MFA delete, Object Lock and replication of buckets."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.checks.s3.resilience import (
    s3_bucket_cross_region_replication_enabled,
    s3_bucket_default_lock_enabled,
    s3_bucket_mfa_delete_enabled,
)
from muster.facets.s3.buckets import BucketPolicy, BucketVersioning
from muster.facets.s3.lifecycle import BucketLifecycle
from muster.facets.s3.related import ReplicaPlace
from muster.facets.s3.resilience import BucketObjectLock, BucketReplication, ReplicationRule
from muster.model.finding import Related, Resource, Severity, Status, Unavailable, Unknown, UnknownField, Verdict

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
HERE, AWAY = "eu-west-1", "us-east-1"
SITE = Resource("AWS::S3::Bucket", "site", "123456789012", HERE, arn="arn:aws:s3:::site")
NEW = Unknown("a new word")
NO_LIFECYCLE = BucketLifecycle.parse({})
LIFECYCLE = BucketLifecycle.parse({"Rules": [{"ID": "a", "Status": "Disabled", "Filter": {}}]})
NO_POLICY = BucketPolicy.parse({})


@pytest.mark.parametrize(
    ("versioning", "lifecycle", "buckets", "status", "reason"),
    [
        pytest.param(
            BucketVersioning("Enabled"),
            NO_LIFECYCLE,
            (),
            NA,
            "Bucket name matches no pattern of the setting `buckets`",
            id="default",
        ),
        pytest.param(
            BucketVersioning("Enabled"),
            NO_LIFECYCLE,
            ("audit-*",),
            NA,
            "Bucket name matches no pattern of the setting `buckets`",
            id="unnamed",
        ),
        pytest.param(
            BucketVersioning("Enabled", "Enabled"), NO_LIFECYCLE, ("audit", "si*"), C, "MFA delete is enabled", id="on"
        ),
        pytest.param(
            BucketVersioning("Enabled", "Disabled"), NO_LIFECYCLE, ("site",), N, "MFA delete is disabled", id="off"
        ),
        pytest.param(BucketVersioning("Enabled"), NO_LIFECYCLE, ("site",), N, "", id="never on"),
        pytest.param(
            BucketVersioning(""),
            NO_LIFECYCLE,
            ("site",),
            N,
            "MFA delete is disabled, and versioning was never enabled",
            id="never versioned",
        ),
        pytest.param(
            BucketVersioning("Enabled"),
            LIFECYCLE,
            ("site",),
            NA,
            "Bucket has lifecycle rules, which exclude MFA delete",
            id="with lifecycle",
        ),
    ],
)
def test_s3_bucket_mfa_delete_enabled(
    versioning: BucketVersioning, lifecycle: BucketLifecycle, buckets: tuple[str, ...], status: Status, reason: str
) -> None:
    verdict = s3_bucket_mfa_delete_enabled(SITE, versioning, lifecycle, buckets=buckets)
    assert verdict.status is status
    assert reason in verdict.reason


def test_mfa_delete_that_is_not_known_is_no_verdict() -> None:
    with pytest.raises(UnknownField, match="new word"):
        s3_bucket_mfa_delete_enabled(SITE, BucketVersioning("Enabled", NEW), NO_LIFECYCLE, buckets=("*",))


def lock(days: int = 30, mode: str | Unknown = "GOVERNANCE", *, enabled: bool = True) -> BucketObjectLock:
    return BucketObjectLock(enabled, mode, days)


@pytest.mark.parametrize(
    ("said", "settings", "status", "reason"),
    [
        pytest.param(lock(), {}, C, "New objects are locked for 30 days in GOVERNANCE mode", id="default retention"),
        pytest.param(BucketObjectLock.parse({}), {}, N, "Object Lock is disabled", id="off"),
        pytest.param(
            lock(0, ""), {}, N, "Object Lock has no default retention, so new objects are not locked", id="no retention"
        ),
        pytest.param(lock(), {"min_days": 30}, C, "for 30 days", id="as long as asked for"),
        pytest.param(
            lock(),
            {"min_days": 31},
            N,
            "New objects are locked for 30 days in GOVERNANCE mode; 31 days required",
            id="not long enough",
        ),
        pytest.param(
            lock(),
            {"mode": "COMPLIANCE"},
            N,
            "New objects are locked for 30 days in GOVERNANCE mode; COMPLIANCE mode required",
            id="another mode",
        ),
        pytest.param(lock(mode="COMPLIANCE"), {"mode": "COMPLIANCE"}, C, "", id="the mode"),
    ],
)
def test_s3_bucket_default_lock_enabled(
    said: BucketObjectLock, settings: dict[str, Any], status: Status, reason: str
) -> None:
    verdict = s3_bucket_default_lock_enabled(said, **settings)
    assert verdict.status is status
    assert reason in verdict.reason


def test_a_mode_that_is_not_known_is_no_verdict() -> None:
    with pytest.raises(UnknownField, match="new word"):
        s3_bucket_default_lock_enabled(lock(mode=NEW))


@given(st.integers(1, 36_500), st.integers(1, 36_500), st.integers(0, 100))
def test_who_asks_for_less_is_content_with_more(days: int, asked: int, less: int) -> None:
    if s3_bucket_default_lock_enabled(lock(days), min_days=asked).status is C:
        assert s3_bucket_default_lock_enabled(lock(days), min_days=asked - less).status is C
        assert s3_bucket_default_lock_enabled(lock(days + less), min_days=asked).status is C


def rule(
    bucket: str | Unknown = "copy", *, enabled: bool | Unknown = True, part: bool = False, name: str = "r"
) -> ReplicationRule:
    return ReplicationRule(name, enabled, bucket, part)


def replicated(*rules: ReplicationRule, policy: BucketPolicy = NO_POLICY, **settings: Any) -> Verdict:
    places: dict[str, ReplicaPlace | Unavailable] = {
        "copy": ReplicaPlace(AWAY),
        "near": ReplicaPlace(HERE),
        "gone": ReplicaPlace(""),
        "foreign": Unavailable("s3:GetBucketLocation", "access denied"),
    }
    asked = BucketReplication(rules)
    related = Related({name: places[name] for name in asked.destinations})
    return s3_bucket_cross_region_replication_enabled(SITE, asked, related, policy, **{"buckets": ("*",), **settings})


def replicating(action: str, effect: str = "Allow") -> BucketPolicy:
    said = {"Effect": effect, "Principal": {"AWS": "111122223333"}, "Action": action, "Resource": "*"}
    return BucketPolicy.parse({"Policy": json.dumps({"Statement": [said]})})


@pytest.mark.parametrize(
    ("verdict", "status", "reason"),
    [
        pytest.param(
            replicated(buckets=()), NA, "Bucket name matches no pattern of the setting `buckets`", id="default"
        ),
        pytest.param(replicated(), N, "Bucket is not replicated", id="none"),
        pytest.param(replicated(rule()), C, "Objects are replicated to copy in us-east-1", id="to another region"),
        pytest.param(
            replicated(rule(part=True)),
            C,
            "Objects that match the rule's filter are replicated to copy in us-east-1",
            id="some of them",
        ),
        pytest.param(replicated(rule(part=True), rule(name="all")), C, "to copy in us-east-1", id="some and all"),
        pytest.param(
            replicated(rule(enabled=False)),
            N,
            "Bucket is not replicated to another region: rule r is disabled",
            id="disabled",
        ),
        pytest.param(replicated(rule("near")), N, "region: near is in the same region", id="to the same region"),
        pytest.param(replicated(rule("gone")), N, "region: gone does not exist", id="to nowhere"),
        pytest.param(replicated(rule("near"), rule("copy")), C, "to copy", id="one of two"),
        pytest.param(replicated(rule("foreign"), rule("copy")), C, "", id="one that is not known, one that is"),
        pytest.param(replicated(rule(NEW), rule("copy")), C, "", id="one that is no bucket, one that is"),
        pytest.param(
            replicated(replicas=("s*",)),
            NA,
            "Bucket is a replica: its name matches the setting `replicas`",
            id="a replica by setting",
        ),
        pytest.param(
            replicated(policy=replicating("s3:ReplicateObject")),
            NA,
            "Bucket is a replica: its policy allows replication into it",
            id="a replica",
        ),
        pytest.param(replicated(policy=replicating("s3:ReplicateObject", "Deny")), N, "not replicated", id="denied"),
        pytest.param(replicated(policy=replicating("s3:*")), N, "", id="everything is not replication"),
    ],
)
def test_s3_bucket_cross_region_replication_enabled(verdict: Verdict, status: Status, reason: str) -> None:
    assert verdict.status is status
    assert reason in verdict.reason


@pytest.mark.parametrize(
    "rules",
    [
        pytest.param((rule("foreign"),), id="a destination that is not told"),
        pytest.param((rule("near"), rule("foreign")), id="one of two"),
        pytest.param((rule(NEW),), id="what is no bucket"),
        pytest.param((rule(enabled=NEW),), id="whether a rule is in force"),
    ],
)
def test_an_unknown_destination_does_not_fail(rules: tuple[ReplicationRule, ...]) -> None:
    with pytest.raises(UnknownField):
        replicated(*rules)


def test_a_policy_that_is_not_known_matters_only_where_it_could_excuse_the_bucket() -> None:
    assert replicated(rule(), policy=BucketPolicy(NEW)).status is C
    with pytest.raises(UnknownField, match="new word"):
        replicated(policy=BucketPolicy(NEW))


def test_severities_and_controls() -> None:
    assert {
        check.id: (check.severity, check.controls)
        for check in (
            s3_bucket_mfa_delete_enabled,
            s3_bucket_default_lock_enabled,
            s3_bucket_cross_region_replication_enabled,
        )
    } == {
        "s3-bucket-mfa-delete-enabled": (Severity.LOW, ("Security Hub S3.20",)),
        "s3-bucket-default-lock-enabled": (Severity.LOW, ("Security Hub S3.15",)),
        "s3-bucket-cross-region-replication-enabled": (Severity.LOW, ("Security Hub S3.7",)),
    }
