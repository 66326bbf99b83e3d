"""Checks of Kinesis data streams."""

from muster.facets.kinesis import Stream
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant


@check(severity=Severity.MEDIUM, controls=("FSBP Kinesis.1",))
def kinesis_stream_encrypted(stream: Stream) -> Verdict:
    """Kinesis streams should be encrypted at rest.

    Problem: stream is not encrypted
    Why: Records stay in a stream for a day or longer, and unencrypted records are stored on disk in plain text.
    Fix: `aws kinesis start-stream-encryption --stream-arn ARN --encryption-type KMS --key-id alias/aws/kinesis`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/kinesis-controls.html#kinesis-1
    """
    if known(stream.encryption) == "KMS":
        return compliant(f"Stream is encrypted with {stream.key or 'a KMS key'}")
    return non_compliant("Stream is not encrypted")


@check(severity=Severity.MEDIUM, controls=("FSBP Kinesis.3",))
def kinesis_stream_backup_retention_check(stream: Stream, *, hours: int = 168) -> Verdict:
    """Kinesis streams should keep records long enough.

    A new stream keeps records for 24 hours. A longer retention period costs more.

    Problem: stream keeps records too briefly
    Why: If a consumer fails over a long weekend, the records that it did not read are lost.
    Fix: `aws kinesis increase-stream-retention-period --stream-arn ARN --retention-period-hours 168`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/kinesis-controls.html#kinesis-3
    """
    kept = known(stream.hours)
    if kept >= hours:
        return compliant(f"Stream keeps records for {kept} hours; at least {hours} are required")
    return non_compliant(f"Stream keeps records for {kept} hours; at least {hours} are required")
