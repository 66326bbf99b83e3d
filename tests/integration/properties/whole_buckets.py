"""Two configurations that have between them every member that S3 takes and CloudFormation has a property for."""

import json
from datetime import UTC, datetime

from tests.integration.properties.drawn_buckets import (
    ACCOUNT,
    COPIES,
    HERE_KEY,
    LOGS,
    NAME,
    QUEUE,
    ROLE,
    THERE_KEY,
    Configuration,
)

_TAGS = [{"Key": "team", "Value": "web"}, {"Key": "empty", "Value": ""}]
_LATER = datetime(2031, 5, 1, tzinfo=UTC)
_MINUTES = {"Minutes": 15}
_REPORTS = "arn:aws:s3:::reports.of.all"
_EVERYBODY = {
    "Effect": "Deny",
    "Principal": {"AWS": "*"},
    "Action": ["s3:*"],
    "Resource": [f"arn:aws:s3:::{NAME}", f"arn:aws:s3:::{NAME}/*"],
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}

NEW: Configuration = [
    ("put_bucket_versioning", {"VersioningConfiguration": {"Status": "Enabled"}}),
    (
        "put_object_lock_configuration",
        {
            "ObjectLockConfiguration": {
                "ObjectLockEnabled": "Enabled",
                "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Years": 2}},
            }
        },
    ),
    (
        "put_bucket_encryption",
        {
            "ServerSideEncryptionConfiguration": {
                "Rules": [
                    {
                        "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": HERE_KEY},
                        "BucketKeyEnabled": True,
                        "BlockedEncryptionTypes": {"EncryptionType": ["SSE-C"]},
                    }
                ]
            }
        },
    ),
    (
        "put_bucket_lifecycle_configuration",
        {
            "TransitionDefaultMinimumObjectSize": "varies_by_storage_class",
            "LifecycleConfiguration": {
                "Rules": [
                    {
                        "ID": "whole",
                        "Status": "Enabled",
                        "Filter": {
                            "And": {
                                "Prefix": "data/",
                                "Tags": _TAGS,
                                "ObjectSizeGreaterThan": 10,
                                "ObjectSizeLessThan": 10**12,
                            }
                        },
                        "Expiration": {"Days": 400},
                        "Transitions": [
                            {"Days": 30, "StorageClass": "STANDARD_IA"},
                            {"Date": _LATER, "StorageClass": "GLACIER"},
                        ],
                        "NoncurrentVersionExpiration": {"NoncurrentDays": 9, "NewerNoncurrentVersions": 3},
                        "NoncurrentVersionTransitions": [
                            {"NoncurrentDays": 3, "NewerNoncurrentVersions": 2, "StorageClass": "GLACIER_IR"}
                        ],
                    },
                    {
                        "ID": "uploads",
                        "Status": "Disabled",
                        "Filter": {"Prefix": "in/"},
                        "Expiration": {"Date": _LATER},
                        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
                    },
                ]
            },
        },
    ),
    (
        "put_bucket_replication",
        {
            "ReplicationConfiguration": {
                "Role": ROLE,
                "Rules": [
                    {
                        "ID": "whole",
                        "Status": "Enabled",
                        "Priority": 0,
                        "Filter": {"And": {"Prefix": "data/", "Tags": _TAGS}},
                        "DeleteMarkerReplication": {"Status": "Disabled"},
                        "SourceSelectionCriteria": {
                            "SseKmsEncryptedObjects": {"Status": "Enabled"},
                            "ReplicaModifications": {"Status": "Disabled"},
                        },
                        "Destination": {
                            "Bucket": f"arn:aws:s3:::{COPIES}",
                            "Account": ACCOUNT,
                            "StorageClass": "STANDARD_IA",
                            "AccessControlTranslation": {"Owner": "Destination"},
                            "EncryptionConfiguration": {"ReplicaKmsKeyID": THERE_KEY},
                            "ReplicationTime": {"Status": "Enabled", "Time": _MINUTES},
                            "Metrics": {"Status": "Enabled", "EventThreshold": _MINUTES},
                        },
                    },
                    {
                        "ID": "rest",
                        "Status": "Disabled",
                        "Priority": 7,
                        "Filter": {},
                        "DeleteMarkerReplication": {"Status": "Enabled"},
                        "Destination": {"Bucket": f"arn:aws:s3:::{COPIES}", "Metrics": {"Status": "Disabled"}},
                    },
                ],
            }
        },
    ),
    (
        "put_public_access_block",
        {
            "PublicAccessBlockConfiguration": {
                "BlockPublicAcls": False,
                "IgnorePublicAcls": True,
                "BlockPublicPolicy": False,
                "RestrictPublicBuckets": True,
            }
        },
    ),
    (
        "put_bucket_ownership_controls",
        {"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}},
    ),
    (
        "put_bucket_policy",
        {"Policy": json.dumps({"Version": "2012-10-17", "Id": "tls", "Statement": [_EVERYBODY]})},
    ),
    (
        "put_bucket_logging",
        {
            "BucketLoggingStatus": {
                "LoggingEnabled": {
                    "TargetBucket": LOGS,
                    "TargetPrefix": "site/",
                    "TargetObjectKeyFormat": {"PartitionedPrefix": {"PartitionDateSource": "DeliveryTime"}},
                }
            }
        },
    ),
    (
        "put_bucket_notification_configuration",
        {
            "NotificationConfiguration": {
                "EventBridgeConfiguration": {},
                "QueueConfigurations": [
                    {
                        "Id": "mine",
                        "QueueArn": QUEUE,
                        "Events": ["s3:ObjectCreated:*"],
                        "Filter": {
                            "Key": {
                                "FilterRules": [
                                    {"Name": "prefix", "Value": "in/"},
                                    {"Name": "suffix", "Value": ".csv"},
                                ]
                            }
                        },
                    }
                ],
            }
        },
    ),
    (
        "put_bucket_cors",
        {
            "CORSConfiguration": {
                "CORSRules": [
                    {
                        "ID": "site",
                        "AllowedHeaders": ["Authorization", "x-*"],
                        "AllowedMethods": ["GET", "PUT"],
                        "AllowedOrigins": ["https://example.com", "https://*.example.org"],
                        "ExposeHeaders": ["ETag"],
                        "MaxAgeSeconds": 300,
                    }
                ]
            }
        },
    ),
    (
        "put_bucket_website",
        {
            "WebsiteConfiguration": {
                "IndexDocument": {"Suffix": "index.html"},
                "ErrorDocument": {"Key": "404.html"},
                "RoutingRules": [
                    {
                        "Condition": {"KeyPrefixEquals": "old/", "HttpErrorCodeReturnedEquals": "404"},
                        "Redirect": {
                            "HostName": "example.com",
                            "HttpRedirectCode": "302",
                            "Protocol": "https",
                            "ReplaceKeyPrefixWith": "new/",
                        },
                    },
                    {"Redirect": {"ReplaceKeyWith": "gone.html"}},
                ],
            }
        },
    ),
    (
        "put_bucket_metrics_configuration",
        {"Id": "data", "MetricsConfiguration": {"Id": "data", "Filter": {"And": {"Prefix": "data/", "Tags": _TAGS}}}},
    ),
    (
        "put_bucket_analytics_configuration",
        {
            "Id": "access",
            "AnalyticsConfiguration": {
                "Id": "access",
                "Filter": {"Tag": _TAGS[0]},
                "StorageClassAnalysis": {
                    "DataExport": {
                        "OutputSchemaVersion": "V_1",
                        "Destination": {
                            "S3BucketDestination": {
                                "Bucket": _REPORTS,
                                "BucketAccountId": ACCOUNT,
                                "Format": "CSV",
                                "Prefix": "access/",
                            }
                        },
                    }
                },
            },
        },
    ),
    (
        "put_bucket_intelligent_tiering_configuration",
        {
            "Id": "cold",
            "IntelligentTieringConfiguration": {
                "Id": "cold",
                "Status": "Disabled",
                "Filter": {"And": {"Prefix": "data/", "Tags": _TAGS}},
                "Tierings": [
                    {"Days": 90, "AccessTier": "ARCHIVE_ACCESS"},
                    {"Days": 180, "AccessTier": "DEEP_ARCHIVE_ACCESS"},
                ],
            },
        },
    ),
    (
        "put_bucket_inventory_configuration",
        {
            "Id": "weekly",
            "InventoryConfiguration": {
                "Id": "weekly",
                "IsEnabled": False,
                "IncludedObjectVersions": "Current",
                "Filter": {"Prefix": "data/"},
                "OptionalFields": ["Size", "EncryptionStatus"],
                "Schedule": {"Frequency": "Weekly"},
                "Destination": {
                    "S3BucketDestination": {
                        "AccountId": ACCOUNT,
                        "Bucket": _REPORTS,
                        "Format": "Parquet",
                        "Prefix": "lists",
                    }
                },
            },
        },
    ),
    ("put_bucket_tagging", {"Tagging": {"TagSet": _TAGS}}),
    ("put_bucket_abac", {"AbacStatus": {"Status": "Enabled"}}),
]

