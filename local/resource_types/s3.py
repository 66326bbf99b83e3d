"""Buckets and their policies; what a template does not say of a bucket is as S3 makes it.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucket.html
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-s3-bucketpolicy.html
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

from local import buckets
from local.bucket_settings import configurations, delivery
from local.bucket_settings.lifecycle import lifecycle
from local.bucket_settings.replication import replication
from local.provisioning.kinds import Kind, Made, Properties, chosen, client, tags_of

Calls = Iterator[tuple[str, dict[str, Any]]]
"""Operations of S3's client, with their parameters beside the bucket."""


def _bucket(properties: Properties, region: str, _account: str) -> Made:
    s3, name = client("s3", region), str(properties["BucketName"])
    s3.create_bucket(Bucket=name, **_creation(properties, region))
    for operation, parameters in _settings(properties, name):
        getattr(s3, operation)(Bucket=name, **parameters)
    # PutBucketTagging refuses CloudFormation's own tags to everybody else.
    buckets.set_tags(buckets.find(name), tags_of(properties))
    return name, _attributes(name, region)


def _creation(properties: Properties, region: str) -> dict[str, Any]:
    parameters: dict[str, Any] = chosen(properties, "BucketNamespace", ObjectLockEnabledForBucket="ObjectLockEnabled")
    if region != "us-east-1":
        parameters["CreateBucketConfiguration"] = {"LocationConstraint": region}
    return parameters


def _settings(properties: Properties, name: str) -> Calls:
    """Yield what is put of a bucket, in an order in which S3 takes it: replication needs versions, for example."""
    for key, say in _SETTINGS.items():
        if key in properties:
            yield say(properties[key])
    for key, (operation, each) in _MANY.items():
        for configuration in properties.get(key, ()):
            yield operation, each(configuration)
    if "LoggingConfiguration" in properties:
        yield "put_bucket_logging", delivery.logging(properties["LoggingConfiguration"], name)


def _put(operation: str, say: Callable[[Any], dict[str, Any]]) -> Callable[[Any], tuple[str, dict[str, Any]]]:
    return lambda value: (operation, say(value))


def _same(operation: str, parameter: str) -> Callable[[Any], tuple[str, dict[str, Any]]]:
    """Put a property whose members are those of S3's API."""
    return _put(operation, lambda value: {parameter: value})


def _encryption(properties: Properties) -> dict[str, Any]:
    rules = [
        chosen(
            rule,
            "BlockedEncryptionTypes",
            "BucketKeyEnabled",
            ApplyServerSideEncryptionByDefault="ServerSideEncryptionByDefault",
        )
        for rule in properties["ServerSideEncryptionConfiguration"]
    ]
    return {"ServerSideEncryptionConfiguration": {"Rules": rules}}


def _canned(name: str) -> dict[str, Any]:
    """Return the parameters of PutBucketAcl for `PublicRead`, which S3 calls `public-read`."""
    return {"ACL": re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()}


_SETTINGS: Mapping[str, Callable[[Any], tuple[str, dict[str, Any]]]] = {
    "VersioningConfiguration": _same("put_bucket_versioning", "VersioningConfiguration"),
    "ObjectLockConfiguration": _same("put_object_lock_configuration", "ObjectLockConfiguration"),
    "BucketEncryption": _put("put_bucket_encryption", _encryption),
    "PublicAccessBlockConfiguration": _same("put_public_access_block", "PublicAccessBlockConfiguration"),
    "OwnershipControls": _same("put_bucket_ownership_controls", "OwnershipControls"),
    "AccessControl": _put("put_bucket_acl", _canned),
    "LifecycleConfiguration": _put("put_bucket_lifecycle_configuration", lifecycle),
    "ReplicationConfiguration": _put("put_bucket_replication", replication),
    "NotificationConfiguration": _put("put_bucket_notification_configuration", delivery.notification),
    "CorsConfiguration": _put("put_bucket_cors", delivery.cors),
    "WebsiteConfiguration": _put("put_bucket_website", delivery.website),
    "AccelerateConfiguration": _put(
        "put_bucket_accelerate_configuration",
        lambda value: {"AccelerateConfiguration": {"Status": value["AccelerationStatus"]}},
    ),
    "AbacStatus": _put("put_bucket_abac", lambda value: {"AbacStatus": {"Status": value}}),
}
_MANY: Mapping[str, tuple[str, Callable[[Properties], dict[str, Any]]]] = {
    "MetricsConfigurations": ("put_bucket_metrics_configuration", configurations.metrics),
    "AnalyticsConfigurations": ("put_bucket_analytics_configuration", configurations.analytics),
    "IntelligentTieringConfigurations": (
        "put_bucket_intelligent_tiering_configuration",
        configurations.tiering,
    ),
    "InventoryConfigurations": ("put_bucket_inventory_configuration", configurations.inventory),
}


def _attributes(name: str, region: str) -> dict[str, str]:
    return {
        "Arn": f"arn:aws:s3:::{name}",
        "DomainName": f"{name}.s3.amazonaws.com",
        "DualStackDomainName": f"{name}.s3.dualstack.{region}.amazonaws.com",
        "RegionalDomainName": f"{name}.s3.{region}.amazonaws.com",
        "WebsiteURL": f"http://{name}.s3-website-{region}.amazonaws.com",
    }


def _find_bucket(properties: Properties, region: str, _account: str) -> Made:
    name = str(properties["BucketName"])
    client("s3", region).head_bucket(Bucket=name)
    return name, _attributes(name, region)


def _tag_bucket(name: str, tags: Mapping[str, str], _region: str) -> None:
    bucket = buckets.find(name)
    buckets.set_tags(bucket, {**buckets.tags(bucket), **tags})


def _bucket_policy(properties: Properties, region: str, _account: str) -> Made:
    document = properties["PolicyDocument"]
    policy = document if isinstance(document, str) else json.dumps(document)
    client("s3", region).put_bucket_policy(Bucket=properties["Bucket"], Policy=policy)
    return str(properties["Bucket"]), {}


def _find_policy(properties: Properties, region: str, _account: str) -> Made:
    client("s3", region).get_bucket_policy(Bucket=properties["Bucket"])
    return str(properties["Bucket"]), {}


def _delete_policy(bucket: str, region: str) -> None:
    """Delete the policy of a bucket, which is gone with it if the bucket was deleted first."""
    try:
        client("s3", region).delete_bucket_policy(Bucket=bucket)
    except ClientError as error:
        if error.response["Error"]["Code"] != "NoSuchBucket":
            raise


KINDS = (
    Kind(
        "AWS::S3::Bucket",
        _bucket,
        lambda name, region: client("s3", region).delete_bucket(Bucket=name),
        name="BucketName",
        find=_find_bucket,
        tag=_tag_bucket,
    ),
    Kind("AWS::S3::BucketPolicy", _bucket_policy, _delete_policy, find=_find_policy),
)
