"""The word that a shard is done: its counts, its coverage, the parts it wrote and what changed."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from muster.lifecycle import transitions
from muster.lifecycle.transitions import Change
from muster.model.coverage import ALL, Coverage
from muster.model.finding import Severity
from muster.model.shard import Shard
from muster.reports.tables import ScanHeader, coverage_row
from muster.reports.tally import STATUSES
from muster.scanning.shard_scan import ShardScan
from muster.stack.shards.progress import Progress

Json = dict[str, Any]

_NONE: Counter[str] = Counter()
TOLD = 200
"""How many changes of each kind a commit names, the worst first; the counts are of all."""


def commit(shard: Shard, scan: ShardScan, header: ScanHeader, progress: Progress, changes: Json, attempt: str) -> Json:  # noqa: PLR0913 - everything a commit says, once
    """Return the commit of a shard that was scanned to its end, completely or not."""
    outcome = scan.outcome
    kinds: dict[str, set[str]] = {}
    for rule in scan.rules:
        kinds.setdefault(rule.check.id, set()).add(rule.resource_type)
    reasons = [f"{kind} could not be listed: {gap.reason}" for kind, gap in sorted(outcome.unlisted.items())]
    tally = progress.tally()
    return {
        "version": 1,
        "scan_id": header.scan_id,
        "attempt": attempt,
        "shard": shard.id,
        "account_id": shard.account_id,
        "region": shard.region,
        "service": shard.service,
        "complete": outcome.complete,
        "blocked": outcome.blocked,
        "unlisted": sorted(outcome.unlisted),
        "reasons": [] if outcome.blocked else [*reasons, *([outcome.lost] if outcome.lost else [])],
        "resources": {"scanned": tally.resources, "non_compliant": tally.failing_resources},
        "checks": [
            {
                "check_id": rule.check.id,
                "severity": rule.check.severity.value,
                "region": region,
                "complete": not outcome.lost and not (kinds[rule.check.id] & outcome.unlisted.keys()),
                **{status: tally.checks.get((rule.check.id, region), _NONE)[status] for status in STATUSES},
            }
            for rule in {rule.check.id: rule for rule in scan.rules}.values()
            for region in dict.fromkeys([*shard.scope, shard.region])
        ],
        "coverage": [dict(coverage_row(row, header, shard.id)) for row in outcome.ledger.rows()],
        "parts": progress.parts,
        "changes": changes,
    }


def unfinished(
    shard: Shard, progress: Progress, header: ScanHeader, reason: str, severities: Mapping[str, str]
) -> Json:
    """Return what stands for the commit of a shard that never ended: what it had found by then, and why no more."""
    tally = progress.tally()
    rows = [dict(coverage_row(row, header, shard.id)) for row in progress.coverage]
    missing = Coverage(shard.account_id, shard.region, shard.service, ALL, reason=reason)
    return {
        "scan_id": header.scan_id,
        "attempt": "",
        "shard": shard.id,
        "account_id": shard.account_id,
        "region": shard.region,
        "service": shard.service,
        "complete": False,
        "blocked": False,
        "unlisted": [],
        "reasons": [reason],
        "resources": {"scanned": tally.resources, "non_compliant": tally.failing_resources},
        "checks": [
            {
                "check_id": check_id,
                "severity": severities[check_id],
                "region": region,
                "complete": False,
                **{status: counts[status] for status in STATUSES},
            }
            for (check_id, region), counts in sorted(tally.checks.items())
        ],
        "coverage": [*rows, dict(coverage_row(missing, header, shard.id))],
        "parts": progress.parts,
        "changes": {"baseline": False, "events": {}},
    }


def line(commit: Mapping[str, Any]) -> Json:
    """Return what a log says of a shard: its counts and what was asked of AWS, in one line."""
    rows = commit["coverage"]
    counted = ("calls", "items", "retries", "denials", "errors", "seconds")
    return {
        **{key: commit[key] for key in ("shard", "account_id", "region", "service", "complete")},
        "resources": commit["resources"]["scanned"],
        "failing": commit["resources"]["non_compliant"],
        **{key: round(sum(row[key] for row in rows), 3) for key in counted},
    }


def told(changes: list[Change]) -> Json:
    """Return how many changes of a kind there are, and the worst of them."""
    worst = transitions.worst_first(changes, lambda severity: Severity(severity).rank)[:TOLD]
    return {
        "count": len(changes),
        "worst": [
            {
                "finding_id": change.finding_id,
                **asdict(change.subject),
                "reason": change.reason,
                "first_seen": change.first_seen.isoformat(),
            }
            for change in worst
        ],
    }
