"""The pages of controls and packs as Markdown. The page of a check is `muster.catalog.pages.check_page`."""

from collections.abc import Collection, Iterable, Sequence

from muster.catalog.catalog import Catalog
from muster.catalog.controls import NOT_YET, SECURITY_HUB, Control, Controls, Framework, coverage, covered
from muster.catalog.packs import Entry, Pack
from muster.model.finding import Severity
from muster.model.text import counted, listed

_MOST = 4
"""Requirements of a framework that are named at most."""


def control_page(found: Sequence[tuple[Framework, Control]], book: Controls, catalog: Catalog) -> str:
    """Return the page of the controls that a name stands for: usually one."""
    checks = covered(catalog, book)
    return "\n".join(_control(control, book, catalog, checks.get(control.id, ())) for _, control in found)


def requirement_page(framework: Framework, number: str, catalog: Catalog, book: Controls) -> str:
    """Return the page of a requirement that AWS maps to no control of Security Hub."""
    (line,) = (each for each in coverage(framework, catalog, book) if each.name == number)
    blocks = [
        f"# {framework.title}: {number}",
        f"{line.title}.",
        "AWS maps it to no control of Security Hub.",
        f"## Checks\n\n{_checks(line.checks, catalog) if line.checks else _none(line.why)}",
    ]
    return "\n\n".join(blocks) + "\n"


def _none(why: str) -> str:
    if why == NOT_YET:
        return "No check of Muster supports this requirement yet."
    return f"No check of Muster supports this requirement: it is {why}."


def in_frameworks(name: str, book: Controls) -> tuple[str, ...]:
    """Return the frameworks that hold a control, each with its own requirements: `cis-5.0.0 2.1.4`."""
    held = (each for each in book.frameworks.values() if name in each.controls and each.name != SECURITY_HUB)
    return tuple(f"{each.name} {listed(each.controls[name], _MOST)}".strip() for each in held)


def pack_page(pack: Pack, catalog: Catalog, on: Collection[str]) -> str:
    """Return the page of a pack: what it is for, and its checks, the worst first; `on` are those that a scan runs."""
    entries = sorted(pack.entries, key=lambda entry: (-_severity(entry, catalog).rank, entry.check))
    use = f"To use it: `muster scan --pack {pack.name}`, or `packs: [{pack.name}]` in muster.yaml."
    blocks = [
        f"# {pack.name}",
        f"{pack.title}. {' '.join(pack.description.split())}",
        f"{counted(len({entry.check for entry in entries}), 'check')}. {use}",
        "\n".join(
            (
                "| check | severity | on | settings of the pack |",
                "| --- | --- | --- | --- |",
                *_rows(entries, catalog, on),
            )
        ),
    ]
    return "\n\n".join(blocks) + "\n"


def _rows(entries: Iterable[Entry], catalog: Catalog, on: Collection[str]) -> Iterable[str]:
    for entry in entries:
        settings = ", ".join(f"`{name}: {value}`" for name, value in entry.settings.items())
        variant = f" ({entry.variant})" if entry.variant else ""
        runs = "on" if entry.check in on else "off"
        yield f"| {entry.check}{variant} | {_severity(entry, catalog)} | {runs} | {settings} |"


def _severity(entry: Entry, catalog: Catalog) -> Severity:
    return catalog.checks[entry.check].severity


def _control(control: Control, book: Controls, catalog: Catalog, checks: Sequence[str]) -> str:
    retired = "retired" + (f" on {control.retired_on}" if control.retired_on else "") if control.retired else ""
    facts = [
        f"- Severity: **{control.severity}**",
        f"- Frameworks: {'; '.join(in_frameworks(control.id, book)) or 'Security Hub only'}",
        f"- Applies to: {', '.join(sorted(control.resource_types))}",
        *([f"- AWS {retired}; replaced by {', '.join(control.replaced_by) or 'nothing'}"] if retired else []),
    ]
    blocks = [
        f"# {control.id}",
        f"{control.title}.",
        "\n".join(facts),
        *([f"## What it requires\n\n{control.asks}"] if control.asks else []),
        *([f"## Where Muster differs\n\n{control.differs}"] if control.differs else []),
        f"## Checks\n\n{_checks(checks, catalog, control.no_check)}",
    ]
    return "\n\n".join(blocks) + "\n"


def _checks(names: Sequence[str], catalog: Catalog, why: str = "") -> str:
    if not names:
        return f"No check of Muster supports this control{f': {why}' if why else ''}."
    return "\n".join(f"- `{name}` ({catalog.checks[name].severity}): {catalog.checks[name].title}" for name in names)
