"""Which failures are accepted, until when, and what is not looked at."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.configuration import Exclude, SuppressionRule
from muster.configuration.suppression import Suppressions, accepts, excluded, expired, rule_for, suppression_for
from muster.model.finding import ACCOUNT, Finding, Resource, Severity, Status, Suppression
from tests.examples import examples

DAY = date(2027, 3, 31)
ACCEPTED = Suppression(reason="a scratch bucket", owner="data", expires="2027-03-31", ticket="T-1")
RULE = SuppressionRule("versioned", ACCEPTED, "arn:aws:s3:::scratch-*")
BUCKET = Resource(
    "AWS::S3::Bucket",
    "scratch-1",
    "111122223333",
    "eu-west-1",
    arn="arn:aws:s3:::scratch-1",
    tags={"Team": "data-science", "Empty": ""},
)
FAILURE = Finding(
    finding_id="f",
    check_id="versioned",
    check_version=1,
    title="Buckets should be versioned",
    severity=Severity.LOW,
    status=Status.NON_COMPLIANT,
    reason="it is not",
    resource=BUCKET,
    service="s3",
    observed_at=datetime(2027, 3, 31, tzinfo=UTC),
)
TEAM = replace(RULE, resource=None, tag={"Team": "data-*"})
ACCOUNT_RULE = SuppressionRule("versioned", ACCEPTED, account="111122223333")
ROW = {
    "check_id": "versioned",
    "resource_type": "AWS::S3::Bucket",
    "resource_id": "scratch-1",
    "resource_arn": "arn:aws:s3:::scratch-1",
    "account_id": "111122223333",
    "region": "eu-west-1",
    "tags": '{"Empty": "", "Team": "data-science"}',
}


@pytest.mark.parametrize(
    ("rule", "accepted"),
    [
        pytest.param(RULE, True, id="the ARN matches"),
        pytest.param(replace(RULE, check="encrypted"), False, id="another check"),
        pytest.param(replace(RULE, resource="arn:aws:s3:::scratch"), False, id="a prefix is not a match"),
        pytest.param(replace(RULE, resource="arn:aws:s3:::SCRATCH-*"), False, id="case counts"),
        pytest.param(replace(RULE, resource="*"), True, id="everything"),
        pytest.param(TEAM, True, id="the tag matches"),
        pytest.param(replace(TEAM, tag={"team": "data-*"}), False, id="a tag key's case counts"),
        pytest.param(replace(TEAM, tag={"Team": "*", "Owner": "*"}), False, id="every tag must be there"),
        pytest.param(replace(TEAM, tag={"Empty": "*"}), True, id="an empty value is a value"),
        pytest.param(replace(TEAM, resource="arn:aws:s3:::other"), False, id="ARN and tag both count"),
        pytest.param(ACCOUNT_RULE, True, id="the account matches"),
        pytest.param(replace(ACCOUNT_RULE, account="444455556666"), False, id="another account"),
        pytest.param(replace(TEAM, account="444455556666"), False, id="tag and account both count"),
    ],
)
def test_a_failure_is_accepted_when_all_that_is_given_matches(rule: SuppressionRule, accepted: bool) -> None:
    """One thing changes per row."""
    assert suppression_for(FAILURE, [rule], DAY) == (ACCEPTED if accepted else None)


@pytest.mark.parametrize("status", [status for status in Status if status is not Status.NON_COMPLIANT])
def test_only_failures_are_accepted(status: Status) -> None:
    """A pass needs no excuse, and what could not be read is not excused."""
    assert suppression_for(replace(FAILURE, status=status), [RULE], DAY) is None


def test_tags_that_nobody_read_match_nothing() -> None:
    """Not to know the tags is no reason to accept a failure, nor to look away."""
    unread = replace(BUCKET, tags=None)
    assert suppression_for(replace(FAILURE, resource=unread), [TEAM], DAY) is None
    assert not excluded(unread, Exclude(tags={"Team": "*"}))


def test_a_suppression_holds_through_its_day_and_not_longer() -> None:
    """After it the failure counts again, and the suppression is listed as expired."""
    after = DAY + timedelta(days=1)
    assert suppression_for(FAILURE, [RULE], DAY) == ACCEPTED
    assert expired([RULE], DAY) == ()
    assert suppression_for(FAILURE, [RULE], after) is None
    assert expired([RULE, replace(RULE, suppression=replace(ACCEPTED, expires="2027-04-01"))], after) == (RULE,)


def test_the_first_in_force_is_named() -> None:
    """An expired entry does not hide a later one."""
    old = replace(RULE, suppression=replace(ACCEPTED, expires="2026-12-31"))
    assert suppression_for(FAILURE, [old, RULE, TEAM], DAY) is ACCEPTED


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        pytest.param({}, TEAM, id="by its tag"),
        pytest.param({"tags": None}, ACCOUNT_RULE, id="tags that were not read match nothing"),
        pytest.param({"tags": None, "account_id": "444455556666"}, None, id="nothing matches"),
        pytest.param({"check_id": "encrypted"}, None, id="another check"),
    ],
)
def test_a_row_of_the_table_is_matched_as_its_finding_is(changes: dict[str, object], found: SuppressionRule) -> None:
    assert rule_for({**ROW, **changes}, [TEAM, ACCOUNT_RULE], DAY) == found


def test_an_account_without_an_arn_is_matched_in_a_row() -> None:
    row = {**ROW, "resource_type": ACCOUNT, "resource_id": "111122223333", "resource_arn": None}
    assert rule_for(row, [replace(RULE, resource="aws:account")], DAY) is not None


def test_an_entry_that_expired_is_found_only_where_none_in_force_matches() -> None:
    """So that failures that fail again are counted for the entry that accepted them."""
    old = replace(RULE, suppression=replace(ACCEPTED, expires="2026-12-31"))
    assert Suppressions([old, TEAM], DAY).rule_for("versioned", BUCKET) is TEAM
    assert Suppressions([old], DAY).rule_for("versioned", BUCKET) is old
    assert Suppressions([old], DAY).suppression_for(FAILURE) is None
    assert Suppressions([old, TEAM], DAY).checks == {"versioned"}


def test_the_key_of_an_entry_follows_from_its_content() -> None:
    entry = TEAM.to_json()
    assert SuppressionRule.from_json(dict(reversed(entry.items()))).key == TEAM.key
    others = [RULE, ACCOUNT_RULE, replace(TEAM, check="other"), replace(TEAM, tag={"Team": "x"})]
    others += [replace(TEAM, suppression=replace(ACCEPTED, expires="2027-04-01")), TEAM]
    assert len({rule.key for rule in others}) == len(others)
    assert len(TEAM.key) == 16


@pytest.mark.parametrize(
    ("rule", "where"),
    [
        (RULE, "arn:aws:s3:::scratch-*"),
        (TEAM, "Team=data-*"),
        (ACCOUNT_RULE, "account 111122223333"),
        (replace(RULE, tag={"a": "1", "b": "2"}, account="111122223333"),
         "arn:aws:s3:::scratch-*, a=1, b=2, account 111122223333"),
    ],
)  # fmt: skip
def test_the_resources_of_an_entry_are_named_as_the_file_names_them(rule: SuppressionRule, where: str) -> None:
    assert rule.where == where


def test_what_has_no_arn_goes_by_its_key() -> None:
    """A failure of the account itself can be accepted."""
    account = Resource(ACCOUNT, "111122223333", "111122223333", "global")
    rule = replace(RULE, resource="aws:account")
    assert suppression_for(replace(FAILURE, resource=account), [rule], DAY) == ACCEPTED
    assert suppression_for(FAILURE, [rule], DAY) is None


@pytest.mark.parametrize(
    ("exclude", "left_out"),
    [
        pytest.param(Exclude(), False, id="nothing"),
        pytest.param(Exclude(accounts=("111122223333",)), True, id="account"),
        pytest.param(Exclude(accounts=("123456789012",)), False, id="another account"),
        pytest.param(Exclude(regions=("eu-west-1",)), True, id="region"),
        pytest.param(Exclude(regions=("eu-west-2",)), False, id="another region"),
        pytest.param(Exclude(arns=("arn:aws:s3:::x", "arn:aws:s3:::scratch-?")), True, id="one of several ARNs"),
        pytest.param(Exclude(arns=("arn:aws:s3:::scratch-??",)), False, id="? is one character"),
        pytest.param(Exclude(tags={"Scanner": "ignore", "Team": "data-science"}), True, id="one of several tags"),
        pytest.param(Exclude(tags={"Team": "data"}), False, id="another value"),
    ],
)
def test_any_one_thing_excludes(exclude: Exclude, left_out: bool) -> None:
    """One thing changes per row."""
    assert excluded(BUCKET, exclude) is left_out


PATTERNS = st.text("ab*?", max_size=4)
ENTRIES = st.builds(
    SuppressionRule,
    check=st.sampled_from(["versioned", "encrypted"]),
    suppression=st.sampled_from([ACCEPTED, replace(ACCEPTED, expires="2027-03-30")]),
    resource=st.none() | PATTERNS,
    tag=st.dictionaries(st.just("Team"), PATTERNS, max_size=1),
    account=st.none() | st.sampled_from(["111122223333", "444455556666"]),
)


def test_an_entry_of_a_longer_name_is_no_obstacle() -> None:
    rules = [replace(RULE, resource=name) for name in ("ab", "abab", "a")]
    resource = replace(BUCKET, arn="ab")
    assert Suppressions(rules, DAY).rule_for("versioned", resource) is rules[0]


@settings(max_examples=examples(300))
@given(st.lists(ENTRIES, max_size=8), st.text("ab", min_size=1, max_size=4), st.text("ab", max_size=2))
def test_the_first_entry_is_found_as_by_looking_at_each(rules: list[SuppressionRule], name: str, team: str) -> None:
    resource = replace(BUCKET, arn=name, tags={"Team": team})
    matching = [rule for rule in rules if rule.check == "versioned" and accepts(rule, resource)]
    first = next((rule for rule in matching if rule.suppression is ACCEPTED), matching[0] if matching else None)
    assert Suppressions(rules, DAY).rule_for("versioned", resource) is first
