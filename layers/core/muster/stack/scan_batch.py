"""One batch of shards: scan each that is not committed yet, write its parts, commit, and say so."""

import contextlib
import json
import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from threading import Semaphore

from muster.catalog.catalog import Catalog
from muster.catalog.read_plan import ReadPlan, read_plan
from muster.errors import Damaged, Throttled, Transient
from muster.model.shard import Shard
from muster.scanning.calls import ScanContext
from muster.scanning.scope import Scope, scope_of
from muster.scanning.shard_scan import ResumePoint, ShardScan
from muster.sdk.errors import READ_ERRORS, code_of
from muster.sdk.session import Clients
from muster.stack.documents import events, objects
from muster.stack.documents.commit import Commit, ShardLine, ShardMessage, by_status
from muster.stack.documents.request import Environment
from muster.stack.documents.work import BatchOutcome
from muster.stack.limits import RESERVE, SIDE_BY_SIDE
from muster.stack.shards.coalesce import coalesced
from muster.stack.shards.commit import commit, line
from muster.stack.shards.parts import PartWriter, Plan
from muster.stack.shards.progress import Overtaken, Progress
from muster.storage import keys
from muster.storage.bucket import Bucket, Conflict
from muster.storage.traffic import Traffic
from muster.targets.clients import Sessions


def scan_batch(  # noqa: PLR0913 - the event, where it runs, and what the shell hands in
    event: object,
    environment: Environment,
    catalog: Catalog,
    clients: Clients,
    left: Callable[[], float] = lambda: math.inf,
    log: Callable[[ShardLine], None] = lambda _line: None,
    traffic: Traffic | None = None,
) -> BatchOutcome:
    """Scan the shards of one batch, some side by side; a shard that is committed already is not scanned again.

    `left` says how many seconds remain: a shard that cannot be done in them keeps how far it came, and the answer's
    `left` how many shards are not done. A shard that fails stops none of the others. `log` takes a line for each
    shard that ends, `traffic` counts the calls of the bucket.

    Raises:
        EventError: it is not the event that the state machine sends, or a shard is none of the scan's.
        Damaged: the plan of the scan cannot be read.
        Exception: shards failed; one shard's error, after all the others were done. What a retry may mend is raised
            before what it cannot.
    """
    sent = events.batch(event)
    scan_id, shards = sent.scan_id, sent.batch.shards
    bucket = Bucket(environment.bucket, clients, environment.region, traffic)
    plan = Plan.read(bucket, scan_id, catalog)
    for shard in shards:
        plan.refuse(shard)
    sessions = Sessions(clients, plan.scan.account_id, plan.scan.role, environment.region, scan_id)
    scope = scope_of(plan.configuration)
    reads = read_plan(catalog, plan.rules, by_tags=scope.by_tags)
    context = ScanContext(clients, plan.header.observed_at)
    work = _Work(plan, sent.batch.attempt, environment, reads, scope, sessions, bucket, left, log, context, Semaphore())
    with ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="shard") as pool:
        ended = list(pool.map(work.shard, shards))
    failed = [end for end in ended if isinstance(end, Exception)]
    if failed:
        raise min(failed, key=lambda error: not isinstance(error, Throttled | Transient))
    return BatchOutcome(scan_id, shards=sum(end is True for end in ended), left=sum(end is False for end in ended))


