"""`muster list checks`: the checks by service, which of them are on, and filters."""

import difflib
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from muster.analysis.patterns.globs import matches
from muster.cli.options import Severities, catalogue, combined, configured_by, listed_as
from muster.cli.options import configuration as configured
from muster.cli.screen import STYLES, fitting, show_line, show_text
from muster.errors import ConfigurationError
from muster.model.finding import Severity
from muster.model.json_values import to_json
from muster.model.suggest import unknown
from muster.model.text import json_text

if TYPE_CHECKING:
    from muster.catalog.catalog import Catalog
    from muster.model.check import Check
    from muster.reports.schema import Record

_SEVERAL = "Several services"
_WIDTH = 80
_NEAR = 0.8
"""How alike a pattern and the beginning of an id are where one is meant for the other: 1 is the same."""
_BEFORE_ID = 12
_AFTER_ID = 7
"""Columns before a check's id (the severity), and after it (on or off)."""

_filters = combined(
    click.option("--severity", type=Severities(), metavar="LEVEL",
                 help="Only checks of this severity or above: CRITICAL, HIGH, MEDIUM, LOW."),
    click.option("--pack", "packs", multiple=True, metavar="NAME", help="Only checks of this pack. Repeatable."),
    click.option("--service", "services", multiple=True, metavar="NAME",
                 help="Only checks of this service. Repeatable."),
    click.option("--framework", metavar="NAME", help="Only checks that support a control of this framework."),
    click.option("--on/--off", "on", default=None, help="Only checks that a scan runs, or does not run."),
    click.option("--long", is_flag=True, help="Also print the titles and the resource types."),
)  # fmt: skip


@click.command("checks", short_help="List the checks by service, and which of them are on.")
@click.argument("patterns", nargs=-1, metavar="[CHECK]...")
@_filters
@listed_as
@configured_by
def checks(patterns: tuple[str, ...], form: str, config: Path | None, *, long: bool, **filters: Any) -> None:
    """List the checks: severity, name, whether a scan runs it, and the Security Hub controls that it supports.

    A name may be a pattern. The checks of your configuration are listed too. "on" means that a scan with your
    configuration runs the check; "off" means that it is in none of your packs, or that it needs a setting first.

    \b
    Examples:
      muster list checks 's3-*' --severity HIGH
      muster list checks --pack foundational --service ec2 --long
      muster list checks --framework cis --off
    """  # noqa: D301 - click's mark for a paragraph that keeps its lines is a real backspace
    catalog = catalogue(config)
    on = running(catalog, config)
    found = [each for each in _matching(catalog, patterns) if _wanted(each, catalog, on, **filters)]
    if form == "json":
        packs = _packs_of_checks(catalog)
        click.echo(json_text([_record(each, catalog, on, packs) for each in found], indent=2))
        return
    if not found:
        raise ConfigurationError("no check matches all of these filters")
    _table(found, catalog, on, long=long)


def running(catalog: "Catalog", config: Path | None) -> frozenset[str]:
    """Return the ids of the checks that a scan with the configuration runs, without options; none if it is wrong."""
    from muster.catalog.catalog import load
    from muster.configuration.selection import select

    try:
        rules = select(catalog, configured(config, load()))
    except ConfigurationError:
        return frozenset()
    return frozenset(rule.check.id for rule in rules if rule.active)


def _services_of(check: "Check", catalog: "Catalog") -> tuple[str, ...]:
    """Return the services of a check's resource types as AWS writes them, sorted."""
    from muster.data.services import titles

    names = {catalog.service_of(check, each) for each in catalog.resource_types(check)}
    return tuple(sorted({titles().get(name, name) for name in names}))


def _group_of(check: "Check", catalog: "Catalog") -> str:
    """Return the service that a check is listed under."""
    names = _services_of(check, catalog)
    return names[0] if len(names) == 1 else _SEVERAL


def _matching_ids(pattern: str, ids: Collection[str]) -> list[str]:
    """Return the ids that a pattern (`s3-*`) or a name matches.

    Raises:
        ConfigurationError: none does; the message names the nearest.
    """
    found = [each for each in ids if matches(pattern.lower(), each)]
    if found:
        return found
    if not {"*", "?", "["} & set(pattern):
        raise ConfigurationError(unknown(pattern, "a check", ids))
    text = pattern.strip("*?").lower()
    near = max(ids, key=lambda each: difflib.SequenceMatcher(None, text, each[: len(text)]).ratio())
    close = difflib.SequenceMatcher(None, text, near[: len(text)]).ratio() >= _NEAR
    hint = f"; did you mean {near}?" if close else "; 'muster list checks' has the names"
    raise ConfigurationError(f'no check matches "{pattern}"{hint}')


def _matching(catalog: "Catalog", patterns: Sequence[str]) -> "list[Check]":
    wanted = {each for pattern in patterns for each in _matching_ids(pattern, catalog.checks)}
    return [each for each in catalog.checks.values() if not patterns or each.id in wanted]


