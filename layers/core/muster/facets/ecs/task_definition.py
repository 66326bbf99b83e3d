"""ECS: task definitions and their containers."""

import re
from collections.abc import Mapping
from typing import Any

from muster.analysis.secrets.detection import secret_like
from muster.facets import kinds
from muster.facets.fields import Answer, Parsed, computed, facet, read
from muster.model.finding import Unknown, known

_ON_WINDOWS = re.compile(r"""attribute:ecs\.os-type\s*==\s*(['"]?)windows\1""", re.IGNORECASE)
_LOG_MODES = kinds.defaulting("", kinds.one_of("", "blocking", "non-blocking"))
_AMOUNT = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>vcpu|gb)?", re.IGNORECASE)


@facet
class HealthCheck(Parsed):
    """The health check of a container; times are in seconds, with ECS's defaults.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html
    """

    interval: int = read("interval", kinds.count(30), default=30)
    timeout: int = read("timeout", kinds.count(5), default=5)
    retries: int = read("retries", kinds.count(3), default=3)
    start_period: int = read("startPeriod", kinds.count(), default=0)


_SOONER = frozenset({"START", "COMPLETE", "SUCCESS"})
"""Conditions of a dependency that do not depend on another container's health; a new one may be more than that."""


def _variable(variable: Answer) -> tuple[str, str]:
    name = str(variable.get("name") or "")
    return name, secret_like(name, str(variable.get("value") or "")) or ""


def _health_check(container: Answer) -> HealthCheck | None:
    """Return the check; a command that is empty or NONE asks nothing."""
    check = container.get("healthCheck") or {}
    command = check.get("command") or ("NONE",)
    return HealthCheck.parse(check) if command[0] != "NONE" else None


def _log_mode(container: Answer) -> str | Unknown:
    options = (container.get("logConfiguration") or {}).get("options") or {}
    return _LOG_MODES(options.get("mode"), "mode")


def _after(container: Answer) -> tuple[str, ...]:
    awaited = container.get("dependsOn") or ()
    return tuple(str(each["containerName"]) for each in awaited if each.get("condition") not in _SOONER)


@facet
class Container(Parsed):
    """One item of containerDefinitions; `after` are those that must be healthy before it starts.

    `environment` holds each variable's name and why its value looks like a secret, nothing where it does not: values
    are forgotten as soon as they are parsed, so that they cannot get into findings, logs or memory dumps. What AWS
    leaves out has the default that it documents: a container is essential, writable and not privileged.
    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
    """

    name: str = read("name", kinds.required)
    image: str | Unknown = read("image", kinds.stated, "the image of a container")
    essential: bool = computed(lambda container: container.get("essential") is not False, default=True)
    readonly: bool = read("readonlyRootFilesystem", kinds.is_true, default=False)
    privileged: bool = read("privileged", kinds.is_true, default=False)
    user: str = read("user", kinds.text, default="")
    log_driver: str = read("logConfiguration.logDriver", kinds.text, default="")
    environment: tuple[tuple[str, str], ...] = read("environment", kinds.many(_variable), default=())
    health_check: HealthCheck | None = computed(_health_check, default=None)
    after: tuple[str, ...] = computed(_after, default=())
    log_mode: str | Unknown = computed(_log_mode, default="")


_TRANSIT = kinds.defaulting("DISABLED", kinds.one_of("ENABLED", "DISABLED"))
_NO_CONTAINERS = Unknown("AWS did not return the containers of the task definition")


def _containers(definitions: Any, _name: str, _question: str = "") -> tuple[Container, ...] | Unknown:
    return tuple(Container.parse(each) for each in definitions or ()) or _NO_CONTAINERS


def _efs(response: Answer) -> tuple[tuple[str, str | Unknown], ...]:
    volumes = (response.get("taskDefinition") or {}).get("volumes") or ()
    found = ((str(each.get("name") or ""), each.get("efsVolumeConfiguration")) for each in volumes)
    return tuple((name, _TRANSIT(efs.get("transitEncryption"), "transitEncryption")) for name, efs in found if efs)


