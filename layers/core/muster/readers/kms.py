"""Reading KMS: the keys that customers manage, what each is, how it is rotated and who may use it."""

import typing
from typing import Any

from muster.facets.kms import AwsManagedKeys, Key, KeyPolicy, KeyRotation
from muster.facets.tagging.tags import Tags
from muster.model.finding import REGION, Resource
from muster.model.listing import Listed, Page, after
from muster.model.readers import describes, lists
from muster.model.shard import Shard

if typing.TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

KEY = "AWS::KMS::Key"

_KEYS = "arn:{partition}:kms:*:*:key/*"
_KEYS_A_PAGE = 1000
_ALIASES_A_PAGE = 100
_TAGS_A_PAGE = 50


@lists(KEY, client="kms", permission="kms:ListKeys", page=_KEYS_A_PAGE, of=AwsManagedKeys)
def keys(kms: "KMSClient", shard: Shard, token: str | None, managed: AwsManagedKeys) -> Page:
    """List the keys of a region, 1000 a page, without those that AWS made for its services and nobody can change.

    Keys of other accounts are not asked for. Those that wait for their deletion are listed: it can be called off.
    https://docs.aws.amazon.com/kms/latest/APIReference/API_ListKeys.html
    """
    answer = kms.list_keys(Limit=_KEYS_A_PAGE, **after(token, "Marker"))
    items = (
        Listed(Resource(KEY, item["KeyId"], shard.account_id, shard.region, shard.partition, item["KeyArn"]))
        for item in answer.get("Keys") or ()
        if item["KeyId"] not in managed.ids
    )
    return Page(items, answer.get("NextMarker") if answer.get("Truncated") else None)


@describes(REGION, client="kms", permission="kms:ListAliases")
def aws_managed_keys(kms: "KMSClient", region: Resource) -> AwsManagedKeys:  # noqa: ARG001 - the client is the region's
    """Read which keys are AWS's own; of the aliases, up to 50 a key, only those in AWS's name are kept."""
    found: list[Any] = []
    token: str | None = None
    while True:
        page = kms.list_aliases(Limit=_ALIASES_A_PAGE, **after(token, "Marker"))
        found.extend(item for item in page.get("Aliases") or () if item.get("AliasName", "").startswith("alias/aws/"))
        token = page.get("NextMarker") if page.get("Truncated") else None
        if not token:
            return AwsManagedKeys.parse({"Aliases": found})


@describes(KEY, client="kms", permission="kms:DescribeKey", on=_KEYS)
def key(kms: "KMSClient", resource: Resource) -> Key:
    """Read what the key is and in which state."""
    return Key.parse(kms.describe_key(KeyId=resource.id))


@describes(
    KEY,
    client="kms",
    permission="kms:GetKeyRotationStatus",
    of=Key,
    when=lambda key: key.rotatable,
    on=_KEYS,
)
def rotation(kms: "KMSClient", resource: Resource) -> KeyRotation:
    """Read how the key is rotated; the call is refused for keys that cannot be."""
    return KeyRotation.parse(kms.get_key_rotation_status(KeyId=resource.id))


@describes(KEY, client="kms", permission="kms:GetKeyPolicy", on=_KEYS)
def policy(kms: "KMSClient", resource: Resource) -> KeyPolicy:
    """Read the key's policy: there is one under one name."""
    return KeyPolicy.parse(kms.get_key_policy(KeyId=resource.id, PolicyName="default"))


@describes(KEY, client="kms", permission="kms:ListResourceTags", on=_KEYS)
def tags(kms: "KMSClient", resource: Resource) -> Tags:
    """Read the tags, all pages, in the spelling that other services use."""
    found: list[dict[str, str]] = []
    token: str | None = None
    while True:
        page = kms.list_resource_tags(KeyId=resource.id, Limit=_TAGS_A_PAGE, **after(token, "Marker"))
        found.extend({"Key": tag["TagKey"], "Value": tag["TagValue"]} for tag in page.get("Tags") or ())
        token = page.get("NextMarker") if page.get("Truncated") else None
        if not token:
            return Tags.parse({"Tags": found})
