"""Alarms, alerts and schedules arrive, or what they could not deliver is kept: walked from end to end."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.infrastructure import delivery

Template = dict[str, Any]


@pytest.mark.parametrize("rule", delivery.RULES, ids=lambda rule: rule.__name__)
def test_in_the_template(rule: Callable[[Template], Any], template: Template) -> None:
    assert list(rule(template)) == []


def properties(template: Template, logical_id: str) -> Any:
    return template["Resources"][logical_id]["Properties"]


def drop_dead_letters_of_the_schedule(template: Template) -> None:
    del properties(template, "Schedule")["Target"]["DeadLetterConfig"]


def drop_dead_letters_of_the_subscription(template: Template) -> None:
    del properties(template, "AlertSubscription")["RedrivePolicy"]


def drop_alarm_of_a_dead_letter_queue(template: Template) -> None:
    del template["Resources"]["ScheduleDeadLetterAlarm"]


def add_a_consumer_of_a_queue_without_dead_letters(template: Template) -> None:
    source = {"Fn::GetAtt": ["ScheduleDeadLetterQueue", "Arn"]}
    template["Resources"]["Consumer"] = {
        "Type": "AWS::Lambda::EventSourceMapping",
        "Properties": {"EventSourceArn": source, "FunctionName": {"Ref": "SendAlertFunction"}},
    }


def drop_dead_letters_of_the_stream(template: Template) -> None:
    del properties(template, "RecordEventsMapping")["DestinationConfig"]


def keep_from_the_stream(template: Template) -> None:
    statements = properties(template, "RecordEventsRole")["Policies"][0]["PolicyDocument"]["Statement"]
    (statement,) = (each for each in statements if each["Sid"] == "Stream")
    statement["Action"].remove("dynamodb:GetShardIterator")


def keep_the_stream_from_its_queue(template: Template) -> None:
    policy = properties(template, "RecordEventsRole")["Policies"][0]["PolicyDocument"]
    policy["Statement"] = [each for each in policy["Statement"] if each["Sid"] != "SetAside"]


def keep_the_stream_from_its_key(template: Template) -> None:
    policy = properties(template, "RecordEventsRole")["Policies"][0]["PolicyDocument"]
    policy["Statement"] = [each for each in policy["Statement"] if each["Sid"] != "Key"]


def silence_an_alarm(template: Template) -> None:
    del properties(template, "NoCompleteScanAlarm")["AlarmActions"]


def use_awss_key_for_the_topic(template: Template) -> None:
    properties(template, "AlertTopic")["KmsMasterKeyId"] = "alias/aws/sns"


def keep_cloudwatch_from_the_key(template: Template) -> None:
    policy = properties(template, "Key")["KeyPolicy"]
    policy["Statement"] = [each for each in policy["Statement"] if each["Sid"] != "AlarmsPublish"]


def keep_cloudwatch_from_the_topic(template: Template) -> None:
    properties(template, "AlertTopicPolicy")["PolicyDocument"]["Statement"][0]["Principal"]["Service"] = (
        "s3.amazonaws.com"
    )


def let_any_account_use_the_key(template: Template) -> None:
    for statement in properties(template, "Key")["KeyPolicy"]["Statement"]:
        if statement["Sid"] == "AlarmsPublish":
            statement.pop("Condition")


def let_another_service_use_the_key(template: Template) -> None:
    statement = properties(template, "Key")["KeyPolicy"]["Statement"][1]
    statement["Principal"] = {"Service": ["cloudwatch.amazonaws.com", "events.amazonaws.com"]}


def keep_the_logs_from_the_key(template: Template) -> None:
    policy = properties(template, "Key")["KeyPolicy"]
    policy["Statement"] = [each for each in policy["Statement"] if each["Sid"] != "LogsEncrypt"]


def let_the_logs_of_any_account_use_the_key(template: Template) -> None:
    (statement,) = (
        each for each in properties(template, "Key")["KeyPolicy"]["Statement"] if each["Sid"] == "LogsEncrypt"
    )
    statement["Condition"] = {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:*:*:log-group:*"}}


def encrypt_the_schedules_queue_by_the_key(template: Template) -> None:
    properties(template, "ScheduleDeadLetterQueue")["KmsMasterKeyId"] = {"Fn::GetAtt": ["Key", "Arn"]}


def encrypt_the_alerts_queue_by_the_key(template: Template) -> None:
    properties(template, "AlertDeadLetterQueue")["KmsMasterKeyId"] = {"Fn::GetAtt": ["Key", "Arn"]}


def keep_the_schedule_from_its_queue(template: Template) -> None:
    properties(template, "ScheduleRole")["Policies"][0]["PolicyDocument"]["Statement"].pop()


def keep_the_schedule_from_the_workflow(template: Template) -> None:
    properties(template, "ScheduleRole")["Policies"][0]["PolicyDocument"]["Statement"].pop(0)


def keep_sns_from_its_queue(template: Template) -> None:
    properties(template, "AlertDeadLetterQueuePolicy")["PolicyDocument"]["Statement"].pop(0)


@pytest.mark.parametrize(
    ("rule", "broken", "says"),
    [
        (
            delivery.asynchronous_edges_have_a_dead_letter_queue,
            drop_dead_letters_of_the_schedule,
            "Schedule has no dead-letter queue",
        ),
        (
            delivery.asynchronous_edges_have_a_dead_letter_queue,
            drop_dead_letters_of_the_subscription,
            "AlertSubscription has no dead-letter queue",
        ),
        (
            delivery.asynchronous_edges_have_a_dead_letter_queue,
            drop_alarm_of_a_dead_letter_queue,
            "no alarm rings when ScheduleDeadLetterQueue",
        ),
        (
            delivery.asynchronous_edges_have_a_dead_letter_queue,
            add_a_consumer_of_a_queue_without_dead_letters,
            "Consumer has no dead-letter queue",
        ),
        (
            delivery.asynchronous_edges_have_a_dead_letter_queue,
            drop_dead_letters_of_the_stream,
            "RecordEventsMapping has no dead-letter queue",
        ),
        (
            delivery.streams_are_read_and_given_up_by_their_function,
            keep_from_the_stream,
            "RecordEventsRole may not dynamodb:GetShardIterator",
        ),
        (
            delivery.streams_are_read_and_given_up_by_their_function,
            keep_the_stream_from_its_queue,
            "RecordEventsRole may not send to RecordDeadLetterQueue",
        ),
        (
            delivery.streams_are_read_and_given_up_by_their_function,
            keep_the_stream_from_its_key,
            "RecordEventsRole may not use the key of EventTable",
        ),
        (delivery.alarms_reach_the_topic, silence_an_alarm, "NoCompleteScanAlarm tells nobody"),
        (delivery.alarms_reach_the_topic, use_awss_key_for_the_topic, "alias/aws/sns is no key whose policy"),
        (delivery.alarms_reach_the_topic, keep_cloudwatch_from_the_key, "does not grant kms:Decrypt to cloudwatch"),
        (
            delivery.alarms_reach_the_topic,
            keep_cloudwatch_from_the_topic,
            "does not let cloudwatch.amazonaws.com publish",
        ),
        (delivery.alarms_reach_the_topic, let_any_account_use_the_key, "for this account"),
        (delivery.the_key_admits_nobody_else, let_any_account_use_the_key, "on behalf of any account"),
        (delivery.the_key_admits_nobody_else, let_the_logs_of_any_account_use_the_key, "for other log groups"),
        (delivery.log_groups_may_use_their_key, keep_the_logs_from_the_key, "PlanScanLogs: no key lets CloudWatch"),
        (delivery.the_key_admits_nobody_else, let_another_service_use_the_key, "admits events.amazonaws.com"),
        (
            delivery.the_schedule_reaches_workflow_and_queue,
            encrypt_the_schedules_queue_by_the_key,
            "does not grant kms:Decrypt to scheduler.amazonaws.com",
        ),
        (
            delivery.the_schedule_reaches_workflow_and_queue,
            keep_the_schedule_from_its_queue,
            "may not send to ScheduleDeadLetterQueue",
        ),
        (
            delivery.the_schedule_reaches_workflow_and_queue,
            keep_the_schedule_from_the_workflow,
            "may not start the workflow",
        ),
        (
            delivery.undelivered_alerts_reach_their_queue,
            encrypt_the_alerts_queue_by_the_key,
            "does not grant kms:Decrypt to sns.amazonaws.com",
        ),
        (delivery.undelivered_alerts_reach_their_queue, keep_sns_from_its_queue, "does not let sns.amazonaws.com send"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_broken_way_is_found(rule: Any, broken: Callable[[Template], None], says: str, template: Template) -> None:
    broken(template)
    assert any(says in sentence for sentence in rule(template)), list(rule(template))
