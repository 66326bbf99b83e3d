"""Filter patterns of CloudWatch Logs for JSON events, as sets of terms. Pure.

`{ ($.a = b) || ($.c = d) && ($.e NOT EXISTS) }` matches an event that has all the terms of one of its alternatives:
`a = b`, or `c = d` and `e NOT EXISTS`. As usual, && binds more tightly than ||.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax-for-Metric-Filters.html
"""

import re
from collections.abc import Iterator
from itertools import product

from muster.errors import Signal

Term = tuple[str, str, str]
"""A selector, an operator and a value: `("eventName", "=", "CreateTrail")`; some operators have no value."""

Alternatives = frozenset[frozenset[Term]]
"""The alternatives of a pattern, each with the terms that an event must have."""

_TOKEN = re.compile(
    r"""\s*(?: (?P<mark>&&|\|\||[()]) | (?P<operator>!=|<=|>=|=|<|>) | "(?P<quoted>[^"]*)"
    | (?P<word>[^\s()"=!<>&|]+) )""",
    re.VERBOSE,
)
_WORDS = {("NOT", "EXISTS"), ("IS", "TRUE"), ("IS", "FALSE"), ("IS", "NULL")}
_MOST = 1_000
"""The most alternatives: a pattern of up to 1024 characters can multiply to many more, and then says nothing useful."""


class _UnreadError(Signal):
    """A pattern that this module cannot read."""


def alternatives(pattern: str) -> Alternatives | None:
    """Return the alternatives of a pattern, or None where it is no pattern for JSON events or cannot be read."""
    text = pattern.strip()
    if not (text.startswith("{") and text.endswith("}")):
        return None
    try:
        parser = _Parser(text[1:-1])
        found = parser.either()
        parser.end()
    except _UnreadError:
        return None
    return found


def covers(pattern: Alternatives, required: Alternatives) -> bool:
    """Whether a pattern matches every event that the required one matches, as far as their terms say it."""
    return all(any(terms <= needed for terms in pattern) for needed in required)


class _Parser:
    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._place = 0

    def either(self) -> Alternatives:
        found = self._both()
        while self._take("||"):
            found |= self._both()
        return found

    def end(self) -> None:
        if self._place < len(self._tokens):
            raise _UnreadError

    def _both(self) -> Alternatives:
        found = self._term()
        while self._take("&&"):
            more = self._term()
            if len(found) * len(more) > _MOST:
                raise _UnreadError
            found = frozenset(one | other for one, other in product(found, more))
        return found

    def _term(self) -> Alternatives:
        if self._take("("):
            found = self.either()
            if not self._take(")"):
                raise _UnreadError
            return found
        selector = self._next("text")
        if not selector.startswith("$."):
            raise _UnreadError
        kind, word = self._tokens[self._place] if self._place < len(self._tokens) else ("", "")
        self._place += 1
        if kind == "operator":
            return frozenset({frozenset({(selector[2:], word, self._next("text"))})})
        second = self._next("text")
        if (word.upper(), second.upper()) not in _WORDS:
            raise _UnreadError
        return frozenset({frozenset({(selector[2:], f"{word} {second}".upper(), "")})})

    def _take(self, mark: str) -> bool:
        if self._place < len(self._tokens) and self._tokens[self._place] == ("mark", mark):
            self._place += 1
            return True
        return False

    def _next(self, kind: str) -> str:
        if self._place >= len(self._tokens) or self._tokens[self._place][0] != kind:
            raise _UnreadError
        self._place += 1
        return self._tokens[self._place - 1][1]


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    place, text = 0, text.rstrip()
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None:
            raise _UnreadError
        place = found.end()
        for kind in ("mark", "operator"):
            if found[kind]:
                yield kind, found[kind]
        if found["quoted"] is not None or found["word"]:
            yield "text", found["quoted"] if found["quoted"] is not None else found["word"]
