"""The monitoring of a region, and one alarm whole, on moto."""

from typing import Any

from muster.facets.cloudwatch.alarms import Alarms
from muster.model.finding import REGION, Resource
from muster.readers.cloudwatch.alarms import ALARM
from muster.sdk.session import Clients
from tests.integration.snapshots.conftest import ACCOUNT, HERE, answers, refuses, snapshot_of

PLACE = Resource(REGION, HERE, ACCOUNT, HERE)
ARN = f"arn:aws:cloudwatch:{HERE}:{ACCOUNT}:alarm:throttled"
THROTTLED = Resource(ALARM, "throttled", ACCOUNT, HERE, arn=ARN)


def alarm(clients: Clients, name: str) -> Any:
    cloudwatch = clients.get("cloudwatch", HERE)
    cloudwatch.put_metric_alarm(
        AlarmName=name, ComparisonOperator="GreaterThanThreshold", EvaluationPeriods=1, MetricName="ReadThrottleEvents",
        Namespace="AWS/DynamoDB", Period=60, Statistic="Sum", Threshold=0,
    )  # fmt: skip
    return cloudwatch


def test_a_region_has_all_its_alarms_and_dashboards(clients: Clients) -> None:
    for number in range(101):
        cloudwatch = alarm(clients, f"alarm-{number}")
    cloudwatch.put_dashboard(DashboardName="orders", DashboardBody='{"widgets": []}')
    snapshot = snapshot_of(clients, PLACE)
    assert snapshot.unread == {}
    assert len(snapshot.facet("alarms", Alarms).alarms) == 101
    assert snapshot.answer("dashboards") == {
        "Dashboards": [{"DashboardName": "orders", "DashboardBody": '{"widgets": []}'}]
    }
    assert snapshot.answer("dynamodb-limits")["TableMaxReadCapacityUnits"] > 0


def test_alarms_of_all_types_are_asked_for(clients: Clients) -> None:
    composite = {"AlarmName": "all", "AlarmArn": ARN, "AlarmRule": "ALARM(throttled)"}
    seen = answers(clients, "cloudwatch", "DescribeAlarms", {"CompositeAlarms": [composite], "MetricAlarms": []})
    assert snapshot_of(clients, PLACE).answer("alarms")["CompositeAlarms"] == [composite]
    assert all(kind in str(seen) for kind in ("MetricAlarm", "CompositeAlarm", "LogAlarm"))


def test_dashboards_that_cannot_be_read_leave_the_alarms_read(clients: Clients) -> None:
    alarm(clients, "throttled").put_dashboard(DashboardName="orders", DashboardBody="{}")
    refuses(clients, "cloudwatch", "GetDashboard", "AccessDenied")
    unread = snapshot_of(clients, PLACE).unread
    assert {name: each.permission for name, each in unread.items()} == {"dashboards": "cloudwatch:GetDashboard"}


def test_one_alarm_is_read_with_its_tags(clients: Clients) -> None:
    alarm(clients, "throttled")
    alarm(clients, "throttled-too")
    snapshot = snapshot_of(clients, THROTTLED)
    assert snapshot.unread == {}
    assert [each["AlarmName"] for each in snapshot.answer("alarm")["MetricAlarms"]] == ["throttled"]
    assert snapshot.answer("tags") == {"Tags": []}


def test_an_alarm_that_does_not_exist_is_no_snapshot(clients: Clients) -> None:
    assert not snapshot_of(clients, THROTTLED).exists
