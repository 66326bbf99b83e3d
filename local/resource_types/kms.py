"""Keys and aliases.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-kms-key.html
"""

import json
from collections.abc import Mapping
from typing import Any

from local.provisioning.kinds import Kind, Made, Properties, chosen, client, tags_of

_PENDING = 30
"""Days that a deleted key waits where the template names none."""


def _key(properties: Properties, region: str, _account: str) -> Made:
    kms = client("kms", region)
    given: dict[str, Any] = chosen(
        properties, "BypassPolicyLockoutSafetyCheck", "Description", "KeySpec", "KeyUsage", "MultiRegion", "Origin"
    )
    if "KeyPolicy" in properties:
        policy = properties["KeyPolicy"]
        given["Policy"] = policy if isinstance(policy, str) else json.dumps(policy)
    key = kms.create_key(**given, Tags=_tag_list(tags_of(properties)))["KeyMetadata"]
    key_id = str(key["KeyId"])
    if properties.get("EnableKeyRotation", False):
        kms.enable_key_rotation(KeyId=key_id, **chosen(properties, "RotationPeriodInDays"))
    if not properties.get("Enabled", True):
        kms.disable_key(KeyId=key_id)
    # It says what happens when the key is deleted; nothing of it is kept with the key.
    properties.get("PendingWindowInDays")
    return key_id, {"Arn": key["Arn"], "KeyId": key_id}


def _find_key(identifier: Properties, region: str, _account: str) -> Made:
    key = client("kms", region).describe_key(KeyId=identifier["KeyId"])["KeyMetadata"]
    return key["KeyId"], {"Arn": key["Arn"], "KeyId": key["KeyId"]}


def _tag_key(key_id: str, tags: Mapping[str, str], region: str) -> None:
    client("kms", region).tag_resource(KeyId=key_id, Tags=_tag_list(tags))


def _tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"TagKey": key, "TagValue": value} for key, value in tags.items()]


def _delete_key(key_id: str, region: str) -> None:
    client("kms", region).schedule_key_deletion(KeyId=key_id, PendingWindowInDays=_PENDING)


def _alias(properties: Properties, region: str, _account: str) -> Made:
    name = str(properties["AliasName"])
    client("kms", region).create_alias(AliasName=name, TargetKeyId=properties["TargetKeyId"])
    return name, {}


def _find_alias(identifier: Properties, region: str, _account: str) -> Made:
    pages = client("kms", region).get_paginator("list_aliases").paginate()
    names = [alias["AliasName"] for page in pages for alias in page["Aliases"]]
    if identifier["AliasName"] not in names:
        raise LookupError(identifier["AliasName"])
    return identifier["AliasName"], {}


def _delete_alias(name: str, region: str) -> None:
    client("kms", region).delete_alias(AliasName=name)


KINDS = (
    Kind("AWS::KMS::Key", _key, _delete_key, find=_find_key, tag=_tag_key),
    Kind("AWS::KMS::Alias", _alias, _delete_alias, find=_find_alias),
)
