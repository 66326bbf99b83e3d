"""The messages that leave the stack: a scan's in the queue, and the notification of an alarm."""

import contextlib
import json
import secrets
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from muster.model.arn import Arn
from muster.smoke.lines import BrokenError, NotShownError, Visit, until
from muster.smoke.stack import Stack

_READ_AT_MOST = 200
_WAIT = 120.0
_READING = 60.0
"""Seconds in which the scan's message must come."""
_HIDDEN_SECONDS = 90
"""The seconds that a message is hidden from other readers: longer than the reading, so it is read once.

Each reading brings a message nearer to the dead-letter queue, which takes it after five.
"""


def queue(visit: Visit) -> str:
    """Read the queue until the messages of the scan by hand come, and delete those; other messages stay."""
    if not visit.scan_id:
        raise NotShownError("the scan by hand did not end, so that it sent no message")
    sqs, url = visit.stack.client("sqs"), visit.stack.outputs["ShardResultQueueUrl"]
    read = 0

    def look() -> Any:
        nonlocal read
        answer = sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=2, VisibilityTimeout=_HIDDEN_SECONDS
        )
        found = [(_parsed(message["Body"]), message["ReceiptHandle"]) for message in answer.get("Messages", ())]
        read += len(found)
        ours = [(body, handle) for body, handle in found if body.get("scan_id") == visit.scan_id]
        for _, handle in ours:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=handle)
        return [body for body, _ in ours] or ("enough" if read > _READ_AT_MOST else None)

    found = until(visit.stack, _READING, 1.0, look)
    if found == "enough":
        raise NotShownError(f"{read} messages were read, and none of this scan: nothing reads the queue")
    if not found:
        raise BrokenError(f"no message of {visit.scan_id} came in a minute; another reader may have taken it")
    first = found[0]
    count = sum(first["statuses"].values())
    return f"a message of version {first['version']} reports that shard {first['shard']} has {count} findings"


def subscribers(visit: Visit) -> str:
    """Count the confirmed subscriptions of the topic, which alerts reach."""
    topic = visit.stack.outputs["AlertTopicArn"]
    pages = visit.stack.client("sns").get_paginator("list_subscriptions_by_topic").paginate(TopicArn=topic)
    kinds: dict[bool, list[str]] = {True: [], False: []}
    for each in (each for page in pages for each in page["Subscriptions"]):
        kinds[Arn.parse(str(each["SubscriptionArn"])) is not None].append(str(each["Protocol"]))
    waiting = f"{len(kinds[False])} wait for their confirmation"
    if not kinds[True]:
        raise BrokenError(f"no one receives alerts: {waiting}" if kinds[False] else "the topic has no subscription")
    confirmed = f"{len(kinds[True])} confirmed ({', '.join(sorted(set(kinds[True])))})"
    return f"{confirmed}; {waiting}" if kinds[False] else confirmed


def alarm(visit: Visit) -> str:
    """Set an alarm of the stack off, see its notification in a queue made for that, and set it back."""
    stack, topic = visit.stack, visit.stack.outputs["AlertTopicArn"]
    cloudwatch = stack.client("cloudwatch")
    chosen = _quiet(cloudwatch, stack, topic)
    began = datetime.now(UTC) - timedelta(seconds=5)
    with _listening(stack, topic) as url:
        cloudwatch.set_alarm_state(
            AlarmName=chosen["AlarmName"], StateValue="ALARM", StateReason="muster smoke tries the alert's way"
        )
        try:
            heard = until(stack, _WAIT, 2.0, lambda: _heard(stack.client("sqs"), url, chosen["AlarmName"]))
            failed = "" if heard else _failure(cloudwatch, chosen["AlarmName"], began)
        finally:
            cloudwatch.set_alarm_state(
                AlarmName=chosen["AlarmName"], StateValue=chosen["StateValue"], StateReason="muster smoke is done"
            )
    if failed:
        raise BrokenError(f"CloudWatch could not notify the topic: {failed}")
    if not heard:
        raise BrokenError(f"no notification of {chosen['AlarmName']} came in {_WAIT:.0f} s")
    return f'{chosen["AlarmName"]} was set off; the topic sent "{heard}" to its subscribers, the mail among them'


def _quiet(cloudwatch: Any, stack: Stack, topic: str) -> dict[str, Any]:
    """Choose an alarm that notifies the topic and is not red already: only a change of state notifies."""
    names = [resource.physical_id for resource in stack.of_type("AWS::CloudWatch::Alarm")]
    found = cloudwatch.describe_alarms(AlarmNames=names)["MetricAlarms"] if names else []
    able = [each for each in found if each["ActionsEnabled"] and topic in each["AlarmActions"]]
    if not able:
        raise BrokenError(f"none of the {len(found)} alarms of the stack notifies its topic")
    quiet = [each for each in able if each["StateValue"] != "ALARM"]
    if not quiet:
        raise NotShownError("all alarms of the stack are red, and only one that turns red notifies")
    chosen: dict[str, Any] = quiet[0]
    return chosen


@contextlib.contextmanager
def _listening(stack: Stack, topic: str) -> Iterator[str]:
    """Subscribe a queue of our own to the topic for as long as the block runs; yield its URL."""
    sqs, sns = stack.client("sqs"), stack.client("sns")
    name = f"muster-smoke-{secrets.token_hex(6)}"
    url = sqs.create_queue(
        QueueName=name, Attributes={"MessageRetentionPeriod": "600", "SqsManagedSseEnabled": "true"}
    )["QueueUrl"]
    with contextlib.ExitStack() as afterwards:
        afterwards.callback(sqs.delete_queue, QueueUrl=url)
        arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        admitted = {
            "Effect": "Allow",
            "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage",
            "Resource": arn,
            "Condition": {"ArnEquals": {"aws:SourceArn": topic}},
        }
        policy = json.dumps({"Version": "2012-10-17", "Statement": [admitted]})
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
        subscription = sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, ReturnSubscriptionArn=True)
        afterwards.callback(sns.unsubscribe, SubscriptionArn=subscription["SubscriptionArn"])
        yield str(url)


def _heard(sqs: Any, url: str, alarm_name: str) -> str:
    """Return the subject of the alarm's notification, nothing before it comes."""
    for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=2).get("Messages", ()):
        note = _parsed(message["Body"])
        if _parsed(note.get("Message", "")).get("AlarmName") == alarm_name:
            return str(note.get("Subject", ""))
    return ""


def _failure(cloudwatch: Any, alarm_name: str, since: datetime) -> str:
    """Return why CloudWatch could not execute an action, as the alarm's history says it."""
    items = cloudwatch.describe_alarm_history(AlarmName=alarm_name, HistoryItemType="Action", StartDate=since)
    for item in items["AlarmHistoryItems"]:
        if "Failed" in str(item.get("HistorySummary", "")):
            return str(_parsed(item.get("HistoryData", "")).get("error") or item["HistorySummary"])
    return ""


def _parsed(text: object) -> Mapping[str, Any]:
    try:
        found = json.loads(str(text))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
