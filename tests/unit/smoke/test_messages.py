"""The queue's message, the subscriptions, and an alarm on its way to the mail."""

import json
from typing import Any

import pytest

from muster.smoke.lines import BrokenError, NotShownError
from muster.smoke.messages import alarm, queue, subscribers

from .stubs import OUTPUTS, visit

SCAN = "20261121T060000Z-c22b102a"
TOPIC = OUTPUTS["AlertTopicArn"]


def message(scan_id: str) -> dict[str, str]:
    body = {"version": 1, "scan_id": scan_id, "shard": "123456789012.eu-west-1.ec2", "statuses": {"compliant": 2}}
    return {"Body": json.dumps(body), "ReceiptHandle": f"of {scan_id}"}


def test_the_message_of_the_scan_is_found_among_others() -> None:
    strange = {"Body": "no JSON", "ReceiptHandle": "of nothing"}
    answers = [{"Messages": [message("another"), strange]}, {}, {"Messages": [message(SCAN)]}]
    made = visit({"sqs": {"receive_message": answers, "delete_message": {}}})
    assert "shard 123456789012.eu-west-1.ec2 has 2 findings" in queue(made)
    clients: Any = made.stack.clients
    deleted = [asked["ReceiptHandle"] for name, asked in clients.made["sqs"].calls if name == "delete_message"]
    assert deleted == [f"of {SCAN}"]
    hidden = [asked["VisibilityTimeout"] for name, asked in clients.made["sqs"].calls if name == "receive_message"]
    assert min(hidden) > 60, "a message would be read twice"


def test_a_queue_without_the_message_fails_and_a_full_one_shows_nothing() -> None:
    with pytest.raises(BrokenError, match="no message of 20261121T060000Z-c22b102a came"):
        queue(visit({"sqs": {"receive_message": {}}}))
    with pytest.raises(NotShownError, match="210 messages were read"):
        queue(visit({"sqs": {"receive_message": {"Messages": [message("another")] * 10}}}))
    with pytest.raises(NotShownError, match="the scan by hand did not end"):
        queue(visit({}, scan_id=""))


@pytest.mark.parametrize(
    ("arns", "said"),
    [
        (["arn:aws:sns:eu-west-1:111122223333:alerts:x"], "1 confirmed (email)"),
        (
            ["arn:aws:sns:eu-west-1:111122223333:alerts:x", "PendingConfirmation"],
            "1 confirmed (email); 1 wait for their confirmation",
        ),
    ],
)
def test_subscribers_are_counted(arns: list[str], said: str) -> None:
    found = [{"SubscriptionArn": arn, "Protocol": "email"} for arn in arns]
    assert subscribers(visit({"sns": {"list_subscriptions_by_topic": {"Subscriptions": found}}})) == said


@pytest.mark.parametrize(
    ("arns", "said"), [([], "the topic has no subscription"), (["PendingConfirmation"], "1 wait for their")]
)
def test_alerts_that_reach_no_one_fail(arns: list[str], said: str) -> None:
    found = [{"SubscriptionArn": arn, "Protocol": "email"} for arn in arns]
    with pytest.raises(BrokenError, match=said):
        subscribers(visit({"sns": {"list_subscriptions_by_topic": {"Subscriptions": found}}}))


def services(**changed: Any) -> dict[str, dict[str, Any]]:
    """A stack with one alarm, whose notification arrives."""
    note = {"Subject": "ALARM: muster-errors-dev", "Message": json.dumps({"AlarmName": "muster-errors-dev"})}
    one = {
        "AlarmName": "muster-errors-dev",
        "ActionsEnabled": True,
        "AlarmActions": [TOPIC],
        "StateValue": "INSUFFICIENT_DATA",
    }
    return {
        "cloudwatch": {
            "describe_alarms": {"MetricAlarms": [{**one, **changed.get("alarm", {})}]},
            "set_alarm_state": {},
            "describe_alarm_history": {"AlarmHistoryItems": changed.get("history", [])},
        },
        "sqs": {
            "create_queue": {"QueueUrl": "https://sqs/temporary"},
            "get_queue_attributes": {"Attributes": {"QueueArn": "arn:aws:sqs:eu-west-1:123456789012:temporary"}},
            "set_queue_attributes": {},
            "receive_message": changed.get("messages", [{}, {"Messages": [{"Body": json.dumps(note)}]}]),
            "delete_queue": {},
        },
        "sns": {"subscribe": {"SubscriptionArn": "arn:aws:sns:subscription"}, "unsubscribe": {}},
    }


def called(made: Any, service: str) -> list[str]:
    return [operation for operation, _ in made.stack.clients.made[service].calls]


def test_an_alarm_is_set_off_heard_and_set_back() -> None:
    made = visit(services())
    assert 'the topic sent "ALARM: muster-errors-dev"' in alarm(made)
    cloudwatch: Any = made.stack.clients
    states = [asked["StateValue"] for name, asked in cloudwatch.made["cloudwatch"].calls if name == "set_alarm_state"]
    assert states == ["ALARM", "INSUFFICIENT_DATA"]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"messages": {}}, "no notification of muster-errors-dev came"),
        (
            {
                "messages": {},
                "history": [
                    {
                        "HistorySummary": f"Failed to execute action {TOPIC}",
                        "HistoryData": json.dumps({"error": "no authorization to access the key"}),
                    }
                ],
            },
            "CloudWatch could not notify the topic: no authorization to access the key",
        ),
        ({"alarm": {"ActionsEnabled": False}}, "none of the 1 alarms of the stack notifies its topic"),
        ({"alarm": {"AlarmActions": []}}, "none of the 1 alarms of the stack notifies its topic"),
    ],
)
def test_an_alarm_that_is_not_heard_fails(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(BrokenError, match=said):
        alarm(visit(services(**changed)))


def test_a_red_alarm_shows_nothing() -> None:
    with pytest.raises(NotShownError, match="only one that turns red notifies"):
        alarm(visit(services(alarm={"StateValue": "ALARM"})))


def test_nothing_is_left_behind_when_the_alarm_is_not_heard() -> None:
    made = visit(services(messages={}))
    with pytest.raises(BrokenError):
        alarm(made)
    assert called(made, "sns") == ["subscribe", "unsubscribe"]
    assert called(made, "sqs")[-1] == "delete_queue"
