"""ECS's answers about task definitions, parsed."""

from typing import Any

import pytest

from muster.facets.ecs.task_definition import Container, HealthCheck, RunDefinition, TaskDefinition
from muster.model.finding import Unknown, UnknownField

ARN = "arn:aws-us-gov:ecs:us-gov-west-1:123456789012:task-definition/web:7"
WEB: dict[str, Any] = {
    "name": "web",
    "image": "web:1",
    "essential": True,
    "readonlyRootFilesystem": True,
    "privileged": False,
    "user": "1000:1000",
    "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/ecs/web"}},
    "environment": [{"name": "A", "value": "b=c 🦆"}, {"name": "EMPTY"}, {"name": "DB_PASSWORD", "value": "hunter2!"}],
    "healthCheck": {"command": ["CMD-SHELL", "true"], "interval": 10, "timeout": 2, "retries": 5, "startPeriod": 60},
    "dependsOn": [{"containerName": "db", "condition": "HEALTHY"}, {"containerName": "log", "condition": "START"}],
}
DEFINITION: dict[str, Any] = {
    "taskDefinitionArn": ARN,
    "status": "ACTIVE",
    "cpu": "256",
    "memory": "512",
    "networkMode": "awsvpc",
    "pidMode": "task",
    "runtimePlatform": {"operatingSystemFamily": "LINUX", "cpuArchitecture": "ARM64"},
    "requiresCompatibilities": ["FARGATE"],
    "containerDefinitions": [WEB],
}


def of(**changed: object) -> TaskDefinition:
    return TaskDefinition.parse({"taskDefinition": DEFINITION | changed, "tags": []})


def test_a_task_definition_is_parsed() -> None:
    container = Container(
        name="web",
        image="web:1",
        readonly=True,
        user="1000:1000",
        log_driver="awslogs",
        environment=(
            ("A", ""),
            ("EMPTY", ""),
            ("DB_PASSWORD", "the name suggests a secret, and the value is not a reference to one"),
        ),
        health_check=HealthCheck(10, 2, 5, 60),
        after=("db",),
    )
    assert of() == TaskDefinition(
        arn=ARN,
        status="ACTIVE",
        cpu=256,
        memory=512,
        network_mode="awsvpc",
        pid_mode="task",
        os_family="LINUX",
        requires=("FARGATE",),
        containers=(container,),
    )
    assert type(RunDefinition.parse({"taskDefinition": DEFINITION})) is RunDefinition


def test_what_a_container_leaves_out_has_the_default_that_aws_documents() -> None:
    assert Container.parse({"name": "web", "image": "web:1"}) == Container("web", "web:1")
    found = Container("web", "web:1")
    assert (found.essential, found.readonly, found.privileged, found.health_check) == (True, False, False, None)


@pytest.mark.parametrize(
    ("changed", "field", "value"),
    [
        pytest.param({"essential": False}, "essential", False, id="not essential"),
        pytest.param({"privileged": True}, "privileged", True, id="privileged"),
        pytest.param({"logConfiguration": None}, "log_driver", "", id="no log configuration"),
        pytest.param({"logConfiguration": {}}, "log_driver", "", id="a log configuration without driver"),
        pytest.param({"environment": None}, "environment", (), id="no variables"),
        pytest.param({"dependsOn": None}, "after", (), id="waits for nobody"),
        pytest.param({"healthCheck": None}, "health_check", None, id="no health check"),
        pytest.param({"healthCheck": {"command": ["NONE"]}}, "health_check", None, id="a health check of nothing"),
        pytest.param({"healthCheck": {"command": []}}, "health_check", None, id="a health check without command"),
        pytest.param(
            {"healthCheck": {"command": ["CMD", "true"]}}, "health_check", HealthCheck(30, 5, 3, 0), id="the defaults"
        ),
    ],
)
def test_what_a_container_says(changed: dict[str, Any], field: str, value: object) -> None:
    assert getattr(Container.parse(WEB | changed), field) == value


@pytest.mark.parametrize(
    ("said", "units"),
    [
        pytest.param("1024", 1024, id="as AWS answers"),
        pytest.param("1 vCPU", 1024, id="in vCPU"),
        pytest.param("1 vcpu", 1024, id="in small letters"),
        pytest.param(".25 vCPU", Unknown("AWS returned an unknown amount for cpu: '.25 vCPU'"), id="without a digit"),
        pytest.param("0.25 vCPU", 256, id="a part of one"),
        pytest.param("much", Unknown("AWS returned an unknown amount for cpu: 'much'"), id="a word"),
        pytest.param(None, None, id="none"),
        pytest.param("", None, id="empty"),
    ],
)
def test_units_of_cpu(said: str | None, units: object) -> None:
    assert of(cpu=said).cpu == units


@pytest.mark.parametrize(
    ("said", "amount"),
    [pytest.param("2GB", 2048, id="GB"), pytest.param("0.5 GB", 512, id="half"), pytest.param("512", 512, id="MiB")],
)
def test_amounts_of_memory(said: str, amount: int) -> None:
    assert of(memory=said).memory == amount


