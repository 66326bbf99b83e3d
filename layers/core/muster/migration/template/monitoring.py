"""What watches the targets: alarms on throttled requests and on replication, and the dashboard. Pure."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from muster.facets.dynamodb.shape import TableShape
from muster.migration.file import BucketItem, FunctionItem, Item, LogGroupItem, TableItem
from muster.migration.template.buckets.replication import rule_id
from muster.migration.template.plan import TOPIC, Parts, Plan, identifier, named, shortened
from muster.model.finding import UnknownField

_LATENCY_SECONDS = 900
"""The delay from which replication is late: what S3 promises with Replication Time Control."""
_PERIOD = 300
_LONGEST_NAME = 255
_WIDE, _HIGH, _IN_A_ROW = 12, 6, 2

_SHOWN: tuple[tuple[type[Item], str, str, str, tuple[str, ...]], ...] = (
    (TableItem, "Table", "AWS/DynamoDB", "TableName",
     ("ConsumedReadCapacityUnits", "ConsumedWriteCapacityUnits", "ReadThrottleEvents", "WriteThrottleEvents")),
    (FunctionItem, "Function", "AWS/Lambda", "FunctionName", ("Invocations", "Errors", "Throttles")),
    (LogGroupItem, "Log group", "AWS/Logs", "LogGroupName", ("IncomingLogEvents", "IncomingBytes")),
)  # fmt: skip
"""The metrics of each kind, with their namespace and dimension."""

Dimensions = Mapping[str, str]


def add_alarms(plan: Plan, parts: Parts) -> None:
    """Add the alarms on throttled reads and writes, and on the delay of replication."""
    for item, source in named(plan, TableItem):
        if not source.own.exists or "table" in source.own.unread:
            continue
        for index in ("", *sorted(source.own.facet("table", TableShape).global_indexes)):
            for kind in ("Read", "Write"):
                _add_throttles(plan, parts, item.target, index, kind)
    for bucket, source in plan.replicated:
        try:
            rule = rule_id(plan, bucket, source)
        except UnknownField as unknown:
            parts.gap(bucket.name, f"no alarm on its replication: {unknown.unavailable.reason}")
            continue
        _add_latency(plan, parts, bucket, rule)


def replication_dimensions(item: BucketItem, rule: str) -> Dimensions:
    """Return the dimensions of the metrics of a replication rule: all three, or an alarm watches nothing.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/repl-metrics.html
    """
    return {"SourceBucket": item.name, "DestinationBucket": item.target, "RuleId": rule}


def add_dashboard(plan: Plan, parts: Parts) -> None:
    """Add the dashboard, which shows metrics of every bucket, table, function and log group."""
    widgets = [
        {"type": "metric", "x": _WIDE * (number % _IN_A_ROW), "y": _HIGH * (number // _IN_A_ROW),
         "width": _WIDE, "height": _HIGH, "properties": {"view": "timeSeries", **widget}}
        for number, widget in enumerate(_widgets(plan))
    ]  # fmt: skip
    if widgets:
        body = json.dumps({"widgets": widgets}, separators=(",", ":"))
        properties = {"DashboardName": plan.dashboard_name, "DashboardBody": body, "Tags": plan.tags()}
        parts.add("MigrationDashboard", "AWS::CloudWatch::Dashboard", properties)


def _add_throttles(plan: Plan, parts: Parts, table: str, index: str, kind: str) -> None:
    dimensions = {"TableName": table, **({"GlobalSecondaryIndexName": index} if index else {})}
    what = f"{table} index {index}" if index else table
    properties = {
        **_alarm(plan, "-".join(filter(None, (table, index, f"{kind.lower()}-throttles"))), dimensions),
        "AlarmDescription": f"DynamoDB throttles {kind.lower()}s of {what}",
        "Namespace": "AWS/DynamoDB",
        "MetricName": f"{kind}ThrottleEvents",
        "Statistic": "Sum",
        "Threshold": 0,
        "TreatMissingData": "notBreaching",
    }
    parts.add(identifier(f"{kind}Throttles", f"{table} {index}"), "AWS::CloudWatch::Alarm", properties)


def _add_latency(plan: Plan, parts: Parts, item: BucketItem, rule: str) -> None:
    properties = {
        **_alarm(plan, f"{item.target}-replication-latency", replication_dimensions(item, rule)),
        "AlarmDescription": f"Replication from {item.name} to {item.target} is late",
        "Namespace": "AWS/S3",
        "MetricName": "ReplicationLatency",
        "Statistic": "Maximum",
        "Threshold": _LATENCY_SECONDS,
        "TreatMissingData": "ignore",
    }
    parts.add(identifier("ReplicationLatency", item.target), "AWS::CloudWatch::Alarm", properties)


def _alarm(plan: Plan, name: str, dimensions: Dimensions) -> dict[str, Any]:
    return {
        "AlarmName": shortened(name, _LONGEST_NAME),
        "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
        "Period": _PERIOD,
        "EvaluationPeriods": 1,
        "ComparisonOperator": "GreaterThanThreshold",
        "AlarmActions": [{"Ref": TOPIC}],
        "Tags": plan.tags(),
    }


def _widgets(plan: Plan) -> Iterator[dict[str, Any]]:
    region = plan.file.target.region
    for bucket, source in named(plan, BucketItem):
        yield from _bucket_widgets(plan, bucket, source)
    for kind, noun, namespace, dimension, metrics in _SHOWN:
        for item, _ in named(plan, kind):
            yield _widget(region, f"{noun} {item.target}", "Sum", namespace, metrics, {dimension: item.target})


def _bucket_widgets(plan: Plan, bucket: Any, source: Any) -> Iterator[dict[str, Any]]:
    region = plan.file.target.region
    stored = {"StorageType": "AllStorageTypes", "BucketName": bucket.target}
    objects = _widget(region, f"Bucket {bucket.target}", "Average", "AWS/S3", ("NumberOfObjects",), stored)
    yield {**objects, "period": 86400}
    if not bucket.replicated:
        return
    try:
        dimensions = replication_dimensions(bucket, rule_id(plan, bucket, source))
    except UnknownField:
        return
    names = ("ReplicationLatency", "OperationsPendingReplication")
    yield _widget(region, f"Replication to {bucket.target}", "Maximum", "AWS/S3", names, dimensions)
    failed = ("OperationsFailedReplication",)
    there = plan.file.source.region
    yield _widget(there, f"Failed replication to {bucket.target}", "Sum", "AWS/S3", failed, dimensions)


def _widget(  # noqa: PLR0913 - the parts of one widget
    region: str, title: str, stat: str, namespace: str, names: tuple[str, ...], dimensions: Dimensions
) -> dict[str, Any]:
    pairs = [part for pair in dimensions.items() for part in pair]
    metrics = [[namespace, name, *pairs] for name in names]
    return {"title": title, "region": region, "stat": stat, "period": _PERIOD, "metrics": metrics}
