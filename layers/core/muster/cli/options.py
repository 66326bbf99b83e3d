"""Options that several commands have, and what they mean."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from muster.cli.output import say, warn
from muster.errors import ConfigurationError
from muster.model.finding import Severity

if TYPE_CHECKING:
    from muster.catalog.catalog import Catalog
    from muster.configuration import Configuration

CONFIGURATION = Path("muster.yaml")
"""The configuration that is read when none is named and this one exists."""

F = TypeVar("F", bound=Callable[..., Any])


class Severities(click.Choice[str]):
    """A severity, in whatever case; shown in capitals, as it stands in findings."""

    def __init__(self, *others: str) -> None:
        """Take the severities, and other words in the case that they are given in."""
        super().__init__([*(severity.value for severity in Severity), *others])
        self._others = {other.upper(): other for other in others}

    def normalize_choice(self, choice: object, ctx: click.Context | None) -> str:  # noqa: ARG002 - click's signature
        """Fold the case."""
        folded = str(choice).upper()
        return self._others.get(folded, folded)


def _severity(_context: click.Context, _parameter: click.Parameter, value: str | None) -> Severity | None:
    return None if value is None else Severity(value)


def combined(*options: Callable[[F], F]) -> Callable[[F], F]:
    """Return one decorator for several options, which `--help` shows in this order."""

    def add(function: F) -> F:
        for option in reversed(options):
            function = option(function)
        return function

    return add


configured_by = click.option(
    "--config",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Configuration. [default: ./muster.yaml if there is one]",
)
listed_as = click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
selecting = combined(
    click.option("--pack", "packs", multiple=True, metavar="NAME", help="Run the checks of this pack. Repeatable."),
    click.option("--check", "checks", multiple=True, metavar="ID",
                 help="Run this check, or all that match: 's3-*'. Repeatable."),
    click.option("--exclude-check", "exclude_checks", multiple=True, metavar="ID",
                 help="Leave this check out, or all that match. Repeatable."),
    click.option("--service", "services", multiple=True, metavar="NAME",
                 help="Only checks of this service: s3, ec2, … Repeatable."),
    click.option("--framework", "frameworks", multiple=True, metavar="NAME",
                 help="Only checks for this framework: fsbp, cis, pci, nist. Repeatable."),
    click.option("--severity", type=Severities(), metavar="LEVEL", callback=_severity,
                 help="Only checks of this severity or above: CRITICAL, HIGH, MEDIUM, LOW."),
    click.option("--metrics", is_flag=True, help="Also run the packs' checks that CloudWatch charges for."),
    configured_by,
)  # fmt: skip
"""The options that choose packs and checks."""


def catalogue(path: Path | None) -> "Catalog":
    """Return all checks, those of the configuration that was named (or of muster.yaml) among them.

    A broken muster.yaml that `path` does not name is left out, with a warning on standard error.

    Raises:
        ConfigurationError: something in the configuration that was named is wrong.
    """
    from muster.catalog.catalog import load
    from muster.catalog.custom import extended

    catalog = load()
    try:
        return extended(catalog, configuration(path, catalog).custom_checks)
    except ConfigurationError as error:
        if path is not None:
            raise
        first, *more = str(error).splitlines()
        warn(f"{CONFIGURATION} is wrong and is not used: {first}" + (" …" if more else ""))
        say("  all mistakes: muster validate")
        return catalog


def configuration(path: Path | None, catalog: "Catalog") -> "Configuration":
    """Read the configuration that was named, or muster.yaml if there is one.

    Raises:
        ConfigurationError: something in it is wrong.
    """
    from muster.configuration import Configuration, load
    from muster.library.region_names import regions

    if path is None and not CONFIGURATION.exists():
        return Configuration()
    return load(path or CONFIGURATION, catalog, regions)
