"""Directory buckets on the embedded AWS: made, listed, ruled and tagged as AWS documents it, without a session."""

from typing import Any

import boto3
import botocore.exceptions
import pytest

from local.server import ACCOUNT, EmbeddedAws
from muster.facets.s3.directory_buckets import DirectoryBucketLifecycle
from muster.facets.tagging.tags import Tags
from muster.model.finding import REGION, Resource
from muster.readers.s3 import directory_buckets as reading
from muster.sdk.session import Clients, open_session

HERE = "us-east-1"
NAME = "orders--use1-az4--x-s3"
ARN = f"arn:aws:s3express:{HERE}:{ACCOUNT}:bucket/{NAME}"
BUCKET = Resource("AWS::S3Express::DirectoryBucket", NAME, ACCOUNT, HERE, arn=ARN)
KIND = {
    "Location": {"Type": "AvailabilityZone", "Name": "use1-az4"},
    "Bucket": {"Type": "Directory", "DataRedundancy": "SingleAvailabilityZone"},
    "Tags": [{"Key": "Owner", "Value": "web"}],
}
RULE = {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 90}}


@pytest.fixture
def clients(aws: EmbeddedAws) -> Clients:
    return Clients(open_session(region=HERE), endpoint_url=aws.endpoint)


@pytest.fixture
def s3(clients: Clients) -> Any:
    made = clients.get("s3", HERE)
    made.create_bucket(Bucket=NAME, CreateBucketConfiguration=KIND)
    yield made
    made.delete_bucket(Bucket=NAME)


def test_directory_buckets_are_in_a_list_of_their_own(s3: Any, clients: Clients) -> None:
    found = reading.directory_buckets.function(s3, Resource(REGION, HERE, ACCOUNT, HERE))
    assert [(each.name, each.arn) for each in found.items] == [(NAME, ARN)]
    assert not s3.list_buckets()["Buckets"]
    assert not clients.get("s3", "us-west-2").list_directory_buckets()["Buckets"]


def test_rules_are_read_as_they_were_put(aws: EmbeddedAws, s3: Any) -> None:
    with pytest.raises(botocore.exceptions.ClientError, match="NoSuchLifecycleConfiguration"):
        reading.lifecycle.function(s3, BUCKET)
    s3.put_bucket_lifecycle_configuration(Bucket=NAME, LifecycleConfiguration={"Rules": [RULE]})
    assert reading.lifecycle.function(s3, BUCKET) == DirectoryBucketLifecycle.parse({"Rules": [RULE]})
    s3.delete_bucket_lifecycle(Bucket=NAME)
    with pytest.raises(botocore.exceptions.ClientError, match="NoSuchLifecycleConfiguration"):
        reading.lifecycle.function(s3, BUCKET)
    assert "s3:CreateSession" not in {call.operation for call in aws.calls}


def test_tags_are_those_of_its_making_and_of_s3_control(s3: Any, clients: Clients) -> None:
    control = clients.get("s3control", HERE)
    assert s3
    assert reading.tags.function(control, BUCKET) == Tags({"Owner": "web"})
    control.tag_resource(AccountId=ACCOUNT, ResourceArn=ARN, Tags=[{"Key": "Project", "Value": "shop"}])
    control.untag_resource(AccountId=ACCOUNT, ResourceArn=ARN, TagKeys=["Owner"])
    assert reading.tags.function(control, BUCKET) == Tags({"Project": "shop"})


def test_a_client_that_asks_for_a_session_gets_one(aws: EmbeddedAws, s3: Any) -> None:
    s3.put_bucket_lifecycle_configuration(Bucket=NAME, LifecycleConfiguration={"Rules": [RULE]})
    plain = boto3.client("s3", HERE, endpoint_url=aws.endpoint)
    assert plain.get_bucket_lifecycle_configuration(Bucket=NAME)["Rules"] == [RULE]
    assert "s3:CreateSession" in {call.operation for call in aws.calls}


@pytest.mark.parametrize(
    ("operation", "more", "code"),
    [
        ("get_bucket_lifecycle_configuration", {}, "NoSuchBucket"),
        ("delete_bucket_lifecycle", {}, "NoSuchBucket"),
        ("delete_bucket", {}, "NoSuchBucket"),
        ("put_bucket_lifecycle_configuration", {"LifecycleConfiguration": {"Rules": [RULE]}}, "NoSuchBucket"),
        ("create_bucket", {}, "InvalidRequest"),
        ("list_objects_v2", {}, "NotImplemented"),
    ],
)
def test_what_is_refused_of_a_bucket_that_does_not_exist(
    clients: Clients, operation: str, more: dict[str, Any], code: str
) -> None:
    with pytest.raises(botocore.exceptions.ClientError, match=code):
        getattr(clients.get("s3", HERE), operation)(Bucket=NAME, **more)


def test_what_is_refused_of_a_bucket_that_exists(s3: Any) -> None:
    moving = {**RULE, "Transitions": [{"Days": 1, "StorageClass": "GLACIER"}]}
    with pytest.raises(botocore.exceptions.ClientError, match="InvalidRequest"):
        s3.put_bucket_lifecycle_configuration(Bucket=NAME, LifecycleConfiguration={"Rules": [moving]})
    with pytest.raises(botocore.exceptions.ClientError, match="BucketAlreadyOwnedByYou"):
        s3.create_bucket(Bucket=NAME, CreateBucketConfiguration=KIND)
