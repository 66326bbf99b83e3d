"""The block that ends a scan, the last thing on the screen: how bad, what is new, what to do first. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from rich.text import Text

from muster.model.finding import Severity
from muster.model.text import counted, printable
from muster.reports.overview import Item, Overview
from muster.reports.terminal.layout import STYLES, View, apart, cut, label, news_width, padded, wrapped

START = 10
"""Resources to start with."""
_WIDE = 100
"""Columns from which a line has the type, the account and the whole reason."""
_PLACEHOLDER = "PORT"
"""A problem with this word is about a value, which the reason has."""
_NAME, _OWNER, _ACCOUNT, _NOUN = 32, 14, 16, 20
"""Columns that a name, an owner, an account and a type get at most on a terminal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """The end of a run: its exit status in words, the reports that were written, and the next command.

    `off` is a sentence about checks that did not run.
    """

    exit: str = ""
    reports: tuple[str, ...] = ()
    details: str = ""
    off: str = ""


def closing(overview: Overview, view: View, ending: Ending) -> Iterator[Text]:
    """Yield the lines of the closing block."""
    yield Text("─" * (min(view.width, 120) - 2 if view.width else 78), "dim")
    yield from _counts(overview, view)
    if start := _start(overview, view):
        yield Text()
        yield Text("Start here", "bold")
        yield from start
    yield from _next(ending, view)


def _counts(overview: Overview, view: View) -> Iterator[Text]:
    facts, changes = overview.facts, overview.changes
    if _says_more(overview):
        yield from (Text(line, "bold") for line in wrapped(f"{overview.verdict}.", view.width))
    if facts.failures:
        worst = [
            Text.assemble((f"{facts.failing[each]:,} {each}", STYLES[each]))
            for each in reversed(Severity)
            if facts.failing.get(each)
        ]
        total = f"{counted(facts.failures, 'failure')} on {counted(facts.failing_resources, 'resource')}: "
        yield Text.assemble(total, Text(", ").join(worst))
    else:
        yield from (Text(line, "bold") for line in wrapped(_passed(overview), view.width))
    parts: list[str] = []
    if changes:
        since = f" since {changes.previous:%d %b %H:%M}" if changes.previous else ""
        parts.append(f"{changes.fresh:,} new, {changes.resolved:,} gone{since}")
    parts += [f"{facts.passed:,} passed"] if facts.passed and facts.failures else []
    parts += [f"{facts.not_applicable:,} not applicable"] if facts.not_applicable else []
    if facts.suppressed:
        ending = sum(each.count for each in overview.suppressions if each.state == "ending")
        soon = f" ({ending:,} of them {'expires' if ending == 1 else 'expire'} soon)" if ending else ""
        parts.append(f"{facts.suppressed:,} suppressed{soon}")
    *lines, last = wrapped(", ".join(parts), view.width)
    yield from map(Text, lines)
    yield from apart(last, Text(_scope(overview), "dim"), view.width) if last else [Text(_scope(overview), "dim")]
    if facts.not_evaluated:
        yield from apart(_unread(overview), Text("muster iam-policy", "dim") if _denied(overview) else "", view.width)


def _says_more(overview: Overview) -> bool:
    """Whether the verdict says more than the counts: news, or that something is missing."""
    changes = overview.changes
    news = changes is not None and not changes.first and bool(overview.facts.failures)
    return news or bool(overview.facts.incomplete) or _nothing_read(overview)


def _nothing_read(overview: Overview) -> bool:
    facts = overview.facts
    return bool(facts.not_evaluated) and not (
        facts.failures or facts.passed or facts.not_applicable or facts.suppressed
    )


def _passed(overview: Overview) -> str:
    facts = overview.facts
    if _nothing_read(overview):
        return "Nothing was evaluated, so this says nothing about your accounts."
    if not (facts.passed or facts.suppressed or facts.not_applicable or facts.not_evaluated):
        return "No matching resources: nothing was evaluated."
    start = "No failures in what could be read." if facts.not_evaluated or facts.incomplete else "No failures."
    return f"{start} {counted(facts.passed, 'check')} passed on {counted(facts.resources, 'resource')}."


