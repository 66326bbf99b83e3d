"""Checks of delivery streams of Amazon Data Firehose."""

from muster.facets.messaging.firehose import DIRECT_PUT, DeliveryStream
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant, not_applicable


@check(severity=Severity.MEDIUM, controls=("FSBP DataFirehose.1",))
def kinesis_firehose_delivery_stream_encrypted(stream: DeliveryStream) -> Verdict:
    """Delivery streams of Firehose should be encrypted at rest.

    Only a stream that producers write to (DirectPut) can be encrypted. With a Kinesis stream, MSK or a database as the
    source, Firehose stores no data: encrypt the source.

    Problem: delivery stream is not encrypted
    Why: Firehose buffers records until it delivers them, and unencrypted records are stored in plain text.
    Fix: `aws firehose start-delivery-stream-encryption --delivery-stream-name NAME
      --delivery-stream-encryption-configuration-input KeyType=AWS_OWNED_CMK`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/datafirehose-controls.html#datafirehose-1
    """
    if (state := known(stream.state)) != "ACTIVE":
        return not_applicable(f"Delivery stream is not active ({state})")
    if (source := known(stream.source)) != DIRECT_PUT:
        return not_applicable(f"Only streams with direct PUT can be encrypted; the source is {source}")
    status = known(stream.encryption)
    if status == "ENABLED":
        return compliant("Delivery stream is encrypted")
    return non_compliant(f"Delivery stream is not encrypted (status {status})")
