"""Who makes a request, and of which region, as its signature tells."""

import re

from local.corrections.request import Request

_CREDENTIAL = re.compile(r"Credential=([^/,\s]+)/\d+/([^/]+)/")

Place = tuple[str, str]
"""An account and a region."""


def key_of(request: Request) -> str:
    """Return the access key that signed a request, empty where nothing did."""
    found = _CREDENTIAL.search(request.environ.get("HTTP_AUTHORIZATION", ""))
    return found[1] if found else ""


def place(request: Request) -> Place:
    """Return the account whose key signed a request, and the region that it was signed for."""
    from moto.iam.models import get_account_id_from  # noqa: PLC0415 - moto takes seconds to import

    found = _CREDENTIAL.search(request.environ.get("HTTP_AUTHORIZATION", ""))
    key, region = found.groups() if found else ("", "")
    return get_account_id_from(key), region
