"""Buckets and their policies."""

import json
from typing import Any

from moto.s3.models import s3_backends

from local.provisioning.kinds import Kind, Made, Properties, client, tags_of


def _bucket(properties: Properties, region: str, account: str) -> Made:
    s3, name = client("s3", region), str(properties["BucketName"])
    where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    s3.create_bucket(Bucket=name, **where)
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration=properties["VersioningConfiguration"])
    rules = [
        {
            "ApplyServerSideEncryptionByDefault": rule["ServerSideEncryptionByDefault"],
            "BucketKeyEnabled": rule["BucketKeyEnabled"],
            "BlockedEncryptionTypes": rule["BlockedEncryptionTypes"],
        }
        for rule in properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    ]
    s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": rules})
    s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=properties["PublicAccessBlockConfiguration"])
    s3.put_bucket_ownership_controls(Bucket=name, OwnershipControls=properties["OwnershipControls"])
    for metrics in properties.get("MetricsConfigurations", ()):
        s3.put_bucket_metrics_configuration(Bucket=name, Id=metrics["Id"], MetricsConfiguration=metrics)
    # PutBucketTagging refuses CloudFormation's own tags to everybody else.
    s3_backends[account]["aws"].put_bucket_tagging(name, tags_of(properties))
    lifecycle = properties["LifecycleConfiguration"]
    s3.put_bucket_lifecycle_configuration(
        Bucket=name,
        TransitionDefaultMinimumObjectSize=lifecycle["TransitionDefaultMinimumObjectSize"],
        LifecycleConfiguration={"Rules": _lifecycle_rules(lifecycle["Rules"])},
    )
    return name, {"Arn": f"arn:aws:s3:::{name}"}


def _lifecycle_rules(rules: list[Properties]) -> list[dict[str, Any]]:
    """Return the rules of a bucket; where one has a size, all have filters: S3 takes no rules of both forms."""
    converted = [_lifecycle_rule(rule) for rule in rules]
    if not any("ObjectSizeGreaterThan" in rule for rule in rules):
        return converted
    for rule, made in zip(rules, converted, strict=True):
        prefix = {"Prefix": made.pop("Prefix")}
        size = rule.get("ObjectSizeGreaterThan")
        made["Filter"] = prefix if size is None else {"And": {**prefix, "ObjectSizeGreaterThan": int(size)}}
    return converted


def _lifecycle_rule(rule: Properties) -> dict[str, Any]:
    """Say CloudFormation's spelling of a lifecycle rule in S3's, which has a rule's prefix where it stands here."""
    converted: dict[str, Any] = {"ID": rule["Id"], "Status": rule["Status"], "Prefix": rule.get("Prefix", "")}
    if "ExpirationInDays" in rule:
        converted["Expiration"] = {"Days": int(rule["ExpirationInDays"])}
    if rule.get("ExpiredObjectDeleteMarker"):
        converted["Expiration"] = {"ExpiredObjectDeleteMarker": True}
    if "Transitions" in rule:
        converted["Transitions"] = [
            {"Days": int(each["TransitionInDays"]), "StorageClass": each["StorageClass"]}
            for each in rule["Transitions"]
        ]
    if "NoncurrentVersionExpiration" in rule:
        converted["NoncurrentVersionExpiration"] = {
            key: int(value) for key, value in rule["NoncurrentVersionExpiration"].items()
        }
    if "AbortIncompleteMultipartUpload" in rule:
        converted["AbortIncompleteMultipartUpload"] = {
            key: int(value) for key, value in rule["AbortIncompleteMultipartUpload"].items()
        }
    return converted


def _bucket_policy(properties: Properties, region: str, _account: str) -> Made:
    client("s3", region).put_bucket_policy(Bucket=properties["Bucket"], Policy=json.dumps(properties["PolicyDocument"]))
    return f"{properties['Bucket']}-policy", {}


def _delete_bucket(name: str, region: str) -> None:
    client("s3", region).delete_bucket(Bucket=name)


KINDS = (
    Kind("AWS::S3::Bucket", _bucket, _delete_bucket, name="BucketName"),
    Kind("AWS::S3::BucketPolicy", _bucket_policy),
)
