"""Keys of KMS: one as it should be, and one for each way to be wrong."""

import json

from local.server import ACCOUNT, EmbeddedAws


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make a rotated key, one that is not, one for everybody, and one that waits for its deletion."""
    kms = aws.client("kms", region)
    rotated = _key(aws, region, "rotated", _policy(f"arn:aws:iam::{ACCOUNT}:root"))
    kms.enable_key_rotation(KeyId=rotated)
    kms.create_alias(AliasName="alias/rotated", TargetKeyId=rotated)
    _key(aws, region, "never rotated", _policy(f"arn:aws:iam::{ACCOUNT}:root"))
    public = _key(aws, region, "for everybody", _policy("*"))
    kms.enable_key_rotation(KeyId=public)
    leaving = _key(aws, region, "leaving", _policy(f"arn:aws:iam::{ACCOUNT}:root"))
    kms.schedule_key_deletion(KeyId=leaving, PendingWindowInDays=7)
    kms.create_key(Description="signs", KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY", MultiRegion=True)
    kms.disable_key(KeyId=_key(aws, region, "disabled", _policy(f"arn:aws:iam::{ACCOUNT}:root")))


def _key(aws: EmbeddedAws, region: str, description: str, policy: str) -> str:
    tags = [{"TagKey": "Owner", "TagValue": "platform"}]
    made = aws.client("kms", region).create_key(Description=description, Policy=policy, Tags=tags)
    return str(made["KeyMetadata"]["KeyId"])


def _policy(principal: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "kms:*", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
