"""Lifecycle configurations that S3 refuses, and those that it takes."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.server import EmbeddedAws

DAYS = {"Expiration": {"Days": 90}}
MARKERS = {"Expiration": {"ExpiredObjectDeleteMarker": True}}
ABORT = {"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}}


@pytest.fixture(scope="module")
def s3() -> Iterator[Any]:
    with EmbeddedAws() as aws:
        client = aws.client("s3")
        client.create_bucket(Bucket="rules", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        yield client


def rule(name: str, action: dict[str, Any], **where: Any) -> dict[str, Any]:
    return {"ID": name, "Status": "Enabled", **action, **where}


def put(s3: Any, *rules: dict[str, Any]) -> None:
    s3.put_bucket_lifecycle_configuration(Bucket="rules", LifecycleConfiguration={"Rules": list(rules)})


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (
            [rule("all", MARKERS, Prefix=""), rule("old", DAYS, Prefix="findings/")],
            "Found overlapping prefixes '' and 'findings/' for same action type 'Expiration'",
        ),
        (
            [rule("year", DAYS, Prefix="findings/2026"), rule("old", DAYS, Prefix="findings/")],
            "Found overlapping prefixes 'findings/2026' and 'findings/' for same action type 'Expiration'",
        ),
        ([rule("old", DAYS, Prefix="a"), rule("new", DAYS, Filter={"Prefix": "b"})], "Lifecycle V2"),
        ([rule("same", DAYS, Prefix="a"), rule("same", DAYS, Prefix="b")], "Rule ID must be unique"),
    ],
)
def test_what_s3_refuses(s3: Any, rules: list[dict[str, Any]], said: str) -> None:
    with pytest.raises(ClientError, match=said):
        put(s3, *rules)


@pytest.mark.parametrize(
    "rules",
    [
        [rule("uploads", ABORT, Prefix=""), rule("old", DAYS, Prefix="findings/"), rule("more", DAYS, Prefix="scans/")],
        [rule("all", MARKERS, Filter={"Prefix": ""}), rule("old", DAYS, Filter={"Prefix": "findings/"})],
    ],
)
def test_what_s3_takes(s3: Any, rules: list[dict[str, Any]]) -> None:
    put(s3, *rules)
    kept = s3.get_bucket_lifecycle_configuration(Bucket="rules")["Rules"]
    assert [each["ID"] for each in kept] == [each["ID"] for each in rules]
