"""The findings for people: by resource, the worst first; ten or more failures of one check are one block. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from rich.text import Text

from muster.model.finding import Finding, Status
from muster.model.text import counted, printable
from muster.reports.nouns import counted_noun
from muster.reports.overview import Item, Job, Overview
from muster.reports.terminal.layout import GAP, View, apart, label, news_width, wrapped
from muster.reports.wording import FAILING, SUPPRESSED, UNREAD, status_name

FOLDED = 10
"""Failures of one check that are one block."""
NAMES = 100
"""Names that a block shows on a terminal; the rest is counted, and in every other format."""
_NUMBERED = re.compile(r"(.*?)(\d{1,9})")
_RUN = 3
"""Names with consecutive numbers that are shown as the first and the last."""


@dataclass(frozen=True, slots=True)
class _Block:
    """Lines that belong together, and where they stand among others: the worst severity first."""

    rank: int
    lines: tuple[Text, ...]


def listing(overview: Overview, view: View, others: Sequence[Item] = ()) -> Iterator[Text]:
    """Yield the lines of the findings that the view shows; `others` are findings that the overview does not keep."""
    items = [item for item in (*overview.items, *others) if status_name(item.finding) in view.statuses]
    folded = {} if view.top else {job.check_id: job for job in overview.jobs if len(job.items) >= FOLDED}
    if FAILING not in view.statuses:
        folded = {}
    single = [item for item in items if not (item.finding.failing and item.finding.check_id in folded)]
    groups = [tuple(group) for _, group in groupby(single, key=lambda item: item.finding.resource.identity)]
    several = len(overview.facts.accounts) > 1
    width = news_width(item.news for item in items)
    resources = [_resource(group, width, view, several=several) for group in groups[: view.top]]
    jobs = [_job(job, width, view, several=several) for job in folded.values()]
    for block in _merged(resources, jobs):
        yield from block.lines
        yield Text()
    if rest := len(groups[view.top :]) if view.top else 0:
        yield Text(f"{counted(rest, 'more resource')} not shown (--top {view.top}).", "dim")
        yield Text()


def _merged(resources: Iterable[_Block], jobs: Iterable[_Block]) -> Iterator[_Block]:
    """Put each block of a check before the resources whose worst failure is less severe."""
    waiting = sorted(jobs, key=lambda block: -block.rank)
    for block in resources:
        while waiting and waiting[0].rank > block.rank:
            yield waiting.pop(0)
        yield block
    yield from waiting


def _resource(items: Sequence[Item], width: int, view: View, *, several: bool) -> _Block:
    lines = _heading(items[0], view, several=several)
    for item in items:
        lines += _failure(item, width, view)
    failing = [item.finding.severity.rank for item in items if item.finding.failing]
    return _Block(max(failing, default=-1), tuple(lines))


def _heading(item: Item, view: View, *, several: bool) -> list[Text]:
    name, about = printable(item.name), ", ".join(part for part in _about(item, several=several) if part)
    line = Text.assemble((name, "bold"), "  ", (about, "dim"))
    if view.width is None or line.cell_len <= view.width:
        return [line]
    return [Text(name, "bold"), *(Text(f"  {part}", "dim") for part in wrapped(about, view.width - 2))]


def _about(item: Item, *, several: bool) -> Iterator[str]:
    yield item.noun
    region = item.finding.resource.region
    yield f"{printable(item.account)} {region}" if several else region
    tags = item.finding.resource.tags
    yield printable(item.owner) or ("" if tags is None else "no owner")


def _failure(item: Item, width: int, view: View) -> list[Text]:
    finding = item.finding
    before = Text.assemble("  ", label(finding.severity, item.news, width), "  ")
    reason = f"{_state(finding)}{finding.reason}" + (f" ({finding.variant})" if finding.variant else "")
    check = _check(finding.check_id, view)
    indent = before.cell_len
    *lines, last = wrapped(reason, None if view.width is None else view.width - indent)
    starts = [before] + [Text(" " * indent)] * len(lines)
    made = [Text.assemble(start, line) for start, line in zip(starts, lines, strict=False)]
    made += apart(Text.assemble(starts[len(lines)], last), check, view.width)
    if view.fixes:
        made += [Text.assemble(" " * indent, (printable(step.text), "dim")) for step in item.steps]
    return made


def _check(check_id: str, view: View) -> Text:
    """Return the name of a check, after the controls of the framework that it supports."""
    return Text("  ".join(filter(None, (view.controls.get(check_id, ""), check_id))), "dim")


def _state(finding: Finding) -> str:
    """Return the words before the reason of a finding that does not fail."""
    name = status_name(finding)
    if name == SUPPRESSED and finding.suppression:
        return f"Suppressed until {finding.suppression.expires}: "
    if name == UNREAD:
        return "Not evaluated: "
    return {Status.COMPLIANT: "Passes: ", Status.NOT_APPLICABLE: "Not applicable: "}.get(finding.status, "")


def _job(job: Job, width: int, view: View, *, several: bool) -> _Block:
    *titles, last = wrapped(job.title.removesuffix("."), view.width)
    lines = [Text(each, "bold") for each in titles]
    lines += apart(Text.assemble((last, "bold"), f"  {_resources(job)}"), _check(job.check_id, view), view.width)
    if view.width is None:
        lines += [_row(item, width, several=several) for item in job.items]
    else:
        lines += _names(job, width, view.width)
    if view.fixes:
        lines += [Text(f"  {printable(step.text)}", "dim") for part in job.parts for step in part.steps]
    return _Block(job.severity.rank, tuple(lines))


def _resources(job: Job) -> str:
    types = {item.finding.resource.type for item in job.items}
    return counted_noun(job.failures, types.pop()) if len(types) == 1 else f"{job.failures:,} resources"


def _row(item: Item, width: int, *, several: bool) -> Text:
    """Return a failure of a block as one line, for a pipe."""
    where = ", ".join(part for part in _about(item, several=several) if part)
    reason = item.finding.reason + (f" ({item.finding.variant})" if item.finding.variant else "")
    return Text.assemble(
        "  ", label(item.finding.severity, item.news, width), "  ", printable(item.name), "  ",
        (where, "dim"), "  ", printable(reason),
    )  # fmt: skip


def _names(job: Job, width: int, columns: int) -> list[Text]:
    """Return the names of the resources of a block, new ones first, in lines."""
    lines: list[Text] = []
    for news, group in groupby(sorted(job.items, key=lambda item: not item.news), key=lambda item: item.news):
        names = runs([printable(item.name) for item in group])
        more = f" and {len(names) - NAMES:,} more" if len(names) > NAMES else ""
        before = Text.assemble("  ", label(job.severity, news, width), " " * GAP)
        parts = wrapped(", ".join(names[:NAMES]) + more, columns - before.cell_len)
        indent = Text(" " * before.cell_len)
        lines += [Text.assemble(indent if number else before, part) for number, part in enumerate(parts)]
    return lines


def runs(names: Iterable[str]) -> list[str]:
    """Return names in order; three or more that end in consecutive numbers are `first … last`."""
    ordered = sorted(dict.fromkeys(names), key=_natural)
    found: list[list[str]] = []
    for name in ordered:
        if found and _follows(found[-1][-1], name):
            found[-1].append(name)
        else:
            found.append([name])
    return [shown for run in found for shown in (run if len(run) < _RUN else [f"{run[0]} … {run[-1]}"])]


def _natural(name: str) -> tuple[str, int, str]:
    match = _NUMBERED.fullmatch(name)
    return (match[1], int(match[2]), name) if match else (name, -1, name)


def _follows(before: str, after: str) -> bool:
    first, second = _NUMBERED.fullmatch(before), _NUMBERED.fullmatch(after)
    if not (first and second) or first[1] != second[1] or not first[1]:
        return False
    return int(second[2]) == int(first[2]) + 1
