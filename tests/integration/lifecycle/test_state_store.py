"""The state of an account in the bucket: replaced only by the scan that read what it replaces."""

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest

from muster.lifecycle import state_document, state_store
from muster.lifecycle.state_document import Head
from muster.lifecycle.state_store import Findings, StoredState
from muster.lifecycle.transitions import CheckHistory, Kind, State, Subject, TrackedFinding
from muster.sdk.session import Clients
from muster.storage import keys
from muster.storage.bucket import Bucket, Conflict

KEY = keys.state("111122223333")
AT = datetime(2026, 11, 21, 6, tzinfo=UTC)
KIND = Kind("eu-west-1.s3", "c", "X should be", "HIGH", "AWS::S3::Bucket", "111122223333", "eu-west-1")
HEAD = Head({("eu-west-1.s3", "c"): CheckHistory("s1", AT, "s0")}, (KIND,))


def tracked(*names: str) -> list[tuple[str, TrackedFinding]]:
    return [(name, TrackedFinding(State.OPEN, Subject(KIND, name, ""), AT, "s1", AT, State.OPEN)) for name in names]


class Store:
    """The state of one account, read and written as a scan does."""

    def __init__(self, bucket: Bucket, folder: Path) -> None:
        self.bucket, self.path = bucket, folder / "state"
        self.examined: list[str] = []

    def fetch(self) -> StoredState:
        self.examined = []
        return state_store.fetch(self.bucket, KEY, self.path, self._examine)

    def replace(self, before: StoredState, *names: str) -> None:
        state_store.replace(self.bucket, KEY, before, tracked(*names), lambda: HEAD)

    def put(self, body: bytes) -> None:
        self.bucket.put_bytes(KEY, body)

    def body(self) -> bytes:
        found = self.bucket.get_bytes(KEY)
        assert found is not None
        return found[0]

    def _examine(self, findings: Findings) -> None:
        self.examined += [key for key, _ in findings]


@pytest.fixture
def store(clients: Clients, tmp_path: Path) -> Store:
    where = {"LocationConstraint": "eu-west-1"}
    clients.get("s3", "eu-west-1").create_bucket(Bucket="reports", CreateBucketConfiguration=where)
    return Store(Bucket("reports", clients, "eu-west-1"), tmp_path)


def test_an_account_that_was_never_scanned_has_an_empty_state(store: Store) -> None:
    found = store.fetch()
    assert (found.etag, found.head, found.damage, found.foreign) == (None, Head(), "", False)
    assert list(found.findings()) == []


def test_what_one_scan_writes_the_next_one_reads(store: Store) -> None:
    store.replace(store.fetch(), "a", "b")
    found = store.fetch()
    assert (found.head, list(found.findings()), found.damage) == (HEAD, tracked("a", "b"), "")
    assert store.examined == ["a", "b"]


def test_a_state_is_replaced_while_its_findings_are_read(store: Store) -> None:
    store.replace(store.fetch(), "a", "b")
    before = store.fetch()
    state_store.replace(store.bucket, KEY, before, (one for one in before.findings() if one[0] == "b"), lambda: HEAD)
    assert list(store.fetch().findings()) == tracked("b")


def test_only_one_of_two_that_find_no_state_writes_it(store: Store) -> None:
    mine, other = store.fetch(), store.fetch()
    store.replace(other, "other")
    with pytest.raises(Conflict):
        store.replace(mine, "mine")
    assert list(store.fetch().findings()) == tracked("other")


def test_only_one_of_two_that_read_the_same_state_replaces_it(store: Store) -> None:
    store.replace(store.fetch(), "a")
    mine, other = store.fetch(), store.fetch()
    store.replace(other, "other")
    with pytest.raises(Conflict):
        store.replace(mine, "mine")
    assert list(store.fetch().findings()) == tracked("other")


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        pytest.param(lambda _: b"", "it is empty", id="empty"),
        pytest.param(lambda body: body[:-1], "Compressed file ended", id="one byte short"),
        pytest.param(lambda _: b"<html>", "Not a gzipped file", id="no gzip"),
        pytest.param(lambda _: gzip.compress(b"[]"), "list indices", id="other JSON"),
        pytest.param(lambda _: gzip.compress(b"{}\n"), "version", id="no version"),
        pytest.param(
            lambda body: gzip.compress(b"".join(gzip.decompress(body).splitlines(keepends=True)[:-1])),
            "its last line is missing",
            id="a line short",
        ),
    ],
)
def test_a_damaged_state_counts_as_empty_says_why_and_is_replaced(store: Store, damage: object, why: str) -> None:
    store.replace(store.fetch(), "a")
    assert callable(damage)
    store.put(damage(store.body()))
    found = store.fetch()
    assert found.damage.startswith(f"s3://reports/{KEY} is damaged (")
    assert why in found.damage
    assert (found.head, list(found.findings()), found.foreign) == (Head(), [], False)
    store.replace(found, "b")
    assert list(store.fetch().findings()) == tracked("b")


def test_a_damaged_state_is_not_replaced_where_somebody_else_mended_it(store: Store) -> None:
    store.put(b"")
    found = store.fetch()
    store.replace(store.fetch(), "mended")
    with pytest.raises(Conflict):
        store.replace(found, "late")
    assert list(store.fetch().findings()) == tracked("mended")


@pytest.mark.parametrize("version", [1, state_document.VERSION + 1])
def test_a_state_of_another_version_is_left_alone(store: Store, version: int) -> None:
    foreign = gzip.compress(b'{"version":%d,"checks":{}}' % version)
    store.put(foreign)
    found = store.fetch()
    assert found.foreign
    assert found.damage == (
        f"s3://reports/{KEY} was written by another version of Muster (version {version}): deploy that version, or "
        "delete the object"
    )
    assert list(found.findings()) == []
    store.replace(found, "a")
    assert store.body() == foreign
