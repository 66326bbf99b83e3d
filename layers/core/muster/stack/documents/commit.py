"""The result of a shard: its commit in the bucket, and the message that announces it."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar

from muster.lifecycle.events import FindingEvent
from muster.model.coverage import Coverage
from muster.reports.tables import ScanHeader, coverage_row
from muster.reports.tally import STATUSES
from muster.stack.documents.fields import OMITTED, listed, record
from muster.stack.documents.names import AttemptName, SeverityName
from muster.stack.documents.objects import Document

Ledger = Annotated[tuple[Coverage, ...], listed(record(Coverage, complete=True))]
_WAY_OUT = 'the shard counts as not scanned; scan it with {"resume": SCAN_ID}'


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The number of findings of a check in a region by status; `complete` says that all its resources were listed."""

    check_id: str
    severity: SeverityName
    region: str
    complete: bool
    compliant: int
    non_compliant: int
    not_applicable: int
    insufficient_data: int
    suppressed: int


def by_status(checks: Collection[object]) -> dict[str, int]:
    """Return how many findings of checks have each status; each check has an attribute for each."""
    return {status: sum(getattr(check, status) for check in checks) for status in STATUSES}


@dataclass(frozen=True, slots=True)
class ShardResources:
    """The number of resources of a shard, and of those that fail a check."""

    scanned: int
    non_compliant: int


@dataclass(frozen=True, slots=True)
class NotedChange:
    """One change of a finding; `first_seen` is since when it fails, as ISO 8601."""

    finding_id: str
    check_id: str
    title: str
    severity: SeverityName
    resource_type: str
    resource_id: str
    resource_arn: str
    account_id: str
    region: str
    reason: str
    first_seen: str

    @classmethod
    def of(cls, event: FindingEvent) -> "NotedChange":
        """Return what is noted of an event."""
        seen = datetime.fromtimestamp(event.first_seen / 1000, UTC).isoformat()
        return cls(
            event.finding_id,
            event.check_id,
            event.title,
            event.severity,
            event.resource_type,
            event.resource_id,
            event.resource_arn,
            event.account_id,
            event.region,
            event.reason,
            seen,
        )


@dataclass(frozen=True, slots=True)
class EventChanges:
    """The number of changes of one kind, and the worst of them."""

    count: int
    worst: tuple[NotedChange, ...]


@dataclass(frozen=True, slots=True)
class ShardChanges:
    """The changes by kind; `baseline` says that it was a first look, `lost` why no changes can be known."""

    baseline: bool
    events: dict[str, EventChanges]
    lost: str = field(default="", metadata=OMITTED)


NO_CHANGES = ShardChanges(baseline=False, events={})


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit(Document):
    """The result of a shard: its counts, its coverage and the parts it wrote.

    `attempt` names the execution that scanned it, `unlisted` the resource types whose listing did not end. `scope` has
    the regions whose resources it judged, `resource_type` the one type of a shard that was cut.
    """

    NAME: ClassVar[str] = "the result of a shard"
    WAY_OUT: ClassVar[str] = _WAY_OUT
    VERSION: ClassVar[int | None] = 2

    scan_id: str = ""
    attempt: AttemptName
    shard: str
    account_id: str
    region: str
    service: str
    complete: bool
    blocked: bool = False
    unlisted: tuple[str, ...] = ()
    reasons: tuple[str, ...]
    resources: ShardResources
    checks: tuple[CheckResult, ...]
    coverage: Ledger
    parts: tuple[str, ...]
    scope: tuple[str, ...]
    resource_type: str = ""

    def written(self, header: ScanHeader) -> dict[str, Any]:
        """Return the commit as JSON, its coverage as rows of the table."""
        return {**self.to_json(), "coverage": [coverage_row(row, header, self.shard) for row in self.coverage]}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardMessage(Document):
    """The message of the result queue: a shard is done, and `commit` is the key of its result."""

    VERSION: ClassVar[int | None] = 1

    scan_id: str
    shard: str
    account_id: str
    region: str
    service: str
    complete: bool
    parts: tuple[str, ...]
    statuses: dict[str, int]
    commit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardLine(Document):
    """The line of a log for a shard: its counts and its calls of AWS."""

    shard: str
    account_id: str
    region: str
    service: str
    complete: bool
    resources: int
    failing: int
    calls: int
    items: int
    retries: int
    denials: int
    errors: int
    seconds: float
