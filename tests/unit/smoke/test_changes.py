"""Near real time of a deployed stack: off, on, and on without what it needs."""

from dataclasses import replace
from typing import Any

import pytest

from muster.smoke.changes import near_real_time
from muster.smoke.lines import BrokenError, NotShownError

from .stubs import OUTPUTS, visit

HERE, AWAY = "eu-west-1", "eu-central-1"
TRAIL = {"Name": "all", "TrailARN": "arn:aws:cloudtrail:eu-west-1:123456789012:trail/all", "HomeRegion": HERE}


def looked_at(state: str = "Enabled", *trails: dict[str, Any], logging: bool = True, **selectors: Any) -> str:
    made = visit(
        {
            "lambda": {"list_event_source_mappings": {"EventSourceMappings": [{"State": state}] if state else []}},
            "cloudtrail": {
                "describe_trails": {"trailList": list(trails)},
                "get_trail_status": {"IsLogging": logging},
                "get_event_selectors": selectors,
            },
        }
    )
    outputs = {**OUTPUTS, "HandleChangeFunctionName": "muster-handle-change-dev"}
    return near_real_time(replace(made, stack=replace(made.stack, outputs=outputs)))


def test_it_is_not_shown_where_it_is_off() -> None:
    with pytest.raises(NotShownError, match="ChangeEvents is DISABLED"):
        looked_at("Disabled")


@pytest.mark.parametrize("state", ["", "Creating", "Updating"])
def test_a_mapping_that_is_neither_on_nor_off_is_broken(state: str) -> None:
    with pytest.raises(BrokenError, match="so that no change is checked again"):
        looked_at(state, TRAIL)


def test_a_trail_that_logs_in_the_region_is_named() -> None:
    assert looked_at("Enabled", TRAIL).endswith("the trail all logs management events")
    assert looked_at("Enabled", {**TRAIL, "HomeRegion": AWAY, "IsMultiRegionTrail": True})


@pytest.mark.parametrize(
    ("trails", "logging"),
    [
        pytest.param([], True, id="no trail"),
        pytest.param([TRAIL], False, id="it does not log"),
        pytest.param([{**TRAIL, "HomeRegion": AWAY}], True, id="another region's"),
    ],
)
def test_without_a_trail_that_logs_it_is_broken(trails: list[dict[str, Any]], logging: bool) -> None:
    with pytest.raises(BrokenError, match="no CloudTrail trail logs management events in eu-west-1"):
        looked_at("Enabled", *trails, logging=logging)


def advanced(**fields: list[str]) -> dict[str, Any]:
    return {
        "AdvancedEventSelectors": [{"FieldSelectors": [{"Field": key, "Equals": each} for key, each in fields.items()]}]
    }


@pytest.mark.parametrize(
    ("selectors", "logs"),
    [
        ({"EventSelectors": [{"IncludeManagementEvents": True, "ReadWriteType": "All"}]}, True),
        ({"EventSelectors": [{"IncludeManagementEvents": True, "ReadWriteType": "ReadOnly"}]}, False),
        ({"EventSelectors": [{"IncludeManagementEvents": False, "ReadWriteType": "All"}]}, False),
        (advanced(eventCategory=["Management"]), True),
        (advanced(eventCategory=["Management"], readOnly=["false"]), True),
        (advanced(eventCategory=["Management"], readOnly=["true"]), False),
        (advanced(eventCategory=["Data"]), False),
        ({}, False),
    ],
)
def test_a_trail_counts_if_it_logs_what_changes_something(selectors: dict[str, Any], logs: bool) -> None:
    trail = {**TRAIL, "HasCustomEventSelectors": True}
    if logs:
        assert looked_at("Enabled", trail, **selectors)
        return
    with pytest.raises(BrokenError):
        looked_at("Enabled", trail, **selectors)
