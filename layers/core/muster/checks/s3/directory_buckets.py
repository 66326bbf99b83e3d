"""Checks of S3 directory buckets, which S3 Express One Zone stores in a single zone."""

from muster.facets.s3.directory_buckets import DirectoryBucketLifecycle
from muster.facets.s3.lifecycle import Rule
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, non_compliant
from muster.model.text import counted

_SHOWN = 3


@check(severity=Severity.LOW, controls=("FSBP S3.25",))
def s3_directory_bucket_lifecycle_enabled(
    lifecycle: DirectoryBucketLifecycle, *, expiration_days: int | None = None
) -> Verdict:
    """S3 directory buckets should have lifecycle configurations.

    An enabled rule is enough, as for AWS's control: it may have a filter, and it may only abort incomplete multipart
    uploads. With `expiration_days`, an enabled rule has to delete objects after exactly so many days.

    Problem: no lifecycle rule is enabled
    Why: S3 Express One Zone costs several times as much as S3 Standard, and a directory bucket keeps every object and
      every part of an incomplete upload until it is deleted.
    Fix: Add a rule that aborts incomplete multipart uploads; it deletes no object. The command keeps the rules that the
      bucket has; it needs jq. `rules=$(aws s3api get-bucket-lifecycle-configuration --bucket NAME --output json 2>&1 |
      jq -Rs '(fromjson? // (if test("NoSuchLifecycleConfiguration") then {} else error end)) | {Rules: ((.Rules // [])
      + [{Status: "Enabled", Filter: {Prefix: ""}, AbortIncompleteMultipartUpload: {DaysAfterInitiation: 7}}])}') && aws
      s3api put-bucket-lifecycle-configuration --bucket NAME --lifecycle-configuration "$rules"` To delete old objects,
      use Expiration with a number of Days instead; the setting for days requires it.
    Source: https://docs.aws.amazon.com/config/latest/developerguide/s3express-dir-bucket-lifecycle-rules-check.html
    """
    enabled = [rule for rule in lifecycle.rules if rule.enabled]
    if not enabled:
        off = f": {counted(len(lifecycle.rules), 'rule')} disabled" if lifecycle.rules else ""
        return non_compliant(f"No lifecycle rule is enabled{off}")
    if expiration_days is None:
        return compliant(f"{_named(enabled[0])} {_does(enabled[0])}{_others(enabled)}")
    for rule in enabled:
        if rule.expiration and rule.expiration.days == expiration_days:
            return compliant(f"{_named(rule)} {_does(rule)}")
    found = "; ".join(f"{_named(rule)} {_does(rule)}" for rule in enabled[:_SHOWN])
    return non_compliant(f"No enabled rule deletes objects after {counted(expiration_days, 'day')}: {found}")


def _named(rule: Rule) -> str:
    return f"Rule {rule.id!r}" if rule.id else "A rule without an ID"


def _does(rule: Rule) -> str:
    """Return what a rule does, and to which objects."""
    where = f" under {rule.prefix}" if rule.prefix else " of certain sizes" if rule.limited else ""
    acts = [f"deletes objects{where} {rule.expiration}"] if rule.expiration else []
    if rule.aborts is not None:
        acts.append(f"aborts incomplete uploads{where} after {counted(rule.aborts, 'day')}")
    return " and ".join(acts) or "is enabled"


def _others(rules: list[Rule]) -> str:
    return f"; {counted(len(rules) - 1, 'more rule')} enabled" if len(rules) > 1 else ""
