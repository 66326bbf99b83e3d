"""A bucket is reached in its own region: calls of another one are redirected, and the SDK follows."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.server import ACCOUNT, EmbeddedAws

HOME, AWAY = "eu-west-1", "us-east-1"
SITE = "site.with.dots"


@pytest.fixture
def aws(running: EmbeddedAws) -> Iterator[EmbeddedAws]:
    where = {"CreateBucketConfiguration": {"LocationConstraint": HOME}}
    running.client("s3", HOME).create_bucket(Bucket=SITE, **where)
    running.front.calls.clear()
    yield running
    running.reset()


def statuses(aws: EmbeddedAws, operation: str) -> list[int]:
    return [call.status for call in aws.calls if call.operation == operation]


@pytest.mark.parametrize(
    ("operation", "call"),
    [
        ("s3:GetBucketVersioning", lambda s3: s3.get_bucket_versioning(Bucket=SITE)),
        ("s3:GetBucketAccelerateConfiguration", lambda s3: s3.get_bucket_accelerate_configuration(Bucket=SITE)),
        ("s3:PutObject", lambda s3: s3.put_object(Bucket=SITE, Key="a", Body=b"x")),
        ("s3:HeadBucket", lambda s3: s3.head_bucket(Bucket=SITE)),
    ],
)
def test_the_sdk_follows_the_redirect(aws: EmbeddedAws, operation: str, call: Any) -> None:
    call(aws.client("s3", AWAY))
    assert statuses(aws, operation) == [301, 200]
    aws.front.calls.clear()
    call(aws.client("s3", HOME))
    assert statuses(aws, operation) == [200]


def test_the_redirect_names_the_region(aws: EmbeddedAws) -> None:
    client, seen = aws.client("s3", AWAY), []
    client.meta.events.register("response-received.s3", lambda parsed_response, **_: seen.append(parsed_response))
    client.get_bucket_versioning(Bucket=SITE)
    first = seen[0]
    assert (first["Error"]["Code"], first["ResponseMetadata"]["HTTPStatusCode"]) == ("PermanentRedirect", 301)
    assert first["ResponseMetadata"]["HTTPHeaders"]["x-amz-bucket-region"] == HOME


def test_every_region_says_where_a_bucket_is_and_lists_it(aws: EmbeddedAws) -> None:
    client = aws.client("s3", AWAY)
    assert client.get_bucket_location(Bucket=SITE)["LocationConstraint"] == HOME
    assert [each["Name"] for each in client.list_buckets()["Buckets"]] == [SITE]
    assert {call.status for call in aws.calls} == {200}


def test_a_bucket_that_does_not_exist_is_redirected_nowhere(aws: EmbeddedAws) -> None:
    with pytest.raises(ClientError, match="NoSuchBucket"):
        aws.client("s3", AWAY).get_bucket_versioning(Bucket="nowhere")


def test_s3_control_has_to_be_called_in_the_region_of_the_bucket(aws: EmbeddedAws) -> None:
    resource = {"AccountId": ACCOUNT, "ResourceArn": f"arn:aws:s3:::{SITE}"}
    with pytest.raises(ClientError, match="PermanentRedirectControlError"):
        aws.client("s3control", AWAY).tag_resource(**resource, Tags=[{"Key": "a", "Value": "b"}])
    assert aws.client("s3control", HOME).list_tags_for_resource(**resource)["Tags"] == []
