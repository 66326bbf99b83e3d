"""The end of a scan: what no commit names is deleted, the rest is published, and the whole is summed up."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path

from muster.errors import EventError, Transient
from muster.estimate.forecast import Forecast
from muster.lifecycle.transitions import Event
from muster.model.coverage import ALL, Coverage
from muster.model.finding import Severity
from muster.reports.schema import Record
from muster.sdk.session import Clients
from muster.stack.bounds import CHANGES, NAMED, fitted
from muster.stack.documents import events, objects
from muster.stack.documents.commit import CheckResult, Commit, CommitNews, NotedChange, by_status
from muster.stack.documents.notes import Incomplete, Size, Sizes
from muster.stack.documents.plan import PlanDocument
from muster.stack.documents.request import Environment
from muster.stack.documents.summary import (
    ApiTotals,
    ChangeCounts,
    CheckTotals,
    ForecastOutcome,
    IncompleteShard,
    ReportDocument,
    ReportedScan,
    ResourceCounts,
    ShardCounts,
    Summary,
)
from muster.stack.limits import REPORTED
from muster.stack.publish import DamagedPart, delete_orphans, publish_findings, publish_tables
from muster.stack.results import commits_of, with_unfinished
from muster.storage import keys
from muster.storage.bucket import Bucket, Conflict, scratch
from muster.storage.traffic import Traffic

_SHORT = 300
"""Characters that the summary says of a damaged object."""

_ROUNDS = 10
"""How often a scan is published anew because another execution published it meanwhile."""


def summarize_scan(
    event: object, environment: Environment, clients: Clients, traffic: Traffic | None = None
) -> Summary:
    """Publish what the shards committed and return the summary, at most 32 KiB of JSON.

    Running it again for the same scan writes the same objects again. When another execution of the scan published
    meanwhile, it is done again from what is committed by now: who comes last never leaves less than who came before.
    `traffic` counts the calls of the bucket.

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
        summary, commits = _published(bucket, plan, sent.attempt)
        try:
            bucket.put_json(keys.summary(sent.scan_id), summary.to_json(), etag=before[1] if before else None)
        except Conflict:
            continue
        if plan.scan.record:
            _remember_sizes(bucket, commits)
        return summary
    raise Transient(f"other executions of the scan {sent.scan_id} publish it again and again")


def _published(bucket: Bucket, plan: PlanDocument, attempt: str) -> tuple[Summary, list[Commit]]:
    """Publish all but the summary; return it, and the commits that it sums up."""
    scan_id, header = plan.scan.scan_id, plan.scan.header
    # In this order: what another execution writes from now on is either not among the parts, or it is known to run.
    parts = [key for key, _ in bucket.keys(keys.parts(scan_id))]
    alone = len(list(bucket.keys(keys.every_batches(scan_id)))) == 1
    damaged: dict[str, str] = {}
    found = commits_of(bucket, scan_id, damaged)
    while True:
        committed = [commit for commit in found if commit.shard not in damaged]
        done = None if alone else {commit.shard for commit in committed if commit.complete}
        commits = with_unfinished(bucket, plan, attempt, committed, damaged)
        kept = {part for part in parts if keys.shard_of(part) in damaged}
        delete_orphans(bucket, parts, kept | {part for commit in commits for part in commit.parts}, done)
        try:
            with scratch() as folder:
                failing = publish_findings(bucket, header, commits, Path(folder))
                publish_tables(bucket, header, commits, _coverage(commits), Path(folder))
            break
        except DamagedPart as error:
            damaged[error.shard] = str(error)
    summary = _summary(plan, attempt, commits, len(committed), _damaged(plan, commits, damaged), bucket.name)
    bucket.put_json(keys.report(scan_id), _report(plan, summary, failing, commits, bucket.name).to_json())
    incomplete = Incomplete(tuple(item.shard for item in _incomplete(commits)))
    bucket.put_json(keys.incomplete(scan_id), incomplete.to_json())
    return fitted(summary), commits


def _damaged(plan: PlanDocument, commits: Iterable[Commit], damaged: Mapping[str, str]) -> tuple[str, ...]:
    """Return what is wrong with objects of the bucket that Muster could not read, some of them, shortened."""
    lost = (commit.changes.lost for commit in commits if commit.changes.lost)
    texts = dict.fromkeys((*plan.scan.damaged, *sorted(damaged.values()), *lost))
    return tuple(text[:_SHORT] for text in texts)[:NAMED]


def _remember_sizes(bucket: Bucket, commits: Iterable[Commit]) -> None:
    """Note how large each shard is, so that the next plan can forecast its calls and cut the large ones.

    One that was cut counts as a whole.
    """
    sizes: dict[str, Size] = {}
    for commit in commits:
        if not commit.complete:
            continue
        name = f"{commit.account_id}.{commit.region}.{commit.service}"
        size = sizes.get(name) or Size(0, {})
        listed = {row.api: row.items - row.out_of_scope for row in commit.coverage if row.items}
        sizes[name] = Size(size.resources + commit.resources.scanned, {**size.listed, **listed})
    known = objects.or_none(bucket, keys.sizes(), Sizes, []) or Sizes()
    bucket.put_json(keys.sizes(), Sizes({**known.shards, **sizes}).to_json())


def _coverage(commits: Iterable[Commit]) -> Iterator[tuple[str, Coverage]]:
    """Yield the rows of the ledger, with their shards; a region that a policy blocks has one for all its services."""
    blocked: dict[tuple[str, str], tuple[str, Coverage]] = {}
    for commit in commits:
        for row in commit.coverage:
            if not commit.blocked:
                yield commit.shard, row
                continue
            key = row.account_id, row.region
            shard, whole = blocked.get(key) or (commit.shard, replace(row, service=ALL, calls=0))
            blocked[key] = shard, replace(whole, calls=whole.calls + row.calls)
    yield from blocked.values()


