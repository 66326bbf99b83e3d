"""SQS queues and dead-letter queues."""

import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.analysis.policies.document import Policy
from muster.checks.sqs import (
    sqs_dlq_empty,
    sqs_queue_dlq_configured,
    sqs_queue_encrypted,
    sqs_queue_no_public_access,
)
from muster.facets.sqs import DeadLetterSources, Queue
from muster.model.finding import Status, Unknown, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
QUEUE = "arn:aws:sqs:eu-west-1:123456789012:orders"
DLQ = f"{QUEUE}-dead"
UNKNOWN = Unknown("AWS did not say")
PLAIN = Queue(
    kms_key="",
    sqs_managed_encryption=True,
    policy=Policy(()),
    dead_letter_queue="",
    max_receive_count=0,
    messages=0,
)
NOBODY = DeadLetterSources(())
ONE = DeadLetterSources(("orders",))


def queue(**fields: Any) -> Queue:
    return dataclasses.replace(PLAIN, **fields)


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        pytest.param({"sqs_managed_encryption": True}, C, id="SQS's own key"),
        pytest.param({"sqs_managed_encryption": False, "kms_key": "alias/aws/sqs"}, C, id="a KMS key"),
        pytest.param({"sqs_managed_encryption": UNKNOWN, "kms_key": "k"}, C, id="a KMS key, the other not known"),
        pytest.param({"sqs_managed_encryption": False}, N, id="neither"),
    ],
)
def test_sqs_queue_encrypted(fields: dict[str, Any], status: Status) -> None:
    assert sqs_queue_encrypted(queue(**fields)).status is status


@pytest.mark.parametrize("field", ["sqs_managed_encryption", "kms_key"])
def test_encryption_that_is_not_known_is_no_verdict(field: str) -> None:
    with pytest.raises(UnknownField):
        sqs_queue_encrypted(queue(**{field: UNKNOWN}))


def allow(principal: Any, **conditions: Any) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sqs:SendMessage", "Resource": QUEUE}
    return statement | ({"Condition": conditions} if conditions else {})


@pytest.mark.parametrize(
    ("statement", "status"),
    [
        pytest.param(None, C, id="no policy"),
        pytest.param(allow("*"), N, id="everybody"),
        pytest.param(allow({"AWS": "*"}), N, id="everybody with an account"),
        pytest.param(allow({"AWS": "111122223333"}), C, id="one other account"),
        pytest.param(allow({"Service": "sns.amazonaws.com"}), C, id="a service"),
        pytest.param(
            allow("*", ArnEquals={"aws:SourceArn": "arn:aws:sns:eu-west-1:123456789012:t"}), C, id="from one topic"
        ),
        pytest.param(
            allow("*", ArnLike={"aws:SourceArn": "arn:aws:sns:*:*:*"}), N, id="from any topic, which has a wildcard"
        ),
        pytest.param(
            allow("*", StringEquals={"aws:SourceAccount": "${aws:PrincipalAccount}"}), N, id="a variable holds nobody"
        ),
    ],
)
def test_sqs_queue_no_public_access(statement: dict[str, Any] | None, status: Status) -> None:
    policy = Policy.parse(json.dumps({"Statement": [statement] if statement else []}))
    assert sqs_queue_no_public_access(queue(policy=policy)).status is status


@pytest.mark.parametrize(
    ("statements", "status"),
    [
        pytest.param([allow("*") | {"Action": "*"}], N, id="all actions of all services"),
        pytest.param([allow("*") | {"Action": "s3:GetObject"}], C, id="what no queue does"),
        pytest.param(
            [
                allow("*") | {"Action": "*"},
                allow("*", StringNotEquals={"aws:PrincipalOrgID": "o-1"}) | {"Effect": "Deny", "Action": "sqs:*"},
            ],
            C,
            id="all that a queue does is denied to strangers",
        ),
        pytest.param(
            [
                allow("*"),
                allow(
                    "*",
                    StringNotEqualsIfExists={
                        "aws:PrincipalOrgID": "o-abcd123456",
                        "aws:PrincipalAccount": "111122223333",
                    },
                    BoolIfExists={"aws:PrincipalIsAWSService": "false"},
                )
                | {"Effect": "Deny", "Action": "sqs:*"},
            ],
            C,
            id="AWS's own data perimeter",
        ),
    ],
)
def test_only_what_a_stranger_can_do_to_the_queue_counts(statements: list[dict[str, Any]], status: Status) -> None:
    policy = Policy.parse(json.dumps({"Statement": statements}))
    assert sqs_queue_no_public_access(queue(policy=policy)).status is status


