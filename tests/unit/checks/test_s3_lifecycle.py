"""Lifecycle checks: configurations as S3 answers them, one named case a row."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.checks.s3_lifecycle import (
    s3_bucket_lifecycle_covers_old_objects,
    s3_lifecycle_aborts_multipart_uploads,
    s3_lifecycle_noncurrent_versions_expire,
)
from muster.facets.s3 import BucketVersioning
from muster.facets.s3_lifecycle import BucketLifecycle
from muster.model import ObservedAt, Severity, Status, Unknown, UnknownField, Verdict

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
AT = ObservedAt(NOW)
ALL_SIZES = "varies_by_storage_class"
STANDARD_SIZES = "all_storage_classes_128K"

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


def lifecycle(*rules: dict[str, Any], sizes: str | None = STANDARD_SIZES) -> BucketLifecycle:
    said = {} if sizes is None else {"TransitionDefaultMinimumObjectSize": sizes}
    return BucketLifecycle.parse({"Rules": list(rules), **said})


def expires(**expiration: Any) -> dict[str, Any]:
    return {"Expiration": expiration}


def moves(**transition: Any) -> dict[str, Any]:
    return {"Transitions": [{"StorageClass": "GLACIER", **transition}]}


CASES = [
    # What the rule covers, in every shape S3 answers.
    pytest.param([rule(EXPIRES)], C, "the rule 'r' expires every object after 90 days", id="an empty filter"),
    pytest.param([rule(EXPIRES, Filter=None)], C, "expires every object", id="neither filter nor prefix"),
    pytest.param([rule(EXPIRES, Filter={"Prefix": ""})], C, "expires every object", id="an empty prefix in the filter"),
    pytest.param([rule(EXPIRES, Filter=None, Prefix="")], C, "expires every object", id="an empty prefix, oldest form"),
    pytest.param(
        [rule(EXPIRES, Filter={"And": {"Prefix": ""}})], C, "expires every object", id="an empty prefix in And"
    ),
    pytest.param(
        [rule(EXPIRES, Filter={"And": {"Prefix": "", "Tags": []}})], C, "expires every object", id="no tags in And"
    ),
    pytest.param([rule(EXPIRES, ID=None)], C, "a rule without a name expires", id="a rule without a name"),
    pytest.param(
        [rule(EXPIRES, Filter={"Prefix": "logs/"})], N, "the rule 'r' covers only logs/", id="a prefix in the filter"
    ),
    pytest.param(
        [rule(EXPIRES, Filter=None, Prefix="logs/")], N, "the rule 'r' covers only logs/", id="a prefix, oldest form"
    ),
    pytest.param(
        [rule(EXPIRES, Filter={"And": {"Prefix": "logs/", "Tags": [TAG]}})],
        N,
        "covers only logs/",
        id="And with a prefix",
    ),
    pytest.param([rule(EXPIRES, Filter={"Prefix": "/"})], N, "covers only /", id="a slash is a prefix like any other"),
    pytest.param([rule(EXPIRES, Filter={"Tag": TAG})], N, "only objects of some tags or sizes", id="a tag"),
    pytest.param(
        [rule(EXPIRES, Filter={"And": {"Prefix": "", "Tags": [TAG]}})], N, "of some tags or sizes", id="tags in And"
    ),
    pytest.param([rule(EXPIRES, Filter=BIG)], N, "of some tags or sizes", id="only large objects"),
    pytest.param(
        [rule(EXPIRES, Filter={"ObjectSizeGreaterThan": 0})], N, "of some tags or sizes", id="all but empty objects"
    ),
    pytest.param(
        [rule(EXPIRES, Filter={"ObjectSizeLessThan": 1024})], N, "of some tags or sizes", id="only small objects"
    ),
    pytest.param(
        [rule(EXPIRES, Filter={"And": {"ObjectSizeGreaterThan": 1, "ObjectSizeLessThan": 9}})],
        N,
        "of some tags or sizes",
        id="a range of sizes",
    ),
    pytest.param([rule(EXPIRES, Filter={"Colour": "red"})], N, "of some tags or sizes", id="a filter nobody knows yet"),
    # Whether it acts at all.
    pytest.param([], N, "the bucket has no lifecycle rules", id="no rules"),
    pytest.param([rule(EXPIRES, Status="Disabled")], N, "the rule 'r' is disabled", id="a disabled rule"),
    pytest.param([rule(ABORTS)], N, "no enabled rule for the whole bucket expires", id="only uploads are aborted"),
    pytest.param(
        [rule(expires(ExpiredObjectDeleteMarker=True))],
        N,
        "no enabled rule for the whole",
        id="only delete markers expire",
    ),
    pytest.param(
        [rule(NoncurrentVersionExpiration={"NoncurrentDays": 1})],
        N,
        "no enabled rule for the whole bucket",
        id="only noncurrent versions expire",
    ),
    pytest.param(
        [rule(NoncurrentVersionTransitions=[{"NoncurrentDays": 1, "StorageClass": "GLACIER"}])],
        N,
        "no enabled rule for the whole bucket",
        id="only noncurrent versions move",
    ),
    # When it acts.
    pytest.param([rule(expires(Days=1))], C, "after 1 days", id="long before the age"),
    pytest.param([rule(expires(Days=91))], N, "the rule 'r' acts after 91 days", id="a day too late"),
    pytest.param(
        [rule(expires(Days=365))], N, "acts after 365 days; every object older than 90", id="a year, not 90 days"
    ),
    pytest.param([rule(expires(Date=NOW - timedelta(days=1)))], C, "on 2026-11-20", id="a date that is past"),
    pytest.param([rule(expires(Date=NOW))], C, "on 2026-11-21", id="a date that is now"),
    pytest.param([rule(expires(Date=NOW + timedelta(days=1)))], N, "acts on 2026-11-22", id="a date that is to come"),
    pytest.param(
        [rule(expires(Date=NOW.replace(tzinfo=None) - timedelta(days=1)))],
        C,
        "on 2026-11-20",
        id="a past date, no zone",
    ),
    # Transitions.
    pytest.param(
        [rule(moves(Days=90))], C, "the rule 'r' transitions objects after 90 days", id="a transition in time"
    ),
    pytest.param([rule(moves(Days=0))], C, "after 0 days", id="a transition at once"),
    pytest.param([rule(moves(Days=91))], N, "acts after 91 days", id="a transition a day too late"),
    pytest.param([rule(moves(Date=NOW - timedelta(days=9)))], C, "on 2026-11-12", id="a transition on a past date"),
    pytest.param([rule(moves(Date=NOW + timedelta(days=9)))], N, "acts on 2026-11-30", id="a transition still to come"),
    pytest.param(
        [rule(Transitions=[{"Days": 180, "StorageClass": "GLACIER"}, {"Days": 30, "StorageClass": "STANDARD_IA"}])],
        C,
        "after 30 days",
        id="the earliest of several transitions counts",
    ),
    pytest.param(
        [rule(moves(Days=30), expires(Days=365))], C, "transitions objects after 30", id="moved in time, expired later"
    ),
    pytest.param([rule(MOVES, Filter={"Prefix": "logs/"})], N, "covers only logs/", id="a transition for a prefix"),
    # Several rules together.
    pytest.param(
        [rule(EXPIRES, ID="a", Filter={"Prefix": "logs/"}), rule(EXPIRES, ID="b", Filter={"Prefix": "tmp/"})],
        N,
        "the rule 'a' covers only logs/, the rule 'b' covers only tmp/",
        id="prefixes never add up",
    ),
    pytest.param(
        [rule(EXPIRES, ID=key, Filter={"Prefix": key}) for key in "0123456789abcdefghijklmnopqrstuvwxyz"],
        N,
        "covers only z",
        id="not even all letters and digits",
    ),
    pytest.param(
        [rule(EXPIRES, Filter={"Prefix": "logs/"}), rule(EXPIRES, ID="rest", Filter={"Prefix": ""})],
        C,
        "the rule 'rest' expires every object",
        id="one of the prefixes is empty",
    ),
    pytest.param(
        [rule(EXPIRES, Filter=BIG), rule(EXPIRES, Filter={"ObjectSizeLessThan": 131073})],
        N,
        "of some tags or sizes",
        id="sizes are not added up",
    ),
    pytest.param(
        [rule(EXPIRES, ID="off", Status="Disabled"), rule(EXPIRES, ID="on")], C, "the rule 'on'", id="one off, one on"
    ),
    pytest.param(
        [rule(expires(Days=365)), rule(EXPIRES, Filter={"Prefix": "logs/"})],
        N,
        "acts after 365 days",
        id="late for the bucket, in time for a prefix",
    ),
]


@pytest.mark.parametrize(("rules", "status", "reason"), CASES)
def test_s3_bucket_lifecycle_covers_old_objects(rules: list[dict[str, Any]], status: Status, reason: str) -> None:
    verdict = s3_bucket_lifecycle_covers_old_objects(lifecycle(*rules), AT)
    assert verdict.status is status
    assert reason in verdict.reason


def test_a_bucket_without_lifecycle_configuration_is_not_covered() -> None:
    verdict = s3_bucket_lifecycle_covers_old_objects(BucketLifecycle.parse({}), AT)
    assert (verdict.status, verdict.reason) == (N, "the bucket has no lifecycle rules")


@pytest.mark.parametrize(
    ("sizes", "said"), [(STANDARD_SIZES, True), (ALL_SIZES, False), (None, True)], ids=["default", "varies", "unsaid"]
)
def test_a_transition_that_leaves_small_objects_says_so(sizes: str | None, said: bool) -> None:
    verdict = s3_bucket_lifecycle_covers_old_objects(lifecycle(rule(MOVES), sizes=sizes), AT)
    assert verdict.status is C
    assert ("objects smaller than 128 KB stay where they are" in verdict.reason) is said


def test_an_expiry_speaks_of_no_sizes() -> None:
    verdict = s3_bucket_lifecycle_covers_old_objects(lifecycle(rule(MOVES, EXPIRES)), AT)
    assert verdict.reason == "the rule 'r' expires every object after 90 days"


def test_where_transitions_do_not_count_only_an_expiry_does() -> None:
    moved = s3_bucket_lifecycle_covers_old_objects(lifecycle(rule(MOVES)), AT, allow_transition=False)
    assert moved.status is N
    assert "a transition does not count here" in moved.reason
    expired = s3_bucket_lifecycle_covers_old_objects(lifecycle(rule(MOVES, EXPIRES)), AT, allow_transition=False)
    assert expired.status is C


def test_where_transitions_do_not_count_a_late_expiry_is_named() -> None:
    both = lifecycle(rule(MOVES, expires(Days=365)))
    verdict = s3_bucket_lifecycle_covers_old_objects(both, AT, allow_transition=False)
    assert verdict.status is N
    assert "the rule 'r' acts after 365 days" in verdict.reason


@pytest.mark.parametrize(("days", "status"), [(364, N), (365, C), (366, C)])
def test_the_age_is_a_setting(days: int, status: Status) -> None:
    judged = lifecycle(rule(expires(Days=365)))
    assert s3_bucket_lifecycle_covers_old_objects(judged, AT, older_than_days=days).status is status


def test_where_transitions_do_not_count_a_rule_for_a_prefix_is_told() -> None:
    judged = lifecycle(rule(EXPIRES, Filter={"Prefix": "logs/"}))
    verdict = s3_bucket_lifecycle_covers_old_objects(judged, AT, allow_transition=False)
    assert verdict.reason == "no enabled rule for the whole bucket expires objects: the rule 'r' covers only logs/"


NONCURRENT = {"NoncurrentVersionExpiration": {"NoncurrentDays": 30}}


@pytest.mark.parametrize(
    ("status", "rules", "expected", "reason"),
    [
        pytest.param(
            "Enabled", [rule(NONCURRENT)], C, "the rule 'r' expires noncurrent versions after 30 days", id="on"
        ),
        pytest.param("Suspended", [rule(NONCURRENT)], C, "after 30 days", id="suspended, and expired all the same"),
        pytest.param("Suspended", [], N, "versioning is suspended and no enabled rule", id="suspended and kept"),
        pytest.param("Enabled", [], N, "versioning is enabled and no enabled rule", id="no rules"),
        pytest.param("Enabled", [rule(EXPIRES)], N, "no enabled rule", id="only current versions expire"),
        pytest.param("Enabled", [rule(NONCURRENT, Status="Disabled")], N, "'r' is disabled", id="disabled"),
        pytest.param("Enabled", [rule(NONCURRENT, Filter={"Prefix": "a/"})], N, "covers only a/", id="a prefix"),
        pytest.param("Enabled", [rule(NONCURRENT, Filter={"Tag": TAG})], N, "some tags or sizes", id="a tag"),
        pytest.param(
            "Enabled",
            [rule(NoncurrentVersionExpiration={"NoncurrentDays": 9, "NewerNoncurrentVersions": 3})],
            C,
            "after 9 days, all but the newest 3",
            id="some are kept for good",
        ),
        pytest.param("", [], NA, "the bucket was never versioned", id="never versioned"),
        pytest.param("", [rule(NONCURRENT)], NA, "never versioned", id="never versioned, with a rule"),
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
        pytest.param([rule(ABORTS)], C, "the rule 'r' aborts uploads after 7 days", id="in time"),
        pytest.param([rule(ABORTS, EXPIRES)], C, "after 7 days", id="beside another action"),
        pytest.param([rule(ABORTS, Filter=None, Prefix="")], C, "after 7 days", id="oldest form"),
        pytest.param(
            [rule(AbortIncompleteMultipartUpload={"DaysAfterInitiation": 8})],
            N,
            "the rule 'r' aborts uploads after 8 days only, 7 are asked",
            id="a day too late",
        ),
        pytest.param([rule(EXPIRES)], N, "no enabled rule for the whole bucket aborts", id="expiry does not abort"),
        pytest.param([rule(ABORTS, Filter={"Prefix": "up/"})], N, "'r' covers only up/", id="a prefix"),
        pytest.param([rule(ABORTS, Status="Disabled")], N, "'r' is disabled", id="disabled"),
        pytest.param([], N, "no enabled rule", id="no rules"),
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
