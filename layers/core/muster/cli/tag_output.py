"""What `muster tag` prints: a table with a row a resource, or JSON."""

from collections.abc import Iterator, Sequence
from typing import Any, TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from muster.configuration.compliance_tags import ComplianceTags
from muster.model.text import counted, json_text, printable
from muster.reports.report import ScanReport
from muster.tagging.decision import Action
from muster.tagging.tagger import Outcome
from muster.tagging.tally import TagTally

ROWS = 100
"""How many resources with an unchanged tag the table shows; JSON has all."""
_WIDE = 10_000
"""Columns of a file or pipe: there lines are not folded, so that they can be searched."""
_STYLES = {
    Action.SET: "red",
    Action.CHANGED: "yellow",
    Action.REMOVED: "green",
    Action.FULL: "bold red",
    Action.REFUSED: "bold red",
    Action.KEPT: "yellow",
}
_ORDER = (
    Action.REFUSED, Action.FULL, Action.SET, Action.CHANGED, Action.REMOVED, Action.KEPT, Action.EXCLUDED, Action.GONE,
    Action.UNCHANGED,
)  # fmt: skip


def table(
    stream: TextIO, outcomes: Sequence[Outcome], tally: TagTally, settings: ComplianceTags, *, dry_run: bool
) -> None:
    """Write a row for each resource, those that need attention first, and the counts."""
    console = Console(file=stream, highlight=False, emoji=False)
    if not console.is_terminal:
        console.width = _WIDE
    several = len({each.resource.account_id for each in outcomes}) > 1
    ranked = sorted(outcomes, key=lambda each: _ORDER.index(each.action))
    unchanged = tally.actions[Action.UNCHANGED]
    shown = ranked[: len(ranked) - max(0, unchanged - ROWS)]
    if shown:
        grid = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
        for title in ("would be" if dry_run else "result", "resource", "region", "tag", "why"):
            grid.add_column(title, overflow="fold", no_wrap=title not in ("resource", "why"))
        for each in shown:
            where = f"{each.resource.account_id} {each.resource.region}" if several else each.resource.region
            grid.add_row(
                Text(each.action.value, style=_STYLES.get(each.action, "dim")), Text(printable(each.resource.key)),
                where, Text(printable(_tag(each))), Text(printable(_why(each))),
            )  # fmt: skip
        with console.capture() as captured:
            console.print(grid)
        text = captured.get()
        stream.write(text if console.is_terminal else "".join(f"{line.rstrip()}\n" for line in text.splitlines()))
    if len(shown) < len(ranked):
        stream.write(f"… and {len(ranked) - len(shown)} more unchanged; --format json has them all\n")
    stream.writelines(printable(line) + "\n" for line in _remarks(outcomes))
    stream.write(totals(tally, settings, dry_run=dry_run) + "\n")


def document(
    outcomes: Sequence[Outcome], tally: TagTally, settings: ComplianceTags, scan: ScanReport, *, dry_run: bool
) -> str:
    """Return the same as JSON."""
    content = {
        "scan_id": scan.scan_id,
        "dry_run": dry_run,
        "key": settings.key,
        "failed": settings.failed,
        "passed": settings.passed or None,
        "complete": scan.complete and not tally.stopped,
        "incomplete": [*scan.incomplete, *([tally.stopped] if tally.stopped else [])],
        "counts": tally.to_json(),
        "resources": [_entry(each) for each in outcomes],
    }
    return json_text(content, 2)


def lines(outcomes: Sequence[Outcome], tally: TagTally, settings: ComplianceTags) -> Iterator[str]:
    """Yield the same as lines, for standard error."""
    for each in sorted(outcomes, key=lambda each: _ORDER.index(each.action)):
        yield printable(f"{each.action}: {each.resource.key}: {_tag(each)}: {_why(each)}")
    yield from map(printable, _remarks(outcomes))
    yield totals(tally, settings, dry_run=False)


def totals(tally: TagTally, settings: ComplianceTags, *, dry_run: bool) -> str:
    """Return the counts in one line."""
    actions = [f"{tally.actions[action]} {action}" for action in Action if tally.actions[action]]
    dry = "dry run, nothing was written: " if dry_run else ""
    counts = ", ".join(actions) or "nothing to tag"
    stopped = f"; {tally.stopped}" if tally.stopped else ""
    return f"{dry}{counted(tally.resources, 'resource')}, tag {settings.key}: {counts}{stopped}"


def _tag(outcome: Outcome) -> str:
    if outcome.action in (Action.KEPT, Action.EXCLUDED, Action.GONE, Action.REFUSED) and outcome.before is None:
        return "—"
    if not outcome.action.writes:
        return "no tag" if outcome.before is None else f"{outcome.key}={outcome.before}"
    if outcome.after is None:
        return f"{outcome.key}={outcome.before} taken off"
    before = f" (was {outcome.before})" if outcome.before is not None else ""
    return f"{outcome.key}={outcome.after}{before}"


def _why(outcome: Outcome) -> str:
    needs = f" (needs {outcome.permission})" if outcome.permission else ""
    return f"{outcome.reason}{needs}"


def _remarks(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Yield each remark once, with the resources that it is about."""
    about: dict[str, list[str]] = {}
    for each in outcomes:
        for remark in each.remarks:
            about.setdefault(remark, []).append(each.resource.id)
    for remark, names in about.items():
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""  # noqa: PLR2004 - as many as fit a line
        yield f"{', '.join(names[:3])}{more}: {remark}"


def _entry(outcome: Outcome) -> dict[str, Any]:
    resource = outcome.resource
    return {
        "action": outcome.action.value,
        "mark": outcome.mark.value,
        "resource": {
            "type": resource.type,
            "id": resource.id,
            "arn": resource.arn,
            "account_id": resource.account_id,
            "region": resource.region,
        },
        "key": outcome.key,
        "before": outcome.before,
        "after": outcome.after,
        "reason": outcome.reason,
        "permission": outcome.permission,
        "remarks": list(outcome.remarks),
    }
