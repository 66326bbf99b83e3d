"""The page of each check, and the index: `python -m muster.catalog.pages` writes docs/checks.

The examples on a page are reasons that the check returned: in the scan of the demo's estate, which a test stores, and
in the tests of the few checks that the estate has no example for.
"""

import inspect
import json
import re
import sys
import typing
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import click

from muster.catalog import packs
from muster.catalog.catalog import Catalog, load
from muster.catalog.controls import framework_names
from muster.catalog.read_plan import Per, plan_of
from muster.data.services import titles
from muster.model.check import Check
from muster.model.finding import Status
from muster.model.json_values import to_json
from muster.model.readers import Describer

HOME = Path("docs/checks")
REASONS = (Path("tests/golden/stored/command/reasons.txt"), Path("tests/unit/catalog/more_reasons.txt"))
_RESULTS = {Status.COMPLIANT: "Passes", Status.NON_COMPLIANT: "Fails", Status.NOT_APPLICABLE: "Does not apply"}
_TAGS = "Tags"
_INTRODUCTION = (
    "The page of a check has examples, the fix, the settings and the IAM permissions. `muster explain CHECK` shows it "
    "in the terminal. `muster iam-policy` prints a policy for the checks that you select."
)
_SECTION = re.compile(r"^(Problem|Why|Fix|Source):", re.MULTILINE)
_OFTEN = {Per.ACCOUNT: "once per account", Per.REGION: "once per region", Per.RESOURCE: "once per resource"}
Examples = Mapping[str, Mapping[Status, str]]
"""A reason for each check and status."""


def check_page(
    check: Check,
    catalog: Catalog,
    examples: Examples = MappingProxyType({}),
    named: Mapping[str, Sequence[str]] | None = None,
) -> str:
    """Return the page of a check as Markdown; `named` has the packs of each check, where they are known already."""
    blocks = [
        f"# {check.id}",
        f"{check.title}.",
        "\n".join(
            (
                f"- Severity: **{check.severity}**",
                f"- Applies to: {', '.join(catalog.resource_types(check))}",
                *([f"- Controls: {', '.join(check.controls)}"] if check.controls else []),
                f"- Packs: {', '.join((named or _packs(catalog))[check.id])}",
                *([f"- Name in alerts: {check.problem.replace('PORT', 'a port')}"] if check.problem else []),
                f"- Version: {check.version}",
                *([f"- Off by default: {_opt_in(check)}"] if check.opt_in else []),
            )
        ),
        *([prose] if (prose := _prose(check)) else []),
        *([_examples(found)] if (found := examples.get(check.id)) else []),
        f"## Why\n\n{check.why}",
        f"## Fix\n\n{_fix(check.fix)}",
        *([_settings(check)] if check.settings else []),
        _reads(check, catalog),
        *([f"## Source\n\n<{check.source}>"] if check.source else []),
    ]
    return "\n\n".join(blocks) + "\n"


def index(catalog: Catalog) -> str:
    """Return the tables of all checks, one for each service."""
    groups: dict[str, list[Check]] = {}
    for check in catalog.checks.values():
        groups.setdefault(_group(check, catalog), []).append(check)
    named = _packs(catalog)
    sections = sorted(groups, key=lambda title: (title == _TAGS, title.lower()))
    links = " · ".join(f"[{title}](#{_anchor(title)})" for title in sections)
    blocks = [
        "# Checks",
        f"Muster has {len(catalog.checks)} checks. {_INTRODUCTION}",
        f"Services: {links}",
        *(f"## {title}\n\n{_table(sorted(groups[title], key=_worst_first), named)}" for title in sections),
        "These pages are generated: `make docs`.",
    ]
    return "\n\n".join(blocks) + "\n"


def _anchor(title: str) -> str:
    """Return the anchor of a heading as GitHub and the site make it: without signs, with hyphens for blanks."""
    return re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")


def examples_of(text: str) -> Examples:
    """Return an example for each check and status from stored reasons: the shortest reason, the first of equal ones.

    A line without indentation names a check; below it are lines with a status and a reason.
    """
    found: dict[str, dict[Status, str]] = {}
    check = ""
    for line in text.splitlines():
        status, _, reason = line.strip().partition("  ")
        if not line.startswith(" "):
            check = line.partition(":")[0]
        elif status in _RESULTS:
            reasons = found.setdefault(check, {})
            reasons[Status(status)] = min(reasons.get(Status(status), reason), reason, key=len)
    return found


def permissions(check: Check, catalog: Catalog) -> tuple[str, ...]:
    """Return the IAM permissions that a check needs, listing included, sorted."""
    return tuple(sorted({permission for _, permission, _ in _calls(check, catalog)}))


def pages(catalog: Catalog, examples: Examples) -> Mapping[str, str]:
    """Return every file of docs/checks by its name."""
    named = _packs(catalog)
    return {
        "README.md": index(catalog),
        **{f"{name}.md": check_page(each, catalog, examples, named) for name, each in catalog.checks.items()},
    }


def stored_examples(folder: Path = Path()) -> Examples:
    """Return the examples of the stored reasons, from the folder of the project."""
    return examples_of("".join((folder / each).read_text(encoding="utf-8") for each in REASONS))


