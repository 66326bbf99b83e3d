"""The tables that Athena reads: their columns, and rows of findings and of the ledger.

Columns have Glue types; `scan_date` is the partition and no column of the files. Timestamps are milliseconds without a
zone, in UTC: what Athena's `timestamp` reads.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from types import MappingProxyType
from typing import get_type_hints

from muster.model.coverage import Coverage
from muster.model.finding import Finding
from muster.reports import schema
from muster.reports.columns import FindingRow
from muster.reports.schema import Row
from muster.reports.tally import STATUSES

_GLUE = {str: "string", int: "bigint", float: "double"}

FINDINGS = schema.FINDING.columns
TALLIES: Mapping[str, str] = MappingProxyType(
    {
        "scan_id": "string",
        "scan_kind": "string",
        "shard": "string",
        "account_id": "string",
        "region": "string",
        "service": "string",
        "check_id": "string",
        "severity": "string",
        "started_at": "timestamp",
        "complete": "boolean",
        **dict.fromkeys(STATUSES, "bigint"),
    }
)
COVERAGE: Mapping[str, str] = MappingProxyType(
    {
        "scan_id": "string",
        "scan_kind": "string",
        "shard": "string",
        **{name: _GLUE[kind] for name, kind in get_type_hints(Coverage).items()},
    }
)


@dataclass(frozen=True, slots=True)
class ScanHeader:
    """The columns of every row about its scan; `observed_at` is when the scan began, in aware UTC."""

    scan_id: str
    scan_kind: str
    observed_at: datetime

    @property
    def scan_date(self) -> str:
        """The partition: the day the scan began, in UTC."""
        return self.observed_at.strftime("%Y-%m-%d")


def finding_row(finding: Finding, header: ScanHeader, shard: str) -> Row:
    """Return a finding as a row of the table `findings`."""
    return FindingRow(schema.FINDING.layout, finding, header.scan_id, header.scan_kind, shard)


def coverage_row(row: Coverage, header: ScanHeader, shard: str) -> Row:
    """Return a row of the ledger as a row of the table `coverage`."""
    return {"scan_id": header.scan_id, "scan_kind": header.scan_kind, "shard": shard, **asdict(row)}
