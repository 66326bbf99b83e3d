"""The embedded AWS keeps and combines the attributes of queues as SQS documents."""

import json
from typing import Any

from local.server import ACCOUNT, EmbeddedAws

STATEMENT = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}
POLICY = json.dumps({"Version": "2012-10-17", "Statement": [STATEMENT]})
ALLOW = json.dumps({"redrivePermission": "denyAll"})


def attributes(aws: EmbeddedAws, url: str) -> dict[str, str]:
    got: dict[str, str] = aws.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return got


def made(aws: EmbeddedAws, **how: str) -> tuple[str, Any]:
    sqs = aws.client("sqs")
    url = sqs.create_queue(QueueName="orders", Attributes=how)["QueueUrl"]
    return url, lambda **given: sqs.set_queue_attributes(QueueUrl=url, Attributes=given)


def test_a_policy_survives_a_change_of_another_attribute(aws: EmbeddedAws) -> None:
    url, put = made(aws, Policy=POLICY)
    put(VisibilityTimeout="5")
    assert (attributes(aws, url)["Policy"], attributes(aws, url)["VisibilityTimeout"]) == (POLICY, "5")
    put(Policy="")
    assert "Policy" not in attributes(aws, url)


def test_who_may_use_a_queue_as_dead_letter_queue_is_kept(aws: EmbeddedAws) -> None:
    url, put = made(aws, RedriveAllowPolicy=ALLOW)
    sqs = aws.client("sqs")
    named = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["RedriveAllowPolicy"])["Attributes"]
    assert named == {"RedriveAllowPolicy": ALLOW}
    put(RedriveAllowPolicy="")
    assert "RedriveAllowPolicy" not in attributes(aws, url)


def test_one_encryption_ends_the_other(aws: EmbeddedAws) -> None:
    url, put = made(aws)
    assert attributes(aws, url)["SqsManagedSseEnabled"] == "true"
    put(KmsMasterKeyId="alias/aws/sqs")
    found = attributes(aws, url)
    assert (found["SqsManagedSseEnabled"], found["KmsMasterKeyId"]) == ("false", "alias/aws/sqs")
    put(SqsManagedSseEnabled="true")
    found = attributes(aws, url)
    assert (found["SqsManagedSseEnabled"], "KmsMasterKeyId" in found) == ("true", False)


def test_a_redrive_policy_can_be_taken_away(aws: EmbeddedAws) -> None:
    aws.client("sqs").create_queue(QueueName="lost")
    redrive = {"deadLetterTargetArn": f"arn:aws:sqs:eu-west-1:{ACCOUNT}:lost", "maxReceiveCount": "3"}
    url, put = made(aws, RedrivePolicy=json.dumps(redrive))
    assert json.loads(attributes(aws, url)["RedrivePolicy"])["deadLetterTargetArn"].endswith(":lost")
    put(RedrivePolicy="")
    assert "RedrivePolicy" not in attributes(aws, url)
