"""How deep and how large a condition may be: a sentence before the scan, and never Python's own bound."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.catalog.catalog import load
from muster.catalog.expressions.expression import examine
from muster.catalog.expressions.values import Fields
from muster.configuration import parse
from muster.errors import ConfigurationError
from muster.facets.tagging.tags import Tags
from tests.examples import examples

FACETS = {"tags": Tags}
TERM = "tags.own.A == 'a'"


def deep(count: int, opening: str, inner: str = "tags.own", closing: str = "") -> str:
    return opening * count + inner + closing * count


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(" && ".join([TERM] * 246), id="246 terms with &&"),
        pytest.param(" || ".join([TERM] * 246), id="246 terms with ||"),
        pytest.param(" | ".join(["tags"] + ["@"] * 246), id="246 pipes"),
        pytest.param(deep(245, "!"), id="245 !"),
        pytest.param(deep(492, "(", TERM, ")"), id="492 brackets"),
        pytest.param(deep(9_000, "(", TERM, ")"), id="9,000 brackets"),
        pytest.param(deep(300, "length(", "tags.own", ")") + " > `1`", id="functions"),
        pytest.param(deep(300, "[", "tags.own", "]") + " == 'x'", id="lists"),
        pytest.param(deep(300, "{a: ", "tags.own", "}") + " == 'x'", id="objects"),
        pytest.param(f"tags.own{'[*]' * 300} == 'x'", id="projections"),
        pytest.param(f"tags.own{'[?a' * 300}{']' * 300} == 'x'", id="filters"),
        pytest.param(f"tags.own{'.*' * 300} == 'x'", id="values"),
        pytest.param(f"tags.own{'[]' * 300} == 'x'", id="flattened"),
        pytest.param(f"tags.own.A == `{'[' * 400}{']' * 400}`", id="a literal"),
        pytest.param(f"tags.own.A == `{'[' * 9_000}{']' * 9_000}`", id="a very deep literal"),
        pytest.param("(" * 60 + "tags.own.A == 'a' && !" * 60, id="unbalanced"),
    ],
)
def test_a_condition_that_is_nested_too_deeply_has_a_line_and_a_key(text: str) -> None:
    file = f"""\
custom_checks:
  - id: ec2-instance-is-odd
    resource_type: AWS::EC2::Instance
    condition: "{text}"
    severity: HIGH
    title: Instances should be odd.
    why: x
    fix: x
"""
    with pytest.raises(ConfigurationError, match=r"^muster\.yaml:4: custom_checks\[0\]\.condition: ") as refusal:
        parse(file, load())
    assert "nested too deeply" in str(refusal.value)
    assert len(str(refusal.value)) < 300


def test_a_condition_that_no_finding_could_repeat_is_refused() -> None:
    text = 'custom_checks: [{{condition: "{}"}}]'.format(" && ".join([TERM] * 2_000))
    with pytest.raises(ConfigurationError, match=r"custom_checks\[0\].condition: 'tags.* is longer than 20000 charact"):
        parse(text, load())


def test_sixty_terms_are_not_too_many() -> None:
    for text in (
        " && ".join([TERM] * 60),
        " || ".join([TERM] * 98),
        deep(45, "(", TERM, ")"),
        deep(24, "!(", TERM, ")"),
    ):
        expression = examine(text, FACETS)
        assert expression.holds({"tags": Fields(Tags({"A": "a"}))}) is True


def test_what_would_be_copied_without_end_is_refused() -> None:
    doubling = "tags.own | " + " | ".join(["[@, @]"] * 12) + " == `1`"
    with pytest.raises(ValueError, match="repeats what it reads 4096 times, 1000 at most"):
        examine(doubling, FACETS)


@given(st.text(st.sampled_from("()[]{}!&|.,*@?`'\"<>= atgsown1:"), max_size=400))
@settings(max_examples=examples(300), deadline=None)
def test_any_text_is_a_condition_or_a_sentence(text: str) -> None:
    try:
        expression = examine(text, FACETS)
    except ValueError:
        return
    assert expression.facets