OLD: Configuration = [
    ("put_bucket_versioning", {"VersioningConfiguration": {"Status": "Enabled"}}),
    (
        "put_bucket_lifecycle_configuration",
        {
            "LifecycleConfiguration": {
                "Rules": [
                    {
                        "ID": "markers",
                        "Status": "Enabled",
                        "Prefix": "",
                        "Expiration": {"ExpiredObjectDeleteMarker": True},
                        "NoncurrentVersionExpiration": {"NoncurrentDays": 90},
                        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 3},
                    }
                ]
            }
        },
    ),
    (
        "put_bucket_replication",
        {
            "ReplicationConfiguration": {
                "Role": ROLE,
                "Rules": [
                    {
                        "ID": "old",
                        "Status": "Enabled",
                        "Prefix": "data/",
                        "Destination": {"Bucket": f"arn:aws:s3:::{COPIES}"},
                    }
                ],
            }
        },
    ),
    (
        "put_bucket_logging",
        {"BucketLoggingStatus": {"LoggingEnabled": {"TargetBucket": LOGS, "TargetPrefix": ""}}},
    ),
    (
        "put_bucket_website",
        {"WebsiteConfiguration": {"RedirectAllRequestsTo": {"HostName": "example.com", "Protocol": "https"}}},
    ),
    ("put_bucket_metrics_configuration", {"Id": "EntireBucket", "MetricsConfiguration": {"Id": "EntireBucket"}}),
]
