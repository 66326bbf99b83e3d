"""Resources of EC2 as their listings hold them: each with its tags, and named in its ARN."""

from collections.abc import Mapping
from typing import Any

from muster.facets.tagging.tags import Tags
from muster.model.listing import Listed, parsed
from muster.model.shard import Shard

_WITHOUT_ACCOUNT = frozenset({"image", "snapshot"})
"""Resources that can be public: their ARNs have no account.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html#amazonec2-resources-for-iam-policies
"""


def ec2_arn(shard: Shard, path: str) -> str:
    """Return the ARN of a resource; `path` is the last part, like `volume/vol-1`."""
    account = "" if path.partition("/")[0] in _WITHOUT_ACCOUNT else shard.account_id
    return f"arn:{shard.partition}:ec2:{shard.region}:{account}:{path}"


def ec2_listed(
    shard: Shard, resource_type: str, path: str, item: Mapping[str, Any], facets: tuple[type, ...]
) -> Listed:
    """Return a listed item with its facets and tags; `path` is the last part of its ARN, like `volume/vol-1`."""
    found = {facet: parsed(facet, item) for facet in facets}
    tags = found.get(Tags)
    own = (tags if isinstance(tags, Tags) else Tags.parse(item)).own
    return Listed(shard.resource(resource_type, path.partition("/")[2], ec2_arn(shard, path), own), found)
