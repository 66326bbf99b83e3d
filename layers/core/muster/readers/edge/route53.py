"""Reading Route 53: hosted zones, and where their queries are logged.

Route 53 is one for the whole account: its hosted zones are in no region.
"""

import typing
from collections.abc import Mapping, Sequence

from muster.facets.edge.route53 import HostedZone, QueryLogs
from muster.facets.tagging.tags import Tags
from muster.model.finding import ACCOUNT, Resource
from muster.model.listing import Page, after, listed
from muster.model.paging import Pages
from muster.model.readers import describes, lists, reads
from muster.model.shard import Shard
from muster.readers.answers import all_pages

if typing.TYPE_CHECKING:
    from mypy_boto3_route53 import Route53Client

_HOSTED_ZONE = "AWS::Route53::HostedZone"


@lists(
    _HOSTED_ZONE, permission="route53:ListHostedZones", facets=(HostedZone,), once_per_account=True,
    on="arn:{partition}:route53:::hostedzone/*", arn="route53:::hostedzone/{id}", gone=("NoSuchHostedZone",),
)  # fmt: skip
def hosted_zones(route53: "Route53Client", shard: Shard, token: str | None) -> Page:
    """List the account's hosted zones, 100 a page.

    https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListHostedZones.html
    """
    answer = route53.list_hosted_zones(MaxItems="100", **after(token, "Marker"))
    items = []
    for item in answer.get("HostedZones") or ():
        name = str(item["Id"]).rpartition("/")[2]
        arn = f"arn:{shard.partition}:route53:::hostedzone/{name}"
        items.append(listed(shard.resource(_HOSTED_ZONE, name, arn), item, (HostedZone,)))
    return Page(items, answer.get("NextMarker") if answer.get("IsTruncated") else None)


query_logs = reads(
    ACCOUNT, QueryLogs, "route53:ListQueryLoggingConfigs",
    lambda route53, _account: all_pages(route53, "list_query_logging_configs", "QueryLoggingConfigs", page=100),
    page=Pages(_HOSTED_ZONE, 100),
)  # fmt: skip
"""All query logs of the account, instead of those of each hosted zone in turn.

https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListQueryLoggingConfigs.html
"""


@describes(_HOSTED_ZONE, permission="route53:ListTagsForResources", at_once=10)
def tags(route53: "Route53Client", zones: Sequence[Resource]) -> Mapping[str, Tags]:
    """Read the tags of hosted zones, 10 a call.

    https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListTagsForResources.html
    """
    answer = route53.list_tags_for_resources(ResourceType="hostedzone", ResourceIds=[zone.id for zone in zones])
    return {str(each["ResourceId"]): Tags.parse(each) for each in answer.get("ResourceTagSets") or ()}
