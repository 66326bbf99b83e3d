"""What is remembered of an account: how a scan looked at each finding, what changed, and which attempt reports it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.lifecycle.transitions import (
    CheckHistory,
    Event,
    Kind,
    Look,
    Observation,
    State,
    Subject,
    TrackedFinding,
    reconcile,
)
from muster.model.finding import TARGET
from muster.reports.tables import ScanHeader
from muster.stack.bounds import CHANGES
from muster.stack.documents.account import Reported
from muster.stack.documents.commit import CheckResult, Commit, ShardResources
from muster.stack.settling.remember import Looks, Notes, _joined, reconciled, reports

AT = datetime(2026, 11, 21, 6, tzinfo=UTC)
HEADER = ScanHeader("this", "scheduled", AT)
VOLUME, SNAPSHOT = "AWS::EC2::Volume", "AWS::EC2::Snapshot"
ACCOUNT, REGION, OTHER = "123456789012", "eu-west-1", "us-east-1"
HOME = f"{REGION}.ec2"
BEFORE = CheckHistory("before", AT - timedelta(hours=6), "first")
LATER = CheckHistory("later", AT + timedelta(hours=6), "first")


def commit(*checks: str, kind: str = "", **changed: object) -> Commit:
    """Return the commit of a shard that looked at checks; `kind` is the type of a shard that was cut."""
    name = f"{ACCOUNT}.{HOME}" + (f".{kind.rpartition('::')[2]}" if kind else "")
    found = Commit(
        attempt="", shard=name, account_id=ACCOUNT, region=REGION, service="ec2", complete=True, reasons=(),
        checks=tuple(CheckResult(check, "HIGH", REGION, True, 0, 0, 0, 0, 0) for check in checks or ("c",)),
        resources=ShardResources(0, 0), coverage=(), parts=(), scope=(REGION,), resource_type=kind,
    )  # fmt: skip
    return replace(found, **changed)  # type: ignore[arg-type]


def subject(kind: str = VOLUME, check: str = "c", region: str = REGION, home: str = HOME, name: str = "a") -> Subject:
    return Subject(Kind(home, check, "X should be", "HIGH", kind, ACCOUNT, region), name, "")


def tracked(of: Subject | None = None, state: State = State.OPEN) -> TrackedFinding:
    return TrackedFinding(state, of or subject(), AT - timedelta(days=3), "first", AT - timedelta(days=3))


def seen(of: Subject | None = None, state: State = State.OPEN) -> Observation:
    return Observation(state, of or subject(), "because")


def look(of: Subject, *commits: Commit, histories: Mapping[tuple[str, str], CheckHistory] | None = None) -> Look | None:
    return Looks(commits, HEADER, histories or {}).of(of)


def test_a_shard_looks_at_the_findings_of_its_checks() -> None:
    assert look(subject(), commit()) == Look("this", AT, thorough=True, shard=f"{ACCOUNT}.{HOME}")


@pytest.mark.parametrize(
    "of",
    [
        pytest.param(subject(check="d"), id="another check"),
        pytest.param(subject(home=f"{OTHER}.ec2"), id="another region"),
        pytest.param(subject(home=f"{REGION}.s3"), id="another service"),
    ],
)
def test_a_scan_did_not_look_at_what_no_shard_of_it_judges(of: Subject) -> None:
    assert look(of, commit()) is None


def test_a_later_scan_has_looked_already() -> None:
    assert look(subject(), commit(), histories={(HOME, "c"): LATER}) is None
    assert look(subject(), commit(), histories={(HOME, "c"): BEFORE}) is not None


def test_a_listing_that_did_not_end_may_have_missed_a_resource() -> None:
    found = look(subject(), commit(unlisted=(VOLUME,)))
    assert found is not None
    assert found.thorough is False
    other = look(subject(SNAPSHOT), commit(unlisted=(VOLUME,)))
    assert other is not None
    assert other.thorough is True


@pytest.mark.parametrize(("region", "thorough"), [(REGION, True), (OTHER, True), ("eu-north-1", False)])
def test_a_region_that_was_not_in_scope_was_not_looked_at_thoroughly(region: str, *, thorough: bool) -> None:
    found = look(subject(region=region), commit(scope=(OTHER,)))
    assert found is not None
    assert found.thorough is thorough


def test_shards_that_were_cut_by_type_look_at_their_own_types() -> None:
    volumes, snapshots = commit(kind=VOLUME), commit(kind=SNAPSHOT, unlisted=(SNAPSHOT,))
    for of, shard, thorough in ((VOLUME, volumes, True), (SNAPSHOT, snapshots, False)):
        found = look(subject(of), volumes, snapshots)
        assert found == Look("this", AT, thorough, shard.shard)
    assert look(subject("AWS::EC2::Image"), volumes, snapshots) is None
    assert look(subject(SNAPSHOT), volumes) is None


def test_a_finding_on_what_could_not_be_listed_belongs_to_the_shard_of_that_type() -> None:
    volumes, snapshots = commit(kind=VOLUME), commit(kind=SNAPSHOT)
    for kind, shard in ((VOLUME, volumes), (SNAPSHOT, snapshots)):
        found = look(subject(TARGET, name=kind), volumes, snapshots)
        assert found is not None
        assert found.shard == shard.shard


def test_checks_are_remembered_with_the_scan_that_looked_last() -> None:
    histories = {(HOME, "c"): BEFORE, (HOME, "late"): LATER, (f"{OTHER}.ec2", "c"): BEFORE}
    assert Looks([commit("c", "new", "late")], HEADER, histories).histories() == {
        (HOME, "c"): CheckHistory("this", AT, "first"),
        (HOME, "new"): CheckHistory("this", AT, "this"),
        (HOME, "late"): LATER,
        (f"{OTHER}.ec2", "c"): BEFORE,
    }


ids = st.text("abc", min_size=1, max_size=3)


@given(
    old=st.dictionaries(ids, st.just(tracked()), max_size=8),
    new=st.dictionaries(ids, st.just(seen()), max_size=8),
)
def test_both_sides_are_joined_by_id(old: dict[str, TrackedFinding], new: dict[str, Observation]) -> None:
    found = list(_joined(iter(sorted(old.items())), iter(sorted(new.items()))))
    assert found == [(key, old.get(key), new.get(key)) for key in sorted(old.keys() | new.keys())]


states = st.sampled_from([State.OPEN, State.UNREAD, State.SUPPRESSED])
kinds = st.sampled_from([VOLUME, SNAPSHOT])


@given(
    old=st.dictionaries(ids, st.tuples(kinds, states), max_size=8),
    new=st.dictionaries(ids, st.tuples(kinds, states), max_size=8),
    cut=st.sampled_from([("",), (VOLUME,), (VOLUME, SNAPSHOT)]),
)
def test_findings_are_reconciled_as_each_of_them_alone(
    old: dict[str, tuple[str, State]], new: dict[str, tuple[str, State]], cut: tuple[str, ...]
) -> None:
    """A finding is of one type for ever; what no shard looked at stays as it was."""
    of = {key: kind for found in (old, new) for key, (kind, _) in found.items()}
    before = {key: tracked(subject(of[key]), state) for key, (_, state) in old.items()}
    saw = {key: seen(subject(of[key]), state) for key, (_, state) in new.items() if "" in cut or of[key] in cut}
    commits = [commit(kind=kind) for kind in cut]
    looks = Looks(commits, HEADER, {(HOME, "c"): BEFORE})
    notes = Notes("this", looks.histories(), {one.shard: Reported("", "") for one in commits})
    after = dict(reconciled(iter(sorted(before.items())), iter(sorted(saw.items())), looks, notes))
    expected: dict[str, TrackedFinding] = {}
    changes = 0
    for key in sorted(before.keys() | saw.keys()):
        if "" in cut or of[key] in cut:
            one, change = reconcile(key, before.get(key), saw.get(key), Look("this", AT))
            changes += change is not None
        else:
            one = before.get(key)
        expected |= {key: one} if one else {}
    assert after == expected
    assert sum(event.count for event in notes.changes(commits)[""].events.values()) == changes


def noted(
    *found: tuple[str, Observation], histories: Mapping[tuple[str, str], CheckHistory] | None = None, by: str = ""
) -> Notes:
    looks = Looks([commit("c", "d")], HEADER, histories or {})
    notes = Notes("this", looks.histories(), {f"{ACCOUNT}.{HOME}": Reported("", by)})
    list(reconciled(iter(()), iter(found), looks, notes))
    return notes


def test_the_first_look_at_a_check_is_a_baseline_and_its_changes_are_no_news() -> None:
    notes = noted(("f", seen()), ("g", seen(subject(check="d"))), histories={(HOME, "c"): BEFORE})
    (changes,) = notes.changes([commit("c", "d")]).values()
    assert changes.baseline
    assert {kind: event.count for kind, event in changes.events.items()} == {"baseline": 1, "opened": 1}


def test_a_second_look_is_no_baseline() -> None:
    histories = {(HOME, "c"): BEFORE, (HOME, "d"): BEFORE}
    (changes,) = noted(("f", seen()), histories=histories).changes([commit("c", "d")]).values()
    assert not changes.baseline
    assert list(changes.events) == ["opened"]


def test_a_first_look_that_another_scan_had_is_no_baseline_of_this_one() -> None:
    histories = {(HOME, check): CheckHistory("first", AT - timedelta(1), "first") for check in "cd"}
    assert not noted(histories=histories).changes([commit("c", "d")])[""].baseline


def test_of_many_changes_the_worst_are_named_and_all_are_counted() -> None:
    many = 25 * CHANGES
    found = []
    for number in range(many):
        kind = subject().kind._replace(severity="CRITICAL" if number % 100 == 7 else "LOW")
        found.append((f"{number:06d}", seen(Subject(kind, f"{number:06d}", ""))))
    changes = noted(*found, histories={(HOME, "c"): BEFORE, (HOME, "d"): BEFORE}).changes([commit("c", "d")])
    opened = changes[""].events[Event.OPENED.value]
    assert opened.count == many
    critical = [f"{number:06d}" for number in range(many) if number % 100 == 7]
    low = [f"{number:06d}" for number in range(many) if number % 100 != 7]
    assert [change.resource_id for change in opened.worst] == [*critical, *low][:CHANGES]


def test_the_attempt_that_settled_a_commit_first_reports_it() -> None:
    mine, other = commit(attempt="0a1b2c3d"), commit(kind=VOLUME, attempt="")
    before = {other.shard: Reported("", ""), mine.shard: Reported("", "")}
    assert reports([mine, other], "0a1b2c3d", {}) == {
        mine.shard: Reported("0a1b2c3d", "0a1b2c3d"),
        other.shard: Reported("", "0a1b2c3d"),
    }
    assert reports([mine, other], "0a1b2c3d", before) == {
        mine.shard: Reported("0a1b2c3d", "0a1b2c3d"),
        other.shard: Reported("", ""),
    }


def test_each_attempt_reports_the_changes_of_its_shards() -> None:
    volumes, snapshots = commit(kind=VOLUME), commit(kind=SNAPSHOT)
    looks = Looks([volumes, snapshots], HEADER, {(HOME, "c"): BEFORE})
    by = {volumes.shard: Reported("", "0a1b2c3d"), snapshots.shard: Reported("", "")}
    notes = Notes("this", looks.histories(), by)
    found = [("f", seen(subject(VOLUME))), ("g", seen(subject(SNAPSHOT)))]
    list(reconciled(iter(()), iter(found), looks, notes))
    changes = notes.changes([volumes, snapshots])
    assert {name: [one.finding_id for one in each.events["opened"].worst] for name, each in changes.items()} == {
        "": ["g"],
        "0a1b2c3d": ["f"],
    }
