"""The rows of the table `tallies`, by column: a scan of a thousand accounts has half a million. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from muster.reports.tables import ScanHeader
from muster.stack.documents.account import AccountResult, CheckCounts


def tallies(result: AccountResult, header: ScanHeader, severities: Mapping[str, str]) -> Mapping[str, Sequence[Any]]:
    """Return the counts of an account's checks; `severities` has those of the checks by id."""
    shards: list[str] = []
    services: list[str] = []
    rows: list[CheckCounts] = []
    for shard, checks in sorted(result.checks.items()):
        shards += [shard] * len(checks)
        services += [shard.split(".")[2]] * len(checks)
        rows += checks
    counts: list[Sequence[Any]] = list(zip(*rows, strict=True)) if rows else [()] * len(CheckCounts._fields)
    by_name = dict(zip(CheckCounts._fields, counts, strict=True))
    return {
        "scan_id": [header.scan_id] * len(rows),
        "scan_kind": [header.scan_kind] * len(rows),
        "shard": shards,
        "account_id": [result.account_id] * len(rows),
        "service": services,
        "severity": [severities[check_id] for check_id in by_name["check_id"]],
        "started_at": [header.observed_at] * len(rows),
        **by_name,
    }
