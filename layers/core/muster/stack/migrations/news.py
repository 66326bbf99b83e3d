"""The message about a migration that changed, as an SNS topic takes it."""

from collections.abc import Iterator, Sequence

from muster.migration.report.report import MigrationReport, Parity
from muster.model.finding import Finding
from muster.model.text import counted, defanged, printable, shortened
from muster.stack.migrations.state import Change

LINES = 20
"""How many failures a message lists; the report has all."""
SUBJECT = 99
"""https://docs.aws.amazon.com/sns/latest/api/API_Publish.html"""
_WIDTH = 400
_PARITY = {
    Parity.YES: "the target matches the source again",
    Parity.NO: "the target does not match the source",
    Parity.UNKNOWN: "it is not known whether the target matches",
}


def subject(report: MigrationReport, change: Change) -> str:
    """Return the subject: ASCII on one line."""
    return _subject(f"Muster: migration {report.file.batch}: {_PARITY[change.after]}")


def message(report: MigrationReport, change: Change, address: str) -> str:
    """Return the text: what changed, what to do first, and where the report is."""
    return "\n".join(_lines(report, change, address)) + "\n"


def wrong_file(name: str, reason: str) -> tuple[str, str]:
    """Return subject and text about a migration file that cannot be used."""
    lines = ["This migration file cannot be used, so nothing of it was validated:", "", *reason.split("\n")[:LINES]]
    return _subject(f"Muster: migration file {name} is wrong"), "\n".join(_safe(line) for line in lines) + "\n"


def _lines(report: MigrationReport, change: Change, address: str) -> Iterator[str]:
    source, target = report.region.source.resource, report.region.resource
    yield f"Migration {report.file.batch}, {source.region} to {target.region}: {_PARITY[change.after]}."
    yield ""
    if change.opened:
        yield f"New failures ({len(change.opened)}):"
        yield from _listed(change.opened)
        yield ""
    if change.fixed:
        yield f"Fixed: {counted(change.fixed, 'failure')}."
    if change.unread:
        yield f"{counted(len(change.unread), 'comparison')} could not be made, which never counts as a match:"
        yield from _listed(change.unread)
        yield ""
    steps = report.next_steps
    if steps and change.after is not Parity.YES:
        yield f"Next: {_safe(steps[0].title)}"
        yield from (f"  {printable(step.text)}" for step in steps[0].steps)
        yield ""
    yield f"Report: {address}"


def _listed(findings: Sequence[Finding]) -> Iterator[str]:
    worst = sorted(findings, key=lambda each: (-each.severity.rank, each.resource.id, each.check_id))
    for each in worst[:LINES]:
        yield _safe(f"  {each.severity.value} {each.resource.id}: {each.reason} ({each.check_id})")
    if len(worst) > LINES:
        yield f"  … and {len(worst) - LINES} more"


def _safe(text: str) -> str:
    return defanged(shortened(printable(text), _WIDTH))


def _subject(text: str) -> str:
    plain = printable(text).encode("ascii", "replace").decode()
    return shortened(" ".join(plain.split()), SUBJECT, "...")
