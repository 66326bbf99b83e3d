"""`muster config`: the values that are in force, and where each comes from."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from muster.cli.options import CONFIGURATION, configured_by, listed_as
from muster.cli.stacks import on_stack
from muster.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from muster.catalog.catalog import Catalog
    from muster.cli.config_values import EffectiveValue
    from muster.configuration import Configuration

_PARAMETERS = {
    "packs": "PackNames",
    "regions": "Regions",
    "tags.required": "RequiredTags",
    "accounts.include": "Accounts",
    "accounts.role": "MemberRoleName",
    "accounts.external_id": "MemberExternalId",
}
"""The stack's parameters by the keys of muster.yaml that come before them."""
_LISTS = frozenset({"packs", "regions", "tags.required", "accounts.include"})
_WIDE = 10_000


@click.command("config", short_help="Print the values in force, and where each comes from.")
@configured_by
@click.option("--stack", metavar="NAME", help="Print those of this stack: its parameters and its muster.yaml.")
@on_stack
@click.option("--all", "every", is_flag=True, help="Also print settings that have the default of their check.")
@listed_as
def command(config: Path | None, stack: str | None, form: str, *, every: bool, **options: Any) -> None:
    """Print the values of the configuration that are in force, and where each comes from.

    A value comes from muster.yaml (with its line), from the environment, from a parameter of the stack, from a pack,
    or is the default. Options of a command are stronger than all of them. Without --stack no call to AWS is made.

    \b
    Examples:
      muster config
      muster config --all --format json
      muster config --stack muster-dev
    """  # noqa: D301 - click's mark for a paragraph that keeps its lines is a real backspace
    from muster.catalog.catalog import load
    from muster.model.text import json_text

    catalog = load()
    values = (
        _of_stack(catalog, {**options, "stack": stack}, every=every)
        if stack
        else _here(catalog, config, options, every=every)
    )
    if form == "json":
        click.echo(json_text([each.to_json() for each in values], indent=2))
    else:
        _print(values)


def _here(
    catalog: "Catalog", path: Path | None, options: "Mapping[str, Any]", *, every: bool
) -> "list[EffectiveValue]":
    from muster.catalog.packs import DEFAULT
    from muster.cli.options import configuration

    read = configuration(path, catalog)
    file = path or CONFIGURATION
    text = file.read_bytes() if path or file.exists() else b""
    others: dict[str, tuple[Any, str]] = {}
    if not read.checks:
        others["packs"] = (list(DEFAULT), "default")
    named = options["region"] or os.environ.get("AWS_REGION")
    if region := named or _region_of(options["profile"]):
        variables = (name for name in ("AWS_REGION", "AWS_DEFAULT_REGION") if os.environ.get(name))
        others["regions"] = ([region], "--region" if options["region"] else next(variables, "the profile"))
    return _values(catalog, read, text, str(file), others, (), every=every)


def _region_of(profile: str | None) -> str | None:
    """Return the region of a profile, which is read without credentials.

    Raises:
        ConfigurationError: there is no such profile.
    """
    from botocore.exceptions import ProfileNotFound
    from botocore.session import Session

    try:
        region: str | None = Session(profile=profile).get_config_variable("region")
    except ProfileNotFound as error:
        name = profile or os.environ.get("AWS_PROFILE")
        raise ConfigurationError(
            f'profile "{name}" is not in ~/.aws/config or ~/.aws/credentials\n  there are: aws configure list-profiles'
        ) from error
    return region


def _of_stack(catalog: "Catalog", options: "Mapping[str, Any]", *, every: bool) -> "list[EffectiveValue]":
    from muster.cli.stacks import clients_of
    from muster.configuration import parse
    from muster.storage.bucket import Bucket
    from muster.targets.deployed import described, outputs_of

    clients, region = clients_of(options)
    description = described(clients, region, options["stack"], "use credentials that may read the stack")
    bucket, _, key = outputs_of(description)["ConfigurationUri"].removeprefix("s3://").partition("/")
    found = Bucket(bucket, clients, region).get_bytes(key)
    text, file = found[0] if found else b"", f"s3://{bucket}/{key}"
    given = {each["ParameterKey"]: each.get("ParameterValue", "") for each in description.get("Parameters", ())}
    others = {
        name: (given[parameter].split(",") if name in _LISTS else given[parameter], f"parameter {parameter}")
        for name, parameter in _PARAMETERS.items()
        if given.get(parameter)
    }
    others.setdefault("regions", ([region], "the stack's region"))
    packs = tuple(others["packs"][0]) if "packs" in others else ()
    return _values(catalog, parse(text, catalog, source=file), text, file, others, packs, every=every)


def _values(  # noqa: PLR0913 - what the values come from
    catalog: "Catalog",
    read: "Configuration",
    text: bytes,
    file: str,
    others: "Mapping[str, tuple[Any, str]]",
    packs: tuple[str, ...],
    *,
    every: bool,
) -> "list[EffectiveValue]":
    from dataclasses import replace

    from muster.cli.config_values import effective, settings_of
    from muster.configuration.files import document
    from muster.configuration.selection import selection

    lines = document.read(text).lines if text.strip() else {}
    required = others.get("tags.required")
    if required and read.tags.required is None:
        read = replace(read, tags=replace(read.tags, required=tuple(required[0])))
        lines = {path: line for path, line in lines.items() if path != ("tags", "required")}
    rules = selection(catalog, read, default=packs).rules
    values = [each for each in effective(read, lines, file, others) if each.key != "settings"]
    return [*values, *settings_of(rules, lines, file, every=every)]


def _print(values: "Iterable[EffectiveValue]") -> None:
    from rich.console import Console
    from rich.table import Table

    from muster.model.text import escaped

    console = Console(highlight=False, emoji=False)
    if not console.is_terminal:
        console.width = _WIDE
    table = Table.grid(padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    table.add_column(overflow="fold", style="dim")
    for each in values:
        table.add_row(each.key, escaped(each.text), escaped(each.source))
    with console.capture() as captured:
        console.print(table, markup=False)
    click.echo("\n".join(line.rstrip() for line in captured.get().splitlines()))
