"""Checks that a person is notified of events of a trail: one for each control CloudWatch.1 to CloudWatch.14.

All of them check the account, with the same facets. trail_alarms.py defines a whole chain.
"""

from muster.checks.cloudwatch.trail_alarms import notified
from muster.facets.cloudtrail.trails import AccountTrails
from muster.facets.cloudtrail.watches import TrailWatches
from muster.model.check import check
from muster.model.finding import Resource, Severity, Verdict


@check(severity=Severity.LOW, controls=("Security Hub CloudWatch.1",))
def cloudwatch_root_use_alarmed(trails: AccountTrails, watches: TrailWatches, account: Resource) -> Verdict:
    """AWS accounts should have a metric filter and an alarm for the use of the root user.

    Problem: no alarm on root use
    Why: An attacker who signs in as root controls the whole account. Root is rarely needed, so look at each use.
    Fix: If the account has no multi-region trail, or the trail sends no events to CloudWatch Logs, first fix
      cloudtrail-multi-region-enabled and cloudtrail-cloudwatch-logs-enabled. `aws logs put-metric-filter --region
      TRAIL-REGION --log-group-name LOG-GROUP --filter-name root-use --filter-pattern PATTERN --metric-transformations
      metricName=root-use,metricNamespace=CloudTrail,metricValue=1 && aws cloudwatch put-metric-alarm --region
      TRAIL-REGION --alarm-name root-use --namespace CloudTrail --metric-name root-use --statistic Sum --period 300
      --evaluation-periods 1 --threshold 1 --comparison-operator GreaterThanOrEqualToThreshold --alarm-actions
      TOPIC-ARN`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html#cloudwatch-1
    """
    return notified(1, account, trails, watches)


@check(severity=Severity.LOW, controls=("Security Hub CloudWatch.2",))
def cloudwatch_unauthorized_calls_alarmed(trails: AccountTrails, watches: TrailWatches, account: Resource) -> Verdict:
    """AWS accounts should have a metric filter and an alarm for API calls that AWS refused.

    Problem: no alarm on refused calls
    Why: Many refused calls mean that an attacker tries stolen credentials, or that a change broke a service.
    Fix: If the account has no multi-region trail, or the trail sends no events to CloudWatch Logs, first fix
      cloudtrail-multi-region-enabled and cloudtrail-cloudwatch-logs-enabled. `aws logs put-metric-filter --region
      TRAIL-REGION --log-group-name LOG-GROUP --filter-name unauthorized-calls --filter-pattern PATTERN
      --metric-transformations metricName=unauthorized-calls,metricNamespace=CloudTrail,metricValue=1 && aws cloudwatch
      put-metric-alarm --region TRAIL-REGION --alarm-name unauthorized-calls --namespace CloudTrail --metric-name
      unauthorized-calls --statistic Sum --period 300 --evaluation-periods 1 --threshold 1 --comparison-operator
      GreaterThanOrEqualToThreshold --alarm-actions TOPIC-ARN`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html#cloudwatch-2
    """
    return notified(2, account, trails, watches)


@check(severity=Severity.LOW, controls=("Security Hub CloudWatch.3",))
def cloudwatch_sign_in_without_mfa_alarmed(trails: AccountTrails, watches: TrailWatches, account: Resource) -> Verdict:
    """AWS accounts should have a metric filter and an alarm for console sign-ins without MFA.

    Problem: no alarm on sign-in without MFA
    Why: Without MFA, an attacker needs only a stolen password to sign in.
    Fix: If the account has no multi-region trail, or the trail sends no events to CloudWatch Logs, first fix
      cloudtrail-multi-region-enabled and cloudtrail-cloudwatch-logs-enabled. `aws logs put-metric-filter --region
      TRAIL-REGION --log-group-name LOG-GROUP --filter-name sign-in-without-mfa --filter-pattern PATTERN
      --metric-transformations metricName=sign-in-without-mfa,metricNamespace=CloudTrail,metricValue=1 && aws cloudwatch
      put-metric-alarm --region TRAIL-REGION --alarm-name sign-in-without-mfa --namespace CloudTrail --metric-name
      sign-in-without-mfa --statistic Sum --period 300 --evaluation-periods 1 --threshold 1 --comparison-operator
      GreaterThanOrEqualToThreshold --alarm-actions TOPIC-ARN`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html#cloudwatch-3
    """
    return notified(3, account, trails, watches)


