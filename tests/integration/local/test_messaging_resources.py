"""A stack makes topics and queues, with their policies and subscriptions, with every property of the template."""

import json

import pytest

from local.server import ACCOUNT, EmbeddedAws
from tests.integration.local.stacking import HOME, aws, delete, resource, running, stack, system_tags

__all__ = ["aws", "running"]

POLICY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "*", "Resource": "*"}],
}


def test_a_topic_is_made_with_everything(aws: EmbeddedAws) -> None:
    feedback = f"arn:aws:iam::{ACCOUNT}:role/feedback"
    properties = {
        "TopicName": "alerts",
        "DisplayName": "Alerts",
        "KmsMasterKeyId": "alias/aws/sns",
        "SignatureVersion": 2,
        "TracingConfig": "Active",
        "DeliveryStatusLogging": [
            {"Protocol": "sqs", "SuccessFeedbackRoleArn": feedback, "SuccessFeedbackSampleRate": 50},
            {"Protocol": "http/s", "FailureFeedbackRoleArn": feedback},
        ],
        "DataProtectionPolicy": {"Name": "protect"},
        "Subscription": [{"Protocol": "sqs", "Endpoint": {"Fn::GetAtt": ["Queue", "Arn"]}}],
        "Tags": [{"Key": "stage", "Value": "prod"}],
    }
    policy = {"TopicArn": {"Ref": "Topic"}, "PolicyDocument": POLICY}
    ids = stack(
        aws,
        Topic=resource("SNS::Topic", properties),
        Policy=resource("SNS::TopicInlinePolicy", policy),
        Queue=resource("SQS::Queue", {"QueueName": "listener"}),
    )
    sns, arn = aws.client("sns"), f"arn:aws:sns:{HOME}:{ACCOUNT}:alerts"
    assert ids["Topic"] == arn
    made = sns.get_topic_attributes(TopicArn=arn)["Attributes"]
    wanted = {
        "DisplayName": "Alerts",
        "KmsMasterKeyId": "alias/aws/sns",
        "SignatureVersion": "2",
        "TracingConfig": "Active",
        "SQSSuccessFeedbackRoleArn": feedback,
        "SQSSuccessFeedbackSampleRate": "50",
        "HTTPFailureFeedbackRoleArn": feedback,
    }
    assert {key: made.get(key) for key in wanted} == wanted
    assert json.loads(made["Policy"]) == POLICY
    assert json.loads(sns.get_data_protection_policy(ResourceArn=arn)["DataProtectionPolicy"]) == {"Name": "protect"}
    (subscription,) = sns.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]
    assert subscription["Endpoint"].endswith(":listener")
    tags = {tag["Key"]: tag["Value"] for tag in sns.list_tags_for_resource(ResourceArn=arn)["Tags"]}
    assert tags == {**system_tags(aws, "Topic"), "stage": "prod"}
    delete(aws)
    assert sns.list_topics()["Topics"] == []


def test_a_subscription_is_made_with_its_filter(aws: EmbeddedAws) -> None:
    properties = {
        "TopicArn": {"Ref": "Topic"},
        "Protocol": "sqs",
        "Endpoint": {"Fn::GetAtt": ["Queue", "Arn"]},
        "FilterPolicy": {"kind": ["order"]},
        "FilterPolicyScope": "MessageBody",
        "RawMessageDelivery": True,
        "RedrivePolicy": {"deadLetterTargetArn": {"Fn::GetAtt": ["Queue", "Arn"]}},
    }
    ids = stack(
        aws,
        Subscription=resource("SNS::Subscription", properties),
        Topic=resource("SNS::Topic"),
        Queue=resource("SQS::Queue"),
    )
    made = aws.client("sns").get_subscription_attributes(SubscriptionArn=ids["Subscription"])["Attributes"]
    assert json.loads(made["FilterPolicy"]) == {"kind": ["order"]}
    assert (made["FilterPolicyScope"], made["RawMessageDelivery"]) == ("MessageBody", "true")
    assert json.loads(made["RedrivePolicy"])["deadLetterTargetArn"].startswith("arn:aws:sqs:")


@pytest.mark.parametrize("name", [{}, {"TopicName": "orders.fifo"}], ids=["made up", "given"])
def test_a_fifo_topic_has_the_ending_of_one(aws: EmbeddedAws, name: dict[str, str]) -> None:
    properties = {"FifoTopic": True, "ContentBasedDeduplication": True, "FifoThroughputScope": "MessageGroup", **name}
    ids = stack(aws, Topic=resource("SNS::Topic", properties))
    assert ids["Topic"].endswith(".fifo")
    made = aws.client("sns").get_topic_attributes(TopicArn=ids["Topic"])["Attributes"]
    assert (made["FifoTopic"], made["ContentBasedDeduplication"]) == ("true", "true")
    assert made["FifoThroughputScope"] == "MessageGroup"


