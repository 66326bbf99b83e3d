"""The whole configuration of SNS topics."""

import typing

from muster.model.finding import Resource
from muster.readers import sns as topics
from muster.snapshots.form import Form
from muster.snapshots.section import Answer, read_as, section

if typing.TYPE_CHECKING:
    from mypy_boto3_sns import SNSClient

_ON = "arn:{partition}:sns:*:*:*"


def _data_protection(sns: "SNSClient", topic: Resource, answer: Answer) -> Answer:
    """Read the data protection policy, which only standard topics can have.

    https://docs.aws.amazon.com/sns/latest/dg/message-data-protection.html
    """
    fifo = (answer.get("Attributes") or {}).get("FifoTopic") == "true"
    return {} if fifo else sns.get_data_protection_policy(ResourceArn=topic.id)


form = Form(
    topics.TOPIC,
    (
        read_as("attributes", topics.topic, on=_ON),
        read_as("tags", topics.tags, on=_ON),
        section("data-protection", "sns:GetDataProtectionPolicy", _data_protection, of="attributes", on=_ON),
    ),
    topics.topics.gone,
)
