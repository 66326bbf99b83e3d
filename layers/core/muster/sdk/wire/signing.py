"""Signature Version 4 of a GET: what botocore's signer says of it, with the key of a day and region derived once.

https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
"""

import functools
import hashlib
import hmac
from collections.abc import Mapping
from typing import Protocol

_NOTHING = hashlib.sha256(b"").hexdigest()
"""The digest of a body that is empty."""
TIME = "%Y%m%dT%H%M%SZ"
"""The form of a request's time, in UTC."""


class Credentials(Protocol):
    """Credentials as botocore freezes them: `token` is None or empty where the key is a user's own."""

    access_key: str
    secret_key: str
    token: str | None


def signed(  # noqa: PLR0913 - what a signature is made of
    credentials: Credentials, region: str, at: str, *, host: str, path: str, query: str, service: str = "s3"
) -> Mapping[str, str]:
    """Return the headers that sign a GET.

    `at` is the time as in `TIME`, `path` is written as it is sent, `query` the same and sorted by name.
    """
    headers = {"X-Amz-Content-SHA256": _NOTHING, "X-Amz-Date": at}
    if credentials.token:
        headers["X-Amz-Security-Token"] = credentials.token
    named = {"host": host} | {name.lower(): value for name, value in headers.items()}
    names, lines = ";".join(named), "".join(f"{name}:{value}\n" for name, value in named.items())
    request = f"GET\n{path}\n{query}\n{lines}\n{names}\n{_NOTHING}"
    scope = f"{at[:8]}/{region}/{service}/aws4_request"
    text = f"AWS4-HMAC-SHA256\n{at}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    signature = hmac.digest(_key(credentials.secret_key, at[:8], region, service), text.encode(), "sha256").hex()
    who = f"Credential={credentials.access_key}/{scope}"
    headers["Authorization"] = f"AWS4-HMAC-SHA256 {who}, SignedHeaders={names}, Signature={signature}"
    return headers


@functools.lru_cache(maxsize=32)
def _key(secret: str, *scope: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (*scope, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key
