"""A key of KMS and its aliases as properties.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kms-key.html
"""

from typing import Any

from muster.properties.consuming import Part, Sections, document, own_tags, without
from muster.properties.conversion import Conversion, TemplateResource, converts
from muster.snapshots.snapshot import Snapshot

KEY = "AWS::KMS::Key"
ALIAS = "AWS::KMS::Alias"

_OF_AWS = "alias/aws/"
_ORIGINS = frozenset({"AWS_KMS", "EXTERNAL"})
_USAGES = frozenset({"ENCRYPT_DECRYPT", "SIGN_VERIFY", "GENERATE_VERIFY_MAC", "KEY_AGREEMENT"})
_FOLLOWS = (
    "AWSAccountId", "Arn", "CreationDate", "CustomerMasterKeySpec", "EncryptionAlgorithms", "SigningAlgorithms",
    "KeyAgreementAlgorithms", "EncapsulationAlgorithms", "MacAlgorithms", "DeletionDate",
    "PendingDeletionWindowInDays", "CurrentKeyMaterialId", "Enabled",
)  # fmt: skip
"""What follows from the other members, or from the state, which is judged."""
_STORED = "CloudFormation makes no keys of this origin"
_MATERIAL = "its key material was imported, and expires: CloudFormation does neither"


@converts(KEY)
def key(snapshot: Snapshot) -> Conversion:
    """Return a key and its aliases."""
    sections = Sections(snapshot)
    metadata = sections.part("key").part("KeyMetadata")
    key_id = str(metadata.take("KeyId") or snapshot.resource.id)
    aliases = [name for each in sections.part("aliases").parts("Aliases") if (name := _alias(each))]
    made = TemplateResource(KEY, aliases[0] if aliases else key_id, _properties(sections, metadata), {"KeyId": key_id})
    named = [
        TemplateResource(ALIAS, alias, {"AliasName": alias, "TargetKeyId": key_id}, {"AliasName": alias})
        for alias in aliases
    ]
    remarks = [_MATERIAL] if metadata.take("ValidTo") else []
    return sections.conversion(made, *named, remarks=remarks)


def _properties(sections: Sections, metadata: Part) -> dict[str, Any]:
    rotation = sections.part("rotation")
    rotation.drop("KeyId", "NextRotationDate", "OnDemandRotationStartDate")
    period = rotation.take("RotationPeriodInDays")
    rotated = rotation.copy(KeyRotationEnabled="EnableKeyRotation")
    policy = sections.part("policy")
    policy.drop("PolicyName")
    _without_property(metadata)
    state = metadata.take("KeyState")
    if state not in (None, "Enabled", "Disabled"):
        metadata.obstacle(f"the key is {state}", "KeyState")
    return {
        **metadata.copy("KeySpec", "KeyUsage", "Origin"),
        **without(
            {
                "Description": metadata.take("Description") or None,
                "Enabled": state != "Disabled",
                "MultiRegion": metadata.take("MultiRegion") or None,
                **rotated,
                "RotationPeriodInDays": period if rotated.get("EnableKeyRotation") else None,
                "KeyPolicy": document(policy, "Policy"),
                "Tags": own_tags(sections.part("tags").take("Tags"), "TagKey", "TagValue"),
            }
        ),
    }


def _without_property(metadata: Part) -> None:
    metadata.drop(*_FOLLOWS, "ExpirationModel")
    if metadata.take("KeyManager") == "AWS":
        metadata.obstacle("AWS manages the key", "KeyManager")
    for name, known in (("Origin", _ORIGINS), ("KeyUsage", _USAGES)):
        value = metadata.members.get(name)
        if value and value not in known:
            metadata.obstacle(f"CloudFormation does not take {value}", name)
    for name in ("CustomKeyStoreId", "CloudHsmClusterId", "XksKeyConfiguration"):
        metadata.refuse(name, _STORED)
    regions = metadata.part("MultiRegionConfiguration")
    if regions.take("MultiRegionKeyType") == "REPLICA":
        regions.obstacle("a replica is another resource type: AWS::KMS::ReplicaKey", "MultiRegionKeyType")
    regions.drop("PrimaryKey", "ReplicaKeys")


def _alias(alias: Part) -> str:
    alias.drop("AliasArn", "TargetKeyId", "CreationDate", "LastUpdatedDate")
    name = str(alias.take("AliasName") or "")
    return "" if name.startswith(_OF_AWS) else name
