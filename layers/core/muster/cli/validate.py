"""`muster validate`: whether a configuration can be used, and what of it ends soon."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from muster.cli.options import CONFIGURATION
from muster.cli.output import say
from muster.model.text import counted, escaped, shortened

if TYPE_CHECKING:
    from muster.configuration import Configuration

SOON = timedelta(days=30)


@click.command("validate", short_help="Check a configuration file.")
@click.argument("file", type=click.Path(path_type=Path), default=CONFIGURATION)
def command(file: Path) -> None:
    """Check a configuration (./muster.yaml if none is named) and sum it up; nothing is asked of AWS.

    All mistakes are told at once, each with its line, and the exit status is 2.
    """
    from muster.catalog.catalog import load
    from muster.catalog.custom import absences, extended
    from muster.catalog.packs import ALL
    from muster.cli.region_names import regions, unchecked
    from muster.configuration import load as load_configuration
    from muster.configuration.selection import select

    catalog = load()
    configuration = load_configuration(file, catalog, regions)
    rules = select(catalog, configuration)
    catalog = extended(catalog, configuration.custom_checks)
    packs = configuration.packs or (() if configuration.checks else (ALL,))
    click.echo(f"{escaped(str(file))} is valid")
    click.echo(f"  packs         {', '.join(packs) or 'none'}")
    click.echo(f"  checks        {len({rule.check.id for rule in rules})} of {len(catalog.checks)}")
    named = ", ".join(configuration.regions) or "the profile's own"
    click.echo(f"  regions       {named}")
    click.echo(f"  suppressions  {counted(len(configuration.suppressions), 'suppression')}")
    _dates(configuration)
    for check in configuration.custom_checks:
        if names := absences(catalog, check):
            click.echo(f"  {check.id}: where {' or '.join(names)} is absent, only != and ! hold of it")
    if doubt := unchecked((*configuration.regions, *configuration.exclude.regions)):
        say(doubt)


def _dates(configuration: "Configuration") -> None:
    from muster.configuration.suppression import expired

    today = datetime.now(UTC).date()
    over = expired(configuration.suppressions, today)
    for rule in sorted(configuration.suppressions, key=lambda rule: rule.suppression.expires):
        accepted = rule.suppression
        where = shortened(rule.where)
        owner = shortened(accepted.owner)
        if rule in over:
            click.echo(f"    expired {accepted.expires}: {rule.check} on {where} ({owner})")
        elif accepted.expires <= (today + SOON).isoformat():
            click.echo(f"    ends on {accepted.expires}: {rule.check} on {where} ({owner})")
