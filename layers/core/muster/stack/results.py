"""The input of a scan's summary: the results of its shards, and a stand-in for each shard without a readable one."""

import tempfile
from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from muster.catalog import catalog
from muster.catalog.catalog import Catalog
from muster.catalog.read_plan import ReadPlan, read_plan
from muster.configuration import Configuration
from muster.errors import ConfigurationError, Damaged
from muster.model.finding import GLOBAL, TARGET, Finding, Unavailable
from muster.model.shard import Shard
from muster.reports.tables import FINDINGS, finding_row
from muster.reports.tally import Tally
from muster.scanning.describe import target_of
from muster.scanning.evaluate import unlisted
from muster.scanning.scope import annotate
from muster.scanning.shard_scan import remaining
from muster.stack.documents import objects
from muster.stack.documents.commit import Commit, CommitNews
from muster.stack.documents.fields import Malformed
from muster.stack.documents.notes import Failure
from muster.stack.documents.plan import PlanDocument
from muster.stack.documents.work import WorkList
from muster.stack.shards.commit import unfinished
from muster.stack.shards.progress import Progress
from muster.storage import keys, parquet
from muster.storage.bucket import Bucket

_LAST_PART = 9_999_999
"""The number of the part with the findings on what was not scanned: no page of a shard has it."""
_EVERYTHING = "*"
_SIDE_BY_SIDE = 8
C = TypeVar("C", Commit, CommitNews)


def commits_of(bucket: Bucket, scan_id: str, damaged: MutableMapping[str, str]) -> list[Commit]:
    """Return the commits of a scan that can be read; why the others cannot is noted in `damaged`, by shard."""

    def read(key: str) -> Commit | None:
        try:
            commit = objects.content(bucket, key, Commit)
            if commit is not None:
                _refuse_foreign(bucket, key, commit, scan_id)
        except Damaged as error:
            damaged[keys.name_in(key)] = str(error)
            return None
        return commit

    return _each_commit(bucket, scan_id, read)


def news_of(bucket: Bucket, scan_id: str) -> list[CommitNews]:
    """Return what changed in the shards of a scan whose commits can be read."""
    return _each_commit(bucket, scan_id, lambda key: objects.or_none(bucket, key, CommitNews, []))


def _each_commit(bucket: Bucket, scan_id: str, read: Callable[[str], C | None]) -> list[C]:
    names = [key for key, _ in bucket.keys(keys.commits(scan_id))]
    with ThreadPoolExecutor(_SIDE_BY_SIDE) as pool:
        return [commit for commit in pool.map(read, names) if commit is not None]


def _refuse_foreign(bucket: Bucket, key: str, commit: Commit, scan_id: str) -> None:
    """Refuse the result of another shard or scan under a key, or one that names parts of others.

    Raises:
        Damaged: it is.
    """
    prefix, shard = keys.parts(scan_id), keys.name_in(key)
    own = all(part.startswith(prefix) and keys.shard_of(part) == shard for part in commit.parts)
    if (commit.scan_id or scan_id, commit.shard) != (scan_id, shard) or not own:
        raise objects.damaged(bucket, key, Commit, "it is that of another shard or scan")


def with_unfinished(  # noqa: PLR0913 - what was planned, and what became of it
    bucket: Bucket,
    plan: PlanDocument,
    attempt: str,
    commits: Iterable[Commit],
    damaged: Mapping[str, str],
    load: Callable[[], Catalog] = catalog.load,
) -> list[Commit]:
    """Return the commits, and for the shards without one what they had found and why they went no further.

    Each of those has a finding on its target for every rule of what was not scanned, as for a listing that failed. To
    the commit of a shard that was not seen whole, and that this attempt could not look at again, the reason is added.
    """
    found = {commit.shard: commit for commit in commits}
    planned, lost = _planned(bucket, plan, attempt, damaged)
    reasons = _reasons(bucket, plan.scan.scan_id)
    unread = _Unread(bucket, plan, attempt, load)
    for shard, batch in planned:
        reason = damaged.get(shard.id) or reasons.get(batch, "it never ended, and left no word of why")
        commit = found.get(shard.id)
        if commit is None:
            progress = _progress(bucket, plan.scan.scan_id, shard, damaged)
            unread.add(shard, progress, reason)
            found[shard.id] = unfinished(shard, progress, plan.scan.header, reason, plan.severities)
        elif not commit.complete and commit.attempt != attempt:
            reasons_of = dict.fromkeys((*commit.reasons, f"looking again failed: {reason}"))
            found[shard.id] = replace(commit, reasons=tuple(reasons_of))
    return [*found.values(), *lost]


