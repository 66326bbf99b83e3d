"""Small notes in the bucket: sizes of shards, failures of batches, and what alerts have reported."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Self

from muster.stack.documents.fields import Malformed
from muster.stack.documents.names import ScanId
from muster.stack.documents.objects import Document

_REASON = 300
"""Characters of the reason of a failure that are kept."""


@dataclass(frozen=True, slots=True)
class Size:
    """The number of resources of a shard, and of those that each API listed."""

    resources: int
    listed: dict[str, int]


@dataclass(frozen=True, slots=True)
class Sizes(Document):
    """The size of each shard when it was last scanned to its end; one that was cut by types counts as a whole."""

    NAME: ClassVar[str] = "what Muster remembers of the sizes of shards"
    WAY_OUT: ClassVar[str] = "the next scan that is recorded writes it again"
    BARE: ClassVar[bool] = True

    shards: dict[str, Size] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Incomplete(Document):
    """The names of the shards that a scan has not scanned to their end."""

    NAME: ClassVar[str] = "the list of incomplete shards"
    WAY_OUT: ClassVar[str] = "it is made again from the results of the shards"
    BARE: ClassVar[bool] = True

    shards: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """The failures of a recorded scan by severity."""

    scan_id: ScanId
    at: datetime
    complete: bool
    failing: dict[str, int]


@dataclass(frozen=True, slots=True)
class Trend(Document):
    """The failures of the last recorded scans, the oldest first."""

    NAME: ClassVar[str] = "the trend of the last scans"
    WAY_OUT: ClassVar[str] = "the next scan that is recorded writes it again"
    BARE: ClassVar[bool] = True

    points: tuple[TrendPoint, ...] = ()


@dataclass(frozen=True, slots=True)
class Failure(Document):
    """Why a batch failed for good, as the state machine notes it."""

    NAME: ClassVar[str] = "the note of a batch that failed"
    WAY_OUT: ClassVar[str] = "see the execution of the state machine"

    reason: str

    @classmethod
    def from_json(cls, value: object) -> Self:
        """Read the error of Step Functions: the note, and the cause in it, may be strings that hold JSON."""
        note = _unpacked(value)
        if note is None:
            raise Malformed("it is a string that holds no JSON")
        note = note if isinstance(note, Mapping) else {}
        cause = note.get("Cause", "")
        found = _unpacked(cause)
        text = found.get("errorMessage", found) if isinstance(found, Mapping) else cause if found is None else found
        return cls(f"{note.get('Error', 'failed')}: {str(text)[:_REASON]}")


@dataclass(frozen=True, slots=True)
class AlertNote(Document):
    """The alert as it was sent: that of the first route with news, and what became of each delivery."""

    NAME: ClassVar[str] = "the note of the alert that was sent"
    WAY_OUT: ClassVar[str] = "the alert is sent again"

    attempt: str
    subject: str = ""
    email: str = ""
    message_id: str = ""
    deliveries: tuple[dict[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class LastAlert(Document):
    """The content of the last alert: incomplete shards and damaged objects; `owed` says that no subscriber received it.

    `acceptances` has the suppressions that were announced, as `muster.alerts.acceptances.announced` returns them.
    """

    NAME: ClassVar[str] = "the note of the last alert"
    WAY_OUT: ClassVar[str] = "it is written again"

    incomplete: tuple[str, ...] | None = None
    damaged: tuple[str, ...] = ()
    owed: bool = False
    acceptances: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FirstScan(Document):
    """The scan that sent the mail "first scan", and when."""

    NAME: ClassVar[str] = "the note of the first scan"
    WAY_OUT: ClassVar[str] = "it is written again"

    scan_id: ScanId
    told_at: datetime


@dataclass(frozen=True, slots=True)
class AlertOutcome(Document):
    """The answer of send_alert: whether the alert was sent, and why; `deliveries` are for the log."""

    sent: bool
    why: str
    deliveries: tuple[dict[str, str], ...] = field(default=(), compare=False)

    def to_json(self) -> dict[str, Any]:
        """Return the answer of the function."""
        return {"sent": self.sent, "why": self.why}


def _unpacked(value: object) -> Any:
    """Return what a string of JSON holds, None where it holds none, and any other value as it is."""
    try:
        return json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        return None


@dataclass(frozen=True, slots=True)
class TaggedResource:
    """The compliance tag of one resource: the action, the value before and after, and why."""

    action: str
    resource: str
    account_id: str
    before: str | None
    after: str | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TagRecord(Document):
    """What was done about the compliance tag after a scan, and how far that has come.

    `account_id` and `after` are the place of the last resource that was looked at. `counts` are by action; `written`
    and `failed` have the first resources of their kind. `not_tagged` has the accounts that were left out, with the
    reason.
    """

    NAME: ClassVar[str] = "the record of the compliance tag"
    WAY_OUT: ClassVar[str] = "delete it; it is written again, and the tags are compared again"
    VERSION: ClassVar[int | None] = 1

    scan_id: ScanId
    attempt: str = ""
    key: str = ""
    finished: bool = False
    account_id: str = ""
    after: tuple[str, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)
    written: tuple[TaggedResource, ...] = ()
    failed: tuple[TaggedResource, ...] = ()
    not_tagged: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TagOutcome(Document):
    """The answer of tag_resources: whether resources are left for another function, and counts of all so far."""

    scan_id: str
    left: int
    resources: int
    written: int
    failed: int
    accounts_not_tagged: int
