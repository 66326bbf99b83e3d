"""The calls of EventBridge."""

from tests.faults.held import REGIONS, Estate


def calls(there: Estate) -> dict[str, int]:
    return {
        "events:ListEventBuses": REGIONS,
        "events:ListTagsForResource": len(there.all("events", "list_event_buses", "EventBuses")),
    }
