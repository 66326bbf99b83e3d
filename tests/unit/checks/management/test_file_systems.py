"""EFS: encryption, backups, access points."""

from datetime import UTC, datetime
from typing import Any

import pytest

from muster.checks.management.file_systems import (
    efs_access_point_enforce_root_directory,
    efs_access_point_enforce_user_identity,
    efs_automatic_backups_enabled,
    efs_encrypted_check,
    efs_in_backup_plan,
)
from muster.facets.backup import ProtectedResources
from muster.facets.management.file_systems import AccessPoint, BackupPolicy, FileSystem
from muster.model.finding import Resource, Status, UnknownField

C, N = Status.COMPLIANT, Status.NON_COMPLIANT
ARN = "arn:aws:elasticfilesystem:eu-west-1:123456789012:file-system/fs-1"
HERE = Resource("AWS::EFS::FileSystem", "fs-1", "123456789012", "eu-west-1", arn=ARN)
KEY = "arn:aws:kms:eu-west-1:123456789012:key/1"
PLAIN = FileSystem.parse({"Encrypted": False})


def test_efs_encrypted_check() -> None:
    verdict = efs_encrypted_check(FileSystem.parse({"Encrypted": True, "KmsKeyId": KEY}))
    assert (verdict.status, verdict.reason) == (C, f"File system is encrypted with {KEY}")
    assert efs_encrypted_check(FileSystem.parse({"Encrypted": True})).status is C
    verdict = efs_encrypted_check(PLAIN)
    assert (verdict.status, verdict.reason) == (N, "File system is not encrypted")
    with pytest.raises(UnknownField):
        efs_encrypted_check(FileSystem.parse({}))


def test_efs_in_backup_plan() -> None:
    saved = ProtectedResources({ARN: datetime(2026, 11, 28, 3, tzinfo=UTC)})
    verdict = efs_in_backup_plan(PLAIN, saved, HERE)
    assert (verdict.status, verdict.reason) == (C, "AWS Backup last backed up the file system on 2026-11-28")
    verdict = efs_in_backup_plan(PLAIN, ProtectedResources({f"{ARN}0": datetime(2026, 11, 28, tzinfo=UTC)}), HERE)
    assert (verdict.status, verdict.reason) == (N, "AWS Backup has never backed up the file system")


@pytest.mark.parametrize(
    ("answer", "status", "reason"),
    [
        pytest.param({"BackupPolicy": {"Status": "ENABLED"}}, C, "Automatic backups: ENABLED", id="on"),
        pytest.param({"BackupPolicy": {"Status": "ENABLING"}}, C, "", id="being enabled"),
        pytest.param({"BackupPolicy": {"Status": "DISABLED"}}, N, "Automatic backups: DISABLED", id="off"),
        pytest.param({"BackupPolicy": {"Status": "DISABLING"}}, N, "", id="being disabled"),
        pytest.param({}, N, "Automatic backups were never enabled", id="PolicyNotFound"),
    ],
)
def test_efs_automatic_backups_enabled(answer: dict[str, Any], status: Status, reason: str) -> None:
    verdict = efs_automatic_backups_enabled(BackupPolicy.parse(answer))
    assert verdict.status is status
    assert reason in (verdict.reason, "")


def test_a_new_status_of_backups_is_no_failure() -> None:
    with pytest.raises(UnknownField):
        efs_automatic_backups_enabled(BackupPolicy.parse({"BackupPolicy": {"Status": "NEW"}}))


@pytest.mark.parametrize(
    ("answer", "directory", "user"),
    [
        pytest.param({"RootDirectory": {"Path": "/orders"}, "PosixUser": {"Uid": 0, "Gid": 0}}, C, C, id="both"),
        pytest.param({"RootDirectory": {"Path": "/"}}, N, N, id="neither"),
        pytest.param({}, N, N, id="nothing said"),
    ],
)
def test_access_points(answer: dict[str, Any], directory: Status, user: Status) -> None:
    point = AccessPoint.parse(answer)
    assert efs_access_point_enforce_root_directory(point).status is directory
    assert efs_access_point_enforce_user_identity(point).status is user


def test_the_reasons_of_access_points() -> None:
    closed, open_ = AccessPoint("/orders", user=True), AccessPoint("/", user=False)
    assert efs_access_point_enforce_root_directory(closed).reason == "Root directory is /orders"
    assert efs_access_point_enforce_root_directory(open_).reason == "Root directory is /, the whole file system"
    assert efs_access_point_enforce_user_identity(closed).reason == "Access point enforces a POSIX user"
    assert efs_access_point_enforce_user_identity(open_).reason == "Access point enforces no POSIX user"
