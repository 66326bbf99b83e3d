"""Reading S3 on moto, and with prepared answers where moto has none."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from muster.facets.s3.buckets import (
    AccountPublicAccessBlock,
    BucketAcl,
    BucketEncryption,
    BucketLogging,
    BucketMetrics,
    BucketOwnershipControls,
    BucketPolicyStatus,
    BucketPublicAccessBlock,
    BucketVersioning,
)
from muster.facets.s3.lifecycle import Rule, When
from muster.facets.s3.resilience import BucketObjectLock
from muster.facets.tagging.tags import Tags
from muster.model.finding import ACCOUNT, Resource, Unavailable
from muster.model.listing import Listed
from muster.model.readers import Describer
from muster.model.shard import Shard
from muster.readers.s3 import buckets as reading
from muster.sdk.session import Clients
from tests.integration.conftest import listing

HERE = "eu-west-1"
ACCOUNT_ID = "123456789012"
SHARD = Shard(ACCOUNT_ID, "global", "s3", HERE, (HERE, "us-east-1", "global"))
BUCKET = Resource(reading.BUCKET, "site", ACCOUNT_ID, HERE, arn="arn:aws:s3:::site")
DENIED = "Access Denied"


def made(clients: Clients, name: str = "site", region: str = HERE) -> Any:
    client = clients.get("s3", region)
    where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    client.create_bucket(Bucket=name, **where)
    return client


def listed(client: Any, shard: Shard = SHARD) -> list[Listed]:
    return listing(reading.buckets, client, shard)


def test_buckets_are_listed_in_pages_to_the_end_with_the_region_of_the_answer() -> None:
    client = boto3.client("s3", HERE)
    with Stubber(client) as stub:
        first = {"Buckets": [{"Name": "a", "BucketRegion": "eu-west-1"}], "ContinuationToken": "next"}
        stub.add_response("list_buckets", first, {"MaxBuckets": 1000})
        second = {"Buckets": [{"Name": "b", "BucketRegion": "ap-east-1"}]}
        stub.add_response("list_buckets", second, {"MaxBuckets": 1000, "ContinuationToken": "next"})
        found = listed(client)
        stub.assert_no_pending_responses()
    assert [(item.resource.id, item.resource.region, item.unavailable) for item in found] == [
        ("a", "eu-west-1", None),
        ("b", "ap-east-1", None),
    ]
    assert found[0].resource == Resource(reading.BUCKET, "a", ACCOUNT_ID, "eu-west-1", arn="arn:aws:s3:::a")


def test_an_arn_names_its_partition() -> None:
    client = boto3.client("s3", "cn-north-1")
    with Stubber(client) as stub:
        stub.add_response("list_buckets", {"Buckets": [{"Name": "a", "BucketRegion": "cn-north-1"}]})
        (found,) = listed(client, Shard(ACCOUNT_ID, "global", "s3", "cn-north-1", ("cn-north-1",), "aws-cn"))
    assert (found.resource.arn, found.resource.partition) == ("arn:aws-cn:s3:::a", "aws-cn")


def test_an_account_without_buckets_has_none() -> None:
    client = boto3.client("s3", HERE)
    with Stubber(client) as stub:
        stub.add_response("list_buckets", {})
        assert listed(client) == []


@pytest.mark.parametrize(
    ("said", "region"),
    [
        pytest.param({}, "us-east-1", id="nothing: the oldest region"),
        pytest.param({"LocationConstraint": ""}, "us-east-1", id="an empty text"),
        pytest.param({"LocationConstraint": "EU"}, "eu-west-1", id="the name Ireland had first"),
        pytest.param({"LocationConstraint": "eu-central-1"}, "eu-central-1", id="a region"),
    ],
)
def test_a_region_that_the_listing_leaves_out_is_asked_for(said: dict[str, str], region: str) -> None:
    client = boto3.client("s3", HERE)
    with Stubber(client) as stub:
        stub.add_response("list_buckets", {"Buckets": [{"Name": "a"}]})
        stub.add_response("get_bucket_location", said, {"Bucket": "a"})
        (found,) = listed(client)
    assert (found.resource.region, found.unavailable) == (region, None)


def test_regions_are_asked_for_on_moto(clients: Clients) -> None:
    made(clients, "here")
    made(clients, "there", "us-east-1")
    found = {item.resource.id: item.resource.region for item in listed(clients.get("s3", HERE))}
    assert found == {"here": HERE, "there": "us-east-1"}


def test_a_bucket_that_will_not_say_where_it_is_is_unread_and_the_others_are_not() -> None:
    client = boto3.client("s3", HERE)
    with Stubber(client) as stub:
        buckets = [{"Name": "a", "BucketRegion": HERE}, {"Name": "b"}, {"Name": "c", "BucketRegion": HERE}]
        stub.add_response("list_buckets", {"Buckets": buckets})
        stub.add_client_error("get_bucket_location", "AccessDenied", DENIED, 403)
        first, second, third = listed(client)
    assert (first.unavailable, third.unavailable) == (None, None)
    assert second.resource.region == "global"
    assert isinstance(second.unavailable, Unavailable)
    assert second.unavailable.permission == "s3:GetBucketLocation"
    assert second.unavailable.reason == "access denied (AccessDenied)"


def test_versioning_and_encryption(clients: Clients) -> None:
    client = made(clients)
    assert reading.versioning.function(client, BUCKET) == BucketVersioning("")
    client.put_bucket_versioning(Bucket="site", VersioningConfiguration={"Status": "Enabled"})
    assert reading.versioning.function(client, BUCKET) == BucketVersioning("Enabled")
    kms = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/web"}
    rules = [{"ApplyServerSideEncryptionByDefault": kms, "BucketKeyEnabled": True}]
    client.put_bucket_encryption(Bucket="site", ServerSideEncryptionConfiguration={"Rules": rules})
    assert reading.encryption.function(client, BUCKET) == BucketEncryption("aws:kms", "alias/web", bucket_key=True)


def test_lifecycle(clients: Clients) -> None:
    client = made(clients)
    date = datetime(2027, 1, 1, tzinfo=UTC)
    rules = [
        {"ID": "a", "Status": "Enabled", "Filter": {}, "Expiration": {"Days": 90}},
        {"ID": "b", "Status": "Disabled", "Filter": {"Prefix": "logs/"}, "Expiration": {"Date": date}},
        {
            "ID": "c",
            "Status": "Enabled",
            "Filter": {"And": {"Prefix": "", "Tags": [{"Key": "a", "Value": "b"}]}},
            "Transitions": [{"Days": 30, "StorageClass": "GLACIER"}],
        },
        {
            "ID": "d",
            "Status": "Enabled",
            "Prefix": "old/",
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
        },
    ]
    client.put_bucket_lifecycle_configuration(Bucket="site", LifecycleConfiguration={"Rules": rules})
    found = {rule.id: rule for rule in reading.lifecycle.function(client, BUCKET).rules}
    assert found["a"].whole
    assert found["a"].expiration == When(days=90)
    assert found["b"] == Rule("b", False, "logs/", False, When(date=date), (), None, None)
    assert (found["c"].limited, found["c"].transitions) == (True, (When(days=30),))
    assert (found["d"].prefix, found["d"].aborts) == ("old/", 7)


def test_public_access_blocks(clients: Clients) -> None:
    client = made(clients)
    some = {
        "BlockPublicAcls": True,
        "IgnorePublicAcls": False,
        "BlockPublicPolicy": True,
        "RestrictPublicBuckets": False,
    }
    client.put_public_access_block(Bucket="site", PublicAccessBlockConfiguration=some)
    found = reading.public_access_block.function(client, BUCKET)
    assert found == BucketPublicAccessBlock(True, False, True, False)
    control = clients.get("s3control", HERE)
    control.put_public_access_block(AccountId=ACCOUNT_ID, PublicAccessBlockConfiguration=some)
    account = Resource(ACCOUNT, ACCOUNT_ID, ACCOUNT_ID, "global")
    assert reading.account_public_access_block.function(control, account) == AccountPublicAccessBlock(
        True, False, True, False
    )
    assert (reading.account_public_access_block.client, reading.account_public_access_block.service) == (
        "s3control",
        "s3",
    )


def test_policy_and_grants_and_ownership_and_logging_and_tags(clients: Clients) -> None:
    client = made(clients)
    said = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::site/*"}
    client.put_bucket_policy(Bucket="site", Policy=json.dumps({"Version": "2012-10-17", "Statement": [said]}))
    policy = reading.policy.function(client, BUCKET).policy
    assert [(each.allow, each.everybody, each.actions) for each in policy.statements] == [
        (True, True, ("s3:getobject",))
    ]
    client.put_bucket_acl(Bucket="site", ACL="public-read")
    assert reading.acl.function(client, BUCKET).public == ("READ to everyone (AllUsers)",)
    controls = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    client.put_bucket_ownership_controls(Bucket="site", OwnershipControls=controls)
    assert reading.ownership_controls.function(client, BUCKET) == BucketOwnershipControls("BucketOwnerEnforced")
    client.put_bucket_tagging(Bucket="site", Tagging={"TagSet": [{"Key": "Owner", "Value": "web"}]})
    assert reading.tags.function(client, BUCKET) == Tags({"Owner": "web"})
    assert reading.logging.function(client, BUCKET) == BucketLogging("")


def test_where_logs_go_and_whether_a_policy_is_public() -> None:
    client = boto3.client("s3", HERE)
    with Stubber(client) as stub:
        enabled = {"LoggingEnabled": {"TargetBucket": "logs", "TargetPrefix": "site/"}}
        stub.add_response("get_bucket_logging", enabled, {"Bucket": "site"})
        stub.add_response("get_bucket_policy_status", {"PolicyStatus": {"IsPublic": True}}, {"Bucket": "site"})
        stub.add_response("get_bucket_acl", {"Grants": []}, {"Bucket": "site"})
        assert reading.logging.function(client, BUCKET) == BucketLogging("logs", "site/")
        assert reading.policy_status.function(client, BUCKET) == BucketPolicyStatus(public=True)
        assert reading.acl.function(client, BUCKET) == BucketAcl(())


def test_object_lock_and_replication(clients: Clients) -> None:
    client = clients.get("s3", HERE)
    where = {"LocationConstraint": HERE}
    client.create_bucket(Bucket="site", CreateBucketConfiguration=where, ObjectLockEnabledForBucket=True)
    assert reading.object_lock.function(client, BUCKET) == BucketObjectLock(enabled=True, mode="", days=0)
    retention = {"Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 30}}, "ObjectLockEnabled": "Enabled"}
    client.put_object_lock_configuration(Bucket="site", ObjectLockConfiguration=retention)
    assert reading.object_lock.function(client, BUCKET) == BucketObjectLock(enabled=True, mode="COMPLIANCE", days=30)
    made(clients, "copy", "us-east-1").put_bucket_versioning(
        Bucket="copy", VersioningConfiguration={"Status": "Enabled"}
    )
    client.put_bucket_versioning(Bucket="site", VersioningConfiguration={"Status": "Enabled"})
    rules = [
        {
            "ID": "all",
            "Status": "Enabled",
            "Priority": 1,
            "Filter": {"Prefix": ""},
            "DeleteMarkerReplication": {"Status": "Disabled"},
            "Destination": {"Bucket": "arn:aws:s3:::copy"},
        }
    ]
    role = "arn:aws:iam::123456789012:role/replication"
    client.put_bucket_replication(Bucket="site", ReplicationConfiguration={"Role": role, "Rules": rules})
    (rule,) = reading.replication.function(client, BUCKET).rules
    assert (rule.enabled, rule.bucket, rule.part) == (True, "copy", False)


def test_metrics_configurations_are_read_to_the_end() -> None:
    client = boto3.client("s3", HERE)
    with Stubber(client) as stub:
        first = {"MetricsConfigurationList": [{"Id": "a", "Filter": {"Prefix": "a/"}}], "NextContinuationToken": "next"}
        stub.add_response("list_bucket_metrics_configurations", first | {"IsTruncated": True}, {"Bucket": "site"})
        asked = {"Bucket": "site", "ContinuationToken": "next"}
        stub.add_response("list_bucket_metrics_configurations", {"MetricsConfigurationList": [{"Id": "all"}]}, asked)
        assert reading.metrics.function(client, BUCKET) == BucketMetrics((("a", False), ("all", True)))
        stub.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("describer", "put"),
    [
        pytest.param(reading.lifecycle, None, id="lifecycle"),
        pytest.param(reading.policy, None, id="policy"),
        pytest.param(reading.tags, None, id="tags"),
        pytest.param(reading.object_lock, None, id="lock"),
        pytest.param(reading.replication, None, id="replication"),
        pytest.param(
            reading.encryption, lambda client: client.delete_bucket_encryption(Bucket="site"), id="encryption"
        ),
        pytest.param(
            reading.public_access_block, lambda client: client.delete_public_access_block(Bucket="site"), id="block"
        ),
        pytest.param(
            reading.ownership_controls,
            lambda client: client.delete_bucket_ownership_controls(Bucket="site"),
            id="ownership",
        ),
    ],
)
def test_the_codes_by_which_s3_says_that_there_is_none(
    clients: Clients, describer: Describer, put: Callable[[Any], object] | None
) -> None:
    client = made(clients)
    if put:
        put(client)
    with pytest.raises(client.exceptions.ClientError) as caught:
        describer.function(client, BUCKET)
    assert caught.value.response["Error"]["Code"] in describer.absent
