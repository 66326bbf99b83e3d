"""A wrong declaration fails at import, with a sentence."""

from typing import Any

import pytest

from muster.model.check import check
from muster.model.finding import Related, Severity, Verdict, compliant


class Facet:
    pass


class Other:
    pass


def good(facet: Facet, *, days: int = 90) -> Verdict:
    """X should be good.

    Why: Because it
    is so.
    Fix: Make it so.
    Source: https://docs.aws.amazon.com/x
    """
    return compliant(f"{facet} {days}")


def test_the_signature_and_docstring_are_the_whole_declaration() -> None:
    made = check(severity=Severity.LOW)(good)
    assert (made.id, dict(made.facets), dict(made.settings)) == ("good", {"facet": Facet}, {"days": 90})
    assert (made.title, made.why, made.fix) == ("X should be good", "Because it is so.", "Make it so.")
    assert made.source == "https://docs.aws.amazon.com/x"
    assert (made.version, made.related, made.opt_in) == (1, frozenset(), ())


def test_a_check_can_be_called_as_the_function_that_it_is() -> None:
    facet = Facet()
    assert check(severity=Severity.LOW)(good)(facet, days=7) == compliant(f"{facet} 7")


def bucket_follows(facet: Facet, others: Related[Other]) -> Verdict:
    """X should follow.

    Why: so.
    Fix: so.
    """
    return compliant(f"{facet} {others}")


def test_facets_of_related_resources_are_told_from_its_own() -> None:
    made = check(severity=Severity.LOW)(bucket_follows)
    assert (made.id, dict(made.facets)) == ("bucket-follows", {"facet": Facet, "others": Other})
    assert made.related == {"others"}
    assert made.source == ""


def _named(name: str, source: Any = good, doc: str | None = None) -> Any:
    def copy(facet: Facet) -> Verdict:
        return source(facet)

    copy.__name__, copy.__doc__ = name, source.__doc__ if doc is None else doc
    return copy


def no_facets(*, days: int = 90) -> Verdict:
    """X should be good.

    Why: so.
    Fix: so.
    """
    return compliant(str(days))


def no_default(facet: Facet, *, days: int) -> Verdict:
    """X should be good.

    Why: so.
    Fix: so.
    """
    return compliant(f"{facet}{days}")


def no_verdict(facet: Facet) -> bool:
    """X should be good.

    Why: so.
    Fix: so.
    """
    return bool(facet)


def no_facet(facet: "Facet | None") -> Verdict:
    """X should be good.

    Why: so.
    Fix: so.
    """
    return compliant(f"{facet}")


def no_annotation(facet) -> Verdict:
    """X should be good.

    Why: so.
    Fix: so.
    """
    return compliant(f"{facet}")


@pytest.mark.parametrize(
    ("function", "says"),
    [
        pytest.param(_named("camelCase"), "lower_snake_case", id="its name is no id"),
        pytest.param(
            _named("x", doc="X is bad.\n\nWhy: so.\nFix: so."), "is a sentence with", id="its title states no wish"
        ),
        pytest.param(
            _named("x", doc="X should be.\n\nWhy: so."), "lacks a section Fix", id="it does not say how to mend it"
        ),
        pytest.param(
            _named("x", doc="X should be\n\nWhy: so.\nFix: so."), "ends with a full stop", id="its title does not end"
        ),
        pytest.param(_named("x", doc="X should be.\n\nFix: so."), "lacks a section Why", id="it does not say why"),
        pytest.param(_named("x", doc=""), "is a sentence with", id="it says nothing"),
        pytest.param(no_verdict, "returns a Verdict", id="it answers something else"),
        pytest.param(no_facet, "facet needs a facet's type", id="it reads what may be there or not"),
        pytest.param(no_annotation, "facet needs a facet's type", id="it does not say what it reads"),
        pytest.param(no_facets, "at least one facet", id="it reads nothing"),
        pytest.param(no_default, "days needs a default", id="a setting has no default"),
    ],
)
def test_a_wrong_declaration_is_refused(function: Any, says: str) -> None:
    with pytest.raises(TypeError, match=says):
        check(severity=Severity.LOW)(function)


@pytest.mark.parametrize("name", ["days", "nights"])
def test_what_opts_in_is_a_setting_that_is_empty_at_first(name: str) -> None:
    with pytest.raises(TypeError, match=f"{name} must be settings that are empty"):
        check(severity=Severity.LOW, opt_in=(name,))(good)
