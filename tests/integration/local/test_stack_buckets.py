"""A stack's buckets have every property of the template, and what S3 gives a bucket where the template says nothing."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local import resources
from local.provisioning.schemas import schema_of
from local.server import ACCOUNT, EmbeddedAws

HOME, AWAY = "eu-west-1", "us-east-1"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/replication"
KEY = f"arn:aws:kms:{AWAY}:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
LOGS, COPIES, SITE = "logs.of.the.site", "copies.of.the.site", "the.site"
TAG, OTHER = {"Key": "team", "Value": "web"}, {"Key": "copy", "Value": ""}


@pytest.fixture(scope="module")
def running() -> Iterator[EmbeddedAws]:
    resources.install()
    with EmbeddedAws() as aws:
        yield aws


@pytest.fixture
def aws(running: EmbeddedAws, monkeypatch: pytest.MonkeyPatch) -> Iterator[EmbeddedAws]:
    monkeypatch.setenv("AWS_ENDPOINT_URL", running.endpoint)
    yield running
    running.reset()


def deploy(aws: EmbeddedAws, region: str = HOME, name: str = "shop", **made: Mapping[str, Any]) -> Any:
    """Deploy a stack of resources and return its CloudFormation client."""
    client = aws.client("cloudformation", region)
    client.create_stack(StackName=name, TemplateBody=json.dumps({"Resources": made}))
    return client


def bucket(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::S3::Bucket", "Properties": properties}


def read(aws: EmbeddedAws, operation: str, name: str = SITE, region: str = HOME, **more: str) -> dict[str, Any]:
    answer: dict[str, Any] = getattr(aws.client("s3", region), operation)(Bucket=name, **more)
    answer.pop("ResponseMetadata")
    return answer


def with_property(aws: EmbeddedAws, property_name: str, value: Any) -> None:
    """Deploy a versioned bucket with one more property."""
    properties: dict[str, Any] = {
        "BucketName": SITE,
        "VersioningConfiguration": {"Status": "Enabled"},
        property_name: value,
    }
    deploy(aws, Site=bucket(**properties))


ROUNDS: list[tuple[str, Any, str, dict[str, Any]]] = [
    (
        "BucketEncryption",
        {
            "ServerSideEncryptionConfiguration": [
                {
                    "ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY},
                    "BucketKeyEnabled": "true",
                    "BlockedEncryptionTypes": {"EncryptionType": ["SSE-C"]},
                }
            ]
        },
        "get_bucket_encryption",
        {
            "ServerSideEncryptionConfiguration": {
                "Rules": [
                    {
                        "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY},
                        "BucketKeyEnabled": True,
                        "BlockedEncryptionTypes": {"EncryptionType": ["SSE-C"]},
                    }
                ]
            }
        },
    ),
    (
        "PublicAccessBlockConfiguration",
        {"BlockPublicAcls": True, "IgnorePublicAcls": "true"},
        "get_public_access_block",
        {
            "PublicAccessBlockConfiguration": {
                "BlockPublicAcls": True,
                "IgnorePublicAcls": True,
                "BlockPublicPolicy": False,
                "RestrictPublicBuckets": False,
            }
        },
    ),
    (
        "OwnershipControls",
        {"Rules": [{"ObjectOwnership": "ObjectWriter"}]},
        "get_bucket_ownership_controls",
        {"OwnershipControls": {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}},
    ),
    (
        "ObjectLockConfiguration",
        {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Years": "1"}}},
        "get_object_lock_configuration",
        {
            "ObjectLockConfiguration": {
                "ObjectLockEnabled": "Enabled",
                "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Years": 1}},
            }
        },
    ),
    (
        "CorsConfiguration",
        {
            "CorsRules": [
                {
                    "Id": "site",
                    "AllowedHeaders": ["*"],
                    "AllowedMethods": ["GET"],
                    "AllowedOrigins": ["https://example.com"],
                    "ExposedHeaders": ["ETag"],
                    "MaxAge": 300,
                }
            ]
        },
        "get_bucket_cors",
        {
            "CORSRules": [
                {
                    "ID": "site",
                    "AllowedHeaders": ["*"],
                    "AllowedMethods": ["GET"],
                    "AllowedOrigins": ["https://example.com"],
                    "ExposeHeaders": ["ETag"],
                    "MaxAgeSeconds": 300,
                }
            ]
        },
    ),
    (
        "WebsiteConfiguration",
        {
            "IndexDocument": "index.html",
            "ErrorDocument": "error.html",
            "RoutingRules": [
                {
                    "RoutingRuleCondition": {"KeyPrefixEquals": "old/"},
                    "RedirectRule": {"ReplaceKeyPrefixWith": "new/", "HttpRedirectCode": "301"},
                }
            ],
        },
        "get_bucket_website",
        {
            "IndexDocument": {"Suffix": "index.html"},
            "ErrorDocument": {"Key": "error.html"},
            "RoutingRules": [
                {
                    "Condition": {"KeyPrefixEquals": "old/"},
                    "Redirect": {"ReplaceKeyPrefixWith": "new/", "HttpRedirectCode": "301"},
                }
            ],
        },
    ),
    (
        "WebsiteConfiguration",
        {"RedirectAllRequestsTo": {"HostName": "example.com", "Protocol": "https"}},
        "get_bucket_website",
        {"RedirectAllRequestsTo": {"HostName": "example.com", "Protocol": "https"}},
    ),
    ("AbacStatus", "Enabled", "get_bucket_abac", {"AbacStatus": {"Status": "Enabled"}}),
    (
        "NotificationConfiguration",
        {"EventBridgeConfiguration": {"EventBridgeEnabled": True}},
        "get_bucket_notification_configuration",
        {"EventBridgeConfiguration": {}},
    ),
    (
        "NotificationConfiguration",
        {"EventBridgeConfiguration": {"EventBridgeEnabled": False}},
        "get_bucket_notification_configuration",
        {},
    ),
    (
        "MetricsConfigurations",
        [{"Id": "all"}, {"Id": "logs", "Prefix": "logs/", "TagFilters": [TAG]}, {"Id": "tagged", "TagFilters": [TAG]}],
        "list_bucket_metrics_configurations",
        {
            "IsTruncated": False,
            "MetricsConfigurationList": [
                {"Id": "all"},
                {"Id": "logs", "Filter": {"And": {"Prefix": "logs/", "Tags": [TAG]}}},
                {"Id": "tagged", "Filter": {"Tag": TAG}},
            ],
        },
    ),
    (
        "AnalyticsConfigurations",
        [
            {
                "Id": "access",
                "Prefix": "logs/",
                "StorageClassAnalysis": {
                    "DataExport": {
                        "OutputSchemaVersion": "V_1",
                        "Destination": {
                            "BucketArn": "arn:aws:s3:::reports",
                            "BucketAccountId": ACCOUNT,
                            "Format": "CSV",
                            "Prefix": "analysis/",
                        },
                    }
                },
            },
            {"Id": "plain", "StorageClassAnalysis": {}},
        ],
        "list_bucket_analytics_configurations",
        {
            "IsTruncated": False,
            "AnalyticsConfigurationList": [
                {
                    "Id": "access",
                    "Filter": {"Prefix": "logs/"},
                    "StorageClassAnalysis": {
                        "DataExport": {
                            "OutputSchemaVersion": "V_1",
                            "Destination": {
                                "S3BucketDestination": {
                                    "Bucket": "arn:aws:s3:::reports",
                                    "BucketAccountId": ACCOUNT,
                                    "Format": "CSV",
                                    "Prefix": "analysis/",
                                }
                            },
                        }
                    },
                },
                {"Id": "plain", "StorageClassAnalysis": {}},
            ],
        },
    ),
    (
        "IntelligentTieringConfigurations",
        [
            {
                "Id": "cold",
                "Status": "Enabled",
                "Prefix": "cold/",
                "Tierings": [{"AccessTier": "ARCHIVE_ACCESS", "Days": "90"}],
            }
        ],
        "list_bucket_intelligent_tiering_configurations",
        {
            "IsTruncated": False,
            "IntelligentTieringConfigurationList": [
                {
                    "Id": "cold",
                    "Status": "Enabled",
                    "Filter": {"Prefix": "cold/"},
                    "Tierings": [{"AccessTier": "ARCHIVE_ACCESS", "Days": 90}],
                }
            ],
        },
    ),
    (
        "InventoryConfigurations",
        [
            {
                "Id": "weekly",
                "Enabled": True,
                "IncludedObjectVersions": "All",
                "OptionalFields": ["Size", "ETag"],
                "Prefix": "data/",
                "ScheduleFrequency": "Weekly",
                "Destination": {"BucketArn": "arn:aws:s3:::reports", "Format": "ORC", "Prefix": "inventory"},
            }
        ],
        "list_bucket_inventory_configurations",
        {
            "IsTruncated": False,
            "InventoryConfigurationList": [
                {
                    "Id": "weekly",
                    "IsEnabled": True,
                    "IncludedObjectVersions": "All",
                    "OptionalFields": ["Size", "ETag"],
                    "Filter": {"Prefix": "data/"},
                    "Schedule": {"Frequency": "Weekly"},
                    "Destination": {
                        "S3BucketDestination": {
                            "Bucket": "arn:aws:s3:::reports",
                            "Format": "ORC",
                            "Prefix": "inventory",
                        }
                    },
                }
            ],
        },
    ),
]


@pytest.mark.parametrize(("name", "value", "operation", "expected"), ROUNDS)
def test_a_property_is_what_s3_returns(
    aws: EmbeddedAws, name: str, value: Any, operation: str, expected: dict[str, Any]
) -> None:
    with_property(aws, name, value)
    assert read(aws, operation) == expected


RULES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("days", {"ExpirationInDays": "90"}, {"Prefix": "", "Expiration": {"Days": 90}}),
    ("markers", {"ExpiredObjectDeleteMarker": True}, {"Prefix": "", "Expiration": {"ExpiredObjectDeleteMarker": True}}),
    (
        "prefix and uploads",
        {"Prefix": "in/", "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}},
        {"Prefix": "in/", "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}},
    ),
    (
        "transitions",
        {"Transitions": [{"StorageClass": "STANDARD_IA", "TransitionInDays": 30}]},
        {"Prefix": "", "Transitions": [{"StorageClass": "STANDARD_IA", "Days": 30}]},
    ),
    (
        "the singular spellings",
        {
            "Transition": {"StorageClass": "Glacier", "TransitionInDays": 30},
            "NoncurrentVersionTransition": {"StorageClass": "GLACIER_IR", "TransitionInDays": 5},
            "NoncurrentVersionExpirationInDays": 9,
        },
        {
            "Prefix": "",
            "Transitions": [{"StorageClass": "GLACIER", "Days": 30}],
            "NoncurrentVersionTransitions": [{"StorageClass": "GLACIER_IR", "NoncurrentDays": 5}],
            "NoncurrentVersionExpiration": {"NoncurrentDays": 9},
        },
    ),
    (
        "noncurrent versions",
        {
            "NoncurrentVersionExpiration": {"NoncurrentDays": 3, "NewerNoncurrentVersions": 2},
            "NoncurrentVersionTransitions": [
                {"StorageClass": "STANDARD_IA", "TransitionInDays": 1, "NewerNoncurrentVersions": 4}
            ],
        },
        {
            "Prefix": "",
            "NoncurrentVersionExpiration": {"NoncurrentDays": 3, "NewerNoncurrentVersions": 2},
            "NoncurrentVersionTransitions": [
                {"StorageClass": "STANDARD_IA", "NoncurrentDays": 1, "NewerNoncurrentVersions": 4}
            ],
        },
    ),
    ("a tag", {"TagFilters": [TAG], "ExpirationInDays": 1}, {"Filter": {"Tag": TAG}, "Expiration": {"Days": 1}}),
    (
        "tags and a prefix",
        {"Prefix": "a/", "TagFilters": [TAG, OTHER], "ExpirationInDays": 1},
        {"Filter": {"And": {"Prefix": "a/", "Tags": [TAG, OTHER]}}, "Expiration": {"Days": 1}},
    ),
    (
        "a size",
        {"ObjectSizeGreaterThan": "500", "ExpirationInDays": 1},
        {"Filter": {"ObjectSizeGreaterThan": 500}, "Expiration": {"Days": 1}},
    ),
    (
        "two sizes",
        {"ObjectSizeGreaterThan": 500, "ObjectSizeLessThan": "900", "ExpirationInDays": 1},
        {"Filter": {"And": {"ObjectSizeGreaterThan": 500, "ObjectSizeLessThan": 900}}, "Expiration": {"Days": 1}},
    ),
]


@pytest.mark.parametrize(("given", "expected"), [pytest.param(*rest, id=name) for name, *rest in RULES])
def test_a_lifecycle_rule_is_what_s3_returns(aws: EmbeddedAws, given: dict[str, Any], expected: dict[str, Any]) -> None:
    configuration = {
        "TransitionDefaultMinimumObjectSize": "varies_by_storage_class",
        "Rules": [{"Id": "old", "Status": "Enabled", **given}],
    }
    with_property(aws, "LifecycleConfiguration", configuration)
    assert read(aws, "get_bucket_lifecycle_configuration") == {
        "Rules": [{"ID": "old", "Status": "Enabled", **expected}],
        "TransitionDefaultMinimumObjectSize": "varies_by_storage_class",
    }


def test_where_one_rule_has_a_filter_all_have(aws: EmbeddedAws) -> None:
    rules = [
        {"Id": "all", "Status": "Enabled", "ExpirationInDays": 9},
        {"Id": "part", "Status": "Enabled", "ExpirationInDays": 9, "Prefix": "part/"},
        {"Id": "tagged", "Status": "Disabled", "ExpirationInDays": 9, "TagFilters": [TAG]},
    ]
    with_property(aws, "LifecycleConfiguration", {"Rules": rules})
    filters = [rule["Filter"] for rule in read(aws, "get_bucket_lifecycle_configuration")["Rules"]]
    assert filters == [{"Prefix": ""}, {"Prefix": "part/"}, {"Tag": TAG}]


def copied(aws: EmbeddedAws) -> None:
    """Make the bucket that copies go to."""
    deploy(aws, AWAY, "away", Copies=bucket(BucketName=COPIES, VersioningConfiguration={"Status": "Enabled"}))


MINUTES = {"Minutes": 15}
REPLICATION = [
    pytest.param(
        {"Id": "old", "Status": "Enabled", "Prefix": ""}, {"ID": "old", "Status": "Enabled", "Prefix": ""}, id="V1"
    ),
    pytest.param(
        {
            "Id": "new",
            "Status": "Enabled",
            "Priority": "3",
            "Filter": {"TagFilter": TAG},
            "DeleteMarkerReplication": {"Status": "Disabled"},
        },
        {
            "ID": "new",
            "Status": "Enabled",
            "Priority": 3,
            "Filter": {"Tag": TAG},
            "DeleteMarkerReplication": {"Status": "Disabled"},
        },
        id="a tag",
    ),
    pytest.param(
        {
            "Id": "whole",
            "Status": "Enabled",
            "Priority": 0,
            "Filter": {"And": {"Prefix": "a/", "TagFilters": [TAG, OTHER]}},
            "DeleteMarkerReplication": {"Status": "Disabled"},
            "SourceSelectionCriteria": {
                "SseKmsEncryptedObjects": {"Status": "Enabled"},
                "ReplicaModifications": {"Status": "Enabled"},
            },
        },
        {
            "ID": "whole",
            "Status": "Enabled",
            "Priority": 0,
            "Filter": {"And": {"Prefix": "a/", "Tags": [TAG, OTHER]}},
            "DeleteMarkerReplication": {"Status": "Disabled"},
            "SourceSelectionCriteria": {
                "SseKmsEncryptedObjects": {"Status": "Enabled"},
                "ReplicaModifications": {"Status": "Enabled"},
            },
        },
        id="everything",
    ),
]


@pytest.mark.parametrize(("given", "expected"), REPLICATION)
def test_a_replication_rule_is_what_s3_returns(
    aws: EmbeddedAws, given: dict[str, Any], expected: dict[str, Any]
) -> None:
    copied(aws)
    destination: dict[str, Any] = {"Bucket": f"arn:aws:s3:::{COPIES}", "StorageClass": "GLACIER_IR"}
    if "SourceSelectionCriteria" in given:
        destination |= {
            "Account": ACCOUNT,
            "AccessControlTranslation": {"Owner": "Destination"},
            "EncryptionConfiguration": {"ReplicaKmsKeyID": KEY},
            "ReplicationTime": {"Status": "Enabled", "Time": MINUTES},
            "Metrics": {"Status": "Enabled", "EventThreshold": MINUTES},
        }
    with_property(aws, "ReplicationConfiguration", {"Role": ROLE, "Rules": [{**given, "Destination": destination}]})
    assert read(aws, "get_bucket_replication")["ReplicationConfiguration"] == {
        "Role": ROLE,
        "Rules": [{**expected, "Destination": destination}],
    }


def test_a_stack_fails_where_its_replication_is_refused(aws: EmbeddedAws) -> None:
    rule = {"Status": "Enabled", "Prefix": "", "Destination": {"Bucket": "arn:aws:s3:::nowhere"}}
    with pytest.raises(ClientError, match="Destination bucket must exist"):
        with_property(aws, "ReplicationConfiguration", {"Role": ROLE, "Rules": [rule]})


def test_events_go_to_queues_topics_and_functions(aws: EmbeddedAws) -> None:
    arns = {
        "Queue": f"arn:aws:sqs:{HOME}:{ACCOUNT}:news",
        "Topic": f"arn:aws:sns:{HOME}:{ACCOUNT}:news",
        "Function": f"arn:aws:lambda:{HOME}:{ACCOUNT}:function:news",
    }
    aws.client("sqs", HOME).create_queue(QueueName="news")
    aws.client("sns", HOME).create_topic(Name="news")
    rules = [{"Name": "prefix", "Value": "in/"}]
    properties = {
        f"{'Lambda' if kind == 'Function' else kind}Configurations": [
            {kind: arn, "Event": "s3:ObjectCreated:*", "Filter": {"S3Key": {"Rules": rules}}}
        ]
        for kind, arn in arns.items()
    }
    with_property(aws, "NotificationConfiguration", properties)
    found = read(aws, "get_bucket_notification_configuration")
    for kind, arn in arns.items():
        name = "LambdaFunction" if kind == "Function" else kind
        (entry,) = found[f"{name}Configurations"]
        assert entry.pop("Id")
        assert entry == {f"{name}Arn": arn, "Events": ["s3:ObjectCreated:*"], "Filter": {"Key": {"FilterRules": rules}}}


def test_logs_go_where_their_bucket_lets_them(aws: EmbeddedAws) -> None:
    delivers = {
        "Effect": "Allow",
        "Principal": {"Service": "logging.s3.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{LOGS}/*",
    }
    policy = {"Version": "2012-10-17", "Statement": [delivers]}
    deploy(
        aws,
        name="logs",
        Logs=bucket(BucketName=LOGS),
        LogsPolicy={
            "Type": "AWS::S3::BucketPolicy",
            "Properties": {"Bucket": {"Ref": "Logs"}, "PolicyDocument": policy},
        },
    )
    assert json.loads(read(aws, "get_bucket_policy", LOGS)["Policy"]) == policy
    target = {
        "DestinationBucketName": LOGS,
        "LogFilePrefix": "site/",
        "TargetObjectKeyFormat": {"PartitionedPrefix": {"PartitionDateSource": "DeliveryTime"}},
    }
    with_property(aws, "LoggingConfiguration", target)
    assert read(aws, "get_bucket_logging")["LoggingEnabled"] == {
        "TargetBucket": LOGS,
        "TargetPrefix": "site/",
        "TargetObjectKeyFormat": target["TargetObjectKeyFormat"],
    }


def test_transfer_acceleration_is_for_names_without_dots(aws: EmbeddedAws) -> None:
    accelerated = {"AccelerationStatus": "Enabled"}
    deploy(aws, Site=bucket(BucketName="site", AccelerateConfiguration=accelerated))
    assert read(aws, "get_bucket_accelerate_configuration", "site") == {"Status": "Enabled"}


def test_a_bucket_without_properties_is_as_s3_makes_it(aws: EmbeddedAws) -> None:
    deploy(aws, Site={"Type": "AWS::S3::Bucket"})
    (made,) = aws.client("s3", HOME).list_buckets()["Buckets"]
    name = made["Name"]
    aws.client("s3", HOME).create_bucket(Bucket="by.hand", CreateBucketConfiguration={"LocationConstraint": HOME})
    for operation in (
        "get_bucket_encryption",
        "get_public_access_block",
        "get_bucket_ownership_controls",
        "get_bucket_versioning",
        "get_bucket_abac",
        "get_bucket_logging",
        "get_bucket_notification_configuration",
    ):
        assert read(aws, operation, name) == read(aws, operation, "by.hand")
    for operation in ("get_bucket_lifecycle_configuration", "get_bucket_cors", "get_bucket_policy"):
        with pytest.raises(ClientError, match="NoSuch"):
            read(aws, operation, name)


def test_tags_are_those_of_the_template_and_of_the_stack(aws: EmbeddedAws) -> None:
    client = deploy(aws, Site=bucket(BucketName=SITE, Tags=[TAG]))
    stack = client.describe_stacks(StackName="shop")["Stacks"][0]
    found = {tag["Key"]: tag["Value"] for tag in read(aws, "get_bucket_tagging")["TagSet"]}
    assert found == {
        "team": "web",
        "aws:cloudformation:stack-name": "shop",
        "aws:cloudformation:logical-id": "Site",
        "aws:cloudformation:stack-id": stack["StackId"],
    }


def test_a_locked_bucket_is_versioned_from_the_beginning(aws: EmbeddedAws) -> None:
    deploy(aws, Site=bucket(BucketName=SITE, ObjectLockEnabled="true"))
    assert read(aws, "get_object_lock_configuration")["ObjectLockConfiguration"] == {"ObjectLockEnabled": "Enabled"}
    assert read(aws, "get_bucket_versioning") == {"Status": "Enabled"}


def test_a_canned_acl_is_put(aws: EmbeddedAws) -> None:
    deploy(aws, Site=bucket(BucketName=SITE, AccessControl="LogDeliveryWrite"))
    grantees = {grant["Grantee"].get("URI", "") for grant in read(aws, "get_bucket_acl")["Grants"]}
    assert "http://acs.amazonaws.com/groups/s3/LogDelivery" in grantees


def test_the_attributes_of_a_bucket(aws: EmbeddedAws) -> None:
    template = {
        "Resources": {"Site": bucket(BucketName=SITE)},
        "Outputs": {
            name: {"Value": {"Fn::GetAtt": ["Site", name]}} for name in ("Arn", "DomainName", "RegionalDomainName")
        },
    }
    client = aws.client("cloudformation", HOME)
    client.create_stack(StackName="shop", TemplateBody=json.dumps(template))
    outputs = client.describe_stacks(StackName="shop")["Stacks"][0]["Outputs"]
    assert {each["OutputKey"]: each["OutputValue"] for each in outputs} == {
        "Arn": f"arn:aws:s3:::{SITE}",
        "DomainName": f"{SITE}.s3.amazonaws.com",
        "RegionalDomainName": f"{SITE}.s3.{HOME}.amazonaws.com",
    }


def test_a_deleted_stack_takes_bucket_and_policy_with_it(aws: EmbeddedAws) -> None:
    policy = {
        "Type": "AWS::S3::BucketPolicy",
        "Properties": {
            "Bucket": {"Ref": "Site"},
            "PolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Deny",
                        "Principal": "*",
                        "Action": "s3:*",
                        "Resource": f"arn:aws:s3:::{SITE}/*",
                        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                    }
                ],
            },
        },
    }
    client = deploy(aws, Site=bucket(BucketName=SITE, Tags=[TAG]), Policy=policy)
    listed = client.describe_stack_resources(StackName="shop")["StackResources"]
    assert {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in listed} == {"Site": SITE, "Policy": SITE}
    client.delete_stack(StackName="shop")
    assert aws.client("s3", HOME).list_buckets()["Buckets"] == []


UNMADE = {"BucketNamePrefix", "MetadataConfiguration", "MetadataTableConfiguration"}
"""Metadata tables are S3 Tables' business, which moto does not have; a prefix is half a name."""
ELSEWHERE = {
    "AccelerateConfiguration", "AccessControl", "BucketName", "BucketNamespace", "LifecycleConfiguration",
    "LoggingConfiguration", "ObjectLockEnabled", "ReplicationConfiguration", "Tags", "VersioningConfiguration",
}  # fmt: skip
"""The properties that have an example of their own above."""


def test_every_property_of_the_schema_is_made_or_named_here() -> None:
    schema = schema_of("AWS::S3::Bucket")
    read_only = {pointer.split("/")[2] for pointer in schema["readOnlyProperties"] if pointer.count("/") == 2}
    assert set(schema["properties"]) - read_only - UNMADE - ELSEWHERE == {name for name, *_ in ROUNDS}


def test_a_property_that_is_not_made_fails_the_stack(aws: EmbeddedAws) -> None:
    with pytest.raises(ClientError, match="MetadataConfiguration"):
        with_property(
            aws,
            "MetadataConfiguration",
            {"JournalTableConfiguration": {"RecordExpiration": {"Expiration": "DISABLED"}}},
        )
