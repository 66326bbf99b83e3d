"""Alarms that act and dashboards of the whole account, as CloudWatch documents them."""

import json
from collections.abc import Iterator
from typing import Any

import botocore.exceptions
import pytest

from local import resources
from local.server import ACCOUNT, EmbeddedAws

HOME, AWAY = "eu-west-1", "us-east-1"
BODY = '{"widgets": []}'


@pytest.fixture(scope="module")
def _embedded() -> Iterator[EmbeddedAws]:
    with EmbeddedAws() as aws:
        yield aws


@pytest.fixture
def aws(_embedded: EmbeddedAws) -> EmbeddedAws:
    _embedded.reset()
    return _embedded


def alarm(aws: EmbeddedAws, **how: Any) -> Any:
    """Make an alarm that notifies a topic with a queue, and return what reads the queue."""
    topic = aws.client("sns").create_topic(Name="alerts")["TopicArn"]
    sqs = aws.client("sqs")
    queue = sqs.create_queue(QueueName="listener")["QueueUrl"]
    arn = f"arn:aws:sqs:{HOME}:{ACCOUNT}:listener"
    aws.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    given = {"AlarmActions": [topic], "OKActions": [topic], **how}
    aws.client("cloudwatch").put_metric_alarm(
        AlarmName="errors", Namespace="AWS/Lambda", MetricName="Errors", Statistic="Sum", Period=60,
        EvaluationPeriods=1, Threshold=1.0, ComparisonOperator="GreaterThanThreshold", **given,
    )  # fmt: skip
    return lambda: [
        json.loads(each["Body"])
        for each in sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", ())
    ]


def set_state(aws: EmbeddedAws, state: str) -> None:
    aws.client("cloudwatch").set_alarm_state(AlarmName="errors", StateValue=state, StateReason="to try it")


def test_a_new_state_notifies_the_topic_and_is_remembered(aws: EmbeddedAws) -> None:
    messages = alarm(aws)
    set_state(aws, "ALARM")
    [envelope] = messages()
    assert envelope["Subject"] == f'ALARM: "errors" in {HOME}'
    said = json.loads(envelope["Message"])
    assert (said["OldStateValue"], said["NewStateValue"], said["NewStateReason"]) == ("OK", "ALARM", "to try it")
    assert (said["Trigger"]["MetricName"], said["AWSAccountId"]) == ("Errors", ACCOUNT)
    history = aws.client("cloudwatch").describe_alarm_history(AlarmName="errors")["AlarmHistoryItems"]
    assert [each["HistoryItemType"] for each in history] == ["Action", "StateUpdate"]
    assert history[1]["HistorySummary"] == "Alarm updated from OK to ALARM"
    [found] = aws.client("cloudwatch").describe_alarms(AlarmNames=["errors"])["MetricAlarms"]
    assert found["StateValue"] == "ALARM"


@pytest.mark.parametrize(
    ("how", "states", "subjects"),
    [
        pytest.param({}, ["ALARM", "ALARM"], ["ALARM"], id="the same state again"),
        pytest.param({}, ["ALARM", "OK"], ["ALARM", "OK"], id="there and back"),
        pytest.param({}, ["INSUFFICIENT_DATA"], [], id="a state without actions"),
        pytest.param({"ActionsEnabled": False}, ["ALARM"], [], id="actions that are switched off"),
    ],
)
def test_only_a_change_with_actions_notifies(
    aws: EmbeddedAws, how: dict[str, Any], states: list[str], subjects: list[str]
) -> None:
    messages = alarm(aws, **how)
    for state in states:
        set_state(aws, state)
    assert [each["Subject"].partition(":")[0] for each in messages()] == subjects


def test_an_action_that_fails_is_in_the_history(aws: EmbeddedAws) -> None:
    alarm(aws, AlarmActions=[f"arn:aws:sns:{HOME}:{ACCOUNT}:gone"])
    set_state(aws, "ALARM")
    item, *_ = aws.client("cloudwatch").describe_alarm_history(HistoryItemType="Action")["AlarmHistoryItems"]
    assert item["HistorySummary"].startswith(f"Failed to execute action arn:aws:sns:{HOME}:{ACCOUNT}:gone.")