def test_the_reason_says_what_everybody_may_do() -> None:
    policy = Policy.parse(json.dumps({"Statement": [allow("*")]}))
    reason = sqs_queue_no_public_access(queue(policy=policy)).reason
    assert reason.startswith("Queue is public: statement 1 allows sqs:SendMessage ")


def test_a_policy_that_cannot_be_understood_is_no_verdict() -> None:
    with pytest.raises(UnknownField):
        sqs_queue_no_public_access(queue(policy=UNKNOWN))


@pytest.mark.parametrize(
    ("fields", "sources", "status", "reason"),
    [
        pytest.param(
            {"dead_letter_queue": DLQ, "max_receive_count": 5},
            NOBODY,
            C,
            f"Messages go to {DLQ} after 5 receives",
            id="it has one",
        ),
        pytest.param(
            {},
            NOBODY,
            N,
            "Queue has no dead-letter queue and is not the dead-letter queue of another queue",
            id="it has none and is none",
        ),
        pytest.param({}, ONE, NA, "Queue is the dead-letter queue of orders", id="it is one"),
        pytest.param({"dead_letter_queue": DLQ, "max_receive_count": 3}, ONE, C, "", id="it is one and has one"),
        pytest.param(
            {},
            DeadLetterSources(("a", "b", "c", "d")),
            NA,
            "Queue is the dead-letter queue of a, b, c, d",
            id="it is that of four",
        ),
        pytest.param(
            {},
            DeadLetterSources(("a", "b", "c", "d", "e")),
            NA,
            "Queue is the dead-letter queue of a, b, c, d and 1 more",
            id="it is that of five",
        ),
        pytest.param(
            {},
            DeadLetterSources(("a", "b", "c", "d", "e", "f")),
            NA,
            "Queue is the dead-letter queue of a, b, c, d and 2 more",
            id="it is that of many",
        ),
    ],
)
def test_sqs_queue_dlq_configured(
    fields: dict[str, Any], sources: DeadLetterSources, status: Status, reason: str
) -> None:
    verdict = sqs_queue_dlq_configured(queue(**fields), sources)
    assert verdict.status is status
    assert reason in ("", verdict.reason)


def test_a_redrive_policy_that_is_not_known_is_no_verdict() -> None:
    with pytest.raises(UnknownField):
        sqs_queue_dlq_configured(queue(dead_letter_queue=UNKNOWN, max_receive_count=UNKNOWN), NOBODY)


@pytest.mark.parametrize(
    ("messages", "sources", "settings", "status", "reason"),
    [
        pytest.param(
            7, NOBODY, {}, NA, "Queue is not the dead-letter queue of another queue", id="no dead-letter queue"
        ),
        pytest.param(UNKNOWN, NOBODY, {}, NA, "", id="whatever it holds"),
        pytest.param(0, ONE, {}, C, "Dead-letter queue is empty", id="empty"),
        pytest.param(1, ONE, {}, N, "Dead-letter queue of orders holds 1 message; at most 0 allowed", id="one message"),
        pytest.param(
            7, ONE, {}, N, "Dead-letter queue of orders holds 7 messages; at most 0 allowed", id="seven messages"
        ),
        pytest.param(
            7,
            ONE,
            {"max_messages": 7},
            C,
            "Dead-letter queue holds 7 messages; at most 7 allowed",
            id="as many as are allowed",
        ),
        pytest.param(8, ONE, {"max_messages": 7}, N, "", id="one more"),
    ],
)
def test_sqs_dlq_empty(
    messages: int | Unknown, sources: DeadLetterSources, settings: dict[str, int], status: Status, reason: str
) -> None:
    verdict = sqs_dlq_empty(queue(messages=messages), sources, **settings)
    assert verdict.status is status
    assert reason in ("", verdict.reason)


def test_a_number_of_messages_that_is_not_known_is_no_verdict() -> None:
    with pytest.raises(UnknownField):
        sqs_dlq_empty(queue(messages=UNKNOWN), ONE)


@given(messages=st.integers(0, 10**6), allowed=st.integers(0, 10**6))
def test_more_messages_are_never_better(messages: int, allowed: int) -> None:
    before = sqs_dlq_empty(queue(messages=messages), ONE, max_messages=allowed).status
    after = sqs_dlq_empty(queue(messages=messages + 1), ONE, max_messages=allowed).status
    assert not (before is N and after is C)
