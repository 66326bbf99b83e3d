"""Lifecycle rules of directory buckets."""

from typing import Any

import pytest

from muster.checks.s3.directory_buckets import s3_directory_bucket_lifecycle_enabled
from muster.facets.s3.directory_buckets import DirectoryBucketLifecycle
from muster.model.finding import Severity, Status

C, N = Status.COMPLIANT, Status.NON_COMPLIANT
ON = {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 90}}
UPLOADS = {"Status": "Enabled", "Filter": {}, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}}


def rules(*each: dict[str, Any]) -> DirectoryBucketLifecycle:
    return DirectoryBucketLifecycle.parse({"Rules": list(each)})


@pytest.mark.parametrize(
    ("lifecycle", "status", "reason"),
    [
        pytest.param(rules(ON), C, "Rule 'old' deletes objects after 90 days", id="a rule"),
        pytest.param(rules(), N, "No lifecycle rule is enabled", id="none"),
        pytest.param(
            rules({**ON, "Status": "Disabled"}), N, "No lifecycle rule is enabled: 1 rule disabled", id="disabled"
        ),
        pytest.param(
            rules({**ON, "Filter": {"Prefix": "logs/"}}),
            C,
            "Rule 'old' deletes objects under logs/ after 90 days",
            id="a prefix",
        ),
        pytest.param(
            rules({**ON, "Filter": {"ObjectSizeGreaterThan": 1000}}),
            C,
            "Rule 'old' deletes objects of certain sizes after 90 days",
            id="a size",
        ),
        pytest.param(
            rules(UPLOADS, ON),
            C,
            "A rule without an ID aborts incomplete uploads after 1 day; 1 more rule enabled",
            id="uploads only",
        ),
        pytest.param(rules({"ID": "x", "Status": "Enabled"}), C, "Rule 'x' is enabled", id="nothing that is known"),
    ],
)
def test_s3_directory_bucket_lifecycle_enabled(
    lifecycle: DirectoryBucketLifecycle, status: Status, reason: str
) -> None:
    verdict = s3_directory_bucket_lifecycle_enabled(lifecycle)
    assert (verdict.status, verdict.reason) == (status, reason)


@pytest.mark.parametrize(
    ("lifecycle", "status", "reason"),
    [
        pytest.param(rules(UPLOADS, ON), C, "Rule 'old' deletes objects after 90 days", id="exactly so many days"),
        pytest.param(
            rules({**ON, "Expiration": {"Days": 30}}, UPLOADS),
            N,
            "No enabled rule deletes objects after 90 days: Rule 'old' deletes objects after 30 days; "
            "A rule without an ID aborts incomplete uploads after 1 day",
            id="sooner",
        ),
        pytest.param(
            rules({**ON, "Status": "Disabled"}), N, "No lifecycle rule is enabled: 1 rule disabled", id="disabled"
        ),
    ],
)
def test_a_set_number_of_days_has_to_be_met(lifecycle: DirectoryBucketLifecycle, status: Status, reason: str) -> None:
    verdict = s3_directory_bucket_lifecycle_enabled(lifecycle, expiration_days=90)
    assert (verdict.status, verdict.reason) == (status, reason)


def test_severity_and_controls() -> None:
    check = s3_directory_bucket_lifecycle_enabled
    assert (check.severity, check.controls) == (Severity.LOW, ("FSBP S3.25",))
