"""SNS's answers, parsed."""

import json
from typing import Any

import pytest

from muster.analysis.policies.document import Policy
from muster.facets.sns import Subscription, SubscriptionAttributes, Topic, TopicAudience
from muster.model.finding import Unknown

TOPIC = "arn:aws:sns:eu-west-1:123456789012:orders"
CONFIRMED = f"{TOPIC}:16e3be87-5280-4411-8b59-a8201858bcaf"
POLICY = json.dumps(
    {
        "Version": "2008-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "SNS:Publish", "Resource": TOPIC}],
    }
)


def test_a_topic_is_parsed_with_its_key_and_its_policy() -> None:
    topic = Topic.parse({"Attributes": {"TopicArn": TOPIC, "KmsMasterKeyId": "alias/aws/sns", "Policy": POLICY}})
    assert topic == Topic("alias/aws/sns", Policy.parse(POLICY))


@pytest.mark.parametrize(
    "attributes",
    [
        pytest.param({"TopicArn": TOPIC}, id="neither is named"),
        pytest.param({"TopicArn": TOPIC, "KmsMasterKeyId": "", "Policy": ""}, id="both are empty"),
        pytest.param({"TopicArn": TOPIC, "KmsMasterKeyId": None, "Policy": None}, id="both are null"),
    ],
)
def test_a_topic_has_no_key_and_no_policy_where_none_is_named(attributes: dict[str, Any]) -> None:
    assert Topic.parse({"Attributes": attributes}) == Topic("", Policy(()))


@pytest.mark.parametrize("response", [{}, {"Attributes": {}}, {"Attributes": None}])
def test_a_topic_without_attributes_is_not_known(response: dict[str, Any]) -> None:
    topic = Topic.parse(response)
    assert isinstance(topic.kms_key, Unknown)
    assert isinstance(topic.policy, Unknown)


@pytest.mark.parametrize("text", ["no policy", "[]", '{"Statement": [{"Effect": "Maybe"}]}'])
def test_a_policy_that_cannot_be_understood_is_not_known(text: str) -> None:
    topic = Topic.parse({"Attributes": {"TopicArn": TOPIC, "Policy": text}})
    assert isinstance(topic.policy, Unknown)
    assert topic.policy.reason.startswith("The topic's policy cannot be parsed")
    assert topic.kms_key == ""


@pytest.mark.parametrize(
    ("arn", "protocol", "confirmed", "delivers"),
    [
        pytest.param(CONFIRMED, "sqs", True, True, id="a queue"),
        pytest.param(CONFIRMED.replace("arn:aws:", "arn:aws-cn:"), "sqs", True, True, id="a queue in China"),
        pytest.param(CONFIRMED, "firehose", True, False, id="a stream of Firehose"),
        pytest.param("PendingConfirmation", "email", False, False, id="not confirmed"),
        pytest.param("Deleted", "email", False, False, id="deleted"),
    ],
)
def test_a_subscription_as_it_is_listed(arn: str, protocol: str, confirmed: bool, delivers: bool) -> None:
    item = {"SubscriptionArn": arn, "Owner": "123456789012", "Protocol": protocol, "TopicArn": TOPIC}
    subscription = Subscription.parse(item)
    assert subscription == Subscription(protocol, TOPIC, confirmed)
    assert subscription.delivers_by_retry is delivers


def test_a_subscription_of_which_nothing_is_said() -> None:
    subscription = Subscription.parse({})
    assert isinstance(subscription.protocol, Unknown)
    assert (subscription.topic_arn, subscription.confirmed) == ("", False)


def test_where_undelivered_messages_go() -> None:
    queue = "arn:aws-us-gov:sqs:us-gov-west-1:123456789012:undelivered"
    said = {"SubscriptionArn": CONFIRMED, "RedrivePolicy": json.dumps({"deadLetterTargetArn": queue})}
    assert SubscriptionAttributes.parse({"Attributes": said}).dead_letter_queue == queue


def test_without_a_redrive_policy_they_go_nowhere() -> None:
    assert SubscriptionAttributes.parse({"Attributes": {"SubscriptionArn": CONFIRMED}}).dead_letter_queue == ""


@pytest.mark.parametrize(
    "attributes",
    [
        pytest.param({}, id="no attributes"),
        pytest.param({"RedrivePolicy": "no JSON"}, id="no JSON"),
        pytest.param({"RedrivePolicy": "{}"}, id="no target"),
        pytest.param({"RedrivePolicy": "[1]"}, id="a list"),
        pytest.param({"RedrivePolicy": 7}, id="a number"),
    ],
)
def test_a_redrive_policy_that_cannot_be_understood_is_not_known(attributes: dict[str, Any]) -> None:
    assert isinstance(SubscriptionAttributes.parse({"Attributes": attributes}).dead_letter_queue, Unknown)


@pytest.mark.parametrize(
    ("response", "audience"),
    [
        pytest.param({}, TopicAudience(exists=False, confirmed=False, pending=0), id="no such topic"),
        pytest.param(
            {"Subscriptions": []}, TopicAudience(exists=True, confirmed=False, pending=0), id="no subscription"
        ),
        pytest.param(
            {"Subscriptions": [{"SubscriptionArn": "PendingConfirmation"}, {"SubscriptionArn": "Deleted"}, {}]},
            TopicAudience(exists=True, confirmed=False, pending=1),
            id="pending and deleted ones",
        ),
        pytest.param(
            {"Subscriptions": [{"SubscriptionArn": "PendingConfirmation"}, {"SubscriptionArn": CONFIRMED}]},
            TopicAudience(exists=True, confirmed=True, pending=1),
            id="a confirmed one",
        ),
    ],
)
def test_the_audience_of_a_topic(response: dict[str, Any], audience: TopicAudience) -> None:
    assert TopicAudience.parse(response) == audience
