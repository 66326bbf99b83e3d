"""What moto's CloudWatch lacks of alarms and dashboards: composite alarms, newer settings, filters, tags.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from local.corrections.caller import Place, place
from local.corrections.cloudwatch import HOME, globally
from local.corrections.request import Correction, Request
from local.front import Answer

_FURTHER = (
    "EvaluationWindow",
    "WarmUpConfiguration",
    "EvaluationCriteria",
    "EvaluationInterval",
    "ActionConfiguration",
)
_COMPOSITE = (
    "ActionConfiguration",
    "ActionsSuppressor",
    "ActionsSuppressorExtensionPeriod",
    "ActionsSuppressorWaitPeriod",
    "AlarmDescription",
    "AlarmRule",
)
_PAGE = 50


def corrections() -> dict[str, Correction]:
    """Return what corrects alarms and the tags of dashboards; composite alarms are remembered in it."""
    alarms = _CompositeAlarms()
    return {
        "cloudwatch:PutMetricAlarm": _put_metric_alarm,
        "cloudwatch:PutCompositeAlarm": alarms.put,
        "cloudwatch:DescribeAlarms": alarms.describe,
        "cloudwatch:DeleteAlarms": alarms.delete,
        "cloudwatch:EnableAlarmActions": alarms.enable,
        "cloudwatch:DisableAlarmActions": alarms.disable,
        "cloudwatch:TagResource": alarms.tag,
        "cloudwatch:UntagResource": alarms.untag,
        "cloudwatch:ListTagsForResource": alarms.tags,
        "cloudwatch:PutDashboard": _put_dashboard,
        "cloudwatch:DeleteDashboards": _delete_dashboards,
    }


def _backend(request: Request, arn: str = "") -> Any:
    """Return moto's CloudWatch that keeps a resource: dashboards are kept in one region."""
    from moto.cloudwatch.models import cloudwatch_backends  # noqa: PLC0415 - moto takes seconds to import

    account, region = place(request)
    return cloudwatch_backends[account][HOME if ":dashboard/" in arn else region]


def _dashboard_arn(request: Request, name: str) -> str:
    return f"arn:aws:cloudwatch::{place(request)[0]}:dashboard/{name}"


def _put_metric_alarm(request: Request) -> Answer:
    """Keep the settings that moto drops."""
    status, body = request.ask()
    if status == HTTPStatus.OK:
        given = request.parameters
        alarm = _backend(request).alarms[given["AlarmName"]]
        alarm.further = {key: given[key] for key in _FURTHER if key in given}
    return status, body


def _put_dashboard(request: Request) -> Answer:
    """Put the tags on a dashboard, too."""
    status, body = globally(request)
    if status == HTTPStatus.OK and request.parameters.get("Tags"):
        arn = _dashboard_arn(request, request.parameters["DashboardName"])
        _backend(request, arn).tagger.tag_resource(arn, list(request.parameters["Tags"]))
    return status, body


def _delete_dashboards(request: Request) -> Answer:
    status, body = globally(request)
    if status == HTTPStatus.OK:
        for name in request.parameters["DashboardNames"]:
            arn = _dashboard_arn(request, name)
            _backend(request, arn).tagger.delete_all_tags_for_resource(arn)
    return status, body


