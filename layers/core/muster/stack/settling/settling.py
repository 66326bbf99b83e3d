"""One account on its way into the tables, the state and its result, with a scratch folder and a database on disk."""

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from muster.lifecycle import state_store, transitions
from muster.lifecycle.state_document import Head
from muster.lifecycle.state_store import Findings, StoredState
from muster.model.coverage import Coverage
from muster.reports.schema import Record
from muster.reports.tables import COVERAGE, FINDINGS, ScanHeader, coverage_row
from muster.stack.documents import objects
from muster.stack.documents.account import AccountResult, Reported, SettlingProgress
from muster.stack.documents.commit import NO_CHANGES, Commit, ShardChanges
from muster.stack.documents.events import AccountEvent
from muster.stack.documents.plan import PlanDocument
from muster.stack.limits import RESERVE, share
from muster.stack.settling import remember
from muster.stack.settling.collect import Collected
from muster.stack.settling.counted import accepted_in, gaps_in
from muster.stack.settling.keep import Keeping
from muster.stack.settling.latest import Latest, Part, seen_parts
from muster.stack.settling.observed import Observed
from muster.stack.settling.publish import Publisher, grouped
from muster.stack.settling.result import ledger, result_of
from muster.stack.summarizing.worst import Worst, worst_findings, worst_first
from muster.storage import keys, parquet
from muster.storage.bucket import Bucket, Conflict

_ROUNDS = 10
"""How often the files of the table `latest` are replaced again because another scan replaced them meanwhile."""


