"""Reading Amazon MQ: brokers, their logs and tags."""

from typing import Any

from muster.facets.messaging.mq import ACTIVE_MQ, Broker, BrokerLogs
from muster.facets.tagging.tags import Tags
from muster.model.listing import Page, after, listed
from muster.model.readers import lists, reads
from muster.model.shard import Shard
from muster.readers.answers import tag_list

_BROKER = "AWS::AmazonMQ::Broker"
_PAGE = 100
_NOT_THERE = frozenset({"CREATION_IN_PROGRESS", "CREATION_FAILED", "DELETION_IN_PROGRESS"})


@lists(
    _BROKER, permission="mq:ListBrokers", facets=(Broker,), page=_PAGE, on="arn:{partition}:mq:*:*:broker:*",
    arn="mq:{region}:{account}:broker:{}:{id}",
)  # fmt: skip
def brokers(mq: Any, shard: Shard, token: str | None) -> Page:
    """List the brokers of a region, 100 a page; those that are being made or deleted, or failed, are left out.

    https://docs.aws.amazon.com/amazon-mq/latest/api-reference/brokers.html
    """
    answer = mq.list_brokers(MaxResults=_PAGE, **after(token))
    items = (
        listed(shard.resource(_BROKER, str(item["BrokerId"]), str(item["BrokerArn"])), item, (Broker,))
        for item in answer.get("BrokerSummaries") or ()
        if item.get("BrokerState") not in _NOT_THERE
    )
    return Page(items, answer.get("NextToken"))


logs = reads(
    _BROKER, BrokerLogs, "mq:DescribeBroker", lambda mq, broker: mq.describe_broker(BrokerId=broker.id),
    of=Broker, when=lambda broker: broker.engine == ACTIVE_MQ,
)  # fmt: skip

tags = reads(
    _BROKER, Tags, "mq:ListTags",
    lambda mq, broker: tag_list(mq.list_tags(ResourceArn=broker.key).get("Tags")),
)  # fmt: skip
