"""FSx: copied tags, and deployments in several Availability Zones."""

from typing import Any

import pytest

from muster.checks.management.fsx import (
    fsx_lustre_copy_tags_to_backups,
    fsx_ontap_multi_az_enabled,
    fsx_openzfs_copy_tags_enabled,
    fsx_openzfs_multi_az_enabled,
    fsx_windows_multi_az_enabled,
)
from muster.facets.management.fsx import FsxFileSystem
from muster.model.check import Check
from muster.model.finding import Status, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
MEMBERS = {
    "LUSTRE": "LustreConfiguration",
    "ONTAP": "OntapConfiguration",
    "OPENZFS": "OpenZFSConfiguration",
    "WINDOWS": "WindowsConfiguration",
}
OPENZFS, LUSTRE = fsx_openzfs_copy_tags_enabled, fsx_lustre_copy_tags_to_backups
ZONES = {
    "ONTAP": fsx_ontap_multi_az_enabled,
    "OPENZFS": fsx_openzfs_multi_az_enabled,
    "WINDOWS": fsx_windows_multi_az_enabled,
}


def file_system(kind: str, **given: Any) -> FsxFileSystem:
    return FsxFileSystem.parse({"FileSystemType": kind, MEMBERS[kind]: given})


@pytest.mark.parametrize(
    ("backups", "volumes", "status", "reason"),
    [
        (True, True, C, "Tags are copied to backups and volumes"),
        (False, True, N, "Tags are not copied to backups"),
        (True, False, N, "Tags are not copied to volumes"),
        (False, False, N, "Tags are not copied to backups and volumes"),
        (False, None, N, "Tags are not copied to backups"),
    ],
)
def test_openzfs_copies_its_tags(backups: bool | None, volumes: bool | None, status: Status, reason: str) -> None:
    found = OPENZFS(file_system("OPENZFS", CopyTagsToBackups=backups, CopyTagsToVolumes=volumes))
    assert (found.status, found.reason) == (status, reason)


@pytest.mark.parametrize(
    ("deployment", "copies", "status", "reason"),
    [
        ("PERSISTENT_1", True, C, "Tags are copied to backups"),
        ("PERSISTENT_2", False, N, "Tags are not copied to backups"),
        ("SCRATCH_1", False, NA, "Deployment type SCRATCH_1 has no backups"),
        ("SCRATCH_2", None, NA, "Deployment type SCRATCH_2 has no backups"),
    ],
)
def test_lustre_copies_its_tags(deployment: str, copies: bool | None, status: Status, reason: str) -> None:
    found = LUSTRE(file_system("LUSTRE", DeploymentType=deployment, CopyTagsToBackups=copies))
    assert (found.status, found.reason) == (status, reason)


@pytest.mark.parametrize(
    ("kind", "deployment", "status"),
    [
        ("ONTAP", "MULTI_AZ_1", C),
        ("ONTAP", "MULTI_AZ_2", C),
        ("ONTAP", "SINGLE_AZ_1", N),
        ("ONTAP", "SINGLE_AZ_2", N),
        ("OPENZFS", "MULTI_AZ_1", C),
        ("OPENZFS", "SINGLE_AZ_1", N),
        ("OPENZFS", "SINGLE_AZ_2", N),
        ("OPENZFS", "SINGLE_AZ_HA_1", N),
        ("OPENZFS", "SINGLE_AZ_HA_2", N),
        ("WINDOWS", "MULTI_AZ_1", C),
        ("WINDOWS", "SINGLE_AZ_1", N),
        ("WINDOWS", "SINGLE_AZ_2", N),
    ],
)
def test_a_deployment_is_in_several_zones(kind: str, deployment: str, status: Status) -> None:
    found = ZONES[kind](file_system(kind, DeploymentType=deployment))
    why = ": the file system is in one Availability Zone" if status is N else ""
    assert (found.status, found.reason) == (status, f"Deployment type is {deployment}{why}")


@pytest.mark.parametrize(
    ("check", "kind"), [(OPENZFS, "OPENZFS"), (LUSTRE, "LUSTRE"), *((each, kind) for kind, each in ZONES.items())]
)
def test_each_check_is_about_one_type(check: Check, kind: str) -> None:
    for other in MEMBERS.keys() - {kind}:
        found = check(file_system(other))
        assert (found.status, found.reason) == (NA, f"Type of the file system is {other}")
    with pytest.raises(UnknownField):
        check(file_system(kind))
    with pytest.raises(UnknownField):
        check(FsxFileSystem.parse({}))


@pytest.mark.parametrize(
    "unclear",
    [
        pytest.param((OPENZFS, file_system("OPENZFS", CopyTagsToBackups=True)), id="volumes are not known"),
        pytest.param((LUSTRE, file_system("LUSTRE", DeploymentType="PERSISTENT_2")), id="backups are not known"),
        pytest.param((LUSTRE, file_system("LUSTRE", DeploymentType="ODD", CopyTagsToBackups=True)), id="a new type"),
        pytest.param((ZONES["ONTAP"], file_system("ONTAP", DeploymentType="MULTI_AZ_9")), id="a new deployment"),
    ],
)
def test_what_is_not_known_is_no_verdict(unclear: tuple[Check, FsxFileSystem]) -> None:
    check, judged = unclear
    with pytest.raises(UnknownField):
        check(judged)
