"""The state of an account as a file: what was written is read, and nothing else."""

import gzip
import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.lifecycle import state_document
from muster.lifecycle.state_document import ForeignVersion, Head
from muster.lifecycle.state_store import BROKEN
from muster.lifecycle.transitions import CheckHistory, Kind, State, Subject, TrackedFinding

AT = datetime(2026, 11, 21, 6, 0, 0, 123000, tzinfo=UTC)
KIND = Kind("eu-west-1.s3", "c", "X should be", "HIGH", "AWS::S3::Bucket", "111122223333", "eu-west-1")
OTHER = KIND._replace(home="global.iam", check_id="d")
CHECKS = {
    ("eu-west-1.s3", "c"): CheckHistory("s1", AT, "s0"),
    ("global.iam", "d"): CheckHistory("s2", AT + timedelta(days=1), "s2"),
}
OPEN = TrackedFinding(State.OPEN, Subject(KIND, "a", "arn:aws:s3:::a", "team-a"), AT, "s0", AT, State.OPEN)
UNREAD = TrackedFinding(State.UNREAD, Subject(OTHER, "b", "", "", "2027-03-31"), AT, "s1", AT, State.SUPPRESSED)
HEAD = Head(CHECKS, (KIND, OTHER), "s9", ("work/s9/events/1/a.jsonl.gz",), {"eu-west-1 AWS::S3::Bucket a": AT})
FINDINGS = [("f1", OPEN), ("f2", UNREAD), ("f3", OPEN)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state"


def write(path: Path, head: Head, findings: Iterable[tuple[str, TrackedFinding]]) -> int:
    return state_document.write(path, findings, lambda: head)


def read(path: Path) -> tuple[Head, list[tuple[str, TrackedFinding]]]:
    return state_document.head_of(path), list(state_document.findings_of(path))


def test_what_was_written_is_read(path: Path) -> None:
    assert write(path, HEAD, iter(FINDINGS)) == 3
    assert read(path) == (HEAD, FINDINGS)


def test_an_account_without_anything_to_remember_is_read(path: Path) -> None:
    assert write(path, Head(), []) == 0
    assert read(path) == (Head(), [])


def test_equal_states_are_equal_bytes(path: Path, tmp_path: Path) -> None:
    for file in (path, tmp_path / "again"):
        write(file, HEAD, FINDINGS)
    assert path.read_bytes() == (tmp_path / "again").read_bytes()


def test_each_line_is_json_and_the_last_has_the_count(path: Path) -> None:
    write(path, HEAD, FINDINGS)
    first, *findings, last = map(json.loads, gzip.decompress(path.read_bytes()).splitlines())
    assert first["version"] == state_document.VERSION
    assert [line[0] for line in findings] == ["f1", "f2", "f3"]
    assert last == {"count": 3}


@pytest.mark.parametrize("odd", ['a "b"\n}},\r\u2028\x00\x85', "Zoë 🪣", "", '{"count": 1}', "\\u0000"])
def test_odd_texts_come_back_as_they_were(path: Path, odd: str) -> None:
    kind = KIND._replace(title=odd, check_id=odd)
    tracked = OPEN._replace(subject=Subject(kind, odd, odd), changed_in=odd)
    head = Head({(odd, odd): CheckHistory(odd, AT, odd)}, (kind,), odd, (odd,), {odd: AT})
    write(path, head, [("f", tracked)])
    assert read(path) == (head, [("f", tracked)])


@given(
    name=st.text(st.characters(codec="utf-8"), max_size=20),
    states=st.tuples(st.sampled_from(State), st.sampled_from(State)),
    millis=st.integers(0, 4_102_444_800_000),
)
def test_any_finding_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, name: str, states: tuple[State, State], millis: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "any-state"
    at = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=millis)
    state, known = states
    tracked = TrackedFinding(state, Subject(KIND, name, "", name, name), at, "s", at, known)
    write(path, HEAD, [("f", tracked)])
    ((_, found),) = state_document.findings_of(path)
    assert abs(found.first_seen - at) < timedelta(milliseconds=1)
    assert found._replace(first_seen=at, changed_at=at) == tracked


def test_a_scan_never_seems_to_have_begun_after_itself(path: Path) -> None:
    at = AT + timedelta(microseconds=999)
    write(path, Head({("h", "c"): CheckHistory("s", at, "s")}), [])
    assert state_document.head_of(path).checks["h", "c"].started_at == AT


def test_findings_of_equal_times_share_one_object(path: Path) -> None:
    write(path, HEAD, FINDINGS)
    (_, first), _, (_, third) = state_document.findings_of(path)
    assert first.first_seen is third.first_seen


