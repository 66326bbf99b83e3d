"""The embedded AWS tells usage, manager, policy and rotation of keys as KMS does."""

import json

import pytest

from local.server import ACCOUNT, EmbeddedAws

AWAY = "us-east-1"
KEYS = {
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
}


def test_a_plain_key_is_for_encryption_and_of_the_customer(aws: EmbeddedAws) -> None:
    kms = aws.client("kms")
    for key in (made := kms.create_key()["KeyMetadata"], kms.describe_key(KeyId=made["Arn"])["KeyMetadata"]):
        assert (key["KeyUsage"], key["KeySpec"]) == ("ENCRYPT_DECRYPT", "SYMMETRIC_DEFAULT")
        assert (key["KeyManager"], key["EncryptionAlgorithms"]) == ("CUSTOMER", ["SYMMETRIC_DEFAULT"])


def test_a_key_behind_an_alias_of_aws_is_managed_by_aws(aws: EmbeddedAws) -> None:
    aws.client("dynamodb").create_table(
        TableName="orders", **KEYS, BillingMode="PAY_PER_REQUEST", SSESpecification={"Enabled": True}
    )
    kms = aws.client("kms")
    by_alias = kms.describe_key(KeyId="alias/aws/dynamodb")["KeyMetadata"]
    assert by_alias["KeyManager"] == "AWS"
    assert kms.describe_key(KeyId=by_alias["Arn"])["KeyMetadata"]["KeyManager"] == "AWS"


def test_a_policy_comes_back_to_the_letter(aws: EmbeddedAws) -> None:
    kms = aws.client("kms")
    text = '{"Statement": [],\n "Version": "2012-10-17"}'
    key = kms.create_key(Policy=text)["KeyMetadata"]["KeyId"]
    for named in ({}, {"PolicyName": "default"}):
        found = kms.get_key_policy(KeyId=key, **named)
        assert (found["Policy"], found["PolicyName"]) == (text, "default")
    changed = json.dumps({"Statement": [{"Effect": "Deny"}]})
    kms.put_key_policy(KeyId=key, Policy=changed, PolicyName="default")
    assert kms.get_key_policy(KeyId=key)["Policy"] == changed


def test_rotation_has_a_period_while_it_is_on(aws: EmbeddedAws) -> None:
    kms = aws.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    off = kms.get_key_rotation_status(KeyId=key)
    assert (off["KeyRotationEnabled"], "RotationPeriodInDays" in off) == (False, False)
    kms.enable_key_rotation(KeyId=key)
    assert kms.get_key_rotation_status(KeyId=key)["RotationPeriodInDays"] == 365
    kms.enable_key_rotation(KeyId=key, RotationPeriodInDays=90)
    assert kms.get_key_rotation_status(KeyId=key)["RotationPeriodInDays"] == 90


def test_a_key_is_of_its_region(aws: EmbeddedAws) -> None:
    arn = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    away = aws.client("kms", AWAY)
    with pytest.raises(away.exceptions.NotFoundException):
        away.describe_key(KeyId=arn)


@pytest.mark.parametrize("kind", ["role", "user"])
def test_a_policy_may_name_only_who_exists(aws: EmbeddedAws, kind: str) -> None:
    kms, iam = aws.client("kms"), aws.client("iam")
    principals = ["arn:aws:iam::111122223333:root", f"arn:aws:iam::{ACCOUNT}:{kind}/shop/worker"]
    statement = {"Effect": "Allow", "Principal": {"AWS": principals}, "Action": "kms:*", "Resource": "*"}
    policy = json.dumps({"Statement": [statement]})
    with pytest.raises(kms.exceptions.MalformedPolicyDocumentException, match="invalid principals"):
        kms.create_key(Policy=policy)
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    with pytest.raises(kms.exceptions.MalformedPolicyDocumentException, match="invalid principals"):
        kms.put_key_policy(KeyId=key, Policy=policy)
    if kind == "role":
        iam.create_role(RoleName="worker", Path="/shop/", AssumeRolePolicyDocument="{}")
    else:
        iam.create_user(UserName="worker", Path="/shop/")
    kms.put_key_policy(KeyId=key, Policy=policy)
    assert kms.get_key_policy(KeyId=key)["Policy"] == policy
