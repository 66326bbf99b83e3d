"""Conditions in JMESPath over facets: examined before a scan, evaluated without ever taking doubt for an answer.

https://jmespath.org/specification.html
"""

import dataclasses
import functools
import inspect
import re
import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any

from muster.model import Unavailable, Unknown, UnknownField, known
from muster.names import unknown

if typing.TYPE_CHECKING:
    from jmespath.parser import ParsedResult

Node = Mapping[str, Any]
Path = tuple[str, ...]

_TRUTHS = frozenset({"contains", "starts_with", "ends_with"})
_FIRST = frozenset(
    {"subexpression", "index_expression", "projection", "filter_projection", "value_projection", "flatten", "pipe"}
)
"""Nodes whose first child alone looks at the whole document; the others look at what it gave."""
_WHOLE = frozenset({"current", "identity"})


def words(facet: type) -> str:
    """Return a facet's name as expressions spell it: `BucketAcl` is `bucket_acl`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", facet.__name__).lower()


def fields(facet: type) -> Mapping[str, object]:
    """Return the annotations of a facet's fields and properties, by name."""
    hints = typing.get_type_hints(facet)
    stored = {field.name: hints[field.name] for field in dataclasses.fields(facet) if field.name[0] != "_"}
    asked = {
        name: typing.get_type_hints(member.fget).get("return", object)
        for name, member in inspect.getmembers(facet, lambda member: isinstance(member, property))
        if name[0] != "_" and member.fget
    }
    return {**stored, **asked}


@dataclasses.dataclass(frozen=True, slots=True)
class Expression:
    """A condition, with the paths that it reads of facets."""

    text: str
    paths: tuple[Path, ...]

    @property
    def facets(self) -> tuple[str, ...]:
        """The names of the facets that it reads."""
        return tuple(dict.fromkeys(path[0] for path in self.paths))

    def holds(self, document: Mapping[str, Any]) -> bool:
        """Return whether it holds for facets by name.

        Raises:
            UnknownField: a field is not known, or what comes out is neither true nor false.
        """
        try:
            answer = _compiled(self.text).search(document)
        except (ValueError, TypeError) as error:
            # JMESPath's own errors are ValueErrors; Python's are those of orders and slices that there are not.
            raise UnknownField(Unavailable(None, f"{self.text} cannot be evaluated: {error}")) from error
        if not isinstance(answer, bool):
            raise UnknownField(Unavailable(None, f"{self.text} is {_spelled(answer)}, neither true nor false"))
        return answer


def examine(text: str, facets: Mapping[str, type]) -> Expression:
    """Read an expression that may look at these facets.

    Raises:
        ValueError: it is no JMESPath, reads what is not there, or is never true or false; the message says which.
    """
    import jmespath.exceptions  # noqa: PLC0415 - only who has such checks needs it

    try:
        tree = _compiled(text).parsed
    except jmespath.exceptions.ParseError as error:
        place = error.lex_position if isinstance(error.lex_position, int) else len(text)
        raise ValueError(f"this is not JMESPath, at column {place + 1}: {_first_line(error)}") from error
    _examine_functions(tree)
    paths = tuple(dict.fromkeys(_paths(tree)))
    for path in paths:
        _examine_path(path, facets)
    if not paths:
        raise ValueError(f"it reads no facet; there are {', '.join(sorted(facets))}")
    _examine_truth(tree, facets)
    return Expression(text, paths)


class Fields(dict[str, Any]):
    """A facet as JMESPath reads it: a field that is not known stops the evaluation."""

    def __init__(self, facet: object) -> None:
        """Look at a facet; nothing of it is converted before it is asked for."""
        super().__init__()
        self._facet = facet

    def get(self, key: str, default: Any = None) -> Any:
        """Return a field or property in plain values.

        Raises:
            UnknownField: AWS did not say.
        """
        return _plain(getattr(self._facet, key, default))


def told(document: Mapping[str, Fields], paths: Sequence[Path]) -> str:
    """Say what stands where an expression looks, for an auditor."""
    return ", ".join(f"{'.'.join(path)} is {_spelled(_at(document, path))}" for path in paths)


def _at(document: Mapping[str, Any], path: Path) -> Any:
    value: Any = document
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _plain(value: object) -> Any:
    value = known(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, str | bool | int | float) or value is None:
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, AbstractSet):
        return sorted(_plain(inner) for inner in value)
    if isinstance(value, Sequence):
        return [_plain(inner) for inner in value]
    return Fields(value) if dataclasses.is_dataclass(value) else str(value)


_LONG = 120


