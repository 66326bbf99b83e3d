"""docs/controls.md, and the share in README.md: which control of a framework has a check, and why others have none."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from muster.catalog.catalog import load
from muster.catalog.controls import FSBP, NOT_YET, SECURITY_HUB, Controls, Coverage, Framework, coverage
from muster.catalog.controls import load as load_controls
from muster.model.text import counted, percent

_SHOWN = {
    FSBP: "FSBP",
    "cis-5.0.0": "CIS 5.0.0",
    "pci-4.0.1": "PCI 4.0.1",
    "nist-800-53": "NIST 800-53",
    "tagging": "tagging",
}
"""The frameworks that the page names at each control, and how."""
_SECTION = re.compile(r"(<!-- generated: coverage -->\n).*?(<!-- end of generated -->)", re.DOTALL)
_HEAD = """# Controls

Written by `make generate` from the controls in `layers/core/muster/data/controls` and from what each check cites.

Every framework is a pack of the same name: `muster scan --pack cis-5.0.0`. `muster list controls` has this page as text
and as JSON, with the requirements of NIST 800-53 and of older versions. `muster explain S3.5` says what a control asks
for, and where a check differs.

"""


def controls_page() -> str:
    """Return the page as Markdown."""
    catalog, book = load(), load_controls()
    lines = {name: coverage(each, catalog, book) for name, each in book.frameworks.items()}
    blocks = [_HEAD + _shares(book, lines), _without(book, lines)]
    by_service: dict[str, list[Coverage]] = {}
    for line in lines[SECURITY_HUB]:
        by_service.setdefault(line.name.partition(".")[0].casefold(), []).append(line)
    names = {each.casefold(): each for each in book.services}
    blocks += [_service(names[name], each, book) for name, each in sorted(by_service.items())]
    blocks += [_beyond(each, lines[each.name]) for each in book.frameworks.values() if each.beyond]
    return "\n\n".join(blocks) + "\n"


def with_coverage(readme: str) -> str:
    """Return README.md with its numbers written anew."""
    if not _SECTION.search(readme):
        raise SystemExit("README.md: there is no section '<!-- generated: coverage -->' with its end")
    return _SECTION.sub(lambda match: f"{match.group(1)}{_sentence()}\n{match.group(2)}", readme)


def _sentence() -> str:
    catalog, book = load(), load_controls()
    fsbp = book.frameworks[FSBP]
    met = _met(coverage(fsbp, catalog, book), fsbp)
    total = len(fsbp.controls)
    return (
        f"Its checks support {met} of the {total} controls of AWS Foundational Security Best Practices "
        f"({percent(met, total)}, all services counted).\n"
        "[Controls](docs/controls.md) has each control of FSBP, CIS, PCI DSS and NIST 800-53, with its checks or the "
        "reason why it has none."
    )


def _met(lines: Iterable[Coverage], framework: Framework) -> int:
    return sum(bool(line.checks) for line in lines if line.name in framework.controls)


def _shares(book: Controls, lines: Mapping[str, Sequence[Coverage]]) -> str:
    rows = ["| framework | pack | controls | with a check | share |", "| --- | --- | --- | --- | --- |"]
    for name, framework in book.frameworks.items():
        met, total = _met(lines[name], framework), len(framework.controls)
        pack = "" if name == SECURITY_HUB else f"`{name}`"
        rows.append(f"| {framework.title} | {pack} | {total} | {met} | {percent(met, total)} |")
    return "\n".join(rows)


def _without(book: Controls, lines: Mapping[str, Sequence[Coverage]]) -> str:
    """Say why some controls have no check, and which controls of other lists are not counted."""
    because: dict[str, list[str]] = {}
    for line in lines[SECURITY_HUB]:
        if line.why and line.why != NOT_YET:
            because.setdefault(line.why, []).append(line.name)
    several = [f"- {why}: {', '.join(names)}" for why, names in because.items()]
    several += [
        f"- Not counted in {_SHOWN.get(framework.name, framework.name)}: {name}, {why}"
        for framework in book.frameworks.values()
        for name, why in framework.gone.items()
    ]
    head = "## Why a control has no check\n\n`-` means that no check has been written yet. Others have a reason:\n\n"
    return head + "\n".join(several)


def _service(name: str, lines: Iterable[Coverage], book: Controls) -> str:
    rows = [
        f"| {line.name} | {_cell(line.title)} | {book.by_id[line.name].severity} | "
        f"{', '.join(_frameworks(line.name, book))} | {_checks(line)} |"
        for line in lines
    ]
    head = "| control | title | severity | frameworks | checks |\n| --- | --- | --- | --- | --- |"
    return "\n".join((f"## {name}\n", head, *rows))


def _frameworks(control: str, book: Controls) -> Iterator[str]:
    """Yield the frameworks that hold a control; those of NIST have too many requirements to name."""
    for name, shown in _SHOWN.items():
        requirements = book.frameworks[name].controls.get(control)
        if requirements is not None:
            yield shown if name == "nist-800-53" else " ".join((shown, *requirements))


def _beyond(framework: Framework, lines: Iterable[Coverage]) -> str:
    without = [line for line in lines if line.name in framework.beyond]
    met = sum(bool(line.checks) for line in without)
    head = (
        f"## {framework.title}: requirements without a control\n\n"
        f"AWS maps {counted(len(without), 'requirement')} to no control of Security Hub. {met} have a check.\n\n"
        "| requirement | | checks |\n| --- | --- | --- |"
    )
    return "\n".join((head, *(f"| {line.name} | {_cell(line.title)} | {_checks(line)} |" for line in without)))


def _checks(line: Coverage) -> str:
    if line.checks:
        return "<br>".join(f"[{name}](checks/{name}.md)" for name in line.checks)
    return "-" if line.why == NOT_YET else line.why


def _cell(text: str) -> str:
    return text.replace("|", r"\|").replace("*", r"\*")
