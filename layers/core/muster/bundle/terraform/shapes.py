"""The small language of the tables: which argument or block each property becomes. Pure.

A shape has a rule for each property that it can express. A property without a rule, or a value that a rule does not
take, is missing in Terraform: the resource is left out.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from muster.bundle.terraform.hcl import Argument, Block, Body, JsonOf
from muster.errors import Signal

Entries = Iterable[Argument | Block]
Rule = Callable[[Any], Entries]
Change = Callable[[Any], Any]


class Inexpressible(Signal):
    """A property that Terraform has no argument for."""

    def __init__(self, path: str, reason: str = "Muster's tables have no Terraform argument for it") -> None:
        """Carry the property's path and the reason."""
        super().__init__(f"{path}: {reason}" if path else reason)
        self.path, self.reason = path, reason


@dataclass(frozen=True, slots=True)
class Shape:
    """The rules of a structure by property; what they make comes in the order of the rules."""

    rules: Mapping[str, Rule]
    before: Change = lambda value: value
    """Changes the structure first, where Terraform nests what CloudFormation does not."""

    def body(self, properties: Mapping[str, Any], path: str = "") -> Body:
        """Return the body that a structure becomes.

        Raises:
            Inexpressible: one of its properties has no rule, or a value that its rule does not take.
        """
        changed = self.before(properties)
        if missing := [name for name in changed if name not in self.rules]:
            raise Inexpressible(_inside(path, missing[0]))
        return tuple(entry for name, rule in self.rules.items() for entry in _made(rule, changed, name, path))


def _made(rule: Rule, properties: Mapping[str, Any], name: str, path: str) -> Entries:
    if name not in properties:
        return ()
    try:
        return tuple(rule(properties[name]))
    except Inexpressible as error:
        raise Inexpressible(_inside(path, _inside(name, error.path)), error.reason) from error


def _inside(path: str, name: str) -> str:
    return ".".join(each for each in (path, name) if each)


def named(name: str, change: Change = lambda value: value) -> Rule:
    """Make an argument of a value."""
    return lambda value: (Argument(name, change(value)),)


def json_in(name: str) -> Rule:
    """Make an argument that takes JSON, of an object or of its text."""
    return named(name, lambda value: JsonOf(json.loads(value) if isinstance(value, str) else value))


def tags(name: str = "tags") -> Rule:
    """Make a map of a list of tags."""
    return named(name, lambda value: {tag["Key"]: tag["Value"] for tag in value})


def block(name: str, rules: Mapping[str, Rule], before: Change = lambda value: value) -> Rule:
    """Make a block of a structure."""
    shape = Shape(rules, before)
    return lambda value: (Block(name, shape.body(value)),)


def blocks(name: str, rules: Mapping[str, Rule], before: Change = lambda value: value) -> Rule:
    """Make a block of each structure of a list."""
    shape = Shape(rules, before)
    return lambda values: tuple(Block(name, shape.body(value)) for value in values)


def merged(rules: Mapping[str, Rule], before: Change = lambda value: value) -> Rule:
    """Make the arguments and blocks of a structure part of the body around it."""
    shape = Shape(rules, before)
    return shape.body


def within(name: str, rule: Rule) -> Rule:
    """Make a block around what another rule makes; none where that makes nothing."""

    def make(value: Any) -> Iterator[Block]:
        if body := tuple(rule(value)):
            yield Block(name, body)

    return make


def only(*values: Any) -> Rule:
    """Take some values, which are what a resource without the argument has, and make nothing of them."""

    def make(value: Any) -> Entries:
        if value not in values:
            raise Inexpressible("", f"Terraform's resource has it only as {' or '.join(map(json.dumps, values))}")
        return ()

    return make


Of = Callable[[Mapping[str, Any], "Ids"], str]
"""Makes an id or a name of the properties and ids of a resource."""


@dataclass(frozen=True, slots=True)
class Ids:
    """The identifier of a resource, and its ARN where it has one."""

    identifier: Mapping[str, str]
    arn: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A resource of Terraform that is made of one property, or of each item of it with `each`.

    `head` names the arguments that tie it to the resource; `id` is what it is imported by, made of the item too.
    """

    type: str
    of: str
    head: Mapping[str, Of]
    rule: Rule
    id: Callable[[Mapping[str, Any], Ids, Any], str]
    each: bool = False
    unless: tuple[Any, ...] = ()
    """Values that a resource has without the piece: nothing is made of them."""


@dataclass(frozen=True, slots=True)
class Table:
    """How resources of a CloudFormation type become resources of Terraform: itself, and pieces of it.

    `ignore` are arguments that Terraform cannot read: their changes are ignored.
    """

    type: str
    rules: Mapping[str, Rule]
    id: Of
    pieces: tuple[Piece, ...] = ()
    before: Callable[[Mapping[str, Any], Ids], Mapping[str, Any]] = lambda properties, _ids: properties
    ignore: tuple[str, ...] = ()


def by(name: str) -> Of:
    """Name a resource by one of its properties or a member of its identifier."""
    return lambda properties, ids: str(properties[name] if name in properties else ids.identifier[name])


def arn(_properties: Mapping[str, Any], ids: Ids) -> str:
    """Name a resource by its ARN."""
    return ids.arn