def _spelled(value: Any) -> str:
    if isinstance(value, Fields):
        return "an object"
    text = "not there" if value is None else repr(value)
    text = str(value).lower() if isinstance(value, bool) else text
    return text if len(text) <= _LONG else f"{text[:_LONG]}…"


@functools.lru_cache(maxsize=256)
def _compiled(text: str) -> "ParsedResult":
    import jmespath  # noqa: PLC0415 - only who has such checks needs it

    return jmespath.compile(text)


def _paths(node: Node) -> Iterator[Path]:
    """Yield what is read of the whole document, as far down as names go."""
    kind, children = node["type"], node["children"]
    if kind in _WHOLE:
        raise ValueError("@ is everything that is known; name a facet")
    if kind == "field":
        yield (node["value"],)
    elif kind == "subexpression" and children[0]["type"] == "not_expression":
        raise ValueError("! binds closer than the dot; write !(…) around what it shall turn")
    elif kind == "subexpression" and children[0]["type"] == "field":
        yield (children[0]["value"], *_names(children[1:]))
    elif kind in _FIRST:
        yield from _paths(children[0])
    elif kind != "expref":
        for child in children:
            yield from _paths(child)


def _names(nodes: Sequence[Node]) -> Iterator[str]:
    for node in nodes:
        if node["type"] == "field":
            yield node["value"]
            continue
        first = node
        while first["type"] in _FIRST:
            first = first["children"][0]
        if first["type"] == "field":
            yield first["value"]
        return


def _examine_path(path: Path, facets: Mapping[str, type]) -> None:
    if path[0] not in facets:
        raise ValueError(unknown(path[0], "a facet of this resource type", facets))
    if len(path) > 1 and path[1] not in fields(facets[path[0]]):
        raise ValueError(unknown(path[1], f"a field of {path[0]}", fields(facets[path[0]])))


def _examine_functions(node: Node) -> None:
    from jmespath.functions import Functions  # noqa: PLC0415 - only who has such checks needs it

    if node["type"] == "function_expression":
        found = Functions.FUNCTION_TABLE.get(node["value"])
        if found is None:
            raise ValueError(unknown(node["value"], "a function of JMESPath", Functions.FUNCTION_TABLE))
        wanted, given = len(found["signature"]), len(node["children"])
        if given < wanted or (given > wanted and not found["signature"][-1].get("variadic")):
            raise ValueError(f"{node['value']} takes {wanted} arguments, not {given}")
    for child in node["children"]:
        if isinstance(child, Mapping):  # the children of a slice are its numbers
            _examine_functions(child)


def _examine_truth(node: Node, facets: Mapping[str, type]) -> None:
    """Refuse what can never be true or false: a name or a number for a condition is a mistake."""
    kind, children = node["type"], node["children"]
    if kind in ("and_expression", "or_expression"):
        for child in children:
            _examine_truth(child, facets)
    elif kind in ("field", "subexpression"):
        path = next(_paths(node))
        hint = fields(facets[path[0]])[path[1]] if len(path) == 2 else object  # noqa: PLR2004 - facet and field
        if bool not in _options(hint):
            raise ValueError(f"{'.'.join(path)} is {said(hint)}, neither true nor false; compare it with something")
    elif not _is_truth(node):
        raise ValueError("this is neither true nor false; compare it with something, as in length(…) > `0`")


def _is_truth(node: Node) -> bool:
    kind, value = node["type"], node.get("value")
    if kind == "pipe":
        return _is_truth(node["children"][-1])
    if kind in ("and_expression", "or_expression"):
        return all(_is_truth(child) for child in node["children"])
    if kind == "function_expression":
        return value in _TRUTHS
    return kind in ("comparator", "not_expression") or (kind == "literal" and isinstance(value, bool))


def _options(hint: object) -> tuple[object, ...]:
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        return typing.get_args(hint)
    return (hint,)


def said(hint: object) -> str:
    """Name the kind of value that an annotation admits, in words that a reader of conditions knows."""
    names = {bool: "true or false", str: "a text", int: "a number", float: "a number", datetime: "a time"}
    told = [each for each in _options(hint) if each is not Unknown]
    origin = typing.get_origin(told[0])
    if isinstance(origin, type):
        return "a mapping" if issubclass(origin, Mapping) else "a list"
    return names.get(typing.cast("type", told[0]), "an object")


def _first_line(error: Exception) -> str:
    text = str(error).partition("\n")[0].removeprefix("Invalid jmespath expression").strip()
    return text.removeprefix("Bad jmespath expression:").strip().rstrip(":") or "it is incomplete"
