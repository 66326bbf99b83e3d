"""Alarms and log groups: some as they should be, one as bad as may be for each thing that is checked."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from local.estate import AWAY, HOME
from local.server import ACCOUNT, EmbeddedAws

TAGS = {"Environment": "production", "Owner": "web", "CostCenter": "CC-1000", "Project": "shop"}
_PEOPLE = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}}
_ADMINISTERS = (_PEOPLE | {"Action": "kms:*", "Resource": "*"},)
_ALARMS_PUBLISH = (
    {
        "Effect": "Allow",
        "Principal": {"Service": "cloudwatch.amazonaws.com"},
        "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
    },
)
_PAIRS = [{"Key": key, "Value": value} for key, value in TAGS.items()]


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the estate of one region."""
    _log_groups(aws.client("logs", region), region)
    if region == HOME:
        _resource_policy(aws.client("logs", AWAY), AWAY, "anyone", "*")
    sns = aws.client("sns", region)
    kms, cloudwatch = aws.client("kms", region), aws.client("cloudwatch", region)
    topic = _topic(sns, "alerts", KmsMasterKeyId=_key(kms, *_ADMINISTERS, *_ALARMS_PUBLISH))
    lonely = sns.create_topic(Name="nobody-listens", Tags=_PAIRS)["TopicArn"]
    _alarms(cloudwatch, topic, lonely)
    silent = {
        "alerts-under-the-key-of-sns": {"KmsMasterKeyId": "alias/aws/sns"},
        "alerts-under-a-closed-key": {"KmsMasterKeyId": _key(kms, *_ADMINISTERS)},
        "alerts-of-people-only": {"Policy": _policy(region, "alerts-of-people-only")},
    }
    for name, attributes in silent.items():
        _alarm(cloudwatch, f"{name}-fail", AlarmActions=[_topic(sns, name, **attributes)], Tags=_PAIRS)
    cloudwatch.put_composite_alarm(
        AlarmName="shop-is-down",
        AlarmRule='ALARM("orders-are-late") OR ALARM("orders-are-lost")',
        AlarmActions=[topic],
        Tags=_PAIRS,
    )
    _without_data(region, "bills-are-late")


def _topic(sns: Any, name: str, **attributes: str) -> str:
    """Make a topic with a confirmed subscription."""
    topic: str = sns.create_topic(Name=name, Attributes=attributes, Tags=_PAIRS)["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="platform@example.com")
    return topic


def _policy(region: str, name: str) -> str:
    """Let only the account's own principals publish."""
    topic = f"arn:aws:sns:{region}:{ACCOUNT}:{name}"
    return json.dumps({"Version": "2012-10-17", "Statement": [_PEOPLE | {"Action": "sns:Publish", "Resource": topic}]})


def _key(kms: Any, *statements: Any) -> str:
    policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
    pairs = [{"TagKey": key, "TagValue": value} for key, value in TAGS.items()]
    made: str = kms.create_key(Policy=policy, Tags=pairs)["KeyMetadata"]["KeyId"]
    kms.enable_key_rotation(KeyId=made)
    return made


def _log_groups(logs: Any, region: str) -> None:
    key = f"arn:aws:kms:{region}:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
    logs.create_log_group(logGroupName="/shop/orders", kmsKeyId=key, tags=TAGS)
    logs.put_retention_policy(logGroupName="/shop/orders", retentionInDays=400)
    logs.create_log_group(logGroupName="/shop/debug")
    logs.put_retention_policy(logGroupName="/shop/debug", retentionInDays=7)
    logs.create_log_group(logGroupName="/shop/for-ever")
    _resource_policy(logs, region, "delivery", {"Service": "delivery.logs.amazonaws.com"})


def _resource_policy(logs: Any, region: str, name: str, principal: Any) -> None:
    writes = {"Effect": "Allow", "Principal": principal, "Action": "logs:PutLogEvents"}
    statement = {**writes, "Resource": f"arn:aws:logs:{region}:{ACCOUNT}:log-group:/shop/*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    logs.put_resource_policy(policyName=name, policyDocument=policy)


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


def _without_data(region: str, name: str) -> None:
    """Let an alarm have been without data for a month; moto keeps no time at which a state began."""
    alarm: Any = _backend(region).alarms[name]
    alarm.state_value = "INSUFFICIENT_DATA"
    alarm.state_transitioned_timestamp = datetime.now(UTC) - timedelta(days=30)


def _backend(region: str) -> Any:
    from moto.cloudwatch.models import cloudwatch_backends  # noqa: PLC0415 - moto takes seconds to import

    return cloudwatch_backends[ACCOUNT][region]
