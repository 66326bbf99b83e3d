"""The stream of the event table: whether Lambda reads it for the function that records events."""

from muster.smoke.lines import BrokenError, Visit


def read(visit: Visit) -> str:
    """Look at the event source mapping, and at how its last batch went.

    https://docs.aws.amazon.com/lambda/latest/api/API_EventSourceMappingConfiguration.html
    """
    name = visit.stack.outputs["RecordEventsFunctionName"]
    found = visit.stack.client("lambda").list_event_source_mappings(FunctionName=name)["EventSourceMappings"]
    if not found:
        raise BrokenError(f"{name} reads no stream: deploy this version of the template")
    state, last = str(found[0].get("State", "")), str(found[0].get("LastProcessingResult", "nothing yet"))
    if state != "Enabled":
        why = found[0].get("StateTransitionReason", "no reason given")
        raise BrokenError(f"the mapping of {name} is {state}, so that no event is recorded: {why}")
    if last.upper().startswith("PROBLEM"):
        raise BrokenError(f"the mapping of {name} is enabled, but: {last}")
    return f"Lambda reads the stream of the event table for {name}; the last batch: {last}"
