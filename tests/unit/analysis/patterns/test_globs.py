"""Globs: their matches, what one pattern covers of another, and whether two have a text in common."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.analysis.patterns.globs import covers, intersects, matches, starred

PATTERN = st.text("ab*?", max_size=5)
TEXTS = ["".join(letters) for size in range(6) for letters in itertools.product("abc", repeat=size)]


def tried(pattern: str, text: str, *, single: bool = True) -> bool:
    """The plain definition, letter by letter."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(tried(pattern[1:], text[cut:], single=single) for cut in range(len(text) + 1))
    same = bool(text) and (pattern[0] == text[0] or (single and pattern[0] == "?"))
    return same and tried(pattern[1:], text[1:], single=single)


@pytest.mark.parametrize(
    ("pattern", "text", "matched"),
    [
        ("a[bc]", "a[bc]", True),
        ("a[bc]", "ab", False),
        ("a.c", "abc", False),
        ("**", "", True),
        ("a*", "a\nb", True),
        ("a*b*c", "a-b-b-c", True),
        ("a*bc", "abcbd", False),
        ("*a?c*", "xxabcxx", True),
        ("", "", True),
        ("", "a", False),
    ],
)
def test_only_star_and_question_mark_are_special(pattern: str, text: str, matched: bool) -> None:
    assert matches(pattern, text) is matched


@given(st.text(st.sampled_from("ab*?[].\n é😀"), max_size=8), st.text(st.sampled_from("ab[].\n é😀?*"), max_size=8))
def test_globs_agree_with_a_plain_definition(pattern: str, text: str) -> None:
    assert matches(pattern, text) is tried(pattern, text)
    assert starred(pattern, text) is tried(pattern, text, single=False)


@pytest.mark.parametrize(
    ("one", "other", "covered", "common"),
    [
        ("s3:*", "s3:getobject", True, True),
        ("s3:get*", "s3:*", False, True),
        ("*", "*", True, True),
        ("a?c", "abc", True, True),
        ("a?c", "a*c", False, True),
        ("a*c", "ab", False, False),
        ("a", "", False, False),
        ("*a", "b*", False, True),
        ("", "**", False, True),
        ("[ab]", "a", False, False),
    ],
)
def test_two_patterns(one: str, other: str, covered: bool, common: bool) -> None:
    assert covers(one, other) is covered
    assert intersects(one, other) is common


@given(PATTERN, PATTERN)
def test_two_patterns_agree_with_every_short_text(one: str, other: str) -> None:
    first, second = ({text for text in TEXTS if tried(pattern, text)} for pattern in (one, other))
    assert intersects(one, other) is intersects(other, one)
    # The text that two patterns have in common may be longer than those that are tried.
    assert intersects(one, other) or not first & second
    assert not covers(one, other) or second <= first


@pytest.mark.parametrize(
    "pattern", ["*a" * 100 + "b", "*?a" * 60 + "b", "a*" * 120 + "b", "*" * 1_000 + "b", "?*a" * 40 + "b"]
)
def test_patterns_on_which_backtracking_would_never_end_answer(pattern: str) -> None:
    assert not matches(pattern, "a" * 5_000)
    assert not starred(pattern, "a" * 5_000)
    assert not covers(pattern, "a" * 5_000)
    assert intersects(pattern, "*" + "a" * 400 + "b")
