"""Texts in which the names of a resource stand, without them: thousands of texts become a few. Pure.

A mark, a control character, stands for each name. The page puts the names back, and gets the same text.
"""

import re
from collections.abc import Sequence

_CONTROL = re.compile(r"[\x00-\x1f]")
_SHORT = 3
"""Characters of a name that is worth a mark."""


def without(text: str, names: Sequence[str]) -> str:
    """Return a text with the mark `chr(n)` for the n-th of at most eight names.

    A text with a control character of its own gets no marks: it comes back with a NUL before it.
    """
    if _CONTROL.search(text.replace("\n", "")):
        return f"\0{text}"
    for place, name in enumerate(names):
        if len(name) >= _SHORT and not _CONTROL.search(name):
            text = text.replace(name, chr(place + 1))
    return text


def whole(text: str, names: Sequence[str]) -> str:
    """Return the text that `without` was given."""
    if text.startswith("\0"):
        return text[1:]
    return re.sub(r"[\x01-\x08]", lambda match: names[ord(match[0]) - 1], text)
