"""The schema of `alerts` in muster.yaml, and what a schema cannot say of it."""

import functools
import importlib.resources
from collections.abc import Iterator, Mapping
from typing import Any

from muster.configuration.alerts import DAYS, OWNER_TAG, WARN_DAYS, Kind
from muster.configuration.files.document import Document, Path, Problem
from muster.configuration.files.mistakes import problem
from muster.configuration.files.schema_parts import Schema, listing, mapping, members, text
from muster.model.finding import Severity
from muster.model.suggest import unknown

_KINDS = ", ".join(f"{{{kind}: …}}" for kind in Kind)
_TIME = {
    "type": "string",
    "title": "a time of day like 07:00, in quotes",
    "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$",
}
_SEVERITY = {"type": "string", "title": "a severity", "enum": [severity.value for severity in Severity]}
_SECRET = {
    "type": "string",
    "title": (
        "a reference to the webhook's URL, like ssm:/muster/slack or secretsmanager:muster/slack; the URL itself is a "
        "secret and does not belong into the file"
    ),
    "pattern": (
        r"^(?!.*(hooks\.slack\.com|\.office\.com|\.azure\.com|\.powerplatform\.com))"
        r"(ssm:/?[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*"
        r"|secretsmanager:(arn:[a-z-]+:secretsmanager:\S+|[A-Za-z0-9/_+=.@-]+))$"
    ),
}
_ZONE_LENGTH = 100


def alerts() -> Schema:
    """Return the schema of the key `alerts`; it refers to the definitions of the whole."""
    return {
        **mapping(
            "a key",
            {
                "owner_tag": {
                    **text("a tag key"),
                    "maxLength": 128,
                    "default": OWNER_TAG,
                    "description": "The key of the tag that names a resource's owner.",
                },
                "warn_days": {
                    "type": "integer",
                    "minimum": 0,
                    "maximum": 365,
                    "default": WARN_DAYS,
                    "description": "How many days before its end a suppression is announced.",
                },
                "quiet_hours": {**_quiet_hours(), "description": "When alerts wait. A route can have its own."},
                "routes": listing(_route(), "Who gets which findings. Without routes, all go to the stack's topic."),
            },
        ),
        "description": "Who gets alerts, where they go, and when they wait.",
    }


def _route() -> Schema:
    properties = {
        "name": {
            "type": "string",
            "title": "a name of small letters, digits and hyphens, like security-team",
            "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$",
            "maxLength": 50,
        },
        "severity": {**_SEVERITY, "description": "The least severity that goes here."},
        "packs": _filter({"$ref": "#/$defs/pack"}, "Only findings of checks in these packs."),
        "accounts": _filter({"$ref": "#/$defs/account"}, "Only findings in these accounts."),
        "units": _filter(
            {
                "type": "string",
                "title": "an organizational unit like ou-ab12-cdef3456 or a root like r-ab12",
                "pattern": "^(r-[0-9a-z]{4,32}|ou-[0-9a-z]{4,32}-[0-9a-z]{8,32})$",
            },
            "Only findings in accounts below these organizational units.",
        ),
        "owners": _filter(text("an owner"), "Only findings whose owner tag matches; * and ? are wildcards."),
        "quiet_hours": {
            **_quiet_hours(),
            "type": ["object", "boolean"],
            "title": "quiet hours, or false",
            "description": "Quiet hours of this route, instead of those of `alerts`; false means none.",
        },
        "to": {**listing(_destination(), "Where the findings go."), "minItems": 1},
    }
    return {**mapping("a key", properties), "required": ["name", "to"]}


def _filter(items: Schema, description: str) -> Schema:
    return {**listing(items, description), "minItems": 1}


def _quiet_hours() -> Schema:
    properties = {
        "from": _TIME,
        "to": _TIME,
        "timezone": {"type": "string", "title": "a time zone like Europe/Berlin", "maxLength": _ZONE_LENGTH},
        "days": _filter(
            {"type": "string", "title": "a weekday", "enum": list(DAYS)}, "Days that are quiet from 00:00 to 24:00."
        ),
        "still_send": {**_SEVERITY, "description": "News of this severity and above does not wait."},
    }
    return mapping("a key", properties)


