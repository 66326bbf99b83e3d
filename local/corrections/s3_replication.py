"""Replication configurations, returned as they were put: moto drops most of a rule, and takes what S3 refuses.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketReplication.html
"""

from http import HTTPStatus
from typing import Any

from local import buckets
from local.corrections.existing import malformed, on_bucket, with_ids
from local.corrections.replication_rules import MALFORMED, refusal
from local.corrections.request import Correction, Request
from local.front import Answer

KIND = "replication"
"""Under which name a bucket keeps its configuration."""


def corrections() -> dict[str, Correction]:
    """Return what corrects replication, by operation."""
    return {
        "s3:PutBucketReplication": on_bucket(_put),
        "s3:GetBucketReplication": on_bucket(_get),
        "s3:DeleteBucketReplication": on_bucket(_delete),
    }


def _put(request: Request, bucket: Any) -> Answer:
    refused = refusal(request.parameters.get("ReplicationConfiguration", {}), bucket)
    if refused == MALFORMED:
        return malformed(request)
    if refused:
        return request.refuse(*refused)
    buckets.kept(bucket)[KIND] = with_ids(request.body)
    return request.ask()


def _get(request: Request, bucket: Any) -> Answer:
    found = buckets.kept(bucket).get(KIND)
    if found:
        return HTTPStatus.OK, found
    message = "The replication configuration was not found"
    return request.refuse("ReplicationConfigurationNotFoundError", message, HTTPStatus.NOT_FOUND)


def _delete(request: Request, bucket: Any) -> Answer:
    buckets.kept(bucket).pop(KIND, None)
    return request.ask()
