"""How large the summary of a scan may be: it is the output of the state machine's execution. Pure."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from muster.model.finding import Severity
from muster.model.text import shortened

Json = dict[str, Any]

LIMIT = 32 << 10
"""Bytes of a summary as JSON in ASCII. Step Functions takes 256 KiB; a person reads less.

https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
"""
NAMED = 20
"""How many damaged objects the summary names."""
WIDTHS = (200, 80, 30, 10)
"""Characters of a reason that the summary has: the first that leaves half of it to the lists."""


def fitted(summary: Mapping[str, Any]) -> Json:
    """Return a summary of at most LIMIT bytes.

    Where it would be larger, it leaves out the checks with the fewest failures, then the APIs with the fewest calls.
    `left_out` says how many; the report has them all.
    """
    found: Json = {**summary}
    for width in WIDTHS:
        found |= _told(summary, width)
        if _size({key: value for key, value in found.items() if key not in ("checks", "coverage")}) <= LIMIT // 2:
            break
    for key, weight in (("checks", _of_check), ("coverage", _of_api)):
        excess = _size(found) - LIMIT
        if excess <= 0:
            break
        found = _shorter(found, key, weight, excess)
    return found


def _told(summary: Mapping[str, Any], width: int) -> Json:
    """Return what a summary has of texts that may be long: what stands in errors and in configurations."""
    return {
        "incomplete": [{**item, "reason": shortened(item["reason"], width)} for item in summary["incomplete"]],
        "damaged": [shortened(each, width) for each in summary.get("damaged", ())][:NAMED],
        "accounts_excluded": {each: shortened(why, width) for each, why in summary["accounts_excluded"].items()},
    }


def _shorter(summary: Json, key: str, weight: Callable[[Json], tuple[int, ...]], excess: int) -> Json:
    """Leave out the least of a list's rows, as many as have the bytes that are too many and those of saying so."""
    rows: list[Json] = summary[key]
    excess += 100
    dropped: set[int] = set()
    for place in sorted(range(len(rows)), key=lambda place: weight(rows[place])):
        if excess <= 0:
            break
        excess -= _size(rows[place]) + 2
        dropped.add(place)
    left_out = {**summary.get("left_out", {}), key: len(dropped)}
    return {**summary, key: [row for place, row in enumerate(rows) if place not in dropped], "left_out": left_out}


def _of_check(row: Json) -> tuple[int, ...]:
    return bool(row["non_compliant"]), Severity(row["severity"]).rank, row["non_compliant"], row["insufficient_data"]


def _of_api(row: Json) -> tuple[int, ...]:
    return row["denials"] + row["errors"], row["calls"]


def _size(value: object) -> int:
    return len(json.dumps(value))
