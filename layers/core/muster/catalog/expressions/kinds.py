"""The kind of value that each part of a condition reads, by the annotations of facets; missing fields are refused.

JMESPath itself takes a name that is not there for null, and null differs from whatever it is compared with.
"""

import dataclasses
import functools
import inspect
import re
import types
import typing
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from muster.catalog.expressions.types import options, refused
from muster.model.finding import Unknown
from muster.model.suggest import unknown

Node = Mapping[str, Any]

_SAME, _ONE_OF = frozenset({"sort", "sort_by", "reverse"}), frozenset({"max_by", "min_by"})
"""Functions that give the list that they are given, and those that give one of it."""
_OF_OBJECTS = frozenset({"not_null", "to_array", "type"})
"""Functions that take an object as one thing, and do not look into it."""


def words(facet: type) -> str:
    """Return a facet's name as expressions spell it: `BucketAcl` is `bucket_acl`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", facet.__name__).lower()


@functools.cache
def fields(facet: type) -> Mapping[str, object]:
    """Return the annotations of a facet's fields and properties, by name."""
    hints = typing.get_type_hints(facet)
    stored = {field.name: hints[field.name] for field in dataclasses.fields(facet) if field.name[0] != "_"}
    properties = {
        name: typing.get_type_hints(member.fget).get("return", object)
        for name, member in inspect.getmembers(facet, lambda member: isinstance(member, property))
        if name[0] != "_" and member.fget
    }
    return types.MappingProxyType({**stored, **properties})


def kind_of(node: Node, hint: object) -> object:
    """Return the annotation of what a node gives when it looks at a value of an annotation; `object` may be anything.

    A whole condition looks at the facets by their names.

    Raises:
        ValueError: it reads what is not there.
    """
    return _KINDS.get(node["type"], _apart)(node, hint)


def may_be_absent(path: Sequence[str], facets: Mapping[str, type]) -> bool:
    """Return whether null may stand at a path: a key of a mapping, or a field that a resource need not have."""
    hint: object = facets
    for name in path:
        if _is_a(_only(hint), Mapping):
            return True
        try:
            hint = _named({"value": name}, hint)
        except ValueError:
            return False
        if types.NoneType in options(hint):
            return True
    return False


def kind_text(hint: object) -> str:
    """Name the kind of value that an annotation admits, in words that a reader of conditions knows."""
    names = {bool: "true or false", str: "a text", int: "a number", float: "a number", datetime: "a time"}
    kinds = [each for each in options(hint) if each is not Unknown]
    origin = typing.get_origin(kinds[0])
    if isinstance(origin, type):
        return "a mapping" if issubclass(origin, Mapping) else "a list"
    return names.get(typing.cast("type", kinds[0]), "an object")


def _named(node: Node, hint: object) -> object:
    name = node["value"]
    if isinstance(hint, Mapping):
        if name not in hint:
            raise ValueError(unknown(name, "a facet of this resource type", hint))
        return hint[name]
    only = _only(hint)
    if _is_object(only):
        if name not in fields(only):
            raise ValueError(unknown(name, f"a field of {words(only)}", fields(only)))
        return fields(only)[name]
    if only is object or _is_a(only, Mapping):
        return _under_any_name(only)
    of_each = "; [*] reads it of each" if _is_list(only) else ""
    raise ValueError(f"{name} is asked of {kind_text(only)}, which has no fields{of_each}")


def _one_after_another(node: Node, hint: object) -> object:
    return functools.reduce(lambda found, child: kind_of(child, found), node["children"], hint)


def _projected(node: Node, hint: object) -> object:
    first, *rest = node["children"]
    whole = kind_of(first, hint)
    element = _under_any_name(whole) if node["type"] == "value_projection" else _element(whole)
    return _list_of(_each(rest, element))


def _flat(node: Node, hint: object) -> object:
    whole = kind_of(node["children"][0], hint)
    within = _element(whole)
    return within if _is_list(_only(within)) else _list_of(within)


