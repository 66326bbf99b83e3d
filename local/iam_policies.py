"""Decides by the policies of a role whether a call is allowed, as IAM evaluates identity-based policies.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

import functools
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Context = Mapping[str, tuple[str, ...]]
"""The values of a request's condition keys, by the key in lower case; a key that a request lacks is not in it."""

_OPERATOR = re.compile(r"(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?\Z")


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a call is allowed; `explicit` says that a Deny refused it, and not the lack of an Allow."""

    allowed: bool
    explicit: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement; every element is a tuple, and an element that is not there is None."""

    allow: bool
    actions: tuple[str, ...] | None
    not_actions: tuple[str, ...] | None
    resources: tuple[str, ...] | None
    not_resources: tuple[str, ...] | None
    conditions: tuple[tuple[str, str, tuple[str, ...]], ...]

    @classmethod
    def parse(cls, item: Mapping[str, Any]) -> "Statement":
        """Parse one statement of a policy document."""
        return cls(
            allow=item["Effect"] == "Allow",
            actions=_listed(item.get("Action")),
            not_actions=_listed(item.get("NotAction")),
            resources=_listed(item.get("Resource")),
            not_resources=_listed(item.get("NotResource")),
            conditions=tuple(
                (operator, key.lower(), _listed(values) or ())
                for operator, tests in item.get("Condition", {}).items()
                for key, values in tests.items()
            ),
        )

    def covers(self, action: str, resource: str, context: Context) -> bool:
        """Whether the statement applies to an action on a resource in a request's context."""
        if self.actions is not None and not _any(action.lower(), self.actions, str.lower):
            return False
        if self.not_actions is not None and _any(action.lower(), self.not_actions, str.lower):
            return False
        if self.resources is not None and not _any(resource, self.resources):
            return False
        if self.not_resources is not None and _any(resource, self.not_resources):
            return False
        return all(_met(operator, context.get(key), values) for operator, key, values in self.conditions)


@functools.lru_cache(maxsize=256)
def statements(document: str) -> tuple[Statement, ...]:
    """Return the statements of a policy document, which is JSON."""
    found = json.loads(document)["Statement"]
    return tuple(Statement.parse(each) for each in (found if isinstance(found, list) else [found]))


def decide(documents: Iterable[str], action: str, resource: str, context: Context) -> Decision:
    """Say whether policies allow an action on a resource: a Deny wins, and nothing is allowed without an Allow."""
    matching = [
        statement
        for document in documents
        for statement in statements(document)
        if statement.covers(action, resource, context)
    ]
    denied = any(not statement.allow for statement in matching)
    return Decision(bool(matching) and not denied, explicit=denied)


def _listed(value: object) -> tuple[str, ...] | None:
    if value is None:
        return None
    return tuple(map(_text, value)) if isinstance(value, list) else (_text(value),)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _any(text: str, patterns: Sequence[str], fold: Any = str) -> bool:
    return any(_pattern(fold(pattern)).fullmatch(text) for pattern in patterns)


@functools.cache
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)


def _met(spelled: str, values: tuple[str, ...] | None, wanted: tuple[str, ...]) -> bool:
    """Whether the values of a key in a request meet one test of a condition.

    Raises:
        NotImplementedError: the operator is none of those that are known here.
    """
    match = _OPERATOR.match(spelled)
    together, operator, if_exists = match.groups() if match else (None, spelled, None)
    if operator == "Null":
        return (values is None) == (wanted == ("true",))
    if operator not in _OPERATORS:
        raise NotImplementedError(f"the embedded AWS cannot evaluate the condition operator {spelled}")
    test, negated = _OPERATORS[operator]
    if values is None:
        return bool(if_exists) or negated or together == "ForAllValues"
    met = [any(test(value, each) for each in wanted) != negated for value in values]
    return all(met) if together == "ForAllValues" else any(met)


def _like(value: str, wanted: str) -> bool:
    return _pattern(wanted).fullmatch(value) is not None


_OPERATORS: Mapping[str, tuple[Any, bool]] = {
    "StringEquals": (str.__eq__, False),
    "StringNotEquals": (str.__eq__, True),
    "StringEqualsIgnoreCase": (lambda value, wanted: value.lower() == wanted.lower(), False),
    "StringNotEqualsIgnoreCase": (lambda value, wanted: value.lower() == wanted.lower(), True),
    "StringLike": (_like, False),
    "StringNotLike": (_like, True),
    "ArnEquals": (_like, False),
    "ArnLike": (_like, False),
    "ArnNotEquals": (_like, True),
    "ArnNotLike": (_like, True),
    "Bool": (lambda value, wanted: value.lower() == wanted.lower(), False),
}
"""How an operator compares a value with a wanted one, and whether it is negated."""