@check(severity=Severity.LOW, controls=("Security Hub CloudWatch.4",))
def cloudwatch_iam_policy_changes_alarmed(trails: AccountTrails, watches: TrailWatches, account: Resource) -> Verdict:
    """AWS accounts should have a metric filter and an alarm for changes of IAM policies.

    Problem: no alarm on IAM policy changes
    Why: An attacker who can change policies can give their own user the permissions of an administrator.
    Fix: If the account has no multi-region trail, or the trail sends no events to CloudWatch Logs, first fix
      cloudtrail-multi-region-enabled and cloudtrail-cloudwatch-logs-enabled. `aws logs put-metric-filter --region
      TRAIL-REGION --log-group-name LOG-GROUP --filter-name iam-policy-changes --filter-pattern PATTERN
      --metric-transformations metricName=iam-policy-changes,metricNamespace=CloudTrail,metricValue=1 && aws cloudwatch
      put-metric-alarm --region TRAIL-REGION --alarm-name iam-policy-changes --namespace CloudTrail --metric-name
      iam-policy-changes --statistic Sum --period 300 --evaluation-periods 1 --threshold 1 --comparison-operator
      GreaterThanOrEqualToThreshold --alarm-actions TOPIC-ARN`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html#cloudwatch-4
    """
    return notified(4, account, trails, watches)


@check(severity=Severity.LOW, controls=("Security Hub CloudWatch.5",))
def cloudwatch_trail_changes_alarmed(trails: AccountTrails, watches: TrailWatches, account: Resource) -> Verdict:
    """AWS accounts should have a metric filter and an alarm for changes of CloudTrail trails.

    Problem: no alarm on trail changes
    Why: An attacker who wants to hide their actions stops the trail first.
    Fix: If the account has no multi-region trail, or the trail sends no events to CloudWatch Logs, first fix
      cloudtrail-multi-region-enabled and cloudtrail-cloudwatch-logs-enabled. `aws logs put-metric-filter --region
      TRAIL-REGION --log-group-name LOG-GROUP --filter-name trail-changes --filter-pattern PATTERN
      --metric-transformations metricName=trail-changes,metricNamespace=CloudTrail,metricValue=1 && aws cloudwatch
      put-metric-alarm --region TRAIL-REGION --alarm-name trail-changes --namespace CloudTrail --metric-name
      trail-changes --statistic Sum --period 300 --evaluation-periods 1 --threshold 1 --comparison-operator
      GreaterThanOrEqualToThreshold --alarm-actions TOPIC-ARN`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html#cloudwatch-5
    """
    return notified(5, account, trails, watches)


@check(severity=Severity.LOW, controls=("Security Hub CloudWatch.6",))
def cloudwatch_sign_in_failures_alarmed(trails: AccountTrails, watches: TrailWatches, account: Resource) -> Verdict:
    """AWS accounts should have a metric filter and an alarm for failed console sign-ins.

    Problem: no alarm on failed sign-ins
    Why: Many failed sign-ins mean that an attacker guesses passwords.
    Fix: If the account has no multi-region trail, or the trail sends no events to CloudWatch Logs, first fix
      cloudtrail-multi-region-enabled and cloudtrail-cloudwatch-logs-enabled. `aws logs put-metric-filter --region
      TRAIL-REGION --log-group-name LOG-GROUP --filter-name sign-in-failures --filter-pattern PATTERN
      --metric-transformations metricName=sign-in-failures,metricNamespace=CloudTrail,metricValue=1 && aws cloudwatch
      put-metric-alarm --region TRAIL-REGION --alarm-name sign-in-failures --namespace CloudTrail --metric-name
      sign-in-failures --statistic Sum --period 300 --evaluation-periods 1 --threshold 1 --comparison-operator
      GreaterThanOrEqualToThreshold --alarm-actions TOPIC-ARN`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html#cloudwatch-6
    """
    return notified(6, account, trails, watches)


@check(severity=Severity.LOW, controls=("Security Hub CloudWatch.7",))
def cloudwatch_key_deletions_alarmed(trails: AccountTrails, watches: TrailWatches, account: Resource) -> Verdict:
    """AWS accounts should have a metric filter and an alarm for KMS keys that are disabled or scheduled for deletion.

    Problem: no alarm on disabled keys
    Why: Once a key is deleted, the data that it encrypted cannot be read again. An alarm leaves you time to cancel the
      deletion.
    Fix: If the account has no multi-region trail, or the trail sends no events to CloudWatch Logs, first fix
      cloudtrail-multi-region-enabled and cloudtrail-cloudwatch-logs-enabled. `aws logs put-metric-filter --region
      TRAIL-REGION --log-group-name LOG-GROUP --filter-name key-deletions --filter-pattern PATTERN
      --metric-transformations metricName=key-deletions,metricNamespace=CloudTrail,metricValue=1 && aws cloudwatch
      put-metric-alarm --region TRAIL-REGION --alarm-name key-deletions --namespace CloudTrail --metric-name
      key-deletions --statistic Sum --period 300 --evaluation-periods 1 --threshold 1 --comparison-operator
      GreaterThanOrEqualToThreshold --alarm-actions TOPIC-ARN`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html#cloudwatch-7
    """
    return notified(7, account, trails, watches)


