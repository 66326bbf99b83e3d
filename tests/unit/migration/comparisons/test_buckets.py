"""Comparisons of buckets, by every shape of answer that S3 has for them."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.unit.migration.comparisons.buckets import (
    SOURCE_KEY,
    TARGET_KEY,
    Change,
    Estate,
    changed,
    encryption,
    inline,
    key_sections,
    parity,
)
from tests.unit.migration.sides_of import UNREAD


def after(name: str, change: Change) -> tuple[str, str]:
    """Return the status and the reason of a comparison after a change."""
    return changed(change).findings()[name]


def rules(*found: dict[str, Any]) -> Change:
    def change(estate: Estate) -> None:
        estate.target["lifecycle"] = {"Rules": list(found)}

    return change


def expiring(**changes: Any) -> dict[str, Any]:
    (rule,) = parity().target["lifecycle"]["Rules"]
    return {key: value for key, value in {**rule, **changes}.items() if value is not None}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param(
            rules(expiring(Filter={"Prefix": ""})), "after 90 days, noncurrent versions after 30", id="prefix"
        ),
        pytest.param(rules(expiring(Filter=None, Prefix="")), "objects expire after 90 days", id="the oldest form"),
        pytest.param(
            rules(
                expiring(NoncurrentVersionExpiration=None),
                expiring(ID="versions", Expiration={"ExpiredObjectDeleteMarker": True}),
            ),
            "objects expire after 90 days, noncurrent versions after 30",
            id="two rules",
        ),
        pytest.param(
            rules(expiring(), expiring(ID="tmp", Filter={"Prefix": "tmp/"}, Expiration={"Days": 1})),
            "objects expire after 90 days",
            id="a narrower rule besides",
        ),
        pytest.param(
            rules(expiring(NoncurrentVersionExpiration={"NoncurrentDays": 90, "NewerNoncurrentVersions": 2})),
            "noncurrent versions after 90, but the newest 2 of each object",
            id="some versions are kept",
        ),
    ],
)
def test_objects_expire(change: Change, reason: str) -> None:
    found, text = after("objects-expire", change)
    assert found == "COMPLIANT", text
    assert reason in text


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param(lambda estate: estate.target.update(lifecycle=None), "there are no lifecycle rules", id="none"),
        pytest.param(
            rules(expiring(Status="Disabled")),
            "no enabled rule for all objects expires objects: the rule expire is disabled",
            id="disabled",
        ),
        pytest.param(
            rules(expiring(Filter={"Prefix": "a/"})), "the rule expire covers only the prefix a/", id="prefix"
        ),
        pytest.param(
            rules(expiring(Filter={"And": {"Prefix": "", "ObjectSizeGreaterThan": 0}})),
            "covers only objects of some tags or sizes",
            id="size",
        ),
        pytest.param(
            rules(expiring(Filter={"Prefix": "a/"}), expiring(ID="b", Filter={"Prefix": "b/"})),
            "the rule expire covers only the prefix a/, the rule b covers only the prefix b/",
            id="prefixes never add up",
        ),
        pytest.param(
            rules(expiring(Expiration=None, Transitions=[{"Days": 90, "StorageClass": "GLACIER"}])),
            "no enabled rule for all objects expires objects",
            id="a transition is no expiration",
        ),
        pytest.param(
            rules(expiring(Expiration={"ExpiredObjectDeleteMarker": True})),
            "no enabled rule for all objects expires objects",
            id="delete markers only",
        ),
        pytest.param(
            rules(expiring(Expiration={"Date": datetime(2027, 1, 1, tzinfo=UTC)})),
            "all objects expire on 2027-01-01; 90 days are expected",
            id="a date",
        ),
        pytest.param(
            rules(expiring(), expiring(ID="early", Expiration={"Days": 7})),
            "objects expire after 7 days, 90 are expected",
            id="the earliest of two counts",
        ),
        pytest.param(
            rules(expiring(NoncurrentVersionExpiration={"NoncurrentDays": 91})),
            "noncurrent versions expire after 91 days only",
            id="versions too late",
        ),
    ],
)
def test_objects_do_not_expire_as_planned(change: Change, reason: str) -> None:
    found, text = after("objects-expire", change)
    assert found == "NON_COMPLIANT", text
    assert reason in text


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param(
            rules(expiring(Filter={"Prefix": "a/"})),
            "no enabled rule for all objects aborts incomplete uploads: the rule expire covers only the prefix a/",
            id="prefix",
        ),
        pytest.param(rules(expiring(Status="Disabled")), "the rule expire is disabled", id="disabled"),
    ],
)
def test_uploads_are_not_aborted(change: Change, reason: str) -> None:
    found, text = after("uploads-aborted", change)
    assert found == "NON_COMPLIANT"
    assert reason in text


def aws_managed(estate: Estate) -> None:
    estate.target_key = key_sections(TARGET_KEY, KeyManager="AWS")


def unnamed(estate: Estate) -> None:
    estate.target["encryption"] = encryption("")
    estate.target_key = None


def of_the_source(estate: Estate) -> None:
    estate.target["encryption"] = encryption(SOURCE_KEY)
    estate.target_key = key_sections(SOURCE_KEY)


def new_state(estate: Estate) -> None:
    estate.target_key = key_sections(TARGET_KEY, KeyState="Levitating")


def new_algorithm(estate: Estate) -> None:
    estate.target["encryption"]["ServerSideEncryptionConfiguration"]["Rules"][0][
        "ApplyServerSideEncryptionByDefault"
    ] = {"SSEAlgorithm": "quantum"}


@pytest.mark.parametrize(
    ("change", "status", "reason"),
    [
        pytest.param(aws_managed, "NON_COMPLIANT", f"the key {TARGET_KEY} is AWS managed", id="AWS managed"),
        pytest.param(unnamed, "NON_COMPLIANT", "S3 uses the AWS managed key aws/s3", id="no key named"),
        pytest.param(of_the_source, "NON_COMPLIANT", "is in us-east-1, the bucket in eu-west-1", id="another region"),
        pytest.param(new_state, "INSUFFICIENT_DATA", "'Levitating'", id="a state that is new"),
        pytest.param(new_algorithm, "INSUFFICIENT_DATA", "'quantum'", id="an algorithm that is new"),
        pytest.param(
            lambda estate: setattr(estate, "target_key", UNREAD), "INSUFFICIENT_DATA", "AccessDenied", id="unread key"
        ),
    ],
)
def test_encryption(change: Change, status: str, reason: str) -> None:
    found, text = after("encrypted", change)
    assert found == status, text
    assert reason in text


LOCKED = {"ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled"}}
RETENTION = {
    "Effect": "Allow",
    "Action": ["s3:GetObjectRetention", "s3:GetObjectLegalHold", "s3:PutObjectLegalHold"],
    "Resource": ["arn:aws:s3:::orders/*", "arn:aws:s3:::orders-eu/*"],
}


def test_object_lock_of_the_source_asks_for_more() -> None:
    """The target needs Object Lock, and the role needs the permissions of it: three things are missing."""

    def change(estate: Estate) -> None:
        estate.source["object-lock"] = LOCKED

    found = changed(change).findings()
    assert found["object-lock"] == ("NON_COMPLIANT", "Object Lock is off; the source has it")
    assert "s3:GetObjectRetention, s3:GetObjectLegalHold (no policy" in found["replication-reads-objects"][1]
    assert "s3:PutObjectLegalHold (no policy" in found["replication-writes-objects"][1]


def test_object_lock_on_both_sides() -> None:
    def change(estate: Estate) -> None:
        estate.source["object-lock"] = estate.target["object-lock"] = LOCKED
        assert isinstance(estate.role, dict)
        (policy,) = inline(RETENTION)["Policies"]
        estate.role["attached-policies"] = {"AttachedPolicies": [policy]}

    found = changed(change).findings()
    assert {status for status, _ in found.values()} == {"COMPLIANT"}


@pytest.mark.parametrize("name", ["source", "target"])
def test_a_bucket_whose_region_is_not_said_may_be_anywhere(name: str) -> None:
    status, reason = after("exists", lambda estate: getattr(estate, name).update(location={"Region": ""}))
    assert status == "INSUFFICIENT_DATA"
    assert "AWS did not say in which region" in reason
