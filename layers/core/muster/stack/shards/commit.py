"""The commit of a shard: its counts, its coverage and the parts it wrote."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from muster.model.coverage import ALL, Coverage
from muster.model.shard import Shard
from muster.reports.tables import ScanHeader
from muster.reports.tally import STATUSES
from muster.scanning.shard_scan import ShardScan
from muster.stack.documents.commit import (
    CheckResult,
    Commit,
    ShardLine,
    ShardResources,
)
from muster.stack.shards.progress import Progress


def commit(shard: Shard, scan: ShardScan, header: ScanHeader, progress: Progress, attempt: str) -> Commit:
    """Return the commit of a shard that was scanned to its end, completely or not."""
    outcome = scan.outcome
    types: dict[str, set[str]] = {}
    for rule in scan.rules:
        types.setdefault(rule.check.id, set()).add(rule.resource_type)
    reasons = [f"{name} could not be listed: {gap.reason}" for name, gap in sorted(outcome.unlisted.items())]
    counts = progress.tally().checks
    checks = [
        CheckResult(
            rule.check.id,
            rule.check.severity.value,
            region,
            not outcome.lost and not (types[rule.check.id] & outcome.unlisted.keys()),
            *_by_status(counts.get((rule.check.id, region), Counter())),
        )
        for rule in {rule.check.id: rule for rule in scan.rules}.values()
        for region in dict.fromkeys([*shard.scope, shard.region])
    ]
    return replace(
        _commit(shard, progress, header, checks, outcome.ledger.rows()),
        attempt=attempt,
        complete=outcome.complete,
        blocked=outcome.blocked,
        unlisted=tuple(sorted(outcome.unlisted)),
        reasons=() if outcome.blocked else (*reasons, *([outcome.lost] if outcome.lost else ())),
    )


def unfinished(
    shard: Shard, progress: Progress, header: ScanHeader, reason: str, severities: Mapping[str, str]
) -> Commit:
    """Return what stands for the commit of a shard that never ended: what it had found by then, and why no more."""
    checks = [
        CheckResult(check_id, severities[check_id], region, False, *_by_status(counts))
        for (check_id, region), counts in sorted(progress.tally().checks.items())
    ]
    missing = Coverage(shard.account_id, shard.region, shard.service, ALL, reason=reason)
    return replace(_commit(shard, progress, header, checks, (*progress.coverage, missing)), reasons=(reason,))


def _commit(
    shard: Shard, progress: Progress, header: ScanHeader, checks: Iterable[CheckResult], coverage: Iterable[Coverage]
) -> Commit:
    """Return the commit of a shard of which nothing is complete and nothing changed."""
    tally = progress.tally()
    return Commit(
        scan_id=header.scan_id,
        attempt="",
        shard=shard.id,
        account_id=shard.account_id,
        region=shard.region,
        service=shard.service,
        complete=False,
        reasons=(),
        resources=ShardResources(tally.resources, tally.failing_resources),
        checks=tuple(checks),
        coverage=tuple(coverage),
        parts=progress.parts,
        scope=shard.scope,
        resource_type=shard.resource_type,
    )


def _by_status(counts: Mapping[str, int]) -> Iterator[int]:
    return (counts[status] for status in STATUSES)


def line(commit: Commit) -> ShardLine:
    """Return what a log says of a shard: its counts and its calls of AWS, in one line."""
    rows = commit.coverage
    return ShardLine(
        shard=commit.shard,
        account_id=commit.account_id,
        region=commit.region,
        service=commit.service,
        complete=commit.complete,
        resources=commit.resources.scanned,
        failing=commit.resources.non_compliant,
        calls=sum(row.calls for row in rows),
        items=sum(row.items for row in rows),
        retries=sum(row.retries for row in rows),
        denials=sum(row.denials for row in rows),
        errors=sum(row.errors for row in rows),
        seconds=round(sum(row.seconds for row in rows), 3),
    )
