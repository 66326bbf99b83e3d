"""JMESPath with one rule for what is absent, and with bounds on how deep and how large an expression may be.

What is absent is null. A function of JMESPath's that takes no null gives null when it is given one, as orders
(`<`, `>=`) do. docs/decisions/0019-what-is-absent-in-a-condition.md says why.
"""

import contextlib
import functools
import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import jmespath
from jmespath import exceptions, lexer, visitor
from jmespath.functions import Functions
from jmespath.parser import ParsedResult

Node = Mapping[str, Any]

_BRACKETS = 50
"""How many brackets, projections and `!` may stand within one another: JMESPath's parser calls itself for each."""
_LEVELS = 100
"""How many levels an expression's tree may have: each `&&` after another adds one."""
_COPIES = 1_000
"""How often an expression may repeat what it reads, by lists and objects that it makes."""
SIGNATURES: Mapping[str, Mapping[str, Any]] = Functions.FUNCTION_TABLE
"""The functions of JMESPath by name; `signature` has what each argument may be."""

_OPENING = frozenset({"lparen", "lbracket", "lbrace", "filter"})
_CLOSING = frozenset({"rparen", "rbracket", "rbrace"})
_BINDING = frozenset({"not", "star", "flatten", "filter", "lbracket", "expref"})
"""Tokens after which the rest of an operand stands a level deeper."""
_LOOSE = frozenset({"and", "or", "pipe", "comma", "eq", "ne", "lt", "lte", "gt", "gte"})
"""Tokens that end an operand."""


class _Functions(Functions):
    """JMESPath's functions, which give null where they are given null and do not take it."""

    def call_function(self, function_name: str, resolved_args: Iterable[Any]) -> Any:
        arguments = list(resolved_args)
        signature = self.FUNCTION_TABLE[function_name]["signature"]
        taken = [bool(each["types"]) and "null" not in each["types"] for each in signature]
        # A text contains nothing that is absent; JMESPath only says so of lists.
        taken = [True, True] if function_name == "contains" else taken
        if any(value is None and refused for value, refused in zip(arguments, taken, strict=False)):
            return None
        try:
            return super().call_function(function_name, arguments)
        except exceptions.JMESPathTypeError as error:
            if error.current_value is None or error.actual_type == "null":
                return None
            raise


_OPTIONS = visitor.Options(custom_functions=_Functions())


def search(text: str, document: Mapping[str, Any]) -> Any:
    """Return what an expression finds in a document.

    Raises:
        ValueError: JMESPath's own errors are ValueErrors.
        TypeError: values that cannot be ordered.
    """
    return parsed(text).search(document, _OPTIONS)


@functools.lru_cache(maxsize=256)
def parsed(text: str) -> ParsedResult:
    """Parse an expression.

    Raises:
        ParseError: it is no JMESPath.
        ValueError: it is nested too deeply, or repeats what it reads too often.
    """
    try:
        if _brackets(text) > _BRACKETS:
            raise ValueError(
                f"this is nested too deeply: more than {_BRACKETS} brackets, projections or ! in one "
                "another; write several checks"
            )
        result = jmespath.compile(text)
    except RecursionError:
        raise ValueError("this is nested too deeply") from None
    levels, copies = _measured(result.parsed)
    if levels > _LEVELS:
        raise ValueError(
            f"this is nested too deeply: {levels} levels, {_LEVELS} at most; each && or || in a row is one, so group "
            "some with brackets, or write several checks"
        )
    if copies > _COPIES:
        raise ValueError(f"this repeats what it reads {copies} times, {_COPIES} at most: make fewer lists and objects")
    return result


def _brackets(text: str) -> int:
    """Return how deep an expression's tokens stand in one another."""
    deepest, level, outer = 0, 0, list[int]()
    for token in _tokens(text):
        kind = token["type"]
        if kind in _CLOSING and outer:
            level = outer.pop()
        elif kind in _LOOSE:
            level = outer[-1] + 1 if outer else 0
        if kind in _BINDING:
            level += 1
        if kind in _OPENING:
            outer.append(level)
            level += 1
        if kind == "literal":
            deepest = max(deepest, level + _depth(token["value"]))
        deepest = max(deepest, level)
    return deepest


def _tokens(text: str) -> Iterator[Mapping[str, Any]]:
    """Yield the tokens of an expression, up to where it has none: the parser says what is wrong there."""
    with contextlib.suppress(exceptions.LexerError):
        yield from lexer.Lexer().tokenize(text)


def _depth(value: object) -> int:
    """Return how many levels of lists and objects a literal has, without recursion."""
    deepest, left = 0, [(value, 0)]
    while left:
        each, depth = left.pop()
        deepest = max(deepest, depth)
        inner = each.values() if isinstance(each, dict) else each if isinstance(each, list) else ()
        left += [(child, depth + 1) for child in inner]
    return deepest


def _measured(tree: Node) -> tuple[int, int]:
    """Return how many levels a tree has, and how often at most it repeats what it reads."""
    levels, copies = 0, list[int]()
    left = [(tree, 1)]
    while left:
        node, depth = left.pop()
        levels = max(levels, depth)
        if node["type"] in ("multi_select_list", "multi_select_dict"):
            copies.append(len(node["children"]))
        left += [(child, depth + 1) for child in _children(node)]
    return levels, math.prod(copies)


def _children(node: Node) -> Iterator[Node]:
    """Yield the nodes below a node; the children of a slice are its numbers."""
    yield from (child for child in node["children"] if isinstance(child, Mapping))
