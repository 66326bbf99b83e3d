"""Reading SNS on moto."""

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from muster.facets.sns import Subscription
from muster.facets.tagging.tags import Tags
from muster.model.finding import Resource, Unknown
from muster.model.listing import Page
from muster.model.shard import Shard
from muster.readers.sns import SUBSCRIPTION, TOPIC, subscription_attributes, subscriptions, tags, topic, topics
from muster.sdk.errors import Meaning, code_of, meaning_of
from muster.sdk.session import Clients
from tests.integration.conftest import listing

HERE = "eu-west-1"
ACCOUNT_ID = "123456789012"
SHARD = Shard(ACCOUNT_ID, HERE, "sns", HERE, (HERE,))
ORDERS = f"arn:aws:sns:{HERE}:{ACCOUNT_ID}:orders"
QUEUE = f"arn:aws:sqs:{HERE}:{ACCOUNT_ID}:orders"


def resource(arn: str, kind: str = TOPIC) -> Resource:
    return Resource(kind, arn, ACCOUNT_ID, HERE, arn=arn)


def subscribed(sns: Any, protocol: str, endpoint: str, **attributes: str) -> str:
    made = sns.subscribe(
        TopicArn=ORDERS, Protocol=protocol, Endpoint=endpoint, Attributes=attributes, ReturnSubscriptionArn=True
    )
    return str(made["SubscriptionArn"])


def test_topics_are_listed_to_the_last_page(clients: Clients) -> None:
    sns = clients.get("sns", HERE)
    made = {sns.create_topic(Name=f"orders-{number:03d}")["TopicArn"] for number in range(101)}
    first = topics.function(sns, SHARD, None)
    assert len(list(first.items)) == 100
    assert first.then
    found = listing(topics, sns, SHARD)
    assert {item.resource.arn for item in found} == made
    assert {item.resource.id for item in found} == made
    assert {item.resource.type for item in found} == {TOPIC}


def test_a_topic_s_key_policy_and_tags(clients: Clients) -> None:
    sns = clients.get("sns", HERE)
    labels = [{"Key": "Owner", "Value": "web=1"}, {"Key": "aws:x", "Value": "y"}]
    sns.create_topic(Name="orders", Attributes={"KmsMasterKeyId": "alias/aws/sns"}, Tags=labels)
    found = topic.function(sns, resource(ORDERS))
    assert found.kms_key == "alias/aws/sns"
    (statement,) = found.policy.statements
    assert [condition.key for condition in statement.conditions] == ["aws:sourceowner"]
    assert tags.function(sns, resource(ORDERS)) == Tags({"Owner": "web=1", "aws:x": "y"})


def test_subscriptions_are_listed_with_protocol_and_topic(clients: Clients) -> None:
    sns = clients.get("sns", HERE)
    sns.create_topic(Name="orders")
    made = {subscribed(sns, "sqs", f"{QUEUE}-{number}") for number in range(101)}
    found = listing(subscriptions, sns, SHARD)
    assert {item.resource.id for item in found} == made
    assert {item.resource.arn for item in found} == made
    assert {item.facets[Subscription] for item in found} == {Subscription("sqs", ORDERS, confirmed=True)}


def test_where_undelivered_messages_of_a_subscription_go(clients: Clients) -> None:
    sns = clients.get("sns", HERE)
    sns.create_topic(Name="orders")
    policy = json.dumps({"deadLetterTargetArn": f"{QUEUE}-undelivered"})
    kept = subscribed(sns, "sqs", QUEUE, RedrivePolicy=policy)
    dropped = subscribed(sns, "sqs", f"{QUEUE}-2")
    read = subscription_attributes.function
    assert read(sns, resource(kept, SUBSCRIPTION)).dead_letter_queue == f"{QUEUE}-undelivered"
    assert read(sns, resource(dropped, SUBSCRIPTION)).dead_letter_queue == ""


def item(arn: str, endpoint: str, protocol: str = "email") -> dict[str, str]:
    said = {"Owner": ACCOUNT_ID, "Protocol": protocol, "Endpoint": endpoint, "TopicArn": ORDERS}
    return {"SubscriptionArn": arn, **said}


