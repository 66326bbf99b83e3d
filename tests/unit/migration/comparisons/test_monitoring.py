"""Comparisons of alarms, dashboards and log groups, by named examples."""

import json
from typing import Any

import pytest

from muster.migration.comparison import Comparison
from muster.migration.comparisons.monitoring import (
    target_dashboard_shows_the_batch,
    target_log_group_encrypted,
    target_log_group_exists,
    target_log_group_retention,
    target_table_read_throttles_alarmed,
    target_table_write_throttles_alarmed,
)
from muster.migration.file import BucketItem, FunctionItem, Item, LogGroupItem, TableItem
from muster.migration.relatives import LOG_GROUP
from muster.migration.sides import Pair
from muster.model.finding import REGION
from tests.unit.migration.comparisons.table_sides import both, pair, source, target
from tests.unit.migration.sides_of import (
    ACCOUNT_ID,
    FILE,
    OTHER_ACCOUNT,
    TARGET_REGION,
    UNREAD,
    judged,
    pair_of,
    source_of,
    target_of,
)

PASSED, FAILED, UNKNOWN, NONE = "COMPLIANT", "NON_COMPLIANT", "INSUFFICIENT_DATA", "NOT_APPLICABLE"
GROUP = "/aws/lambda/orders"


def alarm(metric: str, *, table: str = "orders-eu", index: str = "", acts: bool = True) -> dict[str, Any]:
    dimensions = {"TableName": table} | ({"GlobalSecondaryIndexName": index} if index else {})
    name = f"{metric}-{table}-{index}"
    return {
        "AlarmName": name,
        "AlarmArn": f"arn:aws:cloudwatch:{TARGET_REGION}:123456789012:alarm:{name}",
        "Namespace": "AWS/DynamoDB",
        "MetricName": metric,
        "Dimensions": [{"Name": key, "Value": value} for key, value in dimensions.items()],
        "AlarmActions": [f"arn:aws:sns:{TARGET_REGION}:123456789012:alerts"] if acts else [],
        "ActionsEnabled": True,
        "StateValue": "OK",
    }


def throttles(*alarms: dict[str, Any], comparison: Comparison = target_table_read_throttles_alarmed) -> tuple[str, str]:
    ours, theirs = both()
    return judged(comparison, source(theirs), target(ours, {"alarms": {"MetricAlarms": list(alarms)}}), pair())


@pytest.mark.parametrize(
    ("comparison", "metric", "other"),
    [
        (target_table_read_throttles_alarmed, "ReadThrottleEvents", "WriteThrottleEvents"),
        (target_table_write_throttles_alarmed, "WriteThrottleEvents", "ReadThrottleEvents"),
    ],
)
def test_a_table_and_its_index_each_want_an_alarm(comparison: Comparison, metric: str, other: str) -> None:
    of_table, of_index = alarm(metric), alarm(metric, index="by-day")
    assert throttles(of_table, of_index, comparison=comparison)[0] == PASSED
    assert throttles(of_table, comparison=comparison) == (
        FAILED,
        f"{metric} has no alarm that sends a notification: the index by-day (no alarm)",
    )
    assert throttles(of_index, comparison=comparison)[1].endswith("the table (no alarm)")
    assert throttles(alarm(other), alarm(other, index="by-day"), comparison=comparison)[0] == FAILED


def test_an_alarm_without_an_action_notifies_nobody() -> None:
    status, reason = throttles(
        alarm("ReadThrottleEvents", acts=False), alarm("ReadThrottleEvents", index="by-day")
    )  # fmt: skip
    assert status == FAILED
    assert "has no action that is enabled" in reason


def test_an_alarm_of_the_source_watches_another_table() -> None:
    assert throttles(alarm("ReadThrottleEvents", table="orders"))[0] == FAILED


def test_alarms_that_could_not_be_read_are_no_missing_alarms() -> None:
    ours, theirs = both()
    found = judged(target_table_read_throttles_alarmed, source(theirs), target(ours, {"alarms": UNREAD}), pair())
    assert found[0] == UNKNOWN


def widget(*metrics: list[Any], region: str = TARGET_REGION) -> dict[str, Any]:
    return {"type": "metric", "properties": {"region": region, "metrics": list(metrics)}}


def dashboard(*widgets: dict[str, Any], name: str = "migration") -> dict[str, Any]:
    return {"DashboardName": name, "DashboardBody": json.dumps({"widgets": list(widgets)})}


