"""Corrected answers about buckets' protection and access points are as AWS documents them."""

from typing import Any

import botocore.exceptions
import pytest

from local.estates.s3 import seed
from local.server import ACCOUNT, EmbeddedAws
from muster.facets.s3.buckets import BucketVersioning
from muster.model.finding import Resource
from muster.readers.s3 import buckets as reading
from muster.sdk.session import Clients, open_session

HOME, AWAY = "eu-west-1", "us-east-1"
SITE = Resource(reading.BUCKET, "site", ACCOUNT, HOME)


def bucket(aws: EmbeddedAws) -> Any:
    s3 = aws.client("s3", HOME)
    s3.create_bucket(Bucket="site", CreateBucketConfiguration={"LocationConstraint": HOME})
    return s3


def control(aws: EmbeddedAws, region: str) -> Any:
    return Clients(open_session(region=region), endpoint_url=aws.endpoint).get("s3control", region)


def test_what_a_bucket_blocks_is_kept_until_its_encryption_is_deleted(aws: EmbeddedAws) -> None:
    s3 = bucket(aws)
    assert reading.encryption.function(s3, SITE).blocked == ()
    rule = {
        "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"},
        "BlockedEncryptionTypes": {"EncryptionType": ["SSE-C"]},
    }
    s3.put_bucket_encryption(Bucket="site", ServerSideEncryptionConfiguration={"Rules": [rule]})
    found = reading.encryption.function(s3, SITE)
    assert (found.algorithm, found.blocked) == ("AES256", ("SSE-C",))
    s3.delete_bucket_encryption(Bucket="site")
    assert reading.encryption.function(s3, SITE).blocked == ()


def test_mfa_delete_is_told_once_it_was_configured(aws: EmbeddedAws) -> None:
    s3 = bucket(aws)
    s3.put_bucket_versioning(Bucket="site", VersioningConfiguration={"Status": "Enabled"})
    assert reading.versioning.function(s3, SITE) == BucketVersioning("Enabled", "")
    both = {"Status": "Enabled", "MFADelete": "Enabled"}
    s3.put_bucket_versioning(Bucket="site", VersioningConfiguration=both, MFA="serial 123456")
    assert reading.versioning.function(s3, SITE) == BucketVersioning("Enabled", "Enabled")
    s3.put_bucket_versioning(Bucket="site", VersioningConfiguration={"Status": "Suspended"})
    assert reading.versioning.function(s3, SITE) == BucketVersioning("Suspended", "Enabled")


def test_an_access_point_is_in_one_region(aws: EmbeddedAws) -> None:
    here, there = control(aws, HOME), control(aws, AWAY)
    here.create_access_point(AccountId=ACCOUNT, Name="web", Bucket="site")
    there.create_access_point(AccountId=ACCOUNT, Name="app", Bucket="site")
    for client, name, region in ((here, "web", HOME), (there, "app", AWAY)):
        (found,) = client.list_access_points(AccountId=ACCOUNT)["AccessPointList"]
        arn = f"arn:aws:s3:{region}:{ACCOUNT}:accesspoint/{name}"
        assert (found["Name"], found["AccessPointArn"]) == (name, arn)
        assert client.get_access_point(AccountId=ACCOUNT, Name=name)["AccessPointArn"] == arn
    with pytest.raises(botocore.exceptions.ClientError, match="NoSuchAccessPoint"):
        there.get_access_point(AccountId=ACCOUNT, Name="web")


def test_the_estate_can_be_made_in_two_regions(aws: EmbeddedAws) -> None:
    for region in (HOME, AWAY):
        seed(aws, region)
        listed = control(aws, region).list_access_points(AccountId=ACCOUNT)["AccessPointList"]
        assert {found["Name"] for found in listed} == {f"closed-{region}", f"open-{region}"}