def stale(folder: Path, wanted: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names of the files that differ from what they should be, or should not be there."""
    there = {path.name: path.read_text(encoding="utf-8") for path in folder.glob("*.md")}
    return tuple(sorted(name for name in {*there, *wanted} if there.get(name) != wanted.get(name)))


@click.command()
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if a page is out of date.")
@click.argument("folder", type=click.Path(path_type=Path), default=HOME)
def main(folder: Path, *, check: bool) -> None:
    """Write the pages of all checks, and delete the pages of removed checks."""
    wanted = pages(load(), stored_examples())
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
    return f"the check runs once the setting {names} is set"


def _packs(catalog: Catalog) -> Mapping[str, tuple[str, ...]]:
    """Return the names of the packs that have each check; those of frameworks follow from its controls."""
    known = packs.load(catalog)
    written = [known[name] for name in known if name not in framework_names()]
    held = {pack.name: {each.check for each in pack.entries} for pack in written}
    return {check: tuple(name for name, checks in held.items() if check in checks) for check in catalog.checks}


def _group(check: Check, catalog: Catalog) -> str:
    """Return the service that a check is listed under."""
    names = {catalog.service_of(check, each) for each in catalog.resource_types(check)}
    services = {titles().get(name, name) for name in names}
    return services.pop() if len(services) == 1 else _TAGS


def _worst_first(check: Check) -> tuple[int, str]:
    return -check.severity.rank, check.id


def _table(checks: Iterable[Check], named: Mapping[str, Sequence[str]]) -> str:
    rows = [
        f"| [{check.id}]({check.id}.md) | {check.severity} | {_cell(check.title)} | {'<br>'.join(check.controls)} | "
        f"{'<br>'.join(name for name in named[check.id] if name != packs.ALL)} |"
        for check in checks
    ]
    return "\n".join(("| Check | Severity | Title | Controls | Packs |", "| --- | --- | --- | --- | --- |", *rows))


def _examples(found: Mapping[Status, str]) -> str:
    rows = [f"| {result} | {_cell(_code(found[status]))} |" for status, result in _RESULTS.items() if status in found]
    return "\n".join(("## Examples", "", "| Result | Reason |", "| --- | --- |", *rows))


def _fix(text: str) -> str:
    """Return a fix as paragraphs, with its commands in blocks."""
    pieces = [(each.strip(), place % 2 == 1) for place, each in enumerate(text.split("`"))]
    return "\n\n".join(f"```bash\n{piece}\n```" if command else piece for piece, command in pieces if piece)


def _code(text: str) -> str:
    """Return a text that Markdown shows as it is."""
    mark = "``" if "`" in text else "`"
    space = " " if "`" in text else ""
    return f"{mark}{space}{text}{space}{mark}"


def _prose(check: Check) -> str:
    """Return the part of the docstring between its first line and its first section."""
    _, _, rest = (inspect.getdoc(check.function) or "").partition("\n")
    return _SECTION.split(rest, maxsplit=1)[0].strip()


def _calls(check: Check, catalog: Catalog) -> Iterator[tuple[str, str, str]]:
    """Yield the data that is read, its permission and the number of calls; each once."""
    rows: dict[tuple[str, str, str], None] = {}
    for plan in plan_of(catalog, check).types:
        if plan.lister:
            listing = f"List of {plan.resource_type}"
            rows |= dict.fromkeys((listing, permission, "once per page") for permission in plan.lister.permissions)
        for call in plan.calls:
            if isinstance(call.reader, Describer):
                facet, often = call.reader.facet.__name__, _how_often(call.reader, call.per)
                rows |= dict.fromkeys((facet, permission, often) for permission in call.reader.permissions)
    yield from rows


def _how_often(describer: Describer, per: Per) -> str:
    if per is Per.RELATED and describer.of is not None:
        often = f"once per resource that a {describer.of.__name__} names"
    elif per is Per.RESOURCE and describer.of is not None:
        often = f"once per resource whose {describer.of.__name__} needs it"
    else:
        often = _OFTEN[per]
    return often if describer.at_once == 1 else f"{often}, {describer.at_once} in one call"


def _reads(check: Check, catalog: Catalog) -> str:
    rows = [f"| {what} | `{permission}` | {often} |" for what, permission, often in _calls(check, catalog)]
    return "\n".join((
        "## Permissions", "", "| Data | Permission | Calls |", "| --- | --- | --- |", *rows,
    ))  # fmt: skip


def _settings(check: Check) -> str:
    rows = [
        f"| `{name}` | {_takes(check.setting_types[name])} | `{_cell(_json(default))}` |"
        for name, default in check.settings.items()
    ]
    example = "\n".join(f"    {name}: {_json(default)}" for name, default in check.settings.items())
    return "\n".join((
        "## Settings", "", "| Setting | Type | Default |", "| --- | --- | --- |", *rows, "",
        "In `muster.yaml`, with the defaults:", "", "```yaml", "settings:", f"  {check.id}:", example, "```",
    ))  # fmt: skip


def _takes(hint: object) -> str:
    words: Mapping[object, str] = {bool: "true or false", int: "integer", str: "string"}
    if typing.get_origin(hint) is tuple:
        return f"list of {words[typing.get_args(hint)[0]]}s"
    return words.get(hint, "map")


def _json(value: object) -> str:
    return json.dumps(to_json(value), ensure_ascii=False)


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    main()
