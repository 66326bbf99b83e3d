"""Resources of RDS as their listings hold them: each with its ARN and, for most types, its tags."""

import typing
from collections.abc import Mapping
from typing import Any

from muster.facets.tagging.tags import Tags
from muster.model.finding import Resource
from muster.model.listing import Listed, Narrowing, parsed
from muster.model.shard import Shard

if typing.TYPE_CHECKING:
    from mypy_boto3_rds import RDSClient

PAGE = 100
"""The most that RDS returns at once."""


def rds_listed(shard: Shard, resource_type: str, name: str, item: Mapping[str, Any], facet: type) -> Listed:
    """Return a listed item with its facet and its tags; `name` is the member with its name, others follow from it.

    `DBInstanceIdentifier` goes with `DBInstanceArn`, and so on for each type.
    """
    arn = str(item[name.replace("Identifier", "Arn")])
    tags = Tags.parse({"Tags": item.get("TagList")})
    resource = shard.resource(resource_type, str(item[name]), arn, tags.own)
    return Listed(resource, {facet: parsed(facet, item), Tags: tags})


def by_name(parameter: str) -> Narrowing:
    """Narrow a listing of RDS to one name; AWS refuses one that does not exist."""
    return Narrowing(lambda ids: {parameter: ids[0]})


def page_of(token: str | None, only: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of one page: as many items as RDS returns, from a marker on."""
    return {"MaxRecords": PAGE, **({"Marker": token} if token else {}), **only}


def tags_by_arn(rds: "RDSClient", resource: Resource) -> Mapping[str, Any]:
    """Read the tags of a resource whose listing has none."""
    return {"Tags": rds.list_tags_for_resource(ResourceName=resource.key).get("TagList")}
