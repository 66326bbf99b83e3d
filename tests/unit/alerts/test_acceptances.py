"""Which suppressions are announced, and that each is announced once."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.alerts.acceptances import Matches, acceptances, announced, judged_checks
from muster.alerts.news import Acceptance
from muster.configuration import SuppressionRule
from muster.model.finding import Suppression

LAST = date(2027, 3, 31)
ACCEPTED = Suppression(reason="a scratch bucket", owner="data", expires="2027-03-31", ticket="T-1")
RULE = SuppressionRule("versioned", ACCEPTED, "arn:aws:s3:::scratch-*")
LONG = replace(RULE, suppression=replace(ACCEPTED, expires="2028-12-31"))
JUDGED = frozenset({"versioned"})


def conditions(
    rule: SuppressionRule, days: int, count: int = 3, judged: frozenset[str] = JUDGED
) -> list[tuple[str, int]]:
    """Return the conditions and counts that are announced so many days before the last day of RULE."""
    matches = Matches(counts={rule.key: count} if count else {}, judged=judged)
    found = acceptances([rule], LAST - timedelta(days=days), 14, matches)
    return [(each.state, each.count) for each in found.values()]


@pytest.mark.parametrize(
    ("days", "found"),
    [
        pytest.param(15, [], id="fifteen days before"),
        pytest.param(14, [("ending", 3)], id="fourteen days before"),
        pytest.param(0, [("ending", 3)], id="on its last day"),
        pytest.param(-1, [("ended", 3)], id="the day after"),
        pytest.param(-400, [("ended", 3)], id="long after"),
    ],
)
def test_the_days_to_the_end_decide(days: int, found: list[tuple[str, int]]) -> None:
    assert conditions(RULE, days) == found


def test_a_suppression_that_accepts_nothing_is_stale_whenever_it_ends() -> None:
    assert conditions(LONG, 0, count=0) == [("stale", 0)]
    assert conditions(RULE, 3, count=0) == [("stale", 0)]
    assert conditions(RULE, -1, count=0) == [("ended", 0)]


def test_what_was_not_judged_is_not_stale() -> None:
    assert conditions(LONG, 0, count=0, judged=frozenset({"encrypted"})) == []
    assert conditions(RULE, 3, count=0, judged=frozenset()) == [("ending", 0)]


def test_a_check_with_an_unknown_answer_is_not_judged() -> None:
    """The failure that the suppression accepts may be the one that could not be read."""
    assert judged_checks({"versioned": 0, "encrypted": 2}, whole=True, complete=True) == {"versioned"}


@pytest.mark.parametrize(
    "scan",
    [
        {"whole": False, "complete": True},
        {"whole": True, "complete": False},
        {"whole": True, "complete": True, "recorded": False},
    ],
)
def test_only_a_whole_complete_recorded_scan_judges(scan: dict[str, bool]) -> None:
    assert judged_checks({"versioned": 0}, **scan) == frozenset()


def test_an_acceptance_has_what_people_need_to_act() -> None:
    rule = replace(RULE, account="111122223333")
    (found,) = acceptances([rule], LAST, 14, Matches(counts={rule.key: 2})).values()
    assert found == Acceptance(
        state="ending",
        check_id="versioned",
        resource="arn:aws:s3:::scratch-*, account 111122223333",
        owner="data",
        reason="a scratch bucket",
        ticket="T-1",
        until="2027-03-31",
        count=2,
    )


def test_what_fails_again_comes_first_and_what_is_stale_last() -> None:
    ended = replace(RULE, check="a", suppression=replace(ACCEPTED, expires="2027-01-01"))
    worse = replace(RULE, check="b", suppression=replace(ACCEPTED, expires="2027-01-01"))
    matches = Matches(counts={ended.key: 1, worse.key: 5, RULE.key: 1}, judged=frozenset({"versioned"}))
    found = acceptances([LONG, RULE, ended, worse], LAST, 14, matches)
    assert [(each.state, each.check_id) for each in found.values()] == [
        ("ended", "b"),
        ("ended", "a"),
        ("ending", "versioned"),
        ("stale", "versioned"),
    ]


def test_each_condition_of_a_suppression_is_announced_once() -> None:
    matches = Matches(counts={RULE.key: 1}, judged=JUDGED)
    day, before, states = LAST - timedelta(days=16), (), []
    for _ in range(20):
        said = announced([RULE], day, 14, matches, before)
        states += [each.state for each in said.acceptances]
        day, before = day + timedelta(days=1), said.remember
    assert states == ["ending", "ended"]


def test_a_suppression_that_is_prolonged_is_announced_again_before_its_new_end() -> None:
    longer = replace(RULE, suppression=replace(ACCEPTED, expires="2027-06-30"))
    first = announced([RULE], LAST, 14, Matches(counts={RULE.key: 1}), ())
    meanwhile = announced([longer], LAST, 14, Matches(counts={longer.key: 1}), first.remember)
    assert (len(first.acceptances), meanwhile.acceptances, meanwhile.remember) == (1, (), ())
    end = announced([longer], date(2027, 6, 20), 14, Matches(counts={longer.key: 1}), meanwhile.remember)
    assert [each.until for each in end.acceptances] == ["2027-06-30"]


def test_a_scan_that_does_not_judge_makes_no_news_of_what_is_stale() -> None:
    """A scan of one pack between two scans of all must not announce the same stale suppression again."""
    whole = Matches(counts={}, judged=JUDGED)
    first = announced([LONG], LAST, 14, whole, ())
    partial = announced([LONG], LAST, 14, Matches(counts={}), first.remember)
    again = announced([LONG], LAST, 14, whole, partial.remember)
    assert [len(each.acceptances) for each in (first, partial, again)] == [1, 0, 0]


def test_one_that_matches_again_and_then_nothing_is_announced_again() -> None:
    before, counts = (), []
    for count in (0, 2, 0):
        found = announced([LONG], LAST, 14, Matches(counts={LONG.key: count}, judged=JUDGED), before)
        counts.append(len(found.acceptances))
        before = found.remember
    assert counts == [1, 0, 1]


def test_what_is_gone_from_the_configuration_is_forgotten() -> None:
    first = announced([LONG], LAST, 14, Matches(counts={}, judged=JUDGED), ())
    assert announced([], LAST, 14, Matches(counts={}), first.remember).remember == ()


@given(st.lists(st.tuples(st.integers(-20, 20), st.integers(0, 2), st.booleans()), max_size=6), st.integers(0, 30))
def test_announcing_twice_on_a_day_announces_nothing_new(drawn: list[tuple[int, int, bool]], warn: int) -> None:
    rules = [
        replace(
            RULE, check=f"c{place}", suppression=replace(ACCEPTED, expires=(LAST + timedelta(days=days)).isoformat())
        )
        for place, (days, _, _) in enumerate(drawn)
    ]
    counts = {rule.key: count for rule, (_, count, _) in zip(rules, drawn, strict=True)}
    judged = {rule.check for rule, (_, _, whole) in zip(rules, drawn, strict=True) if whole}
    matches = Matches(counts=counts, judged=judged)
    first = announced(rules, LAST, warn, matches, ())
    second = announced(rules, LAST, warn, matches, first.remember)
    assert second.acceptances == ()
    assert second.remember == first.remember
    assert len(first.acceptances) == len(first.remember) <= len(rules)
