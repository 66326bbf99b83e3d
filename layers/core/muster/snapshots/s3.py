"""The form of a bucket: all of its configuration.

IAM names some of the actions otherwise than S3 its operations:
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
"""

from collections.abc import Callable, Mapping
from typing import Any

from muster.model.finding import Resource
from muster.model.listing import after
from muster.readers.s3 import buckets
from muster.snapshots.form import Form
from muster.snapshots.section import Section, read_as, section

BUCKET = "AWS::S3::Bucket"
_ON = "arn:{partition}:s3:::*"


def _pages(operation: str, member: str) -> Callable[[Any, Resource], Mapping[str, Any]]:
    """Return a call that reads all pages of a list of configurations; boto3 has no paginator for them."""

    def call(s3: Any, bucket: Resource) -> Mapping[str, Any]:
        found: list[Any] = []
        token = ""
        while True:
            page = getattr(s3, operation)(Bucket=bucket.id, **after(token, "ContinuationToken"))
            found.extend(page.get(member) or ())
            token = page.get("NextContinuationToken") or ""
            if not token:
                return {member: found}

    return call


def _read(name: str, action: str, operation: str, *absent: str) -> Section:
    def call(s3: Any, bucket: Resource) -> Mapping[str, Any]:
        answer: Mapping[str, Any] = getattr(s3, operation)(Bucket=bucket.id)
        return answer

    return section(name, f"s3:{action}", call, absent=absent, on=_ON)


def _listed(name: str, action: str, operation: str, member: str) -> Section:
    return section(name, f"s3:{action}", _pages(operation, member), on=_ON)


def _location(s3: Any, bucket: Resource) -> Mapping[str, Any]:
    return {"Region": buckets.region_of(s3, bucket.id)}


BUCKET_FORM = Form(
    BUCKET,
    (
        section("location", "s3:GetBucketLocation", _location, on=_ON),
        read_as("versioning", buckets.versioning, on=_ON),
        read_as("encryption", buckets.encryption, on=_ON),
        read_as("lifecycle", buckets.lifecycle, on=_ON),
        read_as("public-access-block", buckets.public_access_block, on=_ON),
        read_as("policy", buckets.policy, on=_ON),
        read_as("acl", buckets.acl, on=_ON),
        read_as("ownership", buckets.ownership_controls, on=_ON),
        read_as("logging", buckets.logging, on=_ON),
        read_as("replication", buckets.replication, on=_ON),
        read_as("object-lock", buckets.object_lock, on=_ON),
        read_as("tags", buckets.tags, on=_ON),
        _read("notification", "GetBucketNotification", "get_bucket_notification_configuration"),
        _read("cors", "GetBucketCORS", "get_bucket_cors", "NoSuchCORSConfiguration"),
        _read("website", "GetBucketWebsite", "get_bucket_website", "NoSuchWebsiteConfiguration"),
        _read(
            "accelerate", "GetAccelerateConfiguration", "get_bucket_accelerate_configuration",
            "MethodNotAllowed", "UnsupportedArgument",
        ),
        _read("request-payment", "GetBucketRequestPayment", "get_bucket_request_payment"),
        _read("abac", "GetBucketAbac", "get_bucket_abac", "MethodNotAllowed"),
        _read(
            "metadata", "GetBucketMetadataTableConfiguration", "get_bucket_metadata_configuration",
            "MetadataConfigurationNotFound", "MethodNotAllowed",
        ),
        _listed(
            "metrics", "GetMetricsConfiguration", "list_bucket_metrics_configurations", "MetricsConfigurationList"
        ),
        _listed(
            "analytics", "GetAnalyticsConfiguration", "list_bucket_analytics_configurations",
            "AnalyticsConfigurationList",
        ),
        _listed(
            "inventory", "GetInventoryConfiguration", "list_bucket_inventory_configurations",
            "InventoryConfigurationList",
        ),
        _listed(
            "tiering", "GetIntelligentTieringConfiguration", "list_bucket_intelligent_tiering_configurations",
            "IntelligentTieringConfigurationList",
        ),
    ),
    gone=frozenset({"NoSuchBucket"}),
)  # fmt: skip
"""A bucket's configuration. Transfer acceleration, ABAC and metadata tables are refused in regions without them."""
