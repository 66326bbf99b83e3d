"""Reading Amazon Data Firehose: delivery streams and their tags."""

from typing import Any

from muster.facets.messaging.firehose import DeliveryStream
from muster.facets.tagging.tags import Tags
from muster.model.listing import Listed, Page, after
from muster.model.readers import lists, reads
from muster.model.shard import Shard

_STREAM = "AWS::KinesisFirehose::DeliveryStream"
_PAGE = 10_000


@lists(
    _STREAM, permission="firehose:ListDeliveryStreams", page=_PAGE,
    on="arn:{partition}:firehose:*:*:deliverystream/*", arn="firehose:{region}:{account}:deliverystream/{id}",
    gone=("ResourceNotFoundException",),
)  # fmt: skip
def delivery_streams(firehose: Any, shard: Shard, token: str | None) -> Page:
    """List the names of the delivery streams of a region, 10,000 a page; a page begins after the last name before it.

    https://docs.aws.amazon.com/firehose/latest/APIReference/API_ListDeliveryStreams.html
    """
    answer = firehose.list_delivery_streams(Limit=_PAGE, **after(token, "ExclusiveStartDeliveryStreamName"))
    names = [str(each) for each in answer.get("DeliveryStreamNames") or ()]
    items = (Listed(shard.resource(_STREAM, name, shard.arn("firehose", f"deliverystream/{name}"))) for name in names)
    return Page(items, names[-1] if answer.get("HasMoreDeliveryStreams") else None)


delivery_stream = reads(
    _STREAM, DeliveryStream, "firehose:DescribeDeliveryStream",
    lambda firehose, stream: firehose.describe_delivery_stream(DeliveryStreamName=stream.id, Limit=1),
)  # fmt: skip

tags = reads(
    _STREAM, Tags, "firehose:ListTagsForDeliveryStream",
    lambda firehose, stream: firehose.list_tags_for_delivery_stream(DeliveryStreamName=stream.id, Limit=50),
)  # fmt: skip
"""The tags of a delivery stream, of which it can have 50: one call has them all."""
