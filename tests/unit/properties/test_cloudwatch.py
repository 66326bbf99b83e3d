"""Alarms as properties."""

from typing import Any

import pytest

from tests.unit.properties.converting import Examples
from tests.unit.properties.linted import faults

TOPIC = "arn:aws:sns:eu-west-1:123456789012:news"
ON_METRIC = {
    "AlarmName": "throttled", "AlarmArn": "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:throttled",
    "StateValue": "OK", "ActionsEnabled": True, "OKActions": [], "AlarmActions": [TOPIC], "InsufficientDataActions": [],
    "MetricName": "ReadThrottleEvents", "Namespace": "AWS/DynamoDB", "Statistic": "Sum", "Period": 60,
    "EvaluationPeriods": 1, "Threshold": 0.0, "ComparisonOperator": "GreaterThanThreshold",
    "TreatMissingData": "notBreaching", "Dimensions": [{"Name": "TableName", "Value": "orders"}],
}  # fmt: skip
ALARMS = Examples("AWS::CloudWatch::Alarm", "throttled", {"alarm": {"MetricAlarms": [ON_METRIC]}, "tags": {"Tags": []}})


def alarm(**members: Any) -> dict[str, Any]:
    return {"alarm": {"MetricAlarms": [{**ON_METRIC, **members}]}}


def test_an_alarm_on_a_metric_is_written_without_its_state() -> None:
    conversion = ALARMS.converted({"tags": {"Tags": [{"Key": "team", "Value": "data"}]}})
    assert (conversion.obstacles, faults(conversion)) == ((), [])
    (made,) = conversion.resources
    kept = {name: value for name, value in ON_METRIC.items() if name not in ("AlarmArn", "StateValue") and value != []}
    assert made.properties == {**kept, "Tags": [{"Key": "team", "Value": "data"}]}
    assert made.identifier == {"AlarmName": "throttled"}


def test_an_alarm_on_an_expression_keeps_its_queries() -> None:
    metric = {"Namespace": "n", "MetricName": "m", "Dimensions": [{"Name": "a", "Value": "b"}]}
    queries = [
        {"Id": "m1", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}, "ReturnData": False},
        {"Id": "e1", "Expression": "m1 * 2", "Label": "twice", "ReturnData": True},
    ]
    plain = {name: ON_METRIC[name] for name in ("AlarmName", "EvaluationPeriods", "Threshold", "ComparisonOperator")}
    sections = {"alarm": {"MetricAlarms": [{**plain, "Metrics": queries}]}}
    assert faults(ALARMS.converted(sections)) == []
    assert ALARMS.written(sections)["Metrics"] == queries


def test_a_composite_alarm_is_of_its_own_type() -> None:
    composite = {"AlarmName": "any", "AlarmRule": "ALARM(throttled)", "ActionsSuppressor": "quiet", "StateValue": "OK"}
    conversion = ALARMS.converted({"alarm": {"CompositeAlarms": [composite]}})
    assert conversion.obstacles == ()
    (made,) = conversion.resources
    assert made.type == "AWS::CloudWatch::CompositeAlarm"
    assert made.properties == {"AlarmName": "any", "AlarmRule": "ALARM(throttled)", "ActionsSuppressor": "quiet"}


@pytest.mark.parametrize(
    ("sections", "setting"),
    [
        (alarm(AlarmName="TargetTracking-table/orders-AlarmHigh-1"), "alarm.MetricAlarms[0].AlarmName"),
        (alarm(ANewMember=1), "alarm.MetricAlarms[0].ANewMember"),
        ({"alarm": {"LogAlarms": [{"AlarmName": "l"}]}}, "alarm.LogAlarms"),
    ],
)
def test_what_is_not_ours_to_write_is_an_obstacle(sections: dict[str, Any], setting: str) -> None:
    assert ALARMS.in_the_way(sections) == [setting]
