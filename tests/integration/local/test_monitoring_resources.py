"""A stack makes alarms, dashboards, log groups and metric filters with every property of the template."""

import json
from typing import Any

import botocore.exceptions
import pytest

from local.server import ACCOUNT, EmbeddedAws
from tests.integration.local.stacking import AWAY, HOME, aws, delete, resource, running, stack, system_tags

__all__ = ["aws", "running"]

METRIC = {
    "Namespace": "AWS/DynamoDB",
    "MetricName": "ReadThrottleEvents",
    "Dimensions": [
        {"Name": "TableName", "Value": "orders"},
        {"Name": "GlobalSecondaryIndexName", "Value": "by-id"},
    ],
}
TOPIC = f"arn:aws:sns:{HOME}:{ACCOUNT}:alerts"


def tags(aws: EmbeddedAws, arn: str, region: str = HOME) -> dict[str, str]:
    listed = aws.client("cloudwatch", region).list_tags_for_resource(ResourceARN=arn)["Tags"]
    return {tag["Key"]: tag["Value"] for tag in listed}


def test_an_alarm_is_made_with_everything(aws: EmbeddedAws) -> None:
    properties = {
        **METRIC,
        "AlarmName": "reads",
        "AlarmDescription": "Reads are throttled.",
        "ActionsEnabled": False,
        "AlarmActions": [TOPIC],
        "OKActions": [TOPIC],
        "InsufficientDataActions": [TOPIC],
        "ExtendedStatistic": "p99",
        "Period": "60",
        "Unit": "Count",
        "EvaluationPeriods": "5",
        "DatapointsToAlarm": 3,
        "Threshold": "1.5",
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": "notBreaching",
        "EvaluateLowSampleCountPercentile": "ignore",
        "Tags": [{"Key": "stage", "Value": "prod"}],
    }
    ids = stack(aws, Alarm=resource("CloudWatch::Alarm", properties))
    (made,) = aws.client("cloudwatch").describe_alarms(AlarmNames=["reads"])["MetricAlarms"]
    wanted = {key: value for key, value in properties.items() if key != "Tags"}
    wanted |= {"Period": 60, "EvaluationPeriods": 5, "Threshold": 1.5}
    assert {key: made.get(key) for key in wanted} == wanted
    assert ids["Alarm"] == "reads"
    assert tags(aws, made["AlarmArn"]) == {**system_tags(aws, "Alarm"), "stage": "prod"}
    delete(aws)
    assert aws.client("cloudwatch").describe_alarms()["MetricAlarms"] == []


def test_an_alarm_of_metric_math_is_made_with_its_queries(aws: EmbeddedAws) -> None:
    stat = {"Metric": METRIC, "Period": 60, "Stat": "Sum"}
    metrics = [
        {"Id": "sum", "Expression": "a * 2", "Label": "twice", "ReturnData": True},
        {"Id": "a", "MetricStat": stat, "ReturnData": False},
    ]
    properties = {
        "AlarmName": "math",
        "Metrics": metrics,
        "EvaluationPeriods": 1,
        "Threshold": 0,
        "ComparisonOperator": "GreaterThanThreshold",
    }
    stack(aws, Alarm=resource("CloudWatch::Alarm", properties))
    (made,) = aws.client("cloudwatch").describe_alarms(AlarmNames=["math"])["MetricAlarms"]
    assert made["Metrics"] == metrics
    assert not {"MetricName", "Namespace", "Period", "Statistic"} & made.keys()


def test_an_alarm_of_anomalies_keeps_its_band(aws: EmbeddedAws) -> None:
    metrics = [
        {"Id": "a", "MetricStat": {"Metric": METRIC, "Period": 60, "Stat": "Sum"}, "ReturnData": True},
        {"Id": "band", "Expression": "ANOMALY_DETECTION_BAND(a, 2)", "ReturnData": True},
    ]
    properties = {
        "AlarmName": "band",
        "Metrics": metrics,
        "EvaluationPeriods": 1,
        "ThresholdMetricId": "band",
        "ComparisonOperator": "LessThanLowerOrGreaterThanUpperThreshold",
    }
    stack(aws, Alarm=resource("CloudWatch::Alarm", properties))
    (made,) = aws.client("cloudwatch").describe_alarms(AlarmNames=["band"])["MetricAlarms"]
    assert made["ThresholdMetricId"] == "band"
    assert "Threshold" not in made


def test_a_composite_alarm_is_made_with_everything(aws: EmbeddedAws) -> None:
    properties = {
        "AlarmName": "either",
        "AlarmDescription": "Either is throttled.",
        "AlarmRule": 'ALARM("reads") OR ALARM("writes")',
        "ActionsEnabled": True,
        "AlarmActions": [TOPIC],
        "OKActions": [],
        "InsufficientDataActions": [TOPIC],
        "ActionsSuppressor": "maintenance",
        "ActionsSuppressorWaitPeriod": 60,
        "ActionsSuppressorExtensionPeriod": 90,
    }
    stack(aws, Alarm=resource("CloudWatch::CompositeAlarm", properties))
    cloudwatch = aws.client("cloudwatch")
    (made,) = cloudwatch.describe_alarms(AlarmTypes=["CompositeAlarm"])["CompositeAlarms"]
    assert {key: made.get(key) for key in properties} == properties
    assert made["AlarmArn"] == f"arn:aws:cloudwatch:{HOME}:{ACCOUNT}:alarm:either"
    assert tags(aws, made["AlarmArn"]) == system_tags(aws, "Alarm")
    assert cloudwatch.describe_alarms()["MetricAlarms"] == []
    assert cloudwatch.describe_alarms(AlarmTypes=["MetricAlarm"]).get("CompositeAlarms", []) == []
    delete(aws)
    assert cloudwatch.describe_alarms(AlarmTypes=["CompositeAlarm"])["CompositeAlarms"] == []


