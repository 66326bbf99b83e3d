"""Tables, event source mappings and rules are made with all that a template sets, and end with the stack."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.deploy import Stack, delete, deploy
from local.server import ACCOUNT, EmbeddedAws

TEMPLATE = Path(__file__).parent / "eventful" / "template.yaml"
Deployed = tuple[EmbeddedAws, Stack]


@pytest.fixture(scope="module")
def deployed() -> Iterator[Deployed]:
    with EmbeddedAws() as aws:
        yield aws, deploy(aws, {"Window": "5"}, template=TEMPLATE)


def test_a_table_has_its_index_stream_key_ttl_recovery_and_tags(deployed: Deployed) -> None:
    aws, stack = deployed
    dynamodb, name = aws.client("dynamodb"), stack.outputs["Table"]
    table = dynamodb.describe_table(TableName=name)["Table"]
    assert [each["IndexName"] for each in table["GlobalSecondaryIndexes"]] == ["status-timestamp-index"]
    assert table["GlobalSecondaryIndexes"][0]["Projection"] == {"ProjectionType": "KEYS_ONLY"}
    assert table["StreamSpecification"] == {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert table["LatestStreamArn"] == stack.outputs["Stream"]
    assert table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert table["SSEDescription"]["Status"] == "ENABLED"
    assert ":key/" in table["SSEDescription"]["KMSMasterKeyArn"]
    aging = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    assert aging == {"TimeToLiveStatus": "ENABLED", "AttributeName": "ttl"}
    backups = dynamodb.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    assert backups["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"
    assert dynamodb.list_tags_of_resource(ResourceArn=table["TableArn"])["Tags"] == [
        {"Key": "Purpose", "Value": "muster"}
    ]


def test_a_mapping_of_a_stream_has_all_that_sam_passes(deployed: Deployed) -> None:
    aws, stack = deployed
    (mapping,) = mappings(aws, stack.outputs["Stream"])
    wanted = {
        "BatchSize": 100,
        "MaximumBatchingWindowInSeconds": 5,
        "MaximumRetryAttempts": 3,
        "MaximumRecordAgeInSeconds": 86_400,
        "BisectBatchOnFunctionError": True,
        "FunctionResponseTypes": ["ReportBatchItemFailures"],
        "StartingPosition": "TRIM_HORIZON",
        "State": "Enabled",
    }
    assert {key: mapping[key] for key in wanted} == wanted
    assert json.loads(mapping["FilterCriteria"]["Filters"][0]["Pattern"]) == {"eventName": ["INSERT"]}
    assert mapping["DestinationConfig"]["OnFailure"]["Destination"].endswith(":lost-eventful")


def test_a_mapping_of_a_queue_has_its_concurrency(deployed: Deployed) -> None:
    aws, _ = deployed
    (mapping,) = mappings(aws, f"arn:aws:sqs:eu-west-1:{ACCOUNT}:changes-eventful")
    assert (mapping["BatchSize"], mapping["ScalingConfig"]) == (10, {"MaximumConcurrency": 2})


def test_a_rule_has_its_pattern_and_its_target_with_a_dead_letter_queue(deployed: Deployed) -> None:
    aws, _ = deployed
    events = aws.client("events")
    rule = events.describe_rule(Name="things-eventful")
    assert (rule["State"], json.loads(rule["EventPattern"])) == ("ENABLED", {"source": ["things"]})
    (target,) = events.list_targets_by_rule(Rule="things-eventful")["Targets"]
    assert target["DeadLetterConfig"]["Arn"].endswith(":dead-eventful")
    assert target["RetryPolicy"] == {"MaximumRetryAttempts": 5, "MaximumEventAgeInSeconds": 3600}


def test_a_queue_has_its_policy(deployed: Deployed) -> None:
    aws, stack = deployed
    got = aws.client("sqs").get_queue_attributes(QueueUrl=stack.outputs["Queue"], AttributeNames=["All"])["Attributes"]
    assert json.loads(got["Policy"])["Statement"][0]["Principal"] == {"Service": "events.amazonaws.com"}
    assert json.loads(got["RedrivePolicy"])["maxReceiveCount"] == 3


def test_a_function_has_its_storage_and_its_reserved_concurrency(deployed: Deployed) -> None:
    aws, stack = deployed
    client, name = aws.client("lambda"), stack.outputs["Function"]
    assert client.get_function_configuration(FunctionName=name)["EphemeralStorage"] == {"Size": 1024}
    assert client.get_function_concurrency(FunctionName=name)["ReservedConcurrentExecutions"] == 7


def test_they_end_with_the_stack() -> None:
    with EmbeddedAws() as aws:
        stack = deploy(aws, {"RuleState": "DISABLED"}, template=TEMPLATE)
        assert aws.client("events").describe_rule(Name="things-eventful")["State"] == "DISABLED"
        assert delete(aws, stack) == []
        assert aws.client("dynamodb").list_tables()["TableNames"] == []
        assert aws.client("lambda").list_event_source_mappings()["EventSourceMappings"] == []
        assert aws.client("events").list_rules()["Rules"] == []
        assert aws.client("sqs").list_queues().get("QueueUrls", []) == []


def mappings(aws: EmbeddedAws, source: str) -> list[dict[str, Any]]:
    listed = aws.client("lambda").list_event_source_mappings(EventSourceArn=source)
    found: list[dict[str, Any]] = listed["EventSourceMappings"]
    return found
