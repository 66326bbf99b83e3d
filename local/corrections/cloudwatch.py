"""Where moto's CloudWatch answers otherwise than AWS documents: alarms act, and dashboards are global.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_SetAlarmState.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from local.corrections.caller import Place, place
from local.corrections.request import Correction, Request
from local.front import Answer

HOME = "us-east-1"
"""Where the dashboards of all regions are kept; which region it is cannot be seen."""

_ACTIONS = {"ALARM": "AlarmActions", "OK": "OKActions", "INSUFFICIENT_DATA": "InsufficientDataActions"}
_TRIGGER = ("MetricName", "Namespace", "Statistic", "Unit", "Period", "EvaluationPeriods", "DatapointsToAlarm",
            "ComparisonOperator", "Threshold", "TreatMissingData")  # fmt: skip
_PAGE = 100


def corrections() -> dict[str, Correction]:
    """Return what corrects CloudWatch, by operation; what alarms went through is remembered in it."""
    alarms = _Alarms()
    return {
        "cloudwatch:SetAlarmState": alarms.set_state,
        "cloudwatch:DescribeAlarmHistory": alarms.history_of,
        **{f"cloudwatch:{name}": globally for name in _OF_DASHBOARDS},
    }


_OF_DASHBOARDS = ("GetDashboard", "ListDashboards")


def globally(request: Request) -> Answer:
    """Ask moto for one region, whichever the request is for: dashboards are the account's."""
    _, region = place(request)
    signature = request.environ.get("HTTP_AUTHORIZATION", "")
    environ = {"HTTP_AUTHORIZATION": signature.replace(f"/{region}/monitoring/", f"/{HOME}/monitoring/")}
    return request.ask(environ=environ)


@dataclass(slots=True)
class _Alarms:
    history: dict[Place, list[dict[str, Any]]] = field(default_factory=dict)

    def set_state(self, request: Request) -> Answer:
        """Change an alarm's state; a state that is new makes the alarm act, as SetAlarmState documents."""
        before = _alarm(request)
        status, body = request.ask()
        if status != HTTPStatus.OK or before is None:
            return status, body
        new, old = str(request.parameters["StateValue"]), str(before["StateValue"])
        if new == old:
            return status, body
        name, reason = str(before["AlarmName"]), str(request.parameters["StateReason"])
        data = {"oldState": {"stateValue": old}, "newState": {"stateValue": new, "stateReason": reason}}
        self._note(request, name, "StateUpdate", f"Alarm updated from {old} to {new}", data)
        if before.get("ActionsEnabled", True):
            for action in before.get(_ACTIONS[new], ()):
                self._act(request, before, action, new)
        return status, body

    def _act(self, request: Request, alarm: Mapping[str, Any], action: str, new: str) -> None:
        """Publish to a topic, and note how that went; other actions are noted only."""
        name, done = str(alarm["AlarmName"]), f"Successfully executed action {action}"
        if action.split(":")[2] == "sns":
            subject, message = _notification(request, alarm, new)
            try:
                _publish(request.client("sns", as_service=True), action, subject, message)
            except Exception as error:  # noqa: BLE001 - whatever it was, CloudWatch notes it and goes on
                done = f"Failed to execute action {action}. Received error: {error}"
        self._note(
            request, name, "Action", done, {"actionState": done.partition(" ")[0], "notificationResource": action}
        )

    def _note(self, request: Request, name: str, kind: str, summary: str, data: Mapping[str, Any]) -> None:
        item = {
            "AlarmName": name,
            "AlarmType": "MetricAlarm",
            "Timestamp": datetime.now(UTC),
            "HistoryItemType": kind,
            "HistorySummary": summary,
            "HistoryData": json.dumps({"version": "1.0", **data}),
        }
        self.history.setdefault(place(request), []).insert(0, item)

    def history_of(self, request: Request) -> Answer:
        """Answer what alarms went through, the latest first unless the oldest is asked for first."""
        given = request.parameters
        found = [
            item
            for item in self.history.get(place(request), ())
            if given.get("AlarmName") in (None, item["AlarmName"])
            and given.get("HistoryItemType") in (None, item["HistoryItemType"])
        ]
        if given.get("ScanBy") == "TimestampAscending":
            found.reverse()
        start, size = int(given.get("NextToken", 0)), int(given.get("MaxRecords", _PAGE))
        more = {"NextToken": str(start + size)} if start + size < len(found) else {}
        return request.answer({"AlarmHistoryItems": found[start : start + size], **more})


def _publish(sns: Any, topic: str, subject: str, message: str) -> None:
    """Publish, unless the topic is encrypted with the key of SNS, whose policy does not admit CloudWatch.

    https://repost.aws/knowledge-center/cloudwatch-configure-alarm-sns
    """
    if sns.get_topic_attributes(TopicArn=topic)["Attributes"].get("KmsMasterKeyId") == "alias/aws/sns":
        raise PermissionError("CloudWatch Alarms does not have authorization to access the SNS topic encryption key.")
    sns.publish(TopicArn=topic, Subject=subject, Message=message)


def _alarm(request: Request) -> dict[str, Any] | None:
    found = request.client("cloudwatch", as_service=True).describe_alarms(AlarmNames=[request.parameters["AlarmName"]])
    alarms: list[dict[str, Any]] = [*found["MetricAlarms"], *found.get("CompositeAlarms", ())]
    return alarms[0] if alarms else None


def _notification(request: Request, alarm: Mapping[str, Any], new: str) -> tuple[str, str]:
    """Return subject and text of what CloudWatch publishes.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html
    """
    account, region = place(request)
    trigger = {key: alarm[key] for key in _TRIGGER if key in alarm}
    dimensions = [{"name": each["Name"], "value": each["Value"]} for each in alarm.get("Dimensions", ())]
    message = {
        "AlarmName": alarm["AlarmName"],
        "AlarmDescription": alarm.get("AlarmDescription"),
        "AWSAccountId": account,
        "AlarmConfigurationUpdatedTimestamp": _stamp(alarm["AlarmConfigurationUpdatedTimestamp"]),
        "NewStateValue": new,
        "NewStateReason": request.parameters["StateReason"],
        "StateChangeTime": _stamp(datetime.now(UTC)),
        "Region": region,
        "AlarmArn": alarm["AlarmArn"],
        "OldStateValue": alarm["StateValue"],
        "OKActions": alarm.get("OKActions", []),
        "AlarmActions": alarm.get("AlarmActions", []),
        "InsufficientDataActions": alarm.get("InsufficientDataActions", []),
        "Trigger": {**trigger, "Dimensions": dimensions},
    }
    return f'{new}: "{alarm["AlarmName"]}" in {region}'[:100], json.dumps(message, ensure_ascii=False)


def _stamp(when: datetime) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%S.") + f"{when.microsecond // 1000:03d}+0000"
