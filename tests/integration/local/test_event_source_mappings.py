"""What Lambda refuses of an event source mapping, the embedded AWS refuses too."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.deploy import Stack, deploy
from local.server import ACCOUNT, EmbeddedAws

HOME = "eu-west-1"
TEMPLATE = Path(__file__).parent / "eventful" / "template.yaml"
Deployed = tuple[EmbeddedAws, Stack]


@pytest.fixture(scope="module")
def deployed() -> Iterator[Deployed]:
    with EmbeddedAws() as aws:
        yield aws, deploy(aws, template=TEMPLATE)


def refusal(call: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as raised:
        call()
    error = raised.value.response["Error"]
    return error["Code"], error["Message"]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"StartingPosition": None}, "startingPosition"),
        ({"MaximumRecordAgeInSeconds": 30}, "MaximumRecordAgeInSeconds"),
        ({"MaximumRetryAttempts": 10_001}, "MaximumRetryAttempts"),
        ({"ParallelizationFactor": 11}, "ParallelizationFactor"),
        ({"BatchSize": 10_001}, "BatchSize"),
        ({"FilterCriteria": {"Filters": [{"Pattern": "{}"}] * 6}}, "filters"),
    ],
)
def test_a_mapping_of_a_stream_is_refused(deployed: Deployed, given: dict[str, Any], says: str) -> None:
    aws, stack = deployed
    wanted = {"StartingPosition": "LATEST", **given}
    given = {key: value for key, value in wanted.items() if value is not None}
    code, message = refusal(lambda: mapped(aws, stack, stack.outputs["Stream"], **given))
    assert code == "InvalidParameterValueException"
    assert says in message


def mapped(aws: EmbeddedAws, stack: Stack, source: str, **given: Any) -> Any:
    function = stack.outputs["Function"]
    return aws.client("lambda").create_event_source_mapping(EventSourceArn=source, FunctionName=function, **given)


def test_a_large_batch_of_a_queue_needs_a_window_and_a_queue_its_time(deployed: Deployed) -> None:
    aws, stack = deployed
    url = stack.outputs["LostRecords"]
    queue = f"arn:aws:sqs:{HOME}:{ACCOUNT}:{url.rpartition('/')[2]}"
    allow(aws, "sqs:*")
    _, message = refusal(lambda: mapped(aws, stack, queue, BatchSize=100))
    assert "batch window" in message
    _, message = refusal(lambda: mapped(aws, stack, queue, ScalingConfig={"MaximumConcurrency": 1_001}))
    assert "MaximumConcurrency" in message
    aws.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": "5"})
    _, message = refusal(lambda: mapped(aws, stack, queue))
    assert "less than Function timeout" in message


def allow(aws: EmbeddedAws, action: str) -> None:
    statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    aws.client("iam").put_role_policy(RoleName="consume-eu-west-1-eventful", PolicyName="more", PolicyDocument=policy)


@pytest.mark.parametrize("source", ["Stream", "Queue"])
def test_a_mapping_needs_a_role_that_may_read_the_source(deployed: Deployed, source: str) -> None:
    aws, stack = deployed
    iam = aws.client("iam")
    for name in iam.list_role_policies(RoleName="consume-eu-west-1-eventful")["PolicyNames"]:
        iam.delete_role_policy(RoleName="consume-eu-west-1-eventful", PolicyName=name)
    arn = stack.outputs["Stream"] if source == "Stream" else f"arn:aws:sqs:{HOME}:{ACCOUNT}:changes-eventful"
    code, message = refusal(lambda: mapped(aws, stack, arn, StartingPosition="LATEST"))
    assert code == "InvalidParameterValueException"
    assert "GetRecords" in message or "ReceiveMessage" in message
