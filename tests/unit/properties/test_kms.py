"""Keys as properties: what is written, what stands in the way, and that nothing is lost."""

import json
from typing import Any

import pytest

from muster.model.finding import Resource
from muster.properties.conversion import Conversion, convert
from muster.snapshots.snapshot import Snapshot
from tests.unit.properties.linted import faults
from tests.unit.properties.whole import changes, lost, model, whole

KEY_ID = "1234abcd-12ab-34cd-56ef-1234567890ab"
ARN = f"arn:aws:kms:eu-west-1:123456789012:key/{KEY_ID}"
KEY = Resource("AWS::KMS::Key", "alias/data", "123456789012", "eu-west-1")
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"}, "Action": "kms:*", "Resource": "*"}
    ],
}
METADATA = {
    "KeyId": KEY_ID, "Arn": ARN, "AWSAccountId": "123456789012", "Enabled": True, "KeyState": "Enabled",
    "KeyManager": "CUSTOMER", "KeySpec": "SYMMETRIC_DEFAULT", "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT",
    "KeyUsage": "ENCRYPT_DECRYPT", "Origin": "AWS_KMS", "Description": "data at rest", "MultiRegion": False,
    "EncryptionAlgorithms": ["SYMMETRIC_DEFAULT"],
}  # fmt: skip
PLAIN: dict[str, Any] = {
    "key": {"KeyMetadata": METADATA},
    "policy": {"Policy": json.dumps(POLICY), "PolicyName": "default"},
    "rotation": {"KeyRotationEnabled": True, "RotationPeriodInDays": 180, "KeyId": ARN},
    "tags": {"Tags": [{"TagKey": "team", "TagValue": "data"}, {"TagKey": "aws:x", "TagValue": "y"}]},
    "aliases": {"Aliases": [{"AliasName": "alias/data", "AliasArn": "a", "TargetKeyId": KEY_ID}]},
}


def converted(sections: dict[str, Any] | None = None, **metadata: Any) -> Conversion:
    said = {**PLAIN, "key": {"KeyMetadata": {**METADATA, **metadata}}, **(sections or {})}
    return convert(Snapshot(KEY, said))


def settings(**metadata: Any) -> list[str]:
    return [each.setting for each in converted(**metadata).obstacles]


def test_a_key_is_written_with_policy_rotation_tags_and_its_aliases() -> None:
    conversion = converted()
    assert (conversion.obstacles, conversion.remarks, faults(conversion)) == ((), (), [])
    key, alias = conversion.resources
    assert (key.name, key.identifier) == ("alias/data", {"KeyId": KEY_ID})
    assert key.properties == {
        "KeySpec": "SYMMETRIC_DEFAULT", "KeyUsage": "ENCRYPT_DECRYPT", "Origin": "AWS_KMS",
        "Description": "data at rest", "Enabled": True, "EnableKeyRotation": True, "RotationPeriodInDays": 180,
        "KeyPolicy": POLICY, "Tags": [{"Key": "team", "Value": "data"}],
    }  # fmt: skip
    assert alias.properties == {"AliasName": "alias/data", "TargetKeyId": KEY_ID}
    assert alias.identifier == {"AliasName": "alias/data"}