@check(severity=Severity.LOW, controls=("Security Hub CloudWatch.8",))
def cloudwatch_bucket_policy_changes_alarmed(
    trails: AccountTrails, watches: TrailWatches, account: Resource
) -> Verdict:
    """AWS accounts should have a metric filter and an alarm for changes of S3 bucket policies.

    Problem: no alarm on bucket policy changes
    Why: A changed bucket policy or ACL may make the bucket public.
    Fix: If the account has no multi-region trail, or the trail sends no events to CloudWatch Logs, first fix
      cloudtrail-multi-region-enabled and cloudtrail-cloudwatch-logs-enabled. `aws logs put-metric-filter --region
      TRAIL-REGION --log-group-name LOG-GROUP --filter-name bucket-policy-changes --filter-pattern PATTERN
      --metric-transformations metricName=bucket-policy-changes,metricNamespace=CloudTrail,metricValue=1 && aws
      cloudwatch put-metric-alarm --region TRAIL-REGION --alarm-name bucket-policy-changes --namespace CloudTrail
      --metric-name bucket-policy-changes --statistic Sum --period 300 --evaluation-periods 1 --threshold 1
      --comparison-operator GreaterThanOrEqualToThreshold --alarm-actions TOPIC-ARN`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html#cloudwatch-8
    """
    return notified(8, account, trails, watches)


@check(severity=Severity.LOW, controls=("Security Hub CloudWatch.9",))
def cloudwatch_config_changes_alarmed(trails: AccountTrails, watches: TrailWatches, account: Resource) -> Verdict:
    """AWS accounts should have a metric filter and an alarm for changes of AWS Config.

    Problem: no alarm on Config changes
    Why: While the recorder is stopped, AWS Config records no changes, and an auditor finds a gap in the history.
    Fix: If the account has no multi-region trail, or the trail sends no events to CloudWatch Logs, first fix
      cloudtrail-multi-region-enabled and cloudtrail-cloudwatch-logs-enabled. `aws logs put-metric-filter --region
      TRAIL-REGION --log-group-name LOG-GROUP --filter-name config-changes --filter-pattern PATTERN
      --metric-transformations metricName=config-changes,metricNamespace=CloudTrail,metricValue=1 && aws cloudwatch
      put-metric-alarm --region TRAIL-REGION --alarm-name config-changes --namespace CloudTrail --metric-name
      config-changes --statistic Sum --period 300 --evaluation-periods 1 --threshold 1 --comparison-operator
      GreaterThanOrEqualToThreshold --alarm-actions TOPIC-ARN`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html#cloudwatch-9
    """
    return notified(9, account, trails, watches)


@check(severity=Severity.LOW, controls=("Security Hub CloudWatch.10",))
def cloudwatch_security_group_changes_alarmed(
    trails: AccountTrails, watches: TrailWatches, account: Resource
) -> Verdict:
    """AWS accounts should have a metric filter and an alarm for changes of security groups.

    Problem: no alarm on security group changes
    Why: A changed rule may open an instance to the internet.
    Fix: If the account has no multi-region trail, or the trail sends no events to CloudWatch Logs, first fix
      cloudtrail-multi-region-enabled and cloudtrail-cloudwatch-logs-enabled. `aws logs put-metric-filter --region
      TRAIL-REGION --log-group-name LOG-GROUP --filter-name security-group-changes --filter-pattern PATTERN
      --metric-transformations metricName=security-group-changes,metricNamespace=CloudTrail,metricValue=1 && aws
      cloudwatch put-metric-alarm --region TRAIL-REGION --alarm-name security-group-changes --namespace CloudTrail
      --metric-name security-group-changes --statistic Sum --period 300 --evaluation-periods 1 --threshold 1
      --comparison-operator GreaterThanOrEqualToThreshold --alarm-actions TOPIC-ARN`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html#cloudwatch-10
    """
    return notified(10, account, trails, watches)


