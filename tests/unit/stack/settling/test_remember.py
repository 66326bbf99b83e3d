"""What is remembered of an account: how a scan looked at each finding, what changed, and which attempt reports it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.lifecycle.events import Cause, FindingEvent
from muster.lifecycle.transitions import (
    Change,
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
from muster.stack.documents.account import Reported
from muster.stack.documents.commit import CheckResult, Commit, ShardResources
from muster.stack.settling import remember
from muster.stack.settling.remember import Looks, Notes, _joined, event_of, reconciled, reports
from muster.stack.summarizing.bounds import CHANGES

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
    before = AT - timedelta(days=3)
    known = State.OPEN if state is State.UNREAD else state
    return TrackedFinding(state, of or subject(), before, "first", before, known)


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


def test_a_resource_that_was_looked_at_later_is_left_as_it_is() -> None:
    key = str(remember.ResourceName.of(subject()))
    for hours, left in ((-1, False), (0, False), (1, True)):
        looks = Looks([commit()], HEADER, {}, {key: AT + timedelta(hours=hours)})
        assert (looks.of(subject()) is None) is left
        assert looks.of(subject(name="b")) is not None
        assert looks.settled_before() is left


@pytest.mark.parametrize(
    ("histories", "before"),
    [
        pytest.param({}, False, id="a first look"),
        pytest.param({(HOME, "c"): BEFORE, (HOME, "other"): LATER}, False, id="an earlier scan looked"),
        pytest.param({(HOME, "d"): CheckHistory("this", AT, "first")}, True, id="the scan itself looked"),
        pytest.param({(HOME, "d"): LATER}, True, id="a later scan looked: what this one said is to be found"),
    ],
)
def test_a_scan_knows_that_it_may_have_settled_the_account_before(
    histories: Mapping[tuple[str, str], CheckHistory], before: bool
) -> None:
    assert Looks([commit("c", "d")], HEADER, histories).settled_before() is before


def test_looks_at_single_resources_are_remembered_for_two_days() -> None:
    looks = {"a": AT, "b": AT - timedelta(days=2), "c": AT - timedelta(days=2, seconds=1)}
    assert remember.recent(looks, AT) == {"a": AT, "b": AT - timedelta(days=2)}


def change(event: Event, *, gone: bool = False, reason: str = "because") -> Change:
    of = Subject(subject().kind._replace(account_name="prod"), "a", "arn:a", "team-a", "2027-03-31")
    return Change(event, "f", of, reason, AT - timedelta(days=3), "", AT, gone)


def test_an_event_says_all_that_is_known_of_a_change() -> None:
    assert event_of(change(Event.SUPPRESSED), HEADER, baseline=True) == FindingEvent(
        finding_id="f", timestamp=1_795_240_800_000, event="suppressed", status="SUPPRESSED", baseline=True,
        check_id="c", title="X should be", severity="HIGH", reason="because", resource_type=VOLUME, resource_id="a",
        resource_arn="arn:a", account_id=ACCOUNT, account_name="prod", region=REGION, owner="team-a",
        first_seen=1_794_981_600_000, scan_id="this", cause="scan", outcome="", until="2027-03-31",
    )  # fmt: skip


def test_only_what_is_resolved_has_an_outcome() -> None:
    found = {
        (event, gone): event_of(change(event, gone=gone), HEADER, baseline=False, cause=Cause.CHANGE)
        for event, gone in ((Event.RESOLVED, True), (Event.RESOLVED, False), (Event.OPENED, False))
    }
    assert [event.outcome for event in found.values()] == ["deleted", "fixed", ""]
    assert {event.cause for event in found.values()} == {"change"}


def test_a_long_reason_is_cut() -> None:
    assert event_of(change(Event.OPENED, reason="x" * 5000), HEADER, baseline=False).reason == "x" * 1000


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
    notes = Notes(HEADER, looks.histories(), {one.shard: Reported("", "") for one in commits})
    after = dict(
        reconciled(
            iter(sorted(before.items())),
            iter(sorted(saw.items())),
            looks.of,
            lambda change: notes.add(notes.entry(change)),
        )
    )
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
    notes = Notes(HEADER, looks.histories(), {f"{ACCOUNT}.{HOME}": Reported("", by)})
    list(reconciled(iter(()), iter(found), looks.of, lambda change: notes.add(notes.entry(change))))
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
    notes = Notes(HEADER, looks.histories(), by)
    found = [("f", seen(subject(VOLUME))), ("g", seen(subject(SNAPSHOT)))]
    list(reconciled(iter(()), iter(found), looks.of, lambda change: notes.add(notes.entry(change))))
    changes = notes.changes([volumes, snapshots])
    assert {name: [one.finding_id for one in each.events["opened"].worst] for name, each in changes.items()} == {
        "": ["g"],
        "0a1b2c3d": ["f"],
    }
