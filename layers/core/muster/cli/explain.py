"""`muster explain`: the page of a check."""

import sys
from pathlib import Path

import click

from muster.cli.options import catalogue, configured_by
from muster.errors import ConfigurationError
from muster.model.suggest import unknown
from muster.model.text import escaped


@click.command("explain", short_help="Show what a check looks at, and how to fix what fails.")
@click.argument("check")
@configured_by
def command(check: str, config: Path | None) -> None:
    """Show a check's page: what it looks at, why, how to fix what fails, its permissions and settings.

    On a terminal it is laid out, elsewhere it is Markdown. 'muster list checks' has the names.
    """
    from muster.catalog.pages import check_page

    catalog = catalogue(config)
    if check not in catalog.checks:
        raise ConfigurationError(unknown(check, "a check", catalog.checks))
    text = escaped(check_page(catalog.checks[check], catalog), keep="\n")
    if not sys.stdout.isatty():
        click.echo(text, nl=False)
        return
    from rich.console import Console

    from muster.cli.markdown import MarkdownPage

    Console().print(MarkdownPage(text))
