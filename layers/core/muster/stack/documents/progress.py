"""The progress of a shard: what is done of each resource type, and where it goes on."""

from collections import Counter
from dataclasses import dataclass
from typing import Annotated, ClassVar

from muster.model.finding import Unavailable
from muster.reports.tally import STATUSES, Tally
from muster.scanning.shard_scan import Cursor
from muster.stack.documents.commit import Ledger
from muster.stack.documents.fields import keyed, record
from muster.stack.documents.objects import Document


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


@dataclass(frozen=True, slots=True)
class TypeProgress:
    """The parts that were written of one resource type, and the counts of their findings."""

    parts: tuple[str, ...]
    tally: WrittenTally


@dataclass(frozen=True, slots=True)
class ProgressDocument(Document):
    """The progress of a shard; `number` is that of its next part, `gaps` why types could not be listed to the end."""

    NAME: ClassVar[str] = "the progress of a shard"
    WAY_OUT: ClassVar[str] = "the shard is scanned from its beginning"
    VERSION: ClassVar[int | None] = 1

    cursor: Annotated[Cursor, record(Cursor, complete=True)]
    number: int
    types: dict[str, TypeProgress]
    coverage: Ledger
    gaps: Annotated[dict[str, Unavailable], keyed(record(Unavailable, complete=True))]
