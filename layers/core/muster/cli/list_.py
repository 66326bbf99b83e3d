"""`muster list`: checks, packs, resource types, what conditions may read of them, and the controls of frameworks."""

from typing import TYPE_CHECKING

import click

from muster.cli.list_checks import checks
from muster.cli.list_facets import facets
from muster.cli.options import listed_as
from muster.cli.screen import show_line, show_text
from muster.errors import ConfigurationError
from muster.model.finding import ACCOUNT, REGION
from muster.model.text import counted, json_text, percent

if TYPE_CHECKING:
    from muster.catalog.catalog import Catalog
    from muster.catalog.controls import Controls, Framework
    from muster.reports.schema import Record

_WIDTH = 80
_GAP = 2
"""Columns between two columns."""
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
    """List the controls of each framework with the checks that support them, and say why others have none.

    Requirements that AWS maps to no control of Security Hub follow under their own number. The last lines have the
    share of each framework.
    """
    from muster.catalog.catalog import load
    from muster.catalog.control_names import framework_named
    from muster.catalog.controls import load as load_controls

    book, catalog = load_controls(), load()
    try:
        wanted = list(book.frameworks.values()) if framework is None else [framework_named(framework, book)]
    except ValueError as error:
        raise ConfigurationError(str(error)) from error
    found = [_framework(each, catalog, book) for each in wanted]
    if form == "json":
        click.echo(json_text(found, indent=2))
        return
    for each in found:
        show_line((f"{each['title']} ({each['framework']})", "bold"))
        _control_lines(each, long=long)
        show_line()
    _shares(found)
    titles = "" if long else "Titles: --long. "
    show_line((f"{titles}-: no check yet. One control: muster explain CONTROL.", "dim"))


def _control_lines(framework: "Record", *, long: bool) -> None:
    rows = [
        *((row["control"], ", ".join(row["requirements"]), row) for row in framework["controls"]),
        *(("", row["requirement"], row) for row in framework["beyond"]),
    ]
    # NIST has a dozen requirements a control: they get a line of their own.
    short = max((len(own) for _, own, _ in rows), default=0) <= _WIDTH // 4
    width = max((len(own) for _, own, _ in rows), default=0) + _GAP if short else 0
    ids = max((len(name) for name, _, _ in rows), default=0) + 2
    for name, own, row in rows:
        first, *others = row["supported_by"] or [_unsupported(row["why"])]
        before = f"  {name:<{ids}}" + (f"{own:<{width}}" if width > _GAP else "")
        show_line(before, (first, ""))
        for each in others:
            show_line(" " * len(before), each)
        if long:
            show_text(row["title"], " " * (ids + 2), "dim")
            if own and not short:
                show_text(own, " " * (ids + 2), "dim")
    for name, why in framework["gone"].items():
        show_text(f"{name}, not counted: {why}", "  ", "dim")


def _unsupported(why: str) -> str:
    from muster.catalog.controls import NOT_YET

    return "-" if why == NOT_YET else f"- ({why})"


def _shares(frameworks: "list[Record]") -> None:
    """Show how many controls of each framework a check supports, and of the requirements without a control."""
    width = max(len(each["framework"]) for each in frameworks)
    for each in frameworks:
        beyond = each["beyond"]
        met = sum(bool(row["supported_by"]) for row in beyond)
        rest = f"; {met} of {counted(len(beyond), 'requirement')} without a control" if beyond else ""
        share = f"{each['covered']} of {each['total']} controls ({percent(each['covered'], each['total'])})"
        show_line((each["framework"].ljust(width + 2), "bold"), (share + rest, ""))


def _framework(framework: "Framework", catalog: "Catalog", book: "Controls") -> "Record":
    from muster.catalog.controls import coverage

    lines = {each.name: each for each in coverage(framework, catalog, book)}
    rows: list[Record] = [
        {
            "control": name,
            "requirements": list(requirements),
            "title": book.by_id[name].title,
            "severity": book.by_id[name].severity.value,
            "resource_types": sorted(book.by_id[name].resource_types),
            "supported_by": list(lines[name].checks),
            "differs": book.by_id[name].differs,
            "why": lines[name].why,
        }
        for name, requirements in framework.controls.items()
    ]
    beyond: list[Record] = [
        {
            "requirement": number,
            "title": each.title,
            "supported_by": list(lines[number].checks),
            "why": lines[number].why,
        }
        for number, each in framework.beyond.items()
    ]
    return {
        "framework": framework.name,
        "title": framework.title,
        "source": framework.source,
        "services": list(book.services),
        "covered": sum(bool(row["supported_by"]) for row in rows),
        "total": len(rows),
        "controls": rows,
        "beyond": beyond,
        "gone": dict(framework.gone),
    }
