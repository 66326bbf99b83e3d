"""`muster list`: checks, packs, resource types, what conditions may read of them, and the controls of frameworks."""

import dataclasses
import sys
import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from muster.cli.options import catalogue, configured_by, listed_as
from muster.errors import ConfigurationError
from muster.model.finding import ACCOUNT, REGION, Unknown
from muster.model.json_values import to_json
from muster.model.suggest import unknown
from muster.model.text import json_text, printable
from muster.reports.schema import Record

if TYPE_CHECKING:
    from muster.catalog.controls import Controls, Framework

FEW = 4
"""The most resource types of a check in a table; more are counted, and JSON has them all."""


@click.group("list", short_help="List checks, packs, resource types, facets or controls.")
def command() -> None:
    """List what Muster has; with --format json as a JSON array of objects."""


@command.command("checks", short_help="List the checks, their severity and what they judge.")
@listed_as
@configured_by
def checks(form: str, config: Path | None) -> None:
    """List the checks with their severity and what they judge; those of the configuration are among them."""
    from muster.catalog.pages import permissions
    from muster.scanning.evaluate import docs_url

    catalog = catalogue(config)
    found: list[Record] = []
    for check in catalog.checks.values():
        types = catalog.resource_types(check)
        found.append(
            {
                "check_id": check.id,
                "title": check.title,
                "severity": check.severity.value,
                "services": sorted({catalog.service_of(check, name) for name in types}),
                "resource_types": list(types),
                "controls": list(check.controls),
                "settings": to_json(check.settings),
                "permissions": list(permissions(check, catalog)),
                "version": check.version,
                "docs_url": docs_url(check),
            }
        )
    show(form, found, ("check_id", "severity", "resource_types", "title"))


@command.command("packs", short_help="List the packs: named selections of checks.")
@listed_as
def packs(form: str) -> None:
    """List the packs: named selections of checks."""
    from muster.catalog.catalog import load
    from muster.catalog.packs import load as load_packs

    found = [
        {
            "pack": pack.name,
            "title": pack.title,
            "description": " ".join(pack.description.split()),
            "checks": list(dict.fromkeys(entry.check for entry in pack.entries)),
        }
        for pack in load_packs(load()).values()
    ]
    show(form, found, ("pack", "checks", "description"))


@command.command("resources", short_help="List the resource types and the permissions they take.")
@listed_as
def resources(form: str) -> None:
    """List the resource types that are judged, and the permissions that reading them takes."""
    from muster.catalog.catalog import load

    catalog = load()
    judged: dict[str, list[str]] = {}
    for check in catalog.checks.values():
        for name in catalog.resource_types(check):
            judged.setdefault(name, []).append(check.id)
    found = []
    for name, ids in sorted(judged.items()):
        lister = catalog.listers.get(name)
        described = {each.permission for (owner, _), each in catalog.describers.items() if owner == name}
        found.append(
            {
                "resource_type": name,
                "service": catalog.service_of(catalog.checks[ids[0]], name),
                "pseudo": name in (ACCOUNT, REGION),
                "checks": ids,
                "permissions": sorted({*(lister.permissions if lister else ()), *described}),
            }
        )
    show(form, found, ("resource_type", "service", "checks", "permissions"))


@command.command("controls", short_help="List frameworks' controls and which checks support them.")
@listed_as
@click.option("--framework", metavar="NAME", help="Only this framework.")
def controls(form: str, framework: str | None) -> None:
    """List the controls of each framework with the checks that support them, those without a check too."""
    from muster.catalog.catalog import load
    from muster.catalog.controls import covered
    from muster.catalog.controls import load as load_controls

    book = load_controls()
    if framework is not None and framework not in book.frameworks:
        raise ConfigurationError(unknown(framework, "a framework", book.frameworks))
    checks = covered(load())
    found: list[Record] = [
        _framework(each, book, checks)
        for each in book.frameworks.values()
        if framework is None or each.name == framework
    ]
    if form == "json":
        show(form, found, ())
        return
    for each in found:
        click.echo(f"{each['title']} ({each['framework']}): {each['covered']} of {each['total']} controls")
        show(form, each["controls"], ("control", "supported_by", "title", "requirements"))
        click.echo()
    click.echo(f"Counted are the controls of {', '.join(book.services)}; those with a - no check supports.")


def _framework(framework: "Framework", book: "Controls", checks: Mapping[str, tuple[str, ...]]) -> Record:
    rows: list[Record] = [
        {
            "control": name,
            "requirements": list(requirements),
            "title": book.by_id[name].title,
            "severity": book.by_id[name].severity.value,
            "resource_types": sorted(book.by_id[name].resource_types),
            "supported_by": list(checks.get(name, ())),
            "differs": book.by_id[name].differs,
        }
        for name, requirements in framework.controls.items()
    ]
    return {
        "framework": framework.name,
        "title": framework.title,
        "source": framework.source,
        "services": list(book.services),
        "covered": sum(bool(row["supported_by"]) for row in rows),
        "total": len(rows),
        "controls": rows,
    }


@command.command("facets", short_help="List what a check without code may read.")
@click.argument("resource_type")
@listed_as
def facets(resource_type: str, form: str) -> None:
    """List what a check without code may read of a resource type, as its condition spells it.

    What is absent is null. A comparison, an order or a function of null does not hold; only != and ! do. So
    starts_with(tags.own.Owner, 'team-') fails a resource without the tag, and tags.own.Owner != 'x' passes it.

    \b
    Example:
      muster list facets AWS::EC2::Instance
    """  # noqa: D301 - click's mark for a paragraph that keeps its lines is a real backspace
    from muster.catalog.catalog import load
    from muster.catalog.custom import judged_types, readable
    from muster.catalog.expressions.expression import kind_text

    catalog = load()
    if resource_type not in judged_types(catalog):
        raise ConfigurationError(unknown(resource_type, "a resource type", judged_types(catalog)))
    found = [
        {"path": path, "is": kind_text(hint), "facet": facet.__name__, "may_be_absent": _may_be_absent(path, hint)}
        for name, facet in sorted(readable(catalog, resource_type).items())
        for path, hint in _reads(name, facet)
    ]
    if form != "json":
        found = [{**each, "is": f"{each['is']}{', or absent' if each['may_be_absent'] else ''}"} for each in found]
    show(form, found, ("path", "is", "facet"))


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


def show(form: str, found: Sequence[Record], columns: Sequence[str]) -> None:
    """Write objects as JSON, or some of their values as a table; checks are counted there."""
    if form == "json":
        click.echo(json_text(found, indent=2))
        return
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False, emoji=False, markup=False)
    if not sys.stdout.isatty():
        _plain(found, columns)
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column.replace("_", " ").upper(), overflow="fold", no_wrap=column == columns[0])
    for each in found:
        table.add_row(*(_cell(each, column, "\n") for column in columns))
    console.print(table)


def _plain(found: Sequence[Record], columns: Sequence[str]) -> None:
    """Write one line an object and no header, columns aligned: for `grep` and `awk`."""
    rows = [[_cell(each, column, ",") for column in columns] for each in found]
    widths = [max(len(row[place]) for row in rows) for place in range(len(columns))]
    for row in rows:
        cells = (printable(cell).ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo("  ".join(cells).rstrip())


def _cell(found: Record, column: str, between: str) -> str:
    value = found[column]
    if column == "checks":
        return str(len(value))
    if column == "resource_types" and len(value) > FEW:
        return f"{len(value)} types"
    return (between.join(value) or "-") if isinstance(value, list) else str(value)
