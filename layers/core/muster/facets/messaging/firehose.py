"""Amazon Data Firehose: delivery streams."""

from muster.facets import kinds
from muster.facets.fields import Parsed, facet, read
from muster.model.finding import Unknown

DIRECT_PUT = "DirectPut"


@facet
class DeliveryStream(Parsed):
    """DescribeDeliveryStream: the state, the source, and the status of server-side encryption.

    https://docs.aws.amazon.com/firehose/latest/APIReference/API_DeliveryStreamDescription.html
    """

    state: str | Unknown = read(
        "DeliveryStreamDescription.DeliveryStreamStatus",
        kinds.one_of("ACTIVE", "CREATING", "CREATING_FAILED", "DELETING", "DELETING_FAILED"),
    )
    source: str | Unknown = read(
        "DeliveryStreamDescription.DeliveryStreamType",
        kinds.one_of(DIRECT_PUT, "KinesisStreamAsSource", "MSKAsSource", "DatabaseAsSource"),
    )
    encryption: str | Unknown = read(
        "DeliveryStreamDescription.DeliveryStreamEncryptionConfiguration.Status",
        kinds.one_of("ENABLED", "ENABLING", "ENABLING_FAILED", "DISABLED", "DISABLING", "DISABLING_FAILED"),
        "the status of the encryption",
    )
