"""Alarms and log groups: some as they should be, one as bad as may be for each thing that is checked."""

from datetime import UTC, datetime, timedelta
from typing import Any

from local.server import ACCOUNT, EmbeddedAws

TAGS = {"Environment": "production", "Owner": "web", "CostCenter": "CC-1000", "Project": "shop"}
_PAIRS = [{"Key": key, "Value": value} for key, value in TAGS.items()]


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the estate of one region."""
    _log_groups(aws.client("logs", region), region)
    sns = aws.client("sns", region)
    topic = sns.create_topic(Name="alerts", Attributes={"KmsMasterKeyId": "alias/aws/sns"}, Tags=_PAIRS)["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="platform@example.com")
    lonely = sns.create_topic(Name="nobody-listens", Tags=_PAIRS)["TopicArn"]
    _alarms(aws.client("cloudwatch", region), topic, lonely)
    _composite(region, "shop-is-down", 'ALARM("orders-are-late") OR ALARM("orders-are-lost")', topic)
    _without_data(region, "bills-are-late")


def _log_groups(logs: Any, region: str) -> None:
    key = f"arn:aws:kms:{region}:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
    logs.create_log_group(logGroupName="/shop/orders", kmsKeyId=key, tags=TAGS)
    logs.put_retention_policy(logGroupName="/shop/orders", retentionInDays=400)
    logs.create_log_group(logGroupName="/shop/debug")
    logs.put_retention_policy(logGroupName="/shop/debug", retentionInDays=7)
    logs.create_log_group(logGroupName="/shop/for-ever")


def _alarms(cloudwatch: Any, topic: str, lonely: str) -> None:
    _alarm(cloudwatch, "orders-fail", AlarmActions=[topic], Tags=_PAIRS)
    _alarm(cloudwatch, "orders-are-late", Tags=_PAIRS)
    _alarm(cloudwatch, "bills-fail", AlarmActions=[lonely])
    _alarm(cloudwatch, "bills-are-late", AlarmActions=[f"{topic}-of-last-year"])
    _alarm(cloudwatch, "nobody-hears", ActionsEnabled=False)


def _alarm(cloudwatch: Any, name: str, **more: Any) -> None:
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="Shop",
        MetricName=name,
        Statistic="Sum",
        Period=300,
        EvaluationPeriods=1,
        Threshold=0,
        ComparisonOperator="GreaterThanThreshold",
        **more,
    )


def _composite(region: str, name: str, rule: str, topic: str) -> None:
    """Make a composite alarm in moto itself, which has them but no PutCompositeAlarm."""
    _backend(region).put_metric_alarm(
        name=name,
        namespace="",
        metric_name="",
        metric_data_queries=[],
        comparison_operator="",
        evaluation_periods=1,
        datapoints_to_alarm=None,
        period=60,
        threshold=0,
        statistic="",
        extended_statistic=None,
        description="",
        dimensions=[],
        alarm_actions=[topic],
        tags=_PAIRS,
        rule=rule,
    )


def _without_data(region: str, name: str) -> None:
    """Let an alarm have been without data for a month; moto keeps no time at which a state began."""
    alarm: Any = _backend(region).alarms[name]
    alarm.state_value = "INSUFFICIENT_DATA"
    alarm.state_transitioned_timestamp = datetime.now(UTC) - timedelta(days=30)


def _backend(region: str) -> Any:
    from moto.cloudwatch.models import cloudwatch_backends  # noqa: PLC0415 - moto takes seconds to import

    return cloudwatch_backends[ACCOUNT][region]