@check(severity=Severity.LOW, controls=("Security Hub CloudWatch.11",))
def cloudwatch_network_acl_changes_alarmed(trails: AccountTrails, watches: TrailWatches, account: Resource) -> Verdict:
    """AWS accounts should have a metric filter and an alarm for changes of network ACLs.

    Problem: no alarm on network ACL changes
    Why: A changed network ACL may open a subnet to the internet, or cut it off.
    Fix: If the account has no multi-region trail, or the trail sends no events to CloudWatch Logs, first fix
      cloudtrail-multi-region-enabled and cloudtrail-cloudwatch-logs-enabled. `aws logs put-metric-filter --region
      TRAIL-REGION --log-group-name LOG-GROUP --filter-name network-acl-changes --filter-pattern PATTERN
      --metric-transformations metricName=network-acl-changes,metricNamespace=CloudTrail,metricValue=1 && aws cloudwatch
      put-metric-alarm --region TRAIL-REGION --alarm-name network-acl-changes --namespace CloudTrail --metric-name
      network-acl-changes --statistic Sum --period 300 --evaluation-periods 1 --threshold 1 --comparison-operator
      GreaterThanOrEqualToThreshold --alarm-actions TOPIC-ARN`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html#cloudwatch-11
    """
    return notified(11, account, trails, watches)


@check(severity=Severity.LOW, controls=("Security Hub CloudWatch.12",))
def cloudwatch_gateway_changes_alarmed(trails: AccountTrails, watches: TrailWatches, account: Resource) -> Verdict:
    """AWS accounts should have a metric filter and an alarm for changes of network gateways.

    Problem: no alarm on gateway changes
    Why: A new internet gateway can open a VPC to the internet.
    Fix: If the account has no multi-region trail, or the trail sends no events to CloudWatch Logs, first fix
      cloudtrail-multi-region-enabled and cloudtrail-cloudwatch-logs-enabled. `aws logs put-metric-filter --region
      TRAIL-REGION --log-group-name LOG-GROUP --filter-name gateway-changes --filter-pattern PATTERN
      --metric-transformations metricName=gateway-changes,metricNamespace=CloudTrail,metricValue=1 && aws cloudwatch
      put-metric-alarm --region TRAIL-REGION --alarm-name gateway-changes --namespace CloudTrail --metric-name
      gateway-changes --statistic Sum --period 300 --evaluation-periods 1 --threshold 1 --comparison-operator
      GreaterThanOrEqualToThreshold --alarm-actions TOPIC-ARN`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html#cloudwatch-12
    """
    return notified(12, account, trails, watches)


@check(severity=Severity.LOW, controls=("Security Hub CloudWatch.13",))
def cloudwatch_route_table_changes_alarmed(trails: AccountTrails, watches: TrailWatches, account: Resource) -> Verdict:
    """AWS accounts should have a metric filter and an alarm for changes of route tables.

    Problem: no alarm on route table changes
    Why: A changed route may send traffic through an attacker's network, or cut off a subnet.
    Fix: If the account has no multi-region trail, or the trail sends no events to CloudWatch Logs, first fix
      cloudtrail-multi-region-enabled and cloudtrail-cloudwatch-logs-enabled. `aws logs put-metric-filter --region
      TRAIL-REGION --log-group-name LOG-GROUP --filter-name route-table-changes --filter-pattern PATTERN
      --metric-transformations metricName=route-table-changes,metricNamespace=CloudTrail,metricValue=1 && aws cloudwatch
      put-metric-alarm --region TRAIL-REGION --alarm-name route-table-changes --namespace CloudTrail --metric-name
      route-table-changes --statistic Sum --period 300 --evaluation-periods 1 --threshold 1 --comparison-operator
      GreaterThanOrEqualToThreshold --alarm-actions TOPIC-ARN`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html#cloudwatch-13
    """
    return notified(13, account, trails, watches)


@check(severity=Severity.LOW, controls=("Security Hub CloudWatch.14",))
def cloudwatch_vpc_changes_alarmed(trails: AccountTrails, watches: TrailWatches, account: Resource) -> Verdict:
    """AWS accounts should have a metric filter and an alarm for changes of VPCs.

    Problem: no alarm on VPC changes
    Why: A new peering connection may open a network to another account.
    Fix: If the account has no multi-region trail, or the trail sends no events to CloudWatch Logs, first fix
      cloudtrail-multi-region-enabled and cloudtrail-cloudwatch-logs-enabled. `aws logs put-metric-filter --region
      TRAIL-REGION --log-group-name LOG-GROUP --filter-name vpc-changes --filter-pattern PATTERN
      --metric-transformations metricName=vpc-changes,metricNamespace=CloudTrail,metricValue=1 && aws cloudwatch
      put-metric-alarm --region TRAIL-REGION --alarm-name vpc-changes --namespace CloudTrail --metric-name vpc-changes
      --statistic Sum --period 300 --evaluation-periods 1 --threshold 1 --comparison-operator
      GreaterThanOrEqualToThreshold --alarm-actions TOPIC-ARN`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html#cloudwatch-14
    """
    return notified(14, account, trails, watches)
