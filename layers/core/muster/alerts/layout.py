"""Sections of a digest, fitted into a number of lines: what is left out is counted. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from muster.alerts.blocks import Block


@dataclass(frozen=True, slots=True)
class Unit:
    """One thing of a section: its lines, fewer of them, the same in one line, and how much of the total it is."""

    lines: tuple[str, ...]
    brief: str
    size: int
    fewer: tuple[str, ...] = ()
    block: Block | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A section before it is fitted. `total` counts everything in it, also what is not among the units.

    `pointer` names the place of the rest. A part that is `minor` gives way to the others.
    """

    title: str
    units: tuple[Unit, ...]
    total: int
    pointer: str
    minor: bool = False

    @property
    def wanted(self) -> int:
        """The number of lines that all of it takes, without title."""
        return sum(len(unit.lines) for unit in self.units) + (self.total > sum(unit.size for unit in self.units))


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a digest: its title, the lines of plain text, and how much of it is left out.

    `blocks` has the failures of the section for outputs with a form of their own; the last of `lines` names the place
    of what is left out.
    """

    title: str
    lines: tuple[str, ...]
    more: int
    blocks: tuple[Block, ...] = ()


_HEAD = 2
"""The lines of a section's title and of the empty line above it."""
_MINOR, _LEAST = 4, 2


def fitted(parts: Sequence[Part], room: int) -> tuple[Section, ...]:
    """Return the sections of parts in at most `room` lines, titles and empty lines between them counted.

    Each part gets two lines, or one where that is too much. Then the minor ones get up to four, the others what they
    want in their order, and the minor ones the rest.
    """
    free = room - len(parts) * _HEAD
    least = _LEAST if len(parts) * _LEAST <= free else 1
    given = [min(part.wanted, least) for part in parts]
    free -= sum(given)
    majors = [place for place, part in enumerate(parts) if not part.minor]
    minors = [place for place, part in enumerate(parts) if part.minor]
    shares = [(place, _MINOR) for place in minors]
    shares += [(place, max(free // max(len(majors), 1), _LEAST)) for place in majors]
    shares += [(place, room) for place in (*majors, *minors)]
    for place, most in shares:
        more = max(min(min(parts[place].wanted, most) - given[place], free), 0)
        given[place] += more
        free -= more
    sections = [_section(part, lines) for part, lines in zip(parts, given, strict=True)]
    # A block may be too long for the lines that its part got: another part makes use of them.
    for place in (*majors, *minors):
        unused = room - sum(_HEAD + len(section.lines) for section in sections)
        sections[place] = _section(parts[place], len(sections[place].lines) + unused)
    return tuple(sections)


def _section(part: Part, room: int) -> Section:
    """Fit one part: as many units with all their lines as there is room for while others are named in one line."""
    units = part.units
    if part.wanted > room:
        units = tuple(replace(unit, lines=unit.fewer or unit.lines) for unit in units)
    for full in range(len(units), -1, -1):
        taken = sum(len(unit.lines) for unit in units[:full])
        rest = len(units) - full
        shown = full + rest
        if taken + rest + _left(part, shown) > room:
            shown = full + max(room - taken - 1, 0)
        wanted = min(rest, room // 3) if full else 0
        if taken + (shown - full) + _left(part, shown) <= room and shown - full >= wanted:
            break
    units = units[:shown]
    lines = [line for unit in units[:full] for line in unit.lines] + [unit.brief for unit in units[full:]]
    more = part.total - sum(unit.size for unit in units)
    if more > 0:
        lines.append(f"  ... and {more:,} more{part.pointer}")
    blocks = tuple(unit.block for unit in units if unit.block)
    return Section(part.title, tuple(lines), max(more, 0), blocks)


def _left(part: Part, shown: int) -> int:
    """Return the lines that saying what is left out takes: none where everything is shown."""
    return int(part.total > sum(unit.size for unit in part.units[:shown]))
