"""Reading SQS: queues, their configuration, and which queues they are the dead-letter queue of."""

import typing
from typing import Any

from muster.facets.sqs import DeadLetterSources, Queue
from muster.facets.tagging.tags import Tags
from muster.model.listing import Listed, Page, after, prefixed
from muster.model.readers import lists, reads
from muster.model.shard import Shard
from muster.readers.answers import tag_list

if typing.TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

QUEUE = "AWS::SQS::Queue"


@lists(
    QUEUE, permission="sqs:ListQueues", on="arn:{partition}:sqs:*:*:*", page=1000,
    arn="sqs:{region}:{account}:{id}", only=prefixed("QueueNamePrefix"),
    gone=("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"),
)  # fmt: skip
def queues(sqs: "SQSClient", shard: Shard, token: str | None, **only: Any) -> Page:
    """List the queues of a region, 1000 a page; without MaxResults SQS names no next page.

    A queue is named by its URL, which every other call takes; the last part of it is the queue's name.
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueues.html
    """
    answer = sqs.list_queues(MaxResults=1000, **after(token), **only)
    items = (
        Listed(shard.resource(QUEUE, str(url), shard.arn("sqs", str(url).rpartition("/")[2])))
        for url in answer.get("QueueUrls", ())
    )
    return Page(items, answer.get("NextToken"))


queue = reads(
    QUEUE, Queue, "sqs:GetQueueAttributes",
    lambda sqs, queue: sqs.get_queue_attributes(QueueUrl=queue.id, AttributeNames=["All"]),
)  # fmt: skip
"""Encryption, policy, dead-letter queue and the number of messages, all in one call."""

dead_letter_sources = reads(
    QUEUE, DeadLetterSources, "sqs:ListDeadLetterSourceQueues",
    lambda sqs, queue: sqs.list_dead_letter_source_queues(QueueUrl=queue.id, MaxResults=1000),
)  # fmt: skip
"""The queues that use this one as their dead-letter queue, the first 1000: one is enough."""

tags = reads(
    QUEUE, Tags, "sqs:ListQueueTags", lambda sqs, queue: tag_list(sqs.list_queue_tags(QueueUrl=queue.id).get("Tags"))
)
