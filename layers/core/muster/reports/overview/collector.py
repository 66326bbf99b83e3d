"""What an overview is made of, collected as findings pass: memory is bounded by `most`, not by the findings."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from muster.model.finding import Finding, Severity, Status
from muster.reports.overview.jobs import jobs
from muster.reports.overview.overview import Accepted, Changes, CheckTexts, Facts, Item, News, Overview, Point, Start
from muster.reports.overview.verdict import verdict

MOST = 200_000
"""Findings that are kept at most, unless less is asked for."""
START = 10
"""Resources to start with."""
_SLACK = 1.25


class Collector:
    """Keeps what people have to see: failures, suppressed failures, and what was not evaluated.

    Where there is more than `most`, what is left out is what is least severe. `owner_tag` is the tag that names the
    owner of a resource.
    """

    def __init__(self, owner_tag: str = "Owner", most: int = MOST) -> None:
        """Begin without a finding."""
        self._tag, self._most = owner_tag, most
        self._found: list[Finding] = []

    def add(self, finding: Finding) -> None:
        """Take a finding of any status; those of one resource come one after another."""
        if finding.status in (Status.COMPLIANT, Status.NOT_APPLICABLE):
            return
        self._found.append(finding)
        if len(self._found) > self._most * _SLACK:
            self._shorten()

    def _shorten(self) -> None:
        """Leave out the least severe findings; those that stay keep their order."""
        if len(self._found) <= self._most:
            return
        places = sorted(range(len(self._found)), key=lambda place: (_weight(self._found[place]), place))
        self._found = [self._found[place] for place in sorted(places[: self._most])]

    def overview(
        self,
        facts: Facts,
        changes: Changes | None = None,
        *,
        texts: Mapping[str, CheckTexts] | None = None,
        suppressions: Iterable[Accepted] = (),
        trend: Iterable[Point] = (),
    ) -> Overview:
        """Return the overview of a scan that has ended; `texts` are those of the checks by their ids."""
        texts = texts or {}
        self._shorten()
        news = changes.news if changes else {}
        items = [Item(each, news.get(each.finding_id, News.STILL), self._owner(each)) for each in self._found]
        groups = sorted(_by_resource(items), key=_order)
        ordered = tuple(item for group in groups for item in group)
        fresh = tuple(sorted((item for item in ordered if item.news and item.finding.failing), key=_item_order))
        failing = [found for group in groups if (found := tuple(item for item in group if item.finding.failing))]
        return Overview(
            facts=facts,
            verdict=verdict(facts, changes, fresh, texts),
            items=ordered,
            start=tuple(Start(group) for group in failing[:START]),
            jobs=jobs(ordered, texts, facts.failing_checks),
            news=fresh,
            changes=changes,
            suppressions=tuple(suppressions),
            trend=tuple(trend),
            texts=texts,
        )

    def _owner(self, finding: Finding) -> str:
        return (finding.resource.tags or {}).get(self._tag, "")


def _by_resource(items: Sequence[Item]) -> list[list[Item]]:
    """Return the items of each resource, failures first and the worst of them first."""
    ordered = sorted(items, key=lambda item: item.finding.resource.identity)
    return [
        sorted(group, key=_item_order) for _, group in groupby(ordered, key=lambda item: item.finding.resource.identity)
    ]


def _weight(finding: Finding) -> int:
    """Return where a finding stands among those to keep: failures by severity, then the others."""
    if finding.failing:
        return -finding.severity.rank
    return 1 if finding.suppression else 2


def _item_order(item: Item) -> tuple[int, bool, str, str]:
    """Order items: the worst first, new ones before others of their severity."""
    return _weight(item.finding), not item.news, item.finding.check_id, item.finding.finding_id


def _order(group: Sequence[Item]) -> tuple[object, ...]:
    """Order resources by their critical failures, those with new ones first, then high, medium and low."""
    failing = [item.finding.severity for item in group if item.finding.failing]
    counts = [-failing.count(severity) for severity in reversed(Severity)]
    new = any(item.news and item.finding.severity is Severity.CRITICAL for item in group if item.finding.failing)
    resource = group[0].finding.resource
    return not failing, counts[0], not new, *counts[1:], resource.account_id, resource.region, resource.id
