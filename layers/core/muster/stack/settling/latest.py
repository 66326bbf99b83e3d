"""The table `latest`: for each check, region and service of an account the rows of the last scan that saw all of it."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from muster.lifecycle.transitions import looked_later
from muster.reports.tables import FINDINGS
from muster.stack.documents.commit import Commit
from muster.stack.limits import PUBLISHED
from muster.stack.settling.publish import home_of
from muster.stack.settling.remember import Histories
from muster.storage import keys, parquet
from muster.storage.bucket import Bucket
from muster.storage.parquet import Batch
from muster.storage.traffic import each

_KEPT = timedelta(days=30)
"""How long rows stay that no scan looked at again; the view `latest_findings` shows no older ones."""
_NEVER = datetime.min.replace(tzinfo=UTC)
Part = tuple[str, str, str]
"""Region, service and check id."""


def seen_parts(
    commits: Iterable[Commit], histories: Histories, at: datetime, unseen: Collection[Part] = ()
) -> Mapping[Part, bool]:
    """Return the parts that the shards of an account looked at, and whether all of them saw the whole of a part.

    One that a later scan than that of `at` looked at is left to it. `unseen` are those of shards that never ended; one
    without a check id stands for all checks.
    """
    seen: dict[Part, bool] = {}
    for commit in commits:
        home = home_of(commit.shard)
        for check in commit.checks:
            part = check.region, commit.service, check.check_id
            later = looked_later(histories.get((home, check.check_id)), at)
            whole = check.complete and not later and part not in unseen and (*part[:2], "") not in unseen
            seen[part] = seen.get(part, True) and whole
    return seen


@dataclass(frozen=True, slots=True)
class Latest:
    """The files of one account in the table, in the bucket and in a scratch folder."""

    bucket: Bucket
    account_id: str
    folder: Path

    def replace(
        self,
        seen: Mapping[Part, bool],
        at: datetime,
        published: Sequence[Path],
        seen_now: Callable[[], Mapping[Part, bool]] | None = None,
    ) -> None:
        """Replace the rows of what a scan saw whole by those of its published files, and keep the others for a time.

        A file too many becomes an empty one: a query that runs meanwhile finds every object that it has listed. Where
        rows of a later scan are there, `seen_now` returns what is left to this one by now.

        Raises:
            Conflict: another function replaced them meanwhile.
        """
        etags = self._fetched()
        before: list[Path] = []
        times: dict[Part, datetime] = {}
        for path in (self._path(key) for key in etags):
            try:
                times = _times(path, times)
                before.append(path)
            except parquet.Unreadable:
                # It is replaced, and a later scan finds its rows again.
                continue
        if seen_now and any(time > at for time in times.values()):
            seen = seen_now()
        new = {part for part, whole in seen.items() if whole and times.get(part, at) <= at}
        old = {part for part, time in times.items() if part not in new and time >= at - _KEPT}
        files = list(published)
        if len(new) < len(seen):
            files = [self._filtered(path, f"new-{number}", new) for number, path in enumerate(files)]
        if old:
            files += [self._filtered(path, f"old-{number}", old) for number, path in enumerate(before)]
        self._write(files, etags)

    def _fetched(self) -> Mapping[str, str]:
        """Read the files that are there now, and return their ETags by key."""
        names = [key for key, _ in self.bucket.keys(keys.every_latest(self.account_id))]
        found = each(names, lambda key: self.bucket.fetch(key, self._path(key)))
        return {key: etag for key, etag in zip(names, found, strict=True) if etag is not None}

    def _path(self, key: str) -> Path:
        return self.folder / f"before-{key.rpartition('/')[2]}"

    def _filtered(self, path: Path, name: str, parts: Collection[Part]) -> Path:
        filtered = self.folder / name
        parquet.copy(filtered, [path], FINDINGS, _only(parts))
        return filtered

    def _write(self, files: Sequence[Path], etags: Mapping[str, str]) -> None:
        written = {keys.latest(self.account_id, number): path for number, path in enumerate(self._joined(files))}
        empty = self.folder / "empty"
        parquet.write(empty, FINDINGS, ())
        written |= {key: empty for key in etags if key not in written}
        for key, path in written.items():
            self.bucket.upload(path, key, etag=etags.get(key))

    def _joined(self, files: Sequence[Path]) -> Iterator[Path]:
        """Yield the rows of files in as few as their size allows: scans of parts of an account would add one each."""
        groups: list[list[Path]] = []
        total = 0
        for path in files:
            size = path.stat().st_size
            if not groups or total + size > PUBLISHED:
                groups.append([])
                total = 0
            groups[-1].append(path)
            total += size
        for number, group in enumerate(groups):
            whole = self.folder / f"latest-{number}"
            if len(group) > 1:
                parquet.copy(whole, group, FINDINGS)
            yield whole if len(group) > 1 else group[0]


def _times(path: Path, known: Mapping[Part, datetime]) -> dict[Part, datetime]:
    """Return when the rows of each part were observed last, those of a file and those that are known.

    Raises:
        Unreadable: the file is broken.
    """
    times = dict(known)
    for batch in parquet.conformed(path, FINDINGS):
        found = dict(zip(_parts(batch), parquet.column(batch, "observed_at"), strict=True))
        for part, naive in found.items():
            if naive is not None:
                times[part] = max(times.get(part, _NEVER), naive.replace(tzinfo=UTC))
    return times


def _parts(batch: Batch) -> list[Part]:
    return list(zip(*(parquet.column(batch, name) for name in ("region", "service", "check_id")), strict=True))


def _only(parts: Collection[Part]) -> Callable[[Batch], Batch | None]:
    def only(batch: Batch) -> Batch | None:
        places = [place for place, part in enumerate(_parts(batch)) if part in parts]
        return parquet.take(batch, places) if places else None

    return only
