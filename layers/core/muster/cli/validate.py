"""`muster validate`: whether a configuration can be used, and which suppressions and routes need attention."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from muster.cli.options import CONFIGURATION
from muster.cli.output import say
from muster.model.text import counted, escaped

if TYPE_CHECKING:
    from collections.abc import Iterable

    from muster.catalog.catalog import Catalog
    from muster.configuration import Configuration
    from muster.model.rule import Rule

MANY = 100
"""How many remarks are shown."""
_WARNED = 1
"""The exit status with --strict where there are remarks."""


@click.command("validate", short_help="Check a configuration file.")
@click.argument("file", type=click.Path(path_type=Path), default=CONFIGURATION)
@click.option("--strict", is_flag=True, help="Exit 1 if a suppression or a route needs attention.")
def command(file: Path, *, strict: bool) -> int:
    """Check a configuration file (default: ./muster.yaml) and sum it up. No call to AWS is made.

    All mistakes are named, each with its line. Suppressions of a valid file that need attention are named with their
    lines, too: those that have expired or end soon, repeat an earlier one, are for a check that is not selected, or
    have an ARN that no resource of their check can have. So are routes of alerts that no finding can match.

    \b
    Examples:
      muster validate
      muster validate config/muster.yaml --strict      # in CI

    \b
    Exit status:
      0  the file is valid
      1  with --strict: it is valid, and a suppression or a route needs attention
      2  the file is wrong or cannot be read
    """  # noqa: D301 - click's mark for a paragraph that keeps its lines is a real backspace
    from muster.catalog.catalog import load
    from muster.catalog.custom import absences, extended
    from muster.catalog.packs import DEFAULT
    from muster.configuration import load as load_configuration
    from muster.configuration.selection import possible_rules, selection
    from muster.library.region_names import regions, unchecked

    catalog = load()
    configuration = load_configuration(file, catalog, regions)
    selected = selection(catalog, configuration)
    possible = possible_rules(catalog, configuration)
    catalog = extended(catalog, configuration.custom_checks)
    packs = configuration.packs or (() if configuration.checks else (f"{', '.join(DEFAULT)} (the default)",))
    click.echo(f"{escaped(str(file))} is valid")
    click.echo(f"  packs         {', '.join(packs) or 'none'}")
    click.echo(f"  checks        {len(selected.checks)} of {len(catalog.checks)}")
    named = ", ".join(configuration.regions) or "the profile's own"
    for key in dict.fromkeys(selected.left_out.values() if configuration.packs else ()):
        off = [name for name, turns_on in selected.left_out.items() if turns_on == key]
        click.echo(f"                off until {key}: {', '.join(off)}")
    click.echo(f"  regions       {named}")
    click.echo(f"  suppressions  {counted(len(configuration.suppressions), 'suppression')}")
    if configuration.alerts.routes:
        click.echo(f"  routes        {counted(len(configuration.alerts.routes), 'route')}")
    lines = [*_remarks(file, configuration, catalog, possible), *_route_remarks(file, configuration, catalog, possible)]
    for line in lines[:MANY]:
        click.echo(f"    {line}")
    if len(lines) > MANY:
        click.echo(f"    … and {counted(len(lines) - MANY, 'more remark')}")
    for check in configuration.custom_checks:
        if names := absences(catalog, check):
            click.echo(f"  {check.id}: where {' or '.join(names)} is absent, only != and ! hold of it")
    if doubt := unchecked((*configuration.regions, *configuration.exclude.regions)):
        say(doubt)
    return _WARNED if strict and lines else 0


def _remarks(file: Path, configuration: "Configuration", catalog: "Catalog", rules: "Iterable[Rule]") -> list[str]:
    """Return the remarks on the suppressions, each with its line in the file."""
    from muster.configuration.files import document
    from muster.configuration.remarks import remarks

    if not configuration.suppressions:
        return []
    selected = {rule.check.id for rule in rules}
    warn_days, today = configuration.alerts.warn_days, datetime.now(UTC).date()
    found = remarks(configuration.suppressions, catalog, selected, today, warn_days)
    lines = document.read(file.read_bytes()).lines if found else {}
    name = escaped(str(file))
    return [
        f"{name}:{lines['suppressions', each.place]}: suppressions[{each.place}]: {each.sentence}" for each in found
    ]


def _route_remarks(
    file: Path, configuration: "Configuration", catalog: "Catalog", rules: "Iterable[Rule]"
) -> list[str]:
    """Return the remarks on the routes, each with its line in the file."""
    from muster.catalog.packs import load
    from muster.cli.route_remarks import route_remarks
    from muster.configuration.files import document

    found = route_remarks(configuration, rules, load(catalog)) if configuration.alerts.routes else []
    lines = document.read(file.read_bytes()).lines if found else {}
    name = escaped(str(file))
    return [
        f"{name}:{lines['alerts', 'routes', place]}: alerts.routes[{place}]: {sentence}" for place, sentence in found
    ]
