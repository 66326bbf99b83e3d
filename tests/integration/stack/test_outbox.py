"""Outboxes: what a settled state has of events, on its way to the event store and to the digest."""

import gzip
import json
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from muster.errors import Transient
from muster.lifecycle.events import FindingEvent
from muster.sdk.session import Clients
from muster.stack.documents.fields import Malformed
from muster.stack.settling import outbox
from muster.stack.settling.outbox import Draft, Entry, committed, entries_of, events_of, flush, pending
from muster.storage import keys
from muster.storage.bucket import Bucket

REGION, ACCOUNT, OTHER, SCAN = "eu-west-1", "123456789012", "111122223333", "20261121T060000Z-0a1b2c3d"
AGAIN = "0badcafe"


def event(name: str, at: int = 1, reason: str = "because") -> FindingEvent:
    return FindingEvent(
        finding_id=name, timestamp=at, event="opened", status="FAILED", baseline=False, check_id="c", title="t",
        severity="HIGH", reason=reason, resource_type="AWS::S3::Bucket", resource_id=name, resource_arn="",
        account_id=ACCOUNT, account_name="", region=REGION, owner="Zoë", first_seen=1, scan_id=SCAN, cause="scan",
    )  # fmt: skip


def entries(*names: str, attempt: str = "") -> list[Entry]:
    return [Entry(event(name), attempt) for name in names]


class Store:
    """Takes events in batches of two, and fails after some."""

    def __init__(self, most: int = 1_000) -> None:
        self.taken: list[str] = []
        self.most = most

    def write(self, events: Iterator[FindingEvent]) -> Iterator[int]:
        while found := list(islice(events, 2)):
            if len(self.taken) + len(found) > self.most:
                raise Transient("the table takes nothing")
            self.taken += [one.finding_id for one in found]
            yield len(found)


@pytest.fixture
def bucket(clients: Clients) -> Bucket:
    clients.get("s3", REGION).create_bucket(Bucket="reports", CreateBucketConfiguration={"LocationConstraint": REGION})
    return Bucket("reports", clients, REGION)


def drafted(path: Path, found: Iterable[Entry], earlier: Iterable[Entry] = ()) -> Draft:
    draft = Draft(path, iter(earlier))
    for entry in found:
        draft.add(entry)
    draft.close()
    return draft


def sent(bucket: Bucket, folder: Path, found: Iterable[Entry], scan_id: str = SCAN, account: str = ACCOUNT) -> str:
    path = folder / "draft"
    key = keys.outbox(scan_id, account, drafted(path, found).digest)
    bucket.upload(path, key)
    return key


def test_events_come_back_as_they_were(tmp_path: Path) -> None:
    found = [*entries("a"), *entries("b", attempt=AGAIN)]
    drafted(tmp_path / "draft", found)
    assert list(entries_of(tmp_path / "draft")) == found


def test_without_an_event_there_is_no_file(tmp_path: Path) -> None:
    assert Draft(tmp_path / "draft").close() == 0
    assert not (tmp_path / "draft").exists()


def test_equal_events_make_an_equal_file_and_name(tmp_path: Path) -> None:
    one, same, other = (drafted(tmp_path / name, entries("a", name[0])) for name in ("b1", "b2", "c"))
    assert (tmp_path / "b1").read_bytes() == (tmp_path / "b2").read_bytes()
    assert one.digest == same.digest != other.digest


def test_what_a_scan_said_before_stays_as_it_was_and_in_order(tmp_path: Path) -> None:
    noted: list[Entry] = []
    earlier = [Entry(event("b", 1), ""), Entry(event("d", 1), "")]
    draft = Draft(tmp_path / "draft", iter(earlier), noted.append)
    new = [Entry(event("a", 1), AGAIN), Entry(event("b", 2), AGAIN), Entry(event("c", 1), AGAIN)]
    for entry in new:
        draft.add(entry)
    assert draft.close() == 5
    assert list(entries_of(tmp_path / "draft")) == noted == [new[0], earlier[0], new[1], new[2], earlier[1]]


def broken(path: Path, change: Any) -> None:
    lines = [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]
    text = "".join(json.dumps(line) + "\n" for line in change(lines))
    path.write_bytes(gzip.compress(text.encode()))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda lines: lines[:-1], id="its end is missing"),
        pytest.param(lambda lines: lines[1:], id="an event is missing"),
        pytest.param(lambda lines: [*lines[:1], lines[0], *lines[1:]], id="an event twice"),
        pytest.param(lambda lines: [["", {**lines[0][1], "timestamp": "1"}], *lines[1:]], id="a time that is a text"),
        pytest.param(lambda lines: [["", {"finding_id": "a"}], *lines[1:]], id="half an event"),
        pytest.param(lambda lines: [[7, lines[0][1]], *lines[1:]], id="an attempt that is a number"),
        pytest.param(lambda _: [], id="nothing"),
    ],
)
def test_a_damaged_outbox_is_refused(tmp_path: Path, change: Any) -> None:
    drafted(tmp_path / "draft", entries("a", "b"))
    broken(tmp_path / "draft", change)
    with pytest.raises(Malformed):
        list(entries_of(tmp_path / "draft"))


@pytest.mark.parametrize("length", [0, 1, 40, -1])
def test_an_outbox_that_is_cut_is_refused(tmp_path: Path, length: int) -> None:
    drafted(tmp_path / "draft", entries("a", "b"))
    body = (tmp_path / "draft").read_bytes()
    (tmp_path / "draft").write_bytes(body[:length])
    with pytest.raises(Malformed):
        list(entries_of(tmp_path / "draft"))


