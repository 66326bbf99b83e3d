"""The news of a scan for each route: its changes, and for routes that take all findings the scan itself."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from muster.alerts.acceptances import Announced, Matches, announced, judged_checks
from muster.alerts.news import News
from muster.alerts.routes import Router, takes_all
from muster.configuration import Configuration
from muster.lifecycle.events import FindingEvent
from muster.lifecycle.transitions import Event
from muster.model.arn import Arn
from muster.stack.alerting.audiences import Audience, audiences, complete, of_record
from muster.stack.documents.commit import NotedChange
from muster.stack.documents.request import Environment
from muster.stack.documents.summary import ReportDocument, Summary

_SHOWN = 200
"""Failing findings of the report that a first look is made from: many may be of one resource, and ten are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanNews:
    """A scan with all that its news are made from.

    `summary` has the changes of the attempt that is alerted of, `noted` the worst of them by kind. `severities` has the
    severity of each check. `announced` are the suppressions to announce. `problems` grows while objects are read.
    """

    summary: Summary
    report: ReportDocument | None
    configuration: Configuration
    noted: Mapping[str, Sequence[NotedChange]]
    severities: Mapping[str, str]
    announced: Announced
    problems: list[str]
    environment: Environment
    at: datetime

    @property
    def counts(self) -> dict[str, int]:
        """The number of changes of each kind that there is."""
        changes = self.summary.changes
        return {event.value: count for event in Event if (count := getattr(changes, event.value, 0))}

    def audiences(self, router: Router, events: Iterable[FindingEvent]) -> list[Audience]:
        """Return what each route gets; `events` are read only if something changed or was looked at first."""
        if not (self.counts or self.summary.changes.baseline):
            return [Audience(route) for route in router.routes]
        found = audiences(router, events)
        complete(found, router, self.counts, self.noted)
        return found

    def news(self, audience: Audience, router: Router) -> News:
        """Return the news for an audience.

        Only routes that take all findings hear of the scan itself (incomplete shards, damaged objects), unless there is
        no such route; and only they get totals of the scan.
        """
        summary, route = self.summary, audience.route
        general, whole = route in router.general(), takes_all(route)
        first = summary.changes.baseline and (whole or bool(audience.first_look))
        names = tuple((shard.shard, shard.reason) for shard in summary.incomplete)
        return News(
            audience=route.name,
            stack=summary.stack,
            region=self.environment.region,
            partition=Arn.of(self.environment.topic_arn).partition or "aws",
            scan_id=summary.scan_id,
            at=self.at,
            events=audience.events(),
            counts=dict(audience.counts),
            baseline=first,
            worst=tuple(self._worst(audience, router)) if first else (),
            accounts=summary.accounts,
            scanned=summary.resources.scanned if whole else 0,
            failing_resources=summary.resources.non_compliant if whole else 0,
            failing=summary.failing if whole else dict(audience.first_look) if first else {},
            unread=summary.findings.get("insufficient_data", 0) if whole else 0,
            incomplete=names if general or audience.counts or first else (),
            incomplete_shards=summary.shards.incomplete if general or audience.counts or first else 0,
            shards=summary.shards.planned,
            damaged=(*summary.damaged, *self.problems) if general else (),
            acceptances=tuple(
                each for each in self.announced.acceptances if router.accepts(route, each, self.severities)
            ),
            report=summary.page or summary.report,
            owner_tag=self.configuration.alerts.owner_tag,
        )

    def owed(self, news: News, audience: Audience, router: Router) -> dict[str, Any]:
        """Return the fields of news that also make up for an alert without a subscriber: the worst that fails now."""
        return {"owed": True, "worst": news.worst or tuple(self._worst(audience, router))}

    def _worst(self, audience: Audience, router: Router) -> Iterator[Mapping[str, Any]]:
        """Yield the worst failing findings of the report that go to a route."""
        shown = 0
        for record in self.report.findings if self.report else ():
            if router.matches(audience.route, of_record(record, self.configuration.alerts.owner_tag)):
                yield record
                shown += 1
                if shown == _SHOWN:
                    return


def announced_now(
    configuration: Configuration, summary: Summary, report: ReportDocument | None, before: Sequence[str]
) -> Announced:
    """Return the suppressions that the alert announces; `before` are the names that the last alert left.

    They have ended as of the day of the scan, as the events of the scan do.
    """
    # Of many checks and suppressions the summary leaves some out, and the report has them all.
    whole = report.summary if report else summary
    known = "suppressions" not in whole.left_out
    insufficient = {check.check_id: check.insufficient_data for check in whole.checks}
    judged = judged_checks(insufficient, whole=summary.whole, complete=summary.complete and known)
    matches = Matches(counts=whole.suppressions, judged=judged)
    today = summary.started_at.date()
    return announced(configuration.suppressions, today, configuration.alerts.warn_days, matches, before)
