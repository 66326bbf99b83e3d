"""Failures of one check as one job: one command for each account and region, a loop where there are many. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from muster.model.finding import Finding
from muster.reports.overview.overview import CheckTexts, Item, Job, JobPart
from muster.reports.remedy import Step, folded, steps, target_of

LOOP = 100
"""Resources in one loop at most: longer commands are hard to read, and shells limit them."""
PARTS = 50
"""Accounts and regions of a job that have commands."""


def jobs(
    items: Iterable[Item], texts: Mapping[str, CheckTexts], totals: Mapping[str, int] | None = None
) -> tuple[Job, ...]:
    """Return a job for each check with failures, the worst and largest first.

    `texts` are those of the checks. `totals` has the number of failures of each check where
    `items` are fewer.
    """
    groups: dict[str, list[Item]] = {}
    for item in items:
        if item.finding.failing:
            groups.setdefault(item.finding.check_id, []).append(item)
    made = [
        _job(group, texts.get(check_id, CheckTexts()), (totals or {}).get(check_id, 0))
        for check_id, group in groups.items()
    ]
    return tuple(sorted(made, key=lambda job: (-job.severity.rank, -job.failures, job.check_id)))


def _job(items: Sequence[Item], texts: CheckTexts, total: int) -> Job:
    first = items[0].finding
    severity = max((item.finding.severity for item in items), key=lambda each: each.rank)
    ordered = sorted(items, key=_place)
    groups = [list(group) for _, group in groupby(ordered, key=_place)]
    parts = tuple(_part(group, texts.fix) for group in groups[:PARTS])
    return Job(first.check_id, first.title, severity, max(total, len(items)), tuple(items), parts)


def _place(item: Item) -> tuple[str, str]:
    return item.finding.resource.account_id, item.finding.resource.region


def _part(items: Sequence[Item], fix: str) -> JobPart:
    made, covered = _steps([item.finding for item in items], fix)
    first = items[0]
    account_id, region = _place(first)
    return JobPart(account_id, first.account, region, made, len(items), covered)


def _steps(findings: Sequence[Finding], fix: str) -> tuple[tuple[Step, ...], int]:
    """Return the steps for failures of one account and region, and for how many of them they are."""
    if not fix:
        # Only the report has the fix: with the names of one resource.
        return steps(findings[0].remediation), 1
    return folded(fix, [target_of(finding) for finding in findings], most=LOOP)
