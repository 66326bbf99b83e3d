"""Texts of strangers: tags, names and descriptions are anybody's, and so is what a file or an argument holds.

A terminal, a spreadsheet or a mail must show them as text and obey none of their characters.
"""

import itertools
import json
import unicodedata

_JOINERS = "\u200c\u200d"
"""They join or part letters of some scripts and the parts of some emoji; between others they would be invisible."""
_PICTOGRAPHS = range(0x1F000, 0x1FB00)
"""New emoji come every year; this Python's tables may not know them yet."""
_MODIFIERS = range(0x1F3FB, 0x1F400)
_FLAGS = range(0x1F1E6, 0x1F200)
_BREAKS = "\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2028\u2029"
"""White space that is no space: tabs, ends of lines, separators."""
LONG = 200
"""Characters of a value that a message about it repeats at most."""


def printable(text: str) -> str:
    r"""Return a text on one line that shows and does nothing else.

    Control, format and invisible characters are written as escapes (`\x1b`, `\u202e`), any white space is a space.
    """
    if text.isprintable():
        return text
    return "".join(" " if each.isspace() else each for each in escaped(text, keep=_BREAKS))


def escaped(text: str, keep: str = "") -> str:
    """Return a text whose control, format and invisible characters, but those in `keep`, are written as escapes."""
    if text.isprintable():
        return text
    return "".join(
        each if each.isprintable() or each in keep or _harmless(text, place) else _escape(each)
        for place, each in enumerate(text)
    )


def shortened(text: str, width: int = LONG) -> str:
    """Return a printable text of at most `width` characters, which is cut with an ellipsis and between characters."""
    text = printable(text[: width + 1])
    if len(text) <= width:
        return text
    end = width - 1
    while end > 0 and _inside(text, end):
        end -= 1
    return f"{text[:end].rstrip()}…"


def quoted(value: object, width: int = LONG) -> str:
    """Return a value in quotes, escaped and shortened, as a message repeats what somebody wrote."""
    return f"'{shortened(str(value), width)}'"


def json_text(value: object) -> str:
    """Return a value as JSON on one line; what no terminal should see is escaped, and parses to the same value."""
    text = json.dumps(value, ensure_ascii=False)
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else json.dumps(each)[1:-1] for each in text)


def defanged(text: str) -> str:
    """Return a text whose addresses no mail program makes clickable: `https[:]//example[.]com/x`."""
    first, *rest = text.split("://")
    for piece in rest:
        end = min((place for mark in "/?# '\"),;" if (place := piece.find(mark)) >= 0), default=len(piece))
        first += f"[:]//{piece[:end].replace('.', '[.]')}{piece[end:]}"
    return first.replace("www.", "www[.]")


def _harmless(text: str, place: int) -> bool:
    """Whether a character that does not count as printable may stand as it is: spaces, joiners, new emoji."""
    character = text[place]
    if unicodedata.category(character) == "Zs" or ord(character) in _PICTOGRAPHS:
        return True
    around = text[max(place - 1, 0) : place] + text[place + 1 : place + 2]
    return character in _JOINERS and len(around) == 2 and all(ord(each) > 0x7F for each in around)  # noqa: PLR2004


def _escape(character: str) -> str:
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"  # noqa: PLR2004


def _inside(text: str, place: int) -> bool:
    """Whether a cut there would part what a reader takes for one character."""
    before, after = text[place - 1], text[place]
    if unicodedata.category(after)[0] == "M" or after in _JOINERS or ord(after) in _MODIFIERS or before in _JOINERS:
        return True
    if ord(after) not in _FLAGS:
        return False
    flags = itertools.takewhile(lambda each: ord(each) in _FLAGS, reversed(text[:place]))
    return sum(1 for _ in flags) % 2 == 1
