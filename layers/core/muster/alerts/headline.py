"""The verdict of a digest: the subject, the headline, and the lines that sum the news up. Pure."""

from collections.abc import Iterator, Mapping

from muster.alerts.blocks import problem
from muster.alerts.failures import Failure, clean
from muster.alerts.story import WORDS, Story
from muster.lifecycle.transitions import Event
from muster.model.finding import Severity
from muster.model.text import counted, printable

SUBJECT = 99
"""Characters of a subject at most: SNS takes fewer than 100 of ASCII on one line.

https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
"""
_SENTENCE = 300
_STACK, _NAME, _LEAST = 30, 24, 12


def subject(story: Story) -> str:
    """Return the subject: the worst of the news by name, in at most SUBJECT characters of ASCII."""
    stack = f" {_ascii(story.news.stack, _STACK)}" if story.news.stack else ""
    start = f"[Muster{stack}] {'INCOMPLETE: ' if story.incomplete else ''}"
    return _cut(f"{start}{_verdict(story, SUBJECT - len(start))}", SUBJECT)


def headline(story: Story) -> str:
    """Return the verdict in one sentence, for the short text and for chat."""
    start = "INCOMPLETE scan: " if story.incomplete else ""
    return f"{start}{_verdict(story, _SENTENCE)}."


def summary(story: Story) -> Iterator[str]:
    """Yield the lines that sum the news up: what changed, and how much is open."""
    news = story.news
    if news.owed:
        yield "An earlier message could not be delivered. The worst of all open failures are below."
    if news.baseline:
        yield f"{_first(story)}. From now on you get a message only when something changes."
        unread = f", {counted(news.unread, 'result')} not evaluated" if news.unread else ""
        scanned = f" {counted(news.accounts, 'account')}, {counted(news.scanned, 'resource')} scanned{unread}."
        yield f"{_severities(news.failing)}.{scanned if news.scanned else ''}"
        return
    yield f"{_changes(story) or 'Nothing new'}. {news.at:%Y-%m-%d %H:%M} UTC."
    if news.failing:
        yield _open(news.failing)


def _verdict(story: Story, room: int) -> str:
    """Return the first of the verdicts that applies, without a full stop."""
    news = story.news
    if not news.baseline and (worst := story.worst) is not None:
        return _worst(story, *worst, room)
    verdicts = (
        _first(story) if news.baseline else "",
        _changes(story),
        _open(news.failing).removesuffix(".") if news.owed else "",
        f"{counted(len(news.acceptances), 'suppression')} in muster.yaml to look at" if news.acceptances else "",
        f"{counted(len(news.damaged), 'object')} in the report bucket could not be read" if news.damaged else "",
        f"{story.incomplete:,} of {story.shards:,} shards could not be scanned" if story.incomplete else "",
    )
    return next(filter(None, verdicts), "Nothing new")


def _first(story: Story) -> str:
    news = story.news
    critical = news.failing.get(Severity.CRITICAL, 0)
    worst = f"{critical:,} CRITICAL, " if critical else ""
    total = counted(sum(news.failing.values()), "failure")
    # An audience that gets some findings only has no totals of the scan.
    where = f" on {counted(news.failing_resources, 'resource')}" if news.failing_resources else ""
    return f"First scan: {worst}{total}{where}"


def _worst(story: Story, event: Event, worst: Failure, room: int) -> str:
    """Name the worst failure; the name and the problem are cut where both do not fit."""
    same = sum(failure.severity == worst.severity for failure in story.failures[event])
    total = sum(story.totals.get(each, 0) for each in WORDS)
    # Where all that are here are equally bad, those that are not here may be so too.
    more = "+" if same == len(story.failures[event]) < story.totals.get(event, 0) else ""
    start = f"{same:,}{more} {worst.severity} {WORDS[event]}: "
    end = f" and {total - 1:,} more" if total > 1 else ""
    left = room - len(start) - len(end) - len(" ()")
    what, name = _ascii(problem(worst, story.remedies), 200), _ascii(worst.name, 200)
    name = _cut(name, max(left - len(what), _NAME if left > 2 * _NAME else _LEAST))
    return f"{start}{_cut(what, max(left - len(name), _LEAST))} ({name}){end}"


def _changes(story: Story) -> str:
    """Return how many changes of each kind there are; what is resolved is fixed or deleted."""
    total, deleted = story.totals.get(Event.RESOLVED, 0), story.deleted
    # Where not all events are here, only their sum is known.
    known = total == len(story.failures.get(Event.RESOLVED, ()))
    numbers = [
        *((story.totals.get(event, 0), word) for event, word in WORDS.items()),
        *([(total - deleted, "fixed"), (deleted, "deleted")] if known else [(total, "fixed or deleted")]),
        (story.totals.get(Event.UNREADABLE, 0), "could not be evaluated"),
        (story.totals.get(Event.SUPPRESSED, 0), "suppressed"),
    ]
    return ", ".join(f"{number:,} {word}" for number, word in numbers if number)


def _open(failing: Mapping[str, int]) -> str:
    total = sum(failing.values())
    if not total:
        return "No failure is open."
    return f"{total:,} {'failure is' if total == 1 else 'failures are'} open ({_severities(failing)})."


def _severities(failing: Mapping[str, int]) -> str:
    numbers = [f"{failing[each]:,} {each}" for each in reversed(Severity) if failing.get(each)]
    return ", ".join(numbers) or "No failures"


def _ascii(text: str, width: int) -> str:
    plain = printable(clean(text, width)).encode("ascii", "replace").decode()
    return _cut(" ".join(plain.split()), width)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 3].rstrip()}..."
