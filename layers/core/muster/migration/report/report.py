"""The report of a migration as one frozen value; every format is made from it. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from muster import __version__
from muster.migration.file import MigrationFile
from muster.migration.reading import Compared
from muster.migration.relatives import BUCKET
from muster.migration.report.differences import Difference, differences
from muster.migration.report.facts import Facts, facts, replication
from muster.migration.report.steps import Context, NextStep, next_steps, repairs
from muster.model.finding import Finding, Resource, Severity, Status, UnknownField
from muster.model.json_values import timestamp
from muster.model.listing import SHAPE_ERRORS, malformed
from muster.reports.record import record
from muster.reports.remedy import Step
from muster.reports.tally import ReportTally
from muster.snapshots.snapshot import Snapshot


class Parity(StrEnum):
    """Whether a target is as it should be; unknown where something could not be read and nothing fails."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"

    @classmethod
    def of(cls, findings: Iterator[Finding]) -> "Parity":
        """Return the parity that findings add up to."""
        statuses = {finding.status for finding in findings}
        if Status.NON_COMPLIANT in statuses:
            return cls.NO
        return cls.UNKNOWN if Status.INSUFFICIENT_DATA in statuses or not statuses else cls.YES


@dataclass(frozen=True, slots=True)
class Entry:
    """One migrated resource: both sides, how the source replicates to the target, and what was found.

    `replication` are the rules of the source bucket that name the target; None where there can be none, and a sentence
    where they could not be read.
    """

    source: Facts
    target: Facts
    findings: tuple[Finding, ...]
    repairs: tuple[tuple[Step, ...], ...] = ()
    differences: tuple[Difference, ...] = ()
    replication: tuple[Mapping[str, Any], ...] | str | None = None

    @property
    def resource(self) -> Resource:
        """The target."""
        return self.target.resource

    @property
    def parity(self) -> Parity:
        """Whether the target is as it should be; it is not where a side does not exist."""
        if False in (self.source.exists, self.target.exists):
            return Parity.NO
        return Parity.of(iter(self.findings))

    @property
    def replication_status(self) -> str | None:
        """ENABLED, DISABLED, NONE or UNREAD; None where the resource is no bucket."""
        if self.replication is None:
            return None
        if isinstance(self.replication, str):
            return "UNREAD"
        if not self.replication:
            return "NONE"
        return "ENABLED" if any(rule["status"] == "Enabled" for rule in self.replication) else "DISABLED"

    @property
    def failures(self) -> Iterator[tuple[Finding, tuple[Step, ...]]]:
        """Yield each failure with its repair."""
        for finding, steps in zip(self.findings, self.repairs, strict=True):
            if finding.failing:
                yield finding, steps

    def to_json(self) -> dict[str, Any]:
        """Return the resource as plain JSON."""
        rules = self.replication
        return {
            "type": self.resource.type,
            "name": self.source.resource.id,
            "parity": self.parity.value,
            "replication_status": self.replication_status,
            "replication": list(rules) if isinstance(rules, tuple) else None,
            "replication_unread": rules if isinstance(rules, str) else None,
            "source": self.source.to_json(),
            "target": self.target.to_json(),
            "differences": [each.to_json() for each in self.differences],
            "failing": [each.check_id for each in self.findings if each.failing],
            "unread": [each.check_id for each in self.findings if each.status is Status.INSUFFICIENT_DATA],
        }


