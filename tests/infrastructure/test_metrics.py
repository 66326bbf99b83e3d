"""What rings and what is shown are metrics that the code emits, and few."""

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from muster.model.finding import Severity, Status
from muster.stack import cost, metrics
from muster.storage import keys
from tests.infrastructure.conftest import ROOT
from tests.infrastructure.living import resolved
from tests.infrastructure.reading import resources, target, text
from tests.unit.stack.summaries import SUMMARY

Template = dict[str, Any]
SERIOUS = {"CRITICAL", "HIGH"}


def emitted(pack: str = "all") -> set[tuple[str, tuple[tuple[str, str], ...]]]:
    """Return name and dimensions of every series that a scan of a pack can emit; the stack is the parameter."""
    summary = replace(
        SUMMARY,
        stack="${EnvironmentSuffix}",
        packs=(pack,),
        failing=dict.fromkeys((severity.value for severity in Severity), 1),
    )
    found = {(name, tuple(sorted(dimensions.items()))) for name, _, dimensions in metrics.series(summary)}
    others = (
        metrics.RECORD_FAILURES,
        metrics.SENT,
        metrics.HELD,
        metrics.TAGS_WRITTEN,
        metrics.TAGS_FAILED,
    )
    return found | {(name, (("stack", "${EnvironmentSuffix}"),)) for name in others}


def test_the_series_are_few_whatever_the_estate() -> None:
    packs = {"all", *(path.stem for path in (ROOT / "layers/core/muster/data/packs").glob("*.yaml"))}
    assert len({series for pack in packs for series in emitted(pack)}) < 100
    assert {name for _, dimensions in emitted() for name, _ in dimensions} == {"stack", "pack", "severity", "status"}


def test_muster_plan_counts_what_the_stack_holds(template: Template) -> None:
    held = template["Resources"]
    always = [each for each in held.values() if "Condition" not in each]
    alarms = [each["Properties"] for each in always if each["Type"] == "AWS::CloudWatch::Alarm"]
    bucket = held["ReportBucket"]["Properties"]
    assert {what: units for _, what, _, units in cost.FIXED} == {
        "alarm metrics": sum(
            len([metric for metric in alarm["Metrics"] if "MetricStat" in metric]) if "Metrics" in alarm else 1
            for alarm in alarms
        ),
        "dashboards": sum(each["Type"] == "AWS::CloudWatch::Dashboard" for each in held.values()),
        "metrics that Muster writes": len(emitted()),
        "request metrics of the bucket, at most": 16 * len(bucket["MetricsConfigurations"]),
        "keys": sum(each["Type"] == "AWS::KMS::Key" for each in held.values()),
    }


def test_alarms_watch_metrics_that_are_emitted(template: Template) -> None:
    watched = {
        (alarm["MetricName"], tuple(sorted((each["Name"], text(each["Value"])) for each in alarm["Dimensions"])))
        for _, alarm in resources(template, "AWS::CloudWatch::Alarm")
        if alarm.get("Namespace") == metrics.NAMESPACE
    }
    # Only validations of migrations emit it, so that it costs nothing without them.
    assert watched <= emitted() | {(metrics.WITHOUT_PARITY, (("stack", "${EnvironmentSuffix}"),))}
    assert {dict(dimensions).get("severity") for name, dimensions in watched if name == "Failing"} == SERIOUS


def test_a_scanner_that_died_rings(template: Template) -> None:
    alarm = template["Resources"]["NoCompleteScanAlarm"]["Properties"]
    assert (alarm["MetricName"], alarm["TreatMissingData"]) == ("CompleteScans", "breaching")
    assert (alarm["Statistic"], alarm["Threshold"], alarm["ComparisonOperator"]) == ("Sum", 1, "LessThanThreshold")
    assert (alarm["Period"], text(alarm["EvaluationPeriods"])) == (3600, "${MaxHoursWithoutScan}")
    assert text(alarm["DatapointsToAlarm"]) == "${MaxHoursWithoutScan}"


