"""The whole configuration of queues and topics, on moto."""

import pytest

from muster.model.finding import Resource
from muster.readers.sns import TOPIC
from muster.readers.sqs import QUEUE
from muster.sdk.session import Clients
from tests.integration.snapshots.conftest import ACCOUNT, HERE, answers, refuses, snapshot_of

NEWS = Resource(TOPIC, f"arn:aws:sns:{HERE}:{ACCOUNT}:news", ACCOUNT, HERE, arn=f"arn:aws:sns:{HERE}:{ACCOUNT}:news")
TAGS = {"Tags": [{"Key": "Environment", "Value": "prod"}]}


def queue(clients: Clients) -> Resource:
    made = clients.get("sqs", HERE).create_queue(
        QueueName="orders", Attributes={"VisibilityTimeout": "60"}, tags={"Environment": "prod"}
    )
    return Resource(QUEUE, made["QueueUrl"], ACCOUNT, HERE, arn=f"arn:aws:sqs:{HERE}:{ACCOUNT}:orders")


def test_a_queue_is_read_whole(clients: Clients) -> None:
    snapshot = snapshot_of(clients, queue(clients))
    assert snapshot.unread == {}
    assert snapshot.answer("attributes")["Attributes"]["VisibilityTimeout"] == "60"
    assert snapshot.answer("tags") == TAGS


@pytest.mark.parametrize("code", ["AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"])
def test_a_queue_that_does_not_exist_is_no_snapshot(clients: Clients, code: str) -> None:
    orders = queue(clients)
    refuses(clients, "sqs", "GetQueueAttributes", code)
    assert not snapshot_of(clients, orders).exists


def test_a_topic_is_read_whole(clients: Clients) -> None:
    clients.get("sns", HERE).create_topic(Name="news", Tags=TAGS["Tags"])
    answers(clients, "sns", "GetDataProtectionPolicy", {"DataProtectionPolicy": '{"Name": "pii"}'})
    snapshot = snapshot_of(clients, NEWS)
    assert snapshot.unread == {}
    assert snapshot.answer("attributes")["Attributes"]["TopicArn"] == NEWS.id
    assert snapshot.answer("tags") == TAGS
    assert snapshot.answer("data-protection") == {"DataProtectionPolicy": '{"Name": "pii"}'}


def test_the_data_protection_of_a_fifo_topic_is_not_read(clients: Clients) -> None:
    answers(clients, "sns", "GetTopicAttributes", {"Attributes": {"FifoTopic": "true"}})
    answers(clients, "sns", "ListTagsForResource", {"Tags": []})
    refuses(clients, "sns", "GetDataProtectionPolicy", "InvalidParameter")
    snapshot = snapshot_of(clients, NEWS)
    assert (snapshot.unread, snapshot.answer("data-protection")) == ({}, {})


def test_a_topic_that_does_not_exist_is_no_snapshot(clients: Clients) -> None:
    assert not snapshot_of(clients, NEWS).exists


def test_denied_tags_leave_the_attributes_read(clients: Clients) -> None:
    orders = queue(clients)
    refuses(clients, "sqs", "ListQueueTags")
    unread = snapshot_of(clients, orders).unread
    assert {name: each.permission for name, each in unread.items()} == {"tags": "sqs:ListQueueTags"}
