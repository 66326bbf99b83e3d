"""The report of a migration as Markdown and as a page of HTML."""

import re
from typing import Any

from muster.migration.report.report import MigrationReport, Parity
from muster.model.finding import Status
from muster.model.text import printable
from muster.reports.formats.templating import environment
from muster.reports.nouns import noun

_SENTENCES = {
    Parity.YES: "The target matches the source.",
    Parity.NO: "The target does not match the source.",
    Parity.UNKNOWN: "Unknown: something could not be read, and nothing that could be read fails.",
}
_MARKS = re.compile(r"([\\`*_{}\[\]<>#|~&])")


def markdown(report: MigrationReport) -> str:
    """Return the report as Markdown; names and reasons are escaped, so that they can be nothing but text."""
    return _rendered("migration.md.j2", report, cell=_cell)


def html(report: MigrationReport) -> str:
    """Return the report as one page of HTML without anything from elsewhere; every value is escaped."""
    return _rendered("migration.html.j2", report, cell=printable)


def _rendered(name: str, report: MigrationReport, cell: Any) -> str:
    template = environment("muster.migration.report").get_template(name)
    shown = sorted(report.findings, key=lambda each: (-each.severity.rank, each.resource.id, each.check_id))
    return template.render(
        report=report,
        source=report.region.source.resource,
        target=report.region.resource,
        counts=report.tally.to_json()["findings"],
        sentence=_SENTENCES[report.parity],
        failing=[each for each in shown if each.status is Status.NON_COMPLIANT],
        unread=[each for each in shown if each.status is Status.INSUFFICIENT_DATA],
        differing=[(entry, each) for entry in report.entries for each in entry.differences],
        steps=report.next_steps,
        data=[entry.to_json() for entry in report.entries],
        noun=noun,
        cell=cell,
        word=_word,
    )


def _cell(text: object) -> str:
    """Return a text for a cell of a table: one line, and no mark of Markdown or HTML."""
    return _MARKS.sub(r"\\\1", printable(str(text)))


def _word(value: Any) -> str:
    """Return a setting in words; a mapping as its values that are set."""
    if isinstance(value, dict):
        named = [f"{name} {_word(each)}" for name, each in value.items() if each not in (None, False, 0)]
        return ", ".join(named) or "none"
    if isinstance(value, list | tuple):
        return ", ".join(map(_word, value)) or "none"
    words = {None: "none", True: "yes", False: "no"}
    return words[value] if value is None or isinstance(value, bool) else str(value)
