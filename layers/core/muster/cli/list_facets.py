"""`muster list facets`: what a check without code may read of a resource type, the type's own facets first."""

import dataclasses
import types
import typing
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

import click

from muster.cli.options import listed_as
from muster.cli.screen import show_line
from muster.errors import ConfigurationError
from muster.model.finding import ACCOUNT, REGION, Unknown
from muster.model.suggest import unknown
from muster.model.text import json_text
from muster.reports.nouns import noun

if TYPE_CHECKING:
    from muster.catalog.catalog import Catalog
    from muster.reports.schema import Record

_OWN, _REGION, _ACCOUNT = "resource", "region", "account"
_OWNERS = MappingProxyType({REGION: _REGION, ACCOUNT: _ACCOUNT})
_HEADS = MappingProxyType({_REGION: "Of its region", _ACCOUNT: "Of its account"})
_WIDTH = 80


@click.command("facets", short_help="List what a check without code may read.")
@click.argument("resource_type", metavar="TYPE")
@listed_as
def facets(resource_type: str, form: str) -> None:
    """List what a condition in custom_checks may read of a resource type: first the type's own, then what is shared.

    What is absent is null. A comparison, an order or a function of null does not hold; only != and ! do. So
    starts_with(tags.own.Owner, 'team-') fails a resource without the tag, and tags.own.Owner != 'x' passes it.

    \b
    Example:
      muster list facets AWS::EC2::Instance
    """  # noqa: D301 - click's mark for a paragraph that keeps its lines is a real backspace
    from muster.catalog.catalog import load
    from muster.catalog.custom import judged_types, readable

    catalog = load()
    known = judged_types(catalog)
    if resource_type not in known:
        raise ConfigurationError(unknown(resource_type, "a resource type", known))
    named = readable(catalog, resource_type)
    found = [row for row in _rows(catalog, resource_type) if _may_be_read(named, str(row["path"]))]
    if form == "json":
        click.echo(json_text(found, indent=2))
        return
    widest = max(len(each["path"]) for each in found)
    head = ""
    for each in found:
        if each["of"] != head:
            if head:
                show_line()
            head = each["of"]
            show_line((_HEADS.get(head, f"Of the {noun(resource_type)}"), "bold"))
        kind = f"{each['is']}{', or absent' if each['may_be_absent'] else ''}"
        room = min(widest, _WIDTH - 24)
        show_line("  ", each["path"].ljust(room), "  ", (kind, "dim"))


def _may_be_read(named: Mapping[str, type], path: str) -> bool:
    """Whether a condition may read a path: not what stands there only where something could not be read."""
    from muster.catalog.expressions.expression import examine

    try:
        examine(f"type({path}) == 'null'", named)
    except ValueError:
        return False
    return True


def _rows(catalog: "Catalog", resource_type: str) -> "Iterator[Record]":
    from muster.catalog.custom import readable
    from muster.catalog.expressions.expression import kind_text

    named = readable(catalog, resource_type)
    owners = {name: _owner(catalog, resource_type, facet) for name, facet in named.items()}
    for owner in (_OWN, _REGION, _ACCOUNT):
        for name in sorted(each for each in named if owners[each] == owner):
            facet = named[name]
            for path, hint in _reads(name, facet):
                yield {
                    "path": path,
                    "is": kind_text(hint),
                    "facet": facet.__name__,
                    "may_be_absent": _may_be_absent(path, hint),
                    "of": owner,
                }


def _owner(catalog: "Catalog", resource_type: str, facet: type) -> str:
    describer = catalog.describer(resource_type, facet)
    return _OWN if describer is None else _OWNERS.get(describer.resource_type, _OWN)


def _may_be_absent(path: str, hint: object) -> bool:
    """Whether null may stand there: a value of a mapping, of which `*` is any key, or what a resource need not have."""
    from muster.catalog.expressions.types import options

    return path.endswith(".*") or types.NoneType in options(hint)


def _reads(path: str, hint: object, above: tuple[object, ...] = ()) -> Iterator[tuple[str, object]]:
    """Yield what may be read of an annotation, by path: fields, and those of objects in lists and mappings."""
    from muster.catalog.expressions.kinds import fields
    from muster.catalog.expressions.types import options

    for each in options(hint):
        kinds, origin = typing.get_args(each), typing.get_origin(each)
        if dataclasses.is_dataclass(each) and each not in (Unknown, *above):
            for name, kind in fields(typing.cast("type", each)).items():
                yield f"{path}.{name}", kind
                yield from _reads(f"{path}.{name}", kind, (*above, each))
        elif isinstance(origin, type) and issubclass(origin, Mapping):
            yield f"{path}.*", kinds[1]
            yield from _reads(f"{path}.*", kinds[1], above)
        elif isinstance(origin, type) and len({*kinds} - {...}) == 1:
            yield from _reads(f"{path}[*]", kinds[0], above)
