"""The overview of a scan of the stack, from its report and its plan. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from muster.alerts.acceptances import Matches, accepted, judged_checks
from muster.catalog import catalog as catalogs
from muster.catalog.catalog import Catalog
from muster.configuration import Configuration
from muster.errors import ConfigurationError
from muster.lifecycle.transitions import Event
from muster.model.finding import Finding, Severity
from muster.reports.nouns import noun, shown_name
from muster.reports.overview import (
    Accepted,
    Changes,
    CheckTexts,
    Collector,
    Facts,
    Gone,
    News,
    Overview,
    Point,
    coverage_lines,
)
from muster.reports.reading import entry_of
from muster.reports.schema import Record
from muster.stack.documents.commit import NotedChange
from muster.stack.documents.fields import Malformed
from muster.stack.documents.notes import Trend
from muster.stack.documents.plan import PlanDocument
from muster.stack.documents.summary import ReportDocument, Summary

_NEWS = {Event.OPENED: News.NEW, Event.REOPENED: News.REOPENED, Event.EXPIRED: News.EXPIRED}


def overview_of(plan: PlanDocument, report: ReportDocument, trend: Trend) -> Overview:
    """Return the overview of a scan; `trend` has the scans before it and, where it is recorded, the scan itself.

    Checks that another version of Muster planned have no texts. A finding that cannot be read is left out.
    """
    catalog, configuration = _selected(plan)
    checks = {} if catalog is None else catalog.checks
    texts = {name: CheckTexts(check.fix, check.why, check.problem) for name, check in checks.items()}
    collector = Collector(plan.owner_tag)
    for finding in _findings(report.findings):
        collector.add(finding)
    return collector.overview(
        _facts(plan, report, catalog, configuration),
        _changes(plan, report, trend, configuration.account_names),
        texts=texts,
        suppressions=_suppressions(configuration, report.summary),
        trend=[
            Point(each.scan_id, each.at, each.complete, {Severity(name): count for name, count in each.failing.items()})
            for each in trend.points
        ],
    )


def _selected(plan: PlanDocument) -> tuple[Catalog | None, Configuration]:
    try:
        catalog, configuration, _ = plan.selection(catalogs.load())
    except (ConfigurationError, Malformed):
        return None, Configuration()
    return catalog, configuration


def _findings(records: Iterable[Record]) -> Iterator[Finding]:
    for record in records:
        try:
            yield entry_of(record).finding
        except ValueError:
            continue


def _facts(plan: PlanDocument, report: ReportDocument, catalog: Catalog | None, configuration: Configuration) -> Facts:
    scan, summary = plan.scan, report.summary
    own = set(catalogs.load().checks) if catalog else set()
    incomplete = [f"{shard.shard}: {shard.reason}" for shard in summary.incomplete]
    return Facts(
        scan_id=scan.scan_id,
        at=scan.started_at,
        stack=scan.stack,
        accounts=tuple((each, configuration.account_names.get(each, "")) for each in scan.accounts),
        regions=scan.regions,
        packs=scan.packs,
        checks=len(plan.severities),
        checks_off=len(own - set(plan.severities)),
        resources=summary.resources.scanned,
        failing_resources=summary.resources.non_compliant,
        failing={Severity(name): count for name, count in summary.failing.items() if count},
        failing_checks={each.check_id: each.non_compliant for each in summary.checks if each.non_compliant},
        passed=summary.findings["compliant"],
        not_applicable=summary.findings["not_applicable"],
        suppressed=summary.findings["suppressed"],
        not_evaluated=summary.findings["insufficient_data"],
        incomplete=tuple(incomplete),
        unread=report.unread,
        coverage=coverage_lines(report.scan.coverage),
        rest=f"The findings of this scan are in {report.all_findings}" if report.truncated else "",
    )


def _changes(plan: PlanDocument, report: ReportDocument, trend: Trend, names: Mapping[str, str]) -> Changes:
    changes = report.summary.changes
    before = [point.at for point in trend.points if point.at < plan.scan.started_at]
    return Changes(
        first=changes.baseline,
        previous=max(before, default=None),
        news={noted.finding_id: news for event, news in _NEWS.items() for noted in report.changes.get(event, ())},
        gone=tuple(_gone(noted, plan, names) for noted in report.changes.get(Event.RESOLVED, ())),
        counts={
            News.NEW: changes.opened,
            News.REOPENED: changes.reopened,
            News.EXPIRED: changes.expired,
            "gone": changes.resolved,
        },
    )


def _gone(noted: NotedChange, plan: PlanDocument, names: Mapping[str, str]) -> Gone:
    return Gone(
        finding_id=noted.finding_id,
        check_id=noted.check_id,
        title=noted.title,
        severity=Severity(noted.severity),
        name=shown_name(noted.resource_type, noted.resource_id),
        noun=noun(noted.resource_type),
        account=names.get(noted.account_id, noted.account_id),
        region=noted.region,
        days=_days(noted, plan),
    )


def _days(noted: NotedChange, plan: PlanDocument) -> int | None:
    try:
        return max((plan.scan.started_at - datetime.fromisoformat(noted.first_seen)).days, 0)
    except (ValueError, TypeError):
        return None


def _suppressions(configuration: Configuration, summary: Summary) -> tuple[Accepted, ...]:
    insufficient = {check.check_id: check.insufficient_data for check in summary.checks}
    known = "suppressions" not in summary.left_out
    judged = judged_checks(insufficient, whole=summary.whole, complete=summary.complete and known)
    matches = Matches(counts=summary.suppressions, judged=judged)
    today = summary.started_at.date()
    return accepted(configuration.suppressions, today, configuration.alerts.warn_days, matches)