def pending_page(*items: dict[str, str]) -> Page:
    sns = boto3.client("sns", HERE)
    with Stubber(sns) as stub:
        stub.add_response("list_subscriptions", {"Subscriptions": list(items)}, {})
        return subscriptions.function(sns, SHARD, None)


def test_subscriptions_that_wait_have_names_of_their_own_without_the_address() -> None:
    page = pending_page(
        item("PendingConfirmation", "one@example.com"),
        item("PendingConfirmation", "two@example.com"),
        item("PendingConfirmation", "one@example.com", "email-json"),
    )
    found = [each.resource for each in page.items]
    assert len({each.id for each in found}) == 3
    assert {each.arn for each in found} == {None}
    assert all(each.id.startswith(f"{ORDERS}:PendingConfirmation:email") for each in found)
    assert not any("example.com" in each.id for each in found)


def test_a_name_of_a_subscription_that_waits_is_the_same_in_the_next_scan() -> None:
    pages = [pending_page(item("PendingConfirmation", "one@example.com")) for _ in range(2)]
    first, second = ([each.resource.id for each in page.items] for page in pages)
    assert first == second


def test_deleted_subscriptions_are_left_out_and_nothing_more_is_asked_of_those_that_wait() -> None:
    confirmed = f"{ORDERS}:16e3be87-5280-4411-8b59-a8201858bcaf"
    page = pending_page(
        item("Deleted", "a@example.com"),
        item("PendingConfirmation", "b@example.com"),
        item(confirmed, "c@example.com"),
        item(f"{confirmed}f", "arn:aws:firehose:eu-west-1:123456789012:deliverystream/s", "firehose"),
    )
    found = list(page.items)
    assert [each.resource.arn for each in found] == [None, confirmed, f"{confirmed}f"]
    assert subscription_attributes.when is not None
    assert [subscription_attributes.when(each.facets[Subscription]) for each in found] == [False, True, False]


def test_the_page_after_is_asked_for_by_its_token() -> None:
    sns = boto3.client("sns", HERE)
    with Stubber(sns) as stub:
        stub.add_response("list_topics", {"Topics": [], "NextToken": "more"}, {})
        stub.add_response("list_topics", {"Topics": []}, {"NextToken": "more"})
        assert topics.function(sns, SHARD, None).then == "more"
        assert topics.function(sns, SHARD, "more").then is None
        stub.add_response("list_subscriptions", {"Subscriptions": [], "NextToken": "more"}, {})
        stub.add_response("list_subscriptions", {"Subscriptions": []}, {"NextToken": "more"})
        assert subscriptions.function(sns, SHARD, None).then == "more"
        assert subscriptions.function(sns, SHARD, "more").then is None


def test_a_topic_in_a_partition_of_its_own_keeps_its_arn() -> None:
    arn = "arn:aws-us-gov:sns:us-gov-west-1:123456789012:orders"
    shard = Shard(ACCOUNT_ID, "us-gov-west-1", "sns", "us-gov-west-1", ("us-gov-west-1",), "aws-us-gov")
    sns = boto3.client("sns", "us-gov-west-1")
    with Stubber(sns) as stub:
        stub.add_response("list_topics", {"Topics": [{"TopicArn": arn}]})
        (found,) = topics.function(sns, shard, None).items
    assert (found.resource.arn, found.resource.partition) == (arn, "aws-us-gov")


def test_a_topic_of_which_aws_says_nothing_is_not_known() -> None:
    sns = boto3.client("sns", HERE)
    with Stubber(sns) as stub:
        stub.add_response("get_topic_attributes", {}, {"TopicArn": ORDERS})
        assert isinstance(topic.function(sns, resource(ORDERS)).kms_key, Unknown)


def test_what_sns_refuses_is_known_for_a_refusal() -> None:
    sns = boto3.client("sns", HERE)
    with Stubber(sns) as stub:
        stub.add_client_error("get_topic_attributes", "AuthorizationError", http_status_code=403)
        with pytest.raises(ClientError) as refused:
            topic.function(sns, resource(ORDERS))
    assert meaning_of(code_of(refused.value)) is Meaning.DENIED
