"""EventBridge: event buses."""

from muster.facets import kinds
from muster.facets.fields import Parsed, facet, read
from muster.model.finding import Unknown


@facet
class EventBus(Parsed):
    """One bus of ListEventBuses: its resource-based policy, empty where it has none, and the service that manages it.

    https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_EventBus.html
    """

    name: str | Unknown = read("Name", kinds.stated)
    policy: str = read("Policy", kinds.text)
    managed_by: str = read("ManagedBy", kinds.text)
