"""How a tally is read as part of a shard's progress, and statuses that are counted in documents."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated

from muster.reports.tally import STATUSES, Tally
from muster.stack.documents.fields import record


def by_status(checks: Collection[object]) -> dict[str, int]:
    """Return how many findings of checks have each status; each check has an attribute for each."""
    return {status: sum(getattr(check, status) for check in checks) for status in STATUSES}


@dataclass(frozen=True, slots=True)
class _Row:
    check_id: str
    region: str
    compliant: int = 0
    non_compliant: int = 0
    not_applicable: int = 0
    insufficient_data: int = 0
    suppressed: int = 0


@dataclass(frozen=True, slots=True)
class _Counts:
    checks: tuple[_Row, ...]
    scanned: int
    failing: int


def _tally(value: object, where: str) -> Tally:
    counts = record(_Counts)(value, where)
    checks = {
        (row.check_id, row.region): +Counter({status: getattr(row, status) for status in STATUSES})
        for row in counts.checks
    }
    return Tally(checks, counts.scanned, counts.failing)


WrittenTally = Annotated[Tally, _tally]
"""A tally as `Tally.to_json` returns it."""
