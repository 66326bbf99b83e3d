"""What moto's Transfer Family lacks: the tags of servers and connectors.

https://docs.aws.amazon.com/transfer/latest/APIReference/API_ListTagsForResource.html
"""

from http import HTTPStatus

from local.corrections.caller import place
from local.corrections.request import Correction, Request
from local.front import Answer


def corrections() -> dict[str, Correction]:
    """Return what corrects Transfer Family, by operation."""
    return {"transfer:ListTagsForResource": _tags}


def _tags(request: Request) -> Answer:
    """List the tags of a server or a connector."""
    from moto.transfer.models import transfer_backends  # noqa: PLC0415 - moto takes seconds to import

    account, region = place(request)
    backend, arn = transfer_backends[account][region], str(request.parameters["Arn"])
    for each in (*backend.servers.values(), *backend.connectors.values()):
        if each.arn == arn:
            return request.answer({"Arn": arn, "Tags": each.tags or []})
    return request.refuse("ResourceNotFoundException", f"Unknown resource: {arn}", HTTPStatus.BAD_REQUEST)
