r"""Regular expressions of the configuration, matched by RE2: in time linear in the pattern and in the text.

Patterns are written as for Python's `re`, as far as RE2 can: `\d`, `\w` and `\s` are those of all scripts.
docs/decisions/0018-patterns-in-linear-time.md has the differences. https://github.com/google/re2/wiki/Syntax
"""

import functools
import itertools
import string
from collections.abc import Callable, Iterator
from types import MappingProxyType
from typing import Any

from muster.model.text import shortened

_SPACES = (
    "\\t-\\r\\x{1c}-\\x{20}\\x{85}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}"
)
"""The characters of which `str.isspace` is true."""
_NO_SPACES = (
    "\\x{0}-\\x{8}\\x{e}-\\x{1b}\\x{21}-\\x{84}\\x{86}-\\x{9f}\\x{a1}-\\x{167f}\\x{1681}-\\x{1fff}\\x{200b}-\\x{2027}"
    "\\x{202a}-\\x{202e}\\x{2030}-\\x{205e}\\x{2060}-\\x{2fff}\\x{3001}-\\x{10ffff}"
)
_CLASSES = MappingProxyType(
    {"d": r"\p{Nd}", "D": r"\P{Nd}", "s": _SPACES, "S": _NO_SPACES, "w": r"_\p{L}\p{N}", "W": r"_\p{L}\p{N}"}
)
"""What each class of Python's matches, as members of a class of RE2's, whose own know ASCII only; W is negated."""

_REFUSED = (
    ("(?=", "lookahead (?=…) is not available; write a pattern of the whole value, or two checks"),
    ("(?!", "lookahead (?!…) is not available; write a pattern of the whole value, or list the allowed values"),
    ("(?<=", "lookbehind (?<=…) is not available; write a pattern of the whole value"),
    ("(?<!", "lookbehind (?<!…) is not available; write a pattern of the whole value"),
    ("(?P=", "backreferences are not available; write out what may stand twice"),
    ("(?>", "atomic groups (?>…) are not available and not needed; write (?:…)"),
    ("(?(", "conditional groups (?(…)…) are not available; write the alternatives with |"),
    ("(?#", "comments (?#…) are not available; write a YAML comment"),
)
_POSSESSIVE = "possessive repetition (*+, ++, ?+, }+) is not available and not needed; leave the second + out"
_BACKREFERENCE = "backreferences are not available; write out what may stand twice"
_NOT_WORD = r"\W inside [ ] is not available; write [^\w…], or \p{L} for letters of all scripts"


def examine(pattern: str) -> None:
    """Refuse a pattern that cannot be used.

    Raises:
        ValueError: it is no pattern, or one that RE2 lacks; the message says what to write instead.
    """
    _compiled(pattern)


def fullmatch(pattern: str, text: str) -> bool:
    """Return whether a pattern matches the whole text.

    Raises:
        ValueError: the pattern cannot be used; `examine` refuses it before.
    """
    return _compiled(pattern)(_well_formed(text)) is not None


