"""Checks of how S3 buckets withstand deletion: MFA delete, Object Lock, copies in another region."""

from collections.abc import Iterable

from muster.analysis.patterns import globs
from muster.analysis.policies.document import Policy
from muster.facets.s3.buckets import BucketPolicy, BucketVersioning
from muster.facets.s3.lifecycle import BucketLifecycle
from muster.facets.s3.related import ReplicaPlace
from muster.facets.s3.resilience import BucketObjectLock, BucketReplication, ReplicationRule
from muster.model.check import check
from muster.model.finding import Related, Resource, Severity, Verdict, compliant, known, non_compliant, not_applicable

_UNNAMED = "the setting buckets names no pattern that it matches"


@check(severity=Severity.LOW, controls=("Security Hub S3.20",), opt_in=("buckets",))
def s3_bucket_mfa_delete_enabled(
    bucket: Resource, versioning: BucketVersioning, lifecycle: BucketLifecycle, *, buckets: tuple[str, ...] = ()
) -> Verdict:
    """S3 buckets that are named should ask for a second factor before a version is deleted.

    Judged are the buckets whose names match one of the patterns of `buckets`, in which `*` is any text and `?` any one
    character. Only the root user can switch it on, and with it on no lifecycle can be configured: AWS's control leaves
    buckets with a lifecycle out.

    Problem: MFA delete is off
    Why: Whoever steals a key of somebody who may delete cannot delete what the second factor guards.
    Fix: `aws s3api put-bucket-versioning --bucket NAME --versioning-configuration Status=Enabled,MFADelete=Enabled
      --mfa "SERIAL CODE"` Only the root user can do this.
    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/MultiFactorAuthenticationDelete.html
    """
    if not _matches(bucket.id, buckets):
        return not_applicable(f"not asked for of this bucket: {_UNNAMED}")
    if lifecycle.rules:
        return not_applicable("it has a lifecycle, which MFA delete does not go together with")
    if known(versioning.mfa_delete) == "Enabled":
        return compliant("MFA delete is on")
    if not known(versioning.status):
        return non_compliant("MFA delete is off, and the bucket was never versioned")
    return non_compliant("MFA delete is off")


@check(severity=Severity.LOW, controls=("Security Hub S3.15",))
def s3_bucket_default_lock_enabled(lock: BucketObjectLock, *, min_days: int = 1, mode: str = "") -> Verdict:
    """S3 buckets should lock new objects by default.

    Object Lock alone locks nothing: without a default retention each writer has to ask for it. `min_days` is the least
    default retention, `mode` the one that is asked for, GOVERNANCE or COMPLIANCE, any if empty.

    Problem: no Object Lock by default
    Why: A locked version can be neither overwritten nor deleted until its time has come, by mistake or by malice.
    Fix: `aws s3api put-object-lock-configuration --bucket NAME --object-lock-configuration
      "ObjectLockEnabled=Enabled,Rule={DefaultRetention={Mode=GOVERNANCE,Days=DAYS}}"` The bucket must be versioned.
    Source: https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-default-lock-enabled.html
    """
    if not lock.enabled:
        return non_compliant("Object Lock is off")
    actual = known(lock.mode)
    if not lock.retains:
        return non_compliant("Object Lock is on, but new objects get no retention by default")
    held = f"new objects are locked for {lock.days} days in mode {actual}"
    if lock.days < min_days:
        return non_compliant(f"{held}, {min_days} asked for")
    return non_compliant(f"{held}, {mode} asked for") if mode and actual != mode else compliant(held)


@check(severity=Severity.LOW, controls=("Security Hub S3.7",), opt_in=("buckets",))
def s3_bucket_cross_region_replication_enabled(  # noqa: PLR0913 - three facets, two settings and the bucket
    bucket: Resource,
    replication: BucketReplication,
    places: Related[ReplicaPlace],
    policy: BucketPolicy,
    *,
    buckets: tuple[str, ...] = (),
    replicas: tuple[str, ...] = (),
) -> Verdict:
    """S3 buckets that are named should be replicated to another region.

    Judged are the buckets whose names match one of the patterns of `buckets`, in which `*` is any text and `?` any one
    character. A bucket that copies arrive in is left out, as AWS says to: one that matches `replicas`, or whose policy
    lets somebody replicate into it.

    Problem: S3 bucket is not replicated
    Why: A region can fail as a whole, and versions help nobody who cannot reach them.
    Fix: `aws s3api put-bucket-replication --bucket NAME --replication-configuration file://REPLICATION.json` The
      destination is in another region. Both buckets must be versioned.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html#s3-7
    """
    if not _matches(bucket.id, buckets):
        return not_applicable(f"not asked for of this bucket: {_UNNAMED}")
    if _matches(bucket.id, replicas):
        return not_applicable("it is a replica: the setting replicas names it")
    away = [rule for rule in replication.rules if _is_away(rule, bucket, places)]
    if away:
        rule = min(away, key=lambda rule: rule.part)
        name = known(rule.bucket)
        part = ", those that its filter matches" if rule.part else ""
        return compliant(f"objects are replicated to {name} in {places[name].region}{part}")
    if _takes_replicas(known(policy.policy)):
        return not_applicable("it is a replica: its policy lets others replicate into it")
    if not replication.rules:
        return non_compliant("it is not replicated")
    return non_compliant(f"it is not replicated to another region: {'; '.join(_why(replication.rules, places))}")


def _matches(name: str, patterns: Iterable[str]) -> bool:
    return any(globs.matches(pattern, name) for pattern in patterns)


def _is_away(rule: ReplicationRule, bucket: Resource, places: Related[ReplicaPlace]) -> bool:
    """Whether a rule in force is known to copy to a bucket of another region; what is not known is asked later."""
    if rule.enabled is not True or not isinstance(rule.bucket, str):
        return False
    place = places.by_key.get(rule.bucket)
    return isinstance(place, ReplicaPlace) and place.region not in ("", bucket.region)


def _why(rules: Iterable[ReplicationRule], places: Related[ReplicaPlace]) -> Iterable[str]:
    """Yield why each rule does not count; a rule about which that is not known stops the check."""
    for rule in rules:
        if not known(rule.enabled):
            yield f"the rule {rule.id} is disabled"
            continue
        name = known(rule.bucket)
        region = places[name].region
        yield f"{name} is in the same region" if region else f"{name} does not exist"


def _takes_replicas(policy: Policy) -> bool:
    return any(
        statement.allow and any(action.startswith("s3:replicate") for action in statement.actions)
        for statement in policy.statements
    )
