"""Checks of the lifecycle rules of S3 buckets."""

from collections.abc import Iterable

from muster.facets.s3.buckets import BucketVersioning
from muster.facets.s3.lifecycle import BucketLifecycle, Rule
from muster.model.check import check
from muster.model.finding import ObservedAt, Severity, Verdict, compliant, known, non_compliant, not_applicable
from muster.model.text import counted


@check(severity=Severity.LOW, controls=("FSBP S3.13",))
def s3_bucket_lifecycle_covers_old_objects(
    lifecycle: BucketLifecycle, scan: ObservedAt, *, older_than_days: int = 90, allow_transition: bool = True
) -> Verdict:
    """S3 buckets should have a lifecycle rule for every object older than a set age.

    A rule counts if it is enabled, has no filter (prefix, tags, object size), and expires or transitions current
    objects within `older_than_days`, or on a date in the past. Rules with prefixes never add up to a whole bucket,
    because a configuration has at most 1000 rules and a key may begin with any character. With `allow_transition` a
    transition is enough. It can skip objects smaller than 128 KB; the reason then says so.

    Problem: old objects are kept forever
    Why: Objects without a lifecycle rule cost money every month, and stay longer than your retention rules allow.
    Fix: Add a rule that moves objects to S3 Intelligent-Tiering; it deletes nothing. The command keeps the rules that
      the bucket has; it needs jq. `input=$(aws s3api get-bucket-lifecycle-configuration --bucket NAME --output json
      2>&1 | jq -Rs '(fromjson? // (if test("NoSuchLifecycleConfiguration") then {} else error end)) |
      {LifecycleConfiguration: {Rules: ((.Rules // []) + [{Status: "Enabled", Filter: {Prefix: ""}, Transitions:
      [{Days: DAYS, StorageClass: "INTELLIGENT_TIERING"}]}])}} + (if .TransitionDefaultMinimumObjectSize then
      {TransitionDefaultMinimumObjectSize} else {} end)') && aws s3api put-bucket-lifecycle-configuration --bucket NAME
      --cli-input-json "$input"` If transitions are not allowed by the check's settings, use Expiration instead of
      Transitions. Expiration deletes objects.
    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
    """
    whole = [rule for rule in lifecycle.rules if rule.whole]
    for rule in whole:
        if rule.expiration and rule.expiration.within(older_than_days, scan.at):
            return compliant(f"Every object expires {rule.expiration} ({_named(rule)})")
    moving = [(rule, when) for rule in whole for when in rule.transitions if when.within(older_than_days, scan.at)]
    if moving and allow_transition:
        rule, when = moving[0]
        small = "; objects smaller than 128 KB do not transition" if lifecycle.small_stay else ""
        return compliant(f"Objects transition {when} ({_named(rule)}){small}")
    return non_compliant(_why_not(lifecycle, older_than_days, moves=allow_transition), days=str(older_than_days))


@check(severity=Severity.MEDIUM, controls=("Security Hub S3.10",))
def s3_lifecycle_noncurrent_versions_expire(lifecycle: BucketLifecycle, versioning: BucketVersioning) -> Verdict:
    """Versioned S3 buckets should expire noncurrent versions.

    The check also applies to buckets with suspended versioning, because they still have their old versions.

    Problem: old versions are kept forever
    Why: A versioned bucket keeps every deleted or replaced version, and you pay for all of them.
    Fix: Add a rule that deletes noncurrent versions after 90 days; choose the number first. The command keeps the rules
      that the bucket has; it needs jq. `input=$(aws s3api get-bucket-lifecycle-configuration --bucket NAME --output
      json 2>&1 | jq -Rs '(fromjson? // (if test("NoSuchLifecycleConfiguration") then {} else error end)) |
      {LifecycleConfiguration: {Rules: ((.Rules // []) + [{Status: "Enabled", Filter: {Prefix: ""},
      NoncurrentVersionExpiration: {NoncurrentDays: 90}}])}} + (if .TransitionDefaultMinimumObjectSize then
      {TransitionDefaultMinimumObjectSize} else {} end)') && aws s3api put-bucket-lifecycle-configuration --bucket NAME
      --cli-input-json "$input"`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/s3-version-lifecycle-policy-check.html
    """
    status = known(versioning.status)
    if not status:
        return not_applicable("Versioning was never enabled")
    for rule in lifecycle.rules:
        if rule.whole and rule.noncurrent is not None:
            kept = f", except the newest {rule.keeps}" if rule.keeps else ""
            days = counted(rule.noncurrent, "day")
            return compliant(f"Noncurrent versions expire after {days}{kept} ({_named(rule)})")
    partial = [rule for rule in lifecycle.rules if rule.noncurrent is not None]
    return non_compliant(_no_rule(f"expires noncurrent versions (versioning is {status.lower()})", partial))


