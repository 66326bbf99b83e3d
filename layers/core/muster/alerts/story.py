"""News with its failures sorted and its checks' texts: what every part of a digest is written from. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from muster.alerts.blocks import Remedy
from muster.alerts.failures import Failure, grouped, of_event, rank
from muster.alerts.news import News
from muster.lifecycle.events import Outcome
from muster.lifecycle.transitions import Event

WORDS: Mapping[Event, str] = {
    Event.OPENED: "new",
    Event.REOPENED: "failing again",
    Event.EXPIRED: "no longer suppressed",
}
"""The words for the events after which a finding fails."""


@dataclass(frozen=True, slots=True)
class Story:
    """News, the texts of the checks by id, and the failures of the events by kind, worst first.

    `totals` counts the events by kind, also those that are not among the news' events.
    """

    news: News
    remedies: Mapping[str, Remedy]
    failures: Mapping[str, list[Failure]]
    totals: Mapping[str, int]

    @property
    def incomplete(self) -> int:
        """The number of shards that were not scanned to their end."""
        return max(self.news.incomplete_shards, len(self.news.incomplete))

    @property
    def shards(self) -> int:
        """The number of shards."""
        return max(self.news.shards, self.incomplete)

    @property
    def worst(self) -> tuple[Event, Failure] | None:
        """The worst failure of the news with its event: of equally bad ones, one that is new."""
        firsts = [(event, found[0]) for event in WORDS if (found := self.failures.get(event))]
        return max(firsts, key=lambda each: rank(each[1].severity), default=None)

    @property
    def deleted(self) -> int:
        """The number of failures that are gone with their resource, among those that are here."""
        return sum(failure.outcome == Outcome.DELETED for failure in self.failures.get(Event.RESOLVED, ()))


def of_news(news: News, remedies: Mapping[str, Remedy]) -> Story:
    """Sort the failures of news."""
    groups = grouped(news.events, lambda event: event.event)
    failures = {
        group[0].event: sorted(
            (of_event(event, news.partition) for event in group), key=lambda failure: -rank(failure.severity)
        )
        for group in groups
    }
    totals = {kind: max(news.counts.get(kind, 0), len(failures.get(kind, ()))) for kind in {*news.counts, *failures}}
    return Story(news, remedies, failures, totals)
