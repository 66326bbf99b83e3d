"""The wildcards of listener rules, against matching every short text."""

import itertools
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.checks.elbv2 import patterns
from muster.checks.elbv2.patterns import ANYTHING, disjoint, included, pattern
from muster.facets.elbv2.rules import SEPARATOR
from tests.examples import examples


@pytest.mark.parametrize(
    ("inner", "outer", "is_included"),
    [
        pytest.param("/img/cat.png", ["/img/*"], True, id="a text below a star"),
        pytest.param("/img/*", ["/img/cat.png"], False, id="the other way round"),
        pytest.param("/img", ["/img/*"], False, id="without the slash"),
        pytest.param("/img/", ["/img/*"], True, id="a star may match nothing"),
        pytest.param("/a?c", ["/a*c"], True, id="one letter is among any number"),
        pytest.param("/a*c", ["/a?c"], False, id="but not the reverse"),
        pytest.param("/ac", ["/a?c"], False, id="a question mark is exactly one"),
        pytest.param("/*/*", ["/*"], True, id="two stars in one"),
        pytest.param("/*", ["/*/*"], False, id="one star in two"),
        pytest.param("*.example.com", ["*.example.com", "*.example.org"], True, id="one of several"),
        pytest.param("a?", ["ab", "a*"], True, id="the second of several"),
        pytest.param("*a*b*", ["*a*", "*b*"], True, id="two stars within"),
        pytest.param("*a*", ["*ab*", "*ac*"], False, id="a letter that neither names"),
        pytest.param("*", ["?*", ""], True, id="two together that neither is alone"),
        pytest.param("?", ["a", "b"], False, id="letters do not add up to all"),
        pytest.param("x", [], False, id="nothing"),
    ],
)
def test_included(inner: str, outer: list[str], is_included: bool) -> None:
    assert included(pattern(inner), [pattern(each) for each in outer]) is is_included


def test_a_start_that_every_text_has_is_taken_as_given() -> None:
    assert included(ANYTHING, [pattern("/*")]) is False
    assert included(ANYTHING, [pattern("/*")], start="/") is True
    assert included(ANYTHING, [pattern("/?*")], start="/") is False
    assert included(ANYTHING, [], start="/") is False


def test_letter_case_and_escapes_are_read_as_asked() -> None:
    assert pattern("A*") != pattern("a*")
    assert pattern("A*", fold=True) == pattern("a*", fold=True)
    assert included(pattern(r"\*", escapes=True), [pattern("x", escapes=True)]) is False
    assert included(pattern("x"), [pattern(r"\*", escapes=True)]) is False
    assert included(pattern("x"), [pattern("*", escapes=True)]) is True
    assert pattern("a\\", escapes=True) == ("a", "\\")


def test_no_wildcard_matches_what_separates_a_key_from_its_value() -> None:
    assert included(pattern(f"a{SEPARATOR}b"), [ANYTHING]) is False
    assert included(pattern(f"a{SEPARATOR}b"), [pattern(f"*{SEPARATOR}*")]) is True
    assert included(pattern(f"a{SEPARATOR}b"), [pattern(f"b{SEPARATOR}*")]) is False
    assert included(pattern(f"a{SEPARATOR}b"), [pattern("a?b")]) is False


def test_patterns_that_take_too_long_are_not_decided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "_BOUND", 3)
    assert included(pattern("*a????????"), [pattern("*a????????b*"), pattern("*a*")]) is None


def test_most_patterns_are_told_apart_without_a_search(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "_BOUND", 0)
    assert included(pattern("*.a.example.com"), [pattern("*.b.example.com")]) is False
    assert included(pattern("*.a.example.com"), [pattern("*.a.example.com")]) is None


@pytest.mark.parametrize(
    ("one", "other", "are_disjoint"),
    [
        pytest.param("/a/*", "/b/*", True, id="two folders"),
        pytest.param("/a/*", "/*/b", False, id="a text that both match"),
        pytest.param("a*", "*b", False, id="stars at either end"),
        pytest.param("a", "a", False, id="the same"),
        pytest.param("a?", "a", True, id="one letter more"),
        pytest.param("*", "", False, id="the empty text"),
    ],
)
def test_disjoint(one: str, other: str, are_disjoint: bool) -> None:
    assert disjoint(one, other) is are_disjoint
    assert disjoint(other, one) is are_disjoint


def test_only_texts_with_the_start_count() -> None:
    assert disjoint("a*", "*") is False
    assert disjoint("a*", "*", start="/") is True
    assert disjoint("*", "", start="/") is True


SHORT = ["".join(letters) for length in range(7) for letters in itertools.product("abc", repeat=length)]
PATTERNS = st.text("ab*?", max_size=4)


def matched(text: str) -> frozenset[str]:
    """Every short text that a pattern matches; c stands for the letters that no pattern names."""
    meant = re.compile("".join({"*": ".*", "?": "."}.get(letter, letter) for letter in text))
    return frozenset(each for each in SHORT if meant.fullmatch(each))


@given(PATTERNS, st.lists(PATTERNS, max_size=3))
@settings(max_examples=examples(300), deadline=None)
def test_inclusion_is_what_matching_every_text_shows(inner: str, outer: list[str]) -> None:
    shown = matched(inner) <= frozenset().union(*map(matched, outer))
    assert included(pattern(inner), [pattern(each) for each in outer]) is shown


@given(PATTERNS, PATTERNS)
@settings(max_examples=examples(200), deadline=None)
def test_disjointness_is_what_matching_every_text_shows(one: str, other: str) -> None:
    common = matched(one) & matched(other)
    assert disjoint(one, other) is not bool(common)
    assert disjoint(one, other, start="a") is not any(text.startswith("a") for text in common)


@given(PATTERNS, st.lists(PATTERNS, max_size=2))
@settings(max_examples=examples(200), deadline=None)
def test_the_start_is_a_letter_that_every_text_has(inner: str, outer: list[str]) -> None:
    shown = {each for each in matched(inner) if each.startswith("a")} <= frozenset().union(*map(matched, outer))
    assert included(pattern(inner), [pattern(each) for each in outer], start="a") is shown
