"""summary.json, which is also the output of the state machine, and report.json."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any, ClassVar

from muster.reports.overview import Unread
from muster.stack.documents.commit import Ledger, NotedChange
from muster.stack.documents.fields import OMITTED, anything, keyed, listed
from muster.stack.documents.names import SeverityName
from muster.stack.documents.objects import Document
from muster.stack.documents.plan import ScanDetails

_WAY_OUT = 'write it again with {"resume": SCAN_ID}'


@dataclass(frozen=True, slots=True)
class IncompleteShard:
    """A shard that was not scanned to its end, and why."""

    shard: str
    reason: str


@dataclass(frozen=True, slots=True)
class ShardCounts:
    """The number of shards: planned, committed, and not scanned to their end."""

    planned: int
    committed: int
    incomplete: int


@dataclass(frozen=True, slots=True)
class ResourceCounts:
    """The number of resources: scanned, passing all checks, and failing one."""

    scanned: int
    compliant: int
    non_compliant: int


@dataclass(frozen=True, slots=True)
class CheckTotals:
    """The number of findings of a check by status."""

    check_id: str
    severity: SeverityName
    compliant: int
    non_compliant: int
    not_applicable: int
    insufficient_data: int
    suppressed: int


@dataclass(frozen=True, slots=True)
class ApiTotals:
    """The calls of an API in all shards, and their outcome."""

    api: str
    calls: int
    items: int
    retries: int
    denials: int
    errors: int
    out_of_scope: int
    milliseconds: int


@dataclass(frozen=True, slots=True)
class ForecastOutcome:
    """The calls and seconds that were expected, and how far off the calls were, in words."""

    calls: int
    seconds: float
    difference: str


@dataclass(frozen=True, slots=True)
class ChangeCounts:
    """The number of findings that changed in each way; `owed` says that an earlier alert did not arrive."""

    baseline: bool
    opened: int = field(default=0, metadata=OMITTED)
    reopened: int = field(default=0, metadata=OMITTED)
    resolved: int = field(default=0, metadata=OMITTED)
    suppressed: int = field(default=0, metadata=OMITTED)
    expired: int = field(default=0, metadata=OMITTED)
    unreadable: int = field(default=0, metadata=OMITTED)
    owed: bool = field(default=False, metadata=OMITTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary(Document):
    """A scan in at most 32 KiB. Where lists are shortened, `left_out` says by how much.

    `suppressions` has how many failures each suppression accepts, or did until it expired, by the keys of the
    suppressions; one that accepts none has no number. The summary leaves them out where they are many. `page` is the
    address of the report as a page.
    """

    NAME: ClassVar[str] = "the summary of the scan"
    WAY_OUT: ClassVar[str] = _WAY_OUT
    VERSION: ClassVar[int | None] = 1

    scan_id: str
    scan_kind: str
    started_at: datetime
    record: bool
    stack: str
    regions: tuple[str, ...]
    packs: tuple[str, ...]
    whole: bool
    accounts: int
    accounts_excluded: dict[str, str]
    complete: bool
    incomplete: tuple[IncompleteShard, ...]
    shards: ShardCounts
    blocked: int
    resources: ResourceCounts
    findings: dict[str, int]
    failing: dict[str, int]
    checks: tuple[CheckTotals, ...]
    calls: int
    forecast: ForecastOutcome | None
    report: str
    findings_at: str
    attempt: str
    damaged: tuple[str, ...]
    coverage: tuple[ApiTotals, ...]
    changes: ChangeCounts
    left_out: dict[str, int] = field(default_factory=dict, metadata=OMITTED)
    suppressions: dict[str, int] = field(default_factory=dict, metadata=OMITTED)
    page: str = field(default="", metadata=OMITTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedScan(ScanDetails):
    """The scan as it was planned, and how it went in each region of each account, the worst first."""

    complete: bool
    coverage: Ledger
    coverage_truncated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportDocument(Document):
    """The failing findings, the worst first, the worst changes of the last attempt by kind, and what was not read."""

    NAME: ClassVar[str] = "the report of the scan"
    WAY_OUT: ClassVar[str] = _WAY_OUT

    findings: Annotated[tuple[dict[str, Any], ...], listed(keyed(anything))]
    changes: dict[str, tuple[NotedChange, ...]]
    truncated: bool
    all_findings: str
    summary: Summary
    scan: ReportedScan
    unread: tuple[Unread, ...] = field(default=(), metadata=OMITTED)
