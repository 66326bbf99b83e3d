"""Filter patterns of CloudWatch Logs as alternatives of terms."""

import itertools

import pytest

from muster.analysis.patterns.log_filters import Alternatives, alternatives, covers


def terms(*each: tuple[str, str, str]) -> frozenset[tuple[str, str, str]]:
    return frozenset(each)


A, B, D = ("a", "=", "1"), ("b", "=", "2"), ("d", "NOT EXISTS", "")


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        pytest.param("{$.a=1}", {terms(A)}, id="one term"),
        pytest.param('  { ( $.a = "1" ) }  ', {terms(A)}, id="blanks, quotes and parentheses"),
        pytest.param(
            '{$.a="Failed authentication"}', {terms(("a", "=", "Failed authentication"))}, id="a blank inside"
        ),
        pytest.param("{$.a=1 || $.b=2}", {terms(A), terms(B)}, id="or"),
        pytest.param("{$.a=1 && $.b=2}", {terms(A, B)}, id="and"),
        pytest.param("{$.a=1 || $.b=2 && $.d NOT EXISTS}", {terms(A), terms(B, D)}, id="and binds more tightly"),
        pytest.param("{($.a=1 || $.b=2) && $.d not exists}", {terms(A, D), terms(B, D)}, id="parentheses bind first"),
        pytest.param("{$.a != 1}", {terms(("a", "!=", "1"))}, id="not equal"),
        pytest.param("{$.a.b >= 1}", {terms(("a.b", ">=", "1"))}, id="a number"),
        pytest.param("{$.a IS TRUE}", {terms(("a", "IS TRUE", ""))}, id="is true"),
    ],
)
def test_a_pattern_is_alternatives_of_terms(pattern: str, found: Alternatives) -> None:
    assert alternatives(pattern) == found


@pytest.mark.parametrize(
    "pattern",
    ["", "ERROR", "[ip, user]", "{}", "{$.a}", "{$.a=}", "{$.a=1", "{($.a=1}", "{$.a=1 $.b=2}", "{a=1}", "{$.a IS 1}"],
)
def test_what_is_no_pattern_of_json_events_has_none(pattern: str) -> None:
    assert alternatives(pattern) is None


def test_a_pattern_that_multiplies_without_end_is_not_read() -> None:
    group = "(" + " || ".join(f"$.a={number}" for number in range(4)) + ")"
    assert alternatives("{" + " && ".join(group.replace("$.a", f"$.a{place}") for place in range(20)) + "}") is None


@pytest.mark.parametrize(
    ("pattern", "whole"),
    [
        pytest.param("{$.a=1 && $.b=2}", True, id="the same"),
        pytest.param("{$.b=2 && $.a=1}", True, id="in another order"),
        pytest.param("{$.a=1}", True, id="with a term less"),
        pytest.param("{($.a=1 && $.b=2) || $.c=3}", True, id="with an alternative more"),
        pytest.param("{$.a=1 && $.b=2 && $.c=3}", False, id="with a term more"),
        pytest.param("{$.a=1 && $.b=3}", False, id="another value"),
    ],
)
def test_a_pattern_covers_another_that_matches_less(pattern: str, *, whole: bool) -> None:
    found, required = alternatives(pattern), alternatives("{$.a=1 && $.b=2}")
    assert found is not None
    assert required is not None
    assert covers(found, required) is whole


def test_a_pattern_that_covers_another_matches_all_that_it_matches() -> None:
    """Every pattern of up to two alternatives of three terms, against events that have some of the terms."""
    names = "abc"
    events = [frozenset(each) for size in range(4) for each in itertools.combinations(names, size)]
    each = [frozenset(one) for size in (1, 2) for one in itertools.combinations(names, size)]
    patterns = [frozenset(pair) for pair in itertools.combinations_with_replacement(each, 2)]

    def matched(pattern: frozenset[frozenset[str]]) -> set[frozenset[str]]:
        return {event for event in events if any(needed <= event for needed in pattern)}

    def spelled(pattern: frozenset[frozenset[str]]) -> Alternatives:
        return frozenset(frozenset((name, "=", "1") for name in needed) for needed in pattern)

    for one, other in itertools.product(patterns, patterns):
        assert covers(spelled(one), spelled(other)) == (matched(other) <= matched(one))
