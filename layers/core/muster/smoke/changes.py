"""Near real time: whether changes reach the stack where it is switched on."""

from collections.abc import Mapping
from typing import Any

from muster.smoke.lines import BrokenError, NotShownError, Visit


def near_real_time(visit: Visit) -> str:
    """Look at the event source mapping of the queue of changes, and for a trail that logs management events.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html
    """
    stack = visit.stack
    name = stack.outputs["HandleChangeFunctionName"]
    found = stack.client("lambda").list_event_source_mappings(FunctionName=name)["EventSourceMappings"]
    state = str(found[0].get("State", "")) if found else "missing"
    if state == "Disabled":
        raise NotShownError("ChangeEvents is DISABLED: changes are found by the next scan")
    if state != "Enabled":
        raise BrokenError(f"the mapping of {name} is {state}, so that no change is checked again")
    trails = stack.client("cloudtrail").describe_trails()["trailList"]
    logging = [each for each in trails if _logs(stack.client("cloudtrail"), each, stack.region)]
    if not logging:
        raise BrokenError(
            f"no CloudTrail trail logs management events in {stack.region}: only state changes of EC2 instances "
            "arrive. Create a trail, or set ChangeEvents=DISABLED"
        )
    return f"Lambda reads the queue of changes for {name}; the trail {logging[0]['Name']} logs management events"


def _logs(cloudtrail: Any, trail: Mapping[str, Any], region: str) -> bool:
    """Whether a trail logs calls that change something in a region."""
    if not trail.get("IsMultiRegionTrail") and trail.get("HomeRegion") != region:
        return False
    name = trail["TrailARN"]
    if not cloudtrail.get_trail_status(Name=name).get("IsLogging"):
        return False
    return not trail.get("HasCustomEventSelectors") or _selects_writes(cloudtrail.get_event_selectors(TrailName=name))


def _selects_writes(selectors: Mapping[str, Any]) -> bool:
    """Whether event selectors, of the older or of the advanced form, take management events that write.

    https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_GetEventSelectors.html
    """
    basic = any(
        each.get("IncludeManagementEvents", True) and each.get("ReadWriteType", "All") != "ReadOnly"
        for each in selectors.get("EventSelectors") or ()
    )
    return basic or any(
        _equals(each, "eventCategory") == ["Management"] and _equals(each, "readOnly") != ["true"]
        for each in selectors.get("AdvancedEventSelectors") or ()
    )


def _equals(selector: Mapping[str, Any], name: str) -> list[str]:
    return next((each.get("Equals", []) for each in selector["FieldSelectors"] if each["Field"] == name), [])
