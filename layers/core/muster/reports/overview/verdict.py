"""The verdict of a scan in one sentence: the first rule that matches decides. Pure."""

from collections.abc import Mapping, Sequence

from muster.model.finding import Severity
from muster.model.text import counted
from muster.reports.overview.overview import Changes, CheckTexts, Facts, Item

_NAMED = 3
"""New failures that the verdict names."""


def verdict(facts: Facts, changes: Changes | None, news: Sequence[Item], texts: Mapping[str, CheckTexts]) -> str:
    """Return the verdict, without a full stop.

    `news` are the failures that are new, worst first. `texts` are those of the checks by their ids.
    """
    judged = facts.failures + facts.passed + facts.not_applicable + facts.suppressed
    if facts.not_evaluated and not judged:
        return "No results: nothing could be read"
    start = "Incomplete scan: " if facts.incomplete else ""
    text = _verdict(facts, changes, news, texts)
    return start + (text[0].lower() + text[1:] if start else text)


def _verdict(facts: Facts, changes: Changes | None, news: Sequence[Item], texts: Mapping[str, CheckTexts]) -> str:
    if worst := _worst(news):
        return _named(worst, texts)
    if not facts.failures:
        return _nothing(facts)
    total = f"{counted(facts.failures, 'failure')} on {counted(facts.failing_resources, 'resource')}"
    critical = f", {facts.failing[Severity.CRITICAL]} critical" if facts.failing.get(Severity.CRITICAL) else ""
    if changes is None:
        return f"{total}{critical}"
    if changes.first:
        return f"First scan: {total}{critical}"
    since = f" since {changes.previous:%d %b %H:%M} UTC" if changes.previous else ""
    still = f"{counted(facts.failures, 'failure')} {'is' if facts.failures == 1 else 'are'} open"
    if changes.fresh:
        return f"{counted(changes.fresh, 'new failure')}{since}, none critical or high: {still}"
    return f"Nothing new{since}: {still.replace(' open', ' still open')}"


def _worst(news: Sequence[Item]) -> list[Item]:
    """Return the new failures of the worst severity, if that is critical or high."""
    for severity in (Severity.CRITICAL, Severity.HIGH):
        if found := [item for item in news if item.finding.severity is severity]:
            return found
    return []


def _named(worst: Sequence[Item], texts: Mapping[str, CheckTexts]) -> str:
    names = [f"{_problem(item, texts)} ({item.name})" for item in worst[:_NAMED]]
    more = len(worst) - len(names)
    if more:
        names.append(f"{more} more")
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return f"{counted(len(worst), f'new {worst[0].finding.severity.lower()} failure')}: {listed}"


def _problem(item: Item, texts: Mapping[str, CheckTexts]) -> str:
    finding = item.finding
    # A problem with a placeholder is about a value, which the reason has.
    words = texts.get(finding.check_id, CheckTexts()).problem
    return finding.reason or finding.title if not words or "PORT" in words else words


def _nothing(facts: Facts) -> str:
    if facts.not_evaluated or facts.incomplete:
        return "No failures in what could be read"
    if not (facts.passed or facts.not_applicable or facts.suppressed):
        return "No matching resources"
    return f"No failures: {counted(facts.passed, 'check')} passed on {counted(facts.resources, 'resource')}"