def _well_formed(text: str) -> str:
    """Return a text that UTF-8 can hold: half a surrogate pair becomes U+FFFD."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def engine(spelled: str) -> Callable[[str], object]:
    """Return the function that matches a whole text against a pattern in RE2's own syntax.

    Raises:
        ValueError: it is no such pattern, or too large.
    """
    import re2  # noqa: PLC0415 - needed only where the configuration has patterns

    options = re2.Options()
    # Without it, the library writes to standard error.
    options.log_errors = False
    options.never_capture = True
    try:
        compiled: Any = re2.compile(spelled, options)
    except re2.error as error:
        raise ValueError(_explanation(error.args[0])) from None
    matching: Callable[[str], object] = compiled.fullmatch
    return matching


@functools.lru_cache(maxsize=1024)
def _compiled(pattern: str) -> Callable[[str], object]:
    return engine("".join(_translated(_well_formed(pattern))))


def _explanation(message: object) -> str:
    text = message.decode("utf-8", "replace") if isinstance(message, bytes) else str(message)
    if "too large" in text:
        return "the pattern is too large; leave the upper bounds of repetitions out (a tag has 256 characters at most)"
    if "repetition size" in text:
        return f"{shortened(text, 80)}; at most 1000, nested ones multiplied"
    return shortened(text, 80)


def _translated(pattern: str) -> Iterator[str]:
    """Yield a pattern in pieces, in RE2's syntax.

    Raises:
        ValueError: it has something that takes more than linear time, or that RE2 lacks.
    """
    place, end = 0, len(pattern)
    while place < end:
        character = pattern[place]
        if character == "\\":
            piece, place = _escape(pattern, place, within=False)
        elif character == "[":
            piece, place = _class(pattern, place)
        else:
            if pattern.startswith("(?", place):
                _examine_group(pattern, place)
            if character in "*+?}" and pattern.startswith("+", place + 1) and _repeats(pattern, place):
                raise ValueError(_POSSESSIVE)
            # RE2 takes {,5} for text.
            upper = character == "{" and _upper_bound(pattern, place)
            piece, place = ("{0", place + 1) if upper else (character, place + 1)
        yield piece


def _examine_group(pattern: str, place: int) -> None:
    for opening, why in _REFUSED:
        if pattern.startswith(opening, place):
            raise ValueError(why)
    flags = itertools.takewhile(str.isalpha, pattern[place + 2 : place + 10])
    for flag in flags:
        if flag in "xaLu":
            raise ValueError(f"the flag (?{flag}) is not available; i, m and s are")


def _repeats(pattern: str, place: int) -> bool:
    """Whether a brace ends a repetition; the other signs always are one."""
    if pattern[place] != "}":
        return True
    bounds = pattern[pattern.rfind("{", 0, place) + 1 : place].split(",") if "{" in pattern[:place] else [""]
    return len(bounds) <= 2 and any(bounds) and all(not bound or bound.isdecimal() for bound in bounds)  # noqa: PLR2004


def _upper_bound(pattern: str, place: int) -> bool:
    bound = pattern[place + 1 : place + 7].partition("}")
    return bound[1] == "}" and bound[0].startswith(",") and bound[0][1:].isdecimal()


def _class(pattern: str, start: int) -> tuple[str, int]:
    """Return a bracketed class in RE2's syntax, and where the pattern goes on."""
    place = start + (2 if pattern.startswith("[^", start) else 1)
    pieces = [pattern[start:place]]
    if pattern.startswith("]", place):
        pieces.append("\\]")
        place += 1
    while place < len(pattern):
        if pattern[place] == "]":
            return "".join([*pieces, "]"]), place + 1
        if pattern[place] == "\\":
            piece, place = _escape(pattern, place, within=True)
        elif pattern.startswith("[:", place) and ":]" in pattern[place:]:
            after = pattern.index(":]", place) + 2
            piece, place = pattern[place:after], after
        else:
            piece, place = pattern[place], place + 1
        pieces.append(piece)
    raise ValueError("a [ has no ]")


def _escape(pattern: str, place: int, *, within: bool) -> tuple[str, int]:
    """Return what a backslash and what follows it are in RE2's syntax, and where the pattern goes on."""
    letter = pattern[place + 1 : place + 2]
    after = place + 2
    if letter == "Q" and not within:
        end = pattern.find("\\E", after)
        return (pattern[place:], len(pattern)) if end < 0 else (pattern[place : end + 2], end + 2)
    if letter in ("u", "U"):
        digits = pattern[after : after + (4 if letter == "u" else 8)]
        if len(digits) in (4, 8) and all(each in string.hexdigits for each in digits):
            return f"\\x{{{digits.lstrip('0') or '0'}}}", after + len(digits)
    return _letter(letter, within=within), after


def _letter(letter: str, *, within: bool) -> str:
    """Return what a letter after a backslash is in RE2's syntax."""
    if letter == "W" and within:
        raise ValueError(_NOT_WORD)
    if letter in "123456789" and letter and not within:
        raise ValueError(_BACKREFERENCE)
    if letter in _CLASSES:
        members = _CLASSES[letter]
        return members if within else f"[^{members}]" if letter == "W" else f"[{members}]"
    if letter == "b" and within:
        return "\\x08"
    if letter == "Z" and not within:
        return "\\z"
    # RE2 knows no backslash before these, and none is needed.
    return letter if letter == "_" or not letter.isascii() else f"\\{letter}"