def _planned(
    bucket: Bucket, plan: PlanDocument, attempt: str, damaged: Mapping[str, str]
) -> tuple[list[tuple[Shard, str]], list[Commit]]:
    """Return the shards of an attempt with their batches, and what stands for a work list that cannot be read."""
    scan = plan.scan
    try:
        planned = _listed(bucket, keys.batches(scan.scan_id, attempt))
        missing = damaged.keys() - {shard.id for shard, _ in planned}
        if attempt and missing:
            every = _listed(bucket, keys.batches(scan.scan_id))
            planned += [(shard, batch) for shard, batch in every if shard.id in missing]
    except Damaged as error:
        nothing = Shard(scan.account_id, GLOBAL, _EVERYTHING, "", ())
        return [], [unfinished(nothing, Progress(""), scan.header, str(error), plan.severities)]
    return planned, []


def _listed(bucket: Bucket, key: str) -> list[tuple[Shard, str]]:
    work = objects.content(bucket, key, WorkList)
    return work.shards() if work else []


def _progress(bucket: Bucket, scan_id: str, shard: Shard, damaged: Mapping[str, str]) -> Progress:
    """Return how far a shard came; what a damaged object names is not believed."""
    if shard.id in damaged:
        return Progress("")
    return Progress.read(bucket, scan_id, shard.id)


def _reasons(bucket: Bucket, scan_id: str) -> dict[str, str]:
    """Return why batches failed for good, as the state machine noted it."""
    reasons = {}
    for key, _ in bucket.keys(keys.failures(scan_id)):
        try:
            failure = objects.content(bucket, key, Failure)
            reasons[keys.name_in(key)] = failure.reason if failure else "failed"
        except Damaged as error:
            reasons[keys.name_in(key)] = f"it failed, and the note of why cannot be read ({error})"
    return reasons


class _Unread:
    """Writes findings on the target for the rules of shards that were not scanned to their end."""

    def __init__(self, bucket: Bucket, plan: PlanDocument, attempt: str, load: Callable[[], Catalog]) -> None:
        """Read the plan's rules when the first shard needs them."""
        self._bucket, self._plan, self._attempt, self._load = bucket, plan, attempt, load
        self._header = plan.scan.header
        self._known: tuple[Configuration, ReadPlan] | None = None

    def add(self, shard: Shard, progress: Progress, reason: str) -> None:
        """Write the part of a shard and name it in its progress."""
        try:
            configuration, reads = self._known = self._known or self._selection()
        except (ConfigurationError, Malformed):
            # Another version of Muster wrote the plan: its checks cannot be named, but the shard still is.
            return
        gap = Unavailable(None, f"the scan of {shard.service} in {shard.region} did not end: {reason}")
        found: list[Finding] = [
            unlisted(rule, target_of(shard, plan.resource_type), gap, self._header.observed_at)
            for plan in remaining(reads.of(shard), progress.cursor)
            for rule in plan.rules
        ]
        if found:
            self._write(shard, progress, list(annotate(found, configuration, self._header.observed_at.date())))

    def _selection(self) -> tuple[Configuration, ReadPlan]:
        catalog, configuration, rules = self._plan.selection(self._load())
        return configuration, read_plan(catalog, rules)

    def _write(self, shard: Shard, progress: Progress, found: Sequence[Finding]) -> None:
        tally = Tally()
        for finding in found:
            tally.count(finding)
        key = keys.part(self._header.scan_id, shard.id, _LAST_PART, self._attempt)
        with tempfile.TemporaryDirectory(prefix="muster-") as folder:
            path = Path(folder) / "part.parquet"
            parquet.write(path, FINDINGS, (finding_row(each, self._header, shard.id) for each in found))
            self._bucket.upload(path, key)
        progress.add(TARGET, key, tally)
