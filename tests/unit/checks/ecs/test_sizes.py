"""The sizes of tasks on Fargate."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.checks.ecs.sizes import SIZES, ecs_service_right_sized, ecs_task_definition_fargate_size_valid
from muster.facets.ecs.clusters import EcsRegion, Launch, Service
from muster.facets.ecs.task_definition import RunDefinition, TaskDefinition
from muster.facets.ecs.utilization import ServiceUtilization
from muster.model.finding import Related, Status, Unavailable, Unknown, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
ARN = "arn:aws:ecs:eu-west-1:123456789012:task-definition/web:1"
SERVICE = Service("web", "arn", "shop", launches=(Launch("FARGATE"),), definitions=(ARN,), desired=2)
EMPTY = EcsRegion()
GB = 1024


def definition(cpu: int | None, memory: int | None, **said: object) -> TaskDefinition:
    return TaskDefinition(arn=ARN, cpu=cpu, memory=memory, **{"requires": ("FARGATE",)} | said)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cpu", "memory", "status"),
    [
        pytest.param(256, 512, C, id="256 with 0.5 GB"),
        pytest.param(256, 2 * GB, C, id="256 with 2 GB"),
        pytest.param(256, 3 * GB, N, id="256 with 3 GB"),
        pytest.param(512, 512, N, id="512 with 0.5 GB"),
        pytest.param(512, 1 * GB, C, id="512 with 1 GB"),
        pytest.param(512, 4 * GB, C, id="512 with 4 GB"),
        pytest.param(512, 5 * GB, N, id="512 with 5 GB"),
        pytest.param(1024, 1 * GB, N, id="1024 with 1 GB"),
        pytest.param(1024, 8 * GB, C, id="1024 with 8 GB"),
        pytest.param(1024, 9 * GB, N, id="1024 with 9 GB"),
        pytest.param(2048, 4 * GB, C, id="2048 with 4 GB"),
        pytest.param(2048, 16 * GB, C, id="2048 with 16 GB"),
        pytest.param(2048, 17 * GB, N, id="2048 with 17 GB"),
        pytest.param(2048, 4 * GB + 512, N, id="2048 with half a GB more"),
        pytest.param(4096, 8 * GB, C, id="4096 with 8 GB"),
        pytest.param(4096, 30 * GB, C, id="4096 with 30 GB"),
        pytest.param(4096, 31 * GB, N, id="4096 with 31 GB"),
        pytest.param(8192, 16 * GB, C, id="8192 with 16 GB"),
        pytest.param(8192, 18 * GB, N, id="8192 with a step that it has not"),
        pytest.param(8192, 60 * GB, C, id="8192 with 60 GB"),
        pytest.param(16384, 32 * GB, C, id="16384 with 32 GB"),
        pytest.param(16384, 36 * GB, N, id="16384 with a step that it has not"),
        pytest.param(16384, 120 * GB, C, id="16384 with 120 GB"),
        pytest.param(16384, 128 * GB, N, id="16384 with 128 GB"),
        pytest.param(300, 512, N, id="a CPU that there is not"),
        pytest.param(None, 512, N, id="no CPU"),
        pytest.param(256, None, N, id="no memory"),
    ],
)
def test_ecs_task_definition_fargate_size_valid(cpu: int | None, memory: int | None, status: Status) -> None:
    assert ecs_task_definition_fargate_size_valid(definition(cpu, memory), EMPTY).status is status


@pytest.mark.parametrize(
    ("cpu", "memory", "status"),
    [
        pytest.param(256, 512, N, id="less than a vCPU"),
        pytest.param(1024, 2 * GB, C, id="a vCPU"),
        pytest.param(4096, 30 * GB, C, id="four"),
        pytest.param(8192, 16 * GB, N, id="eight are for Linux alone"),
    ],
)
def test_sizes_of_windows(cpu: int, memory: int, status: Status) -> None:
    judged = definition(cpu, memory, os_family="WINDOWS_SERVER_2022_CORE")
    assert ecs_task_definition_fargate_size_valid(judged, EMPTY).status is status


def run_by(*launches: Launch, arn: str = ARN) -> EcsRegion:
    return EcsRegion(services=(replace(SERVICE, launches=launches, definitions=(arn,)),))


@pytest.mark.parametrize(
    ("requires", "region", "status"),
    [
        pytest.param((), EMPTY, NA, id="no word of Fargate, no service"),
        pytest.param(("EC2",), EMPTY, NA, id="for instances"),
        pytest.param(("EXTERNAL",), run_by(Launch("EXTERNAL")), NA, id="for machines of one's own"),
        pytest.param(("EC2", "FARGATE"), EMPTY, N, id="for both"),
        pytest.param((), run_by(Launch("FARGATE")), N, id="a service runs it on Fargate"),
        pytest.param((), run_by(Launch(None, ("FARGATE_SPOT",))), N, id="a capacity provider runs it on Fargate"),
        pytest.param((), run_by(Launch("EC2")), NA, id="a service runs it on instances"),
        pytest.param((), run_by(Launch("FARGATE"), arn=ARN + "0"), NA, id="a service runs another one on Fargate"),
    ],
)
def test_which_definitions_are_for_fargate(requires: tuple[str, ...], region: EcsRegion, status: Status) -> None:
    judged = definition(300, 300, requires=requires)
    assert ecs_task_definition_fargate_size_valid(judged, region).status is status


NOWHERE = Launch(Unknown("AWS returned an unknown value for launchType: 'MOON'"))


def test_who_cannot_tell_where_a_definition_runs_does_not_say_that_it_is_not_on_fargate() -> None:
    judged = definition(300, 300, requires=())
    with pytest.raises(UnknownField, match="MOON"):
        ecs_task_definition_fargate_size_valid(judged, run_by(Launch("EC2"), NOWHERE))
    known_too = run_by(NOWHERE, Launch("FARGATE"))
    assert ecs_task_definition_fargate_size_valid(judged, known_too).status is N


@pytest.mark.parametrize(
    ("cpu", "version", "status"),
    [
        pytest.param(8192, "1.3.0", N, id="eight on an old platform"),
        pytest.param(8192, "1.4.0", C, id="eight on 1.4.0"),
        pytest.param(8192, "LATEST", C, id="eight on the latest"),
        pytest.param(4096, "1.3.0", C, id="four on an old platform"),
    ],
)
def test_large_sizes_need_a_platform(cpu: int, version: str, status: Status) -> None:
    region = run_by(Launch("FARGATE", platform_version=version))
    assert ecs_task_definition_fargate_size_valid(definition(cpu, 16 * GB), region).status is status


@pytest.mark.parametrize(
    ("cpu", "memory", "family", "reason"),
    [
        pytest.param(
            512,
            512,
            "",
            "Fargate does not support 512 MiB with 512 CPU units; use one of 1024, 2048, 3072, 4096 MiB",
            id="memory",
        ),
        pytest.param(
            300,
            512,
            "LINUX",
            "Fargate does not support 300 CPU units; use one of 256, 512, 1024, 2048, 4096, 8192, 16384",
            id="units of CPU",
        ),
        pytest.param(
            256,
            512,
            "WINDOWS_SERVER_2022_CORE",
            "Windows on Fargate does not support 256 CPU units; use one of 1024, 2048, 4096",
            id="of Windows",
        ),
        pytest.param(None, 512, "", "Fargate needs a task size: cpu is not set, memory is 512", id="no CPU"),
        pytest.param(256, None, "", "Fargate needs a task size: cpu is 256, memory is not set", id="no memory"),
    ],
)
def test_the_reason_names_the_sizes_there_are(cpu: int | None, memory: int | None, family: str, reason: str) -> None:
    judged = definition(cpu, memory, os_family=family)
    assert ecs_task_definition_fargate_size_valid(judged, EMPTY).reason == reason


def test_a_platform_that_is_not_known_is_no_verdict_on_a_large_size() -> None:
    region = run_by(Launch("FARGATE", platform_version="next"))
    with pytest.raises(UnknownField):
        ecs_task_definition_fargate_size_valid(definition(8192, 16 * GB), region)
    assert ecs_task_definition_fargate_size_valid(definition(4096, 16 * GB), region).status is C


def test_an_amount_that_is_not_known_is_no_verdict() -> None:
    with pytest.raises(UnknownField):
        ecs_task_definition_fargate_size_valid(
            TaskDefinition(arn=ARN, cpu=Unknown("strange"), memory=512, requires=("FARGATE",)), EMPTY
        )


def sized(cpu: int, memory: int, **said: object) -> Related[RunDefinition]:
    return Related({ARN: RunDefinition(arn=ARN, cpu=cpu, memory=memory, **said)})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("size", "cpu", "memory", "status", "would"),
    [
        pytest.param(
            (1024, 2 * GB),
            10,
            10,
            N,
            "Uses 10 % of 1024 CPU units (p95) and 10 % of 2048 MiB (maximum); 256 CPU units with 512 MiB are enough",
            id="hardly used",
        ),
        pytest.param((1024, 2 * GB), 70, 70, C, "", id="well used"),
        pytest.param((1024, 2 * GB), 40.2, 10, C, "", id="a little more than half of the CPU"),
        pytest.param((1024, 2 * GB), 70, 95, C, "", id="memory is as full as may be"),
        pytest.param(
            (1024, 2 * GB),
            40,
            80,
            N,
            "Uses 40 % of 1024 CPU units (p95) and 80 % of 2048 MiB (maximum); 512 CPU units with 2048 MiB are enough",
            id="half of the CPU, all of the memory",
        ),
        pytest.param(
            (1024, 8 * GB),
            70,
            20,
            N,
            "Uses 70 % of 1024 CPU units (p95) and 20 % of 8192 MiB (maximum); 1024 CPU units with 2048 MiB are enough",
            id="memory alone",
        ),
        pytest.param((256, 512), 1, 1, C, "", id="the smallest there is"),
        pytest.param(
            (1024, 2 * GB),
            40,
            96,
            N,
            "Uses 40 % of 1024 CPU units (p95) and 96 % of 2048 MiB (maximum); this is too small, use "
            "512 CPU units with 3072 MiB",
            id="memory is full",
        ),
        pytest.param(
            (256, 2 * GB),
            10,
            99,
            N,
            "Uses 10 % of 256 CPU units (p95) and 99 % of 2048 MiB (maximum); this is too small, use "
            "512 CPU units with 3072 MiB",
            id="more memory needs CPU",
        ),
        pytest.param(
            (16384, 120 * GB),
            10,
            99,
            N,
            "Uses 10 % of 16384 CPU units (p95) and 99 % of 122880 MiB (maximum); this is too small, "
            "Fargate has no larger size",
            id="nothing is large enough",
        ),
        pytest.param((1024, 2 * GB), 100, 50, C, "", id="CPU that is all used is slow, not broken"),
    ],
)
def test_ecs_service_right_sized(size: tuple[int, int], cpu: float, memory: float, status: Status, would: str) -> None:
    verdict = ecs_service_right_sized(SERVICE, sized(*size), ServiceUtilization(336, cpu, memory))
    assert verdict.status is status
    assert would in verdict.reason


def test_the_reason_names_the_use_and_the_size() -> None:
    verdict = ecs_service_right_sized(SERVICE, sized(1024, 2048), ServiceUtilization(336, 9.2, 24.0))
    assert verdict.reason == (
        "Uses 10 % of 1024 CPU units (p95) and 24 % of 2048 MiB (maximum); 256 CPU units with 1024 MiB are enough"
    )


def test_windows_needs_a_whole_vcpu() -> None:
    windows = sized(2048, 4 * GB, os_family="WINDOWS_SERVER_2022_CORE")
    verdict = ecs_service_right_sized(SERVICE, windows, ServiceUtilization(336, 1, 1))
    assert (
        "Uses 1 % of 2048 CPU units (p95) and 1 % of 4096 MiB (maximum); 1024 CPU units with 2048 MiB are enough"
    ) in verdict.reason


@pytest.mark.parametrize(
    ("settings", "status"),
    [
        pytest.param({}, N, id="a smaller size with 20 % to spare"),
        pytest.param({"target_percent": 60}, C, id="with 40 % to spare"),
        pytest.param({"fullest_memory_percent": 34, "target_percent": 60}, N, id="memory must stay emptier"),
    ],
)
def test_how_full_is_a_setting(settings: dict[str, int], status: Status) -> None:
    verdict = ecs_service_right_sized(SERVICE, sized(1024, 2 * GB), ServiceUtilization(336, 35, 35), **settings)
    assert verdict.status is status


@pytest.mark.parametrize(
    ("service", "size"),
    [
        pytest.param(replace(SERVICE, launches=(Launch("EC2"),)), (1024, 2048), id="instances"),
        pytest.param(replace(SERVICE, launches=(Launch("EXTERNAL"),)), (1024, 2048), id="machines of one's own"),
        pytest.param(replace(SERVICE, launches=(Launch(None, ("mine",)),)), (1024, 2048), id="another provider"),
        pytest.param(replace(SERVICE, desired=0), (1024, 2048), id="no task"),
        pytest.param(replace(SERVICE, definitions=(), launches=(Launch(),)), (1024, 2048), id="no definition"),
        pytest.param(
            replace(SERVICE, launches=(Launch("FARGATE"), Launch("EC2"))), (1024, 2048), id="a task set on instances"
        ),
        pytest.param(SERVICE, (None, None), id="no size"),
        pytest.param(SERVICE, (1024, None), id="no memory"),
    ],
)
def test_services_without_a_size_to_pay_are_not_judged(service: Service, size: tuple[int, int]) -> None:
    assert ecs_service_right_sized(service, sized(*size), ServiceUtilization.parse({})).status is NA


@pytest.mark.parametrize(
    "used",
    [
        pytest.param(ServiceUtilization.parse({}), id="no metrics"),
        pytest.param(ServiceUtilization(167, 10, 10), id="too few hours"),
    ],
)
def test_without_enough_metrics_nothing_is_said(used: ServiceUtilization) -> None:
    with pytest.raises(UnknownField):
        ecs_service_right_sized(SERVICE, sized(1024, 2048), used)


@pytest.mark.parametrize(
    ("service", "size", "used"),
    [
        pytest.param(replace(SERVICE, launches=(Launch(),)), (1024, 2048), (336, 10, 10), id="where it runs"),
        pytest.param(replace(SERVICE, desired=Unknown("none")), (1024, 2048), (336, 10, 10), id="how many tasks"),
        pytest.param(SERVICE, (Unknown("strange"), 2048), (336, 10, 10), id="the size"),
        pytest.param(SERVICE, (1024, 2048), (336, Unknown("none"), 10), id="the use of CPU"),
        pytest.param(SERVICE, (1024, 2048), (336, 10, Unknown("none")), id="the use of memory"),
    ],
)
def test_what_is_not_known_is_no_verdict(service: Service, size: tuple[int, int], used: tuple[int, int, int]) -> None:
    with pytest.raises(UnknownField):
        ecs_service_right_sized(service, sized(*size), ServiceUtilization(*used))


def test_how_many_hours_are_enough_is_a_setting() -> None:
    verdict = ecs_service_right_sized(SERVICE, sized(1024, 2048), ServiceUtilization(24, 10, 10), hours=24)
    assert verdict.status is N


def test_a_definition_that_cannot_be_read_is_no_verdict() -> None:
    unread: Related[RunDefinition] = Related({ARN: Unavailable("ecs:DescribeTaskDefinition", "access denied")})
    with pytest.raises(UnknownField):
        ecs_service_right_sized(SERVICE, unread, ServiceUtilization(336, 10, 10))


sizes = st.sampled_from([(cpu, memory) for cpu, amounts in SIZES.items() for memory in amounts])


@given(size=sizes, cpu=st.floats(0, 100), memory=st.floats(0, 95))
def test_the_size_that_would_do_exists_is_smaller_and_holds_the_load(
    size: tuple[int, int], cpu: float, memory: float
) -> None:
    verdict = ecs_service_right_sized(SERVICE, sized(*size), ServiceUtilization(336, cpu, memory))
    if verdict.status is C:
        return
    units, _, _, _, amount, *_ = verdict.reason.rpartition("; ")[2].split()
    named = (int(units), int(amount))
    assert named[1] in SIZES[named[0]]
    assert named < size
    assert named[0] * 0.8 >= size[0] * cpu / 100 - 1e-6
    assert named[1] * 0.8 >= size[1] * memory / 100 - 1e-6
    assert named[1] <= size[1]
