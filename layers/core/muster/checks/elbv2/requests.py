"""Requests that the rules of a listener match: whether one rule matches all requests of another, or none of them.

Each answer is yes, no or None, which is unknown: regular expressions are compared only as text.
"""

import ipaddress
from collections.abc import Callable, Iterable

from muster.analysis.three_valued import all_of, any_of
from muster.checks.elbv2.patterns import ANYTHING, Pattern, disjoint, included, pattern
from muster.facets.elbv2.rules import Condition, ListenerRule

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_EVERYWHERE = ("0.0.0.0/0", "::/0")
_PATH = "/"
_PATTERNS = frozenset({"host-header", "path-pattern", "http-header", "query-string"})
_REPEATED = frozenset({"http-header", "query-string"})
"""The fields that a request may have several times or not at all; a condition needs one that matches.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html
"""


def takes_all(earlier: ListenerRule, later: ListenerRule) -> bool | None:
    """Whether the earlier rule matches every request that the later one matches."""
    return all_of(_implied(condition, later) for condition in earlier.conditions)


def apart(one: ListenerRule, other: ListenerRule) -> bool | None:
    """Whether no request matches both rules."""
    pairs = ((a, b) for a in one.conditions for b in other.conditions if a.field == b.field and a.known)
    answers = [_apart(a, b) for a, b in pairs if a.field not in _REPEATED]
    if True in answers:
        return True
    unknown = any(not condition.known for rule in (one, other) for condition in rule.conditions)
    return None if None in answers or unknown else False


def normal(condition: Condition) -> tuple[str, str, frozenset[Pattern], tuple[str, ...]]:
    """Return a value that is equal for conditions that differ only in letter case or order."""
    return (
        condition.field,
        condition.name,
        frozenset(map(_reader(condition.field), condition.values)),
        condition.regexes,
    )


def _implied(wanted: Condition, rule: ListenerRule) -> bool | None:
    """Whether every request that a rule matches meets a condition."""
    same = [each for each in rule.conditions if (each.field, each.name) == (wanted.field, wanted.name)]
    if not same:
        return _holds_always(wanted)
    return any_of(_within(each, wanted) for each in same)


def _holds_always(condition: Condition) -> bool | None:
    if condition.field == "source-ip":
        return _networks_within(_EVERYWHERE, condition.values)
    if condition.field in ("host-header", "path-pattern"):
        return _matched(ANYTHING, condition)
    return False if condition.known else None


def _within(inner: Condition, outer: Condition) -> bool | None:
    """Whether every request that meets one condition meets another one on the same field."""
    if inner == outer:
        return True
    if not inner.known:
        return None
    if inner.field == "source-ip":
        return _networks_within(inner.values, outer.values)
    if inner.field not in _PATTERNS:
        return set(inner.values) <= set(outer.values)
    read = _reader(inner.field)
    plain = all_of(_matched(read(value), outer) for value in inner.values)
    regexes = all_of(regex in outer.regexes or _matched(ANYTHING, outer) or None for regex in inner.regexes)
    return all_of((plain, regexes))


def _matched(inner: Pattern, outer: Condition) -> bool | None:
    found = included(inner, [*map(_reader(outer.field), outer.values)], start=_start(outer.field))
    return None if found is False and outer.regexes else found


def _apart(one: Condition, other: Condition) -> bool | None:
    if one.field == "source-ip":
        return not any(_overlap(a, b) for a in one.values for b in other.values)
    if one.field not in _PATTERNS:
        return not set(one.values) & set(other.values)
    read, start = str.lower if one.field == "host-header" else str, _start(one.field)
    plain = all(disjoint(read(a), read(b), start=start) for a in one.values for b in other.values)
    return None if plain and (one.regexes or other.regexes) else plain


def _reader(field: str) -> Callable[[str], Pattern]:
    """Return the reader of values: paths keep their case, query strings have escapes, methods stay as they are."""
    if field not in _PATTERNS:
        return tuple
    return lambda text: pattern(text, fold=field != "path-pattern", escapes=field == "query-string")


def _start(field: str) -> str:
    """Return what every value of a field begins with: a path's first letter is known."""
    return _PATH if field == "path-pattern" else ""


def _networks_within(inner: Iterable[str], outer: Iterable[str]) -> bool:
    ranges = [ipaddress.ip_network(cidr, strict=False) for cidr in outer]
    v4 = ipaddress.collapse_addresses(each for each in ranges if isinstance(each, ipaddress.IPv4Network))
    v6 = ipaddress.collapse_addresses(each for each in ranges if isinstance(each, ipaddress.IPv6Network))
    whole: list[Network] = [*v4, *v6]
    return all(any(_contains(each, ipaddress.ip_network(cidr, strict=False)) for each in whole) for cidr in inner)


def _contains(outer: Network, inner: Network) -> bool:
    return outer.prefixlen <= inner.prefixlen and inner.network_address in outer


def _overlap(one: str, other: str) -> bool:
    a, b = (ipaddress.ip_network(cidr, strict=False) for cidr in (one, other))
    return _contains(a, b) or _contains(b, a)
