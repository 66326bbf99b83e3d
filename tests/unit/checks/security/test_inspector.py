"""Inspector: what it scans in a region."""

import pytest

from muster.checks.security.inspector import (
    inspector_ec2_scan_enabled,
    inspector_ecr_scan_enabled,
    inspector_lambda_code_scan_enabled,
    inspector_lambda_standard_scan_enabled,
)
from muster.facets.security.inspector import InspectorScans
from muster.model.check import Check
from muster.model.finding import Status, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
CHECKS = {
    "ec2": inspector_ec2_scan_enabled,
    "ecr": inspector_ecr_scan_enabled,
    "lambdaCode": inspector_lambda_code_scan_enabled,
    "lambda": inspector_lambda_standard_scan_enabled,
}


def scans(**statuses: str) -> InspectorScans:
    state = {kind: {"status": status} for kind, status in statuses.items()}
    return InspectorScans.parse({"accounts": [{"resourceState": state}], "failedAccounts": []})


@pytest.mark.parametrize(("kind", "check"), CHECKS.items())
def test_each_control_is_about_one_kind_of_scan(kind: str, check: Check) -> None:
    others = dict.fromkeys(CHECKS.keys() - {kind}, "DISABLED")
    assert check(scans(**others, **{kind: "ENABLED"})).status is C
    others = dict.fromkeys(others, "ENABLED")
    assert check(scans(**others, **{kind: "DISABLED"})).status is N
    assert check(scans(**others)).status is NA


@pytest.mark.parametrize(
    ("status", "verdict", "reason"),
    [
        ("ENABLED", C, "Inspector scans EC2 instances"),
        ("ENABLING", N, "Inspector does not scan EC2 instances (ENABLING)"),
        ("SUSPENDED", N, "Inspector does not scan EC2 instances (SUSPENDED)"),
    ],
)
def test_inspector_ec2_scan_enabled(status: str, verdict: Status, reason: str) -> None:
    found = inspector_ec2_scan_enabled(scans(ec2=status))
    assert (found.status, found.reason) == (verdict, reason)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        pytest.param({"accounts": []}, "no status of the account", id="no account"),
        pytest.param(
            {"accounts": [], "failedAccounts": [{"errorCode": "ACCESS_DENIED"}]}, "ACCESS_DENIED", id="it failed"
        ),
        pytest.param({"accounts": [{"resourceState": {"ec2": {}}}]}, "status", id="no status"),
        pytest.param({"accounts": [{"resourceState": {"ec2": {"status": "NEW"}}}]}, "NEW", id="a new status"),
    ],
)
def test_what_is_not_known_is_no_failure(answer: dict[str, object], reason: str) -> None:
    with pytest.raises(UnknownField, match=reason):
        inspector_ec2_scan_enabled(InspectorScans.parse(answer))
