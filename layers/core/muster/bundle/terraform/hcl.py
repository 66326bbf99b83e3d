"""Writing HCL: bodies of arguments and blocks, as `terraform fmt` lays them out. Pure.

python-hcl2 has a writer, but leaves quoting and escaping of strings, keys and labels to its caller.
https://developer.hashicorp.com/terraform/language/syntax/configuration
"""

import itertools
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_TEMPLATE = re.compile(r"([$%])\{")
_NUMBERED: Mapping[str, str] = MappingProxyType({"\b": "\\u0008", "\f": "\\u000c", "\x7f": "\\u007f"})
"""Characters that are escaped by number: HCL has no short escapes for the first two, as JSON has."""
_NUMBERED_ONES = re.compile("([\b\f\x7f])")
_WORDS = frozenset({"null", "true", "false", "for", "if", "in"})


@dataclass(frozen=True, slots=True)
class Raw:
    """An expression that is written as it is, such as a reference."""

    text: str


@dataclass(frozen=True, slots=True)
class JsonOf:
    """A value that an argument takes as JSON."""

    value: Any


@dataclass(frozen=True, slots=True)
class Argument:
    """A name and its value: a string, number, boolean, list, mapping, `Raw` or `JsonOf`."""

    name: str
    value: Any


@dataclass(frozen=True, slots=True)
class Block:
    """A block with its labels and its body."""

    name: str
    body: "Body" = ()
    labels: tuple[str, ...] = ()


Body = tuple[Argument | Block, ...]


def written(body: Iterable[Argument | Block]) -> str:
    """Return the text of a body: arguments with aligned signs, an empty line around blocks."""
    return "\n".join(_lines(tuple(body), "")) + "\n"


def quoted(text: str) -> str:
    """Return a string as a quoted literal in which nothing is interpolated."""
    parts = (_NUMBERED.get(part) or json.dumps(part, ensure_ascii=False)[1:-1] for part in _NUMBERED_ONES.split(text))
    return '"' + _TEMPLATE.sub(r"\1\1{", "".join(parts)) + '"'


def _lines(body: Body, indent: str) -> Iterable[str]:
    for number, each in enumerate(body):
        earlier = body[number - 1] if number else None
        if isinstance(each, Block):
            if earlier is not None:
                yield ""
            yield from _block(each, indent)
            continue
        if isinstance(earlier, Block):
            yield ""
        width = _width(body, number)
        yield f"{indent}{each.name.ljust(width)} = {_value(each.value, indent)}"


def _width(body: Body, number: int) -> int:
    """Return the width of an argument's name: that of the longest in its run of one-line arguments."""
    names = [each.name for each in body]
    return _widths(names, [isinstance(each, Block) or "\n" in _value(each.value, "") for each in body])[number]


def _widths(names: Sequence[str], tall: Sequence[bool]) -> list[int]:
    """Return how wide each name is written, as `terraform fmt` aligns runs of lines that have one line each."""
    widths: list[int] = []
    for is_tall, run in itertools.groupby(range(len(names)), key=tall.__getitem__):
        places = list(run)
        longest = max(len(names[place]) for place in places)
        widths += [len(names[place]) if is_tall else longest for place in places]
    return widths


def _block(block: Block, indent: str) -> Iterable[str]:
    head = " ".join((block.name, *(quoted(label) for label in block.labels)))
    if not block.body:
        yield f"{indent}{head} {{}}"
        return
    yield f"{indent}{head} {{"
    yield from _lines(block.body, indent + "  ")
    yield f"{indent}}}"


def _value(value: Any, indent: str) -> str:  # noqa: PLR0911 - one for each kind of value
    match value:
        case Raw(text=text):
            return text
        case JsonOf(value=inner):
            return f"jsonencode({_value(inner, indent)})"
        case bool():
            return "true" if value else "false"
        case None:
            return "null"
        case int() | float():
            return json.dumps(value)
        case str():
            return quoted(value)
        case Mapping():
            return _mapping(value, indent)
        case Sequence():
            return _list(value, indent)
    raise TypeError(f"{type(value).__name__} has no form in HCL")


def _mapping(value: Mapping[str, Any], indent: str) -> str:
    if not value:
        return "{}"
    keys = {key: key if _KEY.fullmatch(key) and key not in _WORDS else quoted(key) for key in map(str, value)}
    texts = [_value(inner, indent + "  ") for inner in value.values()]
    widths = _widths(list(keys.values()), ["\n" in text for text in texts])
    entries = zip(keys.values(), widths, texts, strict=True)
    lines = (f"{indent}  {key.ljust(width)} = {text}" for key, width, text in entries)
    return "\n".join(("{", *lines, f"{indent}}}"))


def _list(value: Sequence[Any], indent: str) -> str:
    texts = [_value(each, indent + "  ") for each in value]
    short = "[" + ", ".join(texts) + "]"
    if "\n" not in short and len(short) + len(indent) <= 100:  # noqa: PLR2004 - a line that can be read
        return short
    return "\n".join(("[", *(f"{indent}  {text}," for text in texts), f"{indent}]"))
