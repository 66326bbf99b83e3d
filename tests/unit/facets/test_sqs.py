"""SQS's answers, parsed."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.analysis.policies.document import Policy
from muster.facets.sqs import DeadLetterSources, Queue
from muster.model.finding import Unknown

DLQ = "arn:aws-cn:sqs:cn-north-1:123456789012:orders-dead"
ATTRIBUTES = {
    "QueueArn": "arn:aws-cn:sqs:cn-north-1:123456789012:orders",
    "ApproximateNumberOfMessages": "3",
    "ApproximateNumberOfMessagesNotVisible": "4",
    "ApproximateNumberOfMessagesDelayed": "5",
    "SqsManagedSseEnabled": "true",
}


def parsed(**more: Any) -> Queue:
    return Queue.parse({"Attributes": ATTRIBUTES | more})


def test_a_plain_queue() -> None:
    assert parsed() == Queue(
        kms_key="",
        sqs_managed_encryption=True,
        policy=Policy(()),
        dead_letter_queue="",
        max_receive_count=0,
        messages=12,
    )


@pytest.mark.parametrize("response", [{}, {"Attributes": {}}, {"Attributes": None}])
def test_a_queue_without_attributes_is_not_known(response: dict[str, Any]) -> None:
    queue = Queue.parse(response)
    fields = (queue.kms_key, queue.sqs_managed_encryption, queue.policy, queue.dead_letter_queue, queue.messages)
    assert all(isinstance(each, Unknown) for each in (*fields, queue.max_receive_count))


@pytest.mark.parametrize(
    ("said", "expected"), [("true", True), ("True", True), (True, True), ("false", False), (False, False)]
)
def test_sqs_own_encryption(said: Any, expected: bool) -> None:
    assert parsed(SqsManagedSseEnabled=said).sqs_managed_encryption is expected


@pytest.mark.parametrize("said", ["", "maybe", None])
def test_what_is_said_of_it_otherwise_is_not_known(said: Any) -> None:
    assert isinstance(parsed(SqsManagedSseEnabled=said).sqs_managed_encryption, Unknown)


def test_a_key_of_kms() -> None:
    assert parsed(KmsMasterKeyId="alias/aws/sqs").kms_key == "alias/aws/sqs"


@pytest.mark.parametrize("count", [5, "5"])
def test_a_redrive_policy_whose_count_is_a_number_or_a_text(count: Any) -> None:
    queue = parsed(RedrivePolicy=json.dumps({"deadLetterTargetArn": DLQ, "maxReceiveCount": count}))
    assert (queue.dead_letter_queue, queue.max_receive_count) == (DLQ, 5)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("no JSON", id="no JSON"),
        pytest.param("[]", id="a list"),
        pytest.param('{"maxReceiveCount": 5}', id="no target"),
        pytest.param(f'{{"deadLetterTargetArn": "{DLQ}"}}', id="no count"),
        pytest.param(f'{{"deadLetterTargetArn": "{DLQ}", "maxReceiveCount": "many"}}', id="a count that is none"),
    ],
)
def test_a_redrive_policy_that_cannot_be_understood_is_not_known(text: str) -> None:
    queue = parsed(RedrivePolicy=text)
    assert isinstance(queue.dead_letter_queue, Unknown)
    assert isinstance(queue.max_receive_count, Unknown)


@pytest.mark.parametrize("said", ["many", "", None])
def test_a_count_that_is_missing_makes_the_sum_unknown(said: Any) -> None:
    messages = parsed(ApproximateNumberOfMessagesNotVisible=said).messages
    assert messages == Unknown("AWS returned no ApproximateNumberOfMessagesNotVisible of the queue")


@given(waiting=st.integers(0, 10**9), flying=st.integers(0, 10**9), delayed=st.integers(0, 10**9))
def test_all_messages_count(waiting: int, flying: int, delayed: int) -> None:
    queue = parsed(
        ApproximateNumberOfMessages=str(waiting),
        ApproximateNumberOfMessagesNotVisible=str(flying),
        ApproximateNumberOfMessagesDelayed=str(delayed),
    )
    assert queue.messages == waiting + flying + delayed


def test_a_policy_is_parsed_and_one_that_cannot_be_is_not_known() -> None:
    text = '{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}}'
    assert parsed(Policy=text).policy == Policy.parse(text)
    unknown = parsed(Policy="no policy").policy
    assert isinstance(unknown, Unknown)
    assert unknown.reason.startswith("The queue's policy cannot be parsed")


@pytest.mark.parametrize(
    ("response", "queues"),
    [
        pytest.param({}, (), id="nothing said"),
        pytest.param({"queueUrls": []}, (), id="none"),
        pytest.param(
            {"queueUrls": ["https://sqs.cn-north-1.amazonaws.com.cn/123456789012/orders.fifo"]},
            ("orders.fifo",),
            id="one in China",
        ),
        pytest.param({"queueUrls": ["https://x/1/a", "https://x/1/b"]}, ("a", "b"), id="two"),
    ],
)
def test_the_queues_that_name_it(response: dict[str, Any], queues: tuple[str, ...]) -> None:
    assert DeadLetterSources.parse(response) == DeadLetterSources(queues)