def _os_family(response: Answer) -> str:
    """Return the family of the operating system, WINDOWS where placement constraints admit only Windows instances."""
    definition = response.get("taskDefinition") or {}
    if family := (definition.get("runtimePlatform") or {}).get("operatingSystemFamily"):
        return str(family)
    constraints = (str(each.get("expression") or "") for each in definition.get("placementConstraints") or ())
    return "WINDOWS" if any(_ON_WINDOWS.fullmatch(each.strip()) for each in constraints) else ""


def _amount(value: object, name: str, _question: str = "") -> int | Unknown | None:
    """Read units of CPU or MiB, as AWS answers them or as a file may spell them: `1 vCPU`, `0.5GB`.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html
    """
    if value is None or value == "":
        return None
    amount = _AMOUNT.fullmatch(str(value).strip())
    if amount is None:
        return Unknown(f"AWS returned an unknown amount for {name}: {value!r}")
    return int(float(amount["number"]) * (1024 if amount["unit"] else 1))


@facet
class TaskDefinition(Parsed):
    """One revision of DescribeTaskDefinition; `cpu` is in units, `memory` in MiB, None where the task has none.

    `os_family` is empty where AWS leaves it out: only Fargate needs it, so that the containers count as Linux, unless
    they are placed on Windows instances alone. `efs_volumes` are the names of the volumes on EFS, each with its
    encryption in transit: ENABLED, or DISABLED, the default.
    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskDefinition.html
    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-constraints.html
    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_EFSVolumeConfiguration.html
    """

    arn: str = read("taskDefinition.taskDefinitionArn", kinds.text, default="")
    status: str = read("taskDefinition.status", kinds.text, default="")
    cpu: int | Unknown | None = read("taskDefinition.cpu", _amount, default=None)
    memory: int | Unknown | None = read("taskDefinition.memory", _amount, default=None)
    network_mode: str | Unknown = read(
        "taskDefinition.networkMode",
        kinds.defaulting("bridge", kinds.one_of("bridge", "host", "awsvpc", "none")),
        default="bridge",
    )
    pid_mode: str | Unknown = read(
        "taskDefinition.pidMode", kinds.defaulting("", kinds.one_of("", "host", "task")), default=""
    )
    os_family: str = computed(_os_family, default="")
    requires: tuple[str, ...] = read("taskDefinition.requiresCompatibilities", kinds.texts, default=())
    containers: tuple[Container, ...] | Unknown = read(
        "taskDefinition.containerDefinitions", _containers, default=_NO_CONTAINERS
    )
    efs_volumes: tuple[tuple[str, str | Unknown], ...] = computed(_efs, default=())

    @property
    def windows(self) -> bool:
        """Whether its containers run on Windows."""
        family = self.os_family.upper()
        if not family.startswith(("WINDOWS", "LINUX")) and family:
            known(Unknown(f"AWS returned an unknown value for operatingSystemFamily: {self.os_family!r}"))
        return family.startswith("WINDOWS")

    @property
    def startup(self) -> int:
        """The seconds that an essential container may take to start by its health check, those before it included."""
        by_name = {container.name: container for container in known(self.containers)}
        return max((_startup(each, by_name, frozenset()) for each in by_name.values() if each.essential), default=0)

    @property
    def checked(self) -> tuple[tuple[Container, HealthCheck], ...]:
        """The essential containers that have a health check, with it."""
        essential = (each for each in known(self.containers) if each.essential)
        return tuple((each, each.health_check) for each in essential if each.health_check)


@facet
class RunDefinition(TaskDefinition):
    """A task definition as a service runs it: a facet apart, for what judges definitions is not to judge services."""


def _startup(container: Container, by_name: Mapping[str, Container], seen: frozenset[str]) -> int:
    own = container.health_check.start_period if container.health_check else 0
    awaited = (by_name[name] for name in container.after if name in by_name and name not in seen)
    return own + max((_startup(each, by_name, seen | {container.name}) for each in awaited), default=0)