@check(severity=Severity.LOW)
def s3_lifecycle_aborts_multipart_uploads(lifecycle: BucketLifecycle, *, within_days: int = 7) -> Verdict:
    """S3 buckets should abort incomplete multipart uploads.

    Problem: incomplete uploads are kept forever
    Why: S3 stores the parts of incomplete uploads and charges for them, and no object listing shows them.
    Fix: Add a rule that aborts incomplete multipart uploads. The command keeps the rules that the bucket has; it needs
      jq. `input=$(aws s3api get-bucket-lifecycle-configuration --bucket NAME --output json 2>&1 | jq -Rs '(fromjson? //
      (if test("NoSuchLifecycleConfiguration") then {} else error end)) | {LifecycleConfiguration: {Rules: ((.Rules //
      []) + [{Status: "Enabled", Filter: {Prefix: ""}, AbortIncompleteMultipartUpload: {DaysAfterInitiation: DAYS}}])}}
      + (if .TransitionDefaultMinimumObjectSize then {TransitionDefaultMinimumObjectSize} else {} end)') && aws s3api
      put-bucket-lifecycle-configuration --bucket NAME --cli-input-json "$input"`
    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpu-abort-incomplete-mpu-lifecycle-config.html
    """
    aborting = [rule for rule in lifecycle.rules if rule.aborts is not None]
    for rule in aborting:
        if rule.whole and rule.aborts is not None and rule.aborts <= within_days:
            return compliant(f"Incomplete uploads are aborted after {counted(rule.aborts, 'day')} ({_named(rule)})")
    late = next((rule for rule in aborting if rule.whole), None)
    if late:
        found = f"Incomplete uploads are aborted only after {late.aborts} days ({_named(late)})"
        return non_compliant(f"{found}; use {within_days} or fewer", days=str(within_days))
    return non_compliant(_no_rule("aborts incomplete uploads", aborting), days=str(within_days))


def _why_not(lifecycle: BucketLifecycle, days: int, *, moves: bool) -> str:
    """Return why no rule covers the bucket; with `moves` a transition would have been enough."""
    if not lifecycle.rules:
        return "Bucket has no lifecycle rules"
    acts = {rule: (rule.expiration, *(rule.transitions if moves else ())) for rule in lifecycle.rules}
    late = [f"{_named(rule)} acts {when}" for rule, times in acts.items() if rule.whole for when in times if when]
    if late:
        return f"No rule acts on every object within {days} days: {', '.join(late)}"
    if any(rule.whole and rule.transitions for rule in lifecycle.rules):
        return "Objects transition but never expire; `allow_transition` is false"
    acting = [rule for rule, times in acts.items() if any(times)]
    return _no_rule("expires or transitions objects" if moves else "expires objects", acting)


def _no_rule(does: str, rules: Iterable[Rule]) -> str:
    """Return that no rule does it for the whole bucket, and why similar rules do not count."""
    faults = [f"{_named(rule)} {_fault(rule)}" for rule in rules]
    return f"No enabled rule for the whole bucket {does}" + (f": {', '.join(faults)}" if faults else "")


def _fault(rule: Rule) -> str:
    if not rule.enabled:
        return "is disabled"
    if rule.prefix:
        return f"covers only {rule.prefix}"
    return "covers only objects with certain tags or sizes"


def _named(rule: Rule) -> str:
    return f"rule {rule.id!r}" if rule.id else "a rule without an ID"
