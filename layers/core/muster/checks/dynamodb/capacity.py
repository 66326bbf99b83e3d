"""Checks of the capacity of DynamoDB tables and of their global secondary indexes."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from muster.facets.cloudwatch.alarms import Alarms
from muster.facets.dynamodb.tables import Table, Throttling
from muster.facets.ec2.autoscaling import TableScaling
from muster.model.check import check
from muster.model.finding import (
    ObservedAt,
    Related,
    Severity,
    Unknown,
    Verdict,
    compliant,
    known,
    non_compliant,
    not_applicable,
)
from muster.model.text import listed

_NAMESPACE = "AWS/DynamoDB"
_SHOWN = 6
_DAYS_READ = 14
_READS = ("GetItem", "BatchGetItem", "Query", "Scan", "TransactGetItems")
_WRITES = ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems")


@check(severity=Severity.MEDIUM, controls=("FSBP DynamoDB.1",))
def dynamodb_autoscaling_enabled(table: Table, scaling: TableScaling) -> Verdict:
    """DynamoDB tables should scale their capacity with demand.

    A table passes on demand, or when its reads and writes and those of every global secondary index are scaled. A
    scalable target counts unless it cannot grow; its scaling policies are not looked at.

    Problem: table capacity does not scale
    Why: Fixed capacity is either paid for and idle or too small, and an index that is too small holds up the writes
      of its table.
    Fix: `aws dynamodb update-table --table-name NAME --billing-mode PAY_PER_REQUEST` Or register the table and each
      index with Application Auto Scaling.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/dynamodb-controls.html#dynamodb-1
    """
    if table.set_aside:
        return not_applicable(table.set_aside)
    if known(table.billing) == "PAY_PER_REQUEST":
        return compliant("the table is on demand")
    name = known(table.name)
    lacking = [
        f"{capacity.lower()} capacity of {_place(index)} {why}"
        for index in ("", *table.indexes)
        for capacity in ("Read", "Write")
        if (why := scaling.lacking(name, index, capacity))
    ]
    if lacking:
        return non_compliant(listed(lacking, _SHOWN))
    also = f" and of {', '.join(table.indexes)}" if table.indexes else ""
    return compliant(f"read and write capacity of the table{also} are scaled")


@check(severity=Severity.MEDIUM, version=2)
def dynamodb_table_throttling_alarmed(
    table: Table,
    alarms: Alarms,
    *,
    read_operations: tuple[str, ...] = _READS,
    write_operations: tuple[str, ...] = _WRITES,
) -> Verdict:
    """DynamoDB tables should have alarms on throttling that somebody hears of.

    Reads want an alarm on ReadThrottleEvents of the table and of every global secondary index, writes likewise on
    WriteThrottleEvents. Alarms on ThrottledRequests do instead when they look at all of `read_operations` or
    `write_operations`; those count what indexes throttle too. The alarm, or a composite one that it helps
    to raise, must have an action.

    Problem: no alarm on throttling
    Why: A throttled table turns requests away while it looks healthy in every other way.
    Fix: `aws cloudwatch put-metric-alarm --alarm-name throttled.NAME --namespace AWS/DynamoDB --metric-name
      WriteThrottleEvents --dimensions Name=TableName,Value=NAME --statistic Sum --period 60 --evaluation-periods 1
      --threshold 0 --comparison-operator GreaterThanThreshold --alarm-actions TOPIC-ARN` Do the same for
      ReadThrottleEvents. For an index, add the dimension GlobalSecondaryIndexName.
    Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
    """
    if table.set_aside:
        return not_applicable(table.set_aside)
    name = known(table.name)
    required = (("ReadThrottleEvents", read_operations), ("WriteThrottleEvents", write_operations))
    unheard = {metric: tuple(_unheard(alarms, metric, name, table.indexes)) for metric, _ in required}
    lacking = [metric for metric, operations in required if unheard[metric] and not _requests(alarms, name, operations)]
    for metric in lacking:
        if _heard(alarms, metric, {}):
            known(Unknown(f"an alarm looks at {metric} of several tables: whether this is among them is not known"))
    if lacking:
        named = [f"{metric} of {where}" for metric in lacking for where in unheard[metric]]
        return non_compliant(listed(named, _SHOWN))
    return compliant("throttled reads and writes are alarmed on, and somebody hears of them")


@check(severity=Severity.MEDIUM)
def dynamodb_table_not_throttled(
    table: Table, throttling: Related[Throttling], observed: ObservedAt, *, days: int = 7, tolerated_events: int = 0
) -> Verdict:
    """DynamoDB tables should not have been throttled lately.

    Throttled events of reads and writes in the last `days`, 14 at most, on the table and on its global secondary
    indexes are added up, and pass while they are `tolerated_events` at most. CloudWatch has datapoints only of hours
    in which something was throttled: where there are none, nothing was.

    Problem: table is throttled
    Why: What was throttled was refused: the application retried it, was slower for it, or lost it.
    Fix: Raise or scale the capacity that the reason names, spread hot keys, or switch to on-demand capacity: `aws
      dynamodb update-table --table-name NAME --billing-mode PAY_PER_REQUEST`
    Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TroubleshootingThrottling.html
    """
    if table.set_aside:
        return not_applicable(table.set_aside)
    known(table.name)
    since = observed.at - timedelta(days=days)
    counted = {key: _events(throttling[key], since) for key in table.metered}
    total = sum(sum(events) for events in counted.values())
    where = [
        f"{reads} reads and {writes} writes of {_place(key.partition('/')[2])}"
        for key, (reads, writes) in counted.items()
        if reads or writes
    ]
    throttled = f"throttled in the last {days} days: {listed(where, _SHOWN)}"
    if total > tolerated_events:
        return non_compliant(throttled)
    if days > _DAYS_READ:
        known(Unknown(f"throttling is read of the last {_DAYS_READ} days, {days} are asked for"))
    if where:
        return compliant(f"{throttled}; {tolerated_events} are tolerated")
    return compliant(f"nothing was throttled in the last {days} days")


def _place(index: str) -> str:
    return f"the index {index}" if index else "the table"


def _unheard(alarms: Alarms, metric: str, table: str, indexes: Collection[str]) -> Iterator[str]:
    for index in ("", *indexes):
        dimensions = {"TableName": table} | ({"GlobalSecondaryIndexName": index} if index else {})
        if not _heard(alarms, metric, dimensions):
            silent = alarms.on(_NAMESPACE, (metric,), dimensions)
            why = f"nobody hears {silent[0].name}: no action is enabled" if silent else "no alarm"
            yield f"{_place(index)} ({why})"


def _requests(alarms: Alarms, table: str, operations: Collection[str]) -> bool:
    return bool(operations) and all(
        _heard(alarms, "ThrottledRequests", {"TableName": table, "Operation": operation}) for operation in operations
    )


def _heard(alarms: Alarms, metric: str, dimensions: dict[str, str]) -> bool:
    return known(alarms.heard(alarms.on(_NAMESPACE, (metric,), dimensions))) is not None


def _events(throttling: Throttling, since: datetime) -> tuple[int, int]:
    """Count the throttled reads and writes of the hours that ended after a time."""
    reads, writes = (
        sum(int(value) for time, value in points if time + timedelta(hours=1) > since)
        for points in (throttling.reads, throttling.writes)
    )
    return reads, writes
