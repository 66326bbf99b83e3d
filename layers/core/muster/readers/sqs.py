"""Reading SQS: queues, what each is configured to do, and what it is the dead-letter queue of."""

import typing

from muster.facets.sqs import DeadLetterSources, Queue
from muster.facets.tagging.tags import Tags
from muster.model.finding import Resource
from muster.model.listing import Listed, Page, after
from muster.model.readers import describes, lists
from muster.model.shard import Shard

if typing.TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

QUEUE = "AWS::SQS::Queue"
_QUEUES = "arn:{partition}:sqs:*:*:*"


@lists(QUEUE, client="sqs", permission="sqs:ListQueues", page=1000)
def queues(sqs: "SQSClient", shard: Shard, token: str | None) -> Page:
    """List the queues of a region, 1000 a page; without MaxResults SQS says nothing of a next page.

    A queue is named by its URL, which every other call takes; the last part of it is the queue's name.
    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ListQueues.html
    """
    answer = sqs.list_queues(MaxResults=1000, **after(token))
    return Page((_listed(str(url), shard) for url in answer.get("QueueUrls", ())), answer.get("NextToken"))


@describes(QUEUE, client="sqs", permission="sqs:GetQueueAttributes", on=_QUEUES)
def queue(sqs: "SQSClient", queue: Resource) -> Queue:
    """Read encryption, policy, dead-letter queue and the number of messages, all in one call."""
    return Queue.parse(sqs.get_queue_attributes(QueueUrl=queue.id, AttributeNames=["All"]))


@describes(QUEUE, client="sqs", permission="sqs:ListDeadLetterSourceQueues", on=_QUEUES)
def dead_letter_sources(sqs: "SQSClient", queue: Resource) -> DeadLetterSources:
    """Read which queues name this one as their dead-letter queue, the first 1000: one is enough to be one."""
    return DeadLetterSources.parse(sqs.list_dead_letter_source_queues(QueueUrl=queue.id, MaxResults=1000))


@describes(QUEUE, client="sqs", permission="sqs:ListQueueTags", on=_QUEUES)
def tags(sqs: "SQSClient", queue: Resource) -> Tags:
    """Read the queue's tags, which SQS answers as a mapping."""
    found = sqs.list_queue_tags(QueueUrl=queue.id).get("Tags") or {}
    return Tags.parse({"Tags": [{"Key": key, "Value": value} for key, value in found.items()]})


def _listed(url: str, shard: Shard) -> Listed:
    arn = f"arn:{shard.partition}:sqs:{shard.region}:{shard.account_id}:{url.rpartition('/')[2]}"
    return Listed(Resource(QUEUE, url, shard.account_id, shard.region, shard.partition, arn))
