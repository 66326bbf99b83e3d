"""The tables of buckets and their policies: Terraform has a resource for each part of a bucket's configuration.

https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/s3_bucket
"""

from collections.abc import Mapping
from typing import Any

from muster.bundle.terraform.bucket_delivery import ANALYTICS, INVENTORY, LOGGING, METRIC, NOTIFICATION, TIERING
from muster.bundle.terraform.bucket_rules import CORS, ENCRYPTION, LIFECYCLE, REPLICATION, RETENTION, WEBSITE
from muster.bundle.terraform.shapes import (
    Ids,
    Piece,
    Rule,
    Table,
    block,
    blocks,
    by,
    json_in,
    merged,
    named,
    tags,
    within,
)

_BUCKET = {"bucket": by("BucketName")}


def _bucket_id(properties: Mapping[str, Any], _ids: Ids, _item: Any) -> str:
    return str(properties["BucketName"])


def _named_id(properties: Mapping[str, Any], _ids: Ids, item: Any) -> str:
    return f"{properties['BucketName']}:{item['Id']}"


def _piece(suffix: str, of: str, rule: Rule, **more: Any) -> Piece:
    return Piece(f"aws_s3_bucket_{suffix}", of, _BUCKET, rule, **{"id": _bucket_id, **more})


BUCKET = Table(
    "aws_s3_bucket",
    {"BucketName": named("bucket"), "ObjectLockEnabled": named("object_lock_enabled"), "Tags": tags()},
    by("BucketName"),
    (
        _piece(
            "versioning",
            "VersioningConfiguration",
            within("versioning_configuration", merged({"Status": named("status")})),
        ),
        _piece("server_side_encryption_configuration", "BucketEncryption", ENCRYPTION),
        _piece("lifecycle_configuration", "LifecycleConfiguration", LIFECYCLE),
        _piece(
            "public_access_block",
            "PublicAccessBlockConfiguration",
            merged(
                {
                    "BlockPublicAcls": named("block_public_acls"),
                    "BlockPublicPolicy": named("block_public_policy"),
                    "IgnorePublicAcls": named("ignore_public_acls"),
                    "RestrictPublicBuckets": named("restrict_public_buckets"),
                }
            ),
        ),
        _piece(
            "ownership_controls",
            "OwnershipControls",
            merged({"Rules": blocks("rule", {"ObjectOwnership": named("object_ownership")})}),
        ),
        _piece("logging", "LoggingConfiguration", LOGGING),
        _piece("replication_configuration", "ReplicationConfiguration", REPLICATION),
        _piece("cors_configuration", "CorsConfiguration", CORS),
        _piece("website_configuration", "WebsiteConfiguration", WEBSITE),
        _piece("notification", "NotificationConfiguration", NOTIFICATION),
        _piece(
            "object_lock_configuration",
            "ObjectLockConfiguration",
            merged(
                {
                    "ObjectLockEnabled": named("object_lock_enabled"),
                    "Rule": block("rule", {"DefaultRetention": block("default_retention", RETENTION)}),
                }
            ),
        ),
        _piece("accelerate_configuration", "AccelerateConfiguration", merged({"AccelerationStatus": named("status")})),
        _piece("metric", "MetricsConfigurations", METRIC, each=True, id=_named_id),
        _piece("inventory", "InventoryConfigurations", INVENTORY, each=True, id=_named_id),
        _piece("analytics_configuration", "AnalyticsConfigurations", ANALYTICS, each=True, id=_named_id),
        _piece(
            "intelligent_tiering_configuration", "IntelligentTieringConfigurations", TIERING, each=True, id=_named_id
        ),
        _piece("abac", "AbacStatus", within("abac_status", named("status")), unless=("Disabled",)),
    ),
)
POLICY = Table("aws_s3_bucket_policy", {"Bucket": named("bucket"), "PolicyDocument": json_in("policy")}, by("Bucket"))
