"""Event notification subscriptions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from muster.facets import kinds
from muster.facets.fields import Parsed, facet, read
from muster.model.finding import Unknown

_BEING_MADE_OR_DELETED = frozenset({"creating", "deleting"})


@facet
class EventSubscription(Parsed):
    """One subscription of DescribeEventSubscriptions.

    No source type means the events of all sources, no category all categories, no source ID all sources of the type.
    https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_EventSubscription.html
    """

    name: str = read("CustSubscriptionId", kinds.required)
    arn: str = read("EventSubscriptionArn", kinds.required)
    status: str = read("Status", kinds.text)
    enabled: bool | Unknown = read("Enabled", kinds.flag)
    source_type: str = read("SourceType", kinds.text)
    sources: tuple[str, ...] = read("SourceIdsList", kinds.texts)
    categories: tuple[str, ...] = read("EventCategoriesList", kinds.texts)

    def missing(self, wanted: tuple[str, ...]) -> tuple[str, ...]:
        """Return the categories of these that it does not have; AWS spells some with spaces, some with capitals."""
        if not self.categories:
            return ()
        own = {each.strip().lower() for each in self.categories}
        return tuple(each for each in wanted if each not in own)


@dataclass(frozen=True, slots=True)
class EventSubscriptions:
    """The subscriptions of a region, some 500 bytes each: 20 by AWS's default quota."""

    subscriptions: tuple[EventSubscription, ...] = ()

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse DescribeEventSubscriptions, all pages joined; those being made or deleted are left out."""
        items = response.get("EventSubscriptionsList") or ()
        return cls(
            tuple(EventSubscription.parse(each) for each in items if each.get("Status") not in _BEING_MADE_OR_DELETED)
        )