def _by_api(commits: Iterable[Commit]) -> tuple[ApiTotals, ...]:
    """Return the ledger's totals by API: few rows whatever the number of accounts."""
    rows: dict[str, list[Coverage]] = {}
    for _, row in _coverage(commits):
        rows.setdefault(row.api, []).append(row)
    return tuple(
        ApiTotals(
            api,
            calls=sum(row.calls for row in of_api),
            items=sum(row.items for row in of_api),
            retries=sum(row.retries for row in of_api),
            denials=sum(row.denials for row in of_api),
            errors=sum(row.errors for row in of_api),
            out_of_scope=sum(row.out_of_scope for row in of_api),
            milliseconds=sum(round(row.seconds * 1000) for row in of_api),
        )
        for api, of_api in sorted(rows.items())
    )


def _summary(  # noqa: PLR0913 - all that is summed up
    plan: PlanDocument,
    attempt: str,
    commits: Sequence[Commit],
    committed: int,
    damaged: tuple[str, ...],
    bucket: str,
) -> Summary:
    scan, incomplete, checks = plan.scan, _incomplete(commits), _by_check(commits)
    calls = sum(row.calls for commit in commits for row in commit.coverage)
    severities: Counter[str] = Counter()
    for check in checks:
        severities[check.severity] += check.non_compliant
    scanned = sum(commit.resources.scanned for commit in commits)
    failing = sum(commit.resources.non_compliant for commit in commits)
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
        complete=not incomplete,
        incomplete=incomplete[:NAMED],
        shards=ShardCounts(scan.shards, committed, len(incomplete)),
        blocked=len({(commit.account_id, commit.region) for commit in commits if commit.blocked}),
        resources=ResourceCounts(scanned, scanned - failing, failing),
        findings=by_status(checks),
        failing={severity.value: severities[severity.value] for severity in reversed(Severity)},
        checks=checks,
        calls=calls,
        forecast=_outcome(plan.forecast, calls),
        report=f"s3://{bucket}/{keys.report(scan.scan_id)}",
        findings_at=f"s3://{bucket}/{keys.partition('findings', scan.header.scan_date)}",
        attempt=attempt,
        damaged=damaged,
        coverage=_by_api(commits),
        changes=changes_of(attempt, commits),
    )


def _outcome(forecast: Forecast | None, calls: int) -> ForecastOutcome | None:
    return ForecastOutcome(forecast.calls, forecast.seconds, forecast.against(calls)) if forecast else None


def _incomplete(commits: Iterable[Commit]) -> tuple[IncompleteShard, ...]:
    return tuple(IncompleteShard(commit.shard, "; ".join(commit.reasons)) for commit in commits if not commit.complete)


def _by_check(commits: Iterable[Commit]) -> tuple[CheckTotals, ...]:
    results: dict[str, list[CheckResult]] = {}
    for commit in commits:
        for check in commit.checks:
            results.setdefault(check.check_id, []).append(check)
    return tuple(
        CheckTotals(check_id, of_check[-1].severity, **by_status(of_check))
        for check_id, of_check in sorted(results.items())
    )


def changes_of(attempt: str, commits: Iterable[Commit | CommitNews]) -> ChangeCounts:
    """Return how much changed of each kind by what an attempt found, and whether it was the first look."""
    changes = [commit.changes for commit in commits if commit.attempt == attempt]

    def total(event: Event) -> int:
        return sum(of_shard.events[event].count for of_shard in changes if event in of_shard.events)

    return ChangeCounts(
        baseline=any(of_shard.baseline for of_shard in changes),
        opened=total(Event.OPENED),
        reopened=total(Event.REOPENED),
        resolved=total(Event.RESOLVED),
        suppressed=total(Event.SUPPRESSED),
        unreadable=total(Event.UNREADABLE),
    )


def worst_of(attempt: str, commits: Iterable[Commit | CommitNews]) -> dict[str, tuple[NotedChange, ...]]:
    """Return the worst changes of each kind that an attempt found."""
    events: dict[str, tuple[NotedChange, ...]] = {}
    for commit in commits:
        for event, noted in commit.changes.events.items() if commit.attempt == attempt else ():
            merged = sorted((*events.get(event, ()), *noted.worst), key=_worst_first)
            events[event] = tuple(merged[:CHANGES])
    return events


def _worst_first(change: NotedChange) -> tuple[int, str, str]:
    return -Severity(change.severity).rank, change.check_id, change.resource_id


def _report(
    plan: PlanDocument, summary: Summary, failing: tuple[Record, ...], commits: Sequence[Commit], bucket: str
) -> ReportDocument:
    rows = [row for _, row in _coverage(commits)]
    rows.sort(key=lambda row: (not row.reason, -row.denials - row.errors))
    header = plan.scan.header
    return ReportDocument(
        findings=failing,
        changes=worst_of(summary.attempt, commits),
        truncated=summary.findings["non_compliant"] > len(failing),
        all_findings=f"s3://{bucket}/{keys.partition('findings', header.scan_date)}{header.scan_id}-*.parquet",
        summary=summary,
        scan=ReportedScan(
            **{field.name: getattr(plan.scan, field.name) for field in fields(plan.scan)},
            complete=summary.complete,
            coverage=tuple(rows[:REPORTED]),
            coverage_truncated=len(rows) > REPORTED,
        ),
    )