def test_a_key_that_cannot_be_rotated_has_no_rotation() -> None:
    conversion = converted({"rotation": None}, KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")
    assert "EnableKeyRotation" not in conversion.resources[0].properties
    assert conversion.obstacles == ()


def test_a_disabled_key_stays_disabled_and_an_unrotated_one_unrotated() -> None:
    conversion = converted({"rotation": {"KeyRotationEnabled": False}}, KeyState="Disabled", Enabled=False)
    written = conversion.resources[0].properties
    assert (written["Enabled"], written["EnableKeyRotation"]) == (False, False)
    assert "RotationPeriodInDays" not in written


def test_aliases_of_aws_are_left_out() -> None:
    aliases = [{"AliasName": "alias/aws/s3"}, {"AliasName": "alias/own"}]
    conversion = converted({"aliases": {"Aliases": aliases}})
    assert [each.name for each in conversion.resources] == ["alias/own", "alias/own"]


def test_a_multi_region_primary_is_a_key() -> None:
    regions = {"MultiRegionKeyType": "PRIMARY", "PrimaryKey": {"Arn": ARN}, "ReplicaKeys": [{"Arn": "b"}]}
    conversion = converted(MultiRegion=True, MultiRegionConfiguration=regions)
    assert (conversion.obstacles, conversion.resources[0].properties["MultiRegion"]) == ((), True)


@pytest.mark.parametrize(
    ("metadata", "setting"),
    [
        ({"KeyManager": "AWS"}, "KeyManager"),
        ({"KeyState": "PendingDeletion"}, "KeyState"),
        ({"KeyState": "PendingImport", "Origin": "EXTERNAL"}, "KeyState"),
        ({"Origin": "AWS_CLOUDHSM"}, "Origin"),
        ({"KeyUsage": "ENCAPSULATE_DECAPSULATE"}, "KeyUsage"),
        ({"CustomKeyStoreId": "cks-1"}, "CustomKeyStoreId"),
        ({"XksKeyConfiguration": {"Id": "x"}}, "XksKeyConfiguration"),
        (
            {"MultiRegionConfiguration": {"MultiRegionKeyType": "REPLICA"}},
            "MultiRegionConfiguration.MultiRegionKeyType",
        ),
        ({"Newer": 1}, "Newer"),
    ],
)
def test_what_cloudformation_cannot_hold_is_one_obstacle(metadata: dict[str, Any], setting: str) -> None:
    assert settings(**metadata) == [f"key.KeyMetadata.{setting}"]


def test_imported_material_that_expires_is_a_remark() -> None:
    conversion = converted(Origin="EXTERNAL", ValidTo="2030", ExpirationModel="KEY_MATERIAL_EXPIRES")
    assert (conversion.obstacles, len(conversion.remarks)) == ((), 1)


POLICIES = ('{"Statement": [1]}', '{"Statement": [2]}')
SECTIONS: dict[str, Any] = {
    "key": whole(model("kms", "DescribeKey"), "key"),
    "policy": {"Policy": POLICIES[0]},
    "rotation": whole(model("kms", "GetKeyRotationStatus"), "rotation"),
    "tags": {"Tags": whole(model("kms", "ListResourceTags").members["Tags"], "tags.Tags")},
    "aliases": {"Aliases": whole(model("kms", "ListAliases").members["Aliases"], "aliases.Aliases")},
}
NO_SETTINGS = frozenset(
    {
        *(f"key.KeyMetadata.{name}" for name in (
            "AWSAccountId", "Arn", "CreationDate", "Enabled", "DeletionDate", "ExpirationModel",
            "CustomerMasterKeySpec", "EncryptionAlgorithms[0]", "SigningAlgorithms[0]", "KeyAgreementAlgorithms[0]",
            "EncapsulationAlgorithms[0]", "MacAlgorithms[0]", "PendingDeletionWindowInDays", "CurrentKeyMaterialId",
            "MultiRegionConfiguration.PrimaryKey.Arn", "MultiRegionConfiguration.PrimaryKey.Region",
            "MultiRegionConfiguration.ReplicaKeys[0].Arn", "MultiRegionConfiguration.ReplicaKeys[0].Region",
            "ValidTo",
        )),
        "rotation.KeyId", "rotation.NextRotationDate", "rotation.OnDemandRotationStartDate",
        "aliases.Aliases[0].AliasArn", "aliases.Aliases[0].TargetKeyId", "aliases.Aliases[0].CreationDate",
        "aliases.Aliases[0].LastUpdatedDate",
    }
)  # fmt: skip
"""Names, times, and what follows from the key's spec and usage; that material expires is a remark."""
DIFFERENCES = [
    *changes(model("kms", "DescribeKey"), "key"),
    ("policy.Policy", POLICIES[1]),
    *changes(model("kms", "GetKeyRotationStatus"), "rotation"),
    *changes(model("kms", "ListResourceTags").members["Tags"], "tags.Tags"),
    *changes(model("kms", "ListAliases").members["Aliases"], "aliases.Aliases"),
]


@pytest.mark.parametrize(("path", "value"), DIFFERENCES)
def test_every_member_shows_or_is_known_to_be_no_setting(path: str, value: object) -> None:
    assert lost(KEY, SECTIONS, path, value) is (path in NO_SETTINGS)
