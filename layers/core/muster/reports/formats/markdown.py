"""A summary in GitHub's Markdown, for `$GITHUB_STEP_SUMMARY`, pull requests and wikis."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TextIO

from muster.model.finding import Finding, Severity
from muster.model.text import counted, listed, shortened
from muster.reports.exchange.escaping import fix_in_markdown, html_line, markdown
from muster.reports.overview import Facts, Item, Job, Overview
from muster.reports.report import ScanReport
from muster.reports.tally import ReportTally

_LARGEST = 1_000_000
"""Bytes that are written at most: GitHub refuses a step's summary of more than 1 MiB.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#adding-a-job-summary
"""
_ROWS = 25
"""Resources of a check, and missing permissions, that are named."""
_NEWS = 20
"""New failures, and failures that are gone, that are named."""
_PARTS = 10
"""Commands of a check, each for an account and a region."""
_CHECKS = 3
_WIDTH = 300
"""Characters of a cell at most."""
_JOBS = 700_000
"""Bytes that there may be after a failing check: what was not evaluated comes after them."""
_HEADINGS = ("severity", "resource", "account", "region", "owner", "problem")


class MarkdownWriter:
    """Writes the verdict, ten resources to start with, a job for each failing check, and what was not evaluated."""

    def __init__(self, stream: TextIO) -> None:
        """Write to a stream of text."""
        self._stream = stream

    def add(self, finding: Finding) -> None:
        """Write nothing: the overview has the failures."""

    def close(self, _tally: ReportTally, _scan: ScanReport, overview: Overview) -> None:
        """Write the summary; parts that do not fit are counted."""
        size, left = 0, 0
        for part, most in _parts(overview):
            block = f"{part}\n\n"
            if size + len(block.encode()) > most:
                left += 1
                continue
            size += len(block.encode())
            self._stream.write(block)
        if left:
            self._stream.write(f"{counted(left, 'part')} of this summary did not fit: the other formats have all.\n\n")
        self._stream.write(_end(overview.facts) + "\n")


def _parts(overview: Overview) -> Iterator[tuple[str, int]]:
    """Yield the parts of the summary, each with how many bytes there may be after it."""
    facts = overview.facts
    yield f"# {_cell(overview.verdict)}", _LARGEST
    yield _totals(facts), _LARGEST
    if facts.incomplete:
        shown = facts.incomplete[:_ROWS]
        yield _section("What is missing", [_bullets(shown), *_more(len(facts.incomplete) - _ROWS, "reason")]), _LARGEST
    for text in _news(overview):
        yield text, _LARGEST
    if overview.start:
        rows = [_about(start.worst) for start in overview.start]
        yield _section("Start here", [_table(_HEADINGS, rows)]), _LARGEST
    if overview.jobs:
        yield "## All failures, by check", _JOBS
    for job in overview.jobs:
        yield _job(job, overview), _JOBS
    for text in _rest(overview):
        yield text, _LARGEST


def _totals(facts: Facts) -> str:
    severities = [f"**{facts.failing[each]} {each}**" for each in reversed(Severity) if facts.failing.get(each)]
    others = [f"{facts.suppressed:,} suppressed", f"{facts.not_evaluated:,} not evaluated", f"{facts.passed:,} passed"]
    accounts = [name or account_id for account_id, name in facts.accounts]
    where = [
        counted(facts.resources, "resource"),
        counted(facts.checks, "check"),
        markdown(listed(accounts, _CHECKS)),
        markdown(listed(facts.regions, _CHECKS)),
    ]
    return f"{' · '.join([*severities, *others])}\n\n{' · '.join(filter(None, where))}"


def _news(overview: Overview) -> Iterator[str]:
    changes = overview.changes
    if changes is None or changes.first:
        return
    blocks = []
    if overview.news:
        rows = [[item.news.value, *_about(item)] for item in overview.news[:_NEWS]]
        blocks.append(_table(("", *_HEADINGS), rows))
        blocks += _more(len(overview.news) - _NEWS, "new failure")
    if changes.gone:
        lines = [
            f"{each.outcome or 'gone'}: {each.check_id}, {each.name} ({each.noun}, {each.account}, {each.region})"
            for each in changes.gone[:_NEWS]
        ]
        blocks += ["Gone:", _bullets(lines), *_more(changes.resolved - len(lines), "failure")]
    if blocks:
        since = f" since {changes.previous:%d %b %Y %H:%M} UTC" if changes.previous else ""
        yield _section(f"New{since}", blocks)


def _job(job: Job, overview: Overview) -> str:
    """Return the failures of a check as a block that opens."""
    texts = overview.texts.get(job.check_id)
    head = f"<b>{job.severity}</b> {html_line(shortened(job.title, _WIDTH))}: {counted(job.failures, 'failure')}"
    rows = [_about(item)[1:] for item in job.items[:_ROWS]]
    blocks = [
        f"<details><summary>{head}</summary>",
        f"Check: {markdown(job.check_id)}",
        *([markdown(texts.why)] if texts and texts.why else []),
        _table(_HEADINGS[1:], rows),
        *_more(job.failures - len(rows), "resource"),
        *_fixes(job),
        "</details>",
    ]
    return "\n\n".join(blocks)


def _fixes(job: Job) -> Iterator[str]:
    for part in job.parts[:_PARTS]:
        if part.steps:
            all_of_it = "" if part.covered >= part.failures else f", {part.covered} of {part.failures}"
            yield f"Fix for {markdown(part.account)}, {markdown(part.region)}{all_of_it}:"
            yield fix_in_markdown(part.steps)
    if (more := len(job.parts) - _PARTS) > 0:
        yield f"… and the same for {counted(more, 'more account or region')}."


def _rest(overview: Overview) -> Iterator[str]:
    facts = overview.facts
    if facts.unread:
        rows = [
            [
                markdown(gap.permission or "none would help"),
                _cell(gap.reason),
                f"{gap.findings:,}",
                markdown(listed(gap.checks, _CHECKS)),
            ]
            for gap in facts.unread[:_ROWS]
        ]
        table = _table(("missing permission", "reason", "findings", "checks"), rows)
        yield _section("Not evaluated", [table, *_more(len(facts.unread) - _ROWS, "reason")])
    ends = [each for each in overview.suppressions if each.state in ("expired", "ending", "stale")]
    if ends:
        rows = [
            [
                each.state,
                markdown(each.check_id),
                _cell(each.where),
                _cell(each.owner),
                markdown(each.until),
                _cell(each.reason),
            ]
            for each in ends[:_ROWS]
        ]
        table = _table(("state", "check", "where", "owner", "until", "reason"), rows)
        yield _section("Suppressions to look at", [table, *_more(len(ends) - _ROWS, "suppression")])


def _end(facts: Facts) -> str:
    off = f" {counted(facts.checks_off, 'check')} of the catalogue are off." if facts.checks_off else ""
    more = f" {_cell(facts.rest)}" if facts.rest else ""
    return f"Scan {markdown(facts.scan_id)}.{off}{more}"


def _about(item: Item) -> list[str]:
    finding = item.finding
    name = f"{_cell(item.name)} ({markdown(item.noun)})"
    return [
        finding.severity.value,
        name,
        _cell(item.account),
        markdown(finding.resource.region),
        _cell(item.owner),
        _cell(finding.reason) + (f" ({_cell(finding.variant)})" if finding.variant else ""),
    ]


def _cell(text: str) -> str:
    return markdown(shortened(text, _WIDTH))


def _section(title: str, blocks: Iterable[str]) -> str:
    return "\n\n".join([f"## {title}", *blocks])


def _bullets(texts: Iterable[str]) -> str:
    return "\n".join(f"- {_cell(text)}" for text in texts)


def _more(number: int, noun: str) -> list[str]:
    return [f"… and {counted(number, f'more {noun}')}."] if number > 0 else []


def _table(names: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
