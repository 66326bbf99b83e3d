"""Where moto's Firehose answers otherwise than AWS documents: the status of the encryption of a delivery stream.

https://docs.aws.amazon.com/firehose/latest/APIReference/API_DeliveryStreamEncryptionConfiguration.html
"""

from http import HTTPStatus

from local.corrections.caller import place
from local.corrections.request import Correction, Request
from local.front import Answer


def corrections() -> dict[str, Correction]:
    """Return what corrects Firehose, by operation."""
    return {"firehose:CreateDeliveryStream": _create}


def _create(request: Request) -> Answer:
    """Say whether a delivery stream that is made is encrypted."""
    from moto.firehose.models import firehose_backends  # noqa: PLC0415 - moto takes seconds to import

    status, body = request.ask()
    if status == HTTPStatus.OK:
        account, region = place(request)
        made = firehose_backends[account][region].delivery_streams[str(request.parameters["DeliveryStreamName"])]
        given = made.delivery_stream_encryption_configuration
        made.delivery_stream_encryption_configuration = {**(given or {}), "Status": "ENABLED" if given else "DISABLED"}
    return status, body
