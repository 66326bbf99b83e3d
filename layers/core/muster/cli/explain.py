"""`muster explain`: the page of a check."""

import sys
from pathlib import Path

import click

from muster.cli.options import catalogue, configured_by


@click.command("explain", short_help="Show what a check looks at, and how to fix what fails.")
@click.argument("check")
@configured_by
def command(check: str, config: Path | None) -> None:
    """Show a check's page: what it looks at, why, how to fix what fails, its permissions and settings.

    On a terminal it is laid out, elsewhere it is Markdown. 'muster list checks' has the names.
    """
    from muster.catalog.pages import page  # noqa: PLC0415 - `muster explain --help` is quick without it
    from muster.errors import ConfigurationError  # noqa: PLC0415 - the same
    from muster.model.suggest import unknown  # noqa: PLC0415 - the same
    from muster.model.text import escaped  # noqa: PLC0415 - the same

    catalog = catalogue(config)
    if check not in catalog.checks:
        raise ConfigurationError(unknown(check, "a check", catalog.checks))
    text = escaped(page(catalog.checks[check], catalog), keep="\n")
    if not sys.stdout.isatty():
        click.echo(text, nl=False)
        return
    from rich.console import Console  # noqa: PLC0415 - only a terminal needs it

    from muster.cli.markdown import Page  # noqa: PLC0415 - the same

    Console().print(Page(text))
