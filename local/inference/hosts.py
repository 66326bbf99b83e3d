"""Which REST service a request is for, and what its host says: S3's buckets and S3 Control's accounts.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
"""

import re
import urllib.parse
from collections.abc import Mapping

from local.inference.services import candidates
from local.inference.wire import Wire

_BUCKET = re.compile(r"(?P<bucket>.+)\.(?:s3(?:[.-][a-z0-9.-]+)?\.amazonaws\.com(?:\.cn)?|s3\.localhost|localhost)")
_ACCOUNT = re.compile(r"(?P<account>\d{12})\.(?!s3\.).+")
_CONTROL = "/v20180820/"
"""Where S3 Control's paths begin: on one endpoint for both, no bucket can have this name."""


def rest_service(wire: Wire) -> str:
    """Return the REST service of a request, `s3` for one without a signature: S3 alone serves the anonymous."""
    if not wire.service:
        return "s3"
    found = candidates(wire.service)
    if found == ("s3", "s3control"):
        return "s3control" if wire.path.startswith(_CONTROL) else "s3"
    if found == ("ses", "sesv2"):
        return "sesv2"
    if found == ("apigateway", "apigatewayv2"):
        return "apigatewayv2" if wire.path.startswith("/v2/") else "apigateway"
    return found[0] if found else ""


def placed(service: str, wire: Wire) -> tuple[str, Mapping[str, str]]:
    """Return the path with the bucket in it, wherever the request has it, and what else the host names."""
    if service == "s3" and (match := _BUCKET.fullmatch(wire.host)):
        rest = "" if wire.path == "/" else wire.path
        return f"/{urllib.parse.quote(match['bucket'])}{rest}", {}
    if service == "s3control" and (match := _ACCOUNT.fullmatch(wire.host)):
        return wire.path, {"AccountId": match["account"]}
    return wire.path, {}
