"""The page of a check, made of its declaration; `python -m muster.catalog.pages` writes them all to docs/checks."""

import inspect
import json
import re
import sys
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from muster.catalog import packs
from muster.catalog.catalog import Catalog, load
from muster.catalog.read_plan import Per, plan_of
from muster.model.check import Check
from muster.model.json_values import to_json
from muster.model.readers import Describer

HOME = Path("docs/checks")
_SECTION = re.compile(r"^(Problem|Why|Fix|Source):", re.MULTILINE)
_OFTEN = {Per.ACCOUNT: "once for the account", Per.REGION: "once for the region", Per.RESOURCE: "once for each"}


def check_page(check: Check, catalog: Catalog) -> str:
    """Return a check's page as Markdown."""
    types = catalog.resource_types(check)
    named = [pack.name for pack in packs.load(catalog).values() if any(each.check == check.id for each in pack.entries)]
    blocks = [
        f"# {check.id}",
        f"{check.title}.",
        "\n".join(
            (
                f"- Severity: **{check.severity}**",
                f"- Judges: {', '.join(types)}",
                *([f"- Supports: {', '.join(check.controls)}"] if check.controls else []),
                f"- Packs: {', '.join(named)}",
                *([f"- Alerts call it: {check.problem.replace('PORT', 'a port')}"] if check.problem else []),
                f"- Version: {check.version}",
                *([f"- Opt-in: {_opt_in(check)}"] if check.opt_in else []),
            )
        ),
        *([prose] if (prose := _prose(check)) else []),
        f"## Why\n\n{check.why}",
        f"## Fix\n\n{check.fix}",
        _reads(check, catalog),
        *([_settings(check)] if check.settings else []),
        *([f"## Source\n\n<{check.source}>"] if check.source else []),
    ]
    return "\n\n".join(blocks) + "\n"


def index(catalog: Catalog) -> str:
    """Return the table of all checks with the permissions that they need."""
    rows = [
        f"| [{check.id}]({check.id}.md) | {check.severity} | {'<br>'.join(catalog.resource_types(check))} | "
        f"{'<br>'.join(permissions(check, catalog))} | {_cell(check.title)} |"
        for check in catalog.checks.values()
    ]
    return "\n".join(
        (
            "# Checks",
            "",
            "Every check, what it judges and the IAM permissions it needs. `muster explain CHECK` shows a page in the",
            "terminal, `muster iam-policy` prints the permissions as a policy. The pages are written by `make docs`.",
            "",
            "| check | severity | judges | permissions | what should be |",
            "| --- | --- | --- | --- | --- |",
            *rows,
            "",
        )
    )


def permissions(check: Check, catalog: Catalog) -> tuple[str, ...]:
    """Return the IAM permissions that a check needs, listing included, sorted."""
    return tuple(sorted({permission for _, permission, _ in _calls(check, catalog)}))


def pages(catalog: Catalog) -> Mapping[str, str]:
    """Return every file of docs/checks by its name."""
    return {
        "README.md": index(catalog),
        **{f"{name}.md": check_page(each, catalog) for name, each in catalog.checks.items()},
    }


def stale(folder: Path, wanted: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of the files that differ from what they should be, or should not be there."""
    there = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}
    return tuple(sorted(name for name in {*there, *wanted} if there.get(name) != wanted.get(name)))


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; exit 1 when a page is not as the code says.")
@click.argument("folder", type=click.Path(path_type=Path), default=HOME)
def main(folder: Path, *, check: bool) -> None:
    """Write the pages of all checks, and delete those of checks that are gone."""
    wanted = pages(load())
    names = stale(folder, wanted)
    if check:
        for name in names:
            click.echo(f"{folder / name} is stale: run 'make docs'", err=True)
        sys.exit(bool(names))
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        if name in wanted:
            (folder / name).write_text(wanted[name], encoding="utf-8")
        else:
            (folder / name).unlink()
    click.echo(f"{folder}: {len(wanted)} pages, {len(names)} changed")


def _opt_in(check: Check) -> str:
    names = " or ".join(f"`{name}`" for name in check.opt_in)
    return f"judges nothing, and reads nothing of a resource, until the setting {names} says what is asked for"


def _prose(check: Check) -> str:
    """Return what the docstring says between its first line and its first section."""
    _, _, rest = (inspect.getdoc(check.function) or "").partition("\n")
    return _SECTION.split(rest, maxsplit=1)[0].strip()


def _calls(check: Check, catalog: Catalog) -> Iterator[tuple[str, str, str]]:
    """Yield what is read, with which permission, and how often; each once."""
    rows: dict[tuple[str, str, str], None] = {}
    for plan in plan_of(catalog, check).types:
        if plan.lister:
            listing = f"the list of {plan.resource_type}"
            rows |= dict.fromkeys((listing, permission, "page by page") for permission in plan.lister.permissions)
        for call in plan.calls:
            if isinstance(call.reader, Describer):
                facet, often = call.reader.facet.__name__, _how_often(call.reader, call.per)
                rows |= dict.fromkeys((facet, permission, often) for permission in call.reader.permissions)
    yield from rows


def _how_often(describer: Describer, per: Per) -> str:
    if per is Per.RELATED and describer.of is not None:
        often = f"once for each that a {describer.of.__name__} names"
    elif per is Per.RESOURCE and describer.of is not None:
        often = f"once for each whose {describer.of.__name__} asks for it"
    else:
        often = _OFTEN[per]
    return often if describer.at_once == 1 else f"{often}, {describer.at_once} a call"


def _reads(check: Check, catalog: Catalog) -> str:
    rows = [f"| {what} | `{permission}` | {often} |" for what, permission, often in _calls(check, catalog)]
    return "\n".join((
        "## What it reads", "", "| what | permission | how often |", "| --- | --- | --- |", *rows,
    ))  # fmt: skip


def _settings(check: Check) -> str:
    rows = [
        f"| `{name}` | {_takes(check.setting_types[name])} | `{_cell(_json(default))}` |"
        for name, default in check.settings.items()
    ]
    example = "\n".join(f"    {name}: {_json(default)}" for name, default in check.settings.items())
    return "\n".join((
        "## Settings", "", "| setting | takes | default |", "| --- | --- | --- |", *rows, "",
        "In `muster.yaml`, with the defaults:", "", "```yaml", "settings:", f"  {check.id}:", example, "```",
    ))  # fmt: skip


def _takes(hint: object) -> str:
    words: Mapping[object, str] = {
        bool: "true or false", int: "a whole number", str: "a text", tuple: "a list of texts",
    }  # fmt: skip
    return words.get(typing.get_origin(hint) or hint, "a mapping")


def _json(value: object) -> str:
    return json.dumps(to_json(value), ensure_ascii=False)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    main()
