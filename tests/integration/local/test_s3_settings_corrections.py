"""Settings of buckets are returned as they were put, and a new bucket has what S3 gives it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.server import ACCOUNT, EmbeddedAws

HOME = "eu-west-1"
SITE = "site.with.dots"
WHERE = {"CreateBucketConfiguration": {"LocationConstraint": HOME}}


@pytest.fixture
def aws(running: EmbeddedAws) -> Iterator[EmbeddedAws]:
    running.client("s3", HOME).create_bucket(Bucket=SITE, **WHERE)
    yield running
    running.reset()


@pytest.fixture
def s3(aws: EmbeddedAws) -> Any:
    return aws.client("s3", HOME)


def code(error: pytest.ExceptionInfo[ClientError]) -> tuple[str, int]:
    response = error.value.response
    return str(response["Error"]["Code"]), int(response["ResponseMetadata"]["HTTPStatusCode"])


TAGS = [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": ""}]
EXPORT = {"Bucket": "arn:aws:s3:::reports", "Format": "CSV", "Prefix": "analysis/"}
CONFIGURATIONS: list[tuple[str, dict[str, Any]]] = [
    (
        "analytics",
        {
            "Id": "access",
            "Filter": {"And": {"Prefix": "logs/", "Tags": TAGS}},
            "StorageClassAnalysis": {
                "DataExport": {"OutputSchemaVersion": "V_1", "Destination": {"S3BucketDestination": EXPORT}}
            },
        },
    ),
    (
        "intelligent_tiering",
        {
            "Id": "cold",
            "Filter": {"Tag": TAGS[0]},
            "Status": "Enabled",
            "Tierings": [
                {"Days": 90, "AccessTier": "ARCHIVE_ACCESS"},
                {"Days": 180, "AccessTier": "DEEP_ARCHIVE_ACCESS"},
            ],
        },
    ),
    (
        "inventory",
        {
            "Id": "weekly",
            "IsEnabled": True,
            "Filter": {"Prefix": "data/"},
            "Destination": {
                "S3BucketDestination": {
                    "AccountId": ACCOUNT,
                    "Bucket": "arn:aws:s3:::reports",
                    "Format": "Parquet",
                    "Prefix": "inventory",
                    "Encryption": {"SSES3": {}},
                }
            },
            "IncludedObjectVersions": "Current",
            "OptionalFields": ["Size", "EncryptionStatus"],
            "Schedule": {"Frequency": "Weekly"},
        },
    ),
    ("metrics", {"Id": "EntireBucket"}),
    ("metrics", {"Id": "logs", "Filter": {"And": {"Prefix": "logs/", "Tags": TAGS[:1]}}}),
]


def named(kind: str, verb: str) -> str:
    return f"{verb}_bucket_{kind}_configuration"


def member(kind: str) -> str:
    return "".join(word.title() for word in kind.split("_")) + "Configuration"


def put(s3: Any, kind: str, configuration: dict[str, Any]) -> None:
    getattr(s3, named(kind, "put"))(Bucket=SITE, Id=configuration["Id"], **{member(kind): configuration})


def listed(s3: Any, kind: str, **more: str) -> dict[str, Any]:
    answer: dict[str, Any] = getattr(s3, f"{named(kind, 'list')}s")(Bucket=SITE, **more)
    return answer


@pytest.mark.parametrize(("kind", "configuration"), CONFIGURATIONS)
def test_a_named_configuration_is_put_listed_and_deleted(s3: Any, kind: str, configuration: dict[str, Any]) -> None:
    name = configuration["Id"]
    put(s3, kind, configuration)
    assert getattr(s3, named(kind, "get"))(Bucket=SITE, Id=name)[member(kind)] == configuration
    assert listed(s3, kind)[f"{member(kind)}List"] == [configuration]
    getattr(s3, named(kind, "delete"))(Bucket=SITE, Id=name)
    assert f"{member(kind)}List" not in listed(s3, kind)


KINDS = ["analytics", "intelligent_tiering", "inventory", "metrics"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_named_configuration_that_is_not_there(s3: Any, kind: str) -> None:
    for verb in ("get", "delete"):
        with pytest.raises(ClientError) as error:
            getattr(s3, named(kind, verb))(Bucket=SITE, Id="never")
        assert code(error) == ("NoSuchConfiguration", 404)
    with pytest.raises(ClientError) as error:
        getattr(s3, f"{named(kind, 'list')}s")(Bucket="nowhere")
    assert code(error) == ("NoSuchBucket", 404)


@pytest.mark.parametrize("kind", KINDS)
def test_a_list_of_named_configurations_has_pages(s3: Any, kind: str) -> None:
    configuration = next(each for name, each in CONFIGURATIONS if name == kind)
    names = [f"n{number:03d}" for number in range(101)]
    for name in reversed(names):
        put(s3, kind, {**configuration, "Id": name})
    first = listed(s3, kind)
    rest = listed(s3, kind, ContinuationToken=first["NextContinuationToken"])
    assert [[each["Id"] for each in page[f"{member(kind)}List"]] for page in (first, rest)] == [
        names[:100],
        names[100:],
    ]
    assert (first["IsTruncated"], rest["IsTruncated"]) == (True, False)


def test_a_new_bucket_has_what_s3_gives_it(s3: Any) -> None:
    (encryption,) = s3.get_bucket_encryption(Bucket=SITE)["ServerSideEncryptionConfiguration"]["Rules"]
    assert encryption == {
        "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"},
        "BucketKeyEnabled": False,
    }
    assert set(s3.get_public_access_block(Bucket=SITE)["PublicAccessBlockConfiguration"].values()) == {True}
    controls = s3.get_bucket_ownership_controls(Bucket=SITE)["OwnershipControls"]
    assert controls == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    assert s3.get_bucket_request_payment(Bucket=SITE)["Payer"] == "BucketOwner"
    assert s3.get_bucket_abac(Bucket=SITE)["AbacStatus"] == {"Status": "Disabled"}
    for read in (s3.get_bucket_versioning, s3.get_bucket_logging, s3.get_bucket_notification_configuration):
        assert set(read(Bucket=SITE)) == {"ResponseMetadata"}


@pytest.mark.parametrize(
    ("read", "absent"),
    [
        ("get_bucket_cors", "NoSuchCORSConfiguration"),
        ("get_bucket_lifecycle_configuration", "NoSuchLifecycleConfiguration"),
        ("get_bucket_metadata_configuration", "MetadataConfigurationNotFound"),
        ("get_bucket_policy", "NoSuchBucketPolicy"),
        ("get_bucket_replication", "ReplicationConfigurationNotFoundError"),
        ("get_bucket_tagging", "NoSuchTagSet"),
        ("get_bucket_website", "NoSuchWebsiteConfiguration"),
        ("get_object_lock_configuration", "ObjectLockConfigurationNotFoundError"),
    ],
)
def test_what_a_new_bucket_lacks(s3: Any, read: str, absent: str) -> None:
    with pytest.raises(ClientError) as error:
        getattr(s3, read)(Bucket=SITE)
    assert code(error) == (absent, 404)
    with pytest.raises(ClientError) as error:
        getattr(s3, read)(Bucket="nowhere")
    assert code(error) == ("NoSuchBucket", 404)


@pytest.mark.parametrize(
    "condition",
    [
        {"StringNotEquals": {"s3:x-amz-server-side-encryption": "aws:kms"}},
        {"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}},
        {"Bool": {"aws:SecureTransport": "false"}},
    ],
)
def test_a_deny_with_a_condition_is_kept_and_locks_nobody_out(s3: Any, condition: dict[str, Any]) -> None:
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{SITE}", f"arn:aws:s3:::{SITE}/*"],
        "Condition": condition,
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    s3.put_bucket_policy(Bucket=SITE, Policy=json.dumps(policy))
    s3.put_object(Bucket=SITE, Key="a", Body=b"x")
    assert json.loads(s3.get_bucket_policy(Bucket=SITE)["Policy"]) == policy
    assert s3.get_bucket_policy_status(Bucket=SITE)["PolicyStatus"] == {"IsPublic": False}


@pytest.mark.parametrize("policy", ["no JSON", "[]", '{"Version": "2012-10-17"}'])
def test_what_is_no_policy_is_refused(s3: Any, policy: str) -> None:
    with pytest.raises(ClientError, match="MalformedPolicy"):
        s3.put_bucket_policy(Bucket=SITE, Policy=policy)


def test_who_pays_for_requests_is_kept(s3: Any) -> None:
    s3.put_bucket_request_payment(Bucket=SITE, RequestPaymentConfiguration={"Payer": "Requester"})
    assert s3.get_bucket_request_payment(Bucket=SITE)["Payer"] == "Requester"


def test_events_for_eventbridge_are_kept(s3: Any) -> None:
    s3.put_bucket_notification_configuration(Bucket=SITE, NotificationConfiguration={"EventBridgeConfiguration": {}})
    found = s3.get_bucket_notification_configuration(Bucket=SITE)
    assert found["EventBridgeConfiguration"] == {}
    s3.put_bucket_notification_configuration(Bucket=SITE, NotificationConfiguration={})
    assert "EventBridgeConfiguration" not in s3.get_bucket_notification_configuration(Bucket=SITE)


def test_notifications_are_kept_and_those_without_a_name_get_one(aws: EmbeddedAws, s3: Any) -> None:
    queue = aws.client("sqs", HOME).create_queue(QueueName="news")["QueueUrl"]
    arn = aws.client("sqs", HOME).get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]
    rules = [{"Name": "prefix", "Value": "in/"}, {"Name": "suffix", "Value": ".csv"}]
    given = [
        {
            "Id": "mine",
            "QueueArn": arn["QueueArn"],
            "Events": ["s3:ObjectCreated:*", "s3:ObjectTagging:*"],
            "Filter": {"Key": {"FilterRules": rules}},
        },
        {"QueueArn": arn["QueueArn"], "Events": ["s3:Replication:OperationFailedReplication"]},
    ]
    whole = {"QueueConfigurations": given, "EventBridgeConfiguration": {}}
    s3.put_bucket_notification_configuration(Bucket=SITE, NotificationConfiguration=whole)
    found = s3.get_bucket_notification_configuration(Bucket=SITE)
    first, second = found["QueueConfigurations"]
    assert first == given[0]
    assert second.pop("Id")
    assert second == given[1]
    assert found["EventBridgeConfiguration"] == {}


def test_cross_origin_rules_are_kept(s3: Any) -> None:
    rules = [
        {
            "ID": "site",
            "AllowedHeaders": ["*"],
            "AllowedMethods": ["GET", "PUT"],
            "AllowedOrigins": ["https://example.com"],
            "ExposeHeaders": ["ETag"],
            "MaxAgeSeconds": 300,
        },
        {"AllowedMethods": ["HEAD"], "AllowedOrigins": ["*"]},
    ]
    s3.put_bucket_cors(Bucket=SITE, CORSConfiguration={"CORSRules": rules})
    assert s3.get_bucket_cors(Bucket=SITE)["CORSRules"] == rules
    s3.delete_bucket_cors(Bucket=SITE)
    with pytest.raises(ClientError, match="NoSuchCORSConfiguration"):
        s3.get_bucket_cors(Bucket=SITE)


def test_logging_is_kept_with_the_format_of_its_keys(s3: Any) -> None:
    s3.create_bucket(Bucket="logs", **WHERE)
    delivers = {
        "Effect": "Allow",
        "Principal": {"Service": "logging.s3.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::logs/*",
    }
    s3.put_bucket_policy(Bucket="logs", Policy=json.dumps({"Version": "2012-10-17", "Statement": [delivers]}))
    enabled = {
        "TargetBucket": "logs",
        "TargetPrefix": "site/",
        "TargetObjectKeyFormat": {"PartitionedPrefix": {"PartitionDateSource": "EventTime"}},
    }
    s3.put_bucket_logging(Bucket=SITE, BucketLoggingStatus={"LoggingEnabled": enabled})
    assert s3.get_bucket_logging(Bucket=SITE)["LoggingEnabled"] == enabled
    s3.put_bucket_logging(Bucket=SITE, BucketLoggingStatus={})
    assert "LoggingEnabled" not in s3.get_bucket_logging(Bucket=SITE)


def test_a_lifecycle_is_kept_with_its_smallest_object_and_deleted(s3: Any) -> None:
    rule = {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": "a/"}, "Expiration": {"Days": 9}}
    s3.put_bucket_lifecycle_configuration(
        Bucket=SITE,
        LifecycleConfiguration={"Rules": [rule]},
        TransitionDefaultMinimumObjectSize="varies_by_storage_class",
    )
    found = s3.get_bucket_lifecycle_configuration(Bucket=SITE)
    assert (found["Rules"], found["TransitionDefaultMinimumObjectSize"]) == ([rule], "varies_by_storage_class")
    s3.put_bucket_lifecycle_configuration(Bucket=SITE, LifecycleConfiguration={"Rules": [{**rule, "ID": ""}]})
    found = s3.get_bucket_lifecycle_configuration(Bucket=SITE)
    assert (bool(found["Rules"][0]["ID"]), found["TransitionDefaultMinimumObjectSize"]) == (
        True,
        "all_storage_classes_128K",
    )
    s3.delete_bucket_lifecycle(Bucket=SITE)
    with pytest.raises(ClientError, match="NoSuchLifecycleConfiguration"):
        s3.get_bucket_lifecycle_configuration(Bucket=SITE)


@pytest.mark.parametrize("retention", [{"Mode": "GOVERNANCE", "Days": 30}, {"Mode": "COMPLIANCE", "Years": 1}, None])
def test_a_versioned_bucket_can_be_locked_whatever_is_in_it(s3: Any, retention: dict[str, Any] | None) -> None:
    lock: dict[str, Any] = {"ObjectLockEnabled": "Enabled"}
    if retention:
        lock["Rule"] = {"DefaultRetention": retention}
    s3.put_object(Bucket=SITE, Key="a", Body=b"x")
    with pytest.raises(ClientError, match="InvalidBucketState"):
        s3.put_object_lock_configuration(Bucket=SITE, ObjectLockConfiguration=lock)
    s3.put_bucket_versioning(Bucket=SITE, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object_lock_configuration(Bucket=SITE, ObjectLockConfiguration=lock)
    assert s3.get_object_lock_configuration(Bucket=SITE)["ObjectLockConfiguration"] == lock
    with pytest.raises(ClientError, match="InvalidBucketState"):
        s3.put_bucket_versioning(Bucket=SITE, VersioningConfiguration={"Status": "Suspended"})


def test_a_bucket_that_was_made_with_object_lock_has_no_retention(s3: Any) -> None:
    s3.create_bucket(Bucket="locked", ObjectLockEnabledForBucket=True, **WHERE)
    assert s3.get_object_lock_configuration(Bucket="locked")["ObjectLockConfiguration"] == {
        "ObjectLockEnabled": "Enabled"
    }
    assert s3.get_bucket_versioning(Bucket="locked")["Status"] == "Enabled"


def test_the_block_of_an_account_is_its_own(aws: EmbeddedAws) -> None:
    control = aws.client("s3control", HOME)
    block = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
    control.put_public_access_block(AccountId=ACCOUNT, PublicAccessBlockConfiguration=block)
    with pytest.raises(ClientError, match="NoSuchPublicAccessBlockConfiguration"):
        control.get_public_access_block(AccountId="111122223333")
    control.delete_public_access_block(AccountId=ACCOUNT)
    with pytest.raises(ClientError, match="NoSuchPublicAccessBlockConfiguration"):
        control.get_public_access_block(AccountId=ACCOUNT)
