"""The compliance tag after a recorded scan: what its findings say of each resource, brought to the resource's tags."""

import itertools
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from muster.catalog import catalog, packs
from muster.catalog.catalog import Catalog
from muster.configuration import Configuration
from muster.errors import Damaged, EventError
from muster.model.arn import Arn
from muster.model.finding import Resource, Severity, Status
from muster.reports.tables import FINDINGS
from muster.sdk.session import Clients
from muster.stack.documents import events, objects
from muster.stack.documents.fields import Malformed
from muster.stack.documents.notes import TaggedResource, TagOutcome, TagRecord
from muster.stack.documents.plan import PlanDocument
from muster.stack.documents.request import Environment
from muster.storage import keys, parquet
from muster.storage.bucket import Bucket, scratch
from muster.storage.traffic import Traffic
from muster.tagging.decision import Action
from muster.tagging.marks import MarkedResource, Marks, counted_checks
from muster.tagging.tagger import Outcome, Tagger
from muster.targets.clients import ClosedAccount, Role, Sessions

_CHUNK = 200
"""Resources between two looks at the time that is left; after each the record is saved."""
_RESERVE = 60.0
"""Seconds that must remain for another chunk to be begun."""
_SHOWN = 500
"""How many resources of a kind the record names."""
_COLUMNS = {
    name: FINDINGS[name]
    for name in (
        "check_id", "status", "resource_type", "resource_arn", "resource_id", "account_id", "region", "suppression",
        "service",
    )
}  # fmt: skip
_NO_ROLE = (
    "no role for tagging in member accounts: deploy member-role.yaml with TaggingRoleArn there, and this stack with "
    "MemberTaggingRoleName"
)
Note = Callable[[Outcome], None]


def tag_resources(  # noqa: PLR0913 - the event, where it runs, and what the shell hands in
    event: object,
    environment: Environment,
    clients: Clients,
    left: Callable[[], float] = lambda: math.inf,
    load: Callable[[], Catalog] = catalog.load,
    traffic: Traffic | None = None,
    note: Note = lambda _outcome: None,
) -> TagOutcome:
    """Bring the compliance tag of every resource that a scan judged to what its findings say.

    The configuration is that of the plan. Tags are read before they are written, so running it again writes nothing
    new. `left` says how many seconds remain: when they are short, the record in the bucket says how far it came, and
    `left` of the answer is 1. `note` gets each outcome that wrote or failed.

    Raises:
        EventError: it is not the event that the state machine sends, or there is no such scan.
        Damaged: the plan of the scan cannot be read.
        Throttled: the role of a member account cannot be assumed now.
        Transient: AWS or the network failed.
    """
    sent = events.scan("tag_resources", event)
    bucket = Bucket(environment.bucket, clients, environment.region, traffic)
    plan = objects.content(bucket, keys.plan(sent.scan_id), PlanDocument)
    if plan is None:
        raise EventError(f"there is no scan {sent.scan_id!r} in s3://{bucket.name}/{keys.SCANS}")
    record = objects.or_none(bucket, keys.tags(sent.scan_id), TagRecord, [])
    if record is None or record.attempt != sent.attempt:
        record = TagRecord(scan_id=sent.scan_id, attempt=sent.attempt)
    if not record.finished:
        record = _Tagging(bucket, plan, environment, clients, left, note).run(record, load)
    return _answer(record)


