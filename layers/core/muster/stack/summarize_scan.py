"""The end of a scan: the results of its accounts are added up, and its summary, report and tallies are published."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from muster.errors import EventError, Transient
from muster.estimate.forecast import Forecast
from muster.model.finding import Severity
from muster.reports.tables import TALLIES
from muster.sdk.session import Clients
from muster.stack.documents import events, objects
from muster.stack.documents.commit import by_status
from muster.stack.documents.notes import Incomplete, Sizes
from muster.stack.documents.plan import PlanDocument
from muster.stack.documents.request import Environment
from muster.stack.documents.summary import (
    ForecastOutcome,
    ReportDocument,
    ReportedScan,
    ResourceCounts,
    ShardCounts,
    Summary,
)
from muster.stack.summarizing.accounts import LostAccount, results_of
from muster.stack.summarizing.bounds import NAMED, fitted
from muster.stack.summarizing.page import publish_page
from muster.stack.summarizing.tallies import tallies
from muster.stack.summarizing.totals import Totals
from muster.storage import keys, parquet
from muster.storage.bucket import Bucket, Conflict, scratch
from muster.storage.traffic import Traffic

_ROUNDS = 10
"""How often a scan is published again because another execution published it meanwhile."""


def summarize_scan(
    event: object, environment: Environment, clients: Clients, traffic: Traffic | None = None
) -> Summary:
    """Publish what the accounts' results add up to and return the summary, at most 32 KiB of JSON.

    Running it again for the same scan writes the same objects again. When another execution of the scan published
    meanwhile, it is done again from the results that there are by then: the last one never leaves less than the one
    before it. `traffic` counts the calls of the bucket.

    Raises:
        EventError: it is no such event, or there is no such scan.
        Damaged: the plan of the scan cannot be read.
        Transient: others published again and again.
    """
    sent = events.scan("summarize_scan", event)
    bucket = Bucket(environment.bucket, clients, environment.region, traffic)
    plan = objects.content(bucket, keys.plan(sent.scan_id), PlanDocument)
    if plan is None:
        raise EventError(f"there is no scan {sent.scan_id!r} in s3://{bucket.name}/{keys.SCANS}")
    for _ in range(_ROUNDS):
        before = bucket.get_bytes(keys.summary(sent.scan_id))
        totals = _totals(bucket, plan, sent.attempt)
        summary, report = _published(bucket, plan, sent.attempt, totals)
        try:
            bucket.put_json(keys.summary(sent.scan_id), summary.to_json(), etag=before[1] if before else None)
        except Conflict:
            continue
        publish_page(bucket, plan, report)
        if plan.scan.record:
            known = objects.or_none(bucket, keys.sizes(), Sizes, []) or Sizes()
            bucket.put_json(keys.sizes(), Sizes(totals.sizes.merged(known.shards)).to_json())
        return summary
    raise Transient(f"other executions of the scan {sent.scan_id} publish it again and again")


def _totals(bucket: Bucket, plan: PlanDocument, attempt: str) -> Totals:
    """Add up the results of the accounts, and write their tallies on the way."""
    header = plan.scan.header
    totals = Totals(plan.severities, plan.scan.shards, attempt)

    def rows() -> Iterator[Mapping[str, Sequence[Any]]]:
        for result in results_of(bucket, plan):
            if isinstance(result, LostAccount):
                totals.lose(result)
            else:
                totals.add(result)
                yield tallies(result, header, plan.severities)

    with scratch() as folder:
        path = Path(folder) / "tallies.parquet"
        parquet.write_columns(path, TALLIES, rows())
        bucket.upload(path, keys.table("tallies", header.scan_date, header.scan_id))
    return totals


def _published(bucket: Bucket, plan: PlanDocument, attempt: str, totals: Totals) -> tuple[Summary, ReportDocument]:
    """Publish the report and the names of incomplete shards, and return the summary and the report."""
    scan_id = plan.scan.scan_id
    summary = _summary(plan, attempt, totals, bucket.name)
    report = _report(plan, summary, totals, bucket.name)
    bucket.put_json(keys.report(scan_id), report.to_json())
    bucket.put_json(keys.incomplete(scan_id), Incomplete(tuple(sorted(totals.names))).to_json())
    return fitted(summary), report


def _summary(plan: PlanDocument, attempt: str, totals: Totals, bucket: str) -> Summary:
    scan, checks, apis = plan.scan, totals.checks, totals.apis
    calls = sum(api.calls for api in apis)
    severities: Counter[str] = Counter()
    for check in checks:
        severities[check.severity] += check.non_compliant
    return Summary(
        scan_id=scan.scan_id,
        scan_kind=scan.scan_kind,
        started_at=scan.started_at,
        record=scan.record,
        stack=scan.stack,
        regions=scan.regions,
        packs=scan.packs,
        whole=scan.whole,
        accounts=len(scan.accounts),
        accounts_excluded=dict(list(scan.accounts_excluded.items())[:NAMED]),
        complete=not totals.names,
        incomplete=totals.incomplete.items(),
        shards=ShardCounts(scan.shards, totals.committed, totals.incomplete_shards),
        blocked=totals.blocked,
        resources=ResourceCounts(totals.scanned, totals.scanned - totals.failing, totals.failing),
        findings=by_status(checks),
        failing={severity.value: severities[severity.value] for severity in reversed(Severity)},
        checks=checks,
        calls=calls,
        forecast=_outcome(plan.forecast, calls),
        report=f"s3://{bucket}/{keys.report(scan.scan_id)}",
        findings_at=f"s3://{bucket}/{keys.partition('findings', scan.header.scan_date)}",
        attempt=attempt,
        damaged=tuple(dict.fromkeys((*scan.damaged, *totals.damaged)))[:NAMED],
        coverage=apis,
        changes=totals.changes.counts(),
        suppressions=dict(sorted(totals.suppressions.items())),
        page=f"s3://{bucket}/{keys.page(scan.scan_id)}",
    )


def _outcome(forecast: Forecast | None, calls: int) -> ForecastOutcome | None:
    return ForecastOutcome(forecast.calls, forecast.seconds, forecast.against(calls)) if forecast else None


def _report(plan: PlanDocument, summary: Summary, totals: Totals, bucket: str) -> ReportDocument:
    header = plan.scan.header
    findings, coverage = totals.findings, totals.coverage.items()
    return ReportDocument(
        findings=findings,
        changes=totals.changes.worst(),
        truncated=summary.findings["non_compliant"] > len(findings),
        all_findings=f"s3://{bucket}/{keys.partition('findings', header.scan_date)}{header.scan_id}-*.parquet",
        summary=summary,
        scan=ReportedScan(
            **{field.name: getattr(plan.scan, field.name) for field in fields(plan.scan)},
            complete=summary.complete,
            coverage=coverage,
            coverage_truncated=totals.coverage_rows > len(coverage),
        ),
        unread=totals.gaps,
    )