Change = Callable[[list[Any]], Any]


def lines(path: Path, change: Change) -> None:
    """Write the state of three findings with changed lines, each as JSON: head, f1, f2, f3, count."""
    write(path, HEAD, FINDINGS)
    found = [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]
    changed = change(found)
    text = "".join(json.dumps(line) + "\n" for line in (found if changed is None else changed))
    path.write_bytes(gzip.compress(text.encode()))


def put(line: int, place: int | str, value: object) -> Change:
    def change(found: list[Any]) -> None:
        found[line][place] = value

    return change


BROKEN_LINES: dict[str, Change] = {
    **{f"cut after {count} lines": lambda found, count=count: found[:count] for count in range(1, 5)},
    **{f"line {place} twice": lambda found, place=place: [*found[: place + 1], *found[place:]] for place in range(5)},
    **{f"line {place} is missing": lambda found, place=place: found[:place] + found[place + 1 :] for place in range(5)},
    "findings in another order": lambda found: [found[0], found[2], found[1], *found[3:]],
    "something after the end": lambda found: [*found, []],
    "another count": put(4, "count", 4),
    "no count": lambda found: [*found[:4], {}],
    "a count that is a text": put(4, "count", "3"),
    "an id that is a number": put(1, 0, 7),
    "no id": lambda found: [*found[:1], [], *found[2:]],
    "a finding that is null": lambda found: [found[0], None, *found[2:]],
    "a finding that is a text": lambda found: [found[0], "f1", *found[2:]],
    "a value less": lambda found: found[1].pop(),
    "a value more": lambda found: found[1].append(0),
    "a kind that is not there": put(1, 1, 2),
    "a kind from the end": put(1, 1, -1),
    "a kind that is a text": put(1, 1, "0"),
    "a kind that is true": put(1, 1, True),
    "a state that is not there": put(1, 2, 5),
    "a state from the end": put(1, 2, -1),
    "a state that is a text": put(1, 2, "open"),
    "a resource that is null": put(1, 3, None),
    "an ARN that is a number": put(1, 4, 4),
    "a time that is a text": put(1, 5, "2026-11-21T06:00:00Z"),
    "a time that is null": put(1, 5, None),
    "a time in a list": put(1, 5, []),
    "a time beyond the calendar": put(1, 5, 10**15),
    "a time beyond the clock": put(1, 7, 10**30),
    "a time before the calendar": put(1, 7, -(10**17)),
    "a scan that is null": put(1, 6, None),
    "a last state that is not there": put(1, 8, 5),
    "a last state that is true": put(1, 8, True),
    "an owner that is null": put(1, 9, None),
    "a last day that is a number": put(1, 10, 20270331),
}
BROKEN_HEADS: dict[str, Change] = {
    "nothing at all": lambda _: [],
    "a head that is null": lambda found: [None, *found[1:]],
    "a head that is a list": lambda found: [[], *found[1:]],
    "no version": lambda found: found[0].pop("version") and None,
    "no checks": lambda found: found[0].pop("checks") and None,
    "no kinds": lambda found: found[0].pop("kinds") and None,
    "no word of a loss": lambda found: found[0].pop("lost_in") and None,
    "checks as an object": put(0, "checks", {"a": 1}),
    "checks as a number": put(0, "checks", 1),
    "checks as an empty object": put(0, "checks", {}),
    "a check that is a number": put(0, "checks", [["h", 7, "s", 1, "s"]]),
    "a check whose first scan is null": put(0, "checks", [["h", "c", "s", 1, None]]),
    "a check of four values": put(0, "checks", [["h", "c", "s", 1]]),
    "a check with a time as text": put(0, "checks", [["h", "c", "s", "1", "s"]]),
    "kinds as a number": put(0, "kinds", 1),
    "kinds as an empty text": put(0, "kinds", ""),
    "a kind of a severity that does not exist": put(0, "kinds", [["a"] * 8]),
    "a kind of seven texts": put(0, "kinds", [["a", "b", "c", "HIGH", "e", "f", "g"]]),
    "a kind with a number": put(0, "kinds", [["a", "b", "c", "HIGH", "e", "f", "g", 8]]),
    "a loss that is null": put(0, "lost_in", None),
    "no outboxes": lambda found: found[0].pop("outboxes") and None,
    "outboxes as a text": put(0, "outboxes", "a"),
    "an outbox that is null": put(0, "outboxes", [None]),
    "no looks": lambda found: found[0].pop("looks") and None,
    "looks as a list": put(0, "looks", []),
    "a look at a time that is a text": put(0, "looks", {"a": "1"}),
}