def batch(*dashboards: Any, read: bool = True) -> tuple[str, str]:
    regional = {"dashboards": {"Dashboards": list(dashboards)} if read else UNREAD}
    file = pair_of(TableItem("orders", "orders-eu"), buckets=(BucketItem("data", "data-eu"),)).file
    regions = Pair(file, Item("us-east-1", TARGET_REGION))
    ours = target_of(REGION, TARGET_REGION, regional, region=regional)
    return judged(target_dashboard_shows_the_batch, source_of(REGION, "us-east-1", {}), ours, regions)


TABLE_METRIC = ["AWS/DynamoDB", "ReadThrottleEvents", "TableName", "orders-eu", {"stat": "Sum"}]
BUCKET_METRIC = ["AWS/S3", "ReplicationLatency", "SourceBucket", "data", "DestinationBucket", "data-eu", "RuleId", "r"]


def test_one_dashboard_shows_the_batch() -> None:
    assert batch(dashboard(widget(TABLE_METRIC), widget(BUCKET_METRIC))) == (
        PASSED,
        "shown by the dashboards: migration",
    )


def test_two_dashboards_share_the_batch() -> None:
    assert batch(dashboard(widget(TABLE_METRIC)), dashboard(widget(BUCKET_METRIC), name="other"))[0] == PASSED


def test_short_forms_of_metrics_are_written_out() -> None:
    short = ["...", "data-eu", "RuleId", "r"]
    first = ["AWS/S3", "ReplicationLatency", "SourceBucket", "data", "DestinationBucket", "x", "RuleId", "r"]
    dots = ["AWS/DynamoDB", "ReadThrottleEvents", "TableName", "other"]
    assert batch(dashboard(widget(first, short), widget(dots, [".", "Writes", ".", "orders-eu"])))[0] == PASSED


@pytest.mark.parametrize(
    "dashboards",
    [
        pytest.param([], id="none"),
        pytest.param([dashboard(widget(TABLE_METRIC, BUCKET_METRIC, region="us-east-1"))], id="of-the-source-region"),
        pytest.param([dashboard(widget(TABLE_METRIC))], id="without-the-bucket"),
        pytest.param([dashboard({"type": "text", "properties": {"markdown": "orders-eu data-eu"}})], id="only-text"),
    ],
)
def test_what_no_dashboard_shows_fails(dashboards: list[Any]) -> None:
    status, reason = batch(*dashboards)
    assert (status, "data-eu in eu-west-1" in reason) == (FAILED, True)


@pytest.mark.parametrize(
    "found",
    [
        pytest.param(
            widget([{"expression": "SEARCH('{AWS/DynamoDB,TableName} orders', 'Sum')", "id": "e1"}]), id="search"
        ),
        pytest.param(widget([{"expression": 'SELECT SUM(x) FROM "AWS/DynamoDB"', "id": "q1"}]), id="metrics-insights"),
        pytest.param({"type": "explorer", "properties": {"labels": [{"key": "Team"}]}}, id="explorer"),
    ],
)
def test_what_cloudwatch_alone_finds_is_not_known(found: dict[str, Any]) -> None:
    assert batch(dashboard(found))[0] == UNKNOWN


def test_a_text_that_names_a_search_finds_nothing() -> None:
    assert batch(dashboard({"type": "text", "properties": {"markdown": "SEARCH(all)"}}))[0] == FAILED


def test_metrics_of_another_account_show_nothing_of_this_one() -> None:
    here = [*TABLE_METRIC[:-1], {"accountId": ACCOUNT_ID}]
    assert batch(dashboard(widget(here, BUCKET_METRIC)))[0] == PASSED
    elsewhere = [*TABLE_METRIC[:-1], {"accountId": OTHER_ACCOUNT}]
    assert batch(dashboard(widget(elsewhere, BUCKET_METRIC))) == (
        FAILED,
        "no dashboard shows orders-eu in eu-west-1",
    )


def test_dashboards_that_could_not_be_read_are_not_missing() -> None:
    assert batch(read=False)[0] == UNKNOWN
    assert batch({"DashboardName": "broken", "DashboardBody": "{"})[0] == UNKNOWN


