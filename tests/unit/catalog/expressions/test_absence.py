"""What is absent in a condition: null, of which nothing holds but that it differs, whatever the function."""

import operator
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.catalog.expressions.engine import SIGNATURES
from muster.catalog.expressions.expression import examine
from muster.catalog.expressions.kinds import may_be_absent
from muster.catalog.expressions.values import Fields
from muster.facets.tagging.tags import Tags

FACETS = {"tags": Tags}


def holds(text: str, **tags: str) -> bool:
    return examine(text, FACETS).holds({"tags": Fields(Tags(tags))})


@pytest.mark.parametrize(
    "text",
    [
        "tags.own.Owner == 'x'",
        "tags.own.Owner == tags.own.Team && tags.own.Owner == 'x'",
        "starts_with(tags.own.Owner, 'team-')",
        "ends_with(tags.own.Owner, '-team')",
        "starts_with('team-a', tags.own.Owner)",
        "contains(tags.own.Owner, 'team')",
        "contains('a team', tags.own.Owner)",
        "contains(values(tags.own), tags.own.Owner)",
        "tags.own.Days > '30'",
        "tags.own.Days < '30'",
        "to_number(tags.own.Days) >= `30`",
        "to_number(tags.own.Days) < `30`",
        "length(tags.own.Owner) > `3`",
        "length(tags.own.Owner) <= `3`",
        "reverse(tags.own.Owner) == 'x'",
        "join('-', [tags.own.Owner, tags.own.Team]) == '-'",
        "max([tags.own.Owner, tags.own.Team]) > 'a'",
        "sort([tags.own.Owner])[0] == 'x'",
        "sort_by([tags.own], &Owner)[0].Owner == 'x'",
        "max_by([tags.own], &Owner).Owner == 'x'",
        "keys((tags.own.Owner || `null`))[0] == 'x'",
        "merge((tags.own.Owner || `null`), tags.own).x == 'x'",
        "(tags.own.Owner == 'a' || tags.own.Team == 'b')",
        "starts_with(tags.own.Owner, 'a') || ends_with(tags.own.Team, 'b')",
        "length((tags.own.Owner || `null`)[0]) == `1`",
    ],
)
def test_nothing_holds_of_what_is_absent(text: str) -> None:
    assert holds(text) is False
    assert holds(f"!({text})") is True


@pytest.mark.parametrize(
    "text",
    [
        "tags.own.Owner != 'x'",
        "tags.own.Owner == `null`",
        "!starts_with(tags.own.Owner, 'team-')",
        "not_null(tags.own.Owner, 'nobody') == 'nobody'",
        "type(tags.own.Owner) == 'null'",
        "length(to_array(tags.own.Owner)) == `1`",
        "(tags.own.Owner || 'nobody') == 'nobody'",
        "!contains(keys(tags.own), 'Owner')",
    ],
)
def test_absence_itself_can_be_asked_for(text: str) -> None:
    assert holds(text) is True


def test_what_is_there_is_judged_as_before() -> None:
    assert holds("starts_with(tags.own.Owner, 'team-')", Owner="team-a")
    assert not holds("starts_with(tags.own.Owner, 'team-')", Owner="a")
    assert holds("to_number(tags.own.Days) >= `30`", Days="31")
    assert not holds("to_number(tags.own.Days) >= `30`", Days="many")
    assert not holds("tags.own.Days > '30'", Days="")


_ORDERS: dict[str, Callable[[str, str], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "==": operator.eq, "!=": operator.ne,
}  # fmt: skip
_TEXTS: dict[str, Callable[[str, str], bool]] = {
    "starts_with": str.startswith, "ends_with": str.endswith, "contains": str.__contains__,
}  # fmt: skip
VALUES = st.one_of(st.none(), st.text(st.sampled_from("ab é"), max_size=3))
LITERAL = st.text(st.sampled_from("ab é"), max_size=3)
Atom = tuple[str, Callable[[str], bool], bool]
"""A condition, what it says of a value, and what it says of none."""


def _order(drawn: tuple[str, str]) -> Atom:
    sign, literal = drawn
    return f"tags.own.X {sign} '{literal}'", lambda value: _ORDERS[sign](value, literal), sign == "!="


def _function(drawn: tuple[str, str]) -> Atom:
    name, literal = drawn
    return f"{name}(tags.own.X, '{literal}')", lambda value: _TEXTS[name](value, literal), False


ATOMS = st.one_of(
    st.tuples(st.sampled_from(sorted(_ORDERS)), LITERAL).map(_order),
    st.tuples(st.sampled_from(sorted(_TEXTS)), LITERAL).map(_function),
)
TREES = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        inner.map(lambda atom: (f"!({atom[0]})", lambda value: not atom[1](value), not atom[2])),
        st.tuples(inner, inner).map(
            lambda two: (
                f"({two[0][0]} && {two[1][0]})",
                lambda value: two[0][1](value) and two[1][1](value),
                two[0][2] and two[1][2],
            )
        ),
        st.tuples(inner, inner).map(
            lambda two: (
                f"({two[0][0]} || {two[1][0]})",
                lambda value: two[0][1](value) or two[1][1](value),
                two[0][2] or two[1][2],
            )
        ),
    ),
    max_leaves=6,
)


@given(TREES, VALUES)
def test_every_condition_on_a_tag_has_an_answer_and_its_negation_the_other(tree: Atom, value: str | None) -> None:
    """Python's own operators are the oracle for a tag that is there; of one that is not, only `!=` holds."""
    text, of_value, of_none = tree
    tags = {} if value is None else {"X": value}

    expected = of_none if value is None else of_value(value)
    assert holds(text, **tags) is expected
    assert holds(f"!({text})", **tags) is not expected


@pytest.mark.parametrize("name", sorted(SIGNATURES))
def test_no_function_fails_on_nothing(name: str) -> None:
    nothing = "(tags.own.X || `null`)"
    arguments = ["&X" if "expref" in each["types"] else nothing for each in SIGNATURES[name]["signature"]]

    assert holds(f"type({name}({', '.join(arguments)})) != 'x'") is True


@pytest.mark.parametrize(
    ("path", "absent"),
    [(("tags", "own", "Owner"), True), (("tags", "own"), False), (("tags",), False), (("tags", "nothing"), False)],
)
def test_what_may_be_absent_is_known_before_a_scan(path: tuple[str, ...], *, absent: bool) -> None:
    assert may_be_absent(path, FACETS) is absent


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("starts_with(tags.own, 'x')", "starts_with takes a text as argument 1, not a mapping"),
        ("contains(tags.own, 'x')", "contains takes a list or a text as argument 1, not a mapping"),
        ("sum(tags.own.X) > `1`", "sum takes a list as argument 1, not a text"),
        ("keys(tags.own.X)[0] == 'a' && abs(tags.own.X) > `1`", "keys takes a mapping as argument 1, not a text"),
    ],
)
def test_a_function_that_can_never_take_its_argument_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        examine(text, FACETS)
