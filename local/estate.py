"""A small estate with good and bad resources: more than one page of instances, and buckets, in two regions."""

import json
from typing import Any

from local.server import EmbeddedAws

HOME, AWAY = "eu-west-1", "us-east-1"
IMAGE = "ami-12c6146b"
GOOD_TAGS = {"Environment": "production", "Owner": "web", "CostCenter": "CC-1000", "Project": "shop"}
INSTANCES = 1_020
BUCKETS = 120


def seed(aws: EmbeddedAws, *, instances: int = INSTANCES, buckets: int = BUCKETS) -> None:
    """Make the estate: most of it plain, some of it good, a few resources as bad as they come."""
    _instances(aws, HOME, instances)
    _instances(aws, AWAY, 3)
    _volumes_and_groups(aws)
    _many_buckets(buckets)
    _good_bucket(aws)
    _bad_bucket(aws)
    aws.client("ec2", AWAY).enable_ebs_encryption_by_default()


def _instances(aws: EmbeddedAws, region: str, count: int) -> None:
    ec2 = aws.client("ec2", region)
    good = max(1, count // 2)
    vpc = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    private = ec2.create_subnet(VpcId=vpc, CidrBlock="10.1.0.0/20")["Subnet"]["SubnetId"]
    ec2.run_instances(
        ImageId=IMAGE,
        SubnetId=private,
        MinCount=good,
        MaxCount=good,
        MetadataOptions={"HttpTokens": "required"},
        Monitoring={"Enabled": True},
        TagSpecifications=[{"ResourceType": "instance", "Tags": _tags(GOOD_TAGS)}],
    )
    owners = ("web", "data", "platform")
    for number, owner in enumerate(owners):
        share = (count - good) // 3 + (number < (count - good) % 3)
        if share:
            tags = {"Owner": owner, "costcenter": "CC-1"} if number else {}
            specification = [{"ResourceType": "instance", "Tags": _tags(tags)}] if tags else []
            ec2.run_instances(ImageId=IMAGE, MinCount=share, MaxCount=share, TagSpecifications=specification)


def _volumes_and_groups(aws: EmbeddedAws) -> None:
    ec2 = aws.client("ec2", HOME)
    ec2.create_volume(AvailabilityZone=f"{HOME}a", Size=1, Encrypted=True)
    ec2.create_volume(AvailabilityZone=f"{HOME}a", Size=1)
    group = ec2.create_security_group(GroupName="ssh-open", Description="admits everybody")["GroupId"]
    ec2.authorize_security_group_ingress(GroupId=group, IpProtocol="tcp", FromPort=22, ToPort=22, CidrIp="0.0.0.0/0")


def _many_buckets(count: int) -> None:
    """Make buckets in moto itself: over HTTP a thousand of them take longer than all the rest."""
    from moto.s3.models import s3_backends  # noqa: PLC0415 - moto takes seconds to import

    from local.server import ACCOUNT  # noqa: PLC0415 - beside its one use

    backend = s3_backends[ACCOUNT]["aws"]
    for number in range(count):
        backend.create_bucket(f"plain-{number:04d}", HOME if number % 100 else AWAY)


def _good_bucket(aws: EmbeddedAws) -> None:
    s3, name = aws.client("s3", HOME), "good-bucket"
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": HOME})
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    rules: list[dict[str, Any]] = [
        {
            "ID": "all",
            "Status": "Enabled",
            "Filter": {"Prefix": ""},
            "Expiration": {"Days": 60},
            "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
        }
    ]
    s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": rules})
    s3.put_bucket_metrics_configuration(Bucket=name, Id="EntireBucket", MetricsConfiguration={"Id": "EntireBucket"})
    s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": _tags(GOOD_TAGS)})
    tls_only = {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [tls_only]}))


def _bad_bucket(aws: EmbeddedAws) -> None:
    s3, name = aws.client("s3", AWAY), "public-bucket"
    s3.create_bucket(Bucket=name)
    s3.delete_public_access_block(Bucket=name)
    s3.delete_bucket_ownership_controls(Bucket=name)
    everybody = {
        "Sid": "Everybody",
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{name}/*",
    }
    s3.put_bucket_policy(Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [everybody]}))
    rule = {
        "ID": "uploads",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
    }
    s3.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": [rule]})


def _tags(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]