def test_an_error_of_one_function_rings_though_the_others_did_not_run(template: Template) -> None:
    """CloudWatch's + has no value where one of the metrics has none; SUM of all adds up those that have one."""
    alarm = template["Resources"]["FunctionErrorAlarm"]["Properties"]
    (sum_,) = (metric["Expression"] for metric in alarm["Metrics"] if "Expression" in metric)
    singles = [metric for metric in alarm["Metrics"] if "MetricStat" in metric]
    assert sum_ == "SUM(METRICS())"
    watched = {target(metric["MetricStat"]["Metric"]["Dimensions"][0]["Value"]) for metric in singles}
    assert watched == {logical_id for logical_id, _ in resources(template, "AWS::Lambda::Function")}


def test_an_execution_that_failed_hung_or_was_stopped_rings(template: Template) -> None:
    alarm = template["Resources"]["ExecutionFailureAlarm"]["Properties"]
    singles = [metric["MetricStat"]["Metric"] for metric in alarm["Metrics"] if "MetricStat" in metric]
    assert {(metric["MetricName"], text(metric["Dimensions"][0]["Value"])) for metric in singles} == {
        (name, "${ScanStateMachine}") for name in ("ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted")
    }
    assert [metric["Expression"] for metric in alarm["Metrics"] if "Expression" in metric] == ["SUM(METRICS())"]
    assert (alarm["TreatMissingData"], alarm["Threshold"]) == ("notBreaching", 0)


def test_invocations_of_the_stream_that_fail_or_report_failures_ring_together(template: Template) -> None:
    """Lambda counts an invocation that reports failed records as a success.

    https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
    """
    alarm = template["Resources"]["RecordErrorAlarm"]["Properties"]
    singles = {metric["Id"]: metric["MetricStat"] for metric in alarm["Metrics"] if "MetricStat" in metric}
    assert [metric["Expression"] for metric in alarm["Metrics"] if "Expression" in metric] == [
        "100 * SUM([errors, partial]) / invocations"
    ]
    assert {name: (each["Metric"]["MetricName"], each["Stat"], each["Period"]) for name, each in singles.items()} == {
        "errors": ("Errors", "Sum", 300),
        "partial": (metrics.RECORD_FAILURES, "SampleCount", 300),
        "invocations": ("Invocations", "Sum", 300),
    }
    assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (5, "GreaterThanThreshold")
    assert (alarm["EvaluationPeriods"], alarm["TreatMissingData"]) == (1, "notBreaching")
    assert [target(action) for action in alarm["AlarmActions"]] == ["AlertTopic"]


def test_events_that_wait_ring(template: Template) -> None:
    alarm = template["Resources"]["RecordDelayAlarm"]["Properties"]
    assert (alarm["MetricName"], alarm["Statistic"], alarm["Threshold"]) == ("IteratorAge", "Maximum", 600_000)
    assert [target(each["Value"]) for each in alarm["Dimensions"]] == ["RecordEventsFunction"]


@pytest.mark.parametrize(
    ("partition", "console"), [("aws", "REGION.console.aws.amazon.com"), ("aws-cn", "console.amazonaws.cn")]
)
def test_the_last_report_is_linked_from_the_outputs_and_first_on_the_dashboard(
    partition: str, console: str, source: Template, template: Template
) -> None:
    values = {"AWS::Partition": partition, "AWS::Region": "REGION", "ReportBucket": "BUCKET"}
    link = resolved(source["Outputs"]["ReportUrl"]["Value"], source["Conditions"], values)
    assert link == f"https://{console}/s3/object/BUCKET?region=REGION&prefix={keys.latest_page()}"
    assert dashboard(template)[0]["markdown"].startswith(
        "[Report of the last scan](https://${Console}/s3/object/${ReportBucket}?region=${AWS::Region}&prefix=report.html)"
    )


