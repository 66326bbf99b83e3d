"""IAM's patterns: what `*` and `?` match in actions, resources and the values of conditions. Pure.

The globs of muster.yaml are not these. Every match takes time that grows with pattern times text and no faster.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

import functools
import re
from collections.abc import Iterable, Sequence

from muster.analysis.policies.document import Statement
from muster.model.arn import parts

ANY = "\x00"
"""Stands in an ARN for any text that is not empty: only a wildcard matches it."""

_PARTS = 6
_ACCOUNT = 4


def matches(pattern: str, text: str) -> bool:
    """Whether a pattern with `*` and `?` matches a text, which may hold ANY."""
    return _compiled(pattern, ".").fullmatch(text) is not None


def covers(pattern: str, other: str) -> bool:
    """Whether a pattern matches all that another pattern matches; a text without wildcards is a pattern too."""
    return _compiled(pattern, "[^*]").fullmatch(other) is not None


def meet(one: str, other: str) -> bool:
    """Whether a text exists that both patterns match."""
    reached = {0}
    for letter in one:
        reached = {after for place in _skipped(reached, other) for after in _after(letter, place, other)}
    return len(other) in _skipped(reached, other)


def matches_arn(pattern: str, arn: str) -> bool:
    """Whether ArnLike and ArnEquals match: each of an ARN's six parts by itself, so that no `*` crosses a colon.

    A pattern with fewer parts is compared as a whole.
    """
    patterns, texts = parts(pattern), parts(arn)
    if len(patterns) < _PARTS or len(texts) < _PARTS:
        return matches(pattern, arn)
    return all(map(matches, patterns, texts))


def covers_arns(pattern: str, kind: str) -> bool:
    """Whether a pattern of a Resource matches every ARN of a kind, in which ANY stands for what is never empty.

    The partition and the account may be fixed in the pattern, for all of one account is all that an account has; the
    region may not. A part that is ANY in the kind is never empty, and one that is empty there is always empty.
    """
    pieces, wanted = parts(pattern), parts(kind)
    if len(pieces) > 1:
        wanted[1] = pieces[1]
    if len(pieces) == _PARTS and pieces[_ACCOUNT] and wanted[_ACCOUNT]:
        wanted[_ACCOUNT] = pieces[_ACCOUNT]
    return matches(pattern, ":".join(wanted))


def has_wildcard(text: str) -> bool:
    """Whether a text holds `*` or `?`."""
    return "*" in text or "?" in text


def may(statement: Statement, action: str) -> bool:
    """Whether a statement applies to some action that a pattern matches, in letters of any case."""
    asked = action.lower()
    if statement.not_actions:
        return not any(covers(each, asked) for each in statement.not_actions)
    return any(meet(each, asked) for each in statement.actions)


def applies_to(statement: Statement, action: str) -> bool:
    """Whether a statement applies to an action, which is spelled in lower case."""
    if statement.not_actions:
        return not any(matches(pattern, action) for pattern in statement.not_actions)
    return any(matches(pattern, action) for pattern in statement.actions)


@functools.lru_cache(maxsize=4096)
def _compiled(pattern: str, one: str) -> re.Pattern[str]:
    """Compile a pattern; atomic groups take the first place where a piece fits, which is always good enough."""
    first, *rest = (one.join(map(re.escape, piece.split("?"))) for piece in pattern.split("*"))
    if not rest:
        return re.compile(first, re.DOTALL)
    *middle, last = rest
    return re.compile(f"{first}{''.join(f'(?>.*?{piece})' for piece in middle if piece)}.*{last}", re.DOTALL)


def _skipped(places: Iterable[int], pattern: str) -> set[int]:
    """Return the places with those behind the stars that stand at them: a star may stand for nothing."""
    found: set[int] = set()
    for place in places:
        rest = pattern[place:]
        found.update(range(place, place + len(rest) - len(rest.lstrip("*")) + 1))
    return found


def _after(letter: str, place: int, pattern: str) -> Sequence[int]:
    """Return where the second pattern may stand after one more letter of the first, which may itself be a pattern."""
    if letter == "*":
        return range(place, len(pattern) + 1)
    if place == len(pattern):
        return ()
    if pattern[place] == "*":
        return (place,)
    return (place + 1,) if letter == pattern[place] or "?" in (letter, pattern[place]) else ()


_BUDGET = 40_000
"""The most steps that are taken to find texts; real policies take some hundreds."""


@functools.lru_cache(maxsize=512)
def witnesses(patterns: tuple[tuple[str, str], ...], fresh: str) -> tuple[str, ...] | None:
    """Return one text for each set of patterns that are met together, none of them included; None if it takes too long.

    A pattern comes with its operator, `stringlike`, `arnlike`, `stringequalsignorecase` …; `fresh` is a letter of none.
    """
    tokens = [_tokens(operator, pattern) for operator, pattern in patterns]
    letters = sorted({letter for each in tokens for taken, _ in each for letter in taken} | {fresh})
    start = tuple(_stars(frozenset({0}), each) for each in tokens)
    reached, ahead, steps = {start}, [(start, "")], 0
    found: dict[tuple[bool, ...], str] = {}
    for places, text in ahead:
        found.setdefault(tuple(len(each) in place for place, each in zip(places, tokens, strict=True)), text)
        for letter in letters:
            steps += len(tokens)
            after = tuple(_step(place, each, letter) for place, each in zip(places, tokens, strict=True))
            if after not in reached:
                reached.add(after)
                ahead.append((after, text + letter))
        if steps > _BUDGET:
            return None
    return tuple(found.values())


_Token = tuple[frozenset[str], str]
"""The letters that one place of a pattern takes, or a wildcard, followed by the letters that it does not take."""


def _tokens(operator: str, pattern: str) -> list[_Token]:
    """Take a pattern apart, as its operator reads it."""
    alike = operator in ("stringlike", "arnlike", "arnequals")
    arn = operator.startswith("arn") and pattern.count(":") >= _PARTS - 1
    found: list[_Token] = []
    colons = 0
    for letter in pattern:
        colons += letter == ":"
        if alike and letter in "*?":
            found.append((frozenset(), letter + ":" * (arn and colons < _PARTS - 1)))
        elif operator == "stringequalsignorecase":
            found.append((frozenset({letter.lower(), letter.upper()}), ""))
        else:
            found.append((frozenset({letter}), ""))
    return found


def _stars(places: frozenset[int], tokens: Sequence[_Token]) -> frozenset[int]:
    found = set(places)
    for place in sorted(places):
        after = place
        while after < len(tokens) and tokens[after][1].startswith("*"):
            after += 1
            found.add(after)
    return frozenset(found)


def _step(places: frozenset[int], tokens: Sequence[_Token], letter: str) -> frozenset[int]:
    after = set()
    for place in places:
        if place == len(tokens):
            continue
        taken, wildcard = tokens[place]
        if letter in taken or (wildcard and letter not in wildcard[1:]):
            after.add(place if wildcard.startswith("*") else place + 1)
    return _stars(frozenset(after), tokens)
