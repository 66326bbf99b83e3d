"""Texts of strangers: shown as text, and never obeyed."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.model.text import defanged, escaped, json_text, printable, quoted, shortened

ANYTHING = st.text(st.characters() | st.sampled_from("\x1b\x07\x9b\u202e\u2066\u200d\u200c\ud800\U000e0001 \n\u3000"))


def unseen(text: str) -> set[str]:
    """Return the characters of a text that a terminal could obey, or that nobody sees."""
    joiners = {"\u200c", "\u200d"}
    return {each for each in text if unicodedata.category(each) in ("Cc", "Cf", "Cs", "Zl", "Zp")} - joiners


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        pytest.param("\x1b[31mred\x07", r"\x1b[31mred\x07", id="a terminal's codes"),
        pytest.param("\x9b1m", r"\x9b1m", id="those of eight bits"),
        pytest.param("a\nb\tc", r"a\nb\tc", id="ends of lines"),
        pytest.param("\u202egnp.exe", r"\u202egnp.exe", id="turned around"),
        pytest.param("ad\u200bmin", r"ad\u200bmin", id="invisible"),
        pytest.param("ad\u200dmin", r"ad\u200dmin", id="a joiner among letters that do not join"),
        pytest.param("👩\u200d💻", "👩\u200d💻", id="a joiner in an emoji"),
        pytest.param("می\u200cشود", "می\u200cشود", id="a non-joiner in Persian"),
        pytest.param("\U0001fae9", "\U0001fae9", id="an emoji of this year"),
        pytest.param("研发\u3000部", "研发\u3000部", id="an ideographic space"),
        pytest.param("\U000e0001", r"\U000e0001", id="a tag character"),
        pytest.param("\ud800", r"\ud800", id="half a pair"),
    ],
)
def test_what_is_not_for_showing_is_escaped(text: str, shown: str) -> None:
    assert escaped(text) == shown
    assert quoted(text) == f"'{shown}'"


@given(ANYTHING, st.integers(4, 40))
def test_no_text_reaches_a_reader_with_what_it_would_obey(text: str, width: int) -> None:
    assert not unseen(escaped(text))
    assert not unseen(printable(text))
    assert len(printable(text)) == len(text)
    assert len(shortened(text, width)) <= width
    assert not unseen(shortened(text, width))
    shown = escaped(text)
    assert shortened(text, max(len(shown), 4)) == shown


VALUES = st.recursive(
    st.none() | st.integers() | ANYTHING, lambda inner: st.lists(inner) | st.dictionaries(ANYTHING, inner)
)


@given(VALUES)
def test_json_is_the_same_value_in_characters_that_anything_may_show(value: object) -> None:
    text = json_text(value)
    assert text.isprintable()
    assert json.loads(text) == value
    assert json.loads(json_text(value, indent=2)) == value


@given(ANYTHING)
def test_no_address_is_left_to_click(text: str) -> None:
    shown = defanged(f"{text}https://www.example.com/{text}")
    assert "://" not in shown
    assert "www." not in shown


def test_a_long_text_costs_no_more_than_what_is_shown_of_it() -> None:
    assert shortened("x" * 10_000_000, 10) == "xxxxxxxxx…"
    assert shortened("one two three", 9) == "one two…"
