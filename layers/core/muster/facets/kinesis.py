"""Kinesis Data Streams: streams."""

from muster.facets import kinds
from muster.facets.fields import Parsed, facet, read
from muster.model.finding import Unknown


@facet
class Stream(Parsed):
    """One stream of DescribeStreamSummary: its encryption (NONE or KMS), its key, and its retention in hours.

    https://docs.aws.amazon.com/kinesis/latest/APIReference/API_StreamDescriptionSummary.html
    """

    encryption: str | Unknown = read(
        "StreamDescriptionSummary.EncryptionType", kinds.one_of("NONE", "KMS"), "the encryption of the stream"
    )
    key: str = read("StreamDescriptionSummary.KeyId", kinds.text)
    hours: int | Unknown = read(
        "StreamDescriptionSummary.RetentionPeriodHours", kinds.number, "the retention period of the stream"
    )
