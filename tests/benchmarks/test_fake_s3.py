"""The fake S3 of the benchmarks, compared with moto's S3 in each operation that Muster calls."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import botocore.config
import botocore.exceptions
import pytest
from moto import mock_aws

from muster.sdk.session import Clients
from muster.storage.bucket import Bucket, Conflict
from testing.fake_s3.http import Request
from testing.fake_s3.in_process import s3_in_memory
from testing.fake_s3.neighbours import OWN, Neighbours, account_ids
from testing.fake_s3.process import FakeS3
from testing.fake_s3.server import Server

HERE = "eu-west-1"
KEYS = ("a/1", "a/2", "a/b/3", "a0", "b/with space+plus&and", "b/ümlaut", "z")
PIECE = 5 * 1024 * 1024
_NAMES = itertools.count()


@pytest.fixture(scope="module")
def served() -> Iterator[FakeS3]:
    with FakeS3(accounts=45, regions=(HERE, "us-east-1")) as server:
        yield server


@pytest.fixture(autouse=True)
def _credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def client(service: str, endpoint: str | None = None) -> Any:
    config = botocore.config.Config(retries={"total_max_attempts": 1})
    return boto3.session.Session(region_name=HERE).client(service, endpoint_url=endpoint, config=config)


def described(call: Callable[[], dict[str, Any]]) -> Any:
    """Return what a call answered, or its error: what does not depend on the moment or on the server's name."""
    try:
        answer = call()
    except botocore.exceptions.ClientError as error:
        return error.response["ResponseMetadata"]["HTTPStatusCode"], error.response["Error"]["Code"]
    kept = {
        name: answer[name]
        for name in ("ETag", "ContentLength", "ContentRange", "ContentType", "KeyCount", "IsTruncated", "MaxKeys")
        if name in answer
    }
    if "Body" in answer:
        kept["Body"] = answer["Body"].read()
    kept["Contents"] = [(each["Key"], each["Size"], each["ETag"]) for each in answer.get("Contents", ())]
    kept["CommonPrefixes"] = [each["Prefix"] for each in answer.get("CommonPrefixes", ())]
    return answer["ResponseMetadata"]["HTTPStatusCode"], kept


def put(s3: Any, bucket: str, **parameters: Any) -> Any:
    return described(lambda: s3.put_object(Bucket=bucket, **parameters))


def got(s3: Any, bucket: str, **parameters: Any) -> Any:
    return described(lambda: s3.get_object(Bucket=bucket, **parameters))


def written(s3: Any, bucket: str) -> list[Any]:
    etag = s3.put_object(Bucket=bucket, Key="one", Body=b"1")["ETag"]
    return [
        put(s3, bucket, Key="one", Body=b"2", ContentType="application/json"),
        got(s3, bucket, Key="one"),
        put(s3, bucket, Key="one", Body=b"3", IfNoneMatch="*"),
        put(s3, bucket, Key="one", Body=b"3", IfMatch=etag),
        put(s3, bucket, Key="new", Body=b"3", IfMatch=etag),
        put(s3, bucket, Key="new", Body=b"3", IfNoneMatch="*"),
        put(s3, bucket, Key="one", Body=b"4", IfMatch=s3.head_object(Bucket=bucket, Key="one")["ETag"]),
        got(s3, bucket, Key="one"),
        put(s3, bucket, Key="empty", Body=b""),
        got(s3, bucket, Key="empty"),
        got(s3, bucket, Key="none"),
        got(s3, "no-such-bucket-here", Key="none"),
        described(lambda: s3.head_object(Bucket=bucket, Key="one")),
        described(lambda: s3.head_object(Bucket=bucket, Key="none")),
    ]


def deleted(s3: Any, bucket: str) -> list[Any]:
    s3.put_object(Bucket=bucket, Key="one", Body=b"1")
    return [
        described(lambda: s3.delete_object(Bucket=bucket, Key="one")),
        described(lambda: s3.delete_object(Bucket=bucket, Key="one")),
        got(s3, bucket, Key="one"),
        described(lambda: s3.list_objects_v2(Bucket=bucket)),
    ]


def ranged(s3: Any, bucket: str) -> list[Any]:
    etag = s3.put_object(Bucket=bucket, Key="ten", Body=b"0123456789")["ETag"]
    ranges = ("0-0", "2-4", "5-", "-3", "-20", "8-99", "9-9", "10-12", "99-")
    return [
        *(got(s3, bucket, Key="ten", Range=f"bytes={each}") for each in ranges),
        got(s3, bucket, Key="ten", IfMatch=etag, Range="bytes=1-1"),
        got(s3, bucket, Key="ten", IfMatch='"other"'),
        got(s3, bucket, Key="ten", IfNoneMatch='"other"'),
        got(s3, bucket, Key="ten", IfNoneMatch=etag),
    ]