@dataclass(frozen=True, slots=True)
class _Tagging:
    """One invocation: accounts one after another, from where the record says that the last one came to."""

    bucket: Bucket
    plan: PlanDocument
    environment: Environment
    clients: Clients
    left: Callable[[], float]
    note: Note

    def run(self, record: TagRecord, load: Callable[[], Catalog]) -> TagRecord:
        """Tag as far as the time goes, and return the record, which is saved."""
        try:
            known, configuration, _ = self.plan.selection(load())
        except Malformed as error:
            raise objects.damaged(self.bucket, keys.plan(record.scan_id), PlanDocument, error) from error
        settings = configuration.compliance_tags
        severities = {check: Severity(name) for check, name in self.plan.severities.items()}
        checks = counted_checks(settings, severities, packs.load(known))
        record = replace(record, key=settings.key)
        sessions = self._sessions()
        for account_id in sorted(self.plan.scan.accounts):
            if account_id < record.account_id:
                continue
            if reason := self._closed(sessions, account_id):
                record = replace(record, not_tagged={**record.not_tagged, account_id: reason})
                continue
            after = record.after if account_id == record.account_id else ()
            marks = Marks(settings, checks, every_check=self.plan.scan.every_check)
            self._gather(marks, account_id)
            waiting = (each for each in marks.marked() if each.place > after)
            for saved in self._chunks(record, waiting, self._tagger(configuration, sessions)):
                record = saved
                if self.left() < _RESERVE:
                    return record
        return self._saved(replace(record, finished=True))

    def _chunks(self, record: TagRecord, waiting: Iterator[MarkedResource], tagger: Tagger) -> Iterator[TagRecord]:
        """Tag some resources at a time, and yield the record that was saved after them."""
        while chunk := list(itertools.islice(waiting, _CHUNK)):
            outcomes = list(tagger.outcomes(chunk))
            for each in outcomes:
                if each.action.writes or each.action.failed:
                    self.note(each)
            place = chunk[-1].place
            record = self._saved(replace(_added(record, outcomes), account_id=place[0], after=place))
            yield record

    def _saved(self, record: TagRecord) -> TagRecord:
        self.bucket.put_json(keys.tags(record.scan_id), record.to_json())
        return record

    def _gather(self, marks: Marks, account_id: str) -> None:
        """Count the findings of an account that the scan published."""
        scan = self.plan.scan
        prefix = f"{keys.partition('findings', scan.header.scan_date)}{scan.scan_id}-{account_id}"
        with scratch() as folder:
            path = Path(folder) / "findings.parquet"
            for key, _ in self.bucket.keys(prefix):
                if self.bucket.fetch(key, path) is not None:
                    _count(marks, path, f"s3://{self.bucket.name}/{key}")

    def _sessions(self) -> Sessions:
        scan = self.plan.scan
        role = Role(self.environment.tagging_role, scan.role.external_id, scan.role.partition)
        return Sessions(self.clients, scan.account_id, role, self.environment.region, scan.scan_id)

    def _closed(self, sessions: Sessions, account_id: str) -> str:
        """Return why no resource of an account can be tagged; nothing where they can."""
        if account_id == self.plan.scan.account_id:
            return ""
        if not self.environment.tagging_role:
            return _NO_ROLE
        entered = sessions.of(account_id)
        return entered.reason if isinstance(entered, ClosedAccount) else ""

    @staticmethod
    def _tagger(configuration: Configuration, sessions: Sessions) -> Tagger:
        return Tagger(configuration.compliance_tags, sessions.of, configuration.exclude)


def _count(marks: Marks, path: Path, source: str) -> None:
    """Count the rows of a file of findings.

    Raises:
        Damaged: the file cannot be read.
    """
    try:
        for batch in parquet.conformed(path, _COLUMNS):
            columns = [parquet.column(batch, name) for name in _COLUMNS]
            for check, status, kind, arn, name, account_id, region, suppression, service in zip(*columns, strict=True):
                arns = Arn.parse(arn or "")
                partition = arns.partition if arns else "aws"
                resource = Resource(kind, name, account_id, region, partition, arn)
                failing = status == Status.NON_COMPLIANT and not suppression
                marks.add(resource, check, service, status, failing=failing)
    except parquet.Unreadable as error:
        raise Damaged(f"{source} is damaged (findings of the scan): {error}; start a new scan") from error


def _added(record: TagRecord, outcomes: list[Outcome]) -> TagRecord:
    """Return the record with more outcomes."""
    counts = dict(record.counts)
    for each in outcomes:
        counts[each.action.value] = counts.get(each.action.value, 0) + 1
    written = [_entry(each) for each in outcomes if each.action.writes]
    failed = [_entry(each) for each in outcomes if each.action.failed]
    return replace(
        record,
        counts=counts,
        written=(*record.written, *written)[:_SHOWN],
        failed=(*record.failed, *failed)[:_SHOWN],
    )


def _entry(outcome: Outcome) -> TaggedResource:
    resource = outcome.resource
    return TaggedResource(
        outcome.action.value, resource.key, resource.account_id, outcome.before, outcome.after, outcome.reason
    )


def _answer(record: TagRecord) -> TagOutcome:
    counts = {action: record.counts.get(action.value, 0) for action in Action}
    return TagOutcome(
        scan_id=record.scan_id,
        left=int(not record.finished),
        resources=sum(counts.values()),
        written=sum(number for action, number in counts.items() if action.writes),
        failed=sum(number for action, number in counts.items() if action.failed),
        accounts_not_tagged=len(record.not_tagged),
    )
