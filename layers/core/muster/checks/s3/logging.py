"""Checks of the access logs of S3 buckets and of their delivery."""

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

    S3 must also be able to deliver the logs: the target bucket exists in the same region, has no Object Lock, and its
    policy (or its ACL, where ACLs are enabled) lets S3 log delivery write. AWS supports only target buckets with SSE-S3
    encryption. With the AWS managed key aws/s3 the logs cannot be read; with a customer managed key there is no result.

    The check does not apply to a bucket that receives the logs of another bucket of the account and that S3 log
    delivery may write to: a log bucket that logs to itself never stops writing logs, so AWS recommends to suppress the
    control there. The permission alone is not enough.

    Problem: server access logging is off
    Why: Without access logs, you cannot find out later who read or deleted an object.
    Fix: Use a log bucket in the same region and account, with SSE-S3 encryption and without Object Lock. Its policy
      must allow logging.s3.amazonaws.com to call s3:PutObject. `aws s3api put-bucket-logging --bucket NAME
      --bucket-logging-status "LoggingEnabled={TargetBucket=LOG-BUCKET,TargetPrefix=NAME/}"`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/s3-controls.html#s3-9
    """
    target = logging.target
    if not target:
        named = bucket.id in sources.targets or any(bucket.id in everywhere[each].names for each in everywhere)
        if named and sources.takes(bucket.id):
            return not_applicable("Bucket receives the access logs of other buckets")
        return non_compliant("Server access logging is off")
    if lost := _lost(bucket, target, place[target], lock[target]) or _unreadable(target, encryption[target]):
        return non_compliant(lost)
    by_list = known(ownership[target].object_ownership) != "BucketOwnerEnforced" and target_acl[target].log_target
    if not known(_taken(known(target_policy[target].policy), bucket, logging, by_list=by_list)):
        return non_compliant(f"Access logs cannot be delivered: {target} does not let {_DELIVERY} write")
    if encryption[target].kms:
        known(Unknown(f"Muster cannot tell whether logs arrive in {target}: AWS supports only SSE-S3 for log buckets"))
    return compliant(f"Access logs go to {target}")


def _lost(bucket: Resource, target: str, place: LogTargetPlace, lock: LogTargetLock) -> str:
    """Return why logs cannot be delivered to the target, whatever its policy is; empty where they can.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock-managing.html
    """
    if not place.region:
        return f"Access logs cannot be delivered: {target} does not exist"
    if place.region != bucket.region:
        return f"Access logs cannot be delivered: {target} is in {place.region}, the bucket in {bucket.region}"
    return f"Access logs cannot be delivered: {target} has Object Lock" if lock.enabled else ""


def _unreadable(target: str, encryption: LogTargetEncryption) -> str:
    """Return why the logs in the target cannot be read; empty where they can."""
    algorithm = known(encryption.algorithm)
    if not encryption.kms or not encryption.aws_managed:
        return ""
    return (
        f"Access logs in {target} cannot be read: its default encryption is {algorithm} with the AWS managed key aws/s3"
    )


def _taken(policy: Policy, source: Resource, logging: BucketLogging, *, by_list: bool) -> bool | Unknown:
    """Whether the target of a bucket's logs lets log delivery write; Unknown where a condition is not supported."""
    partition = f"{source.account_id}/{source.region}/{source.id}/" if logging.partitioned else ""
    written = f"arn:{source.partition}:s3:::{logging.target}/{logging.prefix}{partition}x"
    concerned = [each for each in policy.statements if _concerns(each, written)]
    denials = [_met(each.conditions, source) for each in concerned if not each.allow]
    allowed = [True] if by_list else [_met(each.conditions, source) for each in concerned if each.allow]
    if True in denials or not any(met is not False for met in allowed):
        return False
    if None in denials or True not in allowed:
        return Unknown(f"Whether logs reach {logging.target} depends on policy conditions that Muster does not support")
    return True


def _concerns(statement: Statement, written: str) -> bool:
    """Whether a statement applies to log delivery when it writes an object."""
    named = f"service:{_DELIVERY}"
    whom = named not in statement.not_principals if statement.not_principals else named in statement.principals
    where = any(matches(pattern, written) for pattern in statement.not_resources or statement.resources)
    return (whom or statement.everybody) and applies_to(statement, _PUT) and where is not bool(statement.not_resources)


def _met(conditions: Sequence[Condition], source: Resource) -> bool | None:
    """Whether log delivery meets all conditions when it writes the logs of a bucket; None if unknown."""
    return all_of(_meets(condition, source) for condition in conditions)


def _meets(condition: Condition, source: Resource) -> bool | None:
    if condition.key == "s3:tlsversion" and condition.operator == "numericlessthan":
        # Log delivery never uses a TLS version that S3 rejects from others.
        return False
    value = {
        "aws:sourceaccount": (source.account_id,),
        "aws:sourcearn": (source.arn or "",),
        "aws:securetransport": ("true",),
        "aws:principalisawsservice": ("true",),
        "aws:principalservicename": (_DELIVERY,),
    }.get(condition.key)
    # Log delivery never sends keys that only IAM principals send; whether it sends the others is unknown.
    return met(condition, value) if value or find(condition.key).sent_by == "principals" else None