def listed(s3: Any, bucket: str) -> list[Any]:
    for key in reversed(KEYS):
        s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    lists = (
        {},
        {"Prefix": "a"},
        {"Prefix": "a/"},
        {"Prefix": "none"},
        {"Prefix": "a", "Delimiter": "/"},
        {"Delimiter": "/"},
        {"StartAfter": "a/2"},
        {"MaxKeys": 2},
    )
    found = [described(lambda asked=asked: s3.list_objects_v2(Bucket=bucket, **asked)) for asked in lists]
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, PaginationConfig={"PageSize": 2})
    found += [[each["Key"] for each in page["Contents"]] for page in pages]
    found.append(described(lambda: s3.list_objects_v2(Bucket="no-such-bucket-here")))
    return found


def in_parts(s3: Any, bucket: str) -> list[Any]:
    upload = {"Bucket": bucket, "Key": "large"}
    first = s3.create_multipart_upload(**upload)["UploadId"]
    etags = [
        s3.upload_part(**upload, UploadId=first, PartNumber=number, Body=body)["ETag"]
        for number, body in ((1, b"a" * PIECE), (2, b"b"))
    ]
    small = s3.create_multipart_upload(**upload)["UploadId"]
    small_etags = [s3.upload_part(**upload, UploadId=small, PartNumber=number, Body=b"a")["ETag"] for number in (1, 2)]

    def complete(upload_id: str, *parts: tuple[int, str]) -> Any:
        named = {"Parts": [{"PartNumber": number, "ETag": etag} for number, etag in parts]}
        return described(lambda: s3.complete_multipart_upload(**upload, UploadId=upload_id, MultipartUpload=named))

    return [
        etags,
        complete(small, (1, small_etags[0]), (2, small_etags[1])),
        complete(first, (1, etags[0]), (2, etags[0])),
        complete(first, (1, etags[0]), (2, etags[1])),
        described(lambda: s3.head_object(**upload)),
        got(s3, bucket, Key="large", Range=f"bytes={PIECE - 1}-{PIECE}"),
        described(lambda: s3.abort_multipart_upload(**upload, UploadId=small)),
        described(lambda: s3.abort_multipart_upload(**upload, UploadId=small)),
    ]


@pytest.mark.parametrize("script", [written, deleted, ranged, listed, in_parts])
def test_the_fake_answers_as_moto_does(served: FakeS3, script: Callable[[Any, str], list[Any]]) -> None:
    name = f"bucket-{next(_NAMES)}"
    with mock_aws():
        s3 = client("s3")
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": HERE})
        right = script(s3, name)
    ours = client("s3", served.url)
    ours.create_bucket(Bucket=name)
    assert script(ours, name) == right
    with s3_in_memory():
        unsent = client("s3")
        unsent.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": HERE})
        assert script(unsent, name) == right


def test_in_this_process_files_go_in_and_out_and_other_services_go_where_they_went(tmp_path: Path) -> None:
    (tmp_path / "small").write_bytes(b"0123456789")
    (tmp_path / "large").write_bytes(b"0123456789abcdef" * (20 << 16))
    with mock_aws(), s3_in_memory():
        clients = Clients(boto3.session.Session(region_name=HERE))
        clients.get("s3", HERE).create_bucket(Bucket="files")
        bucket = Bucket("files", clients, HERE)
        bucket.upload(tmp_path / "small", "small", etag=None)
        bucket.upload(tmp_path / "large", "large")
        for name in ("small", "large"):
            bucket.download(name, tmp_path / "again")
            assert (tmp_path / "again").read_bytes() == (tmp_path / name).read_bytes()
        assert clients.get("sqs", HERE).create_queue(QueueName="one")["QueueUrl"].endswith("/one")
        assert client("s3").list_objects_v2(Bucket="files")["KeyCount"] == 2
    with mock_aws():
        assert client("s3").list_buckets()["Buckets"] == []


def test_a_page_holds_a_thousand_keys_in_the_order_of_their_bytes(served: FakeS3) -> None:
    s3 = client("s3", served.url)
    s3.create_bucket(Bucket="many")
    for number in reversed(range(1001)):
        s3.put_object(Bucket="many", Key=f"k/{number:04d}", Body=b"")
    first = s3.list_objects_v2(Bucket="many", MaxKeys=5000)
    second = s3.list_objects_v2(Bucket="many", ContinuationToken=first["NextContinuationToken"])
    assert [each["Key"] for each in first["Contents"]] == [f"k/{number:04d}" for number in range(1000)]
    assert [each["Key"] for each in second["Contents"]] == ["k/1000"]
    assert (first["IsTruncated"], second["IsTruncated"]) == (True, False)


