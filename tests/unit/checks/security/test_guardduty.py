"""GuardDuty: that it is on, and what it protects."""

from collections.abc import Mapping
from typing import Any

import pytest

from muster.checks.security import guardduty
from muster.checks.security.guardduty import guardduty_eks_protection_runtime_enabled, guardduty_enabled_centralized
from muster.facets.security.guardduty import Detector, Detectors
from muster.model.check import Check
from muster.model.finding import Status, Unknown, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
NEEDED = {
    "5": ("EKS_AUDIT_LOGS",),
    "6": ("LAMBDA_NETWORK_LOGS",),
    "7": ("RUNTIME_MONITORING", "RUNTIME_MONITORING/EKS_ADDON_MANAGEMENT"),
    "8": ("EBS_MALWARE_PROTECTION",),
    "9": ("RDS_LOGIN_EVENTS",),
    "10": ("S3_DATA_EVENTS",),
    "11": ("RUNTIME_MONITORING",),
    "12": ("RUNTIME_MONITORING", "RUNTIME_MONITORING/ECS_FARGATE_AGENT_MANAGEMENT"),
    "13": ("RUNTIME_MONITORING", "RUNTIME_MONITORING/EC2_AGENT_MANAGEMENT"),
}
"""The features that each control needs."""
FEATURES = dict.fromkeys((name for names in NEEDED.values() for name in names), False)
CHECKS = {
    each.controls[0].rpartition(".")[2]: each
    for each in vars(guardduty).values()
    if isinstance(each, Check) and each is not guardduty_enabled_centralized
}


def detector(features: Mapping[str, Any], *, enabled: bool = True) -> Detector:
    return Detector("1", enabled, features)


@pytest.mark.parametrize(("number", "needed"), NEEDED.items())
def test_each_control_needs_its_features_and_no_other(number: str, needed: tuple[str, ...]) -> None:
    check, wanted = CHECKS[number], dict.fromkeys(needed, True)
    assert check(detector({**FEATURES, **wanted})).status is C
    assert check(detector(FEATURES)).status is N
    assert check(detector({**dict.fromkeys(FEATURES, True), needed[-1]: False})).status is N
    assert check(detector({**dict.fromkeys(FEATURES, True), needed[0]: False})).status is N
    assert check(detector(dict.fromkeys(FEATURES, True), enabled=False)).reason == "Detector is suspended"
    assert check(detector({})).status is NA


def test_the_older_feature_of_eks_counts() -> None:
    older = {"EKS_RUNTIME_MONITORING": True, "EKS_RUNTIME_MONITORING/EKS_ADDON_MANAGEMENT": True}
    assert guardduty_eks_protection_runtime_enabled(detector(older)).status is C
    without = {**older, "EKS_RUNTIME_MONITORING/EKS_ADDON_MANAGEMENT": False}
    assert guardduty_eks_protection_runtime_enabled(detector(without)).status is N


def test_the_reasons_name_the_plan() -> None:
    check = CHECKS["12"]
    plan = "Automated agent management for ECS on Fargate"
    assert check(detector(dict.fromkeys(FEATURES, True))).reason == f"{plan} is on"
    assert check(detector(FEATURES)).reason == f"{plan} is off"
    assert check(detector({})).reason == f"{plan} is not offered in this region"


@pytest.mark.parametrize(
    "one",
    [Detector("1", Unknown("?"), {}), Detector("1", True, Unknown("?")), detector({"S3_DATA_EVENTS": Unknown("?")})],
)
def test_what_aws_left_out_is_no_failure(one: Detector) -> None:
    with pytest.raises(UnknownField):
        CHECKS["10"](one)


def answer(status: str | None) -> dict[str, Any]:
    return {"DetectorId": "1", "Features": []} | ({"Status": status} if status else {})


@pytest.mark.parametrize(
    ("answers", "status", "reason"),
    [
        pytest.param([answer("ENABLED")], C, "GuardDuty is enabled (detector 1)", id="a detector"),
        pytest.param([answer("DISABLED")], N, "GuardDuty is suspended in this region (detector 1)", id="suspended"),
        pytest.param([], N, "GuardDuty is not enabled in this region", id="none"),
    ],
)
def test_guardduty_enabled_centralized(answers: list[dict[str, Any]], status: Status, reason: str) -> None:
    verdict = guardduty_enabled_centralized(Detectors.parse({"Detectors": answers}))
    assert (verdict.status, verdict.reason) == (status, reason)


def test_a_detector_whose_status_is_not_known_is_no_failure() -> None:
    with pytest.raises(UnknownField):
        guardduty_enabled_centralized(Detectors.parse({"Detectors": [answer(None)]}))
