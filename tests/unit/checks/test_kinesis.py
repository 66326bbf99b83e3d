"""Kinesis data streams."""

import pytest

from muster.checks.kinesis import kinesis_stream_backup_retention_check, kinesis_stream_encrypted
from muster.facets.kinesis import Stream
from muster.model.finding import Status, Unknown, UnknownField

C, N = Status.COMPLIANT, Status.NON_COMPLIANT
STREAM = Stream("KMS", "alias/aws/kinesis", 168)
UNKNOWN = Unknown("AWS did not say")


def test_encryption() -> None:
    passing, failing = (kinesis_stream_encrypted(each) for each in (STREAM, Stream("NONE", "", 168)))
    assert (passing.status, passing.reason) == (C, "Stream is encrypted with alias/aws/kinesis")
    assert (failing.status, failing.reason) == (N, "Stream is not encrypted")


@pytest.mark.parametrize(("hours", "status"), [(168, C), (8760, C), (167, N), (24, N)])
def test_retention(hours: int, status: Status) -> None:
    verdict = kinesis_stream_backup_retention_check(Stream("KMS", "", hours))
    assert verdict.status is status
    assert verdict.reason == f"Stream keeps records for {hours} hours; at least 168 are required"


def test_the_hours_are_a_setting() -> None:
    assert kinesis_stream_backup_retention_check(Stream("KMS", "", 24), hours=24).status is C


def test_what_is_not_known_is_no_verdict() -> None:
    with pytest.raises(UnknownField):
        kinesis_stream_encrypted(Stream(UNKNOWN, "", 24))
    with pytest.raises(UnknownField):
        kinesis_stream_backup_retention_check(Stream("KMS", "", UNKNOWN))


def test_a_stream_is_parsed() -> None:
    summary = {"EncryptionType": "KMS", "KeyId": "alias/aws/kinesis", "RetentionPeriodHours": 168}
    assert Stream.parse({"StreamDescriptionSummary": summary}) == STREAM
