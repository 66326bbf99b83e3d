"""Wildcards of listener rules: whether other patterns together match all that one pattern matches."""

import functools
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum

from muster.analysis.patterns.globs import intersects
from muster.facets.elbv2.rules import SEPARATOR

_BOUND = 2_000
"""The states to look at before the answer is unknown; a rule has at most six wildcards, which needs some hundred.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html
"""


class Wild(Enum):
    """A wildcard: exactly one character, or any number of them."""

    ONE = "?"
    MANY = "*"


Pattern = tuple[str | Wild, ...]
ANYTHING: Pattern = (Wild.MANY,)


@functools.lru_cache(maxsize=4096)
def pattern(text: str, *, fold: bool = False, escapes: bool = False) -> Pattern:
    """Read a pattern: `fold` where letters match in either case, `escapes` where a backslash makes a wildcard plain.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RuleCondition.html
    """
    found: list[str | Wild] = []
    letters = iter(text.lower() if fold else text)
    for letter in letters:
        if escapes and letter == "\\":
            found.append(next(letters, letter))
        else:
            found.append(Wild(letter) if letter in "*?" else letter)
    return tuple(found)


def included(inner: Pattern, outer: Sequence[Pattern], *, start: str = "") -> bool | None:
    """Whether one of `outer` matches every text that `inner` matches; None if the answer takes too long.

    With `start` only texts that begin with this character are looked at. Both are followed letter by letter: a text
    that ends where `inner` may end and none of `outer` may is one too many.
    """
    everywhere = _closed(outer, frozenset((number, 0) for number in range(len(outer))))
    if not start and not _match(outer, everywhere, _plainest(inner)):
        return False
    waiting = [(place, everywhere, start) for place in _reached(inner, 0)]
    seen = set(waiting)
    while waiting:
        if len(seen) > _BOUND:
            return None
        place, places, begin = waiting.pop()
        if not begin and (not places or (place == len(inner) and not _match(outer, places, ()))):
            return False  # where no place is left, whatever ends the text is one too many
        for letter in _letters(begin, _token(inner, place), *(_token(outer[number], at) for number, at in places)):
            onward = _closed(outer, frozenset(_steps(outer, places, letter)))
            for following in _step(inner, place, letter):
                for reached in _reached(inner, following):
                    if (state := (reached, onward, "")) not in seen:
                        seen.add(state)
                        waiting.append(state)
    return True


def disjoint(one: str, other: str, *, start: str = "") -> bool:
    """Whether no text is matched by both; with `start` only texts that begin with this character are looked at."""
    if not start:
        return not intersects(one, other)
    return not any(intersects(a, b) for a in _behind(start, one) for b in _behind(start, other))


def _behind(letter: str, text: str) -> Iterator[str]:
    """Yield the patterns of what may follow a first letter of the texts that a pattern matches."""
    rest = text.lstrip("*")
    if rest != text:
        yield text
    if rest[:1] in (letter, "?"):
        yield rest[1:]


_OTHER = "\ufffe"
"""Stands for every letter that no pattern names: they are all alike."""


def _letters(begin: str, *tokens: str | Wild | None) -> Iterable[str]:
    """Return the letters to go on with: those that are named where we are, and one for all others."""
    return (begin,) if begin else {_OTHER, *(token for token in tokens if isinstance(token, str))}


def _token(of: Pattern, place: int) -> str | Wild | None:
    return of[place] if place < len(of) else None


def _plainest(of: Pattern) -> Sequence[str]:
    """Return a text that a pattern matches: most patterns that do not include it fail at this one."""
    return [_OTHER if isinstance(token, Wild) else token for token in of]


def _match(outer: Sequence[Pattern], places: frozenset[tuple[int, int]], text: Iterable[str]) -> bool:
    for letter in text:
        places = _closed(outer, frozenset(_steps(outer, places, letter)))
    return any(at == len(outer[number]) for number, at in places)


def _step(of: Pattern, place: int, letter: str) -> tuple[int, ...]:
    """Return where a letter leads to; no wildcard matches what separates a key from its value."""
    if place == len(of):
        return ()
    token = of[place]
    if isinstance(token, Wild):
        return () if letter == SEPARATOR else (place if token is Wild.MANY else place + 1,)
    return (place + 1,) if token == letter else ()


def _steps(outer: Sequence[Pattern], places: frozenset[tuple[int, int]], letter: str) -> Iterator[tuple[int, int]]:
    return ((number, then) for number, at in places for then in _step(outer[number], at, letter))


def _reached(of: Pattern, place: int) -> tuple[int, ...]:
    """Return a place and those behind the stars that follow it: a star may match nothing."""
    last = place
    while last < len(of) and of[last] is Wild.MANY:
        last += 1
    return tuple(range(place, last + 1))


def _closed(outer: Sequence[Pattern], places: frozenset[tuple[int, int]]) -> frozenset[tuple[int, int]]:
    return frozenset((number, reached) for number, at in places for reached in _reached(outer[number], at))
