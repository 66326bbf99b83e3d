"""Reading the buckets that the configuration of others names."""

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from muster.facets.s3.buckets import LOG_DELIVERY, BucketLogging
from muster.facets.s3.related import (
    LogTargetEncryption,
    LogTargetLock,
    LogTargetOwnership,
    LogTargetPlace,
    ReplicaPlace,
)
from muster.facets.s3.resilience import BucketReplication, ReplicationRule
from muster.model.finding import Resource, Unknown
from muster.model.readers import Describer
from muster.readers.s3 import related as reading
from muster.readers.s3.buckets import BUCKET
from muster.sdk.session import Clients

HERE = "eu-west-1"
SITE = Resource(BUCKET, "site", "123456789012", HERE, arn="arn:aws:s3:::site")
TARGETS = (
    reading.log_target_place,
    reading.log_target_policy,
    reading.log_target_acl,
    reading.log_target_ownership,
    reading.log_target_lock,
    reading.log_target_encryption,
)


def made(clients: Clients, name: str, region: str = HERE, **said: Any) -> Any:
    client = clients.get("s3", region)
    where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    client.create_bucket(Bucket=name, **where, **said)
    return client


def test_a_target_is_read_where_logs_go_and_nowhere_else() -> None:
    for describer in TARGETS:
        assert describer.keys is not None
        assert describer.keys(BucketLogging("logs"), SITE) == ("logs",)
        assert describer.keys(BucketLogging(""), SITE) == ()


def test_destinations_are_read_of_each_rule_in_force() -> None:
    assert reading.replica_place.keys is not None
    rules = (ReplicationRule("r", True, "copy", part=False), ReplicationRule("s", False, "old", part=False))
    assert reading.replica_place.keys(BucketReplication(rules), SITE) == ("copy",)


def test_a_target_on_moto(clients: Clients) -> None:
    client = made(clients, "log-target", ObjectLockEnabledForBucket=True)
    delivers = {
        "Effect": "Allow",
        "Principal": {"Service": "logging.s3.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::log-target/*",
    }
    client.put_bucket_policy(Bucket="log-target", Policy=json.dumps({"Version": "2012-10-17", "Statement": [delivers]}))
    rules = {"Rules": [{"ObjectOwnership": "ObjectWriter"}]}
    client.put_bucket_ownership_controls(Bucket="log-target", OwnershipControls=rules)
    client.put_bucket_acl(Bucket="log-target", GrantWrite=f"uri={LOG_DELIVERY}")
    default = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}
    client.put_bucket_encryption(Bucket="log-target", ServerSideEncryptionConfiguration={"Rules": [default]})
    assert reading.log_target_place.function(client, SITE, "log-target") == LogTargetPlace(HERE)
    policy = reading.log_target_policy.function(client, SITE, "log-target").policy
    assert not isinstance(policy, Unknown)
    assert policy.statements[0].principals == ("service:logging.s3.amazonaws.com",)
    assert reading.log_target_acl.function(client, SITE, "log-target").log_target
    assert reading.log_target_ownership.function(client, SITE, "log-target") == LogTargetOwnership("ObjectWriter")
    assert reading.log_target_lock.function(client, SITE, "log-target") == LogTargetLock(enabled=True, mode="", days=0)
    encryption = reading.log_target_encryption.function(client, SITE, "log-target")
    assert encryption == LogTargetEncryption("aws:kms", "", bucket_key=False)


@pytest.mark.parametrize("describer", [*TARGETS, reading.replica_place])
def test_a_bucket_that_is_gone_is_said_to_be(clients: Clients, describer: Describer) -> None:
    with pytest.raises(ClientError) as caught:
        describer.function(clients.get("s3", HERE), SITE, "gone")
    assert caught.value.response["Error"]["Code"] in describer.absent


@pytest.mark.parametrize(
    "describer",
    [
        reading.log_target_policy,
        reading.log_target_ownership,
        reading.log_target_lock,
        reading.log_target_encryption,
    ],
)
def test_what_a_target_does_not_have_is_said_to_be_missing(clients: Clients, describer: Describer) -> None:
    client = made(clients, "log-target")
    client.delete_bucket_ownership_controls(Bucket="log-target")
    with pytest.raises(ClientError) as caught:
        describer.function(client, SITE, "log-target")
    assert caught.value.response["Error"]["Code"] in describer.absent


def test_the_region_of_copies(clients: Clients) -> None:
    made(clients, "copy", "us-east-1")
    assert reading.replica_place.function(clients.get("s3", HERE), SITE, "copy") == ReplicaPlace("us-east-1")


def head_says(stub: Stubber, status: int, **headers: str) -> None:
    code = str(status)
    stub.add_client_error("head_bucket", code, "", status, response_meta={"HTTPHeaders": headers})


@pytest.mark.parametrize("status", [403, 301])
def test_the_region_of_copies_of_another_account_is_in_the_head_of_a_refusal(status: int) -> None:
    client = boto3.client("s3", HERE)
    with Stubber(client) as stub:
        stub.add_client_error("get_bucket_location", "AccessDenied", "Access Denied", 403)
        head_says(stub, status, **{"x-amz-bucket-region": "eu-central-1"})
        assert reading.replica_place.function(client, SITE, "copy") == ReplicaPlace("eu-central-1")


def test_the_region_of_copies_of_another_account_that_lets_us_in() -> None:
    client = boto3.client("s3", HERE)
    with Stubber(client) as stub:
        stub.add_client_error("get_bucket_location", "AccessDenied", "Access Denied", 403)
        stub.add_response("head_bucket", {"BucketRegion": "eu-central-1"}, {"Bucket": "copy"})
        assert reading.replica_place.function(client, SITE, "copy") == ReplicaPlace("eu-central-1")


def test_a_region_that_nobody_tells_is_refused_as_it_was_first() -> None:
    client = boto3.client("s3", HERE)
    with Stubber(client) as stub:
        stub.add_client_error("get_bucket_location", "AccessDenied", "Access Denied", 403)
        head_says(stub, 403)
        with pytest.raises(ClientError, match="GetBucketLocation"):
            reading.replica_place.function(client, SITE, "copy")


def test_another_trouble_is_not_taken_for_another_account() -> None:
    client = boto3.client("s3", HERE)
    with Stubber(client) as stub:
        stub.add_client_error("get_bucket_location", "SlowDown", "slow down", 503)
        with pytest.raises(ClientError, match="SlowDown"):
            reading.replica_place.function(client, SITE, "copy")
