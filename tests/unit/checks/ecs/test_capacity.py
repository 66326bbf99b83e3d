"""Capacity providers, volumes on EFS, users of Windows containers, and the mode of log drivers."""

from typing import Any

import pytest

from muster.checks.ecs.capacity import ecs_capacity_provider_termination_protected
from muster.checks.ecs.containers import (
    ecs_efs_volumes_encrypted_in_transit,
    ecs_task_definition_windows_user_not_admin,
)
from muster.checks.ecs.logs import ecs_logs_non_blocking
from muster.facets.ecs.capacity import CapacityProvider, LogDriverMode
from muster.facets.ecs.task_definition import Container, TaskDefinition
from muster.model.finding import Status, Unknown, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
LOST = Unknown("AWS did not say")


@pytest.mark.parametrize(
    ("provider", "status", "reason"),
    [
        (CapacityProvider(True, "ENABLED", "ENABLED"), C, "Managed termination protection is on"),
        (CapacityProvider(True, "ENABLED", LOST), C, "Managed termination protection is on"),
        (
            CapacityProvider(True, "ENABLED", "DISABLED"), C,
            "Managed termination protection is on, but has no effect: managed scaling is off",
        ),
        (CapacityProvider(True, "DISABLED", "ENABLED"), N, "Managed termination protection is off"),
        (CapacityProvider(False, LOST, LOST), NA, "Capacity provider has no Auto Scaling group"),
    ],
)  # fmt: skip
def test_ecs_capacity_provider_termination_protected(provider: CapacityProvider, status: Status, reason: str) -> None:
    verdict = ecs_capacity_provider_termination_protected(provider)
    assert (verdict.status, verdict.reason) == (status, reason)


def test_a_protection_that_is_not_known_is_no_verdict() -> None:
    with pytest.raises(UnknownField):
        ecs_capacity_provider_termination_protected(CapacityProvider(True, LOST, "ENABLED"))


def test_a_capacity_provider_is_parsed() -> None:
    group = {
        "autoScalingGroupArn": "arn",
        "managedScaling": {"status": "ENABLED", "targetCapacity": 100},
        "managedTerminationProtection": "DISABLED",
    }
    assert CapacityProvider.parse({"autoScalingGroupProvider": group}) == CapacityProvider(True, "DISABLED", "ENABLED")
    managed = CapacityProvider.parse({"managedInstancesProvider": {"infrastructureRoleArn": "arn"}})
    assert managed.of_group is False


def on_efs(*configurations: dict[str, Any] | None) -> TaskDefinition:
    volumes = [
        {"name": f"v{number}", "efsVolumeConfiguration": found} if found is not None else {"name": f"v{number}"}
        for number, found in enumerate(configurations)
    ]
    return TaskDefinition.parse({"taskDefinition": {"volumes": volumes}})


FILES = {"fileSystemId": "fs-1"}
ENCRYPTED = {**FILES, "transitEncryption": "ENABLED"}


@pytest.mark.parametrize(
    ("definition", "status", "reason"),
    [
        (on_efs(ENCRYPTED), C, "Every EFS volume is encrypted in transit"),
        (on_efs(ENCRYPTED, None), C, "Every EFS volume is encrypted in transit"),
        (on_efs(ENCRYPTED, FILES), N, "Not encrypted in transit: EFS volume v1"),
        (
            on_efs(FILES, {**FILES, "transitEncryption": "DISABLED"}), N,
            "Not encrypted in transit: EFS volumes v0, v1",
        ),
        (on_efs({**FILES, "transitEncryption": "NEW"}, FILES), N, "Not encrypted in transit: EFS volume v1"),
        (on_efs(None), NA, "Task definition has no EFS volumes"),
        (TaskDefinition.parse({"taskDefinition": {}}), NA, "Task definition has no EFS volumes"),
    ],
)  # fmt: skip
def test_ecs_efs_volumes_encrypted_in_transit(definition: TaskDefinition, status: Status, reason: str) -> None:
    verdict = ecs_efs_volumes_encrypted_in_transit(definition)
    assert (verdict.status, verdict.reason) == (status, reason)