@pytest.mark.parametrize(
    ("changed", "field", "value"),
    [
        pytest.param({"networkMode": None}, "network_mode", "bridge", id="no network mode is bridge"),
        pytest.param({"pidMode": None}, "pid_mode", "", id="no process mode is one's own"),
        pytest.param({"runtimePlatform": None}, "os_family", "", id="no operating system"),
        pytest.param({"requiresCompatibilities": None}, "requires", (), id="requires nothing"),
        pytest.param(
            {"networkMode": "mesh"},
            "network_mode",
            Unknown("AWS returned an unknown value for networkMode: 'mesh'"),
            id="a new network mode",
        ),
        pytest.param(
            {"pidMode": "pod"},
            "pid_mode",
            Unknown("AWS returned an unknown value for pidMode: 'pod'"),
            id="a new process mode",
        ),
    ],
)
def test_what_a_definition_says(changed: dict[str, Any], field: str, value: object) -> None:
    assert getattr(of(**changed), field) == value


@pytest.mark.parametrize(
    ("family", "windows"),
    [
        pytest.param("WINDOWS_SERVER_2025_CORE", True, id="Windows"),
        pytest.param("LINUX", False, id="Linux"),
        pytest.param("", False, id="not said"),
    ],
)
def test_what_is_windows(family: str, windows: bool) -> None:
    assert of(runtimePlatform={"operatingSystemFamily": family}).windows is windows


def test_a_system_that_is_neither_windows_nor_linux_is_not_known() -> None:
    with pytest.raises(UnknownField, match="PLAN9"):
        _ = of(runtimePlatform={"operatingSystemFamily": "PLAN9"}).windows


def test_a_container_without_a_name_cannot_be_told_from_those_that_wait_for_it() -> None:
    with pytest.raises(KeyError):
        of(containerDefinitions=[{"image": "web:1"}])


def test_containers_and_images_that_aws_does_not_tell_are_unknown() -> None:
    assert isinstance(Container.parse({"name": "web"}).image, Unknown)
    for nothing in (TaskDefinition.parse({}), of(containerDefinitions=[])):
        assert isinstance(nothing.containers, Unknown)
        with pytest.raises(UnknownField):
            _ = nothing.startup


def waiting(name: str, *after: str, start: int = 10) -> dict[str, Any]:
    return {
        "name": name,
        "image": "x:1",
        "healthCheck": {"command": ["CMD", "true"], "startPeriod": start},
        "dependsOn": [{"containerName": each, "condition": "HEALTHY"} for each in after],
    }


@pytest.mark.parametrize(
    ("containers", "seconds"),
    [
        pytest.param([waiting("a")], 10, id="one"),
        pytest.param([waiting("a"), waiting("b", start=25)], 25, id="the slowest of two"),
        pytest.param([waiting("a", "b"), waiting("b", "c"), waiting("c")], 30, id="a chain"),
        pytest.param([waiting("a", "b", "c"), waiting("b", start=5), waiting("c", start=50)], 60, id="waits for both"),
        pytest.param([waiting("a", "gone")], 10, id="waits for one that there is not"),
        pytest.param(
            [waiting("a") | {"dependsOn": [{"containerName": "b", "condition": "START"}]}, waiting("b")],
            10,
            id="waits for one to be started only",
        ),
        pytest.param(
            [waiting("a") | {"dependsOn": [{"containerName": "b", "condition": "READY"}]}, waiting("b")],
            20,
            id="waits for what Muster does not know",
        ),
        pytest.param([waiting("a", "b"), waiting("b", "a")], 20, id="a circle, which ECS refuses, ends"),
    ],
)
def test_how_long_the_start_takes(containers: list[dict[str, Any]], seconds: int) -> None:
    assert of(containerDefinitions=containers).startup == seconds


@pytest.mark.parametrize(
    ("expression", "platform", "windows"),
    [
        pytest.param("attribute:ecs.os-type == windows", None, True, id="windows"),
        pytest.param("attribute:ecs.os-type=='windows'", {}, True, id="in quotes"),
        pytest.param("attribute:ecs.os-type == linux", None, False, id="linux"),
        pytest.param("attribute:ecs.os-type != windows", None, False, id="not windows"),
        pytest.param(
            "attribute:ecs.os-type == windows or attribute:size == large", None, False, id="or something else"
        ),
        pytest.param("attribute:my.os-type == windows", None, False, id="an attribute of one's own"),
        pytest.param(None, None, False, id="no expression"),
        pytest.param(
            "attribute:ecs.os-type == windows", {"operatingSystemFamily": "LINUX"}, False, id="but it says Linux"
        ),
    ],
)
def test_what_is_placed_on_windows_instances_runs_windows(
    expression: str | None, platform: dict[str, str] | None, windows: bool
) -> None:
    """On EC2 nobody has to say the operating system; the constraint is how mixed clusters keep the two apart."""
    found = of(placementConstraints=[{"type": "memberOf", "expression": expression}], runtimePlatform=platform)
    assert found.windows is windows
