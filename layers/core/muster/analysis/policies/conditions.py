"""Conditions of policies, evaluated as IAM documents it: one condition against one request's values of its key. Pure.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
"""

import ipaddress
import operator as compare
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from muster.analysis.patterns.globs import matches
from muster.analysis.policies.condition_keys import find
from muster.analysis.policies.document import Condition
from muster.analysis.policies.wildcards import matches_arn
from muster.analysis.three_valued import all_of, any_of

UNKNOWN = "\x01"
"""Stands in a request for a text that cannot be told: no comparison with it has a result."""

_VARIABLE = re.compile(r"\$\{(?![*?$]\})")
_ESCAPE = re.compile(r"\$\{([*?$])\}")

_NEGATED = {
    "stringnotequals": "stringequals",
    "stringnotequalsignorecase": "stringequalsignorecase",
    "stringnotlike": "stringlike",
    "arnnotequals": "arnequals",
    "arnnotlike": "arnlike",
    "notipaddress": "ipaddress",
    "numericnotequals": "numericequals",
    "datenotequals": "dateequals",
}
_ORDERS: Mapping[str, Callable[[float, float], bool]] = {
    "equals": compare.eq,
    "lessthan": compare.lt,
    "lessthanequals": compare.le,
    "greaterthan": compare.gt,
    "greaterthanequals": compare.ge,
}


def met(condition: Condition, present: Sequence[str] | None) -> bool | None:
    """Whether a request with these values of the condition's key, None or none if it lacks the key, meets it.

    None where that cannot be told: the operator is not IAM's, the condition has no value, a value is a policy variable
    or not of the operator's type, or a key has several values and the operator is none for sets.
    """
    if not condition.values:
        return None
    many, name, negated = split(condition)
    if name == "null":
        return any((value.lower() == "true") is (not present) for value in condition.values)
    if not present:
        return condition.if_exists or many == "forallvalues" or (negated and not many)
    found = [_one(name, condition.values, text, negated=negated) for text in present]
    if not many and find(condition.key).many:
        # IAM asks for an operator for sets here and does not say what another does: that nothing is alike is certain.
        return False if not negated and set(found) == {False} else None
    return all_of(found) if many == "forallvalues" else any_of(found)


def split(condition: Condition) -> tuple[str, str, bool]:
    """Return a condition's set operator, its operator without a negation, and whether it was negated."""
    many, _, name = condition.operator.rpartition(":")
    return many, _NEGATED.get(name, name), name in _NEGATED


def _one(name: str, values: Sequence[str], text: str, *, negated: bool) -> bool | None:
    """Whether one text of the request is like one of the condition's values, or like none of them."""
    alike = any_of(_alike(name, value, text) for value in values)
    return alike if alike is None else alike is not negated


def _alike(name: str, value: str, text: str) -> bool | None:
    if text == UNKNOWN or _VARIABLE.search(value):
        return None
    family = re.match("numeric|date", name)
    if family:
        order = _ORDERS.get(name.removeprefix(family[0]))
        read = number if family[0] == "numeric" else moment
        left, right = read(text), read(value)
        return None if order is None or left is None or right is None else order(left, right)
    test = _TESTS.get(name)
    return None if test is None else test(value, text)


def number(text: str) -> float | None:
    """Read a number; None if it is none."""
    try:
        return float(text)
    except ValueError:
        return None


def moment(text: str) -> float | None:
    """Read a date of W3C's ISO 8601, or seconds since 1970; None if it is neither."""
    if (seconds := number(text)) is not None:
        return seconds
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def _within(value: str, text: str) -> bool | None:
    """Whether an address is in a range; None where one of them is neither."""
    try:
        return ipaddress.ip_address(text) in ipaddress.ip_network(value, strict=False)
    except ValueError:
        return None


def _plain(value: str) -> str:
    return _ESCAPE.sub(r"\1", value)


_TESTS: Mapping[str, Callable[[str, str], bool | None]] = {
    "stringequals": lambda value, text: _plain(value) == text,
    "stringequalsignorecase": lambda value, text: _plain(value).lower() == text.lower(),
    "stringlike": matches,
    "arnequals": matches_arn,
    "arnlike": matches_arn,
    "bool": lambda value, text: value.lower() == text.lower(),
    "binaryequals": lambda value, text: value == text,
    "ipaddress": _within,
}
