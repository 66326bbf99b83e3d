"""The capacity of DynamoDB tables and of their indexes."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.checks.dynamodb.capacity import (
    dynamodb_autoscaling_enabled,
    dynamodb_table_not_throttled,
    dynamodb_table_throttling_alarmed,
)
from muster.facets.cloudwatch.alarms import Alarms
from muster.facets.dynamodb.tables import Table, Throttling
from muster.facets.ec2.autoscaling import TableScaling
from muster.model.check import Check
from muster.model.finding import ObservedAt, Related, Status, Unavailable, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
TABLE = Table(
    name="orders",
    arn="arn:aws:dynamodb:eu-west-1:123456789012:table/orders",
    status="ACTIVE",
    billing="PROVISIONED",
    encryption="AWS_OWNED",
    key="",
    key_lost=False,
    deletion_protection=False,
    stream="OFF",
)
INDEXED = replace(TABLE, indexes=("by-day",))
NOTHING = Table.parse({})


def scaled(*targets: str, **changed: Any) -> TableScaling:
    """Targets as `orders Read` or `orders/index/by-day Write`."""
    items = []
    for target in targets:
        resource, capacity = target.split()
        kind = "index" if "/index/" in resource else "table"
        dimension = f"dynamodb:{kind}:{capacity}CapacityUnits"
        room = {"MinCapacity": 1, "MaxCapacity": 9} | changed
        items.append({"ResourceId": f"table/{resource}", "ScalableDimension": dimension, **room})
    return TableScaling.parse({"ScalableTargets": items})


BOTH = ("orders Read", "orders Write")
INDEX = ("orders/index/by-day Read", "orders/index/by-day Write")


@pytest.mark.parametrize(
    ("table", "scaling", "status", "says"),
    [
        pytest.param(
            replace(INDEXED, billing="PAY_PER_REQUEST"), scaled(), C, "Table uses on-demand capacity", id="on demand"
        ),
        pytest.param(TABLE, scaled(*BOTH), C, "Read and write capacity of the table is scaled", id="reads and writes"),
        pytest.param(TABLE, scaled(BOTH[0]), N, "Write capacity of the table is not scaled", id="reads only"),
        pytest.param(TABLE, scaled(BOTH[1]), N, "Read capacity of the table is not scaled", id="writes only"),
        pytest.param(
            TABLE,
            scaled("order Read", "order Write"),
            N,
            "Read capacity of the table is not scaled, write capacity of the table is not scaled",
            id="another table",
        ),
        pytest.param(
            INDEXED,
            scaled(*BOTH, *INDEX),
            C,
            "Read and write capacity of the table and of index by-day is scaled",
            id="with its index",
        ),
        pytest.param(
            INDEXED,
            scaled(*BOTH),
            N,
            "Read capacity of index by-day is not scaled, write capacity of index by-day is not scaled",
            id="but its index",
        ),
        pytest.param(
            INDEXED, scaled(*BOTH, INDEX[0]), N, "Write capacity of index by-day is not scaled", id="half its index"
        ),
        pytest.param(
            INDEXED,
            scaled(*INDEX),
            N,
            "Read capacity of the table is not scaled, write capacity of the table is not scaled",
            id="its index only",
        ),
        pytest.param(
            TABLE,
            scaled(*BOTH, MinCapacity=9),
            N,
            "Read capacity of the table cannot grow: minimum and maximum are 9 units, write capacity of "
            "the table cannot grow: minimum and maximum are 9 units",
            id="no room to grow",
        ),
        pytest.param(
            TABLE,
            scaled(*BOTH, SuspendedState={"DynamicScalingOutSuspended": True}),
            N,
            "scaling out is suspended",
            id="suspended",
        ),
    ],
)
def test_dynamodb_autoscaling_enabled(table: Table, scaling: TableScaling, status: Status, says: str) -> None:
    found = dynamodb_autoscaling_enabled(table, scaling)
    assert found.status is status
    assert says in found.reason


def test_a_long_list_of_what_is_not_scaled_is_cut() -> None:
    wide = replace(TABLE, indexes=tuple(f"by-{number}" for number in range(20)))
    assert dynamodb_autoscaling_enabled(wide, scaled()).reason.endswith(" and 36 more")
    assert "more" not in dynamodb_autoscaling_enabled(replace(TABLE, indexes=("by-day", "by-week")), scaled()).reason


def test_a_mode_that_is_not_known_is_no_verdict() -> None:
    with pytest.raises(UnknownField, match="BillingMode"):
        dynamodb_autoscaling_enabled(NOTHING, scaled())


def alarm(metric: str, *, actions: tuple[str, ...] = ("arn:aws:sns:eu-west-1:123456789012:ops",), **more: str) -> Any:
    """An alarm on a metric of a table, an index or an operation."""
    names = {"table": "TableName", "index": "GlobalSecondaryIndexName", "operation": "Operation"}
    dimensions = [{"Name": names[key], "Value": value} for key, value in more.items()]
    name = "-".join((metric, *more.values()))
    return {
        "AlarmName": name,
        "AlarmArn": f"arn:aws:cloudwatch:eu-west-1:123456789012:alarm:{name}",
        "AlarmActions": list(actions),
        "ActionsEnabled": True,
        "Namespace": "AWS/DynamoDB",
        "MetricName": metric,
        "Dimensions": dimensions,
    }


R, W = "ReadThrottleEvents", "WriteThrottleEvents"
EVENTS = [alarm(R, table="orders"), alarm(W, table="orders")]
INDEX_EVENTS = [alarm(R, table="orders", index="by-day"), alarm(W, table="orders", index="by-day")]
READS = ("GetItem", "BatchGetItem", "Query", "Scan", "TransactGetItems")
WRITES = ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems")


def requests(*operations: str) -> list[Any]:
    return [alarm("ThrottledRequests", table="orders", operation=operation) for operation in operations]


def summed(*operations: str) -> Any:
    """One alarm on the sum of the throttled requests of several operations."""
    metrics = [
        {
            "Id": f"m{number}",
            "MetricStat": {
                "Metric": {
                    "Namespace": "AWS/DynamoDB",
                    "MetricName": "ThrottledRequests",
                    "Dimensions": [
                        {"Name": "Operation", "Value": operation},
                        {"Name": "TableName", "Value": "orders"},
                    ],
                }
            },
        }
        for number, operation in enumerate(operations)
    ]
    both = {"MetricName": None, "Namespace": None, "Dimensions": None}
    return alarm("sum", table="orders") | both | {"Metrics": [{"Id": "e", "Expression": "SUM(METRICS())"}, *metrics]}


@pytest.mark.parametrize(
    ("table", "found", "status", "says"),
    [
        pytest.param(TABLE, EVENTS, C, "Throttled reads and writes have alarms with actions", id="reads and writes"),
        pytest.param(TABLE, [], N, f"No alarm with an action on {R} of the table, {W} of the table", id="no alarm"),
        pytest.param(TABLE, EVENTS[:1], N, f"No alarm with an action on {W} of the table", id="reads only"),
        pytest.param(TABLE, EVENTS[1:], N, f"No alarm with an action on {R} of the table", id="writes only"),
        pytest.param(
            TABLE,
            [EVENTS[0], alarm(W, table="orders", actions=())],
            N,
            f"No alarm with an action on {W} of the table (alarm {W}-orders has no enabled action)",
            id="an alarm that nobody hears",
        ),
        pytest.param(TABLE, [EVENTS[0], EVENTS[1] | {"ActionsEnabled": False}], N, "", id="actions are turned off"),
        pytest.param(TABLE, [alarm(R, table="order"), alarm(W, table="order")], N, R, id="alarms of another table"),
        pytest.param(
            INDEXED,
            EVENTS,
            N,
            f"No alarm with an action on {R} of index by-day, {W} of index by-day",
            id="but not of its index",
        ),
        pytest.param(
            INDEXED,
            EVENTS + INDEX_EVENTS,
            C,
            "Throttled reads and writes have alarms with actions",
            id="with its index",
        ),
        pytest.param(
            INDEXED,
            EVENTS + INDEX_EVENTS[:1],
            N,
            f"No alarm with an action on {W} of index by-day",
            id="half its index",
        ),
        pytest.param(INDEXED, INDEX_EVENTS, N, f"{R} of the table", id="its index only"),
        pytest.param(INDEXED, requests(*READS, *WRITES), C, "", id="requests of all operations"),
        pytest.param(INDEXED, [summed(*READS, *WRITES)], C, "", id="their sum in one alarm"),
        pytest.param(INDEXED, requests(*READS, *WRITES[1:]), N, f"{W} of the table", id="requests, but no PutItem"),
        pytest.param(INDEXED, requests(*READS), N, f"{W} of the table", id="requests that read only"),
        pytest.param(TABLE, [*requests(*READS), EVENTS[1]], C, "", id="requests that read, events of writes"),
        pytest.param(TABLE, [alarm("ThrottledRequests", table="orders")], N, R, id="requests of no operation"),
    ],
)
def test_dynamodb_table_throttling_alarmed(table: Table, found: list[Any], status: Status, says: str) -> None:
    verdict = dynamodb_table_throttling_alarmed(table, Alarms.parse({"MetricAlarms": found}))
    assert verdict.status is status
    assert says in verdict.reason


def test_an_alarm_is_heard_through_one_above_it() -> None:
    silent = [alarm(R, table="orders", actions=()), alarm(W, table="orders", actions=())]
    above = {
        "AlarmName": "orders",
        "AlarmArn": "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:orders",
        "AlarmRule": f"ALARM({R}-orders) OR ALARM({W}-orders)",
        "AlarmActions": ["arn:aws:sns:eu-west-1:123456789012:ops"],
        "ActionsEnabled": True,
    }
    alarms = Alarms.parse({"MetricAlarms": silent, "CompositeAlarms": [above]})
    assert dynamodb_table_throttling_alarmed(TABLE, alarms).status is C


def test_which_operations_count_is_a_setting() -> None:
    alarms = Alarms.parse({"MetricAlarms": requests("Query", "PutItem")})
    few: dict[str, tuple[str, ...]] = {"read_operations": ("Query",), "write_operations": ("PutItem",)}
    assert dynamodb_table_throttling_alarmed(INDEXED, alarms, **few).status is C
    assert dynamodb_table_throttling_alarmed(INDEXED, alarms, **few | {"write_operations": ()}).status is N


def test_an_alarm_on_several_tables_is_no_verdict_unless_others_are_enough() -> None:
    blanket = [alarm(R), alarm(W)]
    with pytest.raises(UnknownField, match="several tables"):
        dynamodb_table_throttling_alarmed(TABLE, Alarms.parse({"MetricAlarms": blanket}))
    with pytest.raises(UnknownField, match=W):
        dynamodb_table_throttling_alarmed(TABLE, Alarms.parse({"MetricAlarms": [EVENTS[0], *blanket]}))
    assert dynamodb_table_throttling_alarmed(TABLE, Alarms.parse({"MetricAlarms": EVENTS + blanket})).status is C


def test_an_alarm_on_several_tables_that_nobody_hears_changes_nothing() -> None:
    silent = Alarms.parse({"MetricAlarms": [alarm(R, actions=()), alarm(W, actions=())]})
    assert dynamodb_table_throttling_alarmed(TABLE, silent).status is N


def test_a_table_whose_name_is_not_known_is_no_verdict() -> None:
    with pytest.raises(UnknownField, match="the name of the table"):
        dynamodb_table_throttling_alarmed(NOTHING, Alarms.parse({}))
    with pytest.raises(UnknownField, match="the name of the table"):
        dynamodb_table_not_throttled(NOTHING, Related(), ObservedAt(AT))


QUIET = Throttling((), ())


def hours(reads: Mapping[float, float] = {}, writes: Mapping[float, float] = {}) -> Throttling:
    """Events by how many hours ago the hour began."""
    read, written = (
        tuple((AT - timedelta(hours=ago), value) for ago, value in events.items()) for events in (reads, writes)
    )
    return Throttling(read, written)


@pytest.mark.parametrize(
    ("table", "index", "settings", "status", "reason"),
    [
        pytest.param(QUIET, QUIET, {}, C, "Not throttled in the last 7 days", id="nothing"),
        pytest.param(
            hours({5: 2}), QUIET, {}, N, "Throttled in the last 7 days: 2 reads and 0 writes of the table", id="reads"
        ),
        pytest.param(
            hours(writes={5: 1, 6: 2}),
            QUIET,
            {},
            N,
            "Throttled in the last 7 days: 0 reads and 3 writes of the table",
            id="writes",
        ),
        pytest.param(
            QUIET,
            hours({1: 1}, {1: 1}),
            {},
            N,
            "Throttled in the last 7 days: 1 read and 1 write of index by-day",
            id="its index",
        ),
        pytest.param(
            hours({1: 1}),
            hours({1: 1}),
            {},
            N,
            "Throttled in the last 7 days: 1 read and 0 writes of the table, 1 read and 0 writes of index by-day",
            id="both",
        ),
        pytest.param(hours({24 * 7 + 1: 9}), QUIET, {}, C, "", id="before"),
        pytest.param(hours({24 * 7 + 0.9: 9}), QUIET, {}, N, "", id="cut"),
        pytest.param(hours({25: 9}), QUIET, {"days": 1}, C, "", id="one day"),
        pytest.param(hours({24 * 13: 9}), QUIET, {"days": 14}, N, "", id="all that is read"),
        pytest.param(hours({24 * 14 + 1: 9}), QUIET, {"days": 14}, C, "", id="nothing in all that is read"),
        pytest.param(
            hours({2: 3}, {2: 2}),
            QUIET,
            {"tolerated_events": 5},
            C,
            "Throttled in the last 7 days: 3 reads and 2 writes of the table; 5 events allowed",
            id="no more than tolerated",
        ),
        pytest.param(
            hours({2: 3}),
            hours(writes={2: 3}),
            {"tolerated_events": 5},
            N,
            "Throttled in the last 7 days: 3 reads and 0 writes of the table, 0 reads and 3 writes of index by-day",
            id="more in all than tolerated",
        ),
        pytest.param(hours({2: 1}), QUIET, {"days": 30}, N, "", id="more days than are read, and found"),
    ],
)
def test_dynamodb_table_not_throttled(
    table: Throttling, index: Throttling, settings: dict[str, int], status: Status, reason: str
) -> None:
    throttling = Related({"orders": table, "orders/by-day": index})
    found = dynamodb_table_not_throttled(INDEXED, throttling, ObservedAt(AT), **settings)
    assert found.status is status
    assert reason in ("", found.reason)


def test_more_days_than_are_read_are_no_verdict() -> None:
    with pytest.raises(UnknownField, match="14 days only; `days` is 15"):
        dynamodb_table_not_throttled(TABLE, Related({"orders": QUIET}), ObservedAt(AT), days=15)


@pytest.mark.parametrize("missing", ["orders", "orders/by-day"])
def test_metrics_that_could_not_be_read_are_no_verdict(missing: str) -> None:
    denied = Unavailable("cloudwatch:GetMetricData", "access denied")
    throttling = Related({"orders": QUIET, "orders/by-day": QUIET} | {missing: denied})
    with pytest.raises(UnknownField, match="access denied"):
        dynamodb_table_not_throttled(INDEXED, throttling, ObservedAt(AT))


@given(
    events=st.lists(st.tuples(st.floats(0, 24 * 14), st.integers(1, 50)), max_size=6),
    days=st.integers(1, 14),
    tolerated=st.integers(0, 100),
)
def test_events_count_as_brute_force_says(events: list[tuple[float, int]], days: int, tolerated: int) -> None:
    points = tuple((AT - timedelta(hours=ago), float(value)) for ago, value in events)
    found = dynamodb_table_not_throttled(
        TABLE, Related({"orders": Throttling(points, ())}), ObservedAt(AT), days=days, tolerated_events=tolerated
    )
    since = AT - timedelta(days=days, hours=1)
    total = sum(value for time, value in points if time > since)
    assert (found.status is N) is (total > tolerated)


@pytest.mark.parametrize(
    ("check", "facets"),
    [
        pytest.param(dynamodb_autoscaling_enabled, (scaled(),), id="scaling"),
        pytest.param(dynamodb_table_throttling_alarmed, (Alarms.parse({}),), id="alarms"),
        pytest.param(dynamodb_table_not_throttled, (Related(), ObservedAt(AT)), id="throttling"),
    ],
)
@pytest.mark.parametrize("status", ["CREATING", "DELETING", "ARCHIVING", "ARCHIVED"])
def test_tables_that_are_set_aside_are_not_judged(check: Check, facets: tuple[object, ...], status: str) -> None:
    assert check(replace(TABLE, status=status), *facets).status is NA
