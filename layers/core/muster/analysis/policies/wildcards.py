"""Globs in IAM's policies: ARNs part by part, the actions of a statement, texts that patterns match. Pure.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

import functools
from collections.abc import Sequence

from muster.analysis.patterns.globs import covers, intersects, matches
from muster.analysis.policies.document import Statement
from muster.model.arn import parts

ANY = "\x00"
"""Stands in an ARN for any text that is not empty: only a wildcard matches it."""

_PARTS = 6
_ACCOUNT = 4


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


def applies_to(statement: Statement, action: str) -> bool:
    """Return whether a statement applies to an action, or to one that a pattern of actions matches, in any case."""
    action = action.lower()
    if statement.not_actions:
        return not any(covers(each, action) for each in statement.not_actions)
    return any(intersects(each, action) for each in statement.actions)


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
