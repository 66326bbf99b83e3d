"""Checks of CloudWatch log groups."""

from muster.facets.cloudwatch.logs import LogGroup
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant, not_applicable


@check(severity=Severity.MEDIUM, controls=("Security Hub CloudWatch.16",))
def cloudwatch_log_group_retention_set(
    group: LogGroup, *, min_days: int = 365, max_days: int = 0, never_expires_allowed: bool = False
) -> Verdict:
    """CloudWatch log groups should keep their events for a set time.

    The time must be `min_days` at least and, where `max_days` is not 0, that at most. Events that never expire are a
    choice of their own: AWS's control takes them for long enough, this check wants `never_expires_allowed`.

    Problem: log retention is not as required
    Why: Events that expire too early are missing when an incident is looked into; those kept for ever cost for ever,
      and may be kept longer than the law allows.
    Fix: `aws logs put-retention-policy --log-group-name NAME --retention-in-days 365` If the reason names a policy
      of the account, that policy overrides it. Change the policy with put-account-policy.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html#cloudwatch-16
    """
    if group.log_class == "DELIVERY":
        return not_applicable("log groups of the class DELIVERY keep events for one day, which nobody can change")
    days = known(group.retention_days)
    by = f" by the account's policy {group.retention_policy}" if group.retention_policy else ""
    if days is None:
        text = f"its events never expire{by}"
        return compliant(f"{text}, which is allowed") if never_expires_allowed else non_compliant(text)
    text = f"retention is {days} days{by}"
    if days < min_days:
        return non_compliant(f"{text}, at least {min_days} asked for")
    if max_days and days > max_days:
        return non_compliant(f"{text}, at most {max_days} asked for")
    return compliant(text)


@check(severity=Severity.LOW)
def cloudwatch_log_group_encrypted(group: LogGroup) -> Verdict:
    """CloudWatch log groups should be encrypted with a KMS key.

    CloudWatch Logs encrypts all groups; what is asked for is a key of your own.

    Problem: log group has no KMS key
    Why: A key's policy says who may read the events, whatever IAM allows, and taking the key away takes them away.
    Fix: `aws logs associate-kms-key --log-group-name NAME --kms-key-id KEY-ARN` It encrypts events that arrive from
      then on.
    Source: https://docs.aws.amazon.com/config/latest/developerguide/cloudwatch-log-group-encrypted.html
    """
    if group.kms_key:
        return compliant(f"the log group is encrypted with {group.kms_key}")
    return non_compliant("no KMS key is associated with the log group: CloudWatch Logs encrypts it with its own")
