"""Texts of strangers in Markdown, where they must stay text. Pure."""

import html
import re
from collections.abc import Iterable

from muster.model.text import escaped
from muster.reports.remedy import Step

_SPECIAL = re.compile(
    r"""
    (?P<breaks> @ | \# | :(?=[\w+-]+:) | (?<=[a-zA-Z])(?=://) | (?<=www)(?=\.) )  # mentions, issues, emoji, addresses
    | (?P<entity> [<>&] )
    | (?P<escape> [\\`*_{}\[\]()!|~$^] | \A[-+=] )
    """,
    re.VERBOSE,
)
_NUMBERED = re.compile(r"(\A\d{1,9})([.)])")
_RUN = re.compile(r"`+")
_BREAK = "<!-- -->"
"""Ends a name or an address for GitHub, and shows nothing."""


def markdown(text: str) -> str:
    """Return a text as one line of Markdown that shows exactly it: it makes no link, mention, image or table.

    https://github.github.com/gfm/
    """
    line = escaped(text.strip())
    return _NUMBERED.sub(r"\1\\\2", _SPECIAL.sub(_spelled, line)) if line else ""


def html_line(text: str) -> str:
    """Return a text as one line of the HTML that may stand in Markdown, which shows exactly it."""
    return html.escape(escaped(text.strip())).replace("@", f"@{_BREAK}")


def fenced(text: str, language: str = "") -> str:
    """Return a text as a block of code; its fence is longer than any run of backticks in it."""
    kept = escaped(text.replace("\r\n", "\n"), keep="\n\t")
    marks = "`" * max(3, max((len(run) for run in _RUN.findall(kept)), default=0) + 1)
    return f"{marks}{language}\n{kept}\n{marks}"


def fix_in_markdown(steps: Iterable[Step]) -> str:
    """Return the steps of a fix as paragraphs, each command as a block of its own."""
    return "\n\n".join(fenced(step.text, "sh") if step.command else markdown(step.text) for step in steps)


def _spelled(match: re.Match[str]) -> str:
    character = match.group()
    if match["breaks"] is not None:
        return f"{character}{_BREAK}"
    return f"&#{ord(character)};" if match["entity"] else f"\\{character}"
