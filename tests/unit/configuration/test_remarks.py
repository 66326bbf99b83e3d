"""Remarks on suppressions: expired, ending, without an effect, repeated."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.catalog.catalog import load
from muster.configuration import SuppressionRule
from muster.configuration.remarks import remarks
from muster.configuration.suppression import accepts
from muster.model.finding import Resource, Suppression

CATALOG = load()
TODAY = date(2027, 3, 1)
CHECK = "s3-bucket-versioning-enabled"
ACCEPTED = Suppression(reason="a copy", owner="web", expires="2028-01-01")
RULE = SuppressionRule(CHECK, ACCEPTED, "arn:aws:s3:::scratch-*")
TAGGED = replace(RULE, resource=None, tag={"Team": "data-*"})


def said(*rules: SuppressionRule, selected: frozenset[str] = frozenset({CHECK})) -> list[tuple[int, str]]:
    return [(each.place, each.sentence) for each in remarks(rules, CATALOG, selected, TODAY, 14)]


def until(day: str, rule: SuppressionRule = RULE) -> SuppressionRule:
    return replace(rule, suppression=replace(ACCEPTED, expires=day))


NAMED = f"({CHECK} on arn:aws:s3:::scratch-*, owner web)"


def test_nothing_is_said_of_a_suppression_that_works() -> None:
    assert said(RULE, TAGGED, replace(RULE, resource=None, account="111122223333")) == []


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("2027-02-28", "expired on 2027-02-28: its failures fail again; renew or remove it"),
        ("2027-03-01", "ends on 2027-03-01, today; renew it or fix the failures"),
        ("2027-03-02", "ends on 2027-03-02, in 1 day; renew it or fix the failures"),
        ("2027-03-15", "ends on 2027-03-15, in 14 days; renew it or fix the failures"),
    ],
)
def test_a_date_in_the_past_or_soon_is_named(day: str, sentence: str) -> None:
    assert said(until(day)) == [(0, f"{sentence} {NAMED}")]


def test_a_date_later_than_the_warning_is_not_named() -> None:
    assert said(until("2027-03-16")) == []


def test_a_check_that_is_not_selected_is_named() -> None:
    (found,) = said(RULE, selected=frozenset({"required-tags"}))
    assert found == (0, f"the configuration does not select its check, so it accepts nothing {NAMED}")


@pytest.mark.parametrize(
    "pattern", ["arn:aws:sqs:*:*:*", "arn:aws:s3:eu-west-1:*:scratch", "aws:account", "arn:aws:s4:*"]
)
def test_a_pattern_that_names_no_resource_of_the_check_is_named(pattern: str) -> None:
    ((_, sentence),) = said(replace(RULE, resource=pattern))
    assert sentence.startswith(
        f"it accepts nothing: {pattern} is no ARN of AWS::S3::Bucket, which the check applies to"
    )


def test_a_pattern_of_another_account_is_named() -> None:
    rule = SuppressionRule("sqs-queue-encrypted", ACCEPTED, "arn:aws:sqs:*:111122223333:*", account="444455556666")
    check = next(name for name in CATALOG.checks if name.startswith("sqs-"))
    ((_, sentence),) = said(replace(rule, check=check), selected=frozenset({check}))
    assert "names resources of another account than 444455556666" in sentence


@pytest.mark.parametrize(
    "later",
    [
        RULE,
        until("2029-01-01"),
        until("2027-12-01"),
        replace(RULE, suppression=replace(ACCEPTED, reason="another reason")),
    ],
)
def test_an_entry_that_names_the_same_failures_is_named_whatever_its_date(later: SuppressionRule) -> None:
    assert said(TAGGED, RULE, later) == [(2, f"suppressions[1] names the same failures; keep one of them {NAMED}")]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(RULE, replace(RULE, resource="arn:aws:s3:::scratch-1"), id="a pattern has the ARN"),
        pytest.param(replace(RULE, resource="*"), RULE, id="all"),
        pytest.param(replace(RULE, resource="*"), TAGGED, id="all has a tag"),
        pytest.param(RULE, replace(RULE, account="111122223333"), id="one account of it"),
        pytest.param(RULE, replace(RULE, tag={"Team": "x"}), id="one tag of it"),
        pytest.param(TAGGED, replace(TAGGED, tag={"Team": "data-1", "Env": "x"}), id="a narrower tag and another"),
        pytest.param(RULE, replace(RULE, resource="arn:aws:s3:::scratch-?"), id="a narrower pattern"),
    ],
)
def test_an_entry_that_an_earlier_one_includes_is_named(first: SuppressionRule, second: SuppressionRule) -> None:
    ((place, sentence),) = said(first, second)
    assert (place, sentence.startswith("suppressions[0] accepts all its failures, until 2028-01-01")) == (1, True)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        pytest.param(RULE, replace(RULE, check="required-tags"), id="another check"),
        pytest.param(RULE, until("2028-01-02", replace(RULE, resource="arn:aws:s3:::scratch-1")), id="it ends later"),
        pytest.param(replace(RULE, resource="arn:aws:s3:::scratch-?"), RULE, id="a wider pattern"),
        pytest.param(replace(RULE, account="111122223333"), RULE, id="all accounts"),
        pytest.param(TAGGED, replace(TAGGED, tag={"Team": "*"}), id="a wider tag"),
        pytest.param(replace(RULE, tag={"Team": "x"}), replace(RULE, resource="arn:aws:s3:::scratch-1"), id="no tag"),
    ],
)
def test_an_entry_that_accepts_more_is_not_named(first: SuppressionRule, second: SuppressionRule) -> None:
    assert said(first, second, selected=frozenset({CHECK, "required-tags"})) == []


NAMES = st.text("ab", max_size=3)
PATTERNS = st.text("ab*?", max_size=3)
ENTRIES = st.builds(
    SuppressionRule,
    check=st.just(CHECK),
    suppression=st.just(ACCEPTED),
    resource=st.none() | PATTERNS.map("arn:aws:s3:::{}".format),
    tag=st.dictionaries(st.sampled_from("xy"), PATTERNS, max_size=2),
    account=st.none() | st.sampled_from(["111122223333", "444455556666"]),
)


@given(ENTRIES, ENTRIES, st.lists(st.tuples(NAMES, st.dictionaries(st.sampled_from("xy"), NAMES)), max_size=20))
def test_an_entry_that_is_included_accepts_no_resource_of_its_own(
    first: SuppressionRule, second: SuppressionRule, drawn: list[tuple[str, dict[str, str]]]
) -> None:
    if any(place == 1 and "suppressions[0]" in sentence for place, sentence in said(first, second)):
        for name, tags in drawn:
            for account in ("111122223333", "444455556666"):
                bucket = Resource("AWS::S3::Bucket", name, account, "x", arn=f"arn:aws:s3:::{name}", tags=tags)
                assert accepts(first, bucket) or not accepts(second, bucket)


def test_an_entry_is_compared_with_a_bounded_number_of_others() -> None:
    """Ten thousand entries of one check must not take a hundred million comparisons."""
    rules = [replace(RULE, resource=f"arn:aws:s3:::*-{number}") for number in range(3_000)]
    assert said(*rules) == []
    ((place, sentence),) = said(*rules, replace(RULE, resource="arn:aws:s3:::x-7"))
    assert (place, sentence[:16]) == (3_000, "suppressions[7] ")
