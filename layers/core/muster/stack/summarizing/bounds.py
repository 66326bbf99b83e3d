"""The bounds of a scan's summary: it is the output of the state machine's execution. Pure."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from muster.model.finding import Severity
from muster.model.text import shortened
from muster.stack.documents.fields import plain
from muster.stack.documents.summary import ApiTotals, CheckTotals, Summary

LIMIT = 32 << 10
"""Bytes of a summary as JSON in ASCII. Step Functions takes 256 KiB; a person reads less.

https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
"""
CHANGES = 15
"""Changes of each kind that report.json holds, the worst first."""
NAMED = 20
"""How many damaged objects the summary names."""
_SUPPRESSIONS = 4 << 10
"""Bytes of the counts of suppressions that the summary has: those of more than a hundred stand in the report only."""
_WIDTHS = (200, 80, 30, 10)
"""Characters of a reason that the summary has: the first that leaves half of it to the lists."""


R = TypeVar("R", CheckTotals, ApiTotals)


def fitted(summary: Summary) -> Summary:
    """Return a summary of at most LIMIT bytes.

    Where it would be larger, it leaves out the counts of suppressions where they are many, then the checks with the
    fewest failures, then the APIs with the fewest calls. `left_out` says how many; the report has them all.
    """
    if _size(summary.suppressions) > _SUPPRESSIONS:
        left_out = {**summary.left_out, "suppressions": len(summary.suppressions)}
        summary = replace(summary, suppressions={}, left_out=left_out)
    found = summary
    for width in _WIDTHS:
        found = _shortened(summary, width)
        if (
            _size({key: value for key, value in found.to_json().items() if key not in ("checks", "coverage")})
            <= LIMIT // 2
        ):
            break
    if (excess := _size(found) - LIMIT) > 0:
        checks = _heaviest(found.checks, _of_check, excess)
        found = replace(found, checks=checks, left_out={**found.left_out, "checks": len(found.checks) - len(checks)})
    if (excess := _size(found) - LIMIT) > 0:
        coverage = _heaviest(found.coverage, _of_api, excess)
        left_out = {**found.left_out, "coverage": len(found.coverage) - len(coverage)}
        found = replace(found, coverage=coverage, left_out=left_out)
    return found


def _shortened(summary: Summary, width: int) -> Summary:
    """Shorten what a summary has of texts that may be long: what stands in errors and in configurations."""
    return replace(
        summary,
        incomplete=tuple(replace(item, reason=shortened(item.reason, width)) for item in summary.incomplete),
        damaged=tuple(shortened(each, width) for each in summary.damaged)[:NAMED],
        accounts_excluded={each: shortened(why, width) for each, why in summary.accounts_excluded.items()},
    )


def _heaviest(rows: tuple[R, ...], weight: Callable[[R], tuple[int, ...]], excess: int) -> tuple[R, ...]:
    """Leave out the lightest rows of a list: those of the bytes that are too many, and of `left_out`."""
    excess += 100
    dropped: set[int] = set()
    for place in sorted(range(len(rows)), key=lambda place: weight(rows[place])):
        if excess <= 0:
            break
        excess -= _size(rows[place]) + 2
        dropped.add(place)
    return tuple(row for place, row in enumerate(rows) if place not in dropped)


def _of_check(row: CheckTotals) -> tuple[int, ...]:
    return bool(row.non_compliant), Severity(row.severity).rank, row.non_compliant, row.insufficient_data


def _of_api(row: ApiTotals) -> tuple[int, ...]:
    return row.denials + row.errors, row.calls


def _size(value: Any) -> int:
    return len(json.dumps(plain(value)))
