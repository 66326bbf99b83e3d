"""Rows of findings, which become columns many at a time: much of a finding is the same in all findings of its rule."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Self

from muster.model.finding import Finding

Value = Callable[[Any], Any]
"""Returns the value of a row."""


class Repeated(NamedTuple):
    """A column of which each value is held once: `positions` says for each row where its value stands.

    Columns with the same positions share the list.
    """

    values: Sequence[Any]
    positions: Sequence[int]


class Cell(NamedTuple):
    """What makes the cell of a row: `get` returns the value, and `spell`, if any, what stands for one that is there."""

    get: Value
    spell: Value | None = None

    def of(self, rows: Iterable[Any]) -> list[Any]:
        """Return the cells of some rows."""
        values, spell = map(self.get, rows), self.spell
        return list(values) if spell is None else [None if value is None else spell(value) for value in values]


class Group(NamedTuple):
    """Columns of a table: rows whose values of `equal` are equal, and of `same` the same objects, have the same cells.

    A group without any of them has a cell of its own for each row.
    """

    names: Sequence[str]
    equal: Sequence[Value] = ()
    same: Sequence[Value] = ()

    def keys(self, rows: Sequence[Any]) -> Iterator[tuple[Hashable, ...]]:
        """Return for each row what its cells depend on."""
        equal = [map(value, rows) for value in self.equal]
        return zip(*equal, *(map(id, map(value, rows)) for value in self.same), strict=True)


class Layout(NamedTuple):
    """A table: what makes the cells of each column, and the columns in groups."""

    cells: Mapping[str, Cell]
    groups: Sequence[Group]

    def columns(self, rows: Sequence[Any]) -> Mapping[str, Sequence[Any] | Repeated]:
        """Return rows by column."""
        made: dict[str, Sequence[Any] | Repeated] = {}
        for group in self.groups:
            if group.equal or group.same:
                firsts, positions = _distinct(rows, group.keys(rows))
                made.update({name: Repeated(self.cells[name].of(firsts), positions) for name in group.names})
            else:
                made.update({name: self.cells[name].of(rows) for name in group.names})
        return made


def _distinct(rows: Iterable[Any], keys: Iterable[Hashable]) -> tuple[list[Any], list[int]]:
    """Return a row of each key, and for all rows which of them has their key."""
    places: dict[Hashable, int] = {}
    firsts: list[Any] = []
    positions: list[int] = []
    for row, key in zip(rows, keys, strict=True):
        place = places.get(key)
        if place is None:
            place = places[key] = len(firsts)
            firsts.append(row)
        positions.append(place)
    return firsts, positions


class FindingRow(Mapping[str, Any]):
    """A finding as a row of a table: a cell is made when it is read, and whole columns when many rows are written."""

    __slots__ = ("finding", "layout", "scan_id", "scan_kind", "shard")

    def __init__(self, layout: Layout, finding: Finding, scan_id: str, scan_kind: str = "", shard: str = "") -> None:
        """Take a finding with the scan and the shard that it comes from, and the table."""
        self.layout = layout
        self.finding, self.scan_id, self.scan_kind, self.shard = finding, scan_id, scan_kind, shard

    def __getitem__(self, name: str) -> Any:
        """Return the cell of a column."""
        return self.layout.cells[name].of((self,))[0]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names of the columns."""
        return iter(self.layout.cells)

    def __len__(self) -> int:
        """Return how many columns there are."""
        return len(self.layout.cells)

    @classmethod
    def in_columns(cls, rows: Sequence[Self]) -> Mapping[str, Sequence[Any] | Repeated]:
        """Return rows of one table by column."""
        return rows[0].layout.columns(rows)