def test_an_outbox_is_flushed_once(bucket: Bucket, tmp_path: Path) -> None:
    key, store = sent(bucket, tmp_path, entries("a", "b", "c")), Store()
    for _ in range(2):
        assert flush(bucket, store, key, lambda: 900.0)  # type: ignore[arg-type]
    assert store.taken == ["a", "b", "c"]
    assert bucket.get_json(keys.flushed(key)) == {"version": 1, "written": 3, "complete": True, "lost": ""}


def test_a_flush_that_runs_out_of_time_goes_on_where_it_stopped(bucket: Bucket, tmp_path: Path) -> None:
    key, store = sent(bucket, tmp_path, entries(*"abcde")), Store()
    calls = 1
    while not flush(bucket, store, key, lambda: 0.0):  # type: ignore[arg-type]
        calls += 1
    assert (calls, store.taken) == (3, list("abcde"))


def test_a_flush_that_fails_goes_on_where_it_stopped(bucket: Bucket, tmp_path: Path) -> None:
    key, store = sent(bucket, tmp_path, entries(*"abcde")), Store(most=4)
    with pytest.raises(Transient):
        flush(bucket, store, key, lambda: 900.0)  # type: ignore[arg-type]
    store.most = 5
    assert flush(bucket, store, key, lambda: 900.0)  # type: ignore[arg-type]
    assert store.taken == list("abcde")


class Killed(BaseException):
    """Nothing catches it, as nothing catches SIGKILL."""


def test_a_flush_that_dies_has_few_events_written_again(
    bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "_SAVED", 4)
    key, store = sent(bucket, tmp_path, entries(*"abcdefghij")), Store()

    def dies() -> float:
        if len(store.taken) == 8 - 2:
            raise Killed
        return 900.0

    with pytest.raises(Killed):
        flush(bucket, store, key, dies)  # type: ignore[arg-type]
    assert flush(bucket, store, key, lambda: 900.0)  # type: ignore[arg-type]
    assert store.taken == [*"abcdef", *"efghij"]


def test_an_outbox_that_is_gone_or_damaged_is_named_and_stops_nothing(bucket: Bucket, tmp_path: Path) -> None:
    gone = keys.outbox(SCAN, ACCOUNT, "0" * 16)
    drafted(tmp_path / "draft", entries("a", "b"))
    broken(tmp_path / "draft", lambda lines: lines[:-1])
    damaged = keys.outbox(SCAN, ACCOUNT, "1" * 16)
    bucket.upload(tmp_path / "draft", damaged)
    store = Store()
    for key, lost, taken in ((gone, "it is gone", 0), (damaged, "its last line is missing", 2)):
        assert flush(bucket, store, key, lambda: 900.0)  # type: ignore[arg-type]
        mark = {"version": 1, "written": taken, "complete": True, "lost": lost}
        assert bucket.get_json(keys.flushed(key)) == mark
    assert store.taken == ["a", "b"]


def test_a_state_names_outboxes_of_other_scans_until_they_are_flushed(bucket: Bucket, tmp_path: Path) -> None:
    flushed, half, new = (sent(bucket, tmp_path, entries(name), f"scan{name}") for name in "abc")
    flush(bucket, Store(), flushed, lambda: 900.0)  # type: ignore[arg-type]
    bucket.put_json(keys.flushed(half), outbox.Flushed(written=0, complete=False).to_json())
    own = sent(bucket, tmp_path, entries("d"))
    assert pending(bucket, SCAN, ACCOUNT, (flushed, half, new, own)) == (half, new)


def test_only_outboxes_whose_state_was_written_count_as_said(bucket: Bucket, tmp_path: Path) -> None:
    said = sent(bucket, tmp_path, [*entries("a"), *entries("c")])
    flush(bucket, Store(), said, lambda: 900.0)  # type: ignore[arg-type]
    never = sent(bucket, tmp_path, entries("b"))
    sent(bucket, tmp_path, entries("x"), account=OTHER)
    found = committed(bucket, SCAN, ACCOUNT, (), tmp_path)
    assert [entry.event.finding_id for entry in found] == ["a", "c"]
    named = committed(bucket, SCAN, ACCOUNT, (never,), tmp_path)
    assert [entry.event.finding_id for entry in named] == ["b"]


def told(bucket: Bucket, account: str, key: str) -> None:
    changes = {"baseline": False, "events": {}}
    content = {"version": 1, "account_id": account, "changes": {"": changes, AGAIN: changes}, "outbox": key}
    bucket.put_json(keys.account(SCAN, account), content)


def test_the_events_of_an_attempt_are_those_of_all_accounts(bucket: Bucket, tmp_path: Path) -> None:
    own = [*entries("a"), *entries("b", attempt=AGAIN), *entries("c")]
    told(bucket, ACCOUNT, sent(bucket, tmp_path, own))
    told(bucket, OTHER, sent(bucket, tmp_path, entries("d"), account=OTHER))
    told(bucket, "333333333333", "")
    sent(bucket, tmp_path, entries("e"))
    bucket.put_bytes(keys.account(SCAN, "444444444444"), b"damaged")
    told(bucket, "555555555555", keys.outbox(SCAN, "555555555555", "gone"))
    problems: list[str] = []
    assert [one.finding_id for one in events_of(bucket, SCAN, problems=problems)] == ["d", "a", "c"]
    (problem,) = problems
    assert problem.startswith(
        "s3://reports/work/20261121T060000Z-0a1b2c3d/events/555555555555/gone.jsonl.gz is damaged"
    )
    assert [one.finding_id for one in events_of(bucket, SCAN, AGAIN)] == ["b"]
    assert [one.finding_id for one in events_of(bucket, SCAN, None)] == ["d", "a", "b", "c"]
