"""Lines for a terminal: sixteen colours, words that wrap, and columns that end where the terminal ends."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TextIO

from rich.console import Console
from rich.text import Text

from muster.model.finding import Severity
from muster.model.text import printable
from muster.reports.overview import News
from muster.reports.wording import FAILING

STYLES: Mapping[Severity, str] = MappingProxyType(
    {
        Severity.CRITICAL: "bold red",
        Severity.HIGH: "red",
        Severity.MEDIUM: "yellow",
        Severity.LOW: "",
        Severity.INFORMATIONAL: "",
    }
)
_NEW_STYLE = "cyan"
_SEVERITY_WIDTH = 8
"""The width of CRITICAL; INFORMATIONAL, which no check of Muster's own has, is longer."""
GAP = 2
"""Spaces between columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The choices of a reader: `width` in columns, None for a pipe; `statuses` to list; `top` resources at most.

    `controls` has the controls of a framework by check. `fixes` says that each failure is followed by its fix.
    """

    width: int | None = None
    statuses: frozenset[str] = frozenset({FAILING})
    top: int | None = None
    controls: Mapping[str, str] = field(default_factory=dict)
    fixes: bool = False


def severity(value: Severity) -> Text:
    """Return a severity, padded to the width of its column."""
    return Text(value.value.ljust(_SEVERITY_WIDTH), STYLES[value])


def news_width(news: Iterable[News]) -> int:
    """Return the width of the column that says what is new; 0 where nothing is."""
    return max((len(each) for each in news), default=0)


def label(value: Severity, news: News, width: int) -> Text:
    """Return the severity, and beside it whether it is new, where anything is."""
    if not width:
        return severity(value)
    return Text.assemble(severity(value), " ", (news.value.upper().ljust(width), _NEW_STYLE))


def wrapped(text: str, width: int | None) -> list[str]:
    """Return a text in lines of a width; words stay whole where they fit a line."""
    shown = printable(text)
    if width is None or not shown:
        return [shown]
    lines = Text(shown).wrap(_MEASURE, max(width, 8), overflow="fold")
    return [line.plain.rstrip() for line in lines]


def cut(text: str, width: int | None) -> Text:
    """Return a text of at most a width, which ends in … where it was longer."""
    shown = Text(printable(text))
    if width is not None:
        shown.truncate(width, overflow="ellipsis")
    return shown


def padded(text: str | Text, width: int) -> Text:
    """Return a text with spaces after it, up to a width in columns of the terminal."""
    shown = text.copy() if isinstance(text, Text) else Text(printable(text))
    shown.append(" " * max(0, width - shown.cell_len))
    return shown


def apart(before: str | Text, after: str | Text, width: int | None, gap: int = GAP) -> list[Text]:
    """Return two texts on one line, the second at its right end; on two lines where they do not fit."""
    first, last = (each if isinstance(each, Text) else Text(each) for each in (before, after))
    if not last:
        return [first]
    if width is None:
        return [Text.assemble(first, " " * gap, last)]
    room = width - first.cell_len - last.cell_len
    if room >= gap:
        return [Text.assemble(first, " " * room, last)]
    return [first, Text.assemble(" " * max(0, width - last.cell_len), last)]


def written(stream: TextIO, lines: Iterable[Text], *, terminal: bool | None = None) -> None:
    """Write lines to a stream, with colours if it is a terminal that shows them; nothing wraps or is cut here."""
    console = Console(file=stream, force_terminal=terminal, highlight=False, emoji=False, markup=False)
    with console.capture() as captured:
        for line in lines:
            console.print(line, soft_wrap=True)
    stream.write("".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()))


def width_of(stream: TextIO) -> int | None:
    """Return the columns of the terminal that a stream is; None where it is none."""
    console = Console(file=stream)
    return console.width if console.is_terminal else None


_MEASURE = Console(file=None, width=80)
