"""What is remembered of a migration between validations: its last report, and what failed there."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from muster.migration.report.report import MigrationReport, Parity
from muster.model.finding import Finding, Status
from muster.stack.documents.objects import Document


@dataclass(frozen=True, slots=True)
class MigrationState(Document):
    """The last validation of a batch: `failing` and `unread` are ids of findings."""

    NAME: ClassVar[str] = "the state of a migration"
    WAY_OUT: ClassVar[str] = "it is written again, and the next message has all failures"

    report: str
    parity: str
    validated_at: datetime
    failing: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WrongFile(Document):
    """A migration file that cannot be used, and why; empty once it can."""

    NAME: ClassVar[str] = "the state of a migration file"
    WAY_OUT: ClassVar[str] = "it is written again"

    reason: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What a validation found that the one before did not.

    `fixed` counts failures that are gone. A failure that could not be looked at again still fails.
    """

    before: str
    after: Parity
    opened: tuple[Finding, ...]
    fixed: int
    unread: tuple[Finding, ...]

    @property
    def worth_a_message(self) -> bool:
        """Whether anything changed that a message should say."""
        return bool(self.opened or self.fixed or self.before != self.after.value)


def compared(report: MigrationReport, key: str, last: MigrationState | None) -> tuple[Change, MigrationState]:
    """Return what changed since the last validation, and the state to remember; without one, parity is expected."""
    before = last or MigrationState("", Parity.YES.value, report.started_at)
    failing = {each.finding_id: each for each in report.findings if each.failing}
    unread = {each.finding_id: each for each in report.findings if each.status is Status.INSUFFICIENT_DATA}
    kept = [each for each in before.failing if each in unread]
    opened = tuple(value for name, value in failing.items() if name not in before.failing)
    fixed = len([each for each in before.failing if each not in failing and each not in unread])
    parity = Parity.NO if failing or kept else report.parity
    change = Change(before.parity, parity, opened, fixed, tuple(unread.values()))
    return change, MigrationState(
        key, parity.value, report.finished_at, (*_sorted((*failing, *kept)),), _sorted(unread)
    )


def _sorted(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(names))
