"""One batch of shards: scan each that is not committed yet, write its part, settle the state, commit, and say so."""

import json
import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from threading import Semaphore
from typing import Any

from muster import diff, keys, state
from muster.catalog import Catalog
from muster.custom import extended
from muster.diff import Change, Seen, Subject
from muster.errors import EventError, Throttled, Transient
from muster.evaluate import Rule
from muster.model import Finding
from muster.pipeline import Annotator, scope_of
from muster.reading import Shard
from muster.refusals import READ_ERRORS, code_of
from muster.scan import ShardScan
from muster.select import rules_from_json
from muster.session import Clients
from muster.sessions import Role, Sessions
from muster.settings import Configuration
from muster.shared import Shared
from muster.sinks import parquet
from muster.sinks.bucket import Bucket, scratch
from muster.sinks.tables import FINDINGS, ScanHeader, finding_row
from muster.stack.commit import commit, line, told
from muster.stack.gathering import Sheaf, gathered
from muster.stack.progress import STATUSES, Progress, Tally
from muster.stack.request import Environment

RESERVE = 60.0
"""Seconds that must remain for another page to be begun; twice the longest page so far, when that is more.

One page is read however little remains, or a function that starts slowly would be called again for ever.
"""
SIDE_BY_SIDE = 4
"""How many shards of a batch are scanned at a time: most of a small shard is waiting."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What plan.json fixed: shards read nothing else of what they are to do."""

    header: ScanHeader
    record: bool
    rules: tuple[Rule, ...]
    configuration: Configuration
    account_id: str
    """The account of the stack itself, which needs no role."""
    role: Role

    @classmethod
    def read(cls, bucket: Bucket, scan_id: str, catalog: Catalog) -> "Plan":
        """Read the plan of a scan.

        Raises:
            EventError: there is no such scan.
        """
        document = bucket.get_json(keys.plan(scan_id))
        if document is None:
            raise EventError(f"there is no scan {scan_id}: s3://{bucket.name}/{keys.plan(scan_id)} does not exist")
        scan = document["scan"]
        header = ScanHeader(scan["scan_id"], scan["scan_kind"], datetime.fromisoformat(scan["started_at"]))
        configuration = Configuration.from_json(document["configuration"])
        rules = rules_from_json(extended(catalog, configuration.custom_checks), document["rules"])
        return cls(header, scan["record"], rules, configuration, scan["account_id"], Role(**scan["role"]))


def scan_batch(  # noqa: PLR0913 - the event, where it runs, and what the shell hands in
    event: Mapping[str, Any],
    environment: Environment,
    catalog: Catalog,
    clients: Clients,
    left: Callable[[], float] = lambda: math.inf,
    tell: Callable[[dict[str, Any]], None] = lambda _line: None,
) -> dict[str, Any]:
    """Scan the shards of one batch, some side by side; a shard that is committed already is not scanned again.

    `left` says how many seconds remain: a shard that cannot be done in them keeps how far it came, and the answer's
    `left` how many shards are not done. A shard that fails stops none of the others. `tell` takes a line of a log
    for each shard that ends.

    Raises:
        EventError: it is not the event that the state machine sends.
        Exception: shards failed; one shard's error, after all the others were done. What a retry may mend is raised
            before what it cannot.
    """
    scan_id, attempt, shards = _parse(event)
    bucket = Bucket(environment.bucket, clients, environment.region)
    plan = Plan.read(bucket, scan_id, catalog)
    sessions = Sessions(clients, plan.account_id, plan.role, environment.region)
    work = _Work(plan, attempt, environment, catalog, sessions, bucket, left, tell, Shared(), Semaphore())
    with ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="shard") as pool:
        ended = list(pool.map(work.shard, shards))
    failed = [end for end in ended if isinstance(end, Exception)]
    if failed:
        raise min(failed, key=lambda error: not isinstance(error, Throttled | Transient))
    return {"scan_id": scan_id, "shards": sum(end is True for end in ended), "left": sum(end is False for end in ended)}


