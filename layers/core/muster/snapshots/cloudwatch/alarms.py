"""The monitoring of a region: its alarms and dashboards; and the whole configuration of one alarm."""

import typing
from collections.abc import Sequence
from typing import Any

from muster.model.finding import REGION, Resource
from muster.readers.answers import all_pages
from muster.readers.cloudwatch import alarms
from muster.snapshots.form import Form
from muster.snapshots.section import Answer, NotListed, read_as, section

if typing.TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_cloudwatch.literals import AlarmTypeType

KINDS = ("MetricAlarms", "CompositeAlarms", "LogAlarms")
"""The members of DescribeAlarms that hold alarms."""
_TYPES: "Sequence[AlarmTypeType]" = ("MetricAlarm", "CompositeAlarm", "LogAlarm")
_ALARM = "arn:{partition}:cloudwatch:*:*:alarm:*"


def _alarms(cloudwatch: "CloudWatchClient", _region: Resource) -> Answer:
    """Read all alarms; without AlarmTypes AWS leaves out those that are not on a metric.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
    """
    return _all_kinds(cloudwatch)


def _dashboards(cloudwatch: "CloudWatchClient", _region: Resource) -> Answer:
    """Read all dashboards with their bodies; every region answers the same ones.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Dashboards.html
    """
    entries = all_pages(cloudwatch, "list_dashboards", "DashboardEntries")["DashboardEntries"]
    names = [str(each["DashboardName"]) for each in entries]
    bodies = ((name, cloudwatch.get_dashboard(DashboardName=name)["DashboardBody"]) for name in names)
    return {"Dashboards": [{"DashboardName": name, "DashboardBody": body} for name, body in bodies]}


def _alarm(cloudwatch: "CloudWatchClient", alarm: Resource) -> Answer:
    """Return the answer of DescribeAlarms with the one alarm, in the member of its kind.

    Raises:
        NotListed: there is none.
    """
    found = _all_kinds(cloudwatch, AlarmNames=[alarm.id])
    if not any(found.values()):
        raise NotListed
    return found


def _all_kinds(cloudwatch: "CloudWatchClient", **only: Any) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {kind: [] for kind in KINDS}
    for page in cloudwatch.get_paginator("describe_alarms").paginate(
        AlarmTypes=_TYPES, PaginationConfig={"PageSize": 100}, **only
    ):
        for kind, items in found.items():
            items.extend(typing.cast("dict[str, Any]", page).get(kind) or ())
    return found


region = Form(
    REGION,
    (
        section("alarms", "cloudwatch:DescribeAlarms", _alarms),
        section("dashboards", "cloudwatch:ListDashboards", _dashboards, also=("cloudwatch:GetDashboard",)),
        section("dynamodb-limits", "dynamodb:DescribeLimits", lambda dynamodb, _region: dynamodb.describe_limits()),
    ),
)
"""What a region has for all of its resources. AWS throttles more than one reading of DynamoDB's limits a minute.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DescribeLimits.html
"""

alarm = Form(
    alarms.ALARM,
    (section("alarm", "cloudwatch:DescribeAlarms", _alarm, on=_ALARM), read_as("tags", alarms.tags)),
    frozenset({"ResourceNotFound", "ResourceNotFoundException"}),
)
"""One alarm. Application Auto Scaling makes some of them; they are not for others to describe."""
