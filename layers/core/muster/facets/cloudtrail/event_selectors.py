"""The events that a trail records, as its event selectors say.

Without selectors of its own a trail records all management events and no data events. Advanced selectors replace the
basic ones. https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-management-events-with-cloudtrail.html
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from muster.model.arn import parts

READ, WRITE = "read", "write"
BOTH = frozenset({READ, WRITE})
_MODES = {"All": BOTH, "ReadOnly": frozenset({READ}), "WriteOnly": frozenset({WRITE})}
_OBJECT = "AWS::S3::Object"
_PICKING = ("Equals", "StartsWith", "EndsWith")
_LEAVING_OUT = ("NotEquals", "NotStartsWith", "NotEndsWith")

DEFAULT: Mapping[str, Any] = {
    "EventSelectors": [{"ReadWriteType": "All", "IncludeManagementEvents": True, "DataResources": []}]
}
"""The answer of GetEventSelectors for a trail without selectors of its own."""


@dataclass(frozen=True, slots=True)
class Selectors:
    """The management events that a trail records, and the S3 data events that it records of every object.

    `management` has `read` and `write` where events of that kind are recorded, each with what is left out: sources,
    or other fields as `eventName CreateGrant`. `objects` has those that are recorded of all objects of all buckets.
    """

    management: Mapping[str, frozenset[str]]
    objects: frozenset[str]

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the answer of GetEventSelectors.

        Raises:
            KeyError: the answer has neither basic nor advanced selectors; AWS always returns those of one kind.
        """
        basic, advanced = response.get("EventSelectors"), response.get("AdvancedEventSelectors")
        if basic is None and advanced is None:
            raise KeyError("EventSelectors")
        management: dict[str, frozenset[str]] = {}
        objects: frozenset[str] = frozenset()
        for modes, left_out in (*map(_basic, basic or ()), *map(_advanced, advanced or ())):
            for mode in modes:
                management[mode] = management[mode] & left_out if mode in management else left_out
        for modes in (*map(_basic_objects, basic or ()), *map(_advanced_objects, advanced or ())):
            objects |= modes
        return cls(management, objects)

    @property
    def left_out(self) -> tuple[str, ...]:
        """What is left out of the management events that are recorded, sorted."""
        return tuple(sorted(set().union(*self.management.values())))

    def misses(self, source: str) -> bool:
        """Whether the management events of a service are left out."""
        return any(source in left_out for left_out in self.management.values())


Recorded = tuple[frozenset[str], frozenset[str]]
"""The kinds of management events that a selector records, and what it leaves out."""
_NOTHING: Recorded = (frozenset(), frozenset())


def _modes(selector: Mapping[str, Any]) -> frozenset[str]:
    """Return the kinds of events of a basic selector; without a type it records both."""
    return _MODES.get(str(selector.get("ReadWriteType") or "All"), frozenset())


def _basic(selector: Mapping[str, Any]) -> Recorded:
    if selector.get("IncludeManagementEvents") is False:
        return _NOTHING
    return _modes(selector), frozenset(map(str, selector.get("ExcludeManagementEventSources") or ()))


def _basic_objects(selector: Mapping[str, Any]) -> frozenset[str]:
    """Return the S3 data events that a basic selector records of all buckets: `arn:aws:s3` stands for all of them."""
    everything = any(
        resource.get("Type") == _OBJECT and any(_all_objects(value) for value in resource.get("Values") or ())
        for resource in selector.get("DataResources") or ()
    )
    return _modes(selector) if everything else frozenset()


def _all_objects(value: object) -> bool:
    """Whether the beginning of an ARN is that of every object.

    https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DataResource.html
    """
    return parts(str(value).rstrip(":"))[2:] == ["s3"]


def _advanced(selector: Mapping[str, Any]) -> Recorded:
    fields = _fields(selector)
    if _equals(fields.pop("eventCategory", {})) != {"Management"}:
        return _NOTHING
    modes = _read_only(fields.pop("readOnly", None))
    if any(field.get(operator) for field in fields.values() for operator in _PICKING):
        return _NOTHING
    left_out = {
        str(value) if name == "eventSource" else f"{name} {value}"
        for name, field in fields.items()
        for operator in _LEAVING_OUT
        for value in field.get(operator) or ()
    }
    return modes, frozenset(left_out)


def _advanced_objects(selector: Mapping[str, Any]) -> frozenset[str]:
    """Return the S3 data events that an advanced selector records of all objects, whatever else it picks."""
    fields = _fields(selector)
    category, types = _equals(fields.pop("eventCategory", {})), _equals(fields.pop("resources.type", {}))
    modes, arns = _read_only(fields.pop("readOnly", None)), fields.pop("resources.ARN", None)
    if category != {"Data"} or types != {_OBJECT} or fields:
        return frozenset()
    everywhere = arns is None or (
        any(_all_objects(value) for value in arns.get("StartsWith") or ())
        and not any(arns.get(operator) for operator in (*_LEAVING_OUT, "Equals", "EndsWith"))
    )
    return modes if everywhere else frozenset()


def _fields(selector: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {str(field["Field"]): field for field in selector.get("FieldSelectors") or ()}


def _equals(field: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(map(str, field.get("Equals") or ()))


def _read_only(field: Mapping[str, Any] | None) -> frozenset[str]:
    """Return the kinds of events that a selector of `readOnly` picks; without it both."""
    if field is None:
        return BOTH
    return _only(_equals(field), {"true": READ, "false": WRITE})


def _only(values: Iterable[str], meanings: Mapping[str, str]) -> frozenset[str]:
    return frozenset(meanings[value.lower()] for value in values if value.lower() in meanings)
