"""Messages about a configuration whatever stands in it: a line, a key, and no more of the text than helps."""

import unicodedata

import pytest

from muster.catalog.catalog import load
from muster.configuration import parse
from muster.configuration.files.composing import DEEPEST
from muster.errors import ConfigurationError

LONG = "x" * 100_000
ODD = r"\e[31m\a\x9b\u202e"
"""As YAML's double quotes spell it."""
CUSTOM = """\
custom_checks: [{{id: x, resource_type: "AWS::EC2::Instance", condition: "CONDITION", severity: HIGH, fix: d, why: c,
  title: a should b}}]"""
PLACES = (
    'packs: ["{}"]',
    'checks: ["{}"]',
    'regions: ["{}"]',
    '"{}": 1',
    "tags: {{required: {}}}",
    'tags: {{values: {{"{}": 1}}}}',
    'tags: {{values: {{A: {{pattern: "[{}"}}}}}}',
    'settings: {{"{}": {{}}}}',
    'settings: {{required-tags: {{"{}": 1}}}}',
    'exclude: {{accounts: ["{}"]}}',
    'exclude: {{arns: ["{}"]}}',
    'account_names: {{"{}": x}}',
    'accounts: {{role: "{}!"}}',
    'suppressions: [{{check: "{}", resource: "*", reason: r, owner: o, expires: 2027-01-01}}]',
    'suppressions: [{{check: tagged, resource: "*", reason: r, owner: o, expires: "{}"}}]',
    'custom_checks: [{{id: "{}"}}]',
    CUSTOM.replace("CONDITION", "{}"),
    CUSTOM.replace("CONDITION", "tags.own == `{}"),
    "packs: !{} []",
    "packs: *{}",
    "packs: [\n{}",
)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("text", [pytest.param(LONG, id="long"), pytest.param(ODD, id="odd")])
def test_a_message_repeats_little_and_nothing_that_a_terminal_obeys(place: str, text: str) -> None:
    with pytest.raises(ConfigurationError, match=r"^muster\.yaml:\d") as refusal:
        parse(place.format(text), load())
    said = str(refusal.value)
    assert all(len(line) < 1_000 for line in said.split("\n"))
    assert not {each for each in said if unicodedata.category(each) in ("Cc", "Cf", "Zl", "Zp")} - {"\n"}


def test_a_thousand_mistakes_are_a_hundred_lines_and_a_count() -> None:
    with pytest.raises(ConfigurationError) as refusal:
        parse("\n".join(f"key{number}: 1" for number in range(1_000)), load())
    lines = str(refusal.value).split("\n")
    assert len(lines) == 101
    assert lines[-1] == "muster.yaml: 900 more lines are wrong"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        pytest.param("packs: [all]\ntags:\n  values:\n    A: " + "[" * 400, "4: tags.values.A[0]", id="lists"),
        pytest.param("settings: " + "{a: " * 400, "1: settings.a.a", id="mappings"),
        pytest.param("packs:\n- " + "- " * 400 + "x", "2: packs[0]", id="dashes"),
        pytest.param('{"settings": ' * 1 + '{"a":' * 100_000, "1: settings.a", id="JSON"),
        pytest.param("tags:\n  required: &a [*a]", "2: tags.required[0]", id="an alias of itself"),
        pytest.param("a: &a [x]\nb: &b [*a]\n" + "\n".join(
            f"k{number}: &k{number} [*{'b' if not number else f'k{number - 1}'}]" for number in range(400)
        ), "1: k", id="aliases of aliases"),
    ],
)  # fmt: skip
def test_what_is_nested_too_deeply_has_its_line_and_its_key(text: str, place: str) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        parse(text, load())
    said = str(refusal.value)
    assert said.startswith(f"muster.yaml:{place}")
    assert said.endswith(f"nested too deeply, or its aliases expand to too much: {DEEPEST} levels at most")
    assert len(said) < 1_000