def _parse(event: Mapping[str, Any]) -> tuple[str, str, list[Shard]]:
    try:
        batch = event["batch"]
        shards = [Shard(**{**shard, "scope": tuple(shard["scope"])}) for shard in batch["shards"]]
        return str(event["scan_id"]), str(batch.get("attempt", "")), shards
    except (KeyError, TypeError) as error:
        raise EventError(
            "scan_shards is invoked by the state machine with scan_id and batch; see events/scan_shards.json"
        ) from error


@dataclass(frozen=True, slots=True)
class _Work:
    """What all shards of a batch share."""

    plan: Plan
    attempt: str
    environment: Environment
    catalog: Catalog
    sessions: Sessions
    bucket: Bucket
    left: Callable[[], float]
    tell: Callable[[dict[str, Any]], None]
    shared: Shared
    turn: Semaphore
    """Free until one shard took it to read its page although the time is up."""

    def shard(self, shard: Shard) -> bool | Exception:
        """Scan one shard and say whether it is done, or what broke it."""
        try:
            commit = self.bucket.get_json(keys.commit(self.plan.header.scan_id, shard.id))
            if commit is None:
                if self.left() < RESERVE and not self.turn.acquire(blocking=False):
                    return False
                commit = _scan(shard, self)
                if commit is None:
                    return False
                self.tell(line(commit))
            _announce(commit, self.environment, self.sessions.own)
        except Exception as error:  # noqa: BLE001 - whatever breaks one shard, the others are scanned
            return error
        return True


def _scan(shard: Shard, work: _Work) -> dict[str, Any] | None:
    """Scan a shard from where it stands, page by page; None when the time is up before its end."""
    plan, bucket, header = work.plan, work.bucket, work.plan.header
    progress = Progress.read(bucket, header.scan_id, shard.id)
    earlier = progress.parts
    scan = ShardScan(
        shard, plan.rules, work.catalog, work.sessions.of(shard.account_id), header.observed_at,
        scope=scope_of(plan.configuration), shared=work.shared, coverage=progress.coverage, gaps=progress.gaps,
    )  # fmt: skip
    memories = state.read(bucket, _state_key(shard))[0]
    pages = _Pages(shard, plan, bucket, memories)
    longest, began = 0.0, work.left()
    for sheaf in gathered(scan.chunks(progress.cursor)):
        if sheaf.anew:
            progress.forget(sheaf.name)
            pages.forget(sheaf.name)
        else:
            part, tally = pages.write(sheaf, progress.number)
            _refuse_expired(scan)
            progress.add(sheaf.name, part, tally)
        if sheaf.then is None:
            break
        progress.save(bucket, sheaf.then, scan.outcome.ledger.rows(), scan.outcome.unlisted)
        longest, began = max(longest, began - work.left()), work.left()
        if work.left() < max(RESERVE, 2 * longest):
            return None
    _refuse_expired(scan)
    changes: dict[str, Any] = {"baseline": False, "events": {}}
    if plan.record:
        pages.recall(part for part in progress.parts if part in earlier)
        changes = _remember(shard, scan, plan, pages.found, bucket)
    done = commit(shard, scan, header, progress, changes, work.attempt)
    bucket.put_json(keys.commit(header.scan_id, shard.id), done)
    return done


def _refuse_expired(scan: ShardScan) -> None:
    """Let the function be tried again with fresh credentials, from the last page that was read with good ones."""
    if scan.outcome.expired:
        raise Transient(f"{scan.outcome.lost}; the shard goes on where it stopped")


