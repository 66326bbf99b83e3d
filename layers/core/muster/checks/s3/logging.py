"""Checks of the access logs of S3 buckets: where they go, and whether they arrive."""

from collections.abc import Sequence

from muster.analysis.patterns.globs import matches
from muster.analysis.policies.condition_keys import find
from muster.analysis.policies.conditions import met
from muster.analysis.policies.document import Condition, Policy, Statement
from muster.analysis.policies.wildcards import applies_to
from muster.analysis.three_valued import all_of
from muster.facets.s3.buckets import BucketLogging
from muster.facets.s3.related import (
    LOG_DELIVERY_SERVICE,
    AllLogTargets,
    LogSources,
    LogTargetAcl,
    LogTargetEncryption,
    LogTargetLock,
    LogTargetOwnership,
    LogTargetPlace,
    LogTargetPolicy,
)
from muster.model.check import check
from muster.model.finding import (
    Related,
    Resource,
    Severity,
    Unknown,
    Verdict,
    compliant,
    known,
    non_compliant,
    not_applicable,
)

_PUT = "s3:putobject"
_DELIVERY = LOG_DELIVERY_SERVICE


@check(severity=Severity.MEDIUM, controls=("FSBP S3.9",), version=5)
def s3_bucket_logging_enabled(  # noqa: PLR0913 - what is read of the bucket and of the one its logs go to
    bucket: Resource,
    logging: BucketLogging,
    place: Related[LogTargetPlace],
    target_policy: Related[LogTargetPolicy],
    target_acl: Related[LogTargetAcl],
    ownership: Related[LogTargetOwnership],
    lock: Related[LogTargetLock],
    encryption: Related[LogTargetEncryption],
    sources: LogSources,
    everywhere: Related[AllLogTargets],
) -> Verdict:
    """S3 buckets should have server access logging enabled.

    The logs must also arrive: the target exists in the same region, has no Object Lock, and its policy, or its access
    control list where lists are in force, lets S3's log delivery write. AWS supports targets that are encrypted with
    S3's own keys only: with the key aws/s3 nobody can read the logs, and of a key of one's own there is no verdict.

    A bucket that another bucket of the account sends its logs to needs none of its own, if S3's log delivery may write
    to it: AWS says to suppress the control there, for logging a log target into itself never ends. That S3's log
    delivery may write to a bucket is not enough.

    Problem: server access logging is off
    Why: Who read what cannot be found out afterwards when nobody wrote it down.
    Fix: `aws s3api put-bucket-logging --bucket NAME --bucket-logging-status
      "LoggingEnabled={TargetBucket=LOG-BUCKET,TargetPrefix=NAME/}"` The log bucket is in the same region and
      account, has no default retention by Object Lock, is encrypted with AES256, and its policy allows
      logging.s3.amazonaws.com to call s3:PutObject.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html#s3-9
    """
    target = logging.target
    if not target:
        named = bucket.id in sources.targets or any(bucket.id in everywhere[each].names for each in everywhere)
        if named and sources.takes(bucket.id):
            return not_applicable("it is where access logs of other buckets go")
        return non_compliant("server access logging is off")
    if lost := _lost(bucket, target, place[target], lock[target]) or _unreadable(target, encryption[target]):
        return non_compliant(lost)
    by_list = known(ownership[target].object_ownership) != "BucketOwnerEnforced" and target_acl[target].log_target
    if not known(_taken(known(target_policy[target].policy), bucket, logging, by_list=by_list)):
        return non_compliant(f"access logs cannot be written to {target}: it does not let S3's log delivery write")
    if encryption[target].kms:
        known(Unknown(f"whether logs arrive in {target} is not known: AWS supports no key of KMS there"))
    return compliant(f"access logs go to {target}")


def _lost(bucket: Resource, target: str, place: LogTargetPlace, lock: LogTargetLock) -> str:
    """Return why logs cannot arrive in the target, whatever its policy; empty where they can.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html
    """
    if not place.region:
        return f"access logs should go to {target}, which does not exist"
    if place.region != bucket.region:
        return f"access logs should go to {target}, which is in {place.region}: they are never delivered"
    return f"access logs cannot be written to {target}: it has Object Lock" if lock.enabled else ""


def _unreadable(target: str, encryption: LogTargetEncryption) -> str:
    """Return why the logs in the target cannot be read; empty where they can."""
    algorithm = known(encryption.algorithm)
    if not encryption.kms or not encryption.aws_managed:
        return ""
    return f"access logs in {target} cannot be read: its default encryption is {algorithm} with AWS's own key aws/s3"


def _taken(policy: Policy, source: Resource, logging: BucketLogging, *, by_list: bool) -> bool | Unknown:
    """Whether the target of a bucket's logs takes them, as far as its policy can be understood."""
    partition = f"{source.account_id}/{source.region}/{source.id}/" if logging.partitioned else ""
    written = f"arn:{source.partition}:s3:::{logging.target}/{logging.prefix}{partition}x"
    concerned = [each for each in policy.statements if _concerns(each, written)]
    denials = [_met(each.conditions, source) for each in concerned if not each.allow]
    allowed = [True] if by_list else [_met(each.conditions, source) for each in concerned if each.allow]
    if True in denials or not any(met is not False for met in allowed):
        return False
    if None in denials or True not in allowed:
        return Unknown(f"whether {logging.target} takes logs depends on conditions that Muster does not understand")
    return True


def _concerns(statement: Statement, written: str) -> bool:
    """Whether a statement speaks of log delivery's writing of an object."""
    named = f"service:{_DELIVERY}"
    whom = named not in statement.not_principals if statement.not_principals else named in statement.principals
    where = any(matches(pattern, written) for pattern in statement.not_resources or statement.resources)
    return (whom or statement.everybody) and applies_to(statement, _PUT) and where is not bool(statement.not_resources)


def _met(conditions: Sequence[Condition], source: Resource) -> bool | None:
    """Whether log delivery meets all conditions when it writes the logs of a bucket; None if that is not known."""
    return all_of(_meets(condition, source) for condition in conditions)


def _meets(condition: Condition, source: Resource) -> bool | None:
    if condition.key == "s3:tlsversion" and condition.operator == "numericlessthan":
        # S3 writes to itself over no version that it refuses to others.
        return False
    value = {
        "aws:sourceaccount": (source.account_id,),
        "aws:sourcearn": (source.arn or "",),
        "aws:securetransport": ("true",),
        "aws:principalisawsservice": ("true",),
        "aws:principalservicename": (_DELIVERY,),
    }.get(condition.key)
    # What only principals of IAM send, log delivery never does; of the other keys it is not known.
    return met(condition, value) if value or find(condition.key).sent_by == "principals" else None
