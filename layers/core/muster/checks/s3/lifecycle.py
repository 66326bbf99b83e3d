"""Checks of how long S3 buckets keep things."""

from collections.abc import Iterable

from muster.facets.s3.buckets import BucketVersioning
from muster.facets.s3.lifecycle import BucketLifecycle, Rule
from muster.model.check import check
from muster.model.finding import ObservedAt, Severity, Verdict, compliant, known, non_compliant, not_applicable


@check(severity=Severity.LOW, controls=("FSBP S3.13",))
def s3_bucket_lifecycle_covers_old_objects(
    lifecycle: BucketLifecycle, scan: ObservedAt, *, older_than_days: int = 90, allow_transition: bool = True
) -> Verdict:
    """S3 buckets should have a lifecycle rule that covers every object older than a set age.

    A rule counts when it is enabled, has neither a prefix nor a limit of tags or sizes, and expires or transitions
    current objects within the age, or on a date that is past. Rules with prefixes never add up to a whole bucket: a
    configuration has at most 1000 rules, and a key may begin with any of a million characters. With
    `allow_transition` a transition is enough; it may leave objects smaller than 128 KB where they are, and the reason
    says so.

    Problem: old objects are kept forever
    Why: Objects that nothing ever expires or moves are paid for until somebody remembers them, and kept longer than
      they may be.
    Fix: `aws s3api put-bucket-lifecycle-configuration --bucket NAME --lifecycle-configuration
      file://LIFECYCLE.json` The call replaces all rules. Keep those that exist and add an enabled rule without a
      filter that expires or transitions objects in time.
    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
    """
    whole = [rule for rule in lifecycle.rules if rule.whole]
    for rule in whole:
        if rule.expiration and rule.expiration.within(older_than_days, scan.at):
            return compliant(f"{_named(rule)} expires every object {rule.expiration}")
    moving = [(rule, when) for rule in whole for when in rule.transitions if when.within(older_than_days, scan.at)]
    if moving and allow_transition:
        rule, when = moving[0]
        small = "; objects smaller than 128 KB stay where they are" if lifecycle.small_stay else ""
        return compliant(f"{_named(rule)} transitions objects {when}{small}")
    return non_compliant(_why_not(lifecycle, older_than_days, moves=allow_transition))


@check(severity=Severity.MEDIUM, controls=("Security Hub S3.10",))
def s3_lifecycle_noncurrent_versions_expire(lifecycle: BucketLifecycle, versioning: BucketVersioning) -> Verdict:
    """Versioned S3 buckets should expire noncurrent versions.

    Buckets whose versioning is suspended are judged too: the versions they made before are still there.

    Problem: old versions are kept forever
    Why: In a versioned bucket nothing that is deleted or replaced goes away by itself, and all of it is paid for.
    Fix: `aws s3api put-bucket-lifecycle-configuration --bucket NAME --lifecycle-configuration
      file://LIFECYCLE.json` The call replaces all rules. Keep those that exist and add an enabled rule without a
      filter and with NoncurrentVersionExpiration.
    Source: https://docs.aws.amazon.com/config/latest/developerguide/s3-version-lifecycle-policy-check.html
    """
    status = known(versioning.status)
    if not status:
        return not_applicable("the bucket was never versioned")
    for rule in lifecycle.rules:
        if rule.whole and rule.noncurrent is not None:
            kept = f", all but the newest {rule.keeps}" if rule.keeps else ""
            return compliant(f"{_named(rule)} expires noncurrent versions after {rule.noncurrent} days{kept}")
    partial = [rule for rule in lifecycle.rules if rule.noncurrent is not None]
    return non_compliant(f"versioning is {status.lower()} and {_but('expires noncurrent versions', partial)}")


@check(severity=Severity.LOW)
def s3_lifecycle_aborts_multipart_uploads(lifecycle: BucketLifecycle, *, within_days: int = 7) -> Verdict:
    """S3 buckets should abort incomplete multipart uploads.

    Problem: incomplete uploads are kept forever
    Why: Parts of uploads that never ended are stored and paid for, and no listing of objects shows them.
    Fix: `aws s3api put-bucket-lifecycle-configuration --bucket NAME --lifecycle-configuration
      file://LIFECYCLE.json` The call replaces all rules. Keep those that exist and add an enabled rule without a
      filter and with AbortIncompleteMultipartUpload.
    Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpu-abort-incomplete-mpu-lifecycle-config.html
    """
    aborting = [rule for rule in lifecycle.rules if rule.aborts is not None]
    for rule in aborting:
        if rule.whole and rule.aborts is not None and rule.aborts <= within_days:
            return compliant(f"{_named(rule)} aborts uploads after {rule.aborts} days")
    late = [rule for rule in aborting if rule.whole]
    if late:
        return non_compliant(
            f"{_named(late[0])} aborts uploads after {late[0].aborts} days only, {within_days} are asked"
        )
    return non_compliant(_but("aborts incomplete uploads", aborting))


def _why_not(lifecycle: BucketLifecycle, days: int, *, moves: bool) -> str:
    """Return why no rule covers the bucket; with `moves` a transition would have been enough."""
    if not lifecycle.rules:
        return "the bucket has no lifecycle rules"
    counted = {rule: (rule.expiration, *(rule.transitions if moves else ())) for rule in lifecycle.rules}
    late = [f"{_named(rule)} acts {when}" for rule, acts in counted.items() if rule.whole for when in acts if when]
    if late:
        return f"{', '.join(late)}; every object older than {days} days is to be covered"
    if any(rule.whole and rule.transitions for rule in lifecycle.rules):
        return "objects are transitioned but never expire, and a transition does not count here"
    acting = [rule for rule, acts in counted.items() if any(acts)]
    return _but("expires or transitions objects" if moves else "expires objects", acting)


def _but(does: str, rules: Iterable[Rule]) -> str:
    """Return that no rule does it for the whole bucket, and the faults of those that come near."""
    faults = [f"{_named(rule)} {_fault(rule)}" for rule in rules]
    return f"no enabled rule for the whole bucket {does}" + (f": {', '.join(faults)}" if faults else "")


def _fault(rule: Rule) -> str:
    if not rule.enabled:
        return "is disabled"
    if rule.prefix:
        return f"covers only {rule.prefix}"
    return "covers only objects of some tags or sizes"


def _named(rule: Rule) -> str:
    return f"the rule {rule.id!r}" if rule.id else "a rule without a name"
