"""Which operation a request is, for clients that do not say so: only what is corrected needs to be known."""

import io
import re
import urllib.parse
from typing import Any

Environ = dict[str, Any]

_SCOPE = re.compile(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/")
_OF_BUCKETS = {
    ("GET", "metrics"): "ListBucketMetricsConfigurations",
    ("PUT", "metrics"): "PutBucketMetricsConfiguration",
    ("DELETE", "metrics"): "DeleteBucketMetricsConfiguration",
    ("GET", "lifecycle"): "GetBucketLifecycleConfiguration",
    ("PUT", "lifecycle"): "PutBucketLifecycleConfiguration",
    ("GET", "policy"): "GetBucketPolicy",
    ("PUT", "policy"): "PutBucketPolicy",
    ("DELETE", "policy"): "DeleteBucketPolicy",
    ("GET", "policyStatus"): "GetBucketPolicyStatus",
    ("GET", "encryption"): "GetBucketEncryption",
    ("GET", "publicAccessBlock"): "GetPublicAccessBlock",
    ("DELETE", "publicAccessBlock"): "DeletePublicAccessBlock",
    ("GET", "ownershipControls"): "GetBucketOwnershipControls",
    ("DELETE", "ownershipControls"): "DeleteBucketOwnershipControls",
    ("GET", "versioning"): "GetBucketVersioning",
    ("GET", "acl"): "GetBucketAcl",
    ("GET", "logging"): "GetBucketLogging",
    ("GET", "tagging"): "GetBucketTagging",
    ("GET", "object-lock"): "GetObjectLockConfiguration",
    ("GET", "replication"): "GetBucketReplication",
}


def inferred(environ: Environ) -> tuple[str, dict[str, str]]:
    """Return operation (`service:Operation`, empty when unknown) and parameters of a request."""
    scope = _SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
    service = scope.group(1) if scope else ""
    if service == "s3":
        return _of_s3(environ)
    if service == "ec2":
        action = urllib.parse.parse_qs(_kept_body(environ)).get("Action", [""])[0]
        return (f"ec2:{action}" if action else ""), {}
    return "", {}


def _of_s3(environ: Environ) -> tuple[str, dict[str, str]]:
    method, path = environ["REQUEST_METHOD"], str(environ.get("PATH_INFO", "/"))
    if path == "/v20180820/configuration/publicAccessBlock":
        return f"s3control:{method.capitalize()}PublicAccessBlock", {}
    bucket, _, key = path.lstrip("/").partition("/")
    if not bucket:
        return ("s3:ListBuckets" if method == "GET" else ""), {}
    if key:
        return "", {"Bucket": bucket, "Key": key}
    for name in urllib.parse.parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True):
        if operation := _OF_BUCKETS.get((method, name)):
            return f"s3:{operation}", {"Bucket": bucket}
    return "", {"Bucket": bucket}


def _kept_body(environ: Environ) -> str:
    """Read the body and put it back for whoever answers."""
    raw: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(raw)
    return raw.decode("utf-8", "replace")
