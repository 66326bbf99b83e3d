"""The whole configuration of SQS queues and SNS topics."""

import typing

from muster.model.finding import Resource
from muster.readers import sns, sqs
from muster.snapshots.form import Form
from muster.snapshots.section import Answer, read_as, section

if typing.TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

_QUEUES = "arn:{partition}:sqs:*:*:*"
_TOPICS = "arn:{partition}:sns:*:*:*"


def _data_protection(client: "SNSClient", topic: Resource, answer: Answer) -> Answer:
    """Read the data protection policy, which only standard topics can have.

    https://docs.aws.amazon.com/sns/latest/dg/message-data-protection.html
    """
    fifo = (answer.get("Attributes") or {}).get("FifoTopic") == "true"
    return {} if fifo else client.get_data_protection_policy(ResourceArn=topic.id)


queue_form = Form(
    sqs.QUEUE,
    (read_as("attributes", sqs.queue, on=_QUEUES), read_as("tags", sqs.tags, on=_QUEUES)),
    sqs.queues.gone,
)

topic_form = Form(
    sns.TOPIC,
    (
        read_as("attributes", sns.topic, on=_TOPICS),
        read_as("tags", sns.tags, on=_TOPICS),
        section("data-protection", "sns:GetDataProtectionPolicy", _data_protection, of="attributes", on=_TOPICS),
    ),
    sns.topics.gone,
)
