"""Noncurrent versions and unfinished uploads, and what holds of every lifecycle configuration."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.checks.s3.lifecycle import (
    s3_bucket_lifecycle_covers_old_objects,
    s3_lifecycle_aborts_multipart_uploads,
    s3_lifecycle_noncurrent_versions_expire,
)
from muster.facets.s3.buckets import BucketVersioning
from muster.facets.s3.lifecycle import BucketLifecycle
from muster.model.finding import ObservedAt, Severity, Status, Unknown, UnknownField, Verdict

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
AT = ObservedAt(NOW)

EXPIRES = {"Expiration": {"Days": 90}}
MOVES = {"Transitions": [{"Days": 30, "StorageClass": "GLACIER"}]}
ABORTS = {"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}}
TAG = {"Key": "class", "Value": "temporary"}
BIG = {"ObjectSizeGreaterThan": 131072}


def rule(*actions: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """Return a rule named `r`, on and for the whole bucket, with these actions."""
    whole: dict[str, Any] = {"ID": "r", "Status": "Enabled", "Filter": {}}
    for part in (*actions, changed):
        whole |= part
    return {key: value for key, value in whole.items() if value is not None}


def lifecycle(*rules: dict[str, Any]) -> BucketLifecycle:
    return BucketLifecycle.parse({"Rules": list(rules)})


def expires(**expiration: Any) -> dict[str, Any]:
    return {"Expiration": expiration}


def moves(**transition: Any) -> dict[str, Any]:
    return {"Transitions": [{"StorageClass": "GLACIER", **transition}]}


NONCURRENT = {"NoncurrentVersionExpiration": {"NoncurrentDays": 30}}


@pytest.mark.parametrize(
    ("status", "rules", "expected", "reason"),
    [
        pytest.param("Enabled", [rule(NONCURRENT)], C, "Noncurrent versions expire after 30 days (rule 'r')", id="on"),
        pytest.param("Suspended", [rule(NONCURRENT)], C, "after 30 days", id="suspended, and expired all the same"),
        pytest.param(
            "Suspended",
            [],
            N,
            "No enabled rule for the whole bucket expires noncurrent versions (versioning is suspended)",
            id="suspended and kept",
        ),
        pytest.param(
            "Enabled",
            [],
            N,
            "No enabled rule for the whole bucket expires noncurrent versions (versioning is enabled)",
            id="no rules",
        ),
        pytest.param("Enabled", [rule(EXPIRES)], N, "", id="only current versions expire"),
        pytest.param("Enabled", [rule(NONCURRENT, Status="Disabled")], N, "'r' is disabled", id="disabled"),
        pytest.param("Enabled", [rule(NONCURRENT, Filter={"Prefix": "a/"})], N, "covers only a/", id="a prefix"),
        pytest.param(
            "Enabled",
            [rule(NONCURRENT, Filter={"Tag": TAG})],
            N,
            "No enabled rule for the whole bucket expires noncurrent versions (versioning is enabled): "
            "rule 'r' covers only objects with certain tags or sizes",
            id="a tag",
        ),
        pytest.param(
            "Enabled",
            [rule(NoncurrentVersionExpiration={"NoncurrentDays": 9, "NewerNoncurrentVersions": 3})],
            C,
            "Noncurrent versions expire after 9 days, except the newest 3 (rule 'r')",
            id="some are kept for good",
        ),
        pytest.param("", [], NA, "Versioning was never enabled", id="never versioned"),
        pytest.param("", [rule(NONCURRENT)], NA, "Versioning was never enabled", id="never versioned, with a rule"),
    ],
)
def test_s3_lifecycle_noncurrent_versions_expire(
    status: str, rules: list[dict[str, Any]], expected: Status, reason: str
) -> None:
    verdict = s3_lifecycle_noncurrent_versions_expire(lifecycle(*rules), BucketVersioning(status))
    assert verdict.status is expected
    assert reason in verdict.reason


def test_versioning_that_is_not_known_is_no_verdict_on_noncurrent_versions() -> None:
    with pytest.raises(UnknownField, match="new word"):
        s3_lifecycle_noncurrent_versions_expire(lifecycle(), BucketVersioning(Unknown("a new word")))


@pytest.mark.parametrize(
    ("rules", "expected", "reason"),
    [
        pytest.param([rule(ABORTS)], C, "Incomplete uploads are aborted after 7 days (rule 'r')", id="in time"),
        pytest.param([rule(ABORTS, EXPIRES)], C, "after 7 days", id="beside another action"),
        pytest.param([rule(ABORTS, Filter=None, Prefix="")], C, "", id="oldest form"),
        pytest.param(
            [rule(AbortIncompleteMultipartUpload={"DaysAfterInitiation": 8})],
            N,
            "Incomplete uploads are aborted only after 8 days (rule 'r'); use 7 or fewer",
            id="a day too late",
        ),
        pytest.param(
            [rule(EXPIRES)],
            N,
            "No enabled rule for the whole bucket aborts incomplete uploads",
            id="expiry does not abort",
        ),
        pytest.param([rule(ABORTS, Filter={"Prefix": "up/"})], N, "'r' covers only up/", id="a prefix"),
        pytest.param([rule(ABORTS, Status="Disabled")], N, "'r' is disabled", id="disabled"),
        pytest.param([], N, "No enabled rule for the whole bucket aborts incomplete uploads", id="no rules"),
    ],
)
def test_s3_lifecycle_aborts_multipart_uploads(rules: list[dict[str, Any]], expected: Status, reason: str) -> None:
    verdict = s3_lifecycle_aborts_multipart_uploads(lifecycle(*rules))
    assert verdict.status is expected
    assert reason in verdict.reason


def test_how_soon_uploads_are_aborted_is_a_setting() -> None:
    judged = lifecycle(rule(ABORTS))
    assert s3_lifecycle_aborts_multipart_uploads(judged, within_days=6).status is N
    assert s3_lifecycle_aborts_multipart_uploads(judged, within_days=7).status is C


ACTIONS = st.lists(
    st.sampled_from((EXPIRES, MOVES, ABORTS, NONCURRENT, expires(Days=365), moves(Days=200))), max_size=3
)
FILTERS = st.sampled_from(({}, None, {"Prefix": ""}, {"Prefix": "logs/"}, {"Tag": TAG}, BIG))
RULES = st.builds(
    lambda actions, covered, on: rule(*actions, Filter=covered, Status="Enabled" if on else "Disabled"),
    ACTIONS,
    FILTERS,
    st.booleans(),
)


def judge(rules: Sequence[dict[str, Any]], **settings: Any) -> list[Verdict]:
    judged = lifecycle(*rules)
    return [
        s3_bucket_lifecycle_covers_old_objects(judged, AT, **settings),
        s3_lifecycle_noncurrent_versions_expire(judged, BucketVersioning("Enabled")),
        s3_lifecycle_aborts_multipart_uploads(judged),
    ]


def good(rules: Sequence[dict[str, Any]], **settings: Any) -> list[bool]:
    return [verdict.status is C for verdict in judge(rules, **settings)]


@given(st.lists(RULES, max_size=5).flatmap(lambda rules: st.tuples(st.just(rules), st.permutations(rules))))
def test_the_order_of_rules_never_matters(pair: tuple[list[dict[str, Any]], list[dict[str, Any]]]) -> None:
    assert good(pair[0]) == good(pair[1])


@given(st.lists(RULES, max_size=4), RULES)
def test_one_more_rule_never_uncovers_a_bucket(rules: list[dict[str, Any]], added: dict[str, Any]) -> None:
    assert all(after or not before for before, after in zip(good(rules), good([*rules, added]), strict=True))


@given(st.lists(RULES, max_size=4))
def test_disabled_rules_are_as_good_as_none(rules: list[dict[str, Any]]) -> None:
    assert not any(good([{**each, "Status": "Disabled"} for each in rules]))


@given(st.lists(RULES, max_size=4), st.integers(0, 400), st.integers(0, 400))
def test_an_older_age_never_uncovers_a_bucket(rules: list[dict[str, Any]], one: int, other: int) -> None:
    sooner, later = (good(rules, older_than_days=days)[0] for days in sorted((one, other)))
    assert later or not sooner


@given(st.lists(RULES, max_size=4))
def test_what_covers_without_transitions_covers_with_them(rules: list[dict[str, Any]]) -> None:
    assert good(rules)[0] or not good(rules, allow_transition=False)[0]


@given(st.lists(st.text(min_size=1, max_size=3), max_size=20))
def test_no_set_of_prefixes_covers_a_bucket(prefixes: list[str]) -> None:
    assert not any(good([rule(EXPIRES, ABORTS, NONCURRENT, Filter={"Prefix": prefix}) for prefix in prefixes]))


def test_severities_and_controls() -> None:
    assert (s3_bucket_lifecycle_covers_old_objects.severity, s3_bucket_lifecycle_covers_old_objects.controls) == (
        Severity.LOW,
        ("FSBP S3.13",),
    )
    assert s3_lifecycle_noncurrent_versions_expire.controls == ("Security Hub S3.10",)
    assert s3_lifecycle_aborts_multipart_uploads.controls == ()
