"""Recovery points of AWS Backup."""

from typing import Any

import pytest

from muster.checks.backup import backup_recovery_point_encrypted
from muster.facets.backup import RecoveryPoints
from muster.model.finding import Status, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE


def point(encrypted: bool | None, status: str = "COMPLETED", arn: str = "arn:1") -> dict[str, Any]:
    found = {"RecoveryPointArn": arn, "Status": status}
    return found if encrypted is None else {**found, "IsEncrypted": encrypted}


def points(*items: dict[str, Any]) -> RecoveryPoints:
    return RecoveryPoints.parse({"RecoveryPoints": iter(items)})


@pytest.mark.parametrize(
    ("found", "status", "reason"),
    [
        (points(point(True), point(True)), C, "All recovery points are encrypted (2)"),
        (points(point(True), point(False)), N, "Recovery points that are not encrypted: 1 of 2"),
        (points(point(None), point(False)), N, "Recovery points that are not encrypted: 1 of 2"),
        (points(point(False, "PARTIAL")), N, "Recovery points that are not encrypted: 1 of 1"),
        (points(point(False, "EXPIRED"), point(True)), C, "All recovery points are encrypted (1)"),
        (points(point(False, "DELETING"), point(False, "CREATING")), NA, "Vault has no recovery points"),
        (points(), NA, "Vault has no recovery points"),
    ],
)
def test_backup_recovery_point_encrypted(found: RecoveryPoints, status: Status, reason: str) -> None:
    verdict = backup_recovery_point_encrypted(found)
    assert (verdict.status, verdict.reason) == (status, reason)


def test_the_first_unencrypted_point_is_the_example_of_the_fix() -> None:
    found = points(point(True, arn="arn:a"), point(False, arn="arn:b"), point(False, arn="arn:c"))
    assert found == RecoveryPoints(3, 2, 0, "arn:b")


def test_points_of_which_aws_does_not_say_are_no_verdict() -> None:
    with pytest.raises(UnknownField):
        backup_recovery_point_encrypted(points(point(True), point(None)))
