"""Reading CloudWatch: the alarms of a region, and series of metrics for whoever judges by them."""

import typing
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from muster.facets.cloudwatch import Alarms
from muster.model import REGION, Resource
from muster.reading import describes

if typing.TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient

AT_ONCE = 500
"""How many queries one GetMetricData takes.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
"""


@dataclass(frozen=True, slots=True)
class Query:
    """One metric with one statistic; `period` is in seconds."""

    namespace: str
    metric: str
    dimensions: tuple[tuple[str, str], ...]
    stat: str
    period: int


@describes(REGION, client="cloudwatch", permission="cloudwatch:DescribeAlarms")
def alarms(cloudwatch: "CloudWatchClient", _region: Resource) -> Alarms:
    """Read all alarms, 100 a page; without AlarmTypes AWS leaves out those that are not on a metric.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
    """
    pages = cloudwatch.get_paginator("describe_alarms").paginate(
        AlarmTypes=["MetricAlarm", "CompositeAlarm", "LogAlarm"], PaginationConfig={"PageSize": 100}
    )
    found: dict[str, list[Any]] = {"MetricAlarms": [], "CompositeAlarms": [], "LogAlarms": []}
    for page in pages:
        for name, items in found.items():
            items.extend(typing.cast("dict[str, Any]", page).get(name) or ())
    return Alarms.parse(found)


def series(
    cloudwatch: "CloudWatchClient", queries: Sequence[Query], start: datetime, end: datetime
) -> list[tuple[float, ...]]:
    """Return the values of up to 500 metrics between two times, newest first; none where there is no datapoint.

    One call, and one more for each 100,800 datapoints.
    """
    wanted: list[Any] = [
        {
            "Id": f"q{number}",
            "MetricStat": {
                "Metric": {
                    "Namespace": query.namespace,
                    "MetricName": query.metric,
                    "Dimensions": [{"Name": name, "Value": value} for name, value in query.dimensions],
                },
                "Period": query.period,
                "Stat": query.stat,
            },
            "ReturnData": True,
        }
        for number, query in enumerate(queries)
    ]
    pages = cloudwatch.get_paginator("get_metric_data").paginate(
        MetricDataQueries=wanted, StartTime=start, EndTime=end, ScanBy="TimestampDescending"
    )
    values: dict[str, list[float]] = {}
    for page in pages:
        for result in page.get("MetricDataResults") or ():
            values.setdefault(result["Id"], []).extend(result.get("Values") or ())
    return [tuple(values.get(query["Id"], ())) for query in wanted]
