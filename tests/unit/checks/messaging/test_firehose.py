"""Delivery streams."""

import pytest

from muster.checks.messaging.firehose import kinesis_firehose_delivery_stream_encrypted as encrypted
from muster.facets.messaging.firehose import DeliveryStream
from muster.model.finding import Status, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE


@pytest.mark.parametrize(
    ("stream", "status", "reason"),
    [
        (DeliveryStream("ACTIVE", "DirectPut", "ENABLED"), C, "Delivery stream is encrypted"),
        (DeliveryStream("ACTIVE", "DirectPut", "DISABLED"), N, "Delivery stream is not encrypted (status DISABLED)"),
        (DeliveryStream("ACTIVE", "DirectPut", "ENABLING"), N, "Delivery stream is not encrypted (status ENABLING)"),
        (
            DeliveryStream("ACTIVE", "DirectPut", "ENABLING_FAILED"),
            N,
            "Delivery stream is not encrypted (status ENABLING_FAILED)",
        ),
        (
            DeliveryStream("ACTIVE", "KinesisStreamAsSource", "DISABLED"),
            NA,
            "Only streams with direct PUT can be encrypted; the source is KinesisStreamAsSource",
        ),
        (DeliveryStream("CREATING", "DirectPut", "DISABLED"), NA, "Delivery stream is not active (CREATING)"),
    ],
)
def test_a_stream_that_can_be_encrypted_is(stream: DeliveryStream, status: Status, reason: str) -> None:
    found = encrypted(stream)
    assert (found.status, found.reason) == (status, reason)


def test_a_stream_is_parsed() -> None:
    described = {
        "DeliveryStreamStatus": "ACTIVE",
        "DeliveryStreamType": "DirectPut",
        "DeliveryStreamEncryptionConfiguration": {"Status": "ENABLED", "KeyType": "AWS_OWNED_CMK"},
    }
    assert DeliveryStream.parse({"DeliveryStreamDescription": described}) == DeliveryStream(
        "ACTIVE", "DirectPut", "ENABLED"
    )


@pytest.mark.parametrize("left_out", ["DeliveryStreamStatus", "DeliveryStreamType"])
def test_what_aws_left_out_is_no_verdict(left_out: str) -> None:
    described = {"DeliveryStreamStatus": "ACTIVE", "DeliveryStreamType": "DirectPut"}
    with pytest.raises(UnknownField):
        encrypted(DeliveryStream.parse({"DeliveryStreamDescription": described}))
    with pytest.raises(UnknownField):
        encrypted(DeliveryStream.parse({"DeliveryStreamDescription": {**described, left_out: None}}))