class _Pages:
    """Writes the findings of a shard page by page, and keeps what must be remembered of them."""

    def __init__(self, shard: Shard, plan: Plan, bucket: Bucket, memories: state.Memories) -> None:
        self._shard, self._plan, self._bucket, self._memories = shard, plan, bucket, memories
        self._annotate = Annotator(plan.configuration, plan.header.observed_at.date())
        self._seen: dict[str, dict[str, tuple[str, Seen]]] = {}

    def write(self, sheaf: Sheaf, number: int) -> tuple[str | None, Tally]:
        """Write the findings of a sheaf to the part of that number; there is no part without findings."""
        header, tally = self._plan.header, Tally()
        rows = (finding_row(each, header, self._shard.id) for each in self._watched(sheaf, tally))
        with scratch() as folder:
            path = Path(folder) / "part.parquet"
            if not parquet.write(path, FINDINGS, rows):
                return None, tally
            part = keys.part(header.scan_id, self._shard.id, number)
            self._bucket.upload(path, part)
        return part, tally

    def forget(self, resource_type: str) -> None:
        """Drop what was seen of a type."""
        self._seen.pop(resource_type, None)

    def recall(self, parts: Iterable[str]) -> None:
        """See again what earlier attempts wrote."""
        with scratch() as folder:
            path = Path(folder) / "part.parquet"
            for part in parts:
                self._bucket.download(part, path)
                for row in parquet.read(path):
                    if noted := diff.seen_row(row):
                        self._note(row["resource_type"], row["check_id"], row["finding_id"], noted)

    @property
    def found(self) -> dict[str, dict[str, Seen]]:
        """What must be remembered, by check and finding."""
        found: dict[str, dict[str, Seen]] = {}
        for seen in self._seen.values():
            for finding_id, (check_id, noted) in seen.items():
                found.setdefault(check_id, {})[finding_id] = noted
        return found

    def _watched(self, sheaf: Sheaf, tally: Tally) -> Iterator[Finding]:
        for bare in sheaf.findings():
            finding = self._annotate(bare)
            since = diff.first_seen(self._memories.get(finding.check_id), finding, self._plan.header.scan_id)
            finding = replace(finding, first_seen=since)
            tally.count(finding)
            if self._plan.record and (noted := diff.seen(finding)):
                self._note(finding.resource.type, finding.check_id, finding.finding_id, noted)
            yield finding

    def _note(self, resource_type: str, check_id: str, finding_id: str, noted: Seen) -> None:
        self._seen.setdefault(resource_type, {})[finding_id] = (check_id, noted)


def _remember(
    shard: Shard, scan: ShardScan, plan: Plan, found: Mapping[str, Mapping[str, Seen]], bucket: Bucket
) -> dict[str, Any]:
    """Settle what was found with what is remembered, and return the changes as the commit tells them."""
    events: dict[str, list[Change]] = {}
    baseline = False
    types = {rule.resource_type for rule in scan.rules}

    def owns(subject: Subject) -> bool:
        return not shard.resource_type or subject.resource_type in types or subject.resource_id in types

    def looked_at(subject: Subject) -> bool:
        listed = subject.resource_type not in scan.outcome.unlisted
        return listed and (subject.region in shard.scope or subject.region == shard.region)

    def settle(memories: state.Memories) -> state.Memories:
        nonlocal baseline
        events.clear()
        settled = {
            check_id: diff.settle(
                memories.get(check_id), found.get(check_id, {}), plan.header.scan_id, plan.header.observed_at,
                looked_at, owns,
            )
            for check_id in {rule.check.id for rule in scan.rules}
        }  # fmt: skip
        for one in settled.values():
            for change in one.changes:
                events.setdefault("baseline" if one.baseline else change.event.value, []).append(change)
        baseline = any(one.baseline for one in settled.values())
        return {**memories, **{check_id: one.memory for check_id, one in settled.items()}}

    state.update(bucket, _state_key(shard), settle)
    return {"baseline": baseline, "events": {event: told(changes) for event, changes in sorted(events.items())}}


def _announce(commit: Mapping[str, Any], environment: Environment, clients: Clients) -> None:
    if not environment.queue_url:
        return
    statuses: Counter[str] = Counter()
    for check in commit["checks"]:
        statuses.update({key: check[key] for key in STATUSES})
    message = {
        "version": 1,
        **{key: commit[key] for key in ("scan_id", "shard", "account_id", "region", "service", "complete", "parts")},
        "statuses": dict(statuses),
        "commit": keys.commit(commit["scan_id"], commit["shard"]),
    }
    try:
        queue = clients.get("sqs", environment.region)
        queue.send_message(QueueUrl=environment.queue_url, MessageBody=json.dumps(message))
    except READ_ERRORS as error:
        raise Transient(f"the queue {environment.queue_url} did not take a result ({code_of(error)})") from error


def _state_key(shard: Shard) -> str:
    return keys.state(shard.account_id, shard.region, shard.service)