def test_a_dashboard_is_of_the_account_and_has_tags(aws: EmbeddedAws) -> None:
    body = json.dumps({"widgets": []})
    properties = {"DashboardName": f"shop-{HOME}", "DashboardBody": body, "Tags": [{"Key": "stage", "Value": "prod"}]}
    stack(aws, Dashboard=resource("CloudWatch::Dashboard", properties))
    away = aws.client("cloudwatch", AWAY)
    found = away.get_dashboard(DashboardName=f"shop-{HOME}")
    assert found["DashboardBody"] == body
    assert tags(aws, found["DashboardArn"], AWAY) == {**system_tags(aws, "Dashboard"), "stage": "prod"}
    delete(aws)
    assert away.list_dashboards()["DashboardEntries"] == []


def test_a_log_group_is_made_with_everything(aws: EmbeddedAws) -> None:
    protection = {"Name": "protect", "Version": "2021-06-01", "Statement": []}
    properties = {
        "LogGroupName": "/shop/orders",
        "RetentionInDays": "30",
        "KmsKeyId": {"Fn::GetAtt": ["Key", "Arn"]},
        "LogGroupClass": "STANDARD",
        "DeletionProtectionEnabled": False,
        "DataProtectionPolicy": protection,
        "FieldIndexPolicies": [{"Fields": ["orderId"]}],
        "Tags": [{"Key": "stage", "Value": "prod"}],
    }
    key = resource("KMS::Key", {"KeyPolicy": {"Statement": []}})
    ids = stack(aws, Key=key, Group=resource("Logs::LogGroup", properties))
    logs = aws.client("logs")
    (made,) = logs.describe_log_groups()["logGroups"]
    assert (made["logGroupName"], made["retentionInDays"]) == (ids["Group"], 30)
    assert made["kmsKeyId"].endswith(ids["Key"])
    assert (made["logGroupClass"], made["deletionProtectionEnabled"]) == ("STANDARD", False)
    assert (
        json.loads(logs.get_data_protection_policy(logGroupIdentifier="/shop/orders")["policyDocument"]) == protection
    )
    (policy,) = logs.describe_index_policies(logGroupIdentifiers=["/shop/orders"])["indexPolicies"]
    assert json.loads(policy["policyDocument"]) == {"Fields": ["orderId"]}
    arn = made["arn"].removesuffix(":*")
    assert logs.list_tags_for_resource(resourceArn=arn)["tags"] == {**system_tags(aws, "Group"), "stage": "prod"}
    delete(aws)
    assert logs.describe_log_groups()["logGroups"] == []


def test_a_log_group_without_retention_and_class_never_expires_and_is_standard(aws: EmbeddedAws) -> None:
    stack(aws, Group=resource("Logs::LogGroup", {"LogGroupName": "plain"}))
    (made,) = aws.client("logs").describe_log_groups()["logGroups"]
    assert not {"retentionInDays", "kmsKeyId"} & made.keys()
    assert made["logGroupClass"] == "STANDARD"


def test_a_protected_log_group_is_not_deleted(aws: EmbeddedAws) -> None:
    logs = aws.client("logs")
    logs.create_log_group(logGroupName="kept", deletionProtectionEnabled=True)
    with pytest.raises(botocore.exceptions.ClientError, match="deletion protection"):
        logs.delete_log_group(logGroupName="kept")
    logs.put_log_group_deletion_protection(logGroupIdentifier="kept", deletionProtectionEnabled=False)
    logs.delete_log_group(logGroupName="kept")


def test_a_metric_filter_is_made_with_its_dimensions(aws: EmbeddedAws) -> None:
    transformation: dict[str, Any] = {
        "MetricName": "errors",
        "MetricNamespace": "shop",
        "MetricValue": "1",
        "Unit": "Count",
        "Dimensions": [{"Key": "code", "Value": "$.code"}],
    }
    properties = {
        "FilterName": "errors",
        "FilterPattern": "{ $.level = ERROR }",
        "LogGroupName": {"Ref": "Group"},
        "MetricTransformations": [transformation],
    }
    group = resource("Logs::LogGroup", {"LogGroupName": "orders"})
    stack(aws, Filter=resource("Logs::MetricFilter", properties), Group=group)
    (made,) = aws.client("logs").describe_metric_filters(logGroupName="orders")["metricFilters"]
    assert (made["filterName"], made["filterPattern"]) == ("errors", "{ $.level = ERROR }")
    (metric,) = made["metricTransformations"]
    assert (metric["dimensions"], metric["unit"]) == ({"code": "$.code"}, "Count")


def test_a_transformer_of_a_log_group_is_kept_until_it_is_deleted(aws: EmbeddedAws) -> None:
    logs = aws.client("logs", HOME)
    logs.create_log_group(logGroupName="/app")
    missing = logs.exceptions.ResourceNotFoundException
    with pytest.raises(missing):
        logs.get_transformer(logGroupIdentifier="/app")
    config = [{"parseJSON": {}}]
    logs.put_transformer(logGroupIdentifier="/app", transformerConfig=config)
    assert logs.get_transformer(logGroupIdentifier="/app")["transformerConfig"] == config
    logs.delete_transformer(logGroupIdentifier="/app")
    with pytest.raises(missing):
        logs.get_transformer(logGroupIdentifier="/app")
