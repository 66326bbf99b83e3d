"""Checks of the task sizes of ECS on Fargate."""

import math
from collections.abc import Mapping

from muster.facets.ecs.clusters import EcsRegion, Service
from muster.facets.ecs.task_definition import RunDefinition, TaskDefinition
from muster.facets.ecs.utilization import ServiceUtilization
from muster.model.check import check
from muster.model.finding import Related, Severity, Unknown, Verdict, compliant, known, non_compliant, not_applicable

_GB = 1024

SIZES: Mapping[int, tuple[int, ...]] = {
    256: (512, 1 * _GB, 2 * _GB),
    512: tuple(range(1 * _GB, 4 * _GB + 1, _GB)),
    1024: tuple(range(2 * _GB, 8 * _GB + 1, _GB)),
    2048: tuple(range(4 * _GB, 16 * _GB + 1, _GB)),
    4096: tuple(range(8 * _GB, 30 * _GB + 1, _GB)),
    8192: tuple(range(16 * _GB, 60 * _GB + 1, 4 * _GB)),
    16384: tuple(range(32 * _GB, 120 * _GB + 1, 8 * _GB)),
}
"""The memory in MiB that Fargate supports for each number of CPU units.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html
"""

_FEW = 4
"""Sizes that a reason lists; more are a range."""

_OF_WINDOWS = (1024, 2048, 4096)
"""CPU units of Windows containers on Fargate."""

_LARGE, _FOR_LARGE = (8192, 16384), (1, 4, 0)
"""CPU units that need a minimum platform version, and the version."""


@check(severity=Severity.MEDIUM)
def ecs_task_definition_fargate_size_valid(definition: TaskDefinition, region: EcsRegion) -> Verdict:
    """ECS task definitions for Fargate should have a task size that Fargate supports.

    The check applies to task definitions that require Fargate, and to others that a service runs on Fargate.

    Problem: Fargate does not support the task size
    Why: ECS refuses to start a task of another size. You notice it only when the service needs a new task.
    Fix: Save the task definition (this needs jq): `aws ecs describe-task-definition --task-definition ID --include TAGS
      --output json | jq '.taskDefinition + {tags} | del(.taskDefinitionArn, .revision, .status, .requiresAttributes,
      .compatibilities, .registeredAt, .registeredBy, .deregisteredAt)' > TASK-DEFINITION.json` In the file, set cpu and
      memory to a combination that Fargate supports. Register the file as a new revision: `aws ecs
      register-task-definition --cli-input-json file://TASK-DEFINITION.json` Then update the services that run the old
      revision.
    Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html
    """
    launches = [each for each in region.launches(definition.arn) if each.fargate is True]
    if "FARGATE" not in definition.requires and not launches:
        for each in region.launches(definition.arn):
            known(each.fargate)
        return not_applicable("It does not require Fargate, and no service runs it on Fargate")
    cpu, memory = known(definition.cpu), known(definition.memory)
    if cpu is None or memory is None:
        return non_compliant(f"Fargate needs a task size: cpu is {cpu or 'not set'}, memory is {memory or 'not set'}")
    valid = _sizes(definition.windows)
    if cpu not in valid:
        kind = "Windows on Fargate" if definition.windows else "Fargate"
        return non_compliant(f"{kind} does not support {cpu} CPU units; use one of {', '.join(map(str, valid))}")
    if memory not in valid[cpu]:
        first, second, *_, last = valid[cpu]
        amounts = f"{first} to {last} MiB in steps of {second - first} MiB"
        if len(valid[cpu]) <= _FEW:
            amounts = f"one of {', '.join(map(str, valid[cpu]))} MiB"
        return non_compliant(f"Fargate does not support {memory} MiB with {cpu} CPU units; use {amounts}")
    named = [version for each in launches if cpu in _LARGE and (version := each.version) is not None]
    if any(known(version) < _FOR_LARGE for version in named):
        return non_compliant(f"{cpu} CPU units need platform version 1.4.0; a service runs it on an older one")
    return compliant(f"Fargate supports {cpu} CPU units with {memory} MiB")


@check(severity=Severity.LOW)
def ecs_service_right_sized(  # noqa: PLR0913 - three settings beside three facets
    service: Service,
    definitions: Related[RunDefinition],
    used: ServiceUtilization,
    *,
    target_percent: int = 80,
    fullest_memory_percent: int = 95,
    hours: int = 168,
) -> Verdict:
    """ECS services on Fargate should have the smallest task size that fits their load.

    The check reads the busiest task of each hour of the last 14 days: for CPU the 95th percentile of the hours, for
    memory the maximum, because ECS stops a task that runs out of memory. Both should use `target_percent` of the size.
    Memory use above `fullest_memory_percent` fails too. With metrics for fewer than `hours` hours the result is
    unknown.

    Problem: Fargate size does not fit the load
    Why: You pay for the size of a Fargate task, not for its use. A task without enough memory is stopped.
    Fix: Register a new revision of the task definition with the size that the reason names, then update the service:
      `aws ecs update-service --cluster CLUSTER --service NAME --task-definition NEW-REVISION`
    Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service_utilization.html
    """
    if reason := _without_size(service):
        return not_applicable(reason)
    definition = definitions[service.definitions[0]]
    cpu, memory = known(definition.cpu), known(definition.memory)
    if not cpu or not memory:
        return not_applicable("Its task definition has no task size")
    busy, full = known(used.cpu_p95), known(used.memory_maximum)
    usage = f"Uses {_percent(busy)} of {cpu} CPU units (p95) and {_percent(full)} of {memory} MiB (maximum)"
    known(
        used.hours
        if used.hours >= hours
        else Unknown(f"{usage}, but CloudWatch has metrics for only {used.hours} hours; {hours} are needed")
    )
    share = target_percent / 100
    wanted = _smallest(cpu * busy / 100 / share, memory * full / 100 / share, windows=definition.windows)
    if full > fullest_memory_percent:
        size = f"use {wanted[0]} CPU units with {wanted[1]} MiB" if wanted else "Fargate has no larger size"
        return non_compliant(f"{usage}; this is too small, {size}")
    if wanted and wanted[0] <= cpu and wanted[1] <= memory and wanted != (cpu, memory):
        return non_compliant(f"{usage}; {wanted[0]} CPU units with {wanted[1]} MiB are enough")
    return compliant(f"{usage}; no smaller size is enough")


def _without_size(service: Service) -> str:
    """Return why the size of its tasks does not matter; empty where it does."""
    if not service.definitions:
        return "The service has no task definition yet"
    if not all(known(launch.fargate) for launch in service.launches):
        return "Its tasks do not run on Fargate"
    return "" if known(service.desired) else "Its desired count is 0"


def _sizes(windows: bool) -> Mapping[int, tuple[int, ...]]:
    return {cpu: memory for cpu, memory in SIZES.items() if not windows or cpu in _OF_WINDOWS}


def _smallest(cpu: float, memory: float, *, windows: bool) -> tuple[int, int] | None:
    """Return the smallest size with at least this CPU and memory."""
    fitting = (
        (units, amount)
        for units, amounts in _sizes(windows).items()
        for amount in amounts
        if units >= cpu and amount >= memory
    )
    return next(fitting, None)


def _percent(value: float) -> str:
    return f"{math.ceil(value)} %"
