"""An account's files in the table `latest`: what a scan replaces, what it keeps, and files of earlier versions."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from muster.reports.tables import FINDINGS
from muster.sdk.session import Clients
from muster.stack.settling import latest
from muster.stack.settling.latest import Latest, Part
from muster.storage import keys, parquet
from muster.storage.bucket import Bucket, Conflict
from tests.integration.conftest import REGION

ACCOUNT = "123456789012"
AT = datetime(2026, 11, 29, 6, tzinfo=UTC)
KEY = keys.latest(ACCOUNT, 0)
ADDED = "settings"
"""A column that files of an earlier version lack."""
EARLIER = {name: kind for name, kind in FINDINGS.items() if name != ADDED}
VOLUMES: Part = ("eu-west-1", "ec2", "ec2-volume-encrypted")
BUCKETS: Part = ("global", "s3", "s3-bucket-versioning-enabled")


@pytest.fixture
def bucket(clients: Clients) -> Bucket:
    clients.get("s3", REGION).create_bucket(Bucket="reports", CreateBucketConfiguration={"LocationConstraint": REGION})
    return Bucket("reports", clients, REGION)


def row(part: Part, name: str, at: datetime = AT) -> dict[str, Any]:
    region, service, check = part
    own = {"finding_id": name, "region": region, "service": service, "check_id": check, "account_id": ACCOUNT}
    times = {"observed_at": at, "first_seen": None, "check_version": 1}
    return {**{column: "x" for column, kind in FINDINGS.items() if kind == "string"}, **own, **times}


def put(bucket: Bucket, folder: Path, *rows: Mapping[str, Any], key: str = KEY, columns: Any = FINDINGS) -> None:
    path = folder / "put.parquet"
    parquet.write(path, columns, rows)
    bucket.upload(path, key)


def replaced(
    bucket: Bucket, folder: Path, seen: Mapping[Part, bool], *rows: Mapping[str, Any], at: datetime = AT
) -> None:
    published = folder / "published.parquet"
    parquet.write(published, FINDINGS, rows)
    Latest(bucket, ACCOUNT, folder).replace(seen, at, [published])


def stored(bucket: Bucket, folder: Path) -> list[dict[str, Any]]:
    """Return the rows of all files of the account."""
    found = []
    for number, (key, _) in enumerate(bucket.keys(keys.every_latest(ACCOUNT))):
        path = folder / f"stored-{number}"
        bucket.download(key, path)
        parquet.examine(path, FINDINGS)
        found += list(parquet.read(path))
    return sorted(found, key=lambda each: str(each["finding_id"]))


def names(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    return [str(each["finding_id"]) for each in rows]


def test_the_first_scan_writes_one_file(bucket: Bucket, tmp_path: Path) -> None:
    replaced(bucket, tmp_path, {VOLUMES: True, BUCKETS: True}, row(VOLUMES, "a"), row(BUCKETS, "b"))
    assert [key for key, _ in bucket.keys("latest/")] == [KEY]
    assert names(stored(bucket, tmp_path)) == ["a", "b"]


def test_a_scan_of_one_check_replaces_its_rows_and_keeps_the_others(bucket: Bucket, tmp_path: Path) -> None:
    put(bucket, tmp_path, row(VOLUMES, "a"), row(BUCKETS, "b"), row(BUCKETS, "c"))
    replaced(bucket, tmp_path, {BUCKETS: True}, row(BUCKETS, "d"))
    assert [key for key, _ in bucket.keys("latest/")] == [KEY]
    assert names(stored(bucket, tmp_path)) == ["a", "d"]


def test_a_check_that_was_not_seen_whole_keeps_its_rows(bucket: Bucket, tmp_path: Path) -> None:
    put(bucket, tmp_path, row(VOLUMES, "a"), row(BUCKETS, "b"))
    replaced(bucket, tmp_path, {VOLUMES: False, BUCKETS: True}, row(VOLUMES, "target"), row(BUCKETS, "c"))
    assert names(stored(bucket, tmp_path)) == ["a", "c"]


def test_a_check_without_resources_any_more_has_no_rows(bucket: Bucket, tmp_path: Path) -> None:
    put(bucket, tmp_path, row(VOLUMES, "a"), row(BUCKETS, "b"))
    replaced(bucket, tmp_path, {VOLUMES: True, BUCKETS: True}, row(BUCKETS, "c"))
    assert names(stored(bucket, tmp_path)) == ["c"]


def test_an_older_scan_that_ends_later_replaces_nothing(bucket: Bucket, tmp_path: Path) -> None:
    put(bucket, tmp_path, row(VOLUMES, "new"))
    before = AT - timedelta(hours=1)
    replaced(bucket, tmp_path, {VOLUMES: True}, row(VOLUMES, "old", before), at=before)
    assert names(stored(bucket, tmp_path)) == ["new"]


def test_rows_that_no_scan_looked_at_for_more_than_thirty_days_are_dropped(bucket: Bucket, tmp_path: Path) -> None:
    last, too_old = AT - timedelta(days=30), AT - timedelta(days=30, seconds=1)
    other = ("eu-west-2", "ec2", "ec2-volume-encrypted")
    put(bucket, tmp_path, row(VOLUMES, "kept", last), row(other, "dropped", too_old))
    replaced(bucket, tmp_path, {BUCKETS: True}, row(BUCKETS, "b"))
    assert names(stored(bucket, tmp_path)) == ["b", "kept"]


def test_rows_of_an_earlier_version_are_kept_with_nulls_in_the_columns_they_lack(
    bucket: Bucket, tmp_path: Path
) -> None:
    put(bucket, tmp_path, row(VOLUMES, "a"), columns=EARLIER)
    replaced(bucket, tmp_path, {BUCKETS: True}, row(BUCKETS, "b"))
    assert [(each["finding_id"], each[ADDED], each["title"]) for each in stored(bucket, tmp_path)] == [
        ("a", None, "x"),
        ("b", "x", "x"),
    ]


def test_a_column_that_a_later_version_added_is_left_out(bucket: Bucket, tmp_path: Path) -> None:
    """A stack that is rolled back reads files of the version before it."""
    put(bucket, tmp_path, {**row(VOLUMES, "a"), "owner": "web"}, columns={**FINDINGS, "owner": "string"})
    replaced(bucket, tmp_path, {BUCKETS: True}, row(BUCKETS, "b"))
    (kept, _) = stored(bucket, tmp_path)
    assert list(kept) == list(FINDINGS)


def test_a_broken_file_is_replaced(bucket: Bucket, clients: Clients, tmp_path: Path) -> None:
    clients.get("s3", REGION).put_object(Bucket="reports", Key=KEY, Body=b"PAR1 and then nothing")
    replaced(bucket, tmp_path, {BUCKETS: True}, row(BUCKETS, "b"))
    assert names(stored(bucket, tmp_path)) == ["b"]


def test_files_too_many_are_emptied_and_stay_where_a_query_listed_them(bucket: Bucket, tmp_path: Path) -> None:
    for number in range(3):
        put(bucket, tmp_path, row(VOLUMES, f"old-{number}"), key=keys.latest(ACCOUNT, number))
    replaced(bucket, tmp_path, {VOLUMES: True}, row(VOLUMES, "new"))
    assert names(stored(bucket, tmp_path)) == ["new"]
    assert len(list(bucket.keys("latest/"))) == 3


def test_a_large_account_has_several_files(bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(latest, "PUBLISHED", 1)
    put(bucket, tmp_path, row(VOLUMES, "a"))
    replaced(bucket, tmp_path, {BUCKETS: True}, row(BUCKETS, "b"))
    assert [key for key, _ in bucket.keys("latest/")] == [keys.latest(ACCOUNT, number) for number in range(2)]
    assert names(stored(bucket, tmp_path)) == ["a", "b"]


def test_scans_of_one_check_do_not_add_files_to_a_large_account(
    bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts: list[Part] = [(REGION, "ec2", f"check-{number}") for number in range(6)]
    for number, part in enumerate(parts):
        put(bucket, tmp_path, row(part, f"{part[2]}/0"), key=keys.latest(ACCOUNT, number))
    size = next(size for _, size in bucket.keys("latest/"))
    monkeypatch.setattr(latest, "PUBLISHED", 2 * size + size // 2)
    for scan in range(1, 13):
        part = parts[scan % 6]
        replaced(bucket, tmp_path, {part: True}, row(part, f"{part[2]}/{scan}"), at=AT + timedelta(hours=scan))
    assert names(stored(bucket, tmp_path)) == [f"check-{number}/{number + 6 if number else 12}" for number in range(6)]
    assert len(list(bucket.keys("latest/"))) == 6
    paths = [tmp_path / f"stored-{number}" for number in range(6)]
    assert len([path for path in paths if list(parquet.read(path))]) <= 2


def test_two_scans_that_replace_the_same_files_do_not_lose_rows_of_each_other(
    bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(bucket, tmp_path, row(VOLUMES, "a"))
    fetched = Latest._fetched

    def overtaken(self: Latest) -> Mapping[str, str]:
        etags = fetched(self)
        put(bucket, tmp_path, row(VOLUMES, "b"))
        return etags

    monkeypatch.setattr(Latest, "_fetched", overtaken)
    with pytest.raises(Conflict):
        replaced(bucket, tmp_path, {BUCKETS: True}, row(BUCKETS, "c"))
    assert names(stored(bucket, tmp_path)) == ["b"]


def test_the_files_of_other_accounts_are_left_alone(bucket: Bucket, tmp_path: Path) -> None:
    other = keys.latest("111122223333", 0)
    put(bucket, tmp_path, row(VOLUMES, "theirs"), key=other)
    replaced(bucket, tmp_path, {VOLUMES: True}, row(VOLUMES, "ours"))
    bucket.download(other, tmp_path / "theirs")
    assert names(list(parquet.read(tmp_path / "theirs"))) == ["theirs"]