def test_an_alarm_cannot_publish_to_a_topic_under_the_key_of_sns(aws: EmbeddedAws) -> None:
    messages = alarm(aws)
    topic = f"arn:aws:sns:{HOME}:{ACCOUNT}:alerts"
    aws.client("sns").set_topic_attributes(
        TopicArn=topic, AttributeName="KmsMasterKeyId", AttributeValue="alias/aws/sns"
    )
    set_state(aws, "ALARM")
    item, *_ = aws.client("cloudwatch").describe_alarm_history(HistoryItemType="Action")["AlarmHistoryItems"]
    assert "does not have authorization to access the SNS topic encryption key" in item["HistorySummary"]
    assert messages() == []


def test_an_alarm_that_does_not_exist_has_no_state(aws: EmbeddedAws) -> None:
    with pytest.raises(botocore.exceptions.ClientError) as error:
        set_state(aws, "ALARM")
    assert error.value.response["Error"]["Code"] == "ResourceNotFound"


def test_a_dashboard_is_the_same_from_every_region(aws: EmbeddedAws) -> None:
    home, away = aws.client("cloudwatch", HOME), aws.client("cloudwatch", AWAY)
    home.put_dashboard(DashboardName="muster", DashboardBody=BODY)
    away.put_dashboard(DashboardName="muster", DashboardBody='{"widgets": [], "start": "-P1D"}')
    found = home.get_dashboard(DashboardName="muster")
    assert json.loads(found["DashboardBody"]) == {"widgets": [], "start": "-P1D"}
    assert found["DashboardArn"] == f"arn:aws:cloudwatch::{ACCOUNT}:dashboard/muster"
    assert [each["DashboardName"] for each in home.list_dashboards()["DashboardEntries"]] == ["muster"]
    away.delete_dashboards(DashboardNames=["muster"])
    assert home.list_dashboards()["DashboardEntries"] == []


def test_a_second_region_cannot_deploy_a_dashboard_of_the_same_name(
    aws: EmbeddedAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    resources.install()
    monkeypatch.setenv("AWS_ENDPOINT_URL", aws.endpoint)
    properties = {"DashboardName": "muster", "DashboardBody": BODY}
    template = {"Resources": {"Dashboard": {"Type": "AWS::CloudWatch::Dashboard", "Properties": properties}}}
    aws.client("cloudformation", HOME).create_stack(StackName="one", TemplateBody=json.dumps(template))
    with pytest.raises(botocore.exceptions.ClientError, match="already exists"):
        aws.client("cloudformation", AWAY).create_stack(StackName="one", TemplateBody=json.dumps(template))
    aws.client("cloudformation", HOME).delete_stack(StackName="one")
    assert aws.client("cloudwatch", AWAY).list_dashboards()["DashboardEntries"] == []


def test_a_deleted_stack_can_be_described_and_stays_deleted(aws: EmbeddedAws, monkeypatch: pytest.MonkeyPatch) -> None:
    """moto made the resources of a deleted stack again for whoever looked at its outputs."""
    resources.install()
    monkeypatch.setenv("AWS_ENDPOINT_URL", aws.endpoint)
    cloudformation = aws.client("cloudformation", HOME)
    template = {
        "Resources": {"Queue": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "one"}}},
        "Outputs": {"Url": {"Value": {"Ref": "Queue"}}},
    }
    made = cloudformation.create_stack(StackName="one", TemplateBody=json.dumps(template))["StackId"]
    [stack] = cloudformation.describe_stacks(StackName="one")["Stacks"]
    assert [output["OutputKey"] for output in stack["Outputs"]] == ["Url"]
    cloudformation.delete_stack(StackName="one")
    [stack] = cloudformation.describe_stacks(StackName=made)["Stacks"]
    assert (stack["StackStatus"], stack.get("Outputs", [])) == ("DELETE_COMPLETE", [])
    assert aws.client("sqs").list_queues().get("QueueUrls", []) == []
