"""Clients that speak CBOR get the same answers as those that speak JSON."""

from collections.abc import Iterator
from typing import Any

import boto3
import botocore.exceptions
import pytest

from local.server import EmbeddedAws

HOME = "eu-west-1"


@pytest.fixture(scope="module")
def aws() -> Iterator[EmbeddedAws]:
    with EmbeddedAws() as started:
        started.client("cloudwatch").put_metric_alarm(
            AlarmName="fehlt-日本", Namespace="AWS/Lambda", MetricName="Errors", Statistic="Sum", Period=60,
            EvaluationPeriods=1, Threshold=1.5, ComparisonOperator="GreaterThanThreshold",
        )  # fmt: skip
        yield started


@pytest.fixture(scope="module")
def plain(aws: EmbeddedAws) -> Any:
    """A client that speaks JSON."""
    client = aws.client("cloudwatch")
    assert client.meta.service_model.resolved_protocol == "json"
    return client


@pytest.fixture
def cbor(plain: Any, aws: EmbeddedAws, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A client that prefers CBOR, as SDKs of other languages do."""
    monkeypatch.setattr("botocore.model.PRIORITY_ORDERED_SUPPORTED_PROTOCOLS", ("smithy-rpc-v2-cbor",))
    session: Any = boto3.session.Session("embedded", "embedded", region_name=HOME)
    client = session.client("cloudwatch", endpoint_url=aws.endpoint)
    assert client.meta.service_model.resolved_protocol == "smithy-rpc-v2-cbor"
    assert plain is not client
    return client


def _told(answer: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in answer.items() if key != "ResponseMetadata"}


def test_an_answer_is_the_same(plain: Any, cbor: Any) -> None:
    found = _told(cbor.describe_alarms(AlarmNames=["fehlt-日本"]))
    assert found == _told(plain.describe_alarms(AlarmNames=["fehlt-日本"]))
    [alarm] = found["MetricAlarms"]
    assert (alarm["AlarmName"], alarm["Threshold"], alarm["Period"]) == ("fehlt-日本", 1.5, 60)


def test_an_operation_without_an_answer_is_done_and_recorded_once(aws: EmbeddedAws, plain: Any, cbor: Any) -> None:
    before = len(aws.calls)
    cbor.disable_alarm_actions(AlarmNames=["fehlt-日本"])
    assert [call.operation for call in aws.calls[before:]] == ["cloudwatch:DisableAlarmActions"]
    [alarm] = plain.describe_alarms()["MetricAlarms"]
    assert alarm["ActionsEnabled"] is False


def test_an_error_is_the_services_own(plain: Any, cbor: Any) -> None:
    with pytest.raises(botocore.exceptions.ClientError) as error:
        cbor.get_dashboard(DashboardName="none")
    with pytest.raises(botocore.exceptions.ClientError) as same:
        plain.get_dashboard(DashboardName="none")
    assert error.value.response["Error"]["Code"] == same.value.response["Error"]["Code"]


def test_a_refusal_is_one_too(aws: EmbeddedAws, cbor: Any) -> None:
    aws.refuse("cloudwatch:ListDashboards", code="AccessDenied", times=1)
    with pytest.raises(botocore.exceptions.ClientError) as error:
        cbor.list_dashboards()
    assert error.value.response["Error"]["Code"] == "AccessDenied"
