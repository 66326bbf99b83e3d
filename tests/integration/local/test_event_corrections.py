"""What DynamoDB, EventBridge, Security Hub and SNS refuse, the embedded AWS refuses too."""

import json
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from local.server import ACCOUNT, EmbeddedAws

HOME = "eu-west-1"


def refusal(call: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as raised:
        call()
    error = raised.value.response["Error"]
    return error["Code"], error["Message"]


def once(aws: EmbeddedAws, service: str) -> Any:
    """Return a client that tries nothing again: botocore takes a limit for throttling."""
    session: Any = boto3.session.Session("embedded", "embedded", region_name=HOME)
    return session.client(service, endpoint_url=aws.endpoint, config=Config(retries={"total_max_attempts": 1}))


def table(aws: EmbeddedAws) -> Any:
    client = aws.client("dynamodb")
    client.create_table(
        TableName="t",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}, {"AttributeName": "n", "KeyType": "RANGE"}],
        AttributeDefinitions=[
            {"AttributeName": "id", "AttributeType": "S"},
            {"AttributeName": "n", "AttributeType": "N"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    return client


def puts(*numbers: int, **more: Any) -> dict[str, Any]:
    return {"t": [{"PutRequest": {"Item": {"id": {"S": "a"}, "n": {"N": str(each)}, **more}}} for each in numbers]}


def test_a_batch_has_at_most_25_writes_and_each_key_once(aws: EmbeddedAws) -> None:
    client = table(aws)
    assert client.batch_write_item(RequestItems=puts(*range(25)))["UnprocessedItems"] == {}
    code, message = refusal(lambda: client.batch_write_item(RequestItems=puts(*range(26))))
    assert (code, message) == ("ValidationException", "Too many items requested for the BatchWriteItem call")
    twice = {"t": [*puts(100)["t"], *puts(100, status={"S": "other"})["t"]]}
    code, message = refusal(lambda: client.batch_write_item(RequestItems=twice))
    assert (code, message) == ("ValidationException", "Provided list of item keys contains duplicates")
    deleted = {"DeleteRequest": {"Key": {"id": {"S": "a"}, "n": {"N": "100"}}}}
    code, _ = refusal(lambda: client.batch_write_item(RequestItems={"t": [*puts(100)["t"], deleted]}))
    assert code == "ValidationException"
    assert client.scan(TableName="t", Select="COUNT")["Count"] == 25


def test_an_item_has_at_most_400_kilobytes(aws: EmbeddedAws) -> None:
    client = table(aws)
    large = {"S": "x" * 409_600}
    code, message = refusal(lambda: client.batch_write_item(RequestItems=puts(1, text=large)))
    assert (code, message) == ("ValidationException", "Item size has exceeded the maximum allowed size")
    item = puts(1, text=large)["t"][0]["PutRequest"]["Item"]
    assert refusal(lambda: client.put_item(TableName="t", Item=item))[0] == "ValidationException"
    client.put_item(TableName="t", Item=puts(1, text={"S": "x" * 400_000})["t"][0]["PutRequest"]["Item"])


def test_a_condition_that_does_not_hold_says_what_is_there(aws: EmbeddedAws) -> None:
    client = table(aws)
    item = {"id": {"S": "a"}, "n": {"N": "1"}, "status": {"S": "FAILED"}}
    condition = {"ConditionExpression": "attribute_not_exists(id)", "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    client.put_item(TableName="t", Item=item, **condition)
    with pytest.raises(ClientError) as raised:
        client.put_item(TableName="t", Item={**item, "status": {"S": "RESOLVED"}}, **condition)
    assert raised.value.response["Error"]["Code"] == "ConditionalCheckFailedException"
    assert raised.value.response["Item"] == item


def test_a_pattern_has_at_most_2048_characters_and_a_rule_five_targets(aws: EmbeddedAws) -> None:
    events = once(aws, "events")
    long = json.dumps({"source": ["x" * 2_100]})
    assert refusal(lambda: events.put_rule(Name="r", EventPattern=long))[0] == "LimitExceededException"
    events.put_rule(Name="r", EventPattern=json.dumps({"source": ["things"]}))
    targets = [{"Id": str(each), "Arn": f"arn:aws:sqs:{HOME}:{ACCOUNT}:q"} for each in range(6)]
    assert refusal(lambda: events.put_targets(Rule="r", Targets=targets))[0] == "LimitExceededException"
    events.put_targets(Rule="r", Targets=targets[:5])
    events.put_targets(Rule="r", Targets=targets[:1])
    assert refusal(lambda: events.put_targets(Rule="r", Targets=targets[5:]))[0] == "LimitExceededException"


@pytest.mark.parametrize(("source", "matches"), [("things", True), ("others", False)])
def test_a_pattern_can_be_tried(aws: EmbeddedAws, source: str, matches: bool) -> None:
    event = {
        "id": "1",
        "account": ACCOUNT,
        "source": source,
        "time": "2026-11-29T10:00:00Z",
        "region": HOME,
        "resources": [],
        "detail-type": "Made",
    }
    pattern = json.dumps({"source": ["things"]})
    answer = aws.client("events").test_event_pattern(EventPattern=pattern, Event=json.dumps(event))
    assert answer["Result"] is matches


def finding(**changed: Any) -> dict[str, Any]:
    return {
        "SchemaVersion": "2018-10-08",
        "Id": "one",
        "ProductArn": f"arn:aws:securityhub:{HOME}:{ACCOUNT}:product/{ACCOUNT}/default",
        "GeneratorId": "muster",
        "AwsAccountId": ACCOUNT,
        "CreatedAt": "2026-11-29T10:00:00.000Z",
        "UpdatedAt": "2026-11-29T10:00:00.000Z",
        "Title": "A title",
        "Description": "A description.",
        "Resources": [{"Type": "Other", "Id": "x"}],
        **changed,
    }


def test_security_hub_must_be_on_and_takes_a_hundred_findings(aws: EmbeddedAws) -> None:
    hub = aws.client("securityhub")
    assert refusal(lambda: hub.batch_import_findings(Findings=[finding()]))[0] == "InvalidAccessException"
    hub.enable_security_hub()
    assert hub.batch_import_findings(Findings=[finding(Id=str(n)) for n in range(100)])["SuccessCount"] == 100
    many = [finding(Id=str(n)) for n in range(101)]
    assert refusal(lambda: hub.batch_import_findings(Findings=many))[0] == "InvalidInputException"


@pytest.mark.parametrize(
    "changed",
    [
        {"AwsAccountId": "111122223333"},
        {"ProductArn": f"arn:aws:securityhub:us-east-1:{ACCOUNT}:product/{ACCOUNT}/default"},
        {"Title": "x" * 257},
        {"Description": "x" * 1_025},
        {"Resources": [{"Type": "Other", "Id": str(n)} for n in range(33)]},
    ],
    ids=["another account", "another region", "long title", "long description", "many resources"],
)
def test_a_finding_that_is_wrong_fails_alone(aws: EmbeddedAws, changed: dict[str, Any]) -> None:
    hub = aws.client("securityhub")
    hub.enable_security_hub()
    answer = hub.batch_import_findings(Findings=[finding(Id="bad", **changed), finding()])
    assert (answer["FailedCount"], answer["SuccessCount"]) == (1, 1)
    assert [(each["Id"], each["ErrorCode"]) for each in answer["FailedFindings"]] == [("bad", "InvalidInput")]
    assert [each["Id"] for each in hub.get_findings()["Findings"]] == ["one"]


def test_an_update_is_taken_when_it_is_later_and_leaves_what_people_wrote(aws: EmbeddedAws) -> None:
    hub = aws.client("securityhub")
    hub.enable_security_hub()
    hub.batch_import_findings(Findings=[finding(Workflow={"Status": "SUPPRESSED"})])
    hub.batch_import_findings(Findings=[finding(Title="Earlier", UpdatedAt="2026-11-29T09:00:00.000Z")])
    later = finding(Title="Later", UpdatedAt="2026-11-29T11:00:00.000Z", Workflow={"Status": "NEW"})
    hub.batch_import_findings(Findings=[later])
    (found,) = hub.get_findings()["Findings"]
    assert (found["Title"], found["Workflow"]) == ("Later", {"Status": "SUPPRESSED"})


@pytest.mark.parametrize(
    "given",
    [
        {"Message": "a", "Subject": ""},
        {"Message": "a", "Subject": "two\nlines"},
        {"Message": "a", "Subject": "x" * 100},
        {"Message": ""},
        {"Message": "x" * 262_145},
        {"Message": json.dumps({"email": "a"}), "MessageStructure": "json"},
        {"Message": "no JSON", "MessageStructure": "json"},
    ],
    ids=["no subject", "lines", "long subject", "no message", "long message", "no default", "no JSON"],
)
def test_a_topic_refuses(aws: EmbeddedAws, given: dict[str, str]) -> None:
    sns = aws.client("sns")
    topic = sns.create_topic(Name="alerts")["TopicArn"]
    assert refusal(lambda: sns.publish(TopicArn=topic, **given))[0] == "InvalidParameter"
    good = {"Message": json.dumps({"default": "a", "email": "b"}), "MessageStructure": "json", "Subject": "Grüße"}
    sns.publish(TopicArn=topic, **good)
