"""What ECS answers about task definitions: how a task runs, and each of its containers."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from muster.analysis.secrets.detection import secret_like
from muster.model.finding import Unknown, known

_ON_WINDOWS = re.compile(r"""attribute:ecs\.os-type\s*==\s*(['"]?)windows\1""", re.IGNORECASE)
_AMOUNT = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>vcpu|gb)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """How ECS asks a container whether it is healthy; times are in seconds, with ECS's defaults.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html
    """

    interval: int = 30
    timeout: int = 5
    retries: int = 3
    start_period: int = 0

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the health check of a container that has one."""
        said = {
            "interval": response.get("interval"),
            "timeout": response.get("timeout"),
            "retries": response.get("retries"),
            "start_period": response.get("startPeriod"),
        }
        return cls(**{name: int(value) for name, value in said.items() if value is not None})


_SOONER = frozenset({"START", "COMPLETE", "SUCCESS"})
"""What a container waits for that says nothing of another's health; a word that is new may be any more than that."""


@dataclass(frozen=True, slots=True)
class Container:
    """One container; `after` are those that must be healthy before it starts.

    `environment` holds each variable's name and why its value looks like a secret, nothing where it does not: values
    are forgotten as soon as they are parsed, so that they cannot get into findings, logs or memory dumps. What AWS
    leaves out has the default that it documents: a container is essential, writable and not privileged.
    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
    """

    name: str
    image: str | Unknown
    essential: bool = True
    readonly: bool = False
    privileged: bool = False
    user: str = ""
    log_driver: str = ""
    environment: tuple[tuple[str, str], ...] = ()
    health_check: HealthCheck | None = None
    after: tuple[str, ...] = ()

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse an item of containerDefinitions."""
        variables = response.get("environment") or ()
        awaited = response.get("dependsOn") or ()
        return cls(
            name=str(response["name"]),
            image=response.get("image") or Unknown("AWS did not say which image a container runs"),
            essential=response.get("essential") is not False,
            readonly=response.get("readonlyRootFilesystem") is True,
            privileged=response.get("privileged") is True,
            user=str(response.get("user") or ""),
            log_driver=str((response.get("logConfiguration") or {}).get("logDriver") or ""),
            environment=tuple(_variable(each) for each in variables),
            health_check=_health_check(response.get("healthCheck") or {}),
            after=tuple(str(each["containerName"]) for each in awaited if each.get("condition") not in _SOONER),
        )


_NO_CONTAINERS = Unknown("AWS did not say which containers the task definition has")


@dataclass(frozen=True, slots=True)
class TaskDefinition:
    """One revision of a task definition; `cpu` is in units, `memory` in MiB, None where the task has none.

    `os_family` is empty where it is not said: only Fargate needs it, so that the containers count as Linux, unless they
    are placed on Windows instances alone.
    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskDefinition.html
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-constraints.html
    """

    arn: str = ""
    status: str = ""
    cpu: int | Unknown | None = None
    memory: int | Unknown | None = None
    network_mode: str | Unknown = "bridge"
    pid_mode: str | Unknown = ""
    os_family: str = ""
    requires: tuple[str, ...] = ()
    containers: tuple[Container, ...] | Unknown = _NO_CONTAINERS

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the answer of DescribeTaskDefinition."""
        said = response.get("taskDefinition") or {}
        return cls(
            arn=str(said.get("taskDefinitionArn") or ""),
            status=str(said.get("status") or ""),
            cpu=_amount("cpu", said.get("cpu")),
            memory=_amount("memory", said.get("memory")),
            network_mode=_mode("networkMode", said.get("networkMode"), "bridge", "host", "awsvpc", "none"),
            pid_mode=_mode("pidMode", said.get("pidMode"), "", "host", "task"),
            os_family=str((said.get("runtimePlatform") or {}).get("operatingSystemFamily") or _placed_on(said)),
            requires=tuple(str(each) for each in said.get("requiresCompatibilities") or ()),
            containers=tuple(Container.parse(each) for each in said.get("containerDefinitions") or ())
            or _NO_CONTAINERS,
        )

    @property
    def windows(self) -> bool:
        """Whether its containers run on Windows."""
        family = self.os_family.upper()
        if not family.startswith(("WINDOWS", "LINUX")) and family:
            known(Unknown(f"operatingSystemFamily is {self.os_family!r}, a value Muster does not know"))
        return family.startswith("WINDOWS")

    @property
    def startup(self) -> int:
        """How many seconds an essential container may take to start by its own word, those it waits for included."""
        by_name = {container.name: container for container in known(self.containers)}
        return max((_startup(each, by_name, frozenset()) for each in by_name.values() if each.essential), default=0)

    @property
    def checked(self) -> tuple[tuple[Container, HealthCheck], ...]:
        """The essential containers that have a health check, with it."""
        essential = (each for each in known(self.containers) if each.essential)
        return tuple((each, each.health_check) for each in essential if each.health_check)


@dataclass(frozen=True, slots=True)
class RunDefinition(TaskDefinition):
    """A task definition as a service runs it: a facet apart, for what judges definitions is not to judge services."""


def _startup(container: Container, by_name: Mapping[str, Container], seen: frozenset[str]) -> int:
    own = container.health_check.start_period if container.health_check else 0
    awaited = (by_name[name] for name in container.after if name in by_name and name not in seen)
    return own + max((_startup(each, by_name, seen | {container.name}) for each in awaited), default=0)


def _placed_on(said: Mapping[str, Any]) -> str:
    """Return WINDOWS where a placement constraint asks for nothing but Windows instances."""
    asked = (str(each.get("expression") or "") for each in said.get("placementConstraints") or ())
    return "WINDOWS" if any(_ON_WINDOWS.fullmatch(each.strip()) for each in asked) else ""


def _variable(said: Mapping[str, Any]) -> tuple[str, str]:
    name = str(said.get("name") or "")
    return name, secret_like(name, str(said.get("value") or "")) or ""


def _health_check(said: Mapping[str, Any]) -> HealthCheck | None:
    """Return the check; a command that is empty or NONE asks nothing."""
    command = said.get("command") or ("NONE",)
    return HealthCheck.parse(said) if command[0] != "NONE" else None


def _amount(name: str, value: object) -> int | Unknown | None:
    """Read units of CPU or MiB, as AWS answers them or as a file may spell them: `1 vCPU`, `0.5GB`.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html
    """
    if value is None or value == "":
        return None
    found = _AMOUNT.fullmatch(str(value).strip())
    if found is None:
        return Unknown(f"{name} is {value!r}, an amount Muster does not know")
    return int(float(found["number"]) * (1024 if found["unit"] else 1))


def _mode(name: str, value: object, default: str, *others: str) -> str | Unknown:
    if value is None or value == "":
        return default
    return str(value) if value in (default, *others) else Unknown(f"{name} is {value!r}, a value Muster does not know")
