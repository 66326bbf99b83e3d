"""The calls of Kinesis Data Streams."""

from tests.faults.held import REGIONS, Estate


def calls(there: Estate) -> dict[str, int]:
    streams = there.all("kinesis", "list_streams", "StreamSummaries")
    return {
        "kinesis:ListStreams": REGIONS,
        "kinesis:DescribeStreamSummary": len(streams),
        "kinesis:ListTagsForStream": len(streams),
    }