def test_a_table_and_a_bucket_of_one_name_are_both_wanted() -> None:
    shown = {
        "dashboards": {"Dashboards": [dashboard(widget(["AWS/S3", "BucketSizeBytes", "BucketName", "orders-eu"]))]}
    }
    file = pair_of(TableItem("orders", "orders-eu"), buckets=(BucketItem("orders", "orders-eu"),)).file
    ours = target_of(REGION, TARGET_REGION, shown, region=shown)
    regions = Pair(file, Item("us-east-1", TARGET_REGION))
    found = judged(target_dashboard_shows_the_batch, source_of(REGION, "us-east-1", {}), ours, regions)
    assert found == (FAILED, "no dashboard shows orders-eu in eu-west-1")


def test_a_file_of_log_groups_alone_wants_no_dashboard() -> None:
    regions = Pair(FILE, Item("us-east-1", TARGET_REGION))
    shown = {"dashboards": {"Dashboards": []}}
    ours = target_of(REGION, TARGET_REGION, shown, region=shown)
    assert judged(target_dashboard_shows_the_batch, source_of(REGION, "us-east-1", {}), ours, regions)[0] == NONE


def test_a_function_is_shown_by_its_metrics() -> None:
    file = pair_of(FunctionItem("work", "work-eu")).file
    shown = {"dashboards": {"Dashboards": [dashboard(widget(["AWS/Lambda", "Errors", "FunctionName", "work-eu"]))]}}
    ours = target_of(REGION, TARGET_REGION, shown, region=shown)
    found = judged(
        target_dashboard_shows_the_batch, source_of(REGION, "us-east-1", {}), ours,
        Pair(file, Item("us-east-1", TARGET_REGION)),
    )  # fmt: skip
    assert found[0] == PASSED


def group(ours: Any, theirs: Any, comparison: Comparison, days: int | None = None) -> tuple[str, str]:
    sides = source_of(LOG_GROUP, GROUP, theirs), target_of(LOG_GROUP, f"{GROUP}-eu", ours)
    return judged(comparison, *sides, pair_of(LogGroupItem(GROUP, f"{GROUP}-eu", days)))


def logs(days: int | None = None, key: str = "") -> dict[str, Any]:
    members = {"retentionInDays": days, "kmsKeyId": key}
    return {"log-group": {name: value for name, value in members.items() if value}}


@pytest.mark.parametrize(
    ("ours", "theirs", "wanted", "status"),
    [
        pytest.param(30, 30, None, PASSED, id="as-the-source"),
        pytest.param(14, 30, None, FAILED, id="shorter"),
        pytest.param(60, 30, None, FAILED, id="longer"),
        pytest.param(60, 30, 60, PASSED, id="as-the-file"),
        pytest.param(30, 30, 60, FAILED, id="as-the-source-though-the-file-has-another"),
        pytest.param(None, 30, None, FAILED, id="never-expires"),
        pytest.param(None, None, None, FAILED, id="never-expires-at-either-side"),
        pytest.param(30, None, None, PASSED, id="expires-at-the-target-alone"),
    ],
)
def test_the_retention_of_a_log_group(ours: int | None, theirs: int | None, wanted: int | None, status: str) -> None:
    assert group(logs(ours), logs(theirs), target_log_group_retention, wanted)[0] == status


def test_a_log_group_that_is_missing_is_a_failure_of_its_existence() -> None:
    assert group(None, logs(), target_log_group_exists) == (FAILED, f"there is no log group {GROUP}-eu in eu-west-1")
    assert group(logs(), None, target_log_group_exists) == (FAILED, f"there is no log group {GROUP} in us-east-1")
    assert group(logs(), logs(), target_log_group_exists)[0] == PASSED
    assert group({"log-group": UNREAD}, logs(), target_log_group_exists)[0] == UNKNOWN


def test_a_log_group_is_encrypted_where_its_source_is() -> None:
    key = "arn:aws:kms:eu-west-1:123456789012:key/k"
    assert group(logs(), logs(), target_log_group_encrypted)[0] == NONE
    assert group(logs(), logs(key=key), target_log_group_encrypted)[0] == FAILED
    assert group(logs(key=key), logs(key=key), target_log_group_encrypted)[0] == PASSED


@pytest.mark.parametrize("side", ["ours", "theirs"])
@pytest.mark.parametrize("comparison", [target_log_group_retention, target_log_group_encrypted])
def test_a_log_group_that_could_not_be_read_is_never_parity(side: str, comparison: Comparison) -> None:
    answers = {"ours": logs(30, "k"), "theirs": logs(30, "k"), side: {"log-group": UNREAD}}
    assert group(answers["ours"], answers["theirs"], comparison)[0] == UNKNOWN
