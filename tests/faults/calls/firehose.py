"""The calls of Amazon Data Firehose."""

from tests.faults.held import REGIONS, Estate


def calls(there: Estate) -> dict[str, int]:
    streams = there.all("firehose", "list_delivery_streams", "DeliveryStreamNames")
    return {
        "firehose:ListDeliveryStreams": REGIONS,
        "firehose:DescribeDeliveryStream": len(streams),
        "firehose:ListTagsForDeliveryStream": len(streams),
    }
