"""Checks of CloudWatch alarms."""

from datetime import timedelta

from muster.checks.cloudwatch.alarm_delivery import obstacle
from muster.facets.cloudwatch.alarm_topics import AlarmTopic, AlarmTopicKey
from muster.facets.cloudwatch.alarms import Alarm, Alarms
from muster.facets.sns import TopicAudience
from muster.model.check import check
from muster.model.finding import (
    ObservedAt,
    Related,
    Severity,
    Unavailable,
    Unknown,
    UnknownField,
    Verdict,
    compliant,
    known,
    non_compliant,
    not_applicable,
)
from muster.model.text import counted


@check(severity=Severity.HIGH, controls=("Security Hub CloudWatch.15",), version=2)
def cloudwatch_alarm_actions_set(alarm: Alarm, alarms: Alarms) -> Verdict:
    """CloudWatch alarms should have an action for the state ALARM.

    The check applies to metric alarms, log alarms and composite alarms. An alarm without an action passes if a
    composite alarm above it has one. There is no result if the rule of a composite alarm contains the alarm's name and
    Muster cannot parse the rule.

    Problem: alarm has no action
    Why: An alarm without an action turns red on a page that nobody looks at.
    Fix: Add an SNS topic to the actions of a metric alarm. The command keeps the other settings; it needs jq.
      `input=$(aws cloudwatch describe-alarms --alarm-names NAME --query "MetricAlarms[0]" --output json | jq -Rs --arg
      topic TOPIC-ARN 'fromjson | del(.AlarmArn, .AlarmConfigurationUpdatedTimestamp, .StateValue, .StateReason,
      .StateReasonData, .StateUpdatedTimestamp, .StateTransitionedTimestamp, .EvaluationState) | .AlarmActions +=
      [$topic]') && aws cloudwatch put-metric-alarm --cli-input-json "$input"` For a composite alarm, use
      put-composite-alarm with the same rule.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html#cloudwatch-15
    """
    if alarm.actions:
        return compliant(f"Actions for ALARM: {', '.join(alarm.actions)}")
    above = next((each for each in alarms.above(alarm) if each.actions), None)
    if above:
        return compliant(f"Composite alarm {above.name} above it has an action for ALARM")
    known(alarms.doubt(alarm))
    return non_compliant("Alarm has no action for ALARM, and no composite alarm above it has one")


@check(severity=Severity.HIGH, controls=("Security Hub CloudWatch.17",))
def cloudwatch_alarm_actions_enabled(alarm: Alarm) -> Verdict:
    """CloudWatch alarms should have their actions enabled.

    Problem: alarm actions are disabled
    Why: Actions are often disabled for maintenance and then forgotten, and the alarm no longer notifies anyone.
    Fix: `aws cloudwatch enable-alarm-actions --alarm-names NAME`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html#cloudwatch-17
    """
    if known(alarm.actions_enabled):
        return compliant("Alarm actions are enabled")
    return non_compliant("Alarm actions are disabled")


@check(severity=Severity.MEDIUM, version=2)
def cloudwatch_alarm_action_targets_live(
    alarm: Alarm,
    audiences: Related[TopicAudience],
    topics: Related[AlarmTopic],
    keys: Related[AlarmTopicKey],
) -> Verdict:
    """CloudWatch alarms should notify SNS topics that have a confirmed subscription.

    Each topic among the actions for ALARM must exist, have a subscription that is confirmed, and have a policy that
    lets CloudWatch publish. Where a KMS key encrypts it, that must be an enabled customer managed key whose policy lets
    CloudWatch use it: CloudWatch cannot use alias/aws/sns. There is no result for a topic or a key of another account
    or region, or if Muster cannot tell whether CloudWatch meets a policy's conditions, unless another topic fails.

    Problem: alarm notifies no subscriber
    Why: An alarm action fails silently if its topic is deleted, if no subscription is confirmed, or if CloudWatch may
      not publish to the topic or use its key.
    Fix: If the topic has no subscription, add one and confirm it: `aws sns subscribe --topic-arn TOPIC-ARN --protocol
      email --notification-endpoint ADDRESS` If the topic does not exist, set an existing topic in the actions of the
      alarm. Otherwise correct what the reason names: the topic's policy must allow cloudwatch.amazonaws.com to call
      sns:Publish, and the policy of its customer managed key must allow kms:Decrypt and kms:GenerateDataKey*.
    Source: https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    """
    others = f"; actions not checked: {', '.join(alarm.other_actions)}" if alarm.other_actions else ""
    if not alarm.topics and not alarm.topics_elsewhere:
        return not_applicable(f"Alarm notifies no SNS topic{others}")
    found = [(arn, obstacle(alarm, arn, audiences, topics, keys)) for arn in alarm.topics]
    dead = {arn: f"Topic {arn} {result}" for arn, result in found if isinstance(result, str)}
    if dead:
        return non_compliant("; ".join(dead.values()) + others, topic_arn=next(iter(dead)))
    for _, result in found:
        if isinstance(result, Unavailable):  # only now: a topic that is known to fail matters more than an unread one
            raise UnknownField(result)
    if alarm.topics_elsewhere:
        named = ", ".join(alarm.topics_elsewhere)
        known(Unknown(f"Muster cannot read topics of other accounts or regions: {named}"))
    return compliant(
        f"Each topic has a confirmed subscription and lets CloudWatch publish: {', '.join(alarm.topics)}{others}"
    )


@check(severity=Severity.LOW)
def cloudwatch_alarm_has_data(alarm: Alarm, observed: ObservedAt, *, days: int = 7) -> Verdict:
    """CloudWatch alarms should have recent data.

    Problem: alarm gets no data
    Why: An alarm in INSUFFICIENT_DATA for days watches a resource that is gone, or a metric that never existed.
    Fix: Correct the metric and dimensions, or set TreatMissingData if missing data is normal. If the alarm is no longer
      needed, delete it: `aws cloudwatch delete-alarms --alarm-names NAME`
    Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
    """
    state = known(alarm.state)
    if state != "INSUFFICIENT_DATA":
        return compliant(f"Alarm has data (state {state})")
    since = known(alarm.state_since)
    text = f"Alarm has had no data since {since:%Y-%m-%d %H:%M} UTC (state INSUFFICIENT_DATA)"
    if observed.at - since > timedelta(days=days):
        return non_compliant(text)
    return compliant(f"{text}; {counted(days, 'day')} allowed")
