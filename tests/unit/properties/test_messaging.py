"""Queues and topics as properties."""

import json
from typing import Any

import pytest

from tests.unit.properties.converting import Examples
from tests.unit.properties.linted import faults

URL = "https://sqs.eu-west-1.amazonaws.com/123456789012/orders.fifo"
QUEUE_ARN = "arn:aws:sqs:eu-west-1:123456789012:orders.fifo"
TOPIC_ARN = "arn:aws:sns:eu-west-1:123456789012:news"
ROLE = "arn:aws:iam::123456789012:role/feedback"
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "sqs:SendMessage",
         "Resource": QUEUE_ARN}
    ],
}  # fmt: skip
PUBLISHING = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "sns:Publish",
         "Resource": TOPIC_ARN}
    ],
}  # fmt: skip
PLAIN_QUEUE = {
    "QueueArn": QUEUE_ARN, "VisibilityTimeout": "30", "DelaySeconds": "0", "MessageRetentionPeriod": "345600",
    "SqsManagedSseEnabled": "true", "ApproximateNumberOfMessages": "7", "CreatedTimestamp": "1",
}  # fmt: skip
QUEUES = Examples("AWS::SQS::Queue", URL, {"attributes": {"Attributes": PLAIN_QUEUE}, "tags": {"Tags": []}})
TOPICS = Examples(
    "AWS::SNS::Topic", TOPIC_ARN,
    {"attributes": {"Attributes": {"TopicArn": TOPIC_ARN}}, "data-protection": {}, "tags": {"Tags": []}},
)  # fmt: skip


def of_queue(**attributes: str) -> dict[str, Any]:
    return {"attributes": {"Attributes": {**PLAIN_QUEUE, **attributes}}}


def of_topic(**attributes: str) -> dict[str, Any]:
    return {"attributes": {"Attributes": {"TopicArn": TOPIC_ARN, **attributes}}}


def test_attributes_of_a_queue_are_text_and_become_numbers() -> None:
    assert QUEUES.written() == {
        "QueueName": "orders.fifo", "VisibilityTimeout": 30, "DelaySeconds": 0, "MessageRetentionPeriod": 345600,
        "SqsManagedSseEnabled": True,
    }  # fmt: skip
    assert QUEUES.converted().resources[0].identifier == {"QueueUrl": URL}


def test_a_queue_that_has_everything() -> None:
    dead = {"deadLetterTargetArn": f"{QUEUE_ARN}-dead", "maxReceiveCount": "3"}
    allowed = {"redrivePermission": "byQueue", "sourceQueueArns": [QUEUE_ARN]}
    tags = [{"Key": "team", "Value": "data"}, {"Key": "aws:x", "Value": "y"}]
    sections = of_queue(
        FifoQueue="true", ContentBasedDeduplication="false", DeduplicationScope="messageGroup",
        FifoThroughputLimit="perMessageGroupId", RedrivePolicy=json.dumps(dead), RedriveAllowPolicy=json.dumps(allowed),
        KmsMasterKeyId="alias/data", KmsDataKeyReusePeriodSeconds="300", SqsManagedSseEnabled="false",
        Policy=json.dumps(POLICY),
    )  # fmt: skip
    conversion = QUEUES.converted({**sections, "tags": {"Tags": tags}})
    assert (conversion.obstacles, faults(conversion)) == ((), [])
    queue, policy = conversion.resources
    assert queue.properties["RedrivePolicy"] == {**dead, "maxReceiveCount": 3}
    assert queue.properties["RedriveAllowPolicy"] == allowed
    assert (queue.properties["FifoQueue"], queue.properties["ContentBasedDeduplication"]) == (True, False)
    assert queue.properties["Tags"] == tags[:1]
    assert policy.type == "AWS::SQS::QueueInlinePolicy"
    assert (policy.properties, policy.identifier) == ({"Queue": URL, "PolicyDocument": POLICY}, {"Queue": URL})


def test_a_key_of_kms_excludes_encryption_by_sqs() -> None:
    found = QUEUES.written(of_queue(KmsMasterKeyId="alias/aws/sqs", SqsManagedSseEnabled="false"))
    assert ("SqsManagedSseEnabled" in found, found["KmsMasterKeyId"]) == (False, "alias/aws/sqs")


