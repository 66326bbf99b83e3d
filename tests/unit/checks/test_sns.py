"""SNS topics and subscriptions."""

import json
from typing import Any

import pytest

from muster.analysis.policies.document import Policy
from muster.checks.sns import (
    sns_encrypted_kms,
    sns_subscription_dlq_configured,
    sns_subscription_encrypted_in_transit,
    sns_topic_no_public_access,
)
from muster.facets.sns import Subscription, SubscriptionAttributes, Topic
from muster.model.finding import Status, Unknown, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
TOPIC = "arn:aws:sns:eu-west-1:123456789012:orders"
QUEUE = "arn:aws:sqs:eu-west-1:123456789012:undelivered"
UNKNOWN = Unknown("AWS did not say")


def topic(*statements: dict[str, Any], key: str = "") -> Topic:
    return Topic(key, Policy.parse(json.dumps({"Statement": list(statements)})))


def allow(principal: Any, action: str = "SNS:Publish", **conditions: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": TOPIC}
    return statement | ({"Condition": conditions} if conditions else {})


@pytest.mark.parametrize(
    ("key", "status"),
    [
        pytest.param("arn:aws:kms:eu-west-1:123456789012:key/1", C, id="a key of one's own"),
        pytest.param("alias/aws/sns", C, id="the key that AWS manages"),
        pytest.param("", N, id="no key"),
    ],
)
def test_sns_encrypted_kms(key: str, status: Status) -> None:
    verdict = sns_encrypted_kms(topic(key=key))
    assert verdict.status is status
    assert key in verdict.reason


def test_a_topic_whose_key_is_not_known_is_no_verdict() -> None:
    with pytest.raises(UnknownField):
        sns_encrypted_kms(Topic(UNKNOWN, Policy(())))


@pytest.mark.parametrize(
    ("statements", "status"),
    [
        pytest.param([], C, id="no policy"),
        pytest.param(
            [allow({"AWS": "*"}, StringEquals={"AWS:SourceOwner": "123456789012"})], C, id="a new topic's own"
        ),
        pytest.param([allow({"AWS": "*"})], N, id="everybody with an account"),
        pytest.param([allow("*")], N, id="everybody"),
        pytest.param([allow("*", "SNS:Subscribe")], N, id="everybody may subscribe"),
        pytest.param([allow({"AWS": "arn:aws:iam::111122223333:root"})], C, id="one other account"),
        pytest.param([allow({"Service": "s3.amazonaws.com"})], C, id="a service"),
        pytest.param([allow("*", StringEquals={"aws:SourceAccount": "123456789012"})], C, id="from one account"),
        pytest.param([allow("*", StringEquals={"aws:SourceAccount": "*"})], N, id="a wildcard holds nobody"),
        pytest.param([allow("*", ArnLike={"aws:SourceArn": "arn:aws:s3:::*"})], N, id="nor does a pattern"),
        pytest.param(
            [allow("*", "sns:Subscribe", StringEquals={"sns:Protocol": "https"})], N, id="nor does a protocol"
        ),
        pytest.param([allow("*", StringEquals={"sns:Protocol": "https"})], C, id="publishing names no protocol"),
        pytest.param(
            [allow("*", StringEquals={"sns:Endpoint": "user@example.com"})], C, id="publishing has no endpoint"
        ),
        pytest.param(
            [allow("*", StringEqualsIfExists={"sns:Endpoint": "user@example.com"})], N, id="no endpoint is needed"
        ),
        pytest.param(
            [allow("*", "sns:Subscribe", StringEquals={"sns:Endpoint": "user@example.com"})], C, id="one endpoint"
        ),
        pytest.param(
            [allow("*", "sns:Subscribe", StringLike={"sns:Endpoint": "*@example.com"})], N, id="endpoints that end so"
        ),
        pytest.param(
            [allow("*", "sns:Subscribe", StringLike={"sns:Endpoint": "arn:aws:sqs:*:123456789012:*"})],
            C,
            id="endpoints of one account",
        ),
        pytest.param([allow("*", "sns:*", StringEquals={"sns:Protocol": "https"})], N, id="subscribing among others"),
        pytest.param(
            [allow("*", "sns:*", StringEquals={"sns:Endpoint": "user@example.com"})], C, id="one endpoint or nothing"
        ),
        pytest.param([allow({"AWS": "*"}) | {"Effect": "Deny"}], C, id="a denial"),
        pytest.param(
            [allow({"AWS": "arn:aws:iam::111122223333:root"}), allow("*")], N, id="the second of two statements"
        ),
    ],
)
def test_sns_topic_no_public_access(statements: list[dict[str, Any]], status: Status) -> None:
    assert sns_topic_no_public_access(topic(*statements)).status is status


def test_the_reason_says_what_everybody_may_do() -> None:
    reason = sns_topic_no_public_access(topic(allow("*", "SNS:Subscribe"))).reason
    assert reason.startswith("Topic is public: statement 1 allows SNS:Subscribe ")


def test_a_policy_that_cannot_be_understood_is_no_verdict() -> None:
    with pytest.raises(UnknownField):
        sns_topic_no_public_access(Topic("", UNKNOWN))


@pytest.mark.parametrize(
    ("protocol", "confirmed", "target", "status"),
    [
        pytest.param("sqs", True, QUEUE, C, id="a queue for what is not delivered"),
        pytest.param("sqs", True, "", N, id="none"),
        pytest.param("email", True, "", N, id="none for an address"),
        pytest.param("firehose", True, UNKNOWN, NA, id="a stream of Firehose, of which nothing more is read"),
        pytest.param("email", False, UNKNOWN, NA, id="not confirmed, of which nothing more is read"),
        pytest.param(UNKNOWN, False, UNKNOWN, NA, id="not confirmed, whatever its protocol"),
    ],
)
def test_sns_subscription_dlq_configured(
    protocol: str | Unknown, confirmed: bool, target: str | Unknown, status: Status
) -> None:
    subscription = Subscription(protocol, TOPIC, confirmed)
    assert sns_subscription_dlq_configured(subscription, SubscriptionAttributes(target)).status is status


def test_the_reason_names_the_queue_or_the_protocol() -> None:
    subscription = Subscription("sqs", TOPIC, confirmed=True)
    said = sns_subscription_dlq_configured(subscription, SubscriptionAttributes(QUEUE)).reason
    assert said == f"Undelivered messages go to {QUEUE}"
    said = sns_subscription_dlq_configured(subscription, SubscriptionAttributes("")).reason
    assert said == "No dead-letter queue: messages that cannot be delivered by sqs are lost"


@pytest.mark.parametrize(
    ("protocol", "target"),
    [pytest.param("sqs", UNKNOWN, id="the queue"), pytest.param(UNKNOWN, "", id="the protocol")],
)
def test_what_is_not_known_of_a_subscription_is_no_verdict(protocol: str | Unknown, target: str | Unknown) -> None:
    with pytest.raises(UnknownField):
        sns_subscription_dlq_configured(Subscription(protocol, TOPIC, confirmed=True), SubscriptionAttributes(target))


@pytest.mark.parametrize(
    ("protocol", "status"),
    [("http", N), ("https", C), ("sqs", C), ("lambda", C), ("email", C), ("firehose", C), ("application", C)],
)
@pytest.mark.parametrize("confirmed", [True, False])
def test_sns_subscription_encrypted_in_transit(protocol: str, confirmed: bool, status: Status) -> None:
    verdict = sns_subscription_encrypted_in_transit(Subscription(protocol, TOPIC, confirmed))
    assert (verdict.status, verdict.reason) == (status, f"Subscription uses {'HTTP' if status is N else protocol}")


def test_a_protocol_that_is_not_known_is_no_verdict() -> None:
    with pytest.raises(UnknownField):
        sns_subscription_encrypted_in_transit(Subscription(UNKNOWN, TOPIC, True))
    with pytest.raises(UnknownField):
        sns_subscription_encrypted_in_transit(Subscription("gopher", TOPIC, True))
