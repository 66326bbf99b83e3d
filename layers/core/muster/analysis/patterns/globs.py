"""Globs, as IAM's policies, ELB's rules and muster.yaml have them: `*` is any run of characters, `?` any one.

Each match takes time that grows with pattern times text and no faster (docs/decisions/0027-one-glob.md). Pure.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
"""

import functools
import re
from collections.abc import Iterable, Sequence


def matches(pattern: str, text: str) -> bool:
    """Return whether a pattern matches the whole text."""
    return _compiled(pattern, ".").fullmatch(text) is not None


def starred(pattern: str, text: str) -> bool:
    """Return whether a pattern in which only `*` is special matches the whole text: `?` is a question mark.

    Values of tags are written so, as in tag policies:
    https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_example-tag-policies.html
    """
    return _compiled(pattern, r"\?").fullmatch(text) is not None


def covers(pattern: str, other: str) -> bool:
    """Return whether a pattern matches every text that another pattern matches; a plain text is a pattern too."""
    return _compiled(pattern, "[^*]").fullmatch(other) is not None


def intersects(one: str, other: str) -> bool:
    """Return whether a text exists that both patterns match."""
    if _differ(one, other) or _differ(one[::-1], other[::-1]):
        return False
    reached = {0}
    for letter in one:
        reached = {after for place in _skipped(reached, other) for after in _after(letter, place, other)}
    return len(other) in _skipped(reached, other)


def has_wildcard(text: str) -> bool:
    """Return whether a text holds `*` or `?`."""
    return "*" in text or "?" in text


@functools.lru_cache(maxsize=8192)
def _compiled(pattern: str, one: str) -> re.Pattern[str]:
    """Compile a pattern; atomic groups take the first place where a piece fits, which is always good enough."""
    first, *rest = (one.join(map(re.escape, piece.split("?"))) for piece in pattern.split("*"))
    if not rest:
        return re.compile(first, re.DOTALL)
    *middle, last = rest
    return re.compile(f"{first}{''.join(f'(?>.*?{piece})' for piece in middle if piece)}.*{last}", re.DOTALL)


def _differ(one: str, other: str) -> bool:
    """Whether two patterns have different letters before either has a star: most pairs end here."""
    for pair in zip(one, other, strict=False):
        if "*" in pair:
            return False
        if "?" not in pair and pair[0] != pair[1]:
            return True
    return False


def _skipped(places: Iterable[int], pattern: str) -> set[int]:
    """Return the places with those behind the stars that stand at them: a star may stand for nothing."""
    reached: set[int] = set()
    for place in places:
        rest = pattern[place:]
        reached.update(range(place, place + len(rest) - len(rest.lstrip("*")) + 1))
    return reached


def _after(letter: str, place: int, pattern: str) -> Sequence[int]:
    """Return where the second pattern may stand after one more letter of the first, which may itself be a pattern."""
    if letter == "*":
        return range(place, len(pattern) + 1)
    if place == len(pattern):
        return ()
    if pattern[place] == "*":
        return (place,)
    return (place + 1,) if letter == pattern[place] or "?" in (letter, pattern[place]) else ()