def _called(node: Node, hint: object) -> object:
    """Return what a function gives; what looks into a whole object would find it empty."""
    from muster.catalog.expressions.engine import SIGNATURES  # noqa: PLC0415 - JMESPath is loaded by conditions alone

    name = node["value"]
    lazy = [child["type"] == "expref" for child in node["children"]]
    taken = [object if late else kind_of(child, hint) for child, late in zip(node["children"], lazy, strict=True)]
    given = [kind for kind, late in zip(taken, lazy, strict=True) if not late]
    for whole in map(_only, given):
        if _is_object(whole) and name not in _OF_OBJECTS:
            raise ValueError(f"{name} looks at all of {words(whole)}; name one of its fields")
    if why := refused(name, SIGNATURES[name]["signature"], taken):
        raise ValueError(why)
    first = given[0] if given else object
    for child in node["children"]:
        if child["type"] == "expref":
            _each(child["children"], _element(first))
    return first if name in _SAME else _element(first) if name in _ONE_OF else object


def _apart(node: Node, hint: object) -> object:
    """Examine what looks at the same value side by side, as both sides of a comparison do."""
    _each(node["children"], hint)
    return object


def _compared(node: Node, hint: object) -> object:
    """Examine both sides of a comparison; a lone name that is none was often meant as a value."""
    for child in node["children"]:
        try:
            kind_of(child, hint)
        except ValueError as error:
            if child["type"] != "field":
                raise
            message = f"{error}; a text is written '{child['value']}', a number, true or null between backticks"
            raise ValueError(message) from error
    return object


def _same(_node: Node, hint: object) -> object:
    return hint


_KINDS: Mapping[str, Callable[[Node, object], object]] = {
    "comparator": _compared,
    "current": _same,
    "identity": _same,
    "slice": _same,
    "field": _named,
    "index": lambda _node, hint: _element(hint),
    "subexpression": _one_after_another,
    "index_expression": _one_after_another,
    "pipe": _one_after_another,
    "flatten": _flat,
    "projection": _projected,
    "filter_projection": _projected,
    "value_projection": _projected,
    "function_expression": _called,
}


def _each(nodes: Sequence[Node], hint: object) -> object:
    """Examine nodes that look at the same value; return what the first gives."""
    found = [kind_of(node, hint) for node in nodes]
    return found[0] if found else object


def _element(hint: object) -> object:
    """Return the annotation of what stands in a list."""
    only = _only(hint)
    if only is object:
        return object
    if not _is_list(only):
        raise ValueError(f"[…] is asked of {kind_text(only)}, which is no list")
    kinds = {*typing.get_args(only)} - {...}
    return kinds.pop() if len(kinds) == 1 else object


def _under_any_name(hint: object) -> object:
    """Return the annotation of what a mapping holds."""
    only = _only(hint)
    if _is_object(only):
        raise ValueError(f"* looks at all of {words(only)}; name one of its fields")
    if only is not object and not _is_a(only, Mapping):
        raise ValueError(f"* is asked of {kind_text(only)}, which is no mapping")
    return typing.get_args(only)[1] if typing.get_args(only) else object


def _list_of(hint: object) -> object:
    return types.GenericAlias(list, (hint,))


def _only(hint: object) -> Any:
    """Return the one kind of value that there is besides nothing and what is not known; `object` where more are."""
    kinds = [each for each in options(hint) if each not in (Unknown, types.NoneType)]
    return kinds[0] if len(kinds) == 1 else object


def _is_list(hint: object) -> bool:
    return _is_a(hint, Collection) and not _is_a(hint, Mapping)


def _is_a(hint: object, kind: type) -> bool:
    origin = typing.get_origin(hint) or hint
    return isinstance(origin, type) and not issubclass(origin, str) and issubclass(origin, kind)


def _is_object(hint: object) -> bool:
    return isinstance(hint, type) and dataclasses.is_dataclass(hint)
