"""Buckets as properties, setting by setting."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from muster.model.finding import Resource, Unavailable
from muster.properties.conversion import Conversion, Obstacle, convert
from muster.snapshots.s3 import BUCKET_FORM
from muster.snapshots.snapshot import Snapshot
from tests.unit.properties.linted import faults

SITE = Resource("AWS::S3::Bucket", "my.site", "123456789012", "eu-west-1", arn="arn:aws:s3:::my.site")
OWNER = {"ID": "o", "DisplayName": "us"}
OWN = {"Grantee": {"ID": "o", "Type": "CanonicalUser"}, "Permission": "FULL_CONTROL"}
PUBLIC = {"Grantee": {"URI": "http://acs.amazonaws.com/groups/global/AllUsers"}, "Permission": "READ"}
KEY = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ROLE = "arn:aws:iam::123456789012:role/copy"
PLAIN: dict[str, Any] = {
    **{section.name: None for section in BUCKET_FORM.sections},
    "location": {"Region": "eu-west-1"},
    "versioning": {},
    "acl": {"Owner": OWNER, "Grants": [OWN]},
    "logging": {},
    "notification": {},
    "accelerate": {},
    "request-payment": {"Payer": "BucketOwner"},
    "abac": {"AbacStatus": {"Status": "Disabled"}},
    "metrics": {"MetricsConfigurationList": []},
    "analytics": {"AnalyticsConfigurationList": []},
    "inventory": {"InventoryConfigurationList": []},
    "tiering": {"IntelligentTieringConfigurationList": []},
}


def converted(**sections: Any) -> Conversion:
    named = {name.replace("_", "-"): value for name, value in sections.items()}
    return convert(Snapshot(SITE, {**PLAIN, **named}))


def properties(**sections: Any) -> dict[str, Any]:
    conversion = converted(**sections)
    assert conversion.obstacles == ()
    assert faults(conversion) == []
    return dict(conversion.resources[0].properties)


def test_a_plain_bucket_is_its_name_and_is_imported_by_it() -> None:
    assert properties() == {"BucketName": "my.site"}
    assert converted().resources[0].identifier == {"BucketName": "my.site"}


@pytest.mark.parametrize("status", ["Enabled", "Suspended"])
def test_versioning_that_was_ever_set_is_written(status: str) -> None:
    assert properties(versioning={"Status": status})["VersioningConfiguration"] == {"Status": status}


def test_encryption_is_written_as_default_with_bucket_keys_and_blocked_types() -> None:
    rule = {
        "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY},
        "BucketKeyEnabled": True,
        "BlockedEncryptionTypes": {"EncryptionType": ["SSE-C"]},
    }
    written = properties(encryption={"ServerSideEncryptionConfiguration": {"Rules": [rule]}})["BucketEncryption"]
    assert written == {
        "ServerSideEncryptionConfiguration": [
            {
                "ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY},
                "BucketKeyEnabled": True,
                "BlockedEncryptionTypes": {"EncryptionType": ["SSE-C"]},
            }
        ]
    }


LIFECYCLE: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("whole-bucket", {"Filter": {}, "Expiration": {"Days": 90}}, {"ExpirationInDays": 90}),
    ("empty-prefix", {"Filter": {"Prefix": ""}, "Expiration": {"Days": 90}}, {"ExpirationInDays": 90}),
    ("prefix", {"Filter": {"Prefix": "a/"}, "Expiration": {"Days": 1}}, {"Prefix": "a/", "ExpirationInDays": 1}),
    ("old-prefix", {"Prefix": "a/", "Expiration": {"Days": 1}}, {"Prefix": "a/", "ExpirationInDays": 1}),
    (
        "tag",
        {"Filter": {"Tag": {"Key": "k", "Value": "v"}}, "Expiration": {"Days": 1}},
        {"TagFilters": [{"Key": "k", "Value": "v"}], "ExpirationInDays": 1},
    ),
    (
        "and",
        {
            "Filter": {
                "And": {"Prefix": "a", "Tags": [{"Key": "k", "Value": ""}], "ObjectSizeGreaterThan": 5,
                        "ObjectSizeLessThan": 9}
            },
            "Expiration": {"Days": 1},
        },
        {
            "Prefix": "a", "TagFilters": [{"Key": "k", "Value": ""}], "ObjectSizeGreaterThan": "5",
            "ObjectSizeLessThan": "9", "ExpirationInDays": 1,
        },
    ),
    (
        "date",
        {"Filter": {}, "Expiration": {"Date": datetime(2030, 1, 2, tzinfo=UTC)}},
        {"ExpirationDate": "2030-01-02T00:00:00Z"},
    ),
    ("markers", {"Filter": {}, "Expiration": {"ExpiredObjectDeleteMarker": True}}, {"ExpiredObjectDeleteMarker": True}),
    (
        "transitions",
        {
            "Filter": {},
            "Transitions": [
                {"Days": 30, "StorageClass": "STANDARD_IA"},
                {"Date": datetime(2031, 1, 1, tzinfo=UTC), "StorageClass": "GLACIER"},
            ],
        },
        {
            "Transitions": [
                {"TransitionInDays": 30, "StorageClass": "STANDARD_IA"},
                {"TransitionDate": "2031-01-01T00:00:00Z", "StorageClass": "GLACIER"},
            ]
        },
    ),
    (
        "noncurrent",
        {
            "Filter": {},
            "NoncurrentVersionTransitions": [
                {"NoncurrentDays": 5, "StorageClass": "GLACIER_IR", "NewerNoncurrentVersions": 2}
            ],
            "NoncurrentVersionExpiration": {"NoncurrentDays": 9, "NewerNoncurrentVersions": 3},
        },
        {
            "NoncurrentVersionTransitions": [
                {"TransitionInDays": 5, "StorageClass": "GLACIER_IR", "NewerNoncurrentVersions": 2}
            ],
            "NoncurrentVersionExpiration": {"NoncurrentDays": 9, "NewerNoncurrentVersions": 3},
        },
    ),
    (
        "multipart",
        {"Filter": {}, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}},
        {"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "written"), [each[1:] for each in LIFECYCLE], ids=[each[0] for each in LIFECYCLE])
def test_lifecycle_rules_are_written_flat(rule: dict[str, Any], written: dict[str, Any]) -> None:
    said = {"Rules": [{"ID": "r", "Status": "Enabled", **rule}], "TransitionDefaultMinimumObjectSize": MINIMUM}
    expected = {"Rules": [{"Id": "r", "Status": "Enabled", **written}], "TransitionDefaultMinimumObjectSize": MINIMUM}
    assert properties(lifecycle=said)["LifecycleConfiguration"] == expected


MINIMUM = "all_storage_classes_128K"


def test_an_abort_of_uploads_with_a_size_is_an_obstacle() -> None:
    rule = {"Status": "Enabled", "Filter": {"ObjectSizeGreaterThan": 1},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}}  # fmt: skip
    assert [each.setting for each in converted(lifecycle={"Rules": [rule]}).obstacles] == [
        "lifecycle.Rules[0].AbortIncompleteMultipartUpload"
    ]


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ({"Filter": {}}, {"Filter": {"Prefix": ""}}),
        ({"Filter": {"Prefix": "a"}}, {"Filter": {"Prefix": "a"}}),
        ({"Filter": {"Tag": {"Key": "k", "Value": "v"}}}, {"Filter": {"TagFilter": {"Key": "k", "Value": "v"}}}),
        (
            {"Filter": {"And": {"Prefix": "a", "Tags": [{"Key": "k", "Value": "v"}]}}},
            {"Filter": {"And": {"Prefix": "a", "TagFilters": [{"Key": "k", "Value": "v"}]}}},
        ),
        ({"Prefix": "a"}, {"Prefix": "a"}),
        ({"Prefix": ""}, {"Prefix": ""}),
    ],
    ids=("empty", "prefix", "tag", "and", "first-version", "first-version-whole"),
)
def test_replication_filters_stay_nested_and_rules_of_the_first_version_have_none(said: Any, written: Any) -> None:
    version = {"Priority": 1, "DeleteMarkerReplication": {"Status": "Disabled"}} if "Filter" in said else {}
    rule = {
        "ID": "r", "Status": "Enabled", **version,
        "SourceSelectionCriteria": {"SseKmsEncryptedObjects": {"Status": "Enabled"}},
        "Destination": {
            "Bucket": "arn:aws:s3:::other", "EncryptionConfiguration": {"ReplicaKmsKeyID": KEY},
            "Metrics": {"Status": "Enabled", "EventThreshold": {"Minutes": 15}},
            "ReplicationTime": {"Status": "Enabled", "Time": {"Minutes": 15}},
        },
    }  # fmt: skip
    got = properties(
        versioning={"Status": "Enabled"},
        replication={"ReplicationConfiguration": {"Role": ROLE, "Rules": [{**rule, **said}]}},
    )["ReplicationConfiguration"]
    kept = {name: value for name, value in rule.items() if name != "ID"}
    assert got == {"Role": ROLE, "Rules": [{"Id": "r", **kept, **written}]}


def test_notifications_have_an_entry_for_each_event_and_lose_their_ids() -> None:
    function = "arn:aws:lambda:eu-west-1:123456789012:function:f"
    queue = "arn:aws:sqs:eu-west-1:123456789012:q"
    topic = "arn:aws:sns:eu-west-1:123456789012:t"
    events = ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"]
    rules = [{"Name": "Prefix", "Value": "in/"}, {"Name": "Suffix", "Value": ".csv"}]
    said = {
        "LambdaFunctionConfigurations": [
            {"Id": "1", "LambdaFunctionArn": function, "Events": events, "Filter": {"Key": {"FilterRules": rules}}}
        ],
        "QueueConfigurations": [{"Id": "2", "QueueArn": queue, "Events": events[:1]}],
        "TopicConfigurations": [{"Id": "3", "TopicArn": topic, "Events": events[1:]}],
        "EventBridgeConfiguration": {},
    }
    only = {"S3Key": {"Rules": [{"Name": "prefix", "Value": "in/"}, {"Name": "suffix", "Value": ".csv"}]}}
    assert properties(notification=said)["NotificationConfiguration"] == {
        "LambdaConfigurations": [{"Event": event, "Function": function, "Filter": only} for event in events],
        "QueueConfigurations": [{"Event": events[0], "Queue": queue}],
        "TopicConfigurations": [{"Event": events[1], "Topic": topic}],
        "EventBridgeConfiguration": {"EventBridgeEnabled": True},
    }
    assert "ids of its own" in converted(notification=said).remarks[0]


def test_cors_rules_have_cloudformations_names() -> None:
    rule = {"ID": "r", "AllowedMethods": ["GET"], "AllowedOrigins": ["*"], "AllowedHeaders": ["*"],
            "ExposeHeaders": ["ETag"], "MaxAgeSeconds": 60}  # fmt: skip
    assert properties(cors={"CORSRules": [rule]})["CorsConfiguration"] == {
        "CorsRules": [
            {"Id": "r", "AllowedMethods": ["GET"], "AllowedOrigins": ["*"], "AllowedHeaders": ["*"],
             "ExposedHeaders": ["ETag"], "MaxAge": 60}
        ]
    }  # fmt: skip


@pytest.mark.parametrize(
    ("form", "written"),
    [
        ({"SimplePrefix": {}}, {"SimplePrefix": {}}),
        (
            {"PartitionedPrefix": {"PartitionDateSource": "EventTime"}},
            {"PartitionedPrefix": {"PartitionDateSource": "EventTime"}},
        ),
    ],
    ids=("simple", "partitioned"),
)
def test_logging_names_its_bucket_prefix_and_form_of_keys(form: Any, written: Any) -> None:
    said = {"LoggingEnabled": {"TargetBucket": "logs", "TargetPrefix": "site/", "TargetObjectKeyFormat": form}}
    assert properties(logging=said)["LoggingConfiguration"] == {
        "DestinationBucketName": "logs", "LogFilePrefix": "site/", "TargetObjectKeyFormat": written,
    }  # fmt: skip


def test_a_website_has_documents_and_routing_rules() -> None:
    said = {
        "IndexDocument": {"Suffix": "index.html"}, "ErrorDocument": {"Key": "error.html"},
        "RoutingRules": [
            {"Condition": {"KeyPrefixEquals": "old/"}, "Redirect": {"ReplaceKeyPrefixWith": "new/"}},
            {"Redirect": {"HostName": "example.com"}},
        ],
    }  # fmt: skip
    assert properties(website=said)["WebsiteConfiguration"] == {
        "IndexDocument": "index.html", "ErrorDocument": "error.html",
        "RoutingRules": [
            {"RoutingRuleCondition": {"KeyPrefixEquals": "old/"}, "RedirectRule": {"ReplaceKeyPrefixWith": "new/"}},
            {"RedirectRule": {"HostName": "example.com"}},
        ],
    }  # fmt: skip


def test_a_website_may_redirect_everything() -> None:
    said = {"RedirectAllRequestsTo": {"HostName": "example.com", "Protocol": "https"}}
    assert properties(website=said)["WebsiteConfiguration"] == said


def test_object_lock_is_both_the_switch_and_the_retention() -> None:
    said = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 3}}}
    got = properties(versioning={"Status": "Enabled"}, object_lock={"ObjectLockConfiguration": said})
    assert (got["ObjectLockEnabled"], got["ObjectLockConfiguration"]) == (True, said)


def test_metrics_analytics_inventory_and_tiering_are_flat() -> None:
    tag = {"Key": "k", "Value": "v"}
    to = {"Bucket": "arn:aws:s3:::reports", "Format": "CSV", "Prefix": "p"}
    both = {"And": {"Prefix": "a", "Tags": [tag]}}
    got = properties(
        metrics={"MetricsConfigurationList": [{"Id": "m", "Filter": both}, {"Id": "all"}]},
        analytics={"AnalyticsConfigurationList": [
            {"Id": "a", "Filter": {"Tag": tag}, "StorageClassAnalysis": {"DataExport": {
                "OutputSchemaVersion": "V_1",
                "Destination": {"S3BucketDestination": {**to, "BucketAccountId": "123456789012"}}}}},
            {"Id": "b", "StorageClassAnalysis": {}},
        ]},
        inventory={"InventoryConfigurationList": [
            {"Id": "i", "IsEnabled": True, "IncludedObjectVersions": "All", "Schedule": {"Frequency": "Daily"},
             "OptionalFields": ["Size"], "Filter": {"Prefix": "x"},
             "Destination": {"S3BucketDestination": {**to, "AccountId": "123456789012"}}}
        ]},
        tiering={"IntelligentTieringConfigurationList": [
            {"Id": "t", "Status": "Enabled", "Filter": {"Prefix": "x"},
             "Tierings": [{"Days": 90, "AccessTier": "ARCHIVE_ACCESS"}]}
        ]},
    )  # fmt: skip
    there = {"BucketArn": to["Bucket"], "Format": "CSV", "Prefix": "p", "BucketAccountId": "123456789012"}
    assert got["MetricsConfigurations"] == [{"Id": "m", "Prefix": "a", "TagFilters": [tag]}, {"Id": "all"}]
    assert got["AnalyticsConfigurations"] == [
        {"Id": "a", "TagFilters": [tag],
         "StorageClassAnalysis": {"DataExport": {"OutputSchemaVersion": "V_1", "Destination": there}}},
        {"Id": "b", "StorageClassAnalysis": {}},
    ]  # fmt: skip
    assert got["InventoryConfigurations"] == [
        {"Id": "i", "Enabled": True, "IncludedObjectVersions": "All", "ScheduleFrequency": "Daily",
         "OptionalFields": ["Size"], "Prefix": "x", "Destination": there}
    ]  # fmt: skip
    assert got["IntelligentTieringConfigurations"] == [
        {"Id": "t", "Status": "Enabled", "Prefix": "x", "Tierings": [{"Days": 90, "AccessTier": "ARCHIVE_ACCESS"}]}
    ]


def test_access_by_tags_is_written_where_it_is_on() -> None:
    assert properties(abac={"AbacStatus": {"Status": "Enabled"}})["AbacStatus"] == "Enabled"


def test_the_rest_is_written_as_it_is_and_tags_of_aws_are_not() -> None:
    block = {
        "BlockPublicAcls": True,
        "IgnorePublicAcls": False,
        "BlockPublicPolicy": True,
        "RestrictPublicBuckets": False,
    }
    tags = [{"Key": "aws:cloudformation:stack-name", "Value": "s"}, {"Key": "team", "Value": "data"}]
    got = properties(
        public_access_block={"PublicAccessBlockConfiguration": block},
        ownership={"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}},
        accelerate={"Status": "Suspended"},
        tags={"TagSet": tags},
    )
    assert got == {
        "BucketName": "my.site",
        "PublicAccessBlockConfiguration": block,
        "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        "AccelerateConfiguration": {"AccelerationStatus": "Suspended"},
        "Tags": [{"Key": "team", "Value": "data"}],
    }


def test_a_policy_is_a_resource_of_its_own() -> None:
    document = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::my.site/*"}]}  # fmt: skip
    conversion = converted(policy={"Policy": json.dumps(document)})
    assert faults(conversion) == []
    _, policy = conversion.resources
    assert (policy.type, policy.identifier) == ("AWS::S3::BucketPolicy", {"Bucket": "my.site"})
    assert policy.properties == {"Bucket": "my.site", "PolicyDocument": document}


WITHOUT_PROPERTY: list[tuple[str, dict[str, Any], str]] = [
    ("mfa", {"versioning": {"Status": "Enabled", "MFADelete": "Enabled"}}, "versioning.MFADelete"),
    ("payer", {"request_payment": {"Payer": "Requester"}}, "request-payment.Payer"),
    ("grant", {"acl": {"Owner": OWNER, "Grants": [OWN, PUBLIC]}}, "acl.Grants[1]"),
    ("owner-reads", {"acl": {"Owner": OWNER, "Grants": [{**OWN, "Permission": "READ"}]}}, "acl.Grants[0]"),
    (
        "log-grants",
        {"logging": {"LoggingEnabled": {"TargetBucket": "logs", "TargetPrefix": "", "TargetGrants": [OWN]}}},
        "logging.LoggingEnabled.TargetGrants",
    ),
    ("metadata", {"metadata": {"GetBucketMetadataConfigurationResult": {}}}, "metadata"),
    ("elsewhere", {"location": {"Region": "us-east-1"}}, "location.Region"),
    ("policy-text", {"policy": {"Policy": "no JSON"}}, "policy.Policy"),
    ("new-setting", {"versioning": {"Status": "Enabled", "Newer": {}}}, "versioning.Newer"),
    (
        "replica-class",
        {"replication": {"ReplicationConfiguration": {"Role": ROLE, "Rules": [
            {"Status": "Enabled", "Destination": {"Bucket": "b", "StorageClass": "SNOW"}}]}}},
        "replication.ReplicationConfiguration.Rules[0].Destination.StorageClass",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("sections", "setting"), [e[1:] for e in WITHOUT_PROPERTY], ids=[e[0] for e in WITHOUT_PROPERTY]
)
def test_what_has_no_property_is_one_obstacle(sections: dict[str, Any], setting: str) -> None:
    assert [each.setting for each in converted(**sections).obstacles] == [setting]


@pytest.mark.parametrize("name", [section.name for section in BUCKET_FORM.sections])
def test_a_section_that_was_not_read_is_exactly_one_obstacle(name: str) -> None:
    unread = {name.replace("-", "_"): Unavailable("s3:Get", "access denied")}
    assert converted(**unread).obstacles == (Obstacle(name, "could not be read: access denied"),)


def test_a_name_that_cloudformation_does_not_take_is_an_obstacle() -> None:
    old = Resource("AWS::S3::Bucket", "Old_Name", "123456789012", "eu-west-1")
    assert [each.setting for each in convert(Snapshot(old, PLAIN)).obstacles] == ["name"]


@pytest.mark.parametrize(
    ("scope", "remarks"), [({"Prefix": ""}, 1), ({"Filter": {"Prefix": ""}}, 0), ({"Filter": {}}, 0)]
)
def test_a_lifecycle_rule_in_the_old_form_is_remarked(scope: dict[str, Any], remarks: int) -> None:
    rule = {"ID": "old", "Status": "Enabled", "Expiration": {"Days": 30}, **scope}
    conversion = converted(lifecycle={"Rules": [rule]})
    assert len([each for each in conversion.remarks if "old form" in each]) == remarks
    assert conversion.obstacles == ()
