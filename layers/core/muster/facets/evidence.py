"""Evidence: what AWS answered about a resource, as far as a check reads it, as names and short texts. Pure.

`muster explain` shows it beside a finding.
"""

import dataclasses
import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime

from muster.analysis.policies.document import Policy, Statement
from muster.analysis.secrets.detection import secret_like
from muster.model.check import Check
from muster.model.finding import ObservedAt, Related, Resource, Unavailable, Unknown
from muster.model.json_values import timestamp
from muster.model.text import shortened
from muster.sdk.redaction import safe

Evidence = tuple[tuple[str, str], ...]
"""Names, `FACET.MEMBER` with the member as AWS spells it, each with its value as a text on one line."""
_HIDDEN = "(hidden: it looks like a secret)"
"""What stands in the place of a value that looks like a secret."""
_LONGEST = 400
"""Characters of a value at most; a longer one is cut and ends in `…`."""
_ITEMS = 20
"""Items of a list or a mapping that are shown at most."""
_DEEPEST = 8
_PAIR = 2
_WITHOUT_CALL = (ObservedAt, Resource)


def evidence(check: Check, facets: Mapping[type, object]) -> Evidence:
    """Return what a check read of a resource.

    `facets` are the resource's facets by their types, as a scan reads them. A value that looks like a secret is never
    part of the result; of a facet that could not be read, the reason is. A member that AWS left out is `(absent)`.
    """
    return tuple(
        (name, text)
        for kind in dict.fromkeys(check.facets.values())
        if kind not in _WITHOUT_CALL
        for name, text in _of_facet(kind.__name__, facets.get(kind))
    )


def _of_facet(name: str, value: object) -> Iterator[tuple[str, str]]:
    if value is None:
        yield name, "(not read)"
    elif isinstance(value, Unavailable):
        yield name, f"(could not be read: {safe(value.reason, _LONGEST)})"
    elif isinstance(value, Related):
        if not value.by_key:
            yield name, "(none)"
        for key, each in list(value.by_key.items())[:_ITEMS]:
            yield from _of_facet(f"{name}[{shortened(key, 200)}]", each)
    elif dataclasses.is_dataclass(value):
        fields = [each for each in dataclasses.fields(value) if not each.name.startswith("_")]
        members = [", ".join(each.metadata.get("paths", ())) or each.name for each in fields]
        for field, member in zip(fields, members, strict=True):
            # Several fields may be read from one member: the field's own name says which part of it this is.
            part = f" ({field.name})" if members.count(member) > 1 else ""
            yield f"{name}.{member}{part}", _text(member, getattr(value, field.name))
    else:
        yield name, _text(name, value)


def _text(name: str, value: object) -> str:
    """Return a value as a text on one line; one that looks like a secret under its name is hidden."""
    if value is None:
        return "(absent)"
    if isinstance(value, Unknown):
        return f"(unknown: {safe(value.reason, _LONGEST)})"
    plain = _plain(name, value, 0)
    if plain in ("", [], {}):
        return "(empty)" if plain == "" else "(none)"
    return shortened(plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False, default=str), _LONGEST)


def _plain(name: str, value: object, depth: int) -> object:
    """Return a value as JSON has it, without what looks like a secret, and without what says nothing."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return _HIDDEN if secret_like(name, value) else safe(value, _LONGEST)
    if isinstance(value, date):
        return timestamp(value) if isinstance(value, datetime) and value.tzinfo else value.isoformat()
    if isinstance(value, Unknown | Unavailable):
        return f"(unknown: {safe(value.reason, _LONGEST)})"
    return _of_many(name, value, depth + 1) if depth < _DEEPEST else "…"


_PRINCIPALS = {"aws": "AWS", "service": "Service", "federated": "Federated", "canonicaluser": "CanonicalUser"}


def _statement(value: Statement) -> dict[str, object]:
    """Return a statement with IAM's names of its elements; keys and operators of conditions are in lower case."""
    made: dict[str, object] = {"Sid": value.sid, "Effect": "Allow" if value.allow else "Deny"}
    for element, principals in (("Principal", value.principals), ("NotPrincipal", value.not_principals)):
        kinds: dict[str, list[str]] = {}
        for each in principals:
            kind, _, name = each.partition(":")
            kinds.setdefault(_PRINCIPALS.get(kind, ""), []).append(name if kind in _PRINCIPALS else each)
        made[element] = kinds.get("", kinds) if len(kinds) == 1 else kinds
    made["Action" if value.actions else "NotAction"] = list(value.written)
    made |= {"Resource": list(value.resources), "NotResource": list(value.not_resources)}
    conditions: dict[str, dict[str, list[str]]] = {}
    for condition in value.conditions:
        operator = condition.operator + ("ifexists" if condition.if_exists else "")
        conditions.setdefault(operator, {})[condition.key] = list(condition.values)
    made["Condition"] = conditions
    return {name: element for name, element in made.items() if element}


def _of_many(name: str, value: object, depth: int) -> object:
    if isinstance(value, Policy):
        return [_of_many(name, _statement(each), depth) for each in value.statements[:_ITEMS]]
    if isinstance(value, Mapping):
        kept = list(value.items())[:_ITEMS]
        found = {str(key): _plain(str(key), item, depth) for key, item in kept}
        return found if len(kept) == len(value) else {**found, "…": f"{len(value) - len(kept)} more"}
    if dataclasses.is_dataclass(value):
        fields = [(each.name, getattr(value, each.name)) for each in dataclasses.fields(value)]
        return {key: _plain(key, item, depth) for key, item in fields if item not in (None, "", ()) and key[0] != "_"}
    if isinstance(value, list | tuple | set | frozenset):
        items = sorted(value, key=str) if isinstance(value, set | frozenset) else list(value)
        if len(items) == _PAIR and all(isinstance(each, str) for each in items):
            # A name with its value, such as a variable or a tag: the name says what the value may be.
            return [_plain(name, items[0], depth), _plain(items[0], items[1], depth)]
        more = [f"… {len(items) - _ITEMS} more"] if len(items) > _ITEMS else []
        return [_plain(name, each, depth) for each in items[:_ITEMS]] + more
    return shortened(safe(str(value), _LONGEST), _LONGEST)
