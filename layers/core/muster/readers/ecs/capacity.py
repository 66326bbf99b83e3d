"""Reading ECS: capacity providers, and the mode of log drivers of a region."""

import typing

from muster.facets.ecs.capacity import CapacityProvider, LogDriverMode
from muster.facets.ecs.clusters import tags_of
from muster.facets.tagging.tags import Tags
from muster.model.finding import REGION
from muster.model.listing import SHAPE_ERRORS, Listed, Narrowing, Page, after, malformed, parsed
from muster.model.readers import lists, reads
from muster.model.shard import Shard

if typing.TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from mypy_boto3_ecs import ECSClient

_CAPACITY_PROVIDER = "AWS::ECS::CapacityProvider"
_OF_AWS = frozenset({"FARGATE", "FARGATE_SPOT"})


@lists(
    _CAPACITY_PROVIDER, permission="ecs:DescribeCapacityProviders", facets=(CapacityProvider, Tags), page=10,
    arn="ecs:{region}:{account}:capacity-provider/{id}",
    only=Narrowing(lambda ids: {"capacityProviders": list(ids)}),
)  # fmt: skip
def capacity_providers(ecs: "ECSClient", shard: Shard, token: str | None, **only: "Any") -> Page:
    """List the active capacity providers of a region, 10 a page, without AWS's own FARGATE and FARGATE_SPOT.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeCapacityProviders.html
    """
    answer = ecs.describe_capacity_providers(include=["TAGS"], maxResults=10, **after(token, "nextToken"), **only)
    items = (
        _listed(typing.cast("Mapping[str, Any]", item), shard)
        for item in answer.get("capacityProviders", ())
        if item.get("status") == "ACTIVE" and item.get("name") not in _OF_AWS
    )
    return Page(items, answer.get("nextToken"))


log_driver_mode = reads(
    REGION, LogDriverMode, "ecs:ListAccountSettings",
    lambda ecs, _region: ecs.list_account_settings(name="defaultLogDriverMode", effectiveSettings=True),
)  # fmt: skip
"""The default mode of log drivers that is in force for whoever scans."""


def _listed(item: "Mapping[str, Any]", shard: Shard) -> Listed:
    name, arn = str(item["name"]), str(item["capacityProviderArn"])
    try:
        tags = tags_of(item)
    except SHAPE_ERRORS as error:
        facets = {CapacityProvider: parsed(CapacityProvider, item), Tags: malformed("Tags", error)}
        return Listed(shard.resource(_CAPACITY_PROVIDER, name, arn), facets)
    resource = shard.resource(_CAPACITY_PROVIDER, name, arn, tags.own)
    return Listed(resource, {CapacityProvider: parsed(CapacityProvider, item), Tags: tags})