def test_the_widgets_of_the_dashboard_do_not_overlap(template: Template) -> None:
    ((_, properties),) = resources(template, "AWS::CloudWatch::Dashboard")
    cells = [
        (x, y)
        for widget in json.loads(text(properties["DashboardBody"]))["widgets"]
        for x in range(widget["x"], widget["x"] + widget["width"])
        for y in range(widget["y"], widget["y"] + widget["height"])
    ]
    assert len(cells) == len(set(cells))
    assert max(x for x, _ in cells) < 24


def test_an_alert_that_is_parked_rings(template: Template) -> None:
    alarm = template["Resources"]["AlertParkedAlarm"]["Properties"]
    assert (alarm["MetricName"], alarm["Statistic"], alarm["Threshold"]) == (metrics.PARKED, "Sum", 0)


@pytest.mark.parametrize("name", ["FunctionErrorAlarm", "ExecutionFailureAlarm"])
def test_a_sum_has_no_fill_that_an_alarm_sticks_to(name: str, template: Template) -> None:
    """A gap that is filled is data: an alarm of one period stays on it when the real data comes late."""
    assert "FILL" not in str(template["Resources"][name])


def test_the_alarm_for_a_missing_scan_is_silent_where_no_schedule_runs(template: Template) -> None:
    alarm = template["Resources"]["NoCompleteScanAlarm"]["Properties"]
    assert alarm["ActionsEnabled"] == {"Fn::If": ["Scheduled", True, False]}
    assert template["Conditions"]["Scheduled"] == {"Fn::Equals": [{"Ref": "ScheduleState"}, "ENABLED"]}


def test_a_daily_schedule_may_have_two_days_before_it_rings(source: Template) -> None:
    """CloudWatch takes periods of an hour up to a week in all.

    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
    """
    parameter = source["Parameters"]["MaxHoursWithoutScan"]
    alarm = source["Resources"]["NoCompleteScanAlarm"]["Properties"]
    assert parameter["MaxValue"] * alarm["Period"] == 604_800
    assert parameter["Default"] == 12


def test_the_dashboard_opens_with_two_weeks_and_keeps_the_widgets_periods(template: Template) -> None:
    ((_, properties),) = resources(template, "AWS::CloudWatch::Dashboard")
    body = json.loads(text(properties["DashboardBody"]))
    assert (body["start"], body["periodOverride"]) == ("-P14D", "inherit")


def test_the_dashboard_is_one_of_its_region(template: Template) -> None:
    """Dashboards are global: two regions of an account cannot have one of the same name."""
    ((_, properties),) = resources(template, "AWS::CloudWatch::Dashboard")
    assert text(properties["DashboardName"]) == "muster-${AWS::Region}-${EnvironmentSuffix}"


@pytest.mark.parametrize(
    ("partition", "console"),
    [
        ("aws", "{region}.console.aws.amazon.com"),
        ("aws-cn", "console.amazonaws.cn"),
        ("aws-us-gov", "console.amazonaws-us-gov.com"),
    ],
)
def test_the_dashboards_address_is_that_of_its_partition(partition: str, console: str, source: Template) -> None:
    values = {"AWS::Partition": partition, "AWS::Region": "REGION", "Dashboard": "NAME"}
    said = resolved(source["Outputs"]["DashboardUrl"]["Value"], source["Conditions"], values)
    address = console.format(region="REGION")
    assert said == f"https://{address}/cloudwatch/home?region=REGION#dashboards:name=NAME"


def test_an_alert_that_is_parked_rings_at_the_topic(template: Template) -> None:
    alarm = template["Resources"]["AlertParkedAlarm"]["Properties"]
    assert (alarm["MetricName"], alarm["Statistic"], alarm["Threshold"]) == (metrics.PARKED, "Sum", 0)
    assert alarm["TreatMissingData"] == "notBreaching"
    assert [target(action) for action in alarm["AlarmActions"]] == ["AlertTopic"]


def dashboard(template: Template) -> list[dict[str, Any]]:
    ((_, properties),) = resources(template, "AWS::CloudWatch::Dashboard")
    return [widget["properties"] for widget in json.loads(text(properties["DashboardBody"]))["widgets"]]


