"""Reading KMS: the keys that customers manage, what each is, how it is rotated and who may use it."""

import typing

from muster.facets.kms import AwsManagedKeys, Key, KeyPolicy, KeyRotation
from muster.facets.tagging.tags import Tags
from muster.model.finding import REGION, Resource
from muster.model.listing import Listed, Page, after
from muster.model.readers import describes, lists, reads
from muster.model.shard import Shard
from muster.readers.answers import all_pages, tag_list

if typing.TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

KEY = "AWS::KMS::Key"


@lists(
    KEY, permission="kms:ListKeys", on="arn:{partition}:kms:*:*:key/*", page=1000, of=AwsManagedKeys,
    arn="kms:{region}:{account}:key/{id}", gone=("NotFoundException",),
)  # fmt: skip
def keys(kms: "KMSClient", shard: Shard, token: str | None, managed: AwsManagedKeys) -> Page:
    """List the keys of a region, 1000 a page, without those that AWS made for its services, which cannot be changed.

    Keys of other accounts are not listed. Those that wait for their deletion are: it can be cancelled.
    https://docs.aws.amazon.com/kms/latest/APIReference/API_ListKeys.html
    """
    answer = kms.list_keys(Limit=1000, **after(token, "Marker"))
    items = (
        Listed(shard.resource(KEY, item["KeyId"], item["KeyArn"]))
        for item in answer.get("Keys") or ()
        if item["KeyId"] not in managed.ids
    )
    return Page(items, answer.get("NextMarker") if answer.get("Truncated") else None)


aws_managed_keys = reads(
    REGION, AwsManagedKeys, "kms:ListAliases", lambda kms, _region: all_pages(kms, "list_aliases", "Aliases", page=100)
)
"""The keys that are AWS's own, by their aliases; a key may have 50."""

key = reads(KEY, Key, "kms:DescribeKey", lambda kms, key: kms.describe_key(KeyId=key.id))

rotation = reads(
    KEY, KeyRotation, "kms:GetKeyRotationStatus",
    lambda kms, key: kms.get_key_rotation_status(KeyId=key.id),
    of=Key, when=lambda key: key.rotatable,
)  # fmt: skip
"""The rotation of the key; AWS refuses the call for keys that cannot be rotated."""

policy = reads(
    KEY, KeyPolicy, "kms:GetKeyPolicy", lambda kms, key: kms.get_key_policy(KeyId=key.id, PolicyName="default")
)
"""The key's policy: there is one, under one name."""


@describes(KEY, permission="kms:ListResourceTags")
def tags(kms: "KMSClient", key: Resource) -> Tags:
    """Read the tags, which KMS spells in its own way."""
    items = all_pages(kms, "list_resource_tags", "Tags", page=50, KeyId=key.id)["Tags"]
    return Tags.parse(tag_list({tag["TagKey"]: tag["TagValue"] for tag in items}))
