"""The rules of a bucket: lifecycle, encryption, replication, CORS, website, object lock."""

from collections.abc import Mapping
from typing import Any

from muster.bundle.terraform.shapes import block, blocks, merged, named, tags, within


def _lifecycle_rule(rule: Mapping[str, Any]) -> Mapping[str, Any]:
    """Nest what CloudFormation has flat in a rule: the filter, and the expiration of current versions."""
    flat = ("Prefix", "TagFilters", "ObjectSizeGreaterThan", "ObjectSizeLessThan")
    expiring = ("ExpirationDate", "ExpirationInDays", "ExpiredObjectDeleteMarker")
    wanted = {name: rule[name] for name in flat if name in rule}
    several = len(wanted) > 1 or len(wanted.get("TagFilters", ())) > 1
    rest = {name: each for name, each in rule.items() if name not in (*flat, *expiring)}
    expiration = {name: rule[name] for name in expiring if name in rule}
    return {
        **rest,
        "Filter": {"And": wanted} if several else wanted,
        **({"Expiration": expiration} if expiration else {}),
    }


_TAG = {"Key": named("key"), "Value": named("value")}
_SIZES = {
    "ObjectSizeGreaterThan": named("object_size_greater_than", int),
    "ObjectSizeLessThan": named("object_size_less_than", int),
    "Prefix": named("prefix"),
}
LIFECYCLE = merged(
    {
        "TransitionDefaultMinimumObjectSize": named("transition_default_minimum_object_size"),
        "Rules": blocks(
            "rule",
            {
                "Id": named("id"),
                "Status": named("status"),
                "Filter": block(
                    "filter",
                    {
                        **_SIZES,
                        "TagFilters": blocks("tag", _TAG),
                        "And": block("and", {**_SIZES, "TagFilters": tags()}),
                    },
                ),
                "Expiration": block(
                    "expiration",
                    {
                        "ExpirationDate": named("date"),
                        "ExpirationInDays": named("days"),
                        "ExpiredObjectDeleteMarker": named("expired_object_delete_marker"),
                    },
                ),
                "Transitions": blocks(
                    "transition",
                    {
                        "TransitionDate": named("date"),
                        "TransitionInDays": named("days"),
                        "StorageClass": named("storage_class"),
                    },
                ),
                "NoncurrentVersionExpiration": block(
                    "noncurrent_version_expiration",
                    {
                        "NoncurrentDays": named("noncurrent_days"),
                        "NewerNoncurrentVersions": named("newer_noncurrent_versions"),
                    },
                ),
                "NoncurrentVersionTransitions": blocks(
                    "noncurrent_version_transition",
                    {
                        "TransitionInDays": named("noncurrent_days"),
                        "NewerNoncurrentVersions": named("newer_noncurrent_versions"),
                        "StorageClass": named("storage_class"),
                    },
                ),
                "AbortIncompleteMultipartUpload": block(
                    "abort_incomplete_multipart_upload", {"DaysAfterInitiation": named("days_after_initiation")}
                ),
            },
            before=_lifecycle_rule,
        ),
    }
)

ENCRYPTION = merged(
    {
        "ServerSideEncryptionConfiguration": blocks(
            "rule",
            {
                "BucketKeyEnabled": named("bucket_key_enabled"),
                "BlockedEncryptionTypes": merged({"EncryptionType": named("blocked_encryption_types")}),
                "ServerSideEncryptionByDefault": block(
                    "apply_server_side_encryption_by_default",
                    {"SSEAlgorithm": named("sse_algorithm"), "KMSMasterKeyID": named("kms_master_key_id")},
                ),
            },
        )
    }
)
"""`blocked_encryption_types` came with 6.22 of the provider, and is left alone where it is not set since 6.40."""

REPLICATION = merged(
    {
        "Role": named("role"),
        "Rules": blocks(
            "rule",
            {
                "Id": named("id"),
                "Priority": named("priority"),
                "Prefix": named("prefix"),
                "Status": named("status"),
                "Filter": block(
                    "filter",
                    {
                        "Prefix": named("prefix"),
                        "TagFilter": block("tag", _TAG),
                        "And": block("and", {"Prefix": named("prefix"), "TagFilters": tags()}),
                    },
                ),
                "DeleteMarkerReplication": block("delete_marker_replication", {"Status": named("status")}),
                "SourceSelectionCriteria": block(
                    "source_selection_criteria",
                    {
                        "ReplicaModifications": block("replica_modifications", {"Status": named("status")}),
                        "SseKmsEncryptedObjects": block("sse_kms_encrypted_objects", {"Status": named("status")}),
                    },
                ),
                "Destination": block(
                    "destination",
                    {
                        "Account": named("account"),
                        "Bucket": named("bucket"),
                        "StorageClass": named("storage_class"),
                        "AccessControlTranslation": block("access_control_translation", {"Owner": named("owner")}),
                        "EncryptionConfiguration": block(
                            "encryption_configuration", {"ReplicaKmsKeyID": named("replica_kms_key_id")}
                        ),
                        "Metrics": block(
                            "metrics",
                            {
                                "Status": named("status"),
                                "EventThreshold": block("event_threshold", {"Minutes": named("minutes")}),
                            },
                        ),
                        "ReplicationTime": block(
                            "replication_time",
                            {"Status": named("status"), "Time": block("time", {"Minutes": named("minutes")})},
                        ),
                    },
                ),
            },
        ),
    }
)

CORS = merged(
    {
        "CorsRules": blocks(
            "cors_rule",
            {
                "Id": named("id"),
                "AllowedHeaders": named("allowed_headers"),
                "AllowedMethods": named("allowed_methods"),
                "AllowedOrigins": named("allowed_origins"),
                "ExposedHeaders": named("expose_headers"),
                "MaxAge": named("max_age_seconds"),
            },
        )
    }
)
WEBSITE = merged(
    {
        "IndexDocument": within("index_document", named("suffix")),
        "ErrorDocument": within("error_document", named("key")),
        "RedirectAllRequestsTo": block(
            "redirect_all_requests_to", {"HostName": named("host_name"), "Protocol": named("protocol")}
        ),
        "RoutingRules": blocks(
            "routing_rule",
            {
                "RoutingRuleCondition": block(
                    "condition",
                    {
                        "HttpErrorCodeReturnedEquals": named("http_error_code_returned_equals"),
                        "KeyPrefixEquals": named("key_prefix_equals"),
                    },
                ),
                "RedirectRule": block(
                    "redirect",
                    {
                        "HostName": named("host_name"),
                        "HttpRedirectCode": named("http_redirect_code"),
                        "Protocol": named("protocol"),
                        "ReplaceKeyPrefixWith": named("replace_key_prefix_with"),
                        "ReplaceKeyWith": named("replace_key_with"),
                    },
                ),
            },
        ),
    }
)


RETENTION = {"Mode": named("mode"), "Days": named("days"), "Years": named("years")}