def test_a_new_word_for_encryption_is_no_verdict() -> None:
    with pytest.raises(UnknownField):
        ecs_efs_volumes_encrypted_in_transit(on_efs({**FILES, "transitEncryption": "NEW"}))


def windows(*users: str, family: str = "WINDOWS_SERVER_2022_CORE") -> TaskDefinition:
    containers = tuple(Container(f"c{number}", "image", user=user) for number, user in enumerate(users))
    return TaskDefinition(os_family=family, containers=containers)


@pytest.mark.parametrize(
    ("definition", "status", "reason"),
    [
        (windows("ContainerUser"), C, "Every container has a user other than ContainerAdministrator"),
        (windows("ContainerUser", ""), N, "No user: container c1"),
        (windows("", ""), N, "No user: containers c0, c1"),
        (windows("containerADMINISTRATOR"), N, "Runs as ContainerAdministrator: container c0"),
        (windows("", family="LINUX"), NA, "Task definition is for Linux containers"),
        (windows("", family=""), NA, "Task definition is for Linux containers"),
    ],
)
def test_ecs_task_definition_windows_user_not_admin(definition: TaskDefinition, status: Status, reason: str) -> None:
    verdict = ecs_task_definition_windows_user_not_admin(definition)
    assert (verdict.status, verdict.reason) == (status, reason)


def test_windows_containers_that_are_not_known_are_no_verdict() -> None:
    with pytest.raises(UnknownField):
        ecs_task_definition_windows_user_not_admin(TaskDefinition(os_family="WINDOWS_SERVER_2022_CORE"))


def logging(*modes: str, driver: str = "awslogs") -> TaskDefinition:
    found = (Container(f"c{number}", "image", log_driver=driver, log_mode=mode) for number, mode in enumerate(modes))
    return TaskDefinition(containers=tuple(found))


@pytest.mark.parametrize(
    ("definition", "default", "status", "reason"),
    [
        (logging(""), "non-blocking", C, "Every container delivers its logs in the mode non-blocking"),
        (logging("non-blocking"), LOST, C, "Every container delivers its logs in the mode non-blocking"),
        (logging("", "non-blocking"), "blocking", N, "Log mode is blocking: container c0"),
        (logging("blocking", "blocking"), LOST, N, "Log mode is blocking: containers c0, c1"),
        (logging("blocking", driver=""), LOST, N, "Log mode is blocking: container c0"),
        (logging("", driver=""), LOST, NA, "No container has a log driver"),
    ],
)
def test_ecs_logs_non_blocking(definition: TaskDefinition, default: str | Unknown, status: Status, reason: str) -> None:
    verdict = ecs_logs_non_blocking(definition, LogDriverMode(default), required=True)
    assert (verdict.status, verdict.reason) == (status, reason)


def test_log_modes_are_judged_only_where_one_is_required() -> None:
    assert ecs_logs_non_blocking(logging("blocking"), LogDriverMode("blocking")).status is NA


def test_the_default_mode_is_an_account_setting() -> None:
    setting = {"name": "defaultLogDriverMode", "value": "blocking"}
    assert LogDriverMode.parse({"settings": [{"name": "awsvpcTrunking", "value": "x"}, setting]}).mode == "blocking"
    with pytest.raises(UnknownField):
        ecs_logs_non_blocking(logging(""), LogDriverMode.parse({"settings": []}), required=True)


def test_the_mode_of_a_container_is_parsed() -> None:
    options = {"logDriver": "awslogs", "options": {"mode": "blocking", "awslogs-group": "g"}}
    assert Container.parse({"name": "c", "image": "i", "logConfiguration": options}).log_mode == "blocking"
    assert Container.parse({"name": "c", "image": "i"}).log_mode == ""
