"""Reading series of metrics from CloudWatch, hour by hour."""

import typing
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from muster.readers.answers import all_pages

if typing.TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient

AT_ONCE = 500
"""The most queries that one GetMetricData takes.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
"""
_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Query:
    """One metric with one statistic, such as `Sum`."""

    namespace: str
    metric: str
    dimensions: tuple[tuple[str, str], ...]
    stat: str


@dataclass(frozen=True, slots=True)
class Series:
    """The datapoints of one query, newest first; `complete` is false where CloudWatch could not read all of them."""

    times: tuple[datetime, ...]
    values: tuple[float, ...]
    complete: bool


def series(cloudwatch: "CloudWatchClient", queries: Sequence[Query], start: datetime, end: datetime) -> list[Series]:
    """Return the series of up to 500 queries between two times; an hour without a datapoint is left out.

    One call, and one more for each 100,800 datapoints.
    """
    pages = all_pages(
        cloudwatch, "get_metric_data", "MetricDataResults", StartTime=start, EndTime=end,
        ScanBy="TimestampDescending", MetricDataQueries=[_wire(number, each) for number, each in enumerate(queries)],
    )  # fmt: skip
    parts: dict[str, list[Any]] = {}
    for result in pages["MetricDataResults"]:
        parts.setdefault(result["Id"], []).append(result)
    return [_joined(parts.get(f"q{number}", ())) for number in range(len(queries))]


def _wire(number: int, query: Query) -> dict[str, Any]:
    dimensions = [{"Name": name, "Value": value} for name, value in query.dimensions]
    metric = {"Namespace": query.namespace, "MetricName": query.metric, "Dimensions": dimensions}
    stat = {"Metric": metric, "Period": _HOUR, "Stat": query.stat}
    return {"Id": f"q{number}", "MetricStat": stat, "ReturnData": True}


def _joined(parts: Sequence[Any]) -> Series:
    return Series(
        tuple(time for each in parts for time in each.get("Timestamps") or ()),
        tuple(value for each in parts for value in each.get("Values") or ()),
        complete=bool(parts) and parts[-1].get("StatusCode") == "Complete",
    )
