"""Checks of S3 buckets against deletion: MFA delete, Object Lock, replication to another region."""

from collections.abc import Iterable

from muster.analysis.patterns import globs
from muster.analysis.policies.document import Policy
from muster.facets.s3.buckets import BucketPolicy, BucketVersioning
from muster.facets.s3.lifecycle import BucketLifecycle
from muster.facets.s3.related import ReplicaPlace
from muster.facets.s3.resilience import BucketObjectLock, BucketReplication, ReplicationRule
from muster.model.check import check
from muster.model.finding import Related, Resource, Severity, Verdict, compliant, known, non_compliant, not_applicable
from muster.model.text import counted

_NOT_SELECTED = "Bucket name matches no pattern of the setting `buckets`"


@check(severity=Severity.LOW, controls=("Security Hub S3.20",), opt_in=("buckets",))
def s3_bucket_mfa_delete_enabled(
    bucket: Resource, versioning: BucketVersioning, lifecycle: BucketLifecycle, *, buckets: tuple[str, ...] = ()
) -> Verdict:
    """Selected S3 buckets should have MFA delete enabled.

    The check applies to buckets whose names match a pattern in `buckets` (`*` is any text, `?` is one character). A
    bucket with MFA delete cannot have lifecycle rules, so AWS's control does not apply to buckets with such rules.

    Problem: MFA delete is off
    Why: With MFA delete, a stolen access key is not enough to delete object versions.
    Fix: Only the root user can enable MFA delete, with its own access key: `aws s3api put-bucket-versioning --bucket
      NAME --versioning-configuration Status=Enabled,MFADelete=Enabled --mfa "SERIAL CODE"`
    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/MultiFactorAuthenticationDelete.html
    """
    if not _matches(bucket.id, buckets):
        return not_applicable(_NOT_SELECTED)
    if lifecycle.rules:
        return not_applicable("Bucket has lifecycle rules, which exclude MFA delete")
    if known(versioning.mfa_delete) == "Enabled":
        return compliant("MFA delete is enabled")
    if not known(versioning.status):
        return non_compliant("MFA delete is disabled, and versioning was never enabled")
    return non_compliant("MFA delete is disabled")


@check(severity=Severity.LOW, controls=("Security Hub S3.15",))
def s3_bucket_default_lock_enabled(lock: BucketObjectLock, *, min_days: int = 1, mode: str = "") -> Verdict:
    """S3 buckets should lock new objects by default.

    Without a default retention, Object Lock protects only objects that are uploaded with a retention of their own.
    `min_days` is the shortest default retention, `mode` the required mode: GOVERNANCE, COMPLIANCE, or empty for either.

    Problem: no Object Lock by default
    Why: A locked object version cannot be overwritten or deleted before its retention ends, by mistake or on purpose.
    Fix: Enable versioning, which Object Lock needs: `aws s3api put-bucket-versioning --bucket NAME
      --versioning-configuration Status=Enabled` Then enable Object Lock; it cannot be disabled again. `aws s3api
      put-object-lock-configuration --bucket NAME --object-lock-configuration
      "ObjectLockEnabled=Enabled,Rule={DefaultRetention={Mode=MODE,Days=DAYS}}"`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/s3-bucket-default-lock-enabled.html
    """
    wanted = {"mode": mode or "GOVERNANCE", "days": str(max(min_days, lock.days))}
    if not lock.enabled:
        return non_compliant("Object Lock is disabled", **wanted)
    actual = known(lock.mode)
    if not lock.retains:
        return non_compliant("Object Lock has no default retention, so new objects are not locked", **wanted)
    wanted["mode"] = mode or actual
    locked = f"New objects are locked for {counted(lock.days, 'day')} in {actual} mode"
    if lock.days < min_days:
        return non_compliant(f"{locked}; {counted(min_days, 'day')} required", **wanted)
    return non_compliant(f"{locked}; {mode} mode required", **wanted) if mode and actual != mode else compliant(locked)


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
    """Selected S3 buckets should be replicated to another region.

    The check applies to buckets whose names match a pattern in `buckets` (`*` is any text, `?` is one character). As
    AWS recommends, it does not apply to replicas: buckets that match `replicas` or whose policy allows replication into
    them.

    Problem: S3 bucket is not replicated
    Why: If a whole region fails, only a copy in another region is available.
    Fix: Enable versioning on both buckets and create an IAM role that S3 can assume to replicate. Then add a rule to a
      bucket in another region. The command keeps the rules that the bucket has; it needs jq. `config=$(aws s3api
      get-bucket-replication --bucket NAME --query ReplicationConfiguration --output json 2>&1 | jq -Rs --arg role
      ROLE-ARN --arg to DESTINATION-BUCKET-ARN '(fromjson? // (if test("ReplicationConfigurationNotFoundError") then {}
      else error end)) | {Role: (.Role // $role), Rules: ((.Rules // []) + [{Status: "Enabled", Filter: {Prefix: ""},
      Priority: (([.Rules[]?.Priority // 0] | max) + 1), DeleteMarkerReplication: {Status: "Enabled"}, Destination:
      {Bucket: $to}}])}') && aws s3api put-bucket-replication --bucket NAME --replication-configuration "$config"`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html#s3-7
    """
    if not _matches(bucket.id, buckets):
        return not_applicable(_NOT_SELECTED)
    if _matches(bucket.id, replicas):
        return not_applicable("Bucket is a replica: its name matches the setting `replicas`")
    away = [rule for rule in replication.rules if _is_away(rule, bucket, places)]
    if away:
        rule = min(away, key=lambda rule: rule.part)
        name = known(rule.bucket)
        objects = "Objects that match the rule's filter" if rule.part else "Objects"
        return compliant(f"{objects} are replicated to {name} in {places[name].region}")
    if _takes_replicas(known(policy.policy)):
        return not_applicable("Bucket is a replica: its policy allows replication into it")
    if not replication.rules:
        return non_compliant("Bucket is not replicated")
    return non_compliant(f"Bucket is not replicated to another region: {'; '.join(_why(replication.rules, places))}")


def _matches(name: str, patterns: Iterable[str]) -> bool:
    return any(globs.matches(pattern, name) for pattern in patterns)


def _is_away(rule: ReplicationRule, bucket: Resource, places: Related[ReplicaPlace]) -> bool:
    """Whether an enabled rule is known to replicate to a bucket of another region; `_why` handles unknown values."""
    if rule.enabled is not True or not isinstance(rule.bucket, str):
        return False
    place = places.by_key.get(rule.bucket)
    return isinstance(place, ReplicaPlace) and place.region not in ("", bucket.region)


def _why(rules: Iterable[ReplicationRule], places: Related[ReplicaPlace]) -> Iterable[str]:
    """Yield why each rule does not count; a rule with an unknown value stops the check."""
    for rule in rules:
        if not known(rule.enabled):
            yield f"rule {rule.id} is disabled"
            continue
        name = known(rule.bucket)
        region = places[name].region
        yield f"{name} is in the same region" if region else f"{name} does not exist"


def _takes_replicas(policy: Policy) -> bool:
    return any(
        statement.allow and any(action.startswith("s3:replicate") for action in statement.actions)
        for statement in policy.statements
    )
