"""Conditions in JMESPath over facets: examined before a scan, evaluated without ever taking doubt for an answer.

https://jmespath.org/specification.html
"""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from muster.catalog.expressions.kinds import Node, fields, kind_of, kind_text, words
from muster.catalog.expressions.types import options
from muster.catalog.expressions.values import Path, spelled
from muster.model.finding import Unavailable, UnknownField
from muster.model.suggest import unknown
from muster.model.text import shortened

__all__ = ["Expression", "examine", "fields", "kind_text", "words"]

_TRUTHS = frozenset({"contains", "starts_with", "ends_with"})
_FIRST = frozenset(
    {"subexpression", "index_expression", "projection", "filter_projection", "value_projection", "flatten", "pipe"}
)
"""Nodes whose first child alone looks at the whole document; the others look at what it gave."""
_WHOLE = frozenset({"current", "identity"})


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
        """Return whether it holds for facets by name; what comes out as null does not hold.

        Raises:
            UnknownField: a field is not known, or what comes out is neither true nor false.
        """
        from muster.catalog.expressions.engine import search  # noqa: PLC0415 - only who has such checks needs it

        try:
            answer = search(self.text, document)
        except (ValueError, TypeError, RecursionError) as error:
            # JMESPath's own errors are ValueErrors; Python's are those of orders and slices that there are not.
            raise UnknownField(
                Unavailable(None, f"{self.text} cannot be evaluated: {shortened(str(error))}")
            ) from error
        if answer is None:
            return False
        if not isinstance(answer, bool):
            raise UnknownField(Unavailable(None, f"{self.text} is {spelled(answer)}, neither true nor false"))
        return answer


def examine(text: str, facets: Mapping[str, type]) -> Expression:
    """Read an expression that may look at these facets.

    Raises:
        ValueError: it is no JMESPath, reads what is not there, or is never true or false; the message says which.
    """
    import jmespath.exceptions  # noqa: PLC0415 - only who has such checks needs it

    from muster.catalog.expressions.engine import parsed  # noqa: PLC0415 - the same

    try:
        tree = parsed(text).parsed
    except jmespath.exceptions.ParseError as error:
        place = error.lex_position if isinstance(error.lex_position, int) else len(text)
        raise ValueError(f"this is not JMESPath, at column {place + 1}: {_first_line(error)}") from error
    _examine_functions(tree)
    paths = tuple(dict.fromkeys(_paths(tree)))
    kind_of(tree, facets)
    if not paths:
        raise ValueError(f"it reads no facet; there are {', '.join(sorted(facets))}")
    _examine_truth(tree, facets)
    return Expression(text, paths)


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


def _examine_functions(node: Node) -> None:
    from muster.catalog.expressions.engine import SIGNATURES  # noqa: PLC0415 - only who has such checks needs it

    if node["type"] == "function_expression":
        found = SIGNATURES.get(node["value"])
        if found is None:
            raise ValueError(unknown(node["value"], "a function of JMESPath", SIGNATURES))
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
        hint = kind_of(node, facets)
        if hint is not object and bool not in options(hint):
            named = all(child["type"] == "field" for child in children)
            name = ".".join(next(_paths(node))) if named else "this"
            raise ValueError(f"{name} is {kind_text(hint)}, neither true nor false; compare it with something")
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


def _first_line(error: Exception) -> str:
    text = str(error).partition("\n")[0].removeprefix("Invalid jmespath expression").strip()
    return text.removeprefix("Bad jmespath expression:").strip().rstrip(":") or "it is incomplete"
