"""Required tags, letter by letter."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.checks.tagging.tags import required_tags
from muster.facets.tagging.tags import Tags
from muster.model.finding import Status

C, N = Status.COMPLIANT, Status.NON_COMPLIANT
GOOD = {"Environment": "production", "Owner": "web", "CostCenter": "CC-1000", "Project": "shop"}


@pytest.mark.parametrize(
    ("tags", "settings", "status", "says"),
    [
        pytest.param(GOOD, {}, C, "The resource has the tags Environment, Owner, CostCenter, Project", id="all four"),
        pytest.param(
            {},
            {},
            N,
            "Tag Environment is missing; tag Owner is missing; tag CostCenter is missing; tag Project is missing",
            id="never tagged",
        ),
        pytest.param(GOOD | {"Owner": ""}, {}, N, "Owner is empty", id="an empty value is no value"),
        pytest.param(GOOD | {"Owner": "  "}, {}, N, "", id="blanks are no value"),
        pytest.param(GOOD | {"Owner": ""}, {"values": {"Owner": ("",)}}, N, "", id="an empty value, even if allowed"),
        pytest.param(
            {"costcenter": "x"},
            {"keys": ("CostCenter",)},
            N,
            "Tag CostCenter is missing (found costcenter; keys are case-sensitive)",
            id="another case is another key",
        ),
        pytest.param(
            {"Cost center": "x", "cost_center": "y"},
            {"keys": ("CostCenter",)},
            N,
            "Tag CostCenter is missing (found Cost center, cost_center; keys are compared exactly)",
            id="a blank more",
        ),
        pytest.param(
            {"aws:Owner": "x"}, {"keys": ("aws:Owner",)}, N, "aws:Owner is missing", id="keys of AWS's own do not count"
        ),
        pytest.param({}, {"keys": ()}, C, "No tag is required", id="nothing is required"),
        pytest.param(
            GOOD,
            {"values": {"Environment": ("production", "staging")}},
            C,
            "The resource has the tags Environment, Owner, CostCenter, Project",
            id="an allowed value",
        ),
        pytest.param(
            GOOD,
            {"values": {"Environment": ("staging",)}},
            N,
            "Tag Environment is 'production'; allowed: staging",
            id="another value",
        ),
        pytest.param(
            GOOD,
            {"values": {"Environment": ("Production",)}},
            N,
            "Tag Environment is 'production'; allowed: Production",
            id="values in exact case too",
        ),
        pytest.param(GOOD, {"values": {"CostCenter": ("CC-*",)}}, C, "", id="a wildcard"),
        pytest.param(GOOD, {"values": {"CostCenter": ("C?-1000",)}}, N, "", id="only * is a wildcard"),
        pytest.param(GOOD, {"values": {"CostCenter": {"pattern": r"CC-\d{4}"}}}, C, "", id="a pattern"),
        pytest.param(
            GOOD,
            {"values": {"CostCenter": {"pattern": r"CC-\d"}}},
            N,
            "Tag CostCenter is 'CC-1000'; allowed: values that match CC-\\d",
            id="it matches the whole",
        ),
        pytest.param(
            GOOD | {"Owner": "payments-and-settlement-platform-engineering team"},
            {"values": {"Owner": {"pattern": "([a-z0-9]+-?)+"}}},
            N,
            "Tag Owner is 'payments-and-settlement-platform-engineering team'; allowed: values that "
            "match ([a-z0-9]+-?)+",
            id="a pattern on which backtracking does not end",
        ),
        pytest.param(GOOD | {"Tier": "9"}, {"values": {"Tier": ("1",)}}, N, "", id="an optional tag is wrong"),
        pytest.param(GOOD, {"values": {"Tier": ("1",)}}, C, "", id="an optional tag is not there"),
        pytest.param({"Tier": ""}, {"keys": (), "values": {"Tier": ("1",)}}, N, "", id="an optional tag is empty"),
        pytest.param(
            {"Tier": " "},
            {"keys": (), "values": {"Tier": ("*",)}},
            N,
            "Tag Tier is empty; allowed: *",
            id="an empty value fails whatever is allowed",
        ),
        pytest.param(
            {"Tier": ""},
            {"keys": (), "values": {"Tier": {"pattern": ".*"}}},
            N,
            "Tag Tier is empty; allowed: values that match .*",
            id="an empty value fails whatever the pattern",
        ),
        pytest.param({"Note": ""}, {"keys": ()}, C, "", id="a tag nobody asks of may be empty"),
        pytest.param(GOOD, {"values": {"Environment": ("dev", "prod*ion")}}, C, "", id="a wildcard in the middle"),
        pytest.param(
            GOOD,
            {"values": {"Environment": ("dev", "test")}},
            N,
            "Tag Environment is 'production'; allowed: dev or test",
            id="all allowed values are said",
        ),
        pytest.param({"Owner": "a=b 🦊"}, {"keys": ("Owner",)}, C, "", id="any text is a value"),
    ],
)
def test_required_tags(tags: dict[str, str], settings: dict[str, Any], status: Status, says: str) -> None:
    verdict = required_tags(Tags(tags), **settings)
    assert verdict.status is status
    assert says in verdict.reason


def test_all_that_is_missing_and_wrong_is_said_at_once() -> None:
    verdict = required_tags(Tags({"Environment": "test", "Owner": ""}), values={"Environment": ("production",)})
    assert verdict.reason == (
        "Tag CostCenter is missing; tag Project is missing; tag Environment is 'test'; allowed: "
        "production; tag Owner is empty"
    )


texts = st.text(min_size=1, max_size=8)


@given(st.dictionaries(texts, texts, max_size=6), st.permutations(["Environment", "Owner"]))
def test_the_order_of_tags_never_matters(tags: dict[str, str], keys: list[str]) -> None:
    backwards = dict(reversed(tags.items()))
    assert required_tags(Tags(tags), keys=tuple(keys)) == required_tags(Tags(backwards), keys=tuple(keys))


@given(st.dictionaries(texts, texts, max_size=6), st.dictionaries(texts.map("aws:".__add__), texts, max_size=4))
def test_keys_of_awss_own_never_change_a_verdict(tags: dict[str, str], own: dict[str, str]) -> None:
    plain = {key: value for key, value in tags.items() if not key.lower().startswith("aws:")}
    assert required_tags(Tags(plain | own)) == required_tags(Tags(plain))


SPELLED = {"keys": ("CostCenter",), "spellings": {"CostCenter": ("costcenter", "cost-center")}}


@pytest.mark.parametrize(
    ("tags", "settings", "status", "says"),
    [
        pytest.param({"CostCenter": "1"}, {}, C, "The resource has the tags CostCenter", id="the key itself"),
        pytest.param({"cost-center": "1"}, {}, C, "The resource has the tags CostCenter", id="another spelling"),
        pytest.param({"Cost Center": "1"}, {}, N, "Tag CostCenter is missing", id="a spelling that is not accepted"),
        pytest.param({"aws:costcenter": "1"}, {}, N, "Tag CostCenter is missing", id="a key that AWS sets"),
        pytest.param({"costcenter": " "}, {}, N, "Tag CostCenter is empty", id="an empty value"),
        pytest.param(
            {"costcenter": "2"}, {"values": {"CostCenter": ("1",)}}, N, "Tag CostCenter is '2'; allowed: 1",
            id="a value that is not allowed",
        ),
        pytest.param(
            {"cost-center": "1", "costcenter": "1"}, {}, C, "The resource has the tags CostCenter", id="both, alike"
        ),
        pytest.param(
            {"cost-center": "1", "CostCenter": "2"}, {}, N,
            "The spellings of tag CostCenter have different values (CostCenter='2', cost-center='1')",
            id="both, and the values contradict each other",
        ),
    ],
)  # fmt: skip
def test_other_spellings_of_a_key_count_where_they_are_accepted(
    tags: dict[str, str], settings: dict[str, Any], status: Status, says: str
) -> None:
    verdict = required_tags(Tags(tags), **SPELLED, **settings)
    assert (verdict.status, verdict.reason[: len(says)]) == (status, says)