def test_a_queue_that_is_not_encrypted_says_so() -> None:
    assert QUEUES.written(of_queue(SqsManagedSseEnabled="false"))["SqsManagedSseEnabled"] is False


def test_a_standard_queue_does_not_say_that_it_is_not_fifo() -> None:
    assert "FifoQueue" not in QUEUES.written(of_queue(FifoQueue="false"))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("VisibilityTimeout", "soon"),
        ("SqsManagedSseEnabled", "perhaps"),
        ("Policy", "{"),
        ("RedrivePolicy", "[]"),
        ("NewAttribute", "1"),
    ],
)
def test_an_attribute_that_is_not_understood_is_an_obstacle(name: str, value: str) -> None:
    assert QUEUES.in_the_way(of_queue(**{name: value})) == [f"attributes.Attributes.{name}"]


def test_a_plain_topic_has_its_name() -> None:
    assert TOPICS.written() == {"TopicName": "news"}
    assert TOPICS.converted().resources[0].identifier == {"TopicArn": TOPIC_ARN}


def test_a_topic_that_has_everything() -> None:
    sections = of_topic(
        DisplayName="News", KmsMasterKeyId="alias/data", SignatureVersion="2", TracingConfig="Active",
        MaximumMessageSize="2048", Policy=json.dumps(PUBLISHING),
        HTTPSuccessFeedbackRoleArn=ROLE, HTTPSuccessFeedbackSampleRate="10", LambdaFailureFeedbackRoleArn=ROLE,
        EffectiveDeliveryPolicy="{}", Owner="123456789012",
    )  # fmt: skip
    conversion = TOPICS.converted({**sections, "tags": {"Tags": [{"Key": "team", "Value": "data"}]}})
    assert (conversion.obstacles, faults(conversion)) == ((), [])
    topic, policy = conversion.resources
    assert topic.properties["DeliveryStatusLogging"] == [
        {"Protocol": "http/s", "SuccessFeedbackRoleArn": ROLE, "SuccessFeedbackSampleRate": "10"},
        {"Protocol": "lambda", "FailureFeedbackRoleArn": ROLE},
    ]
    assert (topic.properties["SignatureVersion"], topic.properties["MaximumMessageSize"]) == ("2", 2048)
    assert (policy.type, policy.identifier) == ("AWS::SNS::TopicInlinePolicy", {"TopicArn": TOPIC_ARN})


def test_a_fifo_topic_has_what_only_fifo_topics_have() -> None:
    archive = {"MessageRetentionPeriod": "30"}
    sections = of_topic(
        FifoTopic="true",
        ContentBasedDeduplication="true",
        ArchivePolicy=json.dumps(archive),
        FifoThroughputScope="Topic",
    )
    found = TOPICS.written(sections)
    assert found == {
        "TopicName": "news", "FifoTopic": True, "ContentBasedDeduplication": True, "ArchivePolicy": archive,
        "FifoThroughputScope": "Topic",
    }  # fmt: skip
    assert TOPICS.written(of_topic(FifoTopic="false", ContentBasedDeduplication="false")) == {"TopicName": "news"}


def test_subscriptions_of_a_topic_stay_as_they_are() -> None:
    conversion = TOPICS.converted(of_topic(SubscriptionsConfirmed="2", SubscriptionsPending="1"))
    assert conversion.obstacles == ()
    assert conversion.remarks == ("its 2 subscriptions are left out and stay as they are",)


def test_data_protection_of_a_topic_is_a_document() -> None:
    policy = {"Name": "pii", "Version": "2021-06-01", "Statement": []}
    sections = {"data-protection": {"DataProtectionPolicy": json.dumps(policy)}}
    assert TOPICS.written(sections)["DataProtectionPolicy"] == policy


def test_a_delivery_policy_of_a_topic_has_no_property() -> None:
    assert TOPICS.in_the_way(of_topic(DeliveryPolicy='{"http": {}}')) == ["attributes.Attributes.DeliveryPolicy"]