@dataclass(frozen=True, slots=True)
class MigrationReport:
    """The whole report. `region` is the pair of the regions themselves; `calls` counts the calls of AWS."""

    file: MigrationFile
    file_name: str
    run: str
    region: Entry
    entries: tuple[Entry, ...]
    started_at: datetime
    finished_at: datetime
    calls: int = 0
    incomplete: tuple[str, ...] = field(default=())

    @property
    def findings(self) -> Iterator[Finding]:
        """Yield all findings, those of one resource one after another."""
        for entry in (*self.entries, self.region):
            yield from entry.findings

    @property
    def parity(self) -> Parity:
        """Whether all targets are as they should be."""
        judged = (*self.entries, *((self.region,) if self.region.findings else ()))
        found = {each.parity for each in judged}
        return next(each for each in (Parity.NO, Parity.UNKNOWN, Parity.YES) if each in found)

    @property
    def tally(self) -> ReportTally:
        """The counts of the findings."""
        tally = ReportTally()
        for finding in self.findings:
            tally.count(finding)
        return tally

    def failing_from(self, least: Severity) -> int:
        """Return how many findings fail at a severity or above."""
        return self.tally.failing_from(least)

    @property
    def next_steps(self) -> tuple[NextStep, ...]:
        """What to do next, worst first."""
        failures = (each for entry in (*self.entries, self.region) for each in entry.failures)
        unread: Counter[str | None] = Counter()
        for finding in self.findings:
            unread.update({gap.permission for gap in finding.unavailable})
        return next_steps(failures, unread, self.file_name)

    def monitoring(self) -> dict[str, Any]:
        """Return what watches the target: each comparison about alarms, dashboards and log groups, by its status."""
        watching = [each for each in self.findings if any(word in each.check_id for word in _WATCHING)]
        return {
            "alarms": [_brief(each) for each in watching if "alarm" in each.check_id],
            "dashboards": [_brief(each) for each in watching if "dashboard" in each.check_id],
            "logs": [_brief(each) for each in watching if "log-group" in each.check_id],
        }

    def to_json(self) -> dict[str, Any]:
        """Return the report as plain JSON, as docs/schemas/migration-report.schema.json describes it."""
        source, target = self.region.source.resource, self.region.resource
        return {
            "migration": {
                "batch": self.file.batch,
                "environment": self.file.environment,
                "suffix": self.file.suffix,
                "source": {"region": source.region, "account_id": source.account_id},
                "target": {"region": target.region, "account_id": target.account_id},
                "run": self.run,
                "file": self.file_name,
                "started_at": timestamp(self.started_at),
                "finished_at": timestamp(self.finished_at),
                "calls": self.calls,
                "version": __version__,
            },
            "parity": self.parity.value,
            "complete": not self.incomplete,
            "incomplete": list(self.incomplete),
            "summary": self.tally.to_json(),
            "resources": [entry.to_json() for entry in self.entries],
            "monitoring": self.monitoring(),
            "next_steps": [each.to_json() for each in self.next_steps],
            "findings": [record(each, self.run) for each in self.findings],
        }


def entry_of(compared: Compared, file_name: str) -> Entry:
    """Return what a report shows of a pair."""
    pair = compared.pair
    source, target = facts(compared.source.own), facts(compared.target.own)
    rules = _replication(compared) if target.resource.type == BUCKET else None
    context = Context(pair, source, target, file_name, _replicated_by(compared, rules))
    return Entry(
        source,
        target,
        compared.findings,
        tuple(
            repairs(each, context) if each.failing else () for each in compared.findings
        ),
        differences(compared.source, compared.target, pair),
        rules,
    )  # fmt: skip


def _replication(compared: Compared) -> tuple[Mapping[str, Any], ...] | str:
    try:
        return tuple(replication(compared.source.own, compared.target.resource.id))
    except UnknownField as unknown:
        return unknown.unavailable.reason if compared.source.own.exists else ()
    except SHAPE_ERRORS as error:
        return malformed("replication", error).reason


def _replicated_by(compared: Compared, rules: tuple[Mapping[str, Any], ...] | str | None) -> dict[str, str]:
    """Return the words of fixes about replication: the source's role, and the first rule that names the target."""
    role = compared.source.others.get("role")
    found = {"ROLE-NAME": role.resource.id} if rules is not None and isinstance(role, Snapshot) else {}
    return {**found, "RULE-ID": str(rules[0]["id"])} if rules and not isinstance(rules, str) else found


_WATCHING = ("alarm", "dashboard", "log-group")


def _brief(finding: Finding) -> dict[str, Any]:
    return {
        "resource": finding.resource.id,
        "check_id": finding.check_id,
        "status": finding.status.value,
        "reason": finding.reason,
    }
