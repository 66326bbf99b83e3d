"""`muster list`: checks, packs, resource types, what conditions may read of them, and the controls of frameworks."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

from muster.cli.list_checks import checks
from muster.cli.list_facets import facets
from muster.cli.options import listed_as
from muster.cli.screen import show_line, show_text
from muster.errors import ConfigurationError
from muster.model.finding import ACCOUNT, REGION
from muster.model.text import counted, json_text

if TYPE_CHECKING:
    from muster.catalog.controls import Controls, Framework
    from muster.reports.schema import Record

_WIDTH = 80
_long = click.option("--long", is_flag=True, help="Also print what a line has no room for.")


@click.group("list", short_help="List checks, packs, resource types, facets or controls.")
def command() -> None:
    """List what Muster has; with --format json as a JSON array of objects.

    \b
    Examples:
      muster list checks 's3-*' --severity HIGH
      muster list packs --long
      muster list facets AWS::S3::Bucket
      muster list controls --framework cis
    """  # noqa: D301 - click's mark for a paragraph that keeps its lines is a real backspace


command.add_command(checks)
command.add_command(facets)


@command.command("packs", short_help="List the packs: named selections of checks.")
@_long
@listed_as
def packs(form: str, *, long: bool) -> None:
    """List the packs: named selections of checks. 'muster explain PACK' shows what is in one."""
    from muster.catalog.catalog import load
    from muster.catalog.packs import load as load_packs

    found: list[Record] = [
        {
            "pack": pack.name,
            "title": pack.title,
            "description": " ".join(pack.description.split()),
            "checks": list(dict.fromkeys(entry.check for entry in pack.entries)),
        }
        for pack in load_packs(load()).values()
    ]
    if form == "json":
        click.echo(json_text(found, indent=2))
        return
    widest = max(len(each["pack"]) for each in found)
    for each in found:
        show_line(each["pack"].ljust(widest), f"{counted(len(each['checks']), 'check'):>12}  ", (each["title"], ""))
        if long:
            show_text(each["description"], "    ", "dim")
    show_line()
    descriptions = "" if long else "Descriptions: --long. "
    show_line((f"{descriptions}One pack: muster explain PACK.", "dim"))


@command.command("resources", short_help="List the resource types and the permissions they take.")
@_long
@listed_as
def resources(form: str, *, long: bool) -> None:
    """List the resource types that checks apply to, and the permissions that reading them takes."""
    found = _resource_types()
    if form == "json":
        click.echo(json_text(found, indent=2))
        return
    widest = max(len(each["resource_type"]) for each in found)
    for each in found:
        show_line(
            each["resource_type"].ljust(widest), f"  {counted(len(each['checks']), 'check'):>9}",
            f"  {counted(len(each['permissions']), 'permission'):>14}",
        )  # fmt: skip
        if long:
            for permission in each["permissions"]:
                show_line("    ", (permission, "dim"))
    show_line()
    permissions = "" if long else "Permissions: --long. "
    show_line((f"{permissions}What a condition may read of one: muster list facets TYPE.", "dim"))


def _resource_types() -> "list[Record]":
    from muster.catalog.catalog import load

    catalog = load()
    judged: dict[str, list[str]] = {}
    for check in catalog.checks.values():
        for name in catalog.resource_types(check):
            judged.setdefault(name, []).append(check.id)
    found: list[Record] = []
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
    return found


@command.command("controls", short_help="List frameworks' controls and which checks support them.")
@_long
@listed_as
@click.option("--framework", metavar="NAME", help="Only this framework, such as fsbp or cis.")
def controls(form: str, framework: str | None, *, long: bool) -> None:
    """List the controls of each framework with the checks that support them, those without a check too."""
    from muster.catalog.catalog import load
    from muster.catalog.control_names import framework_named
    from muster.catalog.controls import covered
    from muster.catalog.controls import load as load_controls

    book = load_controls()
    try:
        wanted = list(book.frameworks.values()) if framework is None else [framework_named(framework, book)]
    except ValueError as error:
        raise ConfigurationError(str(error)) from error
    by_control = covered(load())
    found = [_framework(each, book, by_control) for each in wanted]
    if form == "json":
        click.echo(json_text(found, indent=2))
        return
    for each in found:
        show_line((f"{each['title']} ({each['framework']}): {each['covered']} of {each['total']} controls", "bold"))
        _control_lines(each, long=long)
        show_line()
    titles = "" if long else "Titles: --long. "
    show_line((f"{titles}-: no check supports it. One control: muster explain CONTROL.", "dim"))


def _control_lines(framework: "Record", *, long: bool) -> None:
    own = {row["control"]: ", ".join(row["requirements"]) for row in framework["controls"]}
    # NIST has a dozen requirements a control: they get a line of their own.
    short = max((len(each) for each in own.values()), default=0) <= _WIDTH // 4
    width = max((len(each) for each in own.values()), default=0) if short else 0
    ids = max((len(each) for each in own), default=0) + 2
    for row in framework["controls"]:
        requirements = f"{own[row['control']]:<{width}}  " if width else ""
        first, *others = row["supported_by"] or ["-"]
        before = f"  {row['control']:<{ids}}{requirements}"
        show_line(before, (first, ""))
        for each in others:
            show_line(" " * len(before), each)
        if long:
            show_text(row["title"], " " * (ids + 2), "dim")
            if own[row["control"]] and not short:
                show_text(own[row["control"]], " " * (ids + 2), "dim")


def _framework(framework: "Framework", book: "Controls", checks: Mapping[str, tuple[str, ...]]) -> "Record":
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
