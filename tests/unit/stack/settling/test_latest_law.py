"""The table `latest` against a model: of each part the rows of the last scan that saw all of it, whatever the order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.lifecycle.transitions import CheckHistory
from muster.reports.tables import FINDINGS
from muster.stack.documents.commit import CheckResult, Commit, ShardResources
from muster.stack.settling.latest import Latest, Part, seen_parts
from muster.storage import keys, parquet

ACCOUNT = "123456789012"
START = datetime(2026, 11, 1, 6, tzinfo=UTC)
PARTS: list[Part] = [(region, "ec2", check) for region in ("eu-west-1", "us-east-1") for check in "cd"]


@dataclass
class Files:
    """What the table needs of a bucket, in memory."""

    name: str = "reports"
    bodies: dict[str, bytes] = field(default_factory=dict)

    def keys(self, prefix: str) -> Iterator[tuple[str, int]]:
        return ((key, len(body)) for key, body in sorted(self.bodies.items()) if key.startswith(prefix))

    def fetch(self, key: str, path: Path) -> str | None:
        path.write_bytes(self.bodies[key])
        return str(hash(self.bodies[key]))

    def upload(self, path: Path, key: str, *, etag: str | None = "*") -> None:
        assert etag == (str(hash(self.bodies[key])) if key in self.bodies else None)
        self.bodies[key] = path.read_bytes()


@dataclass(frozen=True)
class Scan:
    """A scan that began on a day, and of each part that it looked at how many rows it has and whether it saw all."""

    day: int
    saw: dict[int, tuple[int, bool]]

    @property
    def at(self) -> datetime:
        return START + timedelta(days=self.day)

    def rows(self) -> list[dict[str, Any]]:
        return [
            dict.fromkeys(FINDINGS)
            | dict(zip(("region", "service", "check_id"), PARTS[part], strict=True))
            | {"observed_at": self.at, "finding_id": f"{self.day}/{part}/{number}"}
            for part, (count, _) in self.saw.items()
            for number in range(count)
        ]


looks = st.dictionaries(st.integers(0, len(PARTS) - 1), st.tuples(st.integers(0, 2), st.booleans()))
scans = st.lists(st.builds(Scan, st.integers(0, 70), looks), max_size=5, unique_by=lambda scan: scan.day)


def model(ended: Sequence[Scan]) -> set[str]:
    """Return the ids that the table holds after scans ended in this order, part by part and scan by scan."""
    found: set[str] = set()
    for part in range(len(PARTS)):
        whole: Scan | None = None
        last_rows: list[str] = []
        newest: datetime | None = None
        for scan in ended:
            count, all_of_it = scan.saw.get(part, (0, False))
            if part in scan.saw and (newest is None or scan.at >= newest) and all_of_it:
                whole, last_rows = scan, [f"{scan.day}/{part}/{number}" for number in range(count)]
            if part in scan.saw and (newest is None or scan.at > newest):
                newest = scan.at
            if whole and whole is not scan and whole.at < scan.at - timedelta(days=30):
                last_rows = []
        found |= set(last_rows)
    return found


def commits_of(scan: Scan) -> list[Commit]:
    found = []
    for region in ("eu-west-1", "us-east-1"):
        checks = tuple(
            CheckResult(PARTS[part][2], "HIGH", region, whole, 0, count, 0, 0, 0)
            for part, (count, whole) in scan.saw.items()
            if PARTS[part][0] == region
        )
        if checks:
            found.append(
                Commit(
                    attempt="", shard=f"{ACCOUNT}.{region}.ec2", account_id=ACCOUNT, region=region, service="ec2",
                    complete=True, reasons=(), checks=checks, resources=ShardResources(0, 0), coverage=(), parts=(),
                    scope=(region,),
                )
            )  # fmt: skip
    return found


@given(ended=scans, files=st.integers(1, 2))
def test_each_part_has_the_rows_of_the_last_scan_that_saw_all_of_it(
    tmp_path_factory: pytest.TempPathFactory, ended: list[Scan], files: int
) -> None:
    """Scans end in any order; the memory of checks says which of them looked last."""
    bucket: Any = Files()
    histories: dict[tuple[str, str], CheckHistory] = {}
    for scan in ended:
        folder = tmp_path_factory.mktemp("latest")
        rows = scan.rows()
        published = [folder / f"published-{number}" for number in range(files)]
        for number, path in enumerate(published):
            parquet.write(path, FINDINGS, rows[number::files])
        Latest(bucket, ACCOUNT, folder).replace(seen_parts(commits_of(scan), histories, scan.at), scan.at, published)
        for part in scan.saw:
            key = f"{PARTS[part][0]}.ec2", PARTS[part][2]
            if key not in histories or histories[key].started_at < scan.at:
                histories[key] = CheckHistory("s", scan.at, "s")
    assert sorted(stored(bucket, tmp_path_factory.mktemp("stored"))) == sorted(model(ended))


def stored(bucket: Files, folder: Path) -> list[str]:
    found = []
    for key, _ in bucket.keys(keys.every_latest(ACCOUNT)):
        bucket.fetch(key, folder / "file")
        found += [row["finding_id"] for row in parquet.read(folder / "file")]
    return found


def test_a_check_that_a_shard_without_an_end_was_to_look_at_was_not_seen_whole() -> None:
    """Shards that were cut by resource type share their checks on any type."""
    commits = commits_of(Scan(0, {0: (1, True), 1: (1, True)}))
    assert seen_parts(commits, {}, START, {PARTS[0]}) == {PARTS[0]: False, PARTS[1]: True}
    assert seen_parts(commits, {}, START, {("eu-west-1", "ec2", "")}) == {PARTS[0]: False, PARTS[1]: False}
    assert seen_parts(commits, {}, START, {("us-east-1", "ec2", "")}) == {PARTS[0]: True, PARTS[1]: True}


def test_where_a_later_scan_left_rows_it_is_asked_anew_what_is_left_to_this_one(tmp_path: Path) -> None:
    """The later scan found no more resources of a check, so that no row says that it looked."""
    bucket: Any = Files()
    earlier, later = Scan(1, {0: (1, True), 1: (1, True)}), Scan(2, {0: (0, True), 1: (1, True)})
    histories = {("eu-west-1.ec2", check): CheckHistory("s", later.at, "s") for check in "cd"}
    table = Latest(bucket, ACCOUNT, tmp_path)
    for scan, known in ((later, None), (earlier, lambda: seen_parts(commits_of(earlier), histories, earlier.at))):
        parquet.write(tmp_path / "published", FINDINGS, scan.rows())
        table.replace(seen_parts(commits_of(scan), {}, scan.at), scan.at, [tmp_path / "published"], known)
    assert stored(bucket, tmp_path) == ["2/1/0"]
