"""The lines of `muster doctor`: what was examined, whether it is well, and what to do next."""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from muster.cli.screen import show_line, show_text, wrapped
from muster.model.text import counted, listed

_STYLES = MappingProxyType({"ok": "green", "warning": "yellow", "problem": "bold red"})
_MARK, _TOPIC = 9, 13
_NAMED = 6
"""Checks that a line names at most; JSON has all of them."""


class Mark(StrEnum):
    """How something is: a problem leaves something unread, a warning does not, or not yet."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was examined: `then` is what to do next, `checks` are the ids of the checks that it concerns."""

    mark: Mark
    topic: str
    text: str
    then: str = ""
    checks: tuple[str, ...] = ()
    account_id: str = ""
    region: str = ""
    permission: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return the line as JSON has it."""
        return {
            "status": self.mark.value,
            "topic": self.topic,
            "text": self.text,
            "next": self.then,
            "account_id": self.account_id,
            "region": self.region,
            "permission": self.permission,
            "checks": list(self.checks),
        }


def show(line: Line) -> None:
    """Print a line, with what follows from it below."""
    indent = " " * (_MARK + _TOPIC)
    _show_marked(line.mark, line.topic, line.text)
    if line.checks:
        names = listed(line.checks, _NAMED)
        show_text(f"{counted(len(line.checks), 'check')} not evaluated: {names}", indent)
    if line.then:
        show_text(f"next: {line.then}", indent)


def _show_marked(mark: Mark, topic: str, text: str) -> None:
    """Print the first part of a line: the mark in colour, and the text wrapped beside it."""
    first, *rest = wrapped(text, _MARK + _TOPIC)
    show_line((mark.value.ljust(_MARK), _STYLES[mark]), topic.ljust(_TOPIC), first)
    for each in rest:
        show_line(" " * (_MARK + _TOPIC), each)
