"""The form of a key of KMS. The resource's id may be the key's id, its ARN, or an alias as `alias/name` or ARN."""

from collections.abc import Mapping
from typing import Any

from muster.model.finding import Resource
from muster.readers.answers import all_pages
from muster.readers.kms import KEY
from muster.snapshots.form import Form
from muster.snapshots.section import section

_ON = "arn:{partition}:kms:*:*:key/*"


def _key(kms: Any, key: Resource) -> Mapping[str, Any]:
    answer: Mapping[str, Any] = kms.describe_key(KeyId=key.id)
    return answer


def _policy(kms: Any, _key: Resource, key: Mapping[str, Any]) -> Mapping[str, Any]:
    answer: Mapping[str, Any] = kms.get_key_policy(KeyId=_arn(key), PolicyName="default")
    return answer


def _rotation(kms: Any, _key: Resource, key: Mapping[str, Any]) -> Mapping[str, Any]:
    answer: Mapping[str, Any] = kms.get_key_rotation_status(KeyId=_arn(key))
    return answer


def _tags(kms: Any, _key: Resource, key: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"Tags": list(all_pages(kms, "list_resource_tags", "Tags", page=50, KeyId=_arn(key))["Tags"])}


def _aliases(kms: Any, _key: Resource, key: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"Aliases": list(all_pages(kms, "list_aliases", "Aliases", page=100, KeyId=_arn(key))["Aliases"])}


def _arn(key: Mapping[str, Any]) -> str:
    """Return the key's ARN: of these calls, only DescribeKey takes an alias."""
    return str(key["KeyMetadata"]["Arn"])


KEY_FORM = Form(
    KEY,
    (
        section("key", "kms:DescribeKey", _key, on=_ON),
        section("policy", "kms:GetKeyPolicy", _policy, of="key", on=_ON),
        section(
            "rotation", "kms:GetKeyRotationStatus", _rotation, of="key", on=_ON,
            absent=("UnsupportedOperationException",),
        ),
        section("tags", "kms:ListResourceTags", _tags, of="key", on=_ON),
        section("aliases", "kms:ListAliases", _aliases, of="key"),
    ),
    gone=frozenset({"NotFoundException"}),
)  # fmt: skip
"""A key's configuration; keys that cannot be rotated refuse the question.

https://docs.aws.amazon.com/kms/latest/APIReference/API_GetKeyRotationStatus.html
"""
