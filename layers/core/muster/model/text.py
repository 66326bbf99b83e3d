"""Texts of strangers: tags, names and descriptions are anybody's, and so is what a file or an argument holds.

A terminal, a spreadsheet or a mail must show them as text and obey none of their characters.
"""

import itertools
import json
import re
import unicodedata
from collections.abc import Sequence
from types import MappingProxyType

_JOINERS = "\u200c\u200d"
"""They join or part letters of some scripts and the parts of some emoji; between others they would be invisible."""
_PICTOGRAPHS = range(0x1F000, 0x1FB00)
"""New emoji come every year; this Python's tables may not know them yet."""
_MODIFIERS = range(0x1F3FB, 0x1F400)
_FLAGS = range(0x1F1E6, 0x1F200)
_NAMED = MappingProxyType({"\t": "\\t", "\n": "\\n", "\r": "\\r"})
_WEB = re.compile(r"(www)\.", re.IGNORECASE)
LONG = 200
"""Characters of a value that a message about it repeats at most."""


def printable(text: str) -> str:
    """Return a text on one line that shows and does nothing else: a space stands for each other character.

    Terminals and mails get it.
    """
    if text.isprintable():
        return text
    return "".join(_shown(text, place) or " " for place in range(len(text)))


def escaped(text: str, keep: str = "") -> str:
    r"""Return a text whose control, format and invisible characters are written as escapes: `\x1b`, `\u202e`.

    Files and messages use it for text from outside Muster. The characters in `keep` stay.
    """
    if text.isprintable():
        return text
    return "".join(each if each in keep else _shown(text, place) or _escape(each) for place, each in enumerate(text))


def shortened(text: str, width: int = LONG, mark: str = "…") -> str:
    """Return an escaped text of at most `width` characters; a longer one ends in `mark`.

    It is cut after a word where one ends nearby, and never inside what a reader takes for one character.
    """
    text = escaped(text[: width + 1])
    if len(text) <= width:
        return text
    end = width - len(mark)
    word = text.rfind(" ", end - end // 4, end + 1)
    end = end if word < 0 else word
    while end > 0 and _inside(text, end):
        end -= 1
    return f"{text[:end].rstrip()}{mark}"


def counted(number: int, noun: str) -> str:
    """Return a number with its noun."""
    return f"{number} {noun}" if number == 1 else f"{number:,} {noun}s"


def percent(part: int, whole: int) -> str:
    """Return a share in percent, rounded down: 100 % is all of it."""
    return f"{100 * part // whole if whole else 100} %"


def listed(names: Sequence[str], most: int) -> str:
    """Return names as a list in a sentence; of more than `most` the rest is a number."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more} more" if more > 0 else "")


def sentence(text: str) -> str:
    """Return a text whose first letter is a capital, as a reason begins."""
    return text[:1].upper() + text[1:]


def quoted(value: object, width: int = LONG) -> str:
    """Return a value in quotes, escaped and shortened, as a message repeats it."""
    return f"'{shortened(str(value), width)}'"


def json_text(value: object, indent: int | None = None) -> str:
    """Return a value as JSON; what no terminal should see is escaped, and parses to the same value."""
    return shown(json.dumps(value, ensure_ascii=False, indent=indent))


def shown(text: str) -> str:
    """Return a text that is JSON with what no terminal should see, and what UTF-8 cannot hold, as JSON's escapes."""
    return text if text.isprintable() else text.translate(_JSON_ESCAPES)


class _JsonEscapes(dict[int, str]):
    """How JSON spells each character, found when it is first asked for; ends of lines are JSON's own."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        spelled = character if character.isprintable() or character == "\n" else json.dumps(character)[1:-1]
        self[code] = spelled
        return spelled


_JSON_ESCAPES = _JsonEscapes()


def defanged(text: str) -> str:
    """Return a text whose addresses no mail program makes clickable: `https[:]//example[.]com/x`."""
    first, *rest = text.split("://")
    for piece in rest:
        end = min((place for mark in "/?# '\"),;" if (place := piece.find(mark)) >= 0), default=len(piece))
        first += f"[:]//{piece[:end].replace('.', '[.]')}{piece[end:]}"
    return _WEB.sub(r"\1[.]", first)


def _shown(text: str, place: int) -> str:
    """Return the character at a place of a text when it may stand as it is: letters, spaces, joiners, new emoji."""
    character = text[place]
    if character.isprintable() or unicodedata.category(character) == "Zs" or ord(character) in _PICTOGRAPHS:
        return character
    around = text[max(place - 1, 0) : place] + text[place + 1 : place + 2]
    joins = character in _JOINERS and len(around) == 2 and all(ord(each) > 0x7F for each in around)  # noqa: PLR2004
    return character if joins else ""


def _escape(character: str) -> str:
    if character in _NAMED:
        return _NAMED[character]
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
