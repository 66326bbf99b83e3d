"""The sections of a digest, from the worst news to the least. Pure."""

from collections.abc import Iterator, Sequence

from muster.alerts.blocks import MOST, Block, by_job
from muster.alerts.failures import Failure, clean, grouped, rank
from muster.alerts.layout import Part, Unit
from muster.alerts.news import Acceptance, News
from muster.alerts.story import Story
from muster.lifecycle.events import Outcome
from muster.lifecycle.transitions import Event
from muster.model.text import counted, listed

_FAILING = (
    (Event.OPENED, "NEW"),
    (Event.REOPENED, "FAILING AGAIN"),
    (Event.EXPIRED, "SUPPRESSION EXPIRED, FAILING AGAIN"),
)
_IN_REPORT, _BY_COMMAND = ", in the report", "; see: muster findings"
_NAMES = 4


def event_parts(story: Story) -> Iterator[Part]:
    """Yield the parts of failures that are new, failing again, or no longer accepted."""
    for event, title in _FAILING:
        total = story.totals.get(event, 0)
        units = tuple(map(block_unit, by_job(story.failures.get(event, []), story.remedies)))
        yield Part(f"{title} ({total:,})", units, total, _rest(story.news))


def minor_parts(story: Story) -> Iterator[Part]:
    """Yield the parts of one line each: not evaluated, resolved, suppressions, newly suppressed, damaged objects."""
    news = story.news
    total = story.totals.get(Event.UNREADABLE, 0)
    groups = grouped(story.failures.get(Event.UNREADABLE, ()), lambda failure: (failure.check_id, failure.reason))
    yield Part(f"NOT EVALUATED ({total:,})", tuple(map(_unread, groups[:MOST])), total, _rest(news), minor=True)
    total = story.totals.get(Event.RESOLVED, 0)
    groups = grouped(story.failures.get(Event.RESOLVED, ()), lambda failure: (failure.outcome, failure.check_id))
    yield Part(f"RESOLVED ({total:,})", tuple(map(_resolved, groups[:MOST])), total, _rest(news), minor=True)
    texts = [_acceptance(each) for each in _ordered(news.acceptances)]
    units = tuple(Unit((text,), text, 1) for text in texts)
    yield Part(f"SUPPRESSIONS IN muster.yaml ({len(units)})", units, len(units), "; see: muster validate", minor=True)
    total = story.totals.get(Event.SUPPRESSED, 0)
    groups = grouped(story.failures.get(Event.SUPPRESSED, ()), lambda failure: (failure.check_id, failure.until))
    yield Part(f"SUPPRESSED ({total:,})", tuple(map(_suppressed, groups[:MOST])), total, _rest(news), minor=True)
    damaged = tuple(Unit((line,), line, 1) for line in (f"  {clean(text, 600)}" for text in news.damaged))
    title = f"DAMAGED OBJECTS IN THE REPORT BUCKET ({len(damaged)})"
    yield Part(title, damaged, len(damaged), ", in the scan's summary.json", minor=True)


def block_unit(block: Block) -> Unit:
    """Return a block as a unit of a part."""
    return Unit(block.text(), f"{block.severity}  {block.brief}", block.size, block.text(sentences=False), block)


def _rest(news: News) -> str:
    return _IN_REPORT if news.report else _BY_COMMAND


def _unread(group: Sequence[Failure]) -> Unit:
    first = group[0]
    names = listed([f"{each.name} ({_account(each)}, {each.region})" for each in group], _NAMES)
    line = f"  {first.check_id}: {names}: {first.reason}"
    return Unit((line,), line, len(group))


def _resolved(group: Sequence[Failure]) -> Unit:
    first = max(group, key=lambda failure: rank(failure.severity))
    outcome = first.outcome or str(Outcome.FIXED)
    days = max(failure.days for failure in group)
    most = "up to " if len(group) > 1 else ""
    time = f"{most}{counted(days, 'day')}" if days else "less than a day"
    line = f"  {outcome}: {first.title}. {_names(group)}. Open for {time}."
    return Unit((line,), line, len(group))


def _suppressed(group: Sequence[Failure]) -> Unit:
    first = group[0]
    until = f" until {first.until}" if first.until else ""
    line = f"  accepted{until}: {first.title}. {_names(group)}."
    return Unit((line,), line, len(group))


def _names(group: Sequence[Failure]) -> str:
    return listed([f"{each.name} ({each.owner or _account(each)})" for each in group], _NAMES)


def _account(failure: Failure) -> str:
    """Return the account's name alone, or its id where it has none."""
    return failure.account.partition(" (")[0]


_STATES = ("ended", "ending", "stale")


def _ordered(acceptances: Sequence[Acceptance]) -> list[Acceptance]:
    """Return suppressions that ended first, then those that end soon by their last day, then those without a match."""
    order = {state: place for place, state in enumerate(_STATES)}
    return sorted(acceptances, key=lambda each: (order.get(each.state, len(order)), each.until))


def _acceptance(each: Acceptance) -> str:
    what = f"{clean(each.check_id, 100)} on {clean(each.resource, 300) or 'all resources'}"
    whose = ", ".join(filter(None, (clean(each.ticket, 80), clean(each.owner, 80))))
    whose = f" ({whose})" if whose else ""
    failures = counted(each.count, "failure")
    until = clean(each.until, 20)
    if each.state == "ending":
        then = "is" if each.count == 1 else "are"
        again = f" After that day {failures} {then} reported again." if each.count else ""
        return f"  ends on {until}: {what}{whose}.{again}"
    if each.state == "ended":
        again = f" {failures} {'fails' if each.count == 1 else 'fail'} again." if each.count else ""
        return f"  ended on {until}: {what}{whose}.{again} Extend it or remove it."
    return f"  matches nothing: {what}{whose}, until {until}. Correct it or remove it."
