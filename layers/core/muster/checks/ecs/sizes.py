"""Checks of the sizes of ECS tasks on Fargate, by the sizes that Fargate has."""

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
"""The memory in MiB that goes with so many units of CPU.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html
"""

_OF_WINDOWS = (1024, 2048, 4096)
"""Windows needs a whole vCPU, and has no more than four."""

_LARGE, _FOR_LARGE = (8192, 16384), (1, 4, 0)
"""Sizes that need a platform version, and which."""


@check(severity=Severity.MEDIUM)
def ecs_task_definition_fargate_size_valid(definition: TaskDefinition, region: EcsRegion) -> Verdict:
    """ECS task definitions for Fargate should have a size that Fargate has.

    Judged are those that require Fargate, and those without that word which a service runs there.

    Problem: Fargate has no such size
    Why: ECS refuses to start a task of another size, which shows only when the service needs one.
    Fix: `aws ecs describe-task-definition --task-definition ID --query taskDefinition` Register a new revision with
      a pair of cpu and memory that Fargate has.
    Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html
    """
    launches = [each for each in region.launches(definition.arn) if each.fargate is True]
    if "FARGATE" not in definition.requires and not launches:
        for each in region.launches(definition.arn):
            known(each.fargate)
        return not_applicable("it is not for Fargate, and no service runs it there")
    cpu, memory = known(definition.cpu), known(definition.memory)
    if cpu is None or memory is None:
        return non_compliant(f"Fargate needs both: cpu is {cpu or 'not set'}, memory is {memory or 'not set'}")
    valid = _sizes(definition.windows)
    if cpu not in valid:
        kind = "Windows on Fargate" if definition.windows else "Fargate"
        return non_compliant(f"cpu is {cpu}; {kind} has {', '.join(map(str, valid))}")
    if memory not in valid[cpu]:
        first, *_, last = valid[cpu]
        return non_compliant(f"memory is {memory} MiB; with {cpu} units of CPU Fargate has {first} to {last} in steps")
    named = [version for each in launches if cpu in _LARGE and (version := each.version) is not None]
    if any(known(version) < _FOR_LARGE for version in named):
        return non_compliant(f"{cpu} units of CPU need platform version 1.4.0; a service runs it on an older one")
    return compliant(f"{cpu} units of CPU with {memory} MiB are a size of Fargate")


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
    """ECS services on Fargate should have the smallest size that their load needs.

    Counted is the busiest task of each hour of 14 days: of CPU what 95 % of the hours do not exceed, of memory the
    most, because a task that needs more of it is killed. Both should fill `target_percent` of the size. Memory that
    was fuller than `fullest_memory_percent` fails too. With fewer than `hours` hours of metrics nothing is said.

    Problem: Fargate size does not fit the load
    Why: Fargate is paid by size, not by use; a task without memory left is killed.
    Fix: Register a new revision with the size that the reason names, then update the service: `aws ecs
      update-service --cluster CLUSTER --service NAME --task-definition NEW-REVISION`
    Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service_utilization.html
    """
    if reason := _without_size(service):
        return not_applicable(reason)
    definition = definitions[service.definitions[0]]
    cpu, memory = known(definition.cpu), known(definition.memory)
    if not cpu or not memory:
        return not_applicable("its task definition has no size")
    busy, full = known(used.cpu_p95), known(used.memory_maximum)
    usage = f"{cpu} units of CPU were {_percent(busy)} used (p95), {memory} MiB {_percent(full)} (maximum)"
    known(used.hours if used.hours >= hours else Unknown(f"{usage}, but only of {used.hours} of {hours} hours"))
    share = target_percent / 100
    wanted = _smallest(cpu * busy / 100 / share, memory * full / 100 / share, windows=definition.windows)
    size = f"{wanted[0]} units with {wanted[1]} MiB" if wanted else "no size of Fargate"
    if full > fullest_memory_percent:
        return non_compliant(f"{usage}: it is too small, {size} would do")
    if wanted and wanted[0] <= cpu and wanted[1] <= memory and wanted != (cpu, memory):
        return non_compliant(f"{usage}: {size} would do")
    return compliant(f"{usage}: no smaller size would do")


def _without_size(service: Service) -> str:
    """Return why the size of its tasks costs nothing; empty where it costs something."""
    if not service.definitions:
        return "it runs no task definition yet"
    if not all(known(launch.fargate) for launch in service.launches):
        return "its tasks do not run on Fargate, which alone is paid by the size of a task"
    return "" if known(service.desired) else "it is to run no task"


def _sizes(windows: bool) -> Mapping[int, tuple[int, ...]]:
    return {cpu: memory for cpu, memory in SIZES.items() if not windows or cpu in _OF_WINDOWS}


def _smallest(cpu: float, memory: float, *, windows: bool) -> tuple[int, int] | None:
    """Return the first size with so much CPU and memory; with more CPU there is never less memory to pay."""
    fitting = (
        (units, amount)
        for units, amounts in _sizes(windows).items()
        for amount in amounts
        if units >= cpu and amount >= memory
    )
    return next(fitting, None)


def _percent(value: float) -> str:
    return f"{math.ceil(value)} %"
