"""A CloudWatch alarm as properties: on a metric, or composite.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudwatch-alarm.html
"""

from typing import Any

from muster.properties.consuming import Part, Sections, own_tags, without
from muster.properties.conversion import Conversion, TemplateResource, converts
from muster.properties.shaped import Shape, shaped, whole
from muster.snapshots.snapshot import Snapshot

ALARM = "AWS::CloudWatch::Alarm"
_COMPOSITE_ALARM = "AWS::CloudWatch::CompositeAlarm"

_STATES = (
    "AlarmArn", "AlarmConfigurationUpdatedTimestamp", "StateValue", "StateReason", "StateReasonData",
    "StateUpdatedTimestamp", "StateTransitionedTimestamp", "EvaluationState", "ActionsSuppressedBy",
    "ActionsSuppressedReason",
)  # fmt: skip
_COMMON: Shape = {
    **whole("AlarmName", "AlarmDescription", "ActionsEnabled", "OKActions", "AlarmActions", "InsufficientDataActions"),
    "ActionConfiguration": {"AlarmTagsPropagation": whole("Enabled", "IncludedTagKeys", "ExcludedTagKeys")},
}
_DIMENSIONS = whole("Name", "Value")
_METRIC: Shape = {"Namespace": None, "MetricName": None, "Dimensions": _DIMENSIONS}
_ON_METRIC: Shape = {
    **_COMMON,
    **whole(
        "MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Period", "Unit", "EvaluationPeriods",
        "DatapointsToAlarm", "Threshold", "ComparisonOperator", "TreatMissingData", "EvaluateLowSampleCountPercentile",
        "ThresholdMetricId", "EvaluationInterval",
    ),
    "Dimensions": _DIMENSIONS,
    "Metrics": {
        **whole("Id", "Expression", "Label", "ReturnData", "Period", "AccountId"),
        "MetricStat": {"Metric": _METRIC, "Period": None, "Stat": None, "Unit": None},
    },
    "EvaluationWindow": {"WallClockWindow": whole("Timezone"), "SlidingWindow": None},
    "WarmUpConfiguration": whole("WarmUpPeriodDurationInMinutes", "OnlyStartEvaluatingAfterWarmUpPeriodEnds"),
    "EvaluationCriteria": {"PromQLCriteria": whole("Query", "PendingPeriod", "RecoveryPeriod")},
}  # fmt: skip
_COMPOSITE: Shape = {
    **_COMMON,
    **whole("AlarmRule", "ActionsSuppressor", "ActionsSuppressorWaitPeriod", "ActionsSuppressorExtensionPeriod"),
}
_SCALING = "TargetTracking-"
_OF_SCALING = "autoscaling makes and deletes this alarm itself"


@converts(ALARM)
def alarm(snapshot: Snapshot) -> Conversion:
    """Return an alarm on metrics, or a composite one."""
    sections = Sections(snapshot)
    part = sections.part("alarm")
    part.refuse("LogAlarms", "an alarm on logs is a resource of another type")
    tags = own_tags(sections.part("tags").take("Tags"))
    made = [
        _made(kind, each, shape, tags)
        for member, kind, shape in (
            ("MetricAlarms", ALARM, _ON_METRIC),
            ("CompositeAlarms", _COMPOSITE_ALARM, _COMPOSITE),
        )
        for each in part.parts(member)
    ]
    return sections.conversion(*made)


def _made(kind: str, part: Part, shape: Shape, tags: list[dict[str, str]]) -> TemplateResource:
    part.drop(*_STATES)
    name = str(part.members.get("AlarmName"))
    if name.startswith(_SCALING):
        part.obstacle(_OF_SCALING, "AlarmName")
    properties: dict[str, Any] = {**shaped(part, shape), "Tags": tags}
    return TemplateResource(kind, name, without(properties), {"AlarmName": name})