def shown(widget: dict[str, Any]) -> list[list[str]]:
    """Return the metrics of a widget with CloudWatch's abbreviations spelled out."""
    spelled: list[list[str]] = []
    for metric in widget.get("metrics", ()):
        if isinstance(metric[0], dict):
            continue
        before = spelled[-1] if spelled else []
        if metric[0] == "...":
            spelled.append([*before[: len(before) - len(metric) + 1], *metric[1:]])
        else:
            spelled.append([before[index] if part == "." else part for index, part in enumerate(metric)])
    return spelled


def test_the_dashboard_shows_metrics_that_are_emitted(template: Template) -> None:
    own = [metric for widget in dashboard(template) for metric in shown(widget) if metric[0] == metrics.NAMESPACE]
    series = {(name, tuple(sorted(zip(rest[::2], rest[1::2], strict=True)))) for _, name, *rest in own}
    assert series
    assert series <= emitted()
    searches = [
        metric[0]["expression"]
        for widget in dashboard(template)
        for metric in widget.get("metrics", ())
        if isinstance(metric[0], dict)
    ]
    for search in searches:
        assert search.startswith('SEARCH(\'{Muster,stack,pack} stack="${EnvironmentSuffix}" ')
        assert set(re.findall(r'"(\w+)"', search)) == {"Scanned", "Compliant", "NonCompliant"}
    assert len(searches) == 2


def test_the_dashboard_shows_every_function_and_the_executions(template: Template) -> None:
    metrics_ = [tuple(metric) for widget in dashboard(template) for metric in shown(widget)]
    for logical_id, _ in resources(template, "AWS::Lambda::Function"):
        for name in ("Duration", "Errors", "Invocations"):
            assert ("AWS/Lambda", name, "FunctionName", f"${{{logical_id}}}") in metrics_
    for name in ("ExecutionsStarted", "ExecutionsSucceeded", "ExecutionsFailed"):
        assert ("AWS/States", name, "StateMachineArn", "${ScanStateMachine}") in metrics_


def test_the_dashboard_shows_the_requests_that_the_bucket_counts(template: Template) -> None:
    """S3 charges for each metric of a configuration: one that nobody looks at costs for nothing."""
    ((bucket, properties),) = resources(template, "AWS::S3::Bucket")
    (identifier,) = (each["Id"] for each in properties["MetricsConfigurations"])
    shown_ = [metric for widget in dashboard(template) for metric in shown(widget)]
    for name in ("AllRequests", "4xxErrors", "5xxErrors"):
        assert ["AWS/S3", name, "BucketName", f"${{{bucket}}}", "FilterId", identifier] in shown_


def test_the_dashboard_shows_the_latest_results_from_the_log(template: Template) -> None:
    (query,) = (widget["query"] for widget in dashboard(template) if "'summarized'" in widget.get("query", ""))
    assert "SOURCE '${SummarizeScanLogs}'" in query
    assert "filter message = 'summarized'" in query
    assert 'logger.info("summarized"' in (ROOT / "functions/summarize_scan/app.py").read_text(encoding="utf-8")
    statuses = {status.value.lower() for status in Status} | {"suppressed"}
    assert set(re.findall(r"findings\.(\w+)", query)) <= statuses


@pytest.mark.parametrize(
    ("message", "function", "fields"),
    [
        ("shard", "scan_shards", {"calls", "items", "retries", "denials", "errors", "seconds"}),
        ("coverage", "summarize_scan", {"calls", "items", "retries", "denials", "errors", "milliseconds"}),
    ],
)
def test_the_dashboard_shows_the_ledger_from_the_log(
    template: Template, message: str, function: str, fields: set[str]
) -> None:
    (query,) = (widget["query"] for widget in dashboard(template) if f"'{message}'" in widget.get("query", ""))
    assert f'logger.info("{message}"' in (ROOT / f"functions/{function}/app.py").read_text(encoding="utf-8")
    assert set(re.findall(r"sum\((\w+)\)", query)) == fields
