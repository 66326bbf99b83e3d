"""Reading event subscriptions."""

import typing

from muster.facets.rds.events import EventSubscription, EventSubscriptions
from muster.facets.tagging.tags import Tags
from muster.model.finding import REGION
from muster.model.listing import Listed, Page
from muster.model.paging import Pages
from muster.model.readers import lists, reads
from muster.model.shard import Shard
from muster.readers.answers import all_pages
from muster.readers.rds.listed import PAGE, tags_by_arn

if typing.TYPE_CHECKING:
    from mypy_boto3_rds import RDSClient

SUBSCRIPTION = "AWS::RDS::EventSubscription"

region_subscriptions = reads(
    REGION, EventSubscriptions, "rds:DescribeEventSubscriptions",
    lambda rds, _region: all_pages(rds, "describe_event_subscriptions", "EventSubscriptionsList", page=PAGE),
    page=Pages(SUBSCRIPTION, PAGE),
)  # fmt: skip
"""All event subscriptions of a region."""


@lists(
    SUBSCRIPTION, permission="rds:DescribeEventSubscriptions", facets=(EventSubscription,), of=EventSubscriptions,
    arn="rds:{region}:{account}:es:{id}",
)  # fmt: skip
def subscriptions(
    _rds: "RDSClient", shard: Shard, _token: str | None, region_subscriptions: EventSubscriptions
) -> Page:
    """List the event subscriptions of a region, out of what was read of them all.

    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeEventSubscriptions.html
    """
    return Page(
        Listed(shard.resource(SUBSCRIPTION, each.name, each.arn), {EventSubscription: each})
        for each in region_subscriptions.subscriptions
    )


tags = reads(
    SUBSCRIPTION, Tags, "rds:ListTagsForResource", tags_by_arn, on="arn:{partition}:rds:*:*:es:*",
)  # fmt: skip
