"""Buckets and access points: one of each as it should be, and one for each way to be wrong."""

import json
from typing import Any

from local.estate import HOME
from local.server import ACCOUNT, EmbeddedAws
from muster.sdk.session import Clients, open_session

_AWAY = {"us-east-1": "eu-west-1"}
_ON = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make a guarded bucket that is copied and logged, an open-handed one, and two access points."""
    away = _AWAY.get(region, "us-east-1")
    names = ("guarded", "careless", "logged", "copied", "shut")
    guarded, careless, logs, copies, shut = (f"{name}-{region}" for name in names)
    _bucket(aws, copies, away)
    for target in (logs, shut):
        delivers = _allow({"Service": "logging.s3.amazonaws.com"}, "s3:PutObject", target)
        _bucket(aws, target, region).put_bucket_policy(Bucket=target, Policy=delivers)
    s3 = _bucket(aws, guarded, region, ObjectLockEnabledForBucket=True)
    retention = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 30}}}
    protected = {"Status": "Enabled", "MFADelete": "Enabled"}
    s3.put_bucket_versioning(Bucket=guarded, VersioningConfiguration=protected, MFA="serial 123456")
    encryption = {
        "ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"},
        "BucketKeyEnabled": True,
        "BlockedEncryptionTypes": {"EncryptionType": ["SSE-C"]},
    }
    s3.put_bucket_encryption(Bucket=guarded, ServerSideEncryptionConfiguration={"Rules": [encryption]})
    s3.put_object_lock_configuration(Bucket=guarded, ObjectLockConfiguration=retention)
    s3.put_bucket_notification_configuration(Bucket=guarded, NotificationConfiguration={"EventBridgeConfiguration": {}})
    _log(s3, guarded, logs)
    _replicate(s3, guarded, copies)
    _bucket(aws, careless, region)
    s3.put_bucket_policy(Bucket=careless, Policy=_allow({"AWS": "111122223333"}, "s3:PutObjectAcl", careless))
    _log(s3, careless, shut)
    s3.delete_bucket_policy(Bucket=shut)
    points = Clients(open_session(region=region), endpoint_url=aws.endpoint).get("s3control", region)
    for name, block in (("closed", _ON), ("open", {**_ON, "RestrictPublicBuckets": False})):
        document = {"Bucket": careless, "PublicAccessBlockConfiguration": block}
        points.create_access_point(AccountId=ACCOUNT, Name=f"{name}-{region}", **document)
    _in_one_zone(aws, region)
    if region == HOME:
        _of_several_regions(aws, careless)


def _in_one_zone(aws: EmbeddedAws, region: str) -> None:
    """Make two directory buckets, of which one gives incomplete uploads up."""
    s3 = aws.client("s3", region)
    zone = {"Location": {"Type": "AvailabilityZone", "Name": "use1-az4"}}
    kind = {"Bucket": {"Type": "Directory", "DataRedundancy": "SingleAvailabilityZone"}}
    for name in ("tidy", "full"):
        s3.create_bucket(Bucket=f"{name}--use1-az4--x-s3", CreateBucketConfiguration={**zone, **kind})
    rule = {"ID": "uploads", "Status": "Enabled", "Filter": {"Prefix": ""}}
    rules = [{**rule, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}}]
    s3.put_bucket_lifecycle_configuration(Bucket="tidy--use1-az4--x-s3", LifecycleConfiguration={"Rules": rules})


def _of_several_regions(aws: EmbeddedAws, bucket: str) -> None:
    """Make Multi-Region Access Points, which AWS keeps for the whole account in one region."""
    west = Clients(open_session(region="us-west-2"), endpoint_url=aws.endpoint).get("s3control", "us-west-2")
    for name, block in (("closed", _ON), ("open", {**_ON, "BlockPublicPolicy": False})):
        details = {"Name": name, "PublicAccessBlock": block, "Regions": [{"Bucket": bucket}]}
        west.create_multi_region_access_point(AccountId=ACCOUNT, ClientToken=name, Details=details)


def _bucket(aws: EmbeddedAws, name: str, region: str, **more: Any) -> Any:
    s3 = aws.client("s3", region)
    where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    s3.create_bucket(Bucket=name, **where, **more)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return s3


def _allow(principal: dict[str, str], action: str, bucket: str) -> str:
    document = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": f"arn:aws:s3:::{bucket}/*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [document]})


def _log(s3: Any, bucket: str, target: str) -> None:
    enabled = {"TargetBucket": target, "TargetPrefix": f"{bucket}/"}
    s3.put_bucket_logging(Bucket=bucket, BucketLoggingStatus={"LoggingEnabled": enabled})


def _replicate(s3: Any, bucket: str, copies: str) -> None:
    rule = {
        "ID": "all",
        "Status": "Enabled",
        "Priority": 1,
        "Filter": {"Prefix": ""},
        "DeleteMarkerReplication": {"Status": "Disabled"},
        "Destination": {"Bucket": f"arn:aws:s3:::{copies}"},
    }
    document = {"Role": f"arn:aws:iam::{ACCOUNT}:role/replication", "Rules": [rule]}
    s3.put_bucket_replication(Bucket=bucket, ReplicationConfiguration=document)