@dataclass(slots=True)
class _CompositeAlarms:
    made: dict[Place, dict[str, dict[str, Any]]] = field(default_factory=dict)

    def _of(self, request: Request) -> dict[str, dict[str, Any]]:
        return self.made.setdefault(place(request), {})

    def put(self, request: Request) -> Answer:
        """Make or change a composite alarm."""
        given, (account, region) = request.parameters, place(request)
        name, now = str(given["AlarmName"]), time.time()
        state = {"StateUpdatedTimestamp": now, "StateTransitionedTimestamp": now, "StateValue": "INSUFFICIENT_DATA"}
        before = self._of(request).get(name, state)
        arn = f"arn:aws:cloudwatch:{region}:{account}:alarm:{name}"
        actions = ("OKActions", "AlarmActions", "InsufficientDataActions")
        self._of(request)[name] = {
            "AlarmName": name,
            "AlarmArn": arn,
            "ActionsEnabled": given.get("ActionsEnabled", True),
            "AlarmConfigurationUpdatedTimestamp": now,
            "StateReason": "Unchecked: Initial alarm creation",
            **{key: before[key] for key in state},
            **{key: given.get(key, []) for key in actions},
            **{key: given[key] for key in _COMPOSITE if key in given},
        }
        if given.get("Tags"):
            _backend(request).tagger.tag_resource(arn, list(given["Tags"]))
        return request.answer({})

    def describe(self, request: Request) -> Answer:
        """Answer alarms of the kinds that are asked for, with all filters, page by page; moto takes one filter."""
        given = request.parameters
        status, body = request.ask()
        if status != HTTPStatus.OK or not body.startswith("{"):
            return status, body
        kinds = given.get("AlarmTypes") or ["MetricAlarm"]
        of_moto = _backend(request).alarms
        metric = [
            {**alarm, **getattr(of_moto.get(alarm["AlarmName"]), "further", {})}
            for alarm in json.loads(body).get("MetricAlarms", ())
        ]
        found = [("MetricAlarms", alarm) for alarm in metric if "MetricAlarm" in kinds]
        if "CompositeAlarm" in kinds:
            found += [("CompositeAlarms", alarm) for alarm in self._of(request).values()]
        found = [(kind, alarm) for kind, alarm in found if _matches(alarm, given)]
        start, size = int(given.get("NextToken") or 0), int(given.get("MaxRecords") or _PAGE)
        answer: dict[str, Any] = {"MetricAlarms": [], "CompositeAlarms": []}
        for kind, alarm in found[start : start + size]:
            answer[kind].append(alarm)
        if start + size < len(found):
            answer["NextToken"] = str(start + size)
        return status, json.dumps(answer)

    def delete(self, request: Request) -> Answer:
        """Delete alarms of both kinds, with their tags."""
        account, region = place(request)
        for name in request.parameters["AlarmNames"]:
            self._of(request).pop(name, None)
            arn = f"arn:aws:cloudwatch:{region}:{account}:alarm:{name}"
            _backend(request).tagger.delete_all_tags_for_resource(arn)
        return request.ask()

    def enable(self, request: Request) -> Answer:
        """Switch the actions of alarms on."""
        return self._switch(request, on=True)

    def disable(self, request: Request) -> Answer:
        """Switch the actions of alarms off."""
        return self._switch(request, on=False)

    def _switch(self, request: Request, *, on: bool) -> Answer:
        for name in request.parameters["AlarmNames"]:
            if name in self._of(request):
                self._of(request)[name]["ActionsEnabled"] = on
        return request.ask()

    def _exists(self, request: Request, arn: str) -> bool:
        backend, name = _backend(request, arn), arn.rpartition(":dashboard/")[2]
        if ":dashboard/" in arn:
            return name in backend.dashboards
        return arn in {alarm["AlarmArn"] for alarm in self._of(request).values()}

    def tag(self, request: Request) -> Answer | None:
        """Tag a dashboard or a composite alarm; moto tags the others."""
        arn = str(request.parameters["ResourceARN"])
        if not self._exists(request, arn):
            return None
        _backend(request, arn).tagger.tag_resource(arn, list(request.parameters["Tags"]))
        return request.answer({})

    def untag(self, request: Request) -> Answer | None:
        """Take tags off a dashboard or a composite alarm."""
        arn = str(request.parameters["ResourceARN"])
        if not self._exists(request, arn):
            return None
        _backend(request, arn).tagger.untag_resource_using_names(arn, list(request.parameters["TagKeys"]))
        return request.answer({})

    def tags(self, request: Request) -> Answer | None:
        """Answer the tags of a dashboard or a composite alarm."""
        arn = str(request.parameters["ResourceARN"])
        if not self._exists(request, arn):
            return None
        return request.answer({"Tags": _backend(request, arn).tagger.list_tags_for_resource(arn)["Tags"]})


def _matches(alarm: Mapping[str, Any], given: Mapping[str, Any]) -> bool:
    """Whether an alarm passes every filter of a request."""
    actions = [
        each for kind in ("AlarmActions", "OKActions", "InsufficientDataActions") for each in alarm.get(kind, ())
    ]
    prefix = given.get("ActionPrefix", "")
    return (
        (not given.get("AlarmNames") or alarm["AlarmName"] in given["AlarmNames"])
        and alarm["AlarmName"].startswith(given.get("AlarmNamePrefix", ""))
        and given.get("StateValue") in (None, alarm["StateValue"])
        and (not prefix or any(action.startswith(prefix) for action in actions))
    )
