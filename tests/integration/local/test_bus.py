"""EventBridge answers entries one by one, and rules hand events to their targets, as AWS documents it."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.eventing.inputs import handed
from local.server import ACCOUNT, EmbeddedAws

HOME = "eu-west-1"
ENTRY = {"Source": "things", "DetailType": "Made", "Detail": json.dumps({"a": {"b-c": [1, 2]}, "said": 'he "said"'})}


def arn(name: str) -> str:
    return f"arn:aws:sqs:{HOME}:{ACCOUNT}:{name}"


def queue(aws: EmbeddedAws, name: str, *, lets: str | None = "*") -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn(name),
        "Condition": {"ArnLike": {"aws:SourceArn": f"arn:aws:events:{HOME}:{ACCOUNT}:rule/{lets}"}},
    }
    attributes = {"Policy": json.dumps({"Version": "2012-10-17", "Statement": [statement]})} if lets else {}
    return str(aws.client("sqs").create_queue(QueueName=name, Attributes=attributes)["QueueUrl"])


def rule(aws: EmbeddedAws, *targets: dict[str, Any], name: str = "rule", bus: str = "default", **more: Any) -> None:
    events = aws.client("events")
    events.put_rule(Name=name, EventBusName=bus, EventPattern=json.dumps({"source": ["things"]}), **more)
    numbered = [{"Id": str(number), **each} for number, each in enumerate(targets)]
    events.put_targets(Rule=name, EventBusName=bus, Targets=numbered)


def bodies(aws: EmbeddedAws, url: str) -> list[str]:
    got = aws.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    return [each["Body"] for each in got]


def test_an_event_reaches_the_queue_as_eventbridge_spells_it(aws: EmbeddedAws) -> None:
    url = queue(aws, "q")
    rule(aws, {"Arn": arn("q")})
    answer = aws.client("events").put_events(Entries=[ENTRY, {**ENTRY, "Source": "others"}])
    (body,) = bodies(aws, url)
    event = json.loads(body)
    assert event["id"] == answer["Entries"][0]["EventId"]
    assert event["time"].endswith("Z")
    assert {key: event[key] for key in ("version", "detail-type", "source", "account", "region", "resources")} == {
        "version": "0",
        "detail-type": "Made",
        "source": "things",
        "account": ACCOUNT,
        "region": HOME,
        "resources": [],
    }
    assert event["detail"] == json.loads(ENTRY["Detail"])
    assert "ingestion-time" not in event


def test_a_disabled_rule_delivers_nothing_until_it_is_enabled(aws: EmbeddedAws) -> None:
    url = queue(aws, "q")
    rule(aws, {"Arn": arn("q")}, State="DISABLED")
    aws.client("events").put_events(Entries=[ENTRY])
    assert bodies(aws, url) == []
    aws.client("events").enable_rule(Name="rule")
    aws.client("events").put_events(Entries=[ENTRY])
    assert len(bodies(aws, url)) == 1


def test_a_custom_bus_has_its_own_rules(aws: EmbeddedAws) -> None:
    url, other = queue(aws, "q"), queue(aws, "other")
    aws.client("events").create_event_bus(Name="mine")
    rule(aws, {"Arn": arn("q")}, bus="mine")
    rule(aws, {"Arn": arn("other")})
    aws.client("events").put_events(Entries=[{**ENTRY, "EventBusName": "mine"}])
    assert (len(bodies(aws, url)), bodies(aws, other)) == (1, [])


def test_entries_fail_one_by_one_and_an_event_for_an_unknown_bus_is_gone(aws: EmbeddedAws) -> None:
    url = queue(aws, "q")
    rule(aws, {"Arn": arn("q")})
    answer = aws.client("events").put_events(
        Entries=[
            {**ENTRY, "Source": ""},
            {**ENTRY, "DetailType": ""},
            {**ENTRY, "Detail": "[1]"},
            {**ENTRY, "Detail": "{"},
            {**ENTRY, "Source": "aws.ec2"},
            {**ENTRY, "EventBusName": "nowhere"},
        ]
    )
    codes = [each.get("ErrorCode") for each in answer["Entries"]]
    assert codes == [
        "InvalidArgument",
        "InvalidArgument",
        "MalformedDetail",
        "MalformedDetail",
        "NotAuthorizedForSourceException",
        None,
    ]
    assert answer["FailedEntryCount"] == 5
    assert answer["Entries"][5]["EventId"]
    assert bodies(aws, url) == []


@pytest.mark.parametrize(
    "entries",
    [[ENTRY] * 11, [{**ENTRY, "Detail": json.dumps({"a": "x" * 200_000})}] * 6],
    ids=["eleven", "too large together"],
)
def test_too_many_or_too_large_entries_fail_the_call(aws: EmbeddedAws, entries: list[dict[str, str]]) -> None:
    with pytest.raises(ClientError, match="ValidationException"):
        aws.client("events").put_events(Entries=entries)


@pytest.mark.parametrize(
    ("target", "code"),
    [("missing", "NO_RESOURCE"), ("closed", "NO_PERMISSIONS"), ("of-another-rule", "NO_PERMISSIONS")],
)
def test_what_cannot_be_delivered_ends_in_the_targets_dead_letter_queue(
    aws: EmbeddedAws, target: str, code: str
) -> None:
    queue(aws, "closed", lets=None)
    queue(aws, "of-another-rule", lets="another")
    dead = queue(aws, "dead")
    rule(aws, {"Arn": arn(target), "DeadLetterConfig": {"Arn": arn("dead")}})
    assert aws.client("events").put_events(Entries=[ENTRY])["FailedEntryCount"] == 0
    (message,) = aws.client("sqs").receive_message(QueueUrl=dead, MessageAttributeNames=["All"])["Messages"]
    attributes = {name: each["StringValue"] for name, each in message["MessageAttributes"].items()}
    assert (attributes["ERROR_CODE"], attributes["TARGET_ARN"], attributes["RETRY_ATTEMPTS"]) == (
        code,
        arn(target),
        "0",
    )
    assert attributes["RULE_ARN"].endswith(":rule/rule")
    assert json.loads(message["Body"])["source"] == "things"


EVENT = {"time": "2026-11-29T10:00:00Z", "id": "7", "detail": {"name": "i-1", "n": 3, "a-b": ["x", "y"], "q": 'a"b'}}
RULE = "arn:aws:events:eu-west-1:123456789012:rule/mine"


@pytest.mark.parametrize(
    ("template", "result"),
    [
        ('"<name> is in <n>"', '"i-1 is in 3"'),
        ('{"name": <name>, "n": [9, <n>, true]}', '{"name":"i-1","n":[9,3,true]}'),
        ('{"a": "<name>", "said": "the \\"<name>\\" and <n>"}', '{"a":"i-1","said":"the \\"i-1\\" and 3"}'),
        ('{"list": <list>, "first": <first>}', '{"list":["x","y"],"first":"x"}'),
        ('{"all": <detail>}', '{"all":{"name":"i-1","n":3,"a-b":["x","y"],"q":"a\\"b"}}'),
        ('{"quoted": "<quote>"}', '{"quoted":"a\\"b"}'),
        ('{"nothing": <nothing>, "within": "<nothing>"}', '{"nothing":"","within":""}'),
        ('{"rule": <aws.events.rule-name>}', '{"rule":"mine"}'),
        ('{"whole": <aws.events.event>}', '{"whole":{"time":"2026-11-29T10:00:00Z","id":"7"}}'),
    ],
)  # fmt: skip
def test_a_template_is_filled(template: str, result: str) -> None:
    """https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html."""
    paths = {
        "name": "$.detail.name",
        "n": "$.detail.n",
        "list": "$.detail.a-b",
        "first": "$.detail.a-b[0]",
        "detail": "$.detail",
        "quote": "$.detail.q",
        "nothing": "$.detail.nothing",
    }
    transformer = {"InputPathsMap": paths, "InputTemplate": template}
    assert handed({"InputTransformer": transformer}, EVENT, RULE) == result


def test_a_constant_and_a_path_are_handed_over() -> None:
    assert handed({"Input": '{"a": 1}'}, EVENT, RULE) == '{"a": 1}'
    assert handed({"InputPath": "$.detail.name"}, EVENT, RULE) == '"i-1"'
    assert json.loads(handed({}, EVENT, RULE)) == EVENT
