"""Trails: what they record, and how their log files are protected."""

from dataclasses import replace

import pytest

from muster.checks.cloudtrail.trails import (
    cloudtrail_cloudwatch_logs_enabled,
    cloudtrail_encryption_enabled,
    cloudtrail_log_file_validation_enabled,
    cloudtrail_multi_region_enabled,
    s3_object_reads_logged,
    s3_object_writes_logged,
)
from muster.facets.cloudtrail.event_selectors import DEFAULT, READ, WRITE, Selectors
from muster.facets.cloudtrail.trails import AccountTrail, AccountTrails, Trail, TrailStatus
from muster.model.finding import Status, Unavailable, Unknown, UnknownField

C, N = Status.COMPLIANT, Status.NON_COMPLIANT
OWN, OTHER = "123456789012", "111122223333"
GROUP = f"arn:aws:logs:eu-west-1:{OWN}:log-group:trail:*"
KEY = f"arn:aws:kms:eu-west-1:{OWN}:key/1"
DENIED = Unavailable("cloudtrail:GetEventSelectors", "access denied (AccessDeniedException)")
ALL = AccountTrail(
    "all", f"arn:aws:cloudtrail:eu-west-1:{OWN}:trail/all", OWN, "eu-west-1", GROUP, True, Selectors.parse(DEFAULT)
)
READS = replace(ALL, name="reads", selectors=Selectors({READ: frozenset()}, frozenset({READ})))
WRITES = replace(ALL, name="writes", selectors=Selectors({WRITE: frozenset()}, frozenset({WRITE})))
OF_ORGANIZATION = replace(ALL, name="org", arn=f"arn:aws:cloudtrail:eu-west-1:{OTHER}:trail/org", owner=OTHER)
STOPPED = replace(ALL, name="old", logging=False)
WITHOUT_KMS = Selectors({mode: frozenset({"kms.amazonaws.com"}) for mode in (READ, WRITE)}, frozenset())


@pytest.mark.parametrize(
    ("trails", "status", "reason"),
    [
        pytest.param([ALL], C, "Trail all records management events", id="one that records everything"),
        pytest.param([OF_ORGANIZATION], C, "Trail org records management events", id="the organization's"),
        pytest.param([STOPPED, ALL], C, "", id="a second one records"),
        pytest.param(
            [replace(ALL, selectors=WITHOUT_KMS)], C,
            "Trail all records management events; without management events of kms.amazonaws.com", id="without KMS",
        ),
        pytest.param([replace(ALL, selectors=DENIED), replace(ALL, name="b")], C, "", id="another one is not known"),
        pytest.param([], N, "No multi-region trail records the account's events", id="none"),
        pytest.param([STOPPED], N, "Trail old does not log", id="one that is stopped"),
        pytest.param([replace(STOPPED, selectors=DENIED)], N, "", id="stopped, whatever it would record"),
        pytest.param(
            [READS, WRITES], N,
            "Trail reads does not record write management events; Trail writes does not record read management events",
            id="two that record half each",
        ),
        pytest.param(
            [STOPPED, replace(STOPPED, arn="arn:2")], N, f"Trail {ALL.arn} does not log; Trail arn:2 does not log",
            id="two of one name",
        ),
    ],
)  # fmt: skip
def test_cloudtrail_multi_region_enabled(trails: list[AccountTrail], status: Status, reason: str) -> None:
    verdict = cloudtrail_multi_region_enabled(AccountTrails(tuple(trails)))
    assert verdict.status is status
    assert reason in (verdict.reason, "")


@pytest.mark.parametrize(
    ("trail", "reason"),
    [
        pytest.param(replace(ALL, selectors=DENIED), "access denied", id="its selectors are denied"),
        pytest.param(replace(ALL, logging=Unknown("AWS did not say")), "AWS did not say", id="whether it logs"),
        pytest.param(replace(ALL, logging=Unavailable(None, "no trail")), "no trail", id="its status was not read"),
    ],
)
def test_a_trail_that_may_record_is_no_failure(trail: AccountTrail, reason: str) -> None:
    with pytest.raises(UnknownField, match=reason):
        cloudtrail_multi_region_enabled(AccountTrails((STOPPED, trail)))


@pytest.mark.parametrize(
    ("trail", "writes", "reads"),
    [
        pytest.param(WRITES, C, N, id="writes"),
        pytest.param(READS, N, C, id="reads"),
        pytest.param(ALL, N, N, id="management events only"),
        pytest.param(replace(WRITES, logging=False), N, N, id="stopped"),
    ],
)
def test_object_events(trail: AccountTrail, writes: Status, reads: Status) -> None:
    trails = AccountTrails((trail,))
    assert (s3_object_writes_logged(trails).status, s3_object_reads_logged(trails).status) == (writes, reads)


def test_the_reasons_of_object_events() -> None:
    trails = AccountTrails((WRITES,))
    assert s3_object_writes_logged(trails).reason == "Trail writes records S3 write events of all buckets"
    assert s3_object_reads_logged(trails).reason == "Trail writes does not record S3 read events of all buckets"


def test_cloudtrail_encryption_enabled() -> None:
    trail = Trail(kms_key=KEY, validated=True, log_group="")
    assert cloudtrail_encryption_enabled(trail).reason == f"Log files are encrypted with {KEY}"
    verdict = cloudtrail_encryption_enabled(replace(trail, kms_key=""))
    assert (verdict.status, verdict.reason) == (N, "Log files are not encrypted with a KMS key")


def test_cloudtrail_log_file_validation_enabled() -> None:
    trail = Trail(kms_key="", validated=True, log_group="")
    assert cloudtrail_log_file_validation_enabled(trail).reason == "Log file validation is on"
    verdict = cloudtrail_log_file_validation_enabled(replace(trail, validated=False))
    assert (verdict.status, verdict.reason) == (N, "Log file validation is off")
    with pytest.raises(UnknownField):
        cloudtrail_log_file_validation_enabled(replace(trail, validated=Unknown("AWS did not say")))


@pytest.mark.parametrize(
    ("group", "error", "status", "reason"),
    [
        pytest.param(GROUP, "", C, f"Events go to {GROUP}", id="a log group"),
        pytest.param(
            GROUP, "AccessDenied", C, f"Events go to {GROUP}; the last delivery failed: AccessDenied", id="that fails"
        ),
        pytest.param("", "", N, "Events do not go to CloudWatch Logs", id="none"),
    ],
)
def test_cloudtrail_cloudwatch_logs_enabled(group: str, error: str, status: Status, reason: str) -> None:
    trail = Trail(kms_key="", validated=True, log_group=group)
    verdict = cloudtrail_cloudwatch_logs_enabled(trail, TrailStatus(logging=True, logs_error=error))
    assert (verdict.status, verdict.reason) == (status, reason)