def test_what_the_fake_does_not_know_is_refused(served: FakeS3) -> None:
    s3 = client("s3", served.url)
    s3.create_bucket(Bucket="odd")
    for call in (
        lambda: s3.get_bucket_tagging(Bucket="odd"),
        lambda: s3.list_objects(Bucket="odd"),
        lambda: s3.copy_object(Bucket="odd", Key="b", CopySource="odd/a"),
        lambda: s3.get_object(Bucket="odd", Key="a", VersionId="1"),
    ):
        assert described(call) == (501, "NotImplemented")


def test_calls_are_counted_by_operation(served: FakeS3, tmp_path: Path) -> None:
    clients = Clients(boto3.session.Session(region_name=HERE), endpoint_url=served.url)
    clients.get("s3", HERE).create_bucket(Bucket="counted")
    bucket = Bucket("counted", clients, HERE)
    served.set(forget=True)
    etag = bucket.put_json("a.json.gz", [1], etag=None)
    with pytest.raises(Conflict):
        bucket.put_json("a.json.gz", [2], etag=None)
    assert bucket.get_versioned("a.json.gz") == ([1], etag)
    large = tmp_path / "large"
    large.write_bytes(b"0123456789abcdef" * (20 << 16))
    bucket.upload(large, "large")
    bucket.download("large", tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == large.read_bytes()
    assert [key for key, _ in bucket.keys("")] == ["a.json.gz", "large"]
    bucket.delete("large")
    assert served.counts() == {
        "s3:PutObject": 2,
        "s3:GetObject": 2,
        "s3:CreateMultipartUpload": 1,
        "s3:UploadPart": 3,
        "s3:CompleteMultipartUpload": 1,
        "s3:ListObjectsV2": 1,
        "s3:DeleteObject": 1,
    }


def test_an_answer_waits_for_what_is_left_of_the_latency() -> None:
    now = iter((10.0, 10.005, 20.0, 20.5))
    server = Server(Neighbours(), 0.02, clock=lambda: next(now))
    asked = Request("GET", "/bucket", {"list-type": "2"}, {}, "", HERE, "s3", b"")
    assert [server.answer(asked).seconds for _ in range(2)] == [pytest.approx(0.015), 0]


def test_an_upload_that_was_completed_is_gone(served: FakeS3) -> None:
    """As AWS documents NoSuchUpload; moto answers the second time as it did the first.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html
    """
    s3 = client("s3", served.url)
    s3.create_bucket(Bucket="twice")
    upload = {"Bucket": "twice", "Key": "large"}
    upload["UploadId"] = s3.create_multipart_upload(**upload)["UploadId"]
    etag = s3.upload_part(**upload, PartNumber=1, Body=b"a")["ETag"]
    parts = {"Parts": [{"PartNumber": 1, "ETag": etag}]}
    assert described(lambda: s3.complete_multipart_upload(**upload, MultipartUpload=parts))[0] == 200
    assert described(lambda: s3.complete_multipart_upload(**upload, MultipartUpload=parts)) == (404, "NoSuchUpload")


def test_the_neighbours_answer_what_the_planner_and_the_alert_ask(served: FakeS3) -> None:
    pages = client("organizations", served.url).get_paginator("list_accounts").paginate()
    assert tuple(each["Id"] for page in pages for each in page["Accounts"]) == account_ids(45)
    found = client("organizations", served.url).describe_organization()["Organization"]
    assert found["MasterAccountId"] == OWN == account_ids(1)[0]
    arn = "arn:aws:iam::111122223333:role/security/Scanner"
    role = client("sts", served.url).assume_role(RoleArn=arn, RoleSessionName="muster-1")
    assert role["AssumedRoleUser"]["Arn"] == "arn:aws:sts::111122223333:assumed-role/Scanner/muster-1"
    regions = client("ec2", served.url).describe_regions()["Regions"]
    assert [each["RegionName"] for each in regions] == [HERE, "us-east-1"]
    assert client("lambda", served.url).get_account_settings()["AccountLimit"]["ConcurrentExecutions"] == 1000
    topic = "arn:aws:sns:eu-west-1:123456789012:alerts"
    assert client("sns", served.url).publish(TopicArn=topic, Message="hello")["MessageId"]
    queue = f"{served.url}/123456789012/results"
    assert client("sqs", served.url).send_message(QueueUrl=queue, MessageBody="hello")["MessageId"]