def test_a_queue_is_made_with_everything(aws: EmbeddedAws) -> None:
    properties = {
        "QueueName": "orders",
        "DelaySeconds": "5",
        "MaximumMessageSize": 1024,
        "MessageRetentionPeriod": 120,
        "ReceiveMessageWaitTimeSeconds": 3,
        "VisibilityTimeout": 60,
        "KmsMasterKeyId": "alias/aws/sqs",
        "KmsDataKeyReusePeriodSeconds": 600,
        "RedrivePolicy": {"deadLetterTargetArn": {"Fn::GetAtt": ["Lost", "Arn"]}, "maxReceiveCount": 4},
        "Tags": [{"Key": "stage", "Value": "prod"}],
    }
    lost = {"QueueName": "lost", "RedriveAllowPolicy": {"redrivePermission": "allowAll"}}
    policy = {"Queues": [{"Ref": "Queue"}, {"Fn::GetAtt": ["Lost", "QueueUrl"]}], "PolicyDocument": POLICY}
    ids = stack(
        aws,
        Policy=resource("SQS::QueuePolicy", policy),
        Queue=resource("SQS::Queue", properties),
        Lost=resource("SQS::Queue", lost),
    )
    sqs = aws.client("sqs")
    assert ids["Queue"] == sqs.get_queue_url(QueueName="orders")["QueueUrl"]
    made = sqs.get_queue_attributes(QueueUrl=ids["Queue"], AttributeNames=["All"])["Attributes"]
    plain = set(properties) - {"QueueName", "RedrivePolicy", "Tags"}
    assert {key: made[key] for key in plain} == {key: str(properties[key]) for key in plain}
    assert json.loads(made["RedrivePolicy"])["maxReceiveCount"] == 4
    assert json.loads(made["Policy"]) == POLICY
    dead = sqs.get_queue_attributes(QueueUrl=ids["Lost"], AttributeNames=["All"])["Attributes"]
    assert json.loads(dead["RedriveAllowPolicy"]) == {"redrivePermission": "allowAll"}
    assert json.loads(dead["Policy"]) == POLICY
    assert sqs.list_queue_tags(QueueUrl=ids["Queue"])["Tags"] == {"stage": "prod", "team": "a"}
    delete(aws)
    assert sqs.list_queues().get("QueueUrls", []) == []


def test_a_queue_is_encrypted_by_sqs_unless_the_template_says_otherwise(aws: EmbeddedAws) -> None:
    off = resource("SQS::Queue", {"SqsManagedSseEnabled": False})
    keyed = resource("SQS::Queue", {"KmsMasterKeyId": "alias/aws/sqs"})
    ids = stack(aws, Plain=resource("SQS::Queue"), Off=off, Keyed=keyed)
    for logical_id, managed in (("Plain", "true"), ("Off", "false"), ("Keyed", "false")):
        got = aws.client("sqs").get_queue_attributes(QueueUrl=ids[logical_id], AttributeNames=["All"])["Attributes"]
        assert got["SqsManagedSseEnabled"] == managed


def test_a_fifo_queue_has_the_ending_and_the_attributes_of_one(aws: EmbeddedAws) -> None:
    properties = {
        "FifoQueue": True,
        "ContentBasedDeduplication": True,
        "DeduplicationScope": "messageGroup",
        "FifoThroughputLimit": "perMessageGroupId",
    }
    ids = stack(aws, Queue=resource("SQS::Queue", properties))
    assert ids["Queue"].endswith(".fifo")
    made = aws.client("sqs").get_queue_attributes(QueueUrl=ids["Queue"], AttributeNames=["All"])["Attributes"]
    wanted = {key: str(value).lower() if value is True else value for key, value in properties.items()}
    assert {key: made.get(key) for key in wanted} == wanted


def test_a_policy_ends_with_its_stack(aws: EmbeddedAws) -> None:
    sqs, sns = aws.client("sqs"), aws.client("sns")
    url = sqs.create_queue(QueueName="outside")["QueueUrl"]
    arn = sns.create_topic(Name="outside")["TopicArn"]
    before = sns.get_topic_attributes(TopicArn=arn)["Attributes"]["Policy"]
    stack(
        aws,
        OfQueue=resource("SQS::QueueInlinePolicy", {"Queue": url, "PolicyDocument": POLICY}),
        OfTopic=resource("SNS::TopicPolicy", {"Topics": [arn], "PolicyDocument": POLICY}),
    )
    assert json.loads(sns.get_topic_attributes(TopicArn=arn)["Attributes"]["Policy"]) == POLICY
    delete(aws)
    assert "Policy" not in sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert json.loads(sns.get_topic_attributes(TopicArn=arn)["Attributes"]["Policy"]) == json.loads(before)
