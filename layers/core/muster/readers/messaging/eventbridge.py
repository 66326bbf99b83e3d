"""Reading EventBridge: event buses and their tags."""

import typing

from muster.facets.messaging.eventbridge import EventBus
from muster.facets.tagging.tags import Tags
from muster.model.listing import Page, after, listed
from muster.model.readers import lists, reads
from muster.model.shard import Shard

if typing.TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient

_BUS = "AWS::Events::EventBus"
_PAGE = 100


@lists(
    _BUS, permission="events:ListEventBuses", facets=(EventBus,), page=_PAGE,
    on="arn:{partition}:events:*:*:event-bus/*", arn="events:{region}:{account}:event-bus/{id...}",
)  # fmt: skip
def event_buses(events: "EventBridgeClient", shard: Shard, token: str | None) -> Page:
    """List the event buses of a region with their policies, 100 a page; the default bus is one of them.

    https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListEventBuses.html
    """
    answer = events.list_event_buses(Limit=_PAGE, **after(token))
    items = (
        listed(shard.resource(_BUS, item["Name"], item["Arn"]), item, (EventBus,))
        for item in answer.get("EventBuses") or ()
    )
    return Page(items, answer.get("NextToken"))


tags = reads(
    _BUS, Tags, "events:ListTagsForResource",
    lambda events, bus: events.list_tags_for_resource(ResourceARN=bus.key),
)  # fmt: skip
