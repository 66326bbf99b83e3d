"""The facts of a scan of the command, from its tally and its report. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping

from muster.model.coverage import ONLY_TAGS, Coverage
from muster.model.finding import Status
from muster.reports.overview.overview import CoverageLine, Facts, Unread
from muster.reports.report import ScanReport
from muster.reports.tally import SUPPRESSED, Gaps, ReportTally

_FAIL, _PASS, _SKIP = (each.value.lower() for each in (Status.NON_COMPLIANT, Status.COMPLIANT, Status.NOT_APPLICABLE))


def facts_of(tally: ReportTally, scan: ScanReport, names: Mapping[str, str] | None = None) -> Facts:
    """Return the facts; `names` has the names of accounts by their ids."""
    names = names or {scan.account_id: scan.account_name}
    statuses, counts = tally.counts.statuses, tally.counts
    accounts = scan.accounts or (scan.account_id,)
    return Facts(
        scan_id=scan.scan_id,
        at=scan.started_at,
        seconds=(scan.finished_at - scan.started_at).total_seconds() if scan.finished_at else None,
        accounts=tuple((each, names.get(each, "")) for each in accounts),
        regions=tuple(scan.regions),
        packs=tuple(scan.packs),
        checks=len(scan.checks),
        checks_off=scan.checks_off,
        resources=counts.resources,
        failing_resources=counts.failing_resources,
        failing=tally.failing,
        failing_checks={check: count[_FAIL] for check, count in counts.by_check().items() if count[_FAIL]},
        passed=statuses[_PASS],
        not_applicable=statuses[_SKIP],
        suppressed=statuses[SUPPRESSED],
        not_evaluated=tally.unread,
        incomplete=tuple(scan.incomplete),
        unread=unread_of(tally.gaps),
        coverage=coverage_lines(scan.coverage),
    )


def unread_of(gaps: Gaps) -> tuple[Unread, ...]:
    """Return what could not be read, what most findings miss first."""
    return tuple(
        Unread(permission, reason, gap.findings, tuple(sorted(gap.checks)), tuple(gap.examples))
        for (permission, reason), gap in gaps.ranked()
    )


def coverage_lines(rows: Iterable[Coverage]) -> tuple[CoverageLine, ...]:
    """Return one line for each service, over all accounts and regions."""
    services: dict[str, list[Coverage]] = {}
    for row in rows:
        services.setdefault(row.service, []).append(row)
    return tuple(_line(service, group) for service, group in sorted(services.items()))


def _line(service: str, rows: list[Coverage]) -> CoverageLine:
    only_tags: Counter[str] = Counter()
    for row in (each for each in rows if each.reason == ONLY_TAGS):
        only_tags[row.api] += row.items
    rows = [row for row in rows if row.reason != ONLY_TAGS]
    reasons = dict.fromkeys(f"{row.region}: {row.reason}" for row in rows if row.reason)
    if only_tags:
        kinds = ", ".join(f"{kind} ({count:,})" for kind, count in sorted(only_tags.items()))
        reasons |= {f"{ONLY_TAGS}: {kinds}": None}
    return CoverageLine(
        service,
        tuple(sorted({row.region for row in rows})),
        sum(row.items for row in rows),
        sum(row.calls for row in rows),
        sum(row.retries for row in rows),
        sum(row.denials for row in rows),
        sum(row.errors for row in rows),
        tuple(reasons),
    )
