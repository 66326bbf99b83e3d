"""Checks of CloudWatch log groups, and of the policies that let services write to them."""

from muster.analysis.policies.access import public
from muster.facets.cloudwatch.logs import LogGroup, LogsResourcePolicies
from muster.model.check import check
from muster.model.finding import Severity, Unknown, Verdict, compliant, known, non_compliant, not_applicable
from muster.model.text import counted

_PERIODS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)
"""The retention periods that CloudWatch Logs takes, in days.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
"""


@check(severity=Severity.MEDIUM, controls=("Security Hub CloudWatch.16",))
def cloudwatch_log_group_retention_set(
    group: LogGroup, *, min_days: int = 365, max_days: int = 0, never_expires_allowed: bool = False
) -> Verdict:
    """CloudWatch log groups should have a retention period.

    The retention must be at least `min_days` and, if `max_days` is not 0, at most `max_days`. AWS's control accepts log
    groups that never expire. This check accepts them only with `never_expires_allowed`.

    Problem: log retention is not as required
    Why: Events that expire too early are missing when you investigate an incident. Events that never expire cost money
      every month, and may be kept longer than the law allows.
    Fix: `aws logs put-retention-policy --log-group-name NAME --retention-in-days DAYS` This deletes older events. If
      the reason names an account policy, change that policy with put-account-policy instead, because it overrides the
      log group. If CloudWatch Logs has no period between min_days and max_days, change these settings.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html#cloudwatch-16
    """
    if group.log_class == "DELIVERY":
        return not_applicable("Log groups of class DELIVERY always keep events for one day")
    days = known(group.retention_days)
    by = f" (account policy {group.retention_policy})" if group.retention_policy else ""
    period = next((each for each in _PERIODS if min_days <= each <= (max_days or each)), None)
    wanted = {"days": str(period)} if period else {}
    if days is None:
        text = f"Log events never expire{by}"
        return compliant(f"{text}, which is allowed") if never_expires_allowed else non_compliant(text, **wanted)
    text = f"Log retention is {counted(days, 'day')}{by}"
    if days < min_days:
        return non_compliant(f"{text}; at least {min_days} required", **wanted)
    if max_days and days > max_days:
        return non_compliant(f"{text}; at most {max_days} allowed", **wanted)
    return compliant(text)


@check(severity=Severity.LOW)
def cloudwatch_log_group_encrypted(group: LogGroup) -> Verdict:
    """CloudWatch log groups should be encrypted with a KMS key.

    CloudWatch Logs encrypts every log group. The check requires a customer managed key.

    Problem: log group has no KMS key
    Why: The key policy limits who can read the events, even if IAM policies allow more. Disabling the key blocks
      access.
    Fix: The key's policy must allow CloudWatch Logs to use the key. `aws logs associate-kms-key --log-group-name NAME
      --kms-key-id KEY-ARN` The key encrypts only events that arrive afterwards.
    Source: https://docs.aws.amazon.com/config/latest/developerguide/cloudwatch-log-group-encrypted.html
    """
    if group.kms_key:
        return compliant(f"Log group is encrypted with {group.kms_key}")
    return non_compliant("Log group has no KMS key")


@check(severity=Severity.HIGH)
def logs_resource_policy_not_public(policies: LogsResourcePolicies) -> Verdict:
    """Resource policies of CloudWatch Logs should not be public.

    A resource policy is public if an Allow statement lets anyone in and no Deny statement stops them. A condition
    protects it if it names an account, an organization, an ARN, a VPC or a range of addresses. Statements for AWS
    services are not public.

    Problem: Logs resource policy is public
    Why: Anyone can write into the log groups that the policy covers, or read them if it allows that.
    Fix: Save the policies: `aws logs describe-resource-policies > POLICIES.json` Name the principals in the policy, or
      add a condition such as aws:SourceAccount, and replace it: `aws logs put-resource-policy --policy-name POLICY-NAME
      --policy-document file://POLICY.json` If nothing needs it, delete it: `aws logs delete-resource-policy
      --policy-name POLICY-NAME`
    Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
    """
    for each in policies.items:
        if not isinstance(each.policy, Unknown) and (found := public(each.policy, ("logs:*",))):
            return non_compliant(f'Resource policy "{each.name}" is public: {"; ".join(found)}', policy_name=each.name)
    for each in policies.items:
        known(each.policy)
    if not policies.items:
        return not_applicable("The region has no resource policy of CloudWatch Logs")
    return compliant(f"No resource policy of CloudWatch Logs is public ({len(policies.items)} in the region)")