def _destination() -> Schema:
    properties: Schema = {
        str(Kind.TOPIC): {
            "type": "string",
            "title": "the ARN of a standard SNS topic",
            "pattern": r"^arn:[a-z-]+:sns:[a-z0-9-]+:[0-9]{12}:[A-Za-z0-9_-]{1,256}$",
        },
        str(Kind.SLACK): _SECRET,
        str(Kind.TEAMS): _SECRET,
        str(Kind.BUS): {
            "type": "string",
            "title": "the name or ARN of an event bus",
            "pattern": r"^(arn:[a-z-]+:events:[a-z0-9-]+:[0-9]{12}:event-bus/)?[A-Za-z0-9_./-]{1,256}$",
        },
        str(Kind.SECURITY_HUB): {"type": "boolean", "title": "true"},
    }
    return {
        **members("a destination", properties),
        "type": ["string", "object"],
        "title": f"topic, or one of {_KINDS}",
        "pattern": f"^{Kind.TOPIC}$",
        "minProperties": 1,
        "maxProperties": 1,
    }


def may_be_secret(path: Path) -> bool:
    """Whether the value at a path may be the URL of a webhook, by mistake: messages do not repeat it."""
    return path[:1] == ("alerts",) and "to" in path[3:4]


def alert_mistakes(document: Document) -> Iterator[Problem]:
    """Yield what is wrong with `alerts` in a document that the schema has found valid."""
    top = document.value.get("alerts", {})
    if "quiet_hours" in top:
        yield from _wrong_hours(document, ("alerts", "quiet_hours"), top["quiet_hours"])
    seen: dict[str, int] = {}
    for place, route in enumerate(top.get("routes", ())):
        path: Path = ("alerts", "routes", place)
        name = route["name"]
        if name in seen:
            yield problem(document, (*path, "name"), f"the route {name} stands in line {seen[name]} already")
        seen.setdefault(name, document.lines[*path, "name"])
        hours = route.get("quiet_hours")
        if hours is True:
            yield problem(document, (*path, "quiet_hours"), "write the hours, or false for none")
        elif isinstance(hours, dict):
            yield from _wrong_hours(document, (*path, "quiet_hours"), hours)
        yield from _wrong_destinations(document, (*path, "to"), route["to"])


def _wrong_destinations(document: Document, path: Path, entries: list[Any]) -> Iterator[Problem]:
    for place, entry in enumerate(entries):
        if entry in entries[:place]:
            yield problem(document, (*path, place), "this destination is listed twice")
        if isinstance(entry, dict) and entry.get(Kind.SECURITY_HUB) is False:
            yield problem(document, (*path, place, str(Kind.SECURITY_HUB)), "write true, or leave the line out")


def _wrong_hours(document: Document, path: Path, hours: Mapping[str, Any]) -> Iterator[Problem]:
    start, end = hours.get("from"), hours.get("to")
    if (start is None) != (end is None):
        missing = "to" if end is None else "from"
        yield problem(document, path, f"{missing} is missing: quiet hours have a beginning and an end")
    elif start is None and not hours.get("days"):
        yield problem(document, path, "from and to, or days, are missing")
    elif start is not None and start == end:
        yield problem(document, path, f"from and to are both {start}; for whole days write days: [sat, sun]")
    zone = hours.get("timezone", "UTC")
    if not _is_zone(zone):
        yield problem(document, (*path, "timezone"), unknown(zone, "a time zone", sorted(_zones())))
    if len(set(hours.get("days", ()))) == len(DAYS):
        yield problem(document, (*path, "days"), "all days are quiet: no alert would ever be sent")


def _is_zone(name: str) -> bool:
    """Whether the time zone exists; the spelling is exact, as the database of time zones has it.

    The package tzdata decides, because Lambda has no other: a computer may know `localtime` and `posix/UTC` besides.
    """
    return name in _zones()


@functools.cache
def _zones() -> frozenset[str]:
    return frozenset(importlib.resources.files("tzdata").joinpath("zones").read_text("utf-8").split())