def _scope(overview: Overview) -> str:
    facts = overview.facts
    accounts = counted(len(facts.accounts), "account")
    if len(facts.accounts) == 1 and (name := printable(facts.accounts[0][1])):
        accounts = name
    took = "" if facts.seconds is None else f", {facts.seconds:,.0f} s" if facts.seconds >= 1 else ", under 1 s"
    return f"{accounts}, {counted(len(facts.regions), 'region')}{took}"


def _denied(overview: Overview) -> list[str]:
    return list(dict.fromkeys(each.permission for each in overview.facts.unread if each.permission))


def _unread(overview: Overview) -> str:
    names = _denied(overview)
    count = f"{overview.facts.not_evaluated:,} not evaluated"
    if not names:
        return count
    if len(names) <= 2:  # noqa: PLR2004 - more would not fit a line
        return f"{count}: {' and '.join(names)} {'is' if len(names) == 1 else 'are'} missing"
    return f"{count}: {len(names)} permissions are missing"


def _start(overview: Overview, view: View) -> list[Text]:
    """Return the lines of the worst resources, each with its worst failure and its owner."""
    failing = [item for item in overview.items if item.finding.failing]
    firsts = [next(group) for _, group in groupby(failing, key=lambda item: item.finding.resource.identity)]
    firsts = firsts[: view.top or START]
    width = news_width(item.news for item in firsts)
    numbers = len(str(len(firsts)))
    heads = [
        Text.assemble(f"{place:>{max(numbers, 2)}} ", label(item.finding.severity, item.news, width))
        for place, item in enumerate(firsts, 1)
    ]
    if not firsts:
        return []
    columns = _columns(firsts, overview, view)
    return [Text.assemble(head, "  ", *row) for head, row in zip(heads, columns, strict=True)]


def _columns(items: Sequence[Item], overview: Overview, view: View) -> Iterator[list[Text | str]]:
    """Yield the columns of each line: name, type and account where there is room, reason, owner."""
    wide = view.width is None or view.width >= _WIDE
    several = len(overview.facts.accounts) > 1
    narrow = view.width is not None
    texts = [
        [
            printable(item.name),
            *([item.noun] if wide else []),
            *([printable(item.account)] if wide and several else []),
        ]
        for item in items
    ]
    most = [_NAME, _NOUN, _ACCOUNT] if wide else [24]
    widths = [
        min(max(Text(row[place]).cell_len for row in texts), limit if narrow else 10_000)
        for place, limit in zip(range(len(texts[0])), most, strict=False)
    ]
    owners = [_owner(item) for item in items]
    owner = min(max(map(len, owners)), _OWNER if narrow else 10_000)
    head = 2 + 1 + max(8, *(len(item.finding.severity) for item in items)) + 2
    head += 1 + news_width(item.news for item in items) if any(item.news for item in items) else 0
    room = None
    if view.width is not None:
        room = view.width - head - sum(widths) - 2 * len(widths) - (owner + 2 if owner else 0)
    reasons = [_reason(item, overview, wide=wide) for item in items]
    longest = max(Text(printable(each)).cell_len for each in reasons)
    reason_width = longest if room is None else min(longest, max(room, 10))
    for row, reason, name in zip(texts, reasons, owners, strict=True):
        line: list[Text | str] = []
        for text, width in zip(row, widths, strict=True):
            line += [padded(cut(text, width if narrow else None), width), "  "]
        line += [padded(cut(reason, reason_width if narrow else None), reason_width)]
        line += ["  ", cut(name, owner if narrow else None)] if owner else []
        yield line


def _owner(item: Item) -> str:
    return printable(item.owner) or ("" if item.finding.resource.tags is None else "no owner")


def _reason(item: Item, overview: Overview, *, wide: bool) -> str:
    """Return the reason, or in a narrow terminal the problem in a few words where the check has them."""
    texts = overview.texts.get(item.finding.check_id)
    if wide or texts is None or not texts.problem or _PLACEHOLDER in texts.problem:
        return item.finding.reason
    return texts.problem


def _next(ending: Ending, view: View) -> Iterator[Text]:
    lines = []
    if ending.reports:
        lines.append(f"Report   {', '.join(map(printable, ending.reports))}")
    if ending.details:
        lines.append(f"Details  {ending.details}")
    if lines or ending.exit or ending.off:
        yield Text()
    yield from map(Text, lines)
    yield from (Text(line) for line in wrapped(" ".join(filter(None, (ending.exit, ending.off))), view.width) if line)