@dataclass(frozen=True, slots=True)
class _Work:
    """The values that all shards of a batch share."""

    plan: Plan
    attempt: str
    environment: Environment
    reads: ReadPlan
    scope: Scope
    sessions: Sessions
    bucket: Bucket
    left: Callable[[], float]
    log: Callable[[ShardLine], None]
    context: ScanContext
    turn: Semaphore
    """Free until one shard took it to read its page although the time is up."""

    def shard(self, shard: Shard) -> bool | Exception:
        """Scan one shard and say whether it is done, or what broke it."""
        try:
            commit = self._committed(shard)
            if commit is not None and commit.attempt == self.attempt:
                _announce(commit, self.environment, self.sessions.own)
        except Exception as error:  # noqa: BLE001 - whatever breaks one shard, the others are scanned
            return error
        return commit is not None

    def _committed(self, shard: Shard) -> Commit | None:
        """Return the commit of a shard, which is scanned where there is none; None when the time is up before."""
        while True:
            commit, etag = self._commit(shard)
            if commit and self._stands(commit):
                return commit
            if self.left() < RESERVE and not self.turn.acquire(blocking=False):
                return None
            try:
                return _scan(shard, self, etag)
            except Overtaken:
                # Another execution of the same scan is at it too, and further: each time one of them comes nearer.
                continue

    def _commit(self, shard: Shard) -> tuple[Commit | None, str | None]:
        """Return the commit of a shard and its ETag; one that cannot be read is none, and is replaced."""
        try:
            found = objects.read(self.bucket, keys.commit(self.plan.scan.scan_id, shard.id), Commit)
        except Damaged as error:
            return None, error.etag or None
        return found or (None, None)

    def _stands(self, commit: Commit) -> bool:
        """Whether a commit is the last word: only who resumes a scan looks again, once, at what was not seen whole."""
        return commit.complete or not self.attempt or commit.attempt == self.attempt


def _scan(shard: Shard, work: _Work, replaces: str | None) -> Commit | None:
    """Scan a shard from where it stands, page by page; None when the time is up before its end.

    `replaces` is the ETag of the commit that it has.

    Raises:
        Overtaken: somebody else got further with it, or committed it.
    """
    plan, bucket, header = work.plan, work.bucket, work.plan.header
    progress = Progress.read(bucket, header.scan_id, shard.id, (replaces or "").strip('"')[:16])
    context = replace(work.context, clients=work.sessions.of(shard.account_id))
    resume = ResumePoint(progress.cursor, progress.coverage, progress.gaps)
    scan = ShardScan(shard, work.reads, context, keep=work.scope.keep, resume=resume)
    pages = PartWriter(shard, plan, work.attempt, bucket)
    if not _came_to_its_end(scan, pages, progress, work):
        return None
    _refuse_expired(scan)
    done = commit(shard, scan, header, progress, work.attempt)
    try:
        bucket.put_json(keys.commit(header.scan_id, shard.id), done.written(header), etag=replaces)
    except Conflict as error:
        raise Overtaken(f"another function committed the shard: {error}") from error
    work.log(line(done))
    return done


def _refuse_expired(scan: ShardScan) -> None:
    """Let the function be tried again with fresh credentials, from the last page that was read with good ones."""
    if scan.outcome.expired:
        raise Transient(f"{scan.outcome.lost}; the shard goes on where it stopped")


def _announce(commit: Commit, environment: Environment, clients: Clients) -> None:
    if not environment.queue_url:
        return
    message = ShardMessage(
        scan_id=commit.scan_id,
        shard=commit.shard,
        account_id=commit.account_id,
        region=commit.region,
        service=commit.service,
        complete=commit.complete,
        parts=commit.parts,
        statuses=by_status(commit.checks),
        commit=keys.commit(commit.scan_id, commit.shard),
    )
    try:
        queue = clients.get("sqs", environment.region)
        queue.send_message(QueueUrl=environment.queue_url, MessageBody=json.dumps(message.to_json()))
    except READ_ERRORS as error:
        raise Transient(f"the queue {environment.queue_url} did not take a result ({code_of(error)})") from error


def _came_to_its_end(scan: ShardScan, pages: PartWriter, progress: Progress, work: _Work) -> bool:
    """Write the findings part by part, and save after each how far the shard has come; False when the time is up."""
    longest, began = 0.0, work.left()
    # A listing that is abandoned is closed here: the garbage collector would close it in any thread, at any moment,
    # and its own threads are waited for then.
    with contextlib.closing(scan.chunks()) as chunks:
        for part_input in coalesced(chunks):
            if part_input.restarted:
                progress.forget(part_input.name)
            else:
                part, tally = pages.write(part_input, progress.number)
                _refuse_expired(scan)
                progress.add(part_input.name, part, tally)
            if part_input.then is None:
                return True
            progress.save(work.bucket, part_input.then, scan.outcome.ledger.rows(), scan.outcome.unlisted)
            longest, began = max(longest, began - work.left()), work.left()
            if work.left() < max(RESERVE, 2 * longest):
                return False
    return True
