"""The result of an account: the counts of its shards added up, what is missing, and how large they are."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from muster.model.coverage import ALL, Coverage
from muster.reports.overview import Unread
from muster.reports.schema import Record
from muster.stack.documents.account import AccountResult, CheckCounts, Reported
from muster.stack.documents.commit import CheckResult, Commit, ShardChanges, ShardResources
from muster.stack.documents.events import AccountEvent
from muster.stack.documents.notes import Size
from muster.stack.documents.summary import ApiTotals, IncompleteShard, ShardCounts
from muster.stack.settling.collect import Collected


def ledger(commits: Iterable[Commit]) -> Iterator[tuple[str, Coverage]]:
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


def result_of(  # noqa: PLR0913 - all that the result has
    event: AccountEvent,
    collected: Collected,
    rows: Sequence[Coverage],
    limit: int,
    findings: Sequence[Record],
    changes: Mapping[str, ShardChanges],
    reported: Mapping[str, Reported],
    outbox: str,
    accepted: Mapping[str, int],
    gaps: Sequence[Unread] = (),
) -> AccountResult:
    """Return the result of an account; `limit` is how many rows of its ledger it names, the worst first."""
    commits = collected.commits
    incomplete = [commit for commit in commits if not commit.complete]
    return AccountResult(
        scan_id=event.scan_id,
        attempt=event.attempt,
        account_id=event.account.account_id,
        shards=ShardCounts(len(commits), len(collected.committed), len(incomplete)),
        incomplete=tuple(IncompleteShard(commit.shard, "; ".join(commit.reasons)) for commit in incomplete),
        blocked=len({commit.region for commit in commits if commit.blocked}),
        resources=ShardResources(
            sum(commit.resources.scanned for commit in commits),
            sum(commit.resources.non_compliant for commit in commits),
        ),
        checks={commit.shard: counts for commit in commits if (counts := tuple(_counts(commit.checks)))},
        apis=by_api(rows),
        coverage=tuple(sorted(rows, key=lambda row: (not row.reason, -row.denials - row.errors))[:limit]),
        coverage_rows=len(rows),
        findings=tuple(findings),
        sizes=_sizes_of(commits),
        damaged=tuple(sorted(collected.damaged.values())),
        changes=dict(changes),
        reported=dict(reported),
        outbox=outbox,
        suppressions=dict(accepted),
        gaps=tuple(gaps),
    )


def _counts(checks: Iterable[CheckResult]) -> Iterator[CheckCounts]:
    """Yield the counts of checks; a complete check without findings says nothing."""
    for check in checks:
        counts = (
            check.compliant,
            check.non_compliant,
            check.not_applicable,
            check.insufficient_data,
            check.suppressed,
        )
        if any(counts) or not check.complete:
            yield CheckCounts(check.check_id, check.region, check.complete, *counts)


def by_api(rows: Iterable[Coverage]) -> tuple[ApiTotals, ...]:
    """Return the ledger's totals by API."""
    found: dict[str, list[Coverage]] = {}
    for row in rows:
        found.setdefault(row.api, []).append(row)
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
        for api, of_api in sorted(found.items())
    )


def _sizes_of(commits: Iterable[Commit]) -> dict[str, Size]:
    """Return how large each shard is that was seen whole; one that was cut counts as a whole.

    The next plan forecasts its calls with it, and cuts the large ones.
    """
    sizes: dict[str, Size] = {}
    cut_short = {_whole(commit) for commit in commits if not commit.complete}
    for commit in commits:
        name = _whole(commit)
        if name in cut_short:
            continue
        size = sizes.get(name) or Size(0, {})
        listed = {row.api: row.items - row.out_of_scope for row in commit.coverage if row.items}
        sizes[name] = Size(size.resources + commit.resources.scanned, {**size.listed, **listed})
    return sizes


def _whole(commit: Commit) -> str:
    """Return the name of a shard before it was cut by resource type."""
    return f"{commit.account_id}.{commit.region}.{commit.service}"
