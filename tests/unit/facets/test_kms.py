"""KMS's answers, parsed."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from muster.facets.kms import AwsManagedKeys, Key, KeyPolicy, KeyRotation
from muster.model.finding import Unavailable, Unknown
from muster.model.listing import parsed

METADATA = {
    "AWSAccountId": "123456789012",
    "KeyId": "mrk-1234abcd12ab34cd56ef1234567890ab",
    "Arn": "arn:aws-cn:kms:cn-north-1:123456789012:key/mrk-1234abcd12ab34cd56ef1234567890ab",
    "Enabled": True,
    "KeyUsage": "ENCRYPT_DECRYPT",
    "KeyState": "Enabled",
    "Origin": "AWS_KMS",
    "KeyManager": "CUSTOMER",
    "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT",
    "KeySpec": "SYMMETRIC_DEFAULT",
    "MultiRegion": False,
}


def key(**changed: Any) -> Key:
    said = {name: value for name, value in {**METADATA, **changed}.items() if value is not None}
    return Key.parse({"KeyMetadata": said})


def regions(kind: str, **primary: str) -> dict[str, Any]:
    return {"MultiRegionKeyType": kind, "PrimaryKey": primary, "ReplicaKeys": []}


def test_a_key_is_parsed() -> None:
    wanted = Key("CUSTOMER", "Enabled", "AWS_KMS", "SYMMETRIC_DEFAULT", primary="", deletion=None, waits=None)
    assert key() == replace(wanted, multi_region=False)
    assert key().rotatable
    assert not key().leaving
    assert key(KeyManager="AWS").manager == "AWS"
    assert not key(KeyManager="AWS").rotatable


@pytest.mark.parametrize(
    ("metadata", "multi_region"),
    [
        ({"MultiRegion": True, "KeyId": "0f1e"}, True),
        ({"MultiRegion": False, "KeyId": "mrk-0f1e"}, False),
        ({"KeyId": "mrk-0f1e"}, True),
        ({"KeyId": "0f1e"}, False),
    ],
)
def test_a_multi_region_key_is_one_by_its_id_where_aws_does_not_say(metadata: Any, multi_region: bool) -> None:
    assert Key.parse({"KeyMetadata": metadata}).multi_region is multi_region


def test_a_key_that_is_leaving_says_when() -> None:
    at = datetime(2026, 12, 1, tzinfo=UTC)
    leaving = key(KeyState="PendingDeletion", DeletionDate=at)
    assert (leaving.leaving, leaving.rotatable, leaving.deletion) == (True, False, at)
    waiting = key(KeyState="PendingReplicaDeletion", PendingDeletionWindowInDays=7)
    assert (waiting.leaving, waiting.rotatable, waiting.waits) == (True, False, 7)


def test_a_replica_names_the_region_of_its_primary() -> None:
    replica = key(MultiRegionConfiguration=regions("REPLICA", Region="us-east-1", Arn="arn:x"))
    assert (replica.primary, replica.rotatable) == ("us-east-1", False)
    assert key(MultiRegionConfiguration=regions("REPLICA")).primary == "another region"
    primary = key(MultiRegionConfiguration=regions("PRIMARY", Region="us-east-1"))
    assert (primary.primary, primary.rotatable) == ("", True)


def test_the_older_name_of_the_spec_counts_where_the_newer_is_missing() -> None:
    assert key(KeySpec=None).spec == "SYMMETRIC_DEFAULT"
    assert key(KeySpec="RSA_2048").spec == "RSA_2048"
    assert isinstance(key(KeySpec=None, CustomerMasterKeySpec=None).spec, Unknown)


@pytest.mark.parametrize(
    ("name", "field"), [("KeyManager", "manager"), ("KeyState", "state"), ("Origin", "origin"), ("KeySpec", "spec")]
)
@pytest.mark.parametrize("said", [None, "Quantum"])
def test_what_is_missing_or_not_documented_is_not_known(name: str, field: str, said: str | None) -> None:
    changed = key(**{name: said}, **({"CustomerMasterKeySpec": None} if field == "spec" else {}))
    value = getattr(changed, field)
    if (field, said) == ("spec", "Quantum"):
        assert value == "Quantum"  # there are new specs every year, and none of them is symmetric
    else:
        assert isinstance(value, Unknown)
    assert changed.rotatable is (field == "state")


@pytest.mark.parametrize(
    ("said", "enabled", "period"),
    [
        ({"KeyRotationEnabled": True, "RotationPeriodInDays": 90}, True, 90),
        ({"KeyRotationEnabled": False}, False, None),
        ({}, None, None),
        ({"KeyRotationEnabled": "true", "RotationPeriodInDays": "90"}, None, None),
    ],
)
def test_rotation_is_parsed(said: dict[str, Any], enabled: bool | None, period: int | None) -> None:
    found = KeyRotation.parse(said)
    assert found.enabled == enabled if enabled is not None else isinstance(found.enabled, Unknown)
    assert found.period == period if period is not None else isinstance(found.period, Unknown)


def test_a_policy_is_parsed_and_what_is_none_is_not_known() -> None:
    found = KeyPolicy.parse({"Policy": '{"Statement": {"Effect": "Allow", "Principal": "*"}}', "PolicyName": "default"})
    assert not isinstance(found.policy, Unknown)
    assert found.policy.statements[0].everybody
    for said in ({}, {"Policy": ""}, {"Policy": "{"}, {"Policy": '{"Statement": [{"Effect": "Maybe"}]}'}):
        assert isinstance(KeyPolicy.parse(said).policy, Unknown)


def test_keys_of_aws_are_told_by_their_aliases() -> None:
    aliases = [
        {"AliasName": "alias/aws/s3", "TargetKeyId": "1"},
        {"AliasName": "alias/aws/ebs"},
        {"AliasName": "alias/aws-like", "TargetKeyId": "2"},
        {"AliasName": "alias/web", "TargetKeyId": "3"},
        {"TargetKeyId": "4"},
    ]
    assert AwsManagedKeys.parse({"Aliases": aliases}).ids == {"1"}
    assert AwsManagedKeys.parse({}).ids == frozenset()


@pytest.mark.parametrize("facet", [Key, KeyRotation, KeyPolicy, AwsManagedKeys])
@pytest.mark.parametrize("said", [{}, {"KeyMetadata": None, "Aliases": None, "Policy": None}])
def test_nothing_is_parsed(facet: type, said: dict[str, Any]) -> None:
    assert isinstance(parsed(facet, said), facet)


def test_an_answer_of_another_shape_is_strange() -> None:
    assert isinstance(parsed(Key, {"KeyMetadata": ["?"]}), Unavailable)
