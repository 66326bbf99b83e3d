"""Reading a resource's policy: AWS's "a string or a list of strings" ends here. Pure.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from muster.model.finding import Unknown
from muster.model.json_values import loads
from muster.model.text import sentence

_OPERATOR = re.compile(r"(?:(?P<set>ForAllValues|ForAnyValue):)?(?P<name>[A-Za-z]+?)(?P<if>IfExists)?\Z")


@dataclass(frozen=True, slots=True)
class Condition:
    """One test: `operator` without IfExists and in lower case, `key` in lower case, the values as texts."""

    operator: str
    key: str
    values: tuple[str, ...]
    if_exists: bool


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement, each element a tuple; `principals` holds `*` for everybody, `aws:arn…` or `service:…` else."""

    allow: bool
    principals: tuple[str, ...]
    not_principals: tuple[str, ...]
    actions: tuple[str, ...]
    not_actions: tuple[str, ...]
    resources: tuple[str, ...]
    not_resources: tuple[str, ...]
    conditions: tuple[Condition, ...]
    sid: str = ""
    written: tuple[str, ...] = field(default=(), compare=False)
    """Its actions, or those it leaves out, in the letters of the policy."""

    @classmethod
    def parse(cls, item: Mapping[str, Any]) -> Self:
        """Parse one statement.

        Raises:
            ValueError: it has no effect, or an element has no shape that IAM knows.
        """
        if item.get("Effect") not in ("Allow", "Deny"):
            raise ValueError(f"a statement's Effect is {item.get('Effect')!r}")
        return cls(
            allow=item["Effect"] == "Allow",
            principals=_principals(item.get("Principal")),
            not_principals=_principals(item.get("NotPrincipal")),
            actions=tuple(action.lower() for action in _texts(item.get("Action"))),
            not_actions=tuple(action.lower() for action in _texts(item.get("NotAction"))),
            resources=_texts(item.get("Resource")),
            not_resources=_texts(item.get("NotResource")),
            conditions=tuple(_conditions(item.get("Condition"))),
            sid=str(item.get("Sid") or ""),
            written=_texts(item.get("Action")) or _texts(item.get("NotAction")),
        )

    @property
    def everybody(self) -> bool:
        """Whether it speaks of every principal."""
        return "*" in self.principals and not self.not_principals


@dataclass(frozen=True, slots=True)
class Policy:
    """The statements of a policy."""

    statements: tuple[Statement, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse a policy's JSON text.

        Raises:
            ValueError: it is no policy.
        """
        document = loads(text)
        if not isinstance(document, Mapping):
            raise ValueError("it is not a JSON object")  # noqa: TRY004 - what is wrong is a text
        statements = document.get("Statement", [])
        statements = [statements] if isinstance(statements, Mapping) else statements
        if not isinstance(statements, list) or not all(isinstance(each, Mapping) for each in statements):
            raise ValueError("its Statement is not an object or a list of objects")
        return cls(tuple(Statement.parse(each) for each in statements))


def policy_of(text: object, whose: str) -> Policy | Unknown:
    """Return the policy that AWS answered as a text; none where there is none, Unknown where it is no policy."""
    if not text:
        return Policy(())
    try:
        return Policy.parse(str(text))
    except ValueError as error:
        return Unknown(sentence(f"{whose}'s policy cannot be parsed: {error}"))


def _texts(value: object) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, str):
        return (value,)
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        return tuple(value)
    raise ValueError(f"expected a string or a list of strings, not {value!r}")


def _principals(value: object) -> tuple[str, ...]:
    if isinstance(value, Mapping):
        found = [(str(kind).lower(), name) for kind, names in value.items() for name in _texts(names)]
        return tuple("*" if kind == "aws" and name == "*" else f"{kind}:{name}" for kind, name in found)
    return _texts(value)


def _conditions(value: object) -> list[Condition]:
    if value is None:
        return []
    if not isinstance(value, Mapping):
        raise ValueError(f"a Condition is not an object: {value!r}")  # noqa: TRY004 - what is wrong is a text
    found = []
    for operator, tests in value.items():
        spelled = _OPERATOR.match(str(operator))
        if spelled is None or not isinstance(tests, Mapping):
            raise ValueError(f"unknown form of a Condition: {operator!r}")
        name = f"{spelled['set']}:{spelled['name']}" if spelled["set"] else spelled["name"]
        for key, values in tests.items():
            listed = values if isinstance(values, list) else [values]
            texts = tuple(str(each).lower() if isinstance(each, bool) else str(each) for each in listed)
            found.append(Condition(name.lower(), str(key).lower(), texts, bool(spelled["if"])))
    return found
