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


@check(severity=Severity.HIGH, controls=("Security Hub CloudWatch.15",), version=2)
def cloudwatch_alarm_actions_set(alarm: Alarm, alarms: Alarms) -> Verdict:
    """CloudWatch alarms should have an action for the state ALARM.

    An alarm that a composite alarm reads needs none of its own where that one, or one above it, has an action. Alarms
    on metrics, on logs and composite ones are judged alike. There is no verdict where the rule of a composite
    alarm holds its name and cannot be read.

    Problem: alarm has no action
    Why: An alarm without an action turns red on a page that nobody looks at.
    Fix: `aws cloudwatch describe-alarms --alarm-names NAME` Call put-metric-alarm with the same parameters and
      --alarm-actions TOPIC-ARN. It replaces the whole alarm.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html#cloudwatch-15
    """
    if alarm.actions:
        return compliant(f"its actions for ALARM: {', '.join(alarm.actions)}")
    above = next((each for each in alarms.above(alarm) if each.actions), None)
    if above:
        return compliant(f"the composite alarm {above.name} above it has an action for ALARM")
    known(alarms.doubt(alarm))
    return non_compliant("neither the alarm nor a composite alarm above it has an action for ALARM")


@check(severity=Severity.HIGH, controls=("Security Hub CloudWatch.17",))
def cloudwatch_alarm_actions_enabled(alarm: Alarm) -> Verdict:
    """CloudWatch alarms should have their actions enabled.

    Problem: alarm actions are disabled
    Why: Actions are turned off for maintenance and forgotten; from then on the alarm tells nobody.
    Fix: `aws cloudwatch enable-alarm-actions --alarm-names NAME`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/cloudwatch-controls.html#cloudwatch-17
    """
    if known(alarm.actions_enabled):
        return compliant("its actions are enabled")
    return non_compliant("its actions are disabled")


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
    CloudWatch use it: CloudWatch cannot use alias/aws/sns. There is no verdict on a topic or a key of another account
    or region, nor where Muster cannot tell whether CloudWatch meets a policy's conditions, unless another topic fails.

    Problem: alarm notifies no subscriber
    Why: An alarm action fails silently if its topic is deleted, if no subscription is confirmed, or if CloudWatch may
      not publish to the topic or use its key.
    Fix: `aws sns subscribe --topic-arn TOPIC-ARN --protocol email --notification-endpoint ADDRESS` Confirm the
      subscription. The topic's policy must allow cloudwatch.amazonaws.com to call sns:Publish. The policy of a
      customer managed key must allow it kms:Decrypt and kms:GenerateDataKey*.
    Source: https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
    """
    others = f"; other actions, not looked at: {', '.join(alarm.other_actions)}" if alarm.other_actions else ""
    if not alarm.topics and not alarm.topics_elsewhere:
        return not_applicable(f"the alarm tells no SNS topic{others}")
    found = [(arn, obstacle(alarm, arn, audiences, topics, keys)) for arn in alarm.topics]
    dead = [f"{arn} {result}" for arn, result in found if isinstance(result, str)]
    if dead:
        return non_compliant("; ".join(dead) + others)
    for _, result in found:
        if isinstance(result, Unavailable):  # only now: a topic that cannot be read does not outweigh one that is dead
            raise UnknownField(result)
    if alarm.topics_elsewhere:
        named = ", ".join(alarm.topics_elsewhere)
        known(Unknown(f"topics of other accounts or regions cannot be looked at: {named}"))
    return compliant(f"{', '.join(alarm.topics)}: a subscription is confirmed, and CloudWatch may publish{others}")


@check(severity=Severity.LOW)
def cloudwatch_alarm_has_data(alarm: Alarm, observed: ObservedAt, *, days: int = 7) -> Verdict:
    """CloudWatch alarms should not be without data for long.

    Problem: alarm gets no data
    Why: An alarm in INSUFFICIENT_DATA for days watches something that is gone, or a metric that never was.
    Fix: Correct the metric and dimensions, set TreatMissingData if no data is normal, or delete the alarm: `aws
      cloudwatch delete-alarms --alarm-names NAME`
    Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
    """
    state = known(alarm.state)
    if state != "INSUFFICIENT_DATA":
        return compliant(f"the alarm is in {state}: it has data")
    since = known(alarm.state_since)
    text = f"the alarm has been in INSUFFICIENT_DATA since {since:%Y-%m-%d %H:%M} UTC"
    if observed.at - since > timedelta(days=days):
        return non_compliant(f"{text}, more than {days} days")
    return compliant(f"{text}, not yet more than {days} days")
