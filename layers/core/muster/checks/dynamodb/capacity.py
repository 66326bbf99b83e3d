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
from muster.model.text import counted, listed, sentence

_NAMESPACE = "AWS/DynamoDB"
_SHOWN = 6
_DAYS_READ = 14
_READS = ("GetItem", "BatchGetItem", "Query", "Scan", "TransactGetItems")
_WRITES = ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems")


@check(severity=Severity.MEDIUM, controls=("FSBP DynamoDB.1",))
def dynamodb_autoscaling_enabled(table: Table, scaling: TableScaling) -> Verdict:
    """DynamoDB tables should scale their capacity with demand.

    A table passes with on-demand capacity, or if the read and write capacity of the table and of every global secondary
    index is scaled. A scalable target counts unless it cannot grow; the check does not read its scaling policies.

    Problem: table capacity does not scale
    Why: Fixed capacity is either idle and paid for, or too small. An index with too little capacity also throttles
      writes to its table.
    Fix: Switch to on-demand capacity: `aws dynamodb update-table --table-name NAME --billing-mode PAY_PER_REQUEST` Or
      keep provisioned capacity, and register the table and each index with Application Auto Scaling.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/dynamodb-controls.html#dynamodb-1
    """
    if table.set_aside:
        return not_applicable(table.set_aside)
    if known(table.billing) == "PAY_PER_REQUEST":
        return compliant("Table uses on-demand capacity")
    name = known(table.name)
    lacking = [
        f"{capacity.lower()} capacity of {_place(index)} {why}"
        for index in ("", *table.indexes)
        for capacity in ("Read", "Write")
        if (why := scaling.lacking(name, index, capacity))
    ]
    if lacking:
        return non_compliant(sentence(listed(lacking, _SHOWN)))
    also = f" and of {', '.join(map(_place, table.indexes))}" if table.indexes else ""
    return compliant(f"Read and write capacity of the table{also} is scaled")


@check(severity=Severity.MEDIUM, version=2)
def dynamodb_table_throttling_alarmed(
    table: Table,
    alarms: Alarms,
    *,
    read_operations: tuple[str, ...] = _READS,
    write_operations: tuple[str, ...] = _WRITES,
) -> Verdict:
    """DynamoDB tables should have alarms with actions on throttling.

    The table and every global secondary index need an alarm on ReadThrottleEvents and one on WriteThrottleEvents.
    Alarms on ThrottledRequests count instead if they cover all of `read_operations` or `write_operations`; they also
    cover throttling by indexes. The alarm, or a composite alarm that it helps to raise, must have an enabled action.

    Problem: no alarm on throttling
    Why: A throttled table rejects requests while all its other metrics look healthy.
    Fix: `aws cloudwatch put-metric-alarm --alarm-name NAME.METRIC --namespace AWS/DynamoDB --metric-name METRIC
      --dimensions Name=TableName,Value=NAME --statistic Sum --period 60 --evaluation-periods 1 --threshold 0
      --comparison-operator GreaterThanThreshold --treat-missing-data notBreaching --alarm-actions TOPIC-ARN` Repeat
      this for each metric and index in the reason. For an index, add the dimension GlobalSecondaryIndexName and choose
      another alarm name.
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
            known(Unknown(f"An alarm watches {metric} of several tables; Muster cannot tell if this table is included"))
    if lacking:
        named = [f"{metric} of {where}" for metric in lacking for where in unheard[metric]]
        return non_compliant(f"No alarm with an action on {listed(named, _SHOWN)}", metric=lacking[0])
    return compliant("Throttled reads and writes have alarms with actions")


@check(severity=Severity.MEDIUM)
def dynamodb_table_not_throttled(
    table: Table, throttling: Related[Throttling], observed: ObservedAt, *, days: int = 7, tolerated_events: int = 0
) -> Verdict:
    """DynamoDB tables should not have been throttled recently.

    The check adds up the throttled reads and writes of the table and its global secondary indexes in the last `days`
    (at most 14). It passes up to `tolerated_events`. CloudWatch has datapoints only for hours with throttling, so no
    datapoint means no throttling.

    Problem: table is throttled
    Why: DynamoDB rejects throttled requests. The application must retry them and becomes slower, or loses data.
    Fix: Increase the capacity that the reason names, spread hot keys over more partitions, or switch to on-demand
      capacity: `aws dynamodb update-table --table-name NAME --billing-mode PAY_PER_REQUEST`
    Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TroubleshootingThrottling.html
    """
    if table.set_aside:
        return not_applicable(table.set_aside)
    known(table.name)
    since = observed.at - timedelta(days=days)
    events = {key: _events(throttling[key], since) for key in table.metered}
    total = sum(map(sum, events.values()))
    where = [
        f"{counted(reads, 'read')} and {counted(writes, 'write')} of {_place(key.partition('/')[2])}"
        for key, (reads, writes) in events.items()
        if reads or writes
    ]
    throttled = f"Throttled in the last {counted(days, 'day')}: {listed(where, _SHOWN)}"
    if total > tolerated_events:
        return non_compliant(throttled)
    if days > _DAYS_READ:
        known(Unknown(f"Muster reads throttling of the last {_DAYS_READ} days only; `days` is {days}"))
    if where:
        return compliant(f"{throttled}; {counted(tolerated_events, 'event')} allowed")
    return compliant(f"Not throttled in the last {counted(days, 'day')}")


def _place(index: str) -> str:
    return f"index {index}" if index else "the table"


def _unheard(alarms: Alarms, metric: str, table: str, indexes: Collection[str]) -> Iterator[str]:
    for index in ("", *indexes):
        dimensions = {"TableName": table} | ({"GlobalSecondaryIndexName": index} if index else {})
        if not _heard(alarms, metric, dimensions):
            silent = alarms.on(_NAMESPACE, (metric,), dimensions)
            yield _place(index) + (f" (alarm {silent[0].name} has no enabled action)" if silent else "")


def _requests(alarms: Alarms, table: str, operations: Collection[str]) -> bool:
    return bool(operations) and all(
        _heard(alarms, "ThrottledRequests", {"TableName": table, "Operation": operation}) for operation in operations
    )


def _heard(alarms: Alarms, metric: str, dimensions: dict[str, str]) -> bool:
    return known(alarms.heard(alarms.on(_NAMESPACE, (metric,), dimensions))) is not None


def _events(throttling: Throttling, since: datetime) -> tuple[int, int]:
    """Return the number of throttled reads and writes in the hours that ended after a time."""
    reads, writes = (
        sum(int(value) for time, value in points if time + timedelta(hours=1) > since)
        for points in (throttling.reads, throttling.writes)
    )
    return reads, writes
