"""Tags of buckets: whole sets by S3, single keys by S3 Control, and those that only AWS sets."""

from collections.abc import Iterator, Mapping
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from local.server import ACCOUNT, EmbeddedAws
from muster.sdk.session import Clients, open_session

HOME = "eu-west-1"
SITE, DOTTED = "site", "logs.of.the.site"
STACK = {"aws:cloudformation:stack-name": "shop", "aws:cloudformation:logical-id": "Site"}


@pytest.fixture
def aws(running: EmbeddedAws) -> Iterator[EmbeddedAws]:
    for name in (SITE, DOTTED):
        running.client("s3", HOME).create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": HOME})
    yield running
    running.reset()


def listed(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def put(aws: EmbeddedAws, tags: Mapping[str, str], bucket: str = SITE) -> None:
    aws.client("s3", HOME).put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": listed(tags)})


def held(aws: EmbeddedAws, bucket: str = SITE) -> dict[str, str]:
    found = aws.client("s3", HOME).get_bucket_tagging(Bucket=bucket)["TagSet"]
    return {tag["Key"]: tag["Value"] for tag in found}


def control(aws: EmbeddedAws) -> Any:
    """Return a client as muster makes it."""
    return Clients(open_session(region=HOME), endpoint_url=aws.endpoint).get("s3control", HOME)


def of(bucket: str) -> dict[str, str]:
    return {"AccountId": ACCOUNT, "ResourceArn": f"arn:aws:s3:::{bucket}"}


def numbered(count: int) -> dict[str, str]:
    return {f"key{number:02d}": "x" for number in range(count)}


@pytest.mark.parametrize("bucket", [SITE, DOTTED])
def test_single_keys_are_written_and_removed(aws: EmbeddedAws, bucket: str) -> None:
    put(aws, {"Owner": "web", "empty": ""}, bucket)
    client = control(aws)
    client.tag_resource(**of(bucket), Tags=listed({"compliance-status": "failed", "Owner": "shop"}))
    assert held(aws, bucket) == {"Owner": "shop", "empty": "", "compliance-status": "failed"}
    assert client.list_tags_for_resource(**of(bucket))["Tags"] == listed(held(aws, bucket))
    client.untag_resource(**of(bucket), TagKeys=["compliance-status", "never there"])
    assert held(aws, bucket) == {"Owner": "shop", "empty": ""}


def test_a_bucket_without_tags_has_an_empty_list_and_no_tag_set(aws: EmbeddedAws) -> None:
    assert control(aws).list_tags_for_resource(**of(SITE))["Tags"] == []
    with pytest.raises(ClientError, match="NoSuchTagSet"):
        held(aws)


def test_the_local_client_reaches_s3_control_by_the_endpoint(aws: EmbeddedAws) -> None:
    aws.client("s3control", HOME).tag_resource(**of(DOTTED), Tags=listed({"a": "b"}))
    assert held(aws, DOTTED) == {"a": "b"}


@pytest.mark.parametrize(
    "call",
    [
        lambda client: client.list_tags_for_resource(**of("nowhere")),
        lambda client: client.tag_resource(**of("nowhere"), Tags=listed({"a": "b"})),
        lambda client: client.untag_resource(**of("nowhere"), TagKeys=["a"]),
    ],
)
def test_a_missing_bucket_is_no_such_bucket(aws: EmbeddedAws, call: Any) -> None:
    with pytest.raises(ClientError) as error:
        call(control(aws))
    assert error.value.response["Error"]["Code"] == "NoSuchBucket"
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404


def test_fifty_tags_are_full_and_those_of_aws_do_not_count(aws: EmbeddedAws) -> None:
    aws.tag_as_aws(SITE, STACK)
    client = control(aws)
    client.tag_resource(**of(SITE), Tags=listed(numbered(50)))
    client.tag_resource(**of(SITE), Tags=listed({"key00": "changed"}))
    with pytest.raises(ClientError, match="TooManyTagsException"):
        client.tag_resource(**of(SITE), Tags=listed({"one more": "x"}))
    assert held(aws) == {**STACK, **numbered(50), "key00": "changed"}
    with pytest.raises(ClientError, match="cannot be greater than 50"):
        put(aws, {**STACK, **numbered(51)})


@pytest.mark.parametrize(
    ("tags", "said"),
    [
        ({"k" * 129: "x"}, "The TagKey you have provided is invalid"),
        ({"key": "v" * 257}, "The TagValue you have provided is invalid"),
        ({"key": "search&find"}, "The TagValue you have provided is invalid"),
        ({"cost#center": "x"}, "The TagKey you have provided is invalid"),
    ],
)
def test_keys_and_values_have_a_length_and_an_alphabet(aws: EmbeddedAws, tags: dict[str, str], said: str) -> None:
    with pytest.raises(ClientError, match=f"InvalidTag.*{said}"):
        put(aws, tags)
    with pytest.raises(ClientError, match=f"InvalidTag.*{said}"):
        control(aws).tag_resource(**of(SITE), Tags=listed(tags))


def test_keys_and_values_as_long_as_they_may_be_are_taken(aws: EmbeddedAws) -> None:
    longest = {"ключ/" + "k" * 123: "Straße 1 " + "v" * 247}
    put(aws, longest)
    control(aws).tag_resource(**of(SITE), Tags=listed(longest))
    assert held(aws) == longest


def test_a_key_is_sent_once(aws: EmbeddedAws) -> None:
    twice = [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]
    with pytest.raises(ClientError, match=r"InvalidTag.*same key"):
        aws.client("s3", HOME).put_bucket_tagging(Bucket=SITE, Tagging={"TagSet": twice})


@pytest.mark.parametrize("key", ["aws:mine", "AWS:mine", "Aws:mine"])
def test_nobody_else_writes_tags_of_aws(aws: EmbeddedAws, key: str) -> None:
    with pytest.raises(ClientError, match="InvalidTag"):
        put(aws, {key: "x"})
    with pytest.raises(ClientError, match="InvalidTag"):
        control(aws).tag_resource(**of(SITE), Tags=listed({key: "x"}))
    with pytest.raises(ClientError, match="InvalidTag"):
        control(aws).untag_resource(**of(SITE), TagKeys=[key])


def test_tags_of_aws_are_sent_back_unchanged_or_the_set_is_refused(aws: EmbeddedAws) -> None:
    aws.tag_as_aws(SITE, STACK)
    with pytest.raises(ClientError, match=r"InvalidTag.*System tags cannot be removed by requester"):
        put(aws, {"Owner": "web"})
    with pytest.raises(ClientError, match=r"InvalidTag.*System tags cannot be added/updated by requester"):
        put(aws, {**STACK, "aws:cloudformation:stack-name": "other"})
    with pytest.raises(ClientError, match=r"InvalidTag.*System tags cannot be added/updated by requester"):
        put(aws, {**STACK, "aws:createdBy": "me"})
    assert held(aws) == STACK
    put(aws, {"Owner": "web", **STACK})
    assert held(aws) == {"Owner": "web", **STACK}
    aws.client("s3", HOME).delete_bucket_tagging(Bucket=SITE)
    assert held(aws) == STACK


def test_tags_of_aws_stay_where_single_keys_are_written(aws: EmbeddedAws) -> None:
    aws.tag_as_aws(SITE, STACK)
    control(aws).tag_resource(**of(SITE), Tags=listed({"compliance-status": "failed"}))
    assert held(aws) == {**STACK, "compliance-status": "failed"}


def test_a_bucket_is_made_with_tags(aws: EmbeddedAws) -> None:
    client = aws.client("s3", HOME)
    where = {"LocationConstraint": HOME}
    client.create_bucket(Bucket="tagged", CreateBucketConfiguration={**where, "Tags": listed({"a": "b"})})
    assert held(aws, "tagged") == {"a": "b"}
    with pytest.raises(ClientError, match="InvalidTag"):
        client.create_bucket(Bucket="refused", CreateBucketConfiguration={**where, "Tags": listed({"aws:a": "b"})})
    with pytest.raises(ClientError, match="404"):
        client.head_bucket(Bucket="refused")


def test_where_tags_control_access_only_single_keys_are_written(aws: EmbeddedAws) -> None:
    client = aws.client("s3", HOME)
    assert client.get_bucket_abac(Bucket=SITE)["AbacStatus"] == {"Status": "Disabled"}
    put(aws, {"Owner": "web"})
    client.put_bucket_abac(Bucket=SITE, AbacStatus={"Status": "Enabled"})
    assert client.get_bucket_abac(Bucket=SITE)["AbacStatus"] == {"Status": "Enabled"}
    with pytest.raises(ClientError, match=r"BadRequest.*initiate a TagResource request"):
        put(aws, {"Owner": "shop"})
    with pytest.raises(ClientError, match=r"BadRequest.*initiate an UntagResource request"):
        client.delete_bucket_tagging(Bucket=SITE)
    control(aws).tag_resource(**of(SITE), Tags=listed({"Owner": "shop"}))
    assert held(aws) == {"Owner": "shop"}
    client.put_bucket_abac(Bucket=SITE, AbacStatus={"Status": "Disabled"})
    put(aws, {"Owner": "data"})
    assert held(aws) == {"Owner": "data"}


def test_what_is_remembered_of_a_bucket_goes_with_it(aws: EmbeddedAws) -> None:
    client = aws.client("s3", HOME)
    client.put_bucket_abac(Bucket=SITE, AbacStatus={"Status": "Enabled"})
    client.delete_bucket(Bucket=SITE)
    client.create_bucket(Bucket=SITE, CreateBucketConfiguration={"LocationConstraint": HOME})
    assert client.get_bucket_abac(Bucket=SITE)["AbacStatus"] == {"Status": "Disabled"}


def test_a_bucket_of_another_account_is_denied(aws: EmbeddedAws) -> None:
    other = {"AccountId": "111122223333", "ResourceArn": f"arn:aws:s3:::{SITE}"}
    session = boto3.session.Session("embedded", "embedded", region_name=HOME)
    client = Clients(session, endpoint_url=aws.endpoint).get("s3control", HOME)
    with pytest.raises(ClientError, match="AccessDenied"):
        client.list_tags_for_resource(**other)
