"""Reading SQS on moto."""

import json
from typing import Any

import boto3
from botocore.stub import Stubber

from muster.facets.sqs import DeadLetterSources
from muster.facets.tagging.tags import Tags
from muster.model.finding import Resource
from muster.model.shard import Shard
from muster.readers.sqs import QUEUE, dead_letter_sources, queue, queues, tags
from muster.sdk.session import Clients
from tests.integration.conftest import listing

HERE = "eu-west-1"
ACCOUNT_ID = "123456789012"
SHARD = Shard(ACCOUNT_ID, HERE, "sqs", HERE, (HERE,))
ARN = f"arn:aws:sqs:{HERE}:{ACCOUNT_ID}:"


def made(sqs: Any, name: str, labels: dict[str, str] | None = None, **attributes: str) -> Resource:
    url = sqs.create_queue(QueueName=name, Attributes=attributes, tags=labels or {})["QueueUrl"]
    return Resource(QUEUE, url, ACCOUNT_ID, HERE, arn=ARN + name)


def test_queues_are_listed_by_their_url_with_their_arn(clients: Clients) -> None:
    sqs = clients.get("sqs", HERE)
    wanted = [made(sqs, "orders"), made(sqs, "orders.fifo", FifoQueue="true")]
    assert [item.resource for item in listing(queues, sqs, SHARD)] == wanted


def test_queues_are_asked_for_in_large_pages_to_the_end() -> None:
    url = "https://sqs.cn-north-1.amazonaws.com.cn/123456789012/"
    shard = Shard(ACCOUNT_ID, "cn-north-1", "sqs", "cn-north-1", ("cn-north-1",), "aws-cn")
    sqs = boto3.client("sqs", "cn-north-1")
    with Stubber(sqs) as stub:
        stub.add_response("list_queues", {"QueueUrls": [url + "a"], "NextToken": "more"}, {"MaxResults": 1000})
        stub.add_response("list_queues", {"QueueUrls": [url + "b"]}, {"MaxResults": 1000, "NextToken": "more"})
        found = [item.resource for item in listing(queues, sqs, shard)]
    assert [each.id for each in found] == [url + "a", url + "b"]
    assert [each.arn for each in found] == [f"arn:aws-cn:sqs:cn-north-1:123456789012:{name}" for name in "ab"]


def test_a_region_without_queues() -> None:
    sqs = boto3.client("sqs", HERE)
    with Stubber(sqs) as stub:
        stub.add_response("list_queues", {})
        assert listing(queues, sqs, SHARD) == []


def test_encryption_policy_redrive_and_messages_of_a_queue(clients: Clients) -> None:
    sqs = clients.get("sqs", HERE)
    dead = made(sqs, "orders-dead")
    policy = {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}]}
    orders = made(
        sqs,
        "orders",
        Policy=json.dumps(policy),
        KmsMasterKeyId="alias/aws/sqs",
        RedrivePolicy=json.dumps({"deadLetterTargetArn": dead.arn, "maxReceiveCount": 5}),
    )
    for number in range(3):
        sqs.send_message(QueueUrl=orders.id, MessageBody=str(number), DelaySeconds=60 * (number == 0))
    sqs.receive_message(QueueUrl=orders.id)
    found = queue.function(sqs, orders)
    assert (found.kms_key, found.dead_letter_queue, found.max_receive_count) == ("alias/aws/sqs", dead.arn, 5)
    assert [statement.principals for statement in found.policy.statements] == [("*",)]
    assert found.messages == 3
    assert (queue.function(sqs, dead).dead_letter_queue, queue.function(sqs, dead).messages) == ("", 0)


def test_sqs_own_encryption_is_read_on_and_off(clients: Clients) -> None:
    sqs = clients.get("sqs", HERE)
    assert queue.function(sqs, made(sqs, "on")).sqs_managed_encryption is True
    assert queue.function(sqs, made(sqs, "off", SqsManagedSseEnabled="false")).sqs_managed_encryption is False


def test_the_queues_that_name_a_dead_letter_queue(clients: Clients) -> None:
    sqs = clients.get("sqs", HERE)
    dead = made(sqs, "dead")
    policy = json.dumps({"deadLetterTargetArn": dead.arn, "maxReceiveCount": 5})
    orders, _ = made(sqs, "orders", RedrivePolicy=policy), made(sqs, "bills", RedrivePolicy=policy)
    assert set(dead_letter_sources.function(sqs, dead).queues) == {"orders", "bills"}
    assert dead_letter_sources.function(sqs, orders) == DeadLetterSources(())


def test_all_attributes_and_as_many_sources_as_one_call_gives_are_asked_for() -> None:
    sqs = boto3.client("sqs", HERE)
    one = Resource(QUEUE, "https://sqs.eu-west-1.amazonaws.com/123456789012/a", ACCOUNT_ID, HERE)
    with Stubber(sqs) as stub:
        stub.add_response("get_queue_attributes", {}, {"QueueUrl": one.id, "AttributeNames": ["All"]})
        queue.function(sqs, one)
        stub.add_response("list_dead_letter_source_queues", {"queueUrls": []}, {"QueueUrl": one.id, "MaxResults": 1000})
        dead_letter_sources.function(sqs, one)


def test_tags_which_sqs_answers_as_a_mapping(clients: Clients) -> None:
    sqs = clients.get("sqs", HERE)
    labels = {"Owner": "web=1", "Mood": "🙂"}
    assert tags.function(sqs, made(sqs, "orders", labels)) == Tags(labels)
    assert tags.function(sqs, made(sqs, "bare")) == Tags({})


def test_a_queue_whose_tags_aws_leaves_out_has_none() -> None:
    sqs = boto3.client("sqs", HERE)
    one = Resource(QUEUE, "https://sqs.eu-west-1.amazonaws.com/123456789012/a", ACCOUNT_ID, HERE)
    with Stubber(sqs) as stub:
        stub.add_response("list_queue_tags", {})
        assert tags.function(sqs, one) == Tags({})
