"""Whether old objects are covered: lifecycle configurations as S3 answers them, one named case a row."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from muster.checks.s3.lifecycle import s3_bucket_lifecycle_covers_old_objects
from muster.facets.s3.lifecycle import BucketLifecycle
from muster.model.finding import ObservedAt, Status

C, N = Status.COMPLIANT, Status.NON_COMPLIANT
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
    pytest.param([rule(EXPIRES)], C, "Every object expires after 90 days (rule 'r')", id="an empty filter"),
    pytest.param(
        [rule(EXPIRES, Filter=None)], C, "Every object expires after 90 days (rule 'r')", id="neither filter nor prefix"
    ),
    pytest.param([rule(EXPIRES, Filter={"Prefix": ""})], C, "", id="an empty prefix in the filter"),
    pytest.param([rule(EXPIRES, Filter=None, Prefix="")], C, "", id="an empty prefix, oldest form"),
    pytest.param([rule(EXPIRES, Filter={"And": {"Prefix": ""}})], C, "", id="an empty prefix in And"),
    pytest.param([rule(EXPIRES, Filter={"And": {"Prefix": "", "Tags": []}})], C, "", id="no tags in And"),
    pytest.param(
        [rule(EXPIRES, ID=None)],
        C,
        "Every object expires after 90 days (a rule without an ID)",
        id="a rule without a name",
    ),
    pytest.param(
        [rule(EXPIRES, Filter={"Prefix": "logs/"})],
        N,
        "No enabled rule for the whole bucket expires or transitions objects: rule 'r' covers only logs/",
        id="a prefix in the filter",
    ),
    pytest.param([rule(EXPIRES, Filter=None, Prefix="logs/")], N, "", id="a prefix, oldest form"),
    pytest.param(
        [rule(EXPIRES, Filter={"And": {"Prefix": "logs/", "Tags": [TAG]}})],
        N,
        "covers only logs/",
        id="And with a prefix",
    ),
    pytest.param([rule(EXPIRES, Filter={"Prefix": "/"})], N, "", id="a slash is a prefix like any other"),
    pytest.param(
        [rule(EXPIRES, Filter={"Tag": TAG})],
        N,
        "No enabled rule for the whole bucket expires or transitions objects: rule 'r' covers only "
        "objects with certain tags or sizes",
        id="a tag",
    ),
    pytest.param(
        [rule(EXPIRES, Filter={"And": {"Prefix": "", "Tags": [TAG]}})],
        N,
        "No enabled rule for the whole bucket expires or transitions objects: rule 'r' covers only "
        "objects with certain tags or sizes",
        id="tags in And",
    ),
    pytest.param([rule(EXPIRES, Filter=BIG)], N, "", id="only large objects"),
    pytest.param([rule(EXPIRES, Filter={"ObjectSizeGreaterThan": 0})], N, "", id="all but empty objects"),
    pytest.param([rule(EXPIRES, Filter={"ObjectSizeLessThan": 1024})], N, "", id="only small objects"),
    pytest.param(
        [rule(EXPIRES, Filter={"And": {"ObjectSizeGreaterThan": 1, "ObjectSizeLessThan": 9}})],
        N,
        "",
        id="a range of sizes",
    ),
    pytest.param([rule(EXPIRES, Filter={"Colour": "red"})], N, "", id="a filter nobody knows yet"),
    # Whether it acts at all.
    pytest.param([], N, "Bucket has no lifecycle rules", id="no rules"),
    pytest.param(
        [rule(EXPIRES, Status="Disabled")],
        N,
        "No enabled rule for the whole bucket expires or transitions objects: rule 'r' is disabled",
        id="a disabled rule",
    ),
    pytest.param(
        [rule(ABORTS)],
        N,
        "No enabled rule for the whole bucket expires or transitions objects",
        id="only uploads are aborted",
    ),
    pytest.param(
        [rule(expires(ExpiredObjectDeleteMarker=True))],
        N,
        "No enabled rule for the whole bucket expires or transitions objects",
        id="only delete markers expire",
    ),
    pytest.param(
        [rule(NoncurrentVersionExpiration={"NoncurrentDays": 1})],
        N,
        "No enabled rule for the whole bucket expires or transitions objects",
        id="only noncurrent versions expire",
    ),
    pytest.param(
        [rule(NoncurrentVersionTransitions=[{"NoncurrentDays": 1, "StorageClass": "GLACIER"}])],
        N,
        "",
        id="only noncurrent versions move",
    ),
    # When it acts.
    pytest.param([rule(expires(Days=1))], C, "Every object expires after 1 day (rule 'r')", id="long before the age"),
    pytest.param(
        [rule(expires(Days=91))],
        N,
        "No rule acts on every object within 90 days: rule 'r' acts after 91 days",
        id="a day too late",
    ),
    pytest.param(
        [rule(expires(Days=365))],
        N,
        "No rule acts on every object within 90 days: rule 'r' acts after 365 days",
        id="a year, not 90 days",
    ),
    pytest.param([rule(expires(Date=NOW - timedelta(days=1)))], C, "on 2026-11-20", id="a date that is past"),
    pytest.param([rule(expires(Date=NOW))], C, "", id="a date that is now"),
    pytest.param([rule(expires(Date=NOW + timedelta(days=1)))], N, "acts on 2026-11-22", id="a date that is to come"),
    pytest.param([rule(expires(Date=NOW.replace(tzinfo=None) - timedelta(days=1)))], C, "", id="a past date, no zone"),
    # Transitions.
    pytest.param(
        [rule(moves(Days=90))],
        C,
        "Objects transition after 90 days (rule 'r'); objects smaller than 128 KB do not transition",
        id="a transition in time",
    ),
    pytest.param([rule(moves(Days=0))], C, "", id="a transition at once"),
    pytest.param([rule(moves(Days=91))], N, "", id="a transition a day too late"),
    pytest.param([rule(moves(Date=NOW - timedelta(days=9)))], C, "", id="a transition on a past date"),
    pytest.param([rule(moves(Date=NOW + timedelta(days=9)))], N, "", id="a transition still to come"),
    pytest.param(
        [rule(Transitions=[{"Days": 180, "StorageClass": "GLACIER"}, {"Days": 30, "StorageClass": "STANDARD_IA"}])],
        C,
        "",
        id="the earliest of several transitions counts",
    ),
    pytest.param(
        [rule(moves(Days=30), expires(Days=365))],
        C,
        "Objects transition after 30 days (rule 'r'); objects smaller than 128 KB do not transition",
        id="moved in time, expired later",
    ),
    pytest.param([rule(MOVES, Filter={"Prefix": "logs/"})], N, "", id="a transition for a prefix"),
    # Several rules together.
    pytest.param(
        [rule(EXPIRES, ID="a", Filter={"Prefix": "logs/"}), rule(EXPIRES, ID="b", Filter={"Prefix": "tmp/"})],
        N,
        "",
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
        "Every object expires after 90 days (rule 'rest')",
        id="one of the prefixes is empty",
    ),
    pytest.param(
        [rule(EXPIRES, Filter=BIG), rule(EXPIRES, Filter={"ObjectSizeLessThan": 131073})],
        N,
        "",
        id="sizes are not added up",
    ),
    pytest.param(
        [rule(EXPIRES, ID="off", Status="Disabled"), rule(EXPIRES, ID="on")],
        C,
        "Every object expires after 90 days (rule 'on')",
        id="one off, one on",
    ),
    pytest.param(
        [rule(expires(Days=365)), rule(EXPIRES, Filter={"Prefix": "logs/"})],
        N,
        "",
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
    assert (verdict.status, verdict.reason) == (N, "Bucket has no lifecycle rules")


@pytest.mark.parametrize(
    ("sizes", "said"), [(STANDARD_SIZES, True), (ALL_SIZES, False), (None, True)], ids=["default", "varies", "unsaid"]
)
def test_a_transition_that_leaves_small_objects_says_so(sizes: str | None, said: bool) -> None:
    verdict = s3_bucket_lifecycle_covers_old_objects(lifecycle(rule(MOVES), sizes=sizes), AT)
    assert verdict.status is C
    assert ("objects smaller than 128 KB do not transition" in verdict.reason) is said


def test_an_expiry_speaks_of_no_sizes() -> None:
    verdict = s3_bucket_lifecycle_covers_old_objects(lifecycle(rule(MOVES, EXPIRES)), AT)
    assert verdict.reason == "Every object expires after 90 days (rule 'r')"


def test_where_transitions_do_not_count_only_an_expiry_does() -> None:
    moved = s3_bucket_lifecycle_covers_old_objects(lifecycle(rule(MOVES)), AT, allow_transition=False)
    assert moved.status is N
    assert moved.reason == "Objects transition but never expire; `allow_transition` is false"
    beside = s3_bucket_lifecycle_covers_old_objects(lifecycle(rule(ABORTS), rule(MOVES)), AT, allow_transition=False)
    assert beside == moved
    expired = s3_bucket_lifecycle_covers_old_objects(lifecycle(rule(MOVES, EXPIRES)), AT, allow_transition=False)
    assert expired.status is C


def test_where_transitions_do_not_count_a_late_expiry_is_named() -> None:
    both = lifecycle(rule(MOVES, expires(Days=365)))
    verdict = s3_bucket_lifecycle_covers_old_objects(both, AT, allow_transition=False)
    assert verdict.status is N
    assert verdict.reason == "No rule acts on every object within 90 days: rule 'r' acts after 365 days"


@pytest.mark.parametrize(("days", "status"), [(364, N), (365, C), (366, C)])
def test_the_age_is_a_setting(days: int, status: Status) -> None:
    judged = lifecycle(rule(expires(Days=365)))
    assert s3_bucket_lifecycle_covers_old_objects(judged, AT, older_than_days=days).status is status


def test_where_transitions_do_not_count_a_rule_for_a_prefix_is_named() -> None:
    judged = lifecycle(rule(EXPIRES, Filter={"Prefix": "logs/"}))
    verdict = s3_bucket_lifecycle_covers_old_objects(judged, AT, allow_transition=False)
    assert verdict.reason == "No enabled rule for the whole bucket expires objects: rule 'r' covers only logs/"