@dataclass(slots=True)
class Settling:
    """One account that is settled from what its shards left, which `collect` reads.

    `reported` says who reported what of it before.
    """

    bucket: Bucket
    plan: PlanDocument
    event: AccountEvent
    collect: Callable[[], Collected]
    reported: Mapping[str, Reported]
    folder: Path
    collected: Collected = field(init=False)
    _observed: Observed = field(init=False)
    _worst: Worst[Record] = field(init=False)
    keeping: Keeping | None = None
    """The state as it was written, where the scan is recorded."""

    def __post_init__(self) -> None:
        """Open the database."""
        self._observed = Observed(self.folder / "observed.sqlite")
        self._worst = worst_findings(self._share)

    def close(self) -> None:
        """Close the database."""
        self._observed.close()

    def result(self, left: Callable[[], float]) -> AccountResult | None:
        """Publish and remember the account, and return its result; None when the time is up before.

        Raises:
            DamagedParts: parts cannot be read.
            Conflict: another function wrote the state meanwhile.
        """
        # The state before the commits: if another function settled newer commits meanwhile, this one begins again.
        state = state_store.fetch(self.bucket, keys.state(self._account_id), self.folder / "state", self._examine)
        self.collected = self.collect()
        if state.damage:
            self._forget()
        files = self._published(state, left)
        if files is None:
            return None
        reported = remember.reports(self._committed(), self.event.attempt, self.reported)
        changes = self._remembered(state, reported) if self.plan.scan.record else {}
        self._replace_latest(state, files)
        return result_of(
            self.event,
            self.collected,
            self._covered(self.plan.scan.header),
            self._share,
            worst_first(self._worst.items()),
            changes,
            reported,
            self.keeping.outbox if self.keeping else "",
            accepted_in(files, self.plan.suppressions()),
            gaps_in(files),
        )

    @property
    def _share(self) -> int:
        return share(len(self.plan.scan.accounts))

    @property
    def _account_id(self) -> str:
        return self.event.account.account_id

    def _committed(self) -> list[Commit]:
        return [commit for commit in self.collected.commits if commit.shard in self.collected.committed]

    def _examine(self, findings: Findings) -> None:
        """Note since when findings failed before the scan; ValueError where they are those of another account."""
        self._forget()
        self._observed.failed(self._since(findings))

    def _forget(self) -> None:
        self._observed.forget()

    def _since(self, findings: Findings) -> Iterator[tuple[str, int]]:
        for key, tracked in findings:
            if (of := tracked.subject.kind.account_id) != self._account_id:
                raise ValueError(f"it is that of account {of[:12]}")
            since = transitions.failed_since(tracked, self.event.scan_id)
            if since:
                yield key, parquet.millis(since)

    def _published(self, state: StoredState, left: Callable[[], float]) -> list[Path] | None:
        """Write the published files and return them, read back where another function wrote them; None without time."""
        groups = list(grouped(self._parts())) or ([[]] if self.collected.unread else [])
        progress = self._progress(self.collected.digest(self.event, state, groups))
        began, files = time.monotonic(), list(progress.files)
        for number in range(len(files), len(groups)):
            files.append(self._write(number, groups[number], last=number == len(groups) - 1))
            seconds = progress.seconds + time.monotonic() - began
            # Comparing takes about as long as publishing did, and is done by one function.
            needed = seconds if number == len(groups) - 1 else 2 * seconds / (number + 1)
            if left() < max(RESERVE, needed):
                self._save(progress, files, seconds)
                return None
        local = [self._local(key, progress) for key in files]
        self._clear(files)
        return local

    def _parts(self) -> list[tuple[str, int]]:
        """Return the parts that are published, and their sizes."""
        sizes = dict(self.bucket.keys(keys.parts(self.event.scan_id, self._account_id)))
        return [(part, sizes.get(part, 0)) for commit in self.collected.commits for part in commit.parts]

    def _write(self, number: int, group: Sequence[str], *, last: bool) -> str:
        """Write one published file and return its key; the last has the findings on what was not scanned, too."""
        local = []
        if last and self.collected.unread:
            local = [self.folder / "unread"]
            parquet.write(local[0], FINDINGS, self.collected.unread)
        compared = self.collected.committed if self.plan.scan.record else ()
        header = self.plan.scan.header
        key = self._file(number)
        names = self.plan.owner_tag, self.plan.suppressions()
        Publisher(self.bucket, header, self._observed, self._worst, compared, self.folder, *names).write(
            group, local, self._path(key)
        )
        self.bucket.upload(self._path(key), key)
        return key

    @property
    def _name(self) -> str:
        """The beginning of the names of the account's files in tables."""
        return f"{self.event.scan_id}-{self._account_id}"

    def _file(self, number: int) -> str:
        """Return the key of a published file."""
        return keys.table("findings", self.plan.scan.header.scan_date, self._name, number)

    def _path(self, key: str) -> Path:
        return self.folder / key.rpartition("/")[2]

    def _local(self, key: str, progress: SettlingProgress) -> Path:
        """Return the file of an object that this function wrote, or that another one wrote and is read now.

        Raises:
            Conflict: another function wrote the object since.
        """
        path = self._path(key)
        if not path.exists() and (self.bucket.fetch(key, path) is None or _sum(path) != progress.files[key]):
            self.bucket.put_json(self._progress_key, _nothing("").to_json())
            raise Conflict(f"s3://{self.bucket.name}/{key} was written by another function meanwhile")
        return path

    def _clear(self, files: Sequence[str]) -> None:
        """Leave no rows in the files that the account was published to before and is not now, having fewer."""
        prefix = self._file(0).removesuffix("0000.parquet")
        for key, _ in self.bucket.keys(prefix):
            if key not in files:
                parquet.write(self.folder / "empty", FINDINGS, ())
                self.bucket.upload(self.folder / "empty", key)

    @property
    def _progress_key(self) -> str:
        """The progress of this attempt: two that settle the account at a time do not hold each other up."""
        attempt = f"-{self.event.attempt}" if self.event.attempt else ""
        return keys.settling(self.event.scan_id, self._account_id, f"progress{attempt}")

    def _progress(self, inputs: str) -> SettlingProgress:
        """Return how far another function came with the same inputs, and take over what it found."""
        found = objects.or_none(self.bucket, self._progress_key, SettlingProgress, [])
        if found is None or found.inputs != inputs or found.checksum != found.digest():
            return _nothing(inputs)
        path = self.folder / "saved"
        if self.bucket.fetch(found.saved, path) is None or _sum(path) != found.saved_sum:
            return _nothing(inputs)
        self._observed.load(path)
        self._worst = worst_findings(self._share, found.findings)
        return found

    def _save(self, before: SettlingProgress, files: Sequence[str], seconds: float) -> None:
        """Leave to the next function what this one found, under names that only equal inputs share."""
        saved = keys.settling(self.event.scan_id, self._account_id, f"{before.inputs}-{len(files):04d}")
        path = self.folder / "saved"
        self._observed.save(path)
        self.bucket.upload(path, saved)
        sums = {key: before.files.get(key) or _sum(self._path(key)) for key in files}
        progress = SettlingProgress(
            inputs=before.inputs,
            files=sums,
            saved=saved,
            saved_sum=_sum(path),
            findings=worst_first(self._worst.items()),
            seconds=seconds,
        )
        self.bucket.put_json(self._progress_key, replace(progress, checksum=progress.digest()).to_json())

    def _remembered(self, state: StoredState, reported: Mapping[str, Reported]) -> dict[str, ShardChanges]:
        """Write the outbox and the state, and return the changes by the attempt that reports them."""
        header, committed = self.plan.scan.header, self._committed()
        looks = remember.Looks(committed, header, state.head.checks, state.head.looks)
        histories = looks.histories()
        notes = remember.Notes(header, histories, reported)
        lost_in = header.scan_id if state.damage else state.head.lost_in
        self.keeping = keeping = Keeping(self.bucket, self._account_id, header, state, self.folder)
        keeping.replace(
            self._observed.seen(),
            looks.of,
            notes.entry,
            notes.add,
            Head(histories, lost_in=lost_in, looks=state.head.looks),
            settled_before=looks.settled_before(),
        )
        changes = notes.changes(committed)
        if state.damage or state.head.lost_in == header.scan_id:
            return {by: replace(NO_CHANGES, lost=self._lost(state)) for by in changes}
        return changes

    def _replace_latest(self, state: StoredState, files: Sequence[Path]) -> None:
        """Replace the account's files of the table `latest`, again where another scan replaced them meanwhile.

        The account is not settled again for that: a later scan may have written the state since, and what this one
        reports of it would be lost.

        Raises:
            Conflict: others replace them again and again.
        """
        at = self.plan.scan.header.observed_at

        def seen(known: Head) -> Mapping[Part, bool]:
            return seen_parts(self.collected.commits, known.checks, at, self.collected.unseen)

        def seen_now() -> Mapping[Part, bool]:
            path = self.folder / "state-now"
            return seen(state_store.fetch(self.bucket, keys.state(self._account_id), path, lambda _: None).head)

        latest = Latest(self.bucket, self._account_id, self.folder)
        for _ in range(_ROUNDS):
            try:
                latest.replace(seen(state.head), at, files, seen_now)
            except Conflict:
                continue
            return
        raise Conflict(f"others replace the files of {self._account_id} in the table latest again and again")

    def _lost(self, state: StoredState) -> str:
        """Return why no changes are known: what was open before is not, so that nothing is new or fails again."""
        loss = state.damage or f"s3://{self.bucket.name}/{keys.state(self._account_id)} was damaged"
        later = "" if state.foreign else "; it was replaced, and changes are reported from the next scan on"
        return f"{loss}: no changes are reported of {self._account_id}{later}"

    def _covered(self, header: ScanHeader) -> list[Coverage]:
        """Write the account's ledger to its table, and return it."""
        rows = list(ledger(self.collected.commits))
        path = self.folder / "coverage"
        parquet.write(path, COVERAGE, (coverage_row(row, header, shard) for shard, row in rows))
        self.bucket.upload(path, f"{keys.partition('coverage', header.scan_date)}{self._name}.parquet")
        return [row for _, row in rows]


def _nothing(inputs: str) -> SettlingProgress:
    return SettlingProgress(inputs=inputs, files={}, saved="", saved_sum="", findings=(), seconds=0)


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
