"""Reading Kinesis Data Streams: streams, and how each is set up."""

import typing

from muster.facets.kinesis import Stream
from muster.facets.tagging.tags import Tags
from muster.model.listing import Listed, Page, after
from muster.model.readers import lists, reads
from muster.model.shard import Shard

if typing.TYPE_CHECKING:
    from mypy_boto3_kinesis import KinesisClient

STREAM = "AWS::Kinesis::Stream"


@lists(
    STREAM, permission="kinesis:ListStreams", on="arn:{partition}:kinesis:*:*:stream/*",
    arn="kinesis:{region}:{account}:stream/{id}", gone=("ResourceNotFoundException",),
)  # fmt: skip
def streams(kinesis: "KinesisClient", shard: Shard, token: str | None) -> Page:
    """List the streams of a region, 100 a page, without those that are being created or deleted.

    https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListStreams.html
    """
    answer = kinesis.list_streams(Limit=100, **after(token))
    items = (
        Listed(shard.resource(STREAM, item["StreamName"], item["StreamARN"]))
        for item in answer.get("StreamSummaries") or ()
        if item.get("StreamStatus") not in ("CREATING", "DELETING")
    )
    return Page(items, answer.get("NextToken") if answer.get("HasMoreStreams") else None)


stream = reads(
    STREAM, Stream, "kinesis:DescribeStreamSummary",
    lambda kinesis, stream: kinesis.describe_stream_summary(StreamName=stream.id),
)  # fmt: skip

tags = reads(
    STREAM, Tags, "kinesis:ListTagsForStream",
    lambda kinesis, stream: kinesis.list_tags_for_stream(StreamName=stream.id, Limit=50),
)  # fmt: skip
"""The tags of a stream, of which it can have 50: one call has them all."""
