"""What the shards of an account left: their commits, and what stands for each shard without a readable one."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from muster.catalog import catalog
from muster.catalog.catalog import Catalog
from muster.catalog.read_plan import ReadPlan, read_plan
from muster.configuration import Configuration
from muster.errors import ConfigurationError, Damaged
from muster.lifecycle.state_store import StoredState
from muster.model.finding import TARGET, Unavailable
from muster.model.shard import Shard
from muster.reports.schema import Row
from muster.reports.tables import finding_row
from muster.reports.tally import Tally
from muster.scanning.describe import target_of
from muster.scanning.evaluate import unlisted
from muster.scanning.scope import annotate
from muster.scanning.shard_scan import remaining
from muster.stack.documents import objects
from muster.stack.documents.commit import Commit
from muster.stack.documents.events import AccountEvent
from muster.stack.documents.fields import Malformed
from muster.stack.documents.notes import Failure
from muster.stack.documents.plan import PlanDocument
from muster.stack.documents.work import WorkList
from muster.stack.shards.commit import unfinished
from muster.stack.shards.progress import Progress
from muster.storage import keys
from muster.storage.bucket import Bucket
from muster.storage.traffic import each


@dataclass(slots=True)
class Collected:
    """The results of an account's shards, one a shard.

    `committed` has the names of those that committed. The others have what they had found before they stopped;
    `unread` has a row for every check of what they did not scan, `unseen` their regions, service and check ids.
    `damaged` says by shard why an object cannot be read.
    """

    commits: list[Commit] = field(default_factory=list)
    committed: set[str] = field(default_factory=set)
    unread: list[Row] = field(default_factory=list)
    unseen: set[tuple[str, str, str]] = field(default_factory=set)
    damaged: dict[str, str] = field(default_factory=dict)

    def digest(self, event: AccountEvent, state: StoredState, groups: Sequence[Sequence[str]]) -> str:
        """Return a digest of what is settled: the same one means the same published files and comparison."""
        commits = [[commit.shard, commit.attempt, commit.reasons] for commit in self.commits]
        unread = [(row["finding_id"], row["reason"]) for row in self.unread]
        inputs = [event.attempt, commits, sorted(self.committed), unread, groups, state.etag, state.damage]
        return hashlib.sha256(json.dumps(inputs).encode()).hexdigest()[:16]


def collect(
    bucket: Bucket,
    plan: PlanDocument,
    event: AccountEvent,
    damaged: Mapping[str, str],
    load: Callable[[], Catalog] = catalog.load,
) -> Collected:
    """Read the commits of an account; `damaged` has shards whose commit is not believed, and why.

    The commit of a shard that was not seen whole, and that this attempt could not look at again, gets the reason too.
    """
    found = Collected(damaged=dict(damaged))
    commits: dict[str, Commit] = {}
    names = [key for key, _ in bucket.keys(keys.commits(event.scan_id, event.account.account_id))]
    for key, commit in zip(names, each(names, lambda key: _commit(bucket, plan, key)), strict=True):
        name = keys.name_in(key)
        if isinstance(commit, str):
            found.damaged.setdefault(name, commit)
        elif name not in found.damaged:
            commits[name] = commit
    found.committed = set(commits)
    planned = _planned(bucket, event, found)
    again = {
        shard.id: batch
        for shard, batch in planned
        if shard.id not in commits or _looked_in_vain(commits[shard.id], event)
    }
    batches = sorted(set(again.values()))
    reasons = dict(zip(batches, each(batches, lambda batch: _reason(bucket, event.scan_id, batch)), strict=True))
    missing = [shard for shard, _ in planned if shard.id not in commits]
    stopped = each(missing, lambda shard: _progress(bucket, event.scan_id, shard, found.damaged))
    progress = {shard.id: at for shard, at in zip(missing, stopped, strict=True)}
    unread = _Unread(plan, load)
    for shard, batch in planned:
        reason = found.damaged.get(shard.id) or reasons.get(batch, "")
        if shard.id in progress:
            found.unseen |= unread.parts(shard)
            found.unread += unread.rows(shard, progress[shard.id], reason)
            commits[shard.id] = unfinished(shard, progress[shard.id], plan.scan.header, reason, plan.severities)
        elif shard.id in again:
            commit = commits[shard.id]
            texts = dict.fromkeys((*commit.reasons, f"looking again failed: {reason}"))
            commits[shard.id] = replace(commit, reasons=tuple(texts))
    for name in found.damaged.keys() - commits.keys():
        commits[name] = _unplanned(name, plan, found.damaged[name])
    found.commits = [commits[shard] for shard in sorted(commits)]
    return found


def _looked_in_vain(commit: Commit, event: AccountEvent) -> bool:
    """Whether an attempt that resumes a scan was to look again at what a commit has not seen whole, and did not.

    Where the first attempt finds the commit of another one, that one looked again later.
    """
    return not commit.complete and commit.attempt != event.attempt and bool(event.attempt)


def _unplanned(name: str, plan: PlanDocument, reason: str) -> Commit:
    """Return what stands for a shard whose commit cannot be read and that is in no work list that can be read."""
    account_id, region, service, *_ = *name.split("."), "", ""
    shard = Shard(account_id, region, service, region, ())
    return replace(unfinished(shard, Progress(""), plan.scan.header, reason, plan.severities), shard=name)


def _commit(bucket: Bucket, plan: PlanDocument, key: str) -> Commit | str:
    """Return a commit, or why it cannot be read."""
    try:
        commit = objects.content(bucket, key, Commit)
        if commit is None:
            return f"s3://{bucket.name}/{key} is gone"
        _refuse_foreign(bucket, key, commit, plan)
    except Damaged as error:
        return str(error)
    return commit


def _refuse_foreign(bucket: Bucket, key: str, commit: Commit, plan: PlanDocument) -> None:
    """Refuse the result of another shard or scan under a key, or one that names parts or checks of others.

    Raises:
        Damaged: it is.
    """
    scan_id, shard = plan.scan.scan_id, keys.name_in(key)
    if (commit.scan_id or scan_id, commit.shard) != (scan_id, shard) or not _own(commit.parts, scan_id, shard):
        raise objects.damaged(bucket, key, Commit, "it is that of another shard or scan")
    if commit.resources.non_compliant > commit.resources.scanned:
        raise objects.damaged(bucket, key, Commit, "more of its resources fail than there are")
    if others := {check.check_id for check in commit.checks} - plan.severities.keys():
        raise objects.damaged(bucket, key, Commit, f"{min(others)[:80]} is no check of the scan")


def _own(parts: Iterable[str], scan_id: str, shard: str) -> bool:
    """Whether all parts are those of a shard."""
    return all(part.startswith(keys.parts(scan_id)) and keys.shard_of(part) == shard for part in parts)


def _planned(bucket: Bucket, event: AccountEvent, found: Collected) -> list[tuple[Shard, str]]:
    """Return the shards of this attempt with their batches, and those of earlier attempts that cannot be read."""
    planned = [(shard, batch.batch) for batch in event.account.batches for shard in batch.shards]
    missing = found.damaged.keys() - {shard.id for shard, _ in planned}
    if not missing:
        return planned
    try:
        every = objects.content(bucket, keys.batches(event.scan_id), WorkList)
    except Damaged:
        every = None
    listed = every.shards() if every else []
    return planned + [(shard, batch) for shard, batch in listed if shard.id in missing]


def _reason(bucket: Bucket, scan_id: str, batch: str) -> str:
    """Return why a batch failed for good, as the state machine noted it."""
    try:
        failure = objects.content(bucket, keys.failure(scan_id, batch), Failure)
    except Damaged as error:
        return f"it failed, and the note of why cannot be read ({error})"
    return failure.reason if failure else "it never ended, and left no word of why"


def _progress(bucket: Bucket, scan_id: str, shard: Shard, damaged: Mapping[str, str]) -> Progress:
    """Return how far a shard came; what a damaged object names is not believed, nor what has parts of others."""
    found = Progress("") if shard.id in damaged else Progress.read(bucket, scan_id, shard.id)
    return found if _own(found.parts, scan_id, shard.id) else Progress("")


class _Unread:
    """Makes rows on the target for the rules of shards that were not scanned to their end."""

    def __init__(self, plan: PlanDocument, load: Callable[[], Catalog]) -> None:
        """Read the plan's rules when the first shard needs them."""
        self._plan, self._load = plan, load
        self._header = plan.scan.header
        self._known: tuple[Configuration, ReadPlan] | None = None

    def rows(self, shard: Shard, progress: Progress, reason: str) -> Iterator[Row]:
        """Yield the rows of a shard, and count them in its progress."""
        selection = self._selection()
        if selection is None:
            return
        configuration, reads = selection
        gap = Unavailable(None, f"the scan of {shard.service} in {shard.region} did not end: {reason}")
        found = (
            unlisted(rule, target_of(shard, plan.resource_type), gap, self._header.observed_at)
            for plan in remaining(reads.of(shard), progress.cursor)
            for rule in plan.rules
        )
        tally = Tally()
        for finding in annotate(found, configuration, self._header.observed_at.date()):
            tally.count(finding)
            yield finding_row(finding, self._header, shard.id)
        progress.add(TARGET, None, tally)

    def parts(self, shard: Shard) -> set[tuple[str, str, str]]:
        """Return region, service and check id of all that a shard was to judge; no check id where it is not known."""
        selection = self._selection()
        checks = {rule.check.id for plan in selection[1].of(shard) for rule in plan.rules} if selection else {""}
        return {(region, shard.service, check) for region in (*shard.scope, shard.region) for check in checks}

    def _selection(self) -> tuple[Configuration, ReadPlan] | None:
        """Return what the plan selects; None where another version of Muster wrote it, whose checks are not known."""
        if self._known is None:
            try:
                catalog, configuration, rules = self._plan.selection(self._load())
            except (ConfigurationError, Malformed):
                return None
            self._known = configuration, read_plan(catalog, rules)
        return self._known
