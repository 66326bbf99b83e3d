"""Reading database proxies."""

import typing
from collections.abc import Mapping
from typing import Any

from muster.facets.rds.proxies import DbProxy
from muster.facets.tagging.tags import Tags
from muster.model.listing import Page, listed
from muster.model.readers import lists, reads
from muster.model.shard import Shard
from muster.readers.rds.listed import PAGE, page_of, tags_by_arn

if typing.TYPE_CHECKING:
    from mypy_boto3_rds import RDSClient

_PROXY = "AWS::RDS::DBProxy"

_BEING_MADE_OR_DELETED = frozenset({"creating", "deleting", "insufficient-resource-limits"})
"""https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DBProxy.html"""


@lists(
    _PROXY, permission="rds:DescribeDBProxies", facets=(DbProxy,), page=PAGE,
    arn="rds:{region}:{account}:db-proxy:{id}",
)  # fmt: skip
def proxies(rds: "RDSClient", shard: Shard, token: str | None) -> Page:
    """List the proxies of a region, 100 a page; those that are being made or deleted are left out.

    The ARN has an ID of its own, not the name.
    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBProxies.html
    """
    answer = rds.describe_db_proxies(**page_of(token, {}))
    items = (
        listed(shard.resource(_PROXY, item["DBProxyName"], item["DBProxyArn"]), item, (DbProxy,))
        for item in typing.cast("list[Mapping[str, Any]]", answer.get("DBProxies", ()))
        if item.get("Status") not in _BEING_MADE_OR_DELETED
    )
    return Page(items, answer.get("Marker"))


tags = reads(
    _PROXY, Tags, "rds:ListTagsForResource", tags_by_arn, on="arn:{partition}:rds:*:*:db-proxy:*",
)  # fmt: skip