@pytest.mark.parametrize("change", BROKEN_LINES.values(), ids=BROKEN_LINES)
def test_findings_with_broken_lines_are_refused_at_the_end_at_the_latest(path: Path, change: Change) -> None:
    lines(path, change)
    with pytest.raises(BROKEN):
        list(state_document.findings_of(path))


@pytest.mark.parametrize("change", BROKEN_HEADS.values(), ids=BROKEN_HEADS)
def test_a_broken_head_is_refused(path: Path, change: Change) -> None:
    lines(path, change)
    for reads in (state_document.head_of, lambda path: list(state_document.findings_of(path))):
        with pytest.raises(BROKEN):
            reads(path)


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"\x1f\x8b", gzip.compress(b"\xff\xfe\n", mtime=0), gzip.compress(b"[" * 100_000, mtime=0)]
)
def test_what_is_no_gzipped_json_is_refused(path: Path, body: bytes) -> None:
    path.write_bytes(body)
    with pytest.raises(BROKEN):
        read(path)


def test_a_file_that_is_cut_anywhere_is_refused(path: Path) -> None:
    write(path, HEAD, FINDINGS)
    body = path.read_bytes()
    for length in range(len(body)):
        path.write_bytes(body[:length])
        with pytest.raises(BROKEN):
            read(path)


def test_a_file_with_one_wrong_byte_anywhere_is_refused_or_read_as_it_was(path: Path) -> None:
    write(path, HEAD, FINDINGS)
    body = path.read_bytes()
    for place in range(len(body)):
        path.write_bytes(body[:place] + bytes([body[place] ^ 0x10]) + body[place + 1 :])
        try:
            assert read(path) == (HEAD, FINDINGS), "bytes of gzip's own header say nothing of the state"
        except BROKEN:
            continue


@pytest.mark.parametrize("version", [1, 4, 99, "3", True, 3.0, None])
def test_another_version_is_foreign_and_not_broken(path: Path, version: object) -> None:
    lines(path, put(0, "version", version))
    for reads in (state_document.head_of, lambda path: list(state_document.findings_of(path))):
        with pytest.raises(ForeignVersion, match=f"version {version!r}"):
            reads(path)


OLD = [
    {"version": 2, "lost_in": "s9", "checks": [["h", "c", "s1", 1, "s0"]], "kinds": [list(KIND[:-1])]},
    ["f1", 0, 0, "a", "arn:aws:s3:::a", 5, "s0", 6, False, None],
    ["f2", 0, 1, "b", "", 5, "s1", 6, True, None],
    ["f3", 0, 1, "c", "", 5, "s1", 6, False, ["f", 0, 2, "c", "", 5, "s0", 6, False, None][1:]],
    ["f4", 0, 1, "d", "", 5, "s1", 6, False, None],
    ["f5", 0, 2, "e", "", 5, "s1", 6, True, None],
    ["f6", 0, 3, "f", "", 5, "s1", 6, False, None],
    {"count": 6},
]


def old(path: Path, found: list[Any]) -> None:
    path.write_bytes(gzip.compress("".join(json.dumps(line) + "\n" for line in found).encode()))


def test_a_state_of_version_2_is_read_without_owners_and_ends(path: Path) -> None:
    old(path, OLD)
    head, findings = read(path)
    at = datetime.fromtimestamp(0, UTC)
    assert head == Head({("h", "c"): CheckHistory("s1", at + timedelta(milliseconds=1), "s0")}, (KIND,), "s9")
    assert [(tracked.state, tracked.known) for _, tracked in findings] == [
        (State.OPEN, State.OPEN),
        (State.UNREAD, State.OPEN),
        (State.UNREAD, State.SUPPRESSED),
        (State.UNREAD, State.FINE),
        (State.SUPPRESSED, State.SUPPRESSED),
        (State.RESOLVED, State.RESOLVED),
    ]
    assert {(tracked.subject.owner, tracked.subject.until) for _, tracked in findings} == {("", "")}
    write(path, head, findings)
    assert read(path) == (head, findings)


@pytest.mark.parametrize(("line", "place", "value"), [(1, 8, 1), (2, 9, "f"), (2, 9, [0]), (0, "kinds", [list(KIND)])])
def test_a_broken_state_of_version_2_is_refused(path: Path, line: int, place: Any, value: object) -> None:
    found = json.loads(json.dumps(OLD))
    found[line][place] = value
    old(path, found)
    with pytest.raises(BROKEN):
        read(path)


def test_a_state_of_version_1_which_was_one_a_shard_is_foreign(path: Path) -> None:
    path.write_bytes(gzip.compress(b'{"version":1,"checks":{}}'))
    with pytest.raises(ForeignVersion, match="version 1"):
        state_document.head_of(path)
