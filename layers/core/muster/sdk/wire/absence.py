"""The answers by which S3 says that a bucket has none of something."""

from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree as ET

NOT_FOUND = 404


def absence(headers: Mapping[str, str], body: bytes) -> dict[str, Any] | None:
    """Return what botocore makes of a 404 of S3 with an ordinary body, None for any other.

    Most buckets lack one thing or another, and botocore's parser takes as long as the rest of such a call.
    """
    try:
        root = ET.fromstring(body)  # noqa: S314 - what AWS answers over TLS; expat resolves no external entity
    except ET.ParseError:
        return None
    texts = {child.tag: child.text for child in root}
    if root.tag != "Error" or len(texts) < len(root) or any(len(child) for child in root):
        return None
    request = headers.get("x-amz-request-id")
    if request is None or "x-amzn-requestid" in headers:
        return None
    texts = {name: text for name, text in texts.items() if name not in ("RequestId", "HostId")}
    about = {"RequestId": request, "HostId": headers.get("x-amz-id-2", ""), "HTTPStatusCode": NOT_FOUND}
    return {"Error": texts, "ResponseMetadata": about | {"HTTPHeaders": dict(headers)}}
