"""Options that several commands have, and what they mean."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from muster.model.finding import Severity

if TYPE_CHECKING:
    from muster.catalog.catalog import Catalog
    from muster.configuration import Configuration

CONFIGURATION = Path("muster.yaml")
"""The configuration that is read when none is named and this one exists."""

F = TypeVar("F", bound=Callable[..., Any])


def selecting(function: F) -> F:
    """Add the options that choose packs and checks."""
    for option in reversed(
        (
            click.option(
                "--pack", "packs", multiple=True, metavar="NAME", help="Take the checks of a pack. Repeatable."
            ),
            click.option("--check", "checks", multiple=True, metavar="ID", help="Take one check. Repeatable."),
            click.option(
                "--exclude-check", "exclude_checks", multiple=True, metavar="ID", help="Leave a check out. Repeatable."
            ),
            click.option("--service", "services", multiple=True, metavar="NAME", help="Only this service. Repeatable."),
            click.option("--severity", type=Severities(), help="Only checks at this severity or above."),
            configured_by,
        )
    ):
        function = option(function)
    return function


def configured_by(function: F) -> F:
    """Add the option that names the configuration."""
    return click.option(
        "--config",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Configuration. [default: ./muster.yaml if there is one]",
    )(function)


def listed_as(function: F) -> F:
    """Add the option of a table or JSON."""
    return click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)(
        function
    )


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


def catalogue(path: Path | None) -> "Catalog":
    """Return all checks, those of the configuration that was named (or of muster.yaml) among them.

    A broken muster.yaml that `path` does not name is left out, with a warning on standard error.

    Raises:
        ConfigurationError: something in the configuration that was named is wrong.
    """
    from muster.catalog.catalog import load
    from muster.catalog.custom import extended
    from muster.cli.output import say
    from muster.errors import ConfigurationError

    catalog = load()
    try:
        return extended(catalog, configuration(path, catalog).custom_checks)
    except ConfigurationError as error:
        if path is not None:
            raise
        say(f"{CONFIGURATION} is left out, for it is wrong: {str(error).splitlines()[0]} ('muster validate' says all)")
        return catalog


def configuration(path: Path | None, catalog: "Catalog") -> "Configuration":
    """Read the configuration that was named, or muster.yaml if there is one.

    Raises:
        ConfigurationError: something in it is wrong.
    """
    from muster.cli.region_names import regions
    from muster.configuration import Configuration, load

    if path is None and not CONFIGURATION.exists():
        return Configuration()
    return load(path or CONFIGURATION, catalog, regions)
