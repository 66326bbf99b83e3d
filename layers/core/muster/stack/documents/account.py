"""The result of an account: its counts, the worst of its findings, what changed, and what is missing."""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, NamedTuple

from muster.reports.overview import Unread
from muster.stack.documents.commit import Ledger, ShardChanges, ShardResources
from muster.stack.documents.fields import MOST, OMITTED, Malformed, anything, keyed, listed
from muster.stack.documents.names import AccountId, AttemptName
from muster.stack.documents.notes import Size
from muster.stack.documents.objects import Document
from muster.stack.documents.summary import ApiTotals, IncompleteShard, ShardCounts

_WAY_OUT = 'the account counts as not scanned; settle it with {"resume": SCAN_ID}'
_NAME = "the result of an account"


class CheckCounts(NamedTuple):
    """The findings of a check in a region by status; `complete` says that all its resources were listed.

    Written as an array: an account has thousands of them.
    """

    check_id: str
    region: str
    complete: bool
    compliant: int
    non_compliant: int
    not_applicable: int
    insufficient_data: int
    suppressed: int


def _check_counts(value: object, where: str) -> CheckCounts:
    if isinstance(value, list) and len(value) == len(CheckCounts._fields):
        check_id, region, complete, *counts = value
        whole = all(type(count) is int and 0 <= count <= MOST for count in counts)
        if type(check_id) is str and type(region) is str and region.isascii() and type(complete) is bool and whole:
            return CheckCounts(*value)
    raise Malformed(f"{where} is not the counts of a check: {str(value)[:80]}")


@dataclass(frozen=True, slots=True)
class Reported:
    """The attempt that committed a shard, and the one that reports its changes: who settled that commit first."""

    commit: AttemptName
    by: AttemptName


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountResult(Document):
    """The result of an account, as one attempt at a scan settled it.

    `attempt` names the execution that settled it. `checks` has by shard the checks with findings and those that are not
    complete; `coverage` the worst rows of the ledger of `coverage_rows`; `findings` the worst failing findings, as
    records of report.json; `damaged` what is wrong with objects that could not be read. `changes` has by attempt what
    that attempt reports, `reported` by shard which attempt that is. `outbox` is the key of the object with the events,
    empty where nothing changed. `suppressions` has how many failures each suppression accepts, or did until it expired,
    by the keys of the suppressions. `gaps` are what could not be read, what most findings miss first.
    """

    NAME: ClassVar[str] = _NAME
    WAY_OUT: ClassVar[str] = _WAY_OUT
    VERSION: ClassVar[int | None] = 1

    scan_id: str
    attempt: AttemptName
    account_id: AccountId
    shards: ShardCounts
    incomplete: tuple[IncompleteShard, ...]
    blocked: int
    resources: ShardResources
    checks: Annotated[dict[str, tuple[CheckCounts, ...]], keyed(listed(_check_counts))]
    apis: tuple[ApiTotals, ...]
    coverage: Ledger
    coverage_rows: int
    findings: Annotated[tuple[dict[str, Any], ...], listed(keyed(anything))]
    sizes: dict[str, Size]
    damaged: tuple[str, ...] = field(default=(), metadata=OMITTED)
    changes: dict[str, ShardChanges]
    reported: dict[str, Reported]
    outbox: str = field(default="", metadata=OMITTED)
    suppressions: dict[str, int] = field(default_factory=dict, metadata=OMITTED)
    gaps: tuple[Unread, ...] = field(default=(), metadata=OMITTED)


@dataclass(frozen=True, slots=True)
class AccountNews(Document):
    """The part of an account's result that an alert reads."""

    NAME: ClassVar[str] = _NAME
    WAY_OUT: ClassVar[str] = _WAY_OUT
    VERSION: ClassVar[int | None] = 1

    account_id: AccountId
    changes: dict[str, ShardChanges]
    outbox: str = ""


@dataclass(frozen=True, slots=True)
class AccountOutcome(Document):
    """The answer of settle_account: 1 is left where it has to be called again, else 0."""

    scan_id: str
    account_id: str
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SettlingProgress(Document):
    """How far the findings of a large account are published, for the next function.

    `inputs` is the digest of what is settled: with other commits, or another state, the next function begins again.
    `files` has the published files with their SHA-256, `saved` names the object with what must be compared, which has
    `saved_sum`, and `seconds` says how long it took. `checksum` is the digest of all that.
    """

    NAME: ClassVar[str] = "the progress of an account"
    WAY_OUT: ClassVar[str] = "the account is settled from its beginning"
    VERSION: ClassVar[int | None] = 1

    inputs: str
    files: dict[str, str]
    saved: str
    saved_sum: str
    findings: Annotated[tuple[dict[str, Any], ...], listed(keyed(anything))]
    seconds: float
    checksum: str = ""

    def digest(self) -> str:
        """Return the digest of all but `checksum`."""
        text = json.dumps({**self.to_json(), "checksum": ""}, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()
