"""The result of a query, wherever it ran."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Result:
    """Columns in order, rows as they come, and a sentence about the run, empty where there is nothing to say."""

    columns: Sequence[str]
    rows: Iterator[tuple[Any, ...]]
    remark: str = ""
