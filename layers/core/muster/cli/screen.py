"""Lines for people: coloured on a terminal, plain elsewhere. Colour is never alone: the words say the same."""

import shutil
import sys
import textwrap
from collections.abc import Iterable
from types import MappingProxyType

import click

from muster.model.text import printable

Span = tuple[str, str]
"""A piece of a line and its style, as Rich names styles; an empty style is plain."""
STYLES = MappingProxyType({"CRITICAL": "bold red", "HIGH": "red", "MEDIUM": "yellow"})
"""The styles of severities; a severity that is missing here is plain."""
_NARROW, _WIDE = 40, 120


def columns() -> int:
    """Return the columns to lay out for: the terminal's, between 40 and 120; 80 where there is no terminal."""
    return min(max(shutil.get_terminal_size((80, 24)).columns if sys.stdout.isatty() else 80, _NARROW), _WIDE)


def show_line(*spans: Span | str) -> None:
    """Print a line on standard output; what a terminal would obey in it is shown as text."""
    pieces = [(each, "") if isinstance(each, str) else each for each in spans]
    if not sys.stdout.isatty():
        click.echo("".join(printable(text) for text, _ in pieces).rstrip())
        return
    from rich.console import Console
    from rich.text import Text

    line = Text.assemble(*((printable(text), style) for text, style in pieces))
    line.rstrip()
    Console(highlight=False, emoji=False, markup=False).print(line, soft_wrap=True)


def show_text(text: str, indent: str = "", style: str = "", first: str | None = None) -> None:
    """Print a paragraph, wrapped at the width of the terminal. `first` is the first line's indent."""
    first = indent if first is None else first
    wrapped = textwrap.wrap(
        text, columns(), initial_indent=first, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
    for line in wrapped:
        show_line((line, style))


def wrapped(text: str, indent: int) -> list[str]:
    """Return a text in lines that fit beside an indent of so many columns; words stay whole."""
    lines = textwrap.wrap(text, max(columns() - indent, _NARROW // 2), break_long_words=False, break_on_hyphens=False)
    return lines or [""]


def fitting(words: Iterable[str], width: int, noun: str) -> str:
    """Return words on one line; where they do not fit, their number."""
    names = list(words)
    line = " ".join(names)
    return line if len(line) <= width else f"{len(names)} {noun}"