def _wanted(  # noqa: PLR0913 - one for each filter
    check: "Check",
    catalog: "Catalog",
    running_ids: Collection[str],
    *,
    severity: str | None,
    packs: Sequence[str],
    services: Sequence[str],
    framework: str | None,
    on: bool | None,
) -> bool:
    return (
        (severity is None or check.severity.rank >= Severity(severity).rank)
        and (not packs or check.id in _of_packs(catalog, packs))
        and (not services or bool(_of_services(catalog, services) & _service_ids(check, catalog)))
        and (framework is None or check.id in _of_framework(catalog, framework))
        and (on is None or on == (check.id in running_ids))
    )


def _of_packs(catalog: "Catalog", names: Iterable[str]) -> set[str]:
    from muster.catalog.packs import load

    packs = load(catalog)
    if wrong := [name for name in names if name not in packs]:
        raise ConfigurationError(unknown(wrong[0], "a pack", packs))
    return {entry.check for name in names for entry in packs[name].entries}


def _service_ids(check: "Check", catalog: "Catalog") -> set[str]:
    return {catalog.service_of(check, each) for each in catalog.resource_types(check)}


def _of_services(catalog: "Catalog", names: Iterable[str]) -> set[str]:
    """Return the SDK's names of services; AWS's own spelling is accepted too."""
    from muster.data.services import titles

    known = {service for check in catalog.checks.values() for service in _service_ids(check, catalog)}
    found: set[str] = set()
    for name in names:
        same = {each for each in known if name.lower() in (each, titles().get(each, each).lower())}
        if not same:
            raise ConfigurationError(unknown(name, "a service with checks", known))
        found |= same
    return found


def _of_framework(catalog: "Catalog", name: str) -> set[str]:
    from muster.catalog.control_names import framework_named
    from muster.catalog.controls import load, supporting

    book = load()
    try:
        framework = framework_named(name, book)
    except ValueError as error:
        raise ConfigurationError(str(error)) from error
    return set(supporting(framework, catalog))


def _packs_of_checks(catalog: "Catalog") -> Mapping[str, list[str]]:
    """Return the names of the packs that have each check, without `all`."""
    from muster.catalog.packs import ALL, load

    found: dict[str, list[str]] = {}
    for pack in load(catalog).values():
        for check in {entry.check for entry in pack.entries} if pack.name != ALL else ():
            found.setdefault(check, []).append(pack.name)
    return found


def _record(check: "Check", catalog: "Catalog", on: Collection[str], packs: Mapping[str, list[str]]) -> "Record":
    from muster.catalog.pages import permissions
    from muster.scanning.evaluate import docs_url

    return {
        "check_id": check.id,
        "title": check.title,
        "severity": check.severity.value,
        "services": sorted(_service_ids(check, catalog)),
        "resource_types": list(catalog.resource_types(check)),
        "controls": list(check.controls),
        "settings": to_json(check.settings),
        "permissions": list(permissions(check, catalog)),
        "version": check.version,
        "docs_url": docs_url(check),
        "packs": packs.get(check.id, []),
        "on": check.id in on,
    }


def _table(found: "Sequence[Check]", catalog: "Catalog", on: Collection[str], *, long: bool) -> None:
    totals: dict[str, int] = {}
    for check in catalog.checks.values():
        group = _group_of(check, catalog)
        totals[group] = totals.get(group, 0) + 1
    groups: dict[str, list[Check]] = {}
    for check in found:
        groups.setdefault(_group_of(check, catalog), []).append(check)
    longest = max(len(check.id) for check in found)
    for name in sorted(groups, key=lambda each: (each == _SEVERAL, each)):
        of = f"{len(groups[name])} of {totals[name]} checks"
        show_line((name, "bold"), (of.rjust(_WIDTH - len(name) - 2), "dim"))
        for check in sorted(groups[name], key=lambda each: (-each.severity.rank, each.id)):
            _line(check, catalog, longest, on=check.id in on, long=long)
    show_line()
    titles = "" if long else "Titles: --long. "
    show_line((f"{titles}One check: muster explain CHECK. Off: not in your packs.", "dim"))


def _line(check: "Check", catalog: "Catalog", longest: int, *, on: bool, long: bool) -> None:
    names = dict.fromkeys(each.rpartition(" ")[2] for each in check.controls)
    controls = fitting(names, _WIDTH - _BEFORE_ID - longest - _AFTER_ID, "controls")
    severity = check.severity.value
    show_line(
        "  ", (severity.ljust(10), STYLES.get(severity, "")), (check.id.ljust(longest), ""),
        ("  on   " if on else "  off  ", "" if on else "dim"), (controls, "dim"),
    )  # fmt: skip
    if long:
        show_text(check.title, " " * _BEFORE_ID)
        types = catalog.resource_types(check)
        show_text(", ".join(types), " " * _BEFORE_ID, "dim")
