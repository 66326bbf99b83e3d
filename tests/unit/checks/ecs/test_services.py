"""How services replace, watch and expose their tasks."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.checks.ecs.services import (
    ecs_container_insights_enabled,
    ecs_fargate_latest_platform_version,
    ecs_service_circuit_breaker_enabled,
    ecs_service_health_checked,
    ecs_service_healthy_percent_sound,
    ecs_service_no_public_ip,
    ecs_service_propagates_tags,
)
from muster.facets.ecs.clusters import Cluster, Launch, Service
from muster.facets.ecs.targets import TargetWindow
from muster.facets.ecs.task_definition import Container, HealthCheck, RunDefinition
from muster.model.check import Check
from muster.model.finding import Related, Status, Unavailable, Unknown, UnknownField, Verdict

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
ARN = "arn:aws:ecs:eu-west-1:123456789012:service/shop/web"
NEW, OLD = "arn:aws:ecs:eu-west-1:123456789012:task-definition/web:2", "…:task-definition/web:1"
FARGATE = Launch("FARGATE", platform_version="LATEST", platform_family="LINUX", public_ip="DISABLED")


def service(**said: object) -> Service:
    return replace(
        Service("web", ARN, "shop", launches=(FARGATE,), definitions=(NEW,), desired=2),
        **said,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("said", "status"),
    [
        pytest.param({"circuit_breaker": True, "rollback": True}, C, id="on, with rollback"),
        pytest.param({"circuit_breaker": True}, N, id="on, without rollback"),
        pytest.param({"rollback": True}, N, id="off, whatever the rollback"),
        pytest.param({}, N, id="off"),
        pytest.param({"controller": "CODE_DEPLOY"}, NA, id="CodeDeploy"),
        pytest.param({"controller": "EXTERNAL"}, NA, id="somebody else"),
        pytest.param({"strategy": "BLUE_GREEN"}, NA, id="blue and green by ECS itself"),
        pytest.param({"scheduling": "DAEMON", "launches": (Launch("EC2"),)}, N, id="a daemon rolls too"),
    ],
)
def test_ecs_service_circuit_breaker_enabled(said: dict[str, object], status: Status) -> None:
    assert ecs_service_circuit_breaker_enabled(service(**said)).status is status


CHECKED = HealthCheck(interval=30, timeout=5, retries=3, start_period=0)


def container(name: str = "web", **said: object) -> Container:
    return Container(**{"name": name, "image": "web:1"} | said)  # type: ignore[arg-type]


def running(*containers: Container) -> Related[RunDefinition]:
    return Related({NEW: RunDefinition(containers=containers)})


def health_checked(
    judged: Service,
    definitions: Related[RunDefinition],
    windows: Related[TargetWindow] | None = None,
    **settings: object,
) -> Verdict:
    return ecs_service_health_checked(judged, definitions, windows or Related({}), **settings)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("containers", "balanced", "every", "status"),
    [
        pytest.param([container()], False, False, N, id="nobody asks"),
        pytest.param([container()], True, False, C, id="a load balancer asks"),
        pytest.param([container(health_check=CHECKED)], False, False, C, id="the container is asked"),
        pytest.param([container(health_check=CHECKED)], True, False, C, id="both"),
        pytest.param(
            [container("job", essential=False, health_check=CHECKED), container()],
            False,
            False,
            N,
            id="only a container that is not essential is asked",
        ),
        pytest.param([container(health_check=CHECKED), container("proxy")], False, False, C, id="one of two is asked"),
        pytest.param([container(health_check=CHECKED), container("proxy")], False, True, N, id="each must be asked"),
        pytest.param([container()], True, True, N, id="each must be asked, behind a load balancer too"),
        pytest.param(
            [container(health_check=CHECKED), container("job", essential=False)],
            False,
            True,
            C,
            id="each essential one is asked",
        ),
    ],
)
def test_ecs_service_health_checked(containers: list[Container], balanced: bool, every: bool, status: Status) -> None:
    judged = health_checked(service(balanced=balanced), running(*containers), every_essential_container=every)
    assert judged.status is status


@pytest.mark.parametrize(
    ("containers", "grace", "status"),
    [
        pytest.param([container()], 0, C, id="nothing is said about the start"),
        pytest.param([container(health_check=HealthCheck(start_period=60))], 59, N, id="shorter than the start"),
        pytest.param([container(health_check=HealthCheck(start_period=60))], 60, C, id="as long as the start"),
        pytest.param(
            [
                container("db", health_check=HealthCheck(start_period=50)),
                container(health_check=HealthCheck(start_period=60), after=("db",)),
            ],
            109,
            N,
            id="one after the other",
        ),
        pytest.param(
            [
                container("db", health_check=HealthCheck(start_period=50)),
                container(health_check=HealthCheck(start_period=60)),
            ],
            60,
            C,
            id="side by side",
        ),
        pytest.param(
            [container("job", essential=False, health_check=HealthCheck(start_period=300)), container()],
            0,
            C,
            id="a container that is not essential holds nobody up",
        ),
        pytest.param(
            [
                container("job", essential=False, health_check=HealthCheck(start_period=300)),
                container(after=("job",)),
            ],
            299,
            N,
            id="unless an essential one waits for it",
        ),
    ],
)
def test_the_grace_period_is_as_long_as_the_start(containers: list[Container], grace: int, status: Status) -> None:
    judged = health_checked(service(balanced=True, grace_period=grace), running(*containers))
    assert judged.status is status


GROUP = "arn:aws-us-gov:elasticloadbalancing:us-gov-west-1:123456789012:targetgroup/web/73e2d6bc24d8a067"
OTHER = GROUP.replace("/web/", "/admin/")


@pytest.mark.parametrize(
    ("window", "start", "grace", "status"),
    [
        pytest.param(TargetWindow(60, 150), 60, 209, N, id="given up, and not taken back when the grace period ends"),
        pytest.param(TargetWindow(60, 150), 60, 210, C, id="given up, and taken back within the grace period"),
        pytest.param(TargetWindow(61, 150), 60, 60, C, id="started before it is given up"),
        pytest.param(TargetWindow(60, 150), 0, 0, C, id="a task that starts at once"),
        pytest.param(TargetWindow(60, 10), 90, 89, N, id="shorter than the start, whatever the target group does"),
        pytest.param(TargetWindow(10, 10), 90, 99, N, id="a quick target group gives up quickly"),
        pytest.param(TargetWindow(10, 10), 90, 100, C, id="and takes back quickly"),
    ],
)
def test_the_grace_period_lasts_until_the_target_group_is_content(
    window: TargetWindow, start: int, grace: int, status: Status
) -> None:
    judged = service(balanced=True, target_groups=(GROUP,), grace_period=grace)
    definitions = running(container(health_check=HealthCheck(start_period=start)))
    assert health_checked(judged, definitions, Related({GROUP: window})).status is status


def test_the_reason_names_the_target_group_that_gives_a_task_up() -> None:
    judged = service(balanced=True, target_groups=(GROUP, OTHER), grace_period=90)
    windows = Related({GROUP: TargetWindow(100, 150), OTHER: TargetWindow(60, 150)})
    verdict = health_checked(judged, running(container(health_check=HealthCheck(start_period=60))), windows)
    assert verdict.reason == (
        "The health check grace period is 90 s; the tasks need 60 s to start and 150 s until "
        "target group admin marks them healthy"
    )


@pytest.mark.parametrize(
    "window",
    [
        pytest.param(Unavailable("elasticloadbalancing:DescribeTargetGroups", "access denied"), id="denied"),
        pytest.param(TargetWindow.parse({}), id="not said"),
        pytest.param(TargetWindow(60, Unknown("not said")), id="not said when it takes a task back"),
    ],
)
def test_a_target_group_that_is_not_known_is_no_verdict_unless_another_fails_or_nothing_depends_on_it(
    window: TargetWindow | Unavailable,
) -> None:
    judged = service(balanced=True, target_groups=(OTHER, GROUP), grace_period=90)
    slow = running(container(health_check=HealthCheck(start_period=60)))
    with pytest.raises(UnknownField):
        health_checked(judged, slow, Related({OTHER: TargetWindow(61, 10), GROUP: window}))
    assert health_checked(judged, slow, Related({OTHER: TargetWindow(60, 31), GROUP: window})).status is N
    assert health_checked(judged, running(container()), Related({GROUP: window})).status is C


@given(st.integers(0, 300), st.integers(0, 600), st.integers(10, 600), st.integers(10, 600), st.integers(0, 300))
def test_a_longer_grace_period_never_fails(start: int, grace: int, gives_up: int, takes_back: int, more: int) -> None:
    definitions = running(container(health_check=HealthCheck(start_period=start)))
    windows = Related({GROUP: TargetWindow(gives_up, takes_back)})
    judged = service(balanced=True, target_groups=(GROUP,), grace_period=grace)
    if health_checked(judged, definitions, windows).status is C:
        assert health_checked(replace(judged, grace_period=grace + more), definitions, windows).status is C


def test_without_a_load_balancer_the_start_period_is_the_grace_period() -> None:
    definitions = running(container(health_check=HealthCheck(start_period=60)))
    assert health_checked(service(), definitions).status is C


def test_a_smallest_grace_period_can_be_asked_for() -> None:
    judged = service(balanced=True, grace_period=20)
    verdict = health_checked(judged, running(container()), minimum_grace_period=30)
    assert verdict.reason == "The health check grace period is 20 s; the tasks need 30 s to start"
    assert health_checked(judged, running(container()), minimum_grace_period=20).status is C


def test_a_check_that_waits_longer_than_its_interval_is_named() -> None:
    slow = running(container(health_check=HealthCheck(interval=10, timeout=11)))
    verdict = health_checked(service(), slow)
    assert verdict.reason == (
        "Health check timeout longer than its interval: container web has a timeout of 11 s and an interval of 10 s"
    )
    even = running(container(health_check=HealthCheck(interval=10, timeout=10)))
    assert health_checked(service(), even).status is C


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        pytest.param(
            {"balanced": True, "grace_period": 20},
            "A load balancer checks the tasks after a grace period of 20 s",
            id="a load balancer",
        ),
        pytest.param({"grace_period": 20}, "The containers have health checks", id="the containers"),
    ],
)
def test_the_reason_says_who_asks(said: dict[str, object], reason: str) -> None:
    assert health_checked(service(**said), running(container(health_check=CHECKED))).reason == reason


def test_every_definition_in_use_is_looked_at() -> None:
    definitions = Related(
        {
            NEW: RunDefinition(containers=(container(health_check=CHECKED),)),
            OLD: RunDefinition(containers=(container("old"),)),
        }
    )
    verdict = health_checked(service(definitions=(NEW, OLD)), definitions)
    assert verdict.reason == "Container old has no health check"


def test_the_definition_that_starts_slowest_sets_the_grace_period() -> None:
    slow = container("old", health_check=replace(CHECKED, start_period=90))
    definitions = Related(
        {
            NEW: RunDefinition(containers=(container(health_check=CHECKED),)),
            OLD: RunDefinition(containers=(slow,)),
        }
    )
    for order in ((NEW, OLD), (OLD, NEW)):
        verdict = health_checked(service(definitions=order, balanced=True, grace_period=60), definitions)
        assert verdict.reason == "The health check grace period is 60 s; the tasks need 90 s to start"


def test_what_a_service_runs_must_be_known() -> None:
    for definitions in (
        Related({NEW: Unavailable("ecs:DescribeTaskDefinition", "access denied")}),
        Related({NEW: RunDefinition.parse({})}),
    ):
        with pytest.raises(UnknownField):
            health_checked(service(balanced=True), definitions)


def test_a_service_that_runs_nothing_yet_is_not_judged() -> None:
    empty = service(definitions=(), launches=(Launch(),), controller="EXTERNAL")
    assert health_checked(empty, Related({})).status is NA
    assert ecs_fargate_latest_platform_version(empty).status is NA


@pytest.mark.parametrize(
    ("addresses", "status"),
    [
        pytest.param(["ENABLED"], N, id="enabled"),
        pytest.param(["DISABLED"], C, id="disabled"),
        pytest.param([None], NA, id="no interface of its own"),
        pytest.param(["DISABLED", "ENABLED"], N, id="one of two task sets"),
        pytest.param([Unknown("new"), "ENABLED"], N, id="one that is known decides"),
        pytest.param([None, "DISABLED"], C, id="one without and one private"),
    ],
)
def test_ecs_service_no_public_ip(addresses: list[str | Unknown | None], status: Status) -> None:
    launches = tuple(Launch("FARGATE", public_ip=each) for each in addresses)
    assert ecs_service_no_public_ip(service(launches=launches)).status is status


def test_an_address_that_is_not_known_is_no_verdict() -> None:
    with pytest.raises(UnknownField):
        ecs_service_no_public_ip(service(launches=(FARGATE, Launch("FARGATE", public_ip=Unknown("new")))))


@pytest.mark.parametrize(
    ("launch", "status"),
    [
        pytest.param(Launch("FARGATE", platform_version="LATEST", platform_family="LINUX"), C, id="Linux, LATEST"),
        pytest.param(Launch("FARGATE", platform_version="1.4.0", platform_family="LINUX"), C, id="Linux, the latest"),
        pytest.param(Launch("FARGATE", platform_version="1.3.0", platform_family="Linux"), N, id="Linux, an older one"),
        pytest.param(Launch("FARGATE", platform_version="1.10.0", platform_family="LINUX"), C, id="Linux, a newer one"),
        pytest.param(Launch("FARGATE", platform_version="1.0.0", platform_family="LINUX"), N, id="Linux, Windows' one"),
        pytest.param(
            Launch("FARGATE", platform_version="LATEST", platform_family="WINDOWS_SERVER_2019_CORE"),
            C,
            id="Windows, LATEST",
        ),
        pytest.param(
            Launch("FARGATE", platform_version="1.0.0", platform_family="WINDOWS_SERVER_2022_FULL"),
            C,
            id="Windows, the latest",
        ),
        pytest.param(
            Launch("FARGATE", platform_version="0.9.0", platform_family="WINDOWS_SERVER_2022_FULL"),
            N,
            id="Windows, an older one",
        ),
        pytest.param(
            Launch(None, ("FARGATE_SPOT", "FARGATE"), "1.3.0", "LINUX"), N, id="by capacity providers, an older one"
        ),
        pytest.param(Launch(None, ("FARGATE_SPOT",), "LATEST"), C, id="by a capacity provider, LATEST"),
        pytest.param(Launch(None, ("my-instances",), "1.3.0"), NA, id="instances by a capacity provider"),
        pytest.param(Launch("EC2"), NA, id="instances"),
        pytest.param(Launch("EXTERNAL"), NA, id="machines of one's own"),
        pytest.param(Launch("MANAGED_INSTANCES"), NA, id="managed instances"),
        pytest.param(Launch("FARGATE"), C, id="none is LATEST"),
        pytest.param(Launch("FARGATE", platform_version="1.4.0"), C, id="new enough for either family"),
        pytest.param(Launch("FARGATE", platform_version="0.9.0"), N, id="too old for either family"),
    ],
)
def test_ecs_fargate_latest_platform_version(launch: Launch, status: Status) -> None:
    assert ecs_fargate_latest_platform_version(service(launches=(launch,))).status is status


@pytest.mark.parametrize(
    "launch",
    [
        pytest.param(Launch("FARGATE", platform_version="1.0.0"), id="the latest of one family, old for the other"),
        pytest.param(Launch("FARGATE", platform_version="next"), id="a version that is no number"),
        pytest.param(Launch("FARGATE", platform_version="1.x"), id="a version that is a number in part"),
        pytest.param(Launch(), id="neither launch type nor provider"),
        pytest.param(Launch(Unknown("new")), id="a new launch type"),
    ],
)
def test_a_platform_that_is_not_known_is_no_verdict(launch: Launch) -> None:
    with pytest.raises(UnknownField):
        ecs_fargate_latest_platform_version(service(launches=(launch,)))


def test_an_old_platform_decides_before_one_that_is_not_known() -> None:
    launches = (Launch("FARGATE", platform_version="next"), Launch("FARGATE", (), "1.3.0", "LINUX"))
    verdict = ecs_fargate_latest_platform_version(service(launches=launches))
    assert verdict.reason == "The platform version is 1.3.0 (LINUX); the latest is 1.4.0"


def test_the_reason_names_the_platform_versions() -> None:
    launches = (Launch("FARGATE"), Launch("FARGATE", (), "1.4.0", "LINUX"), Launch("EC2"))
    verdict = ecs_fargate_latest_platform_version(service(launches=launches))
    assert verdict.reason == "The platform version is 1.4.0, LATEST"


def test_the_latest_versions_are_settings() -> None:
    linux = service(launches=(Launch("FARGATE", (), "1.4.0", "LINUX"),))
    windows = service(launches=(Launch("FARGATE", (), "1.0.0", "WINDOWS_SERVER_2025_CORE"),))
    assert ecs_fargate_latest_platform_version(linux, linux="1.5.0").status is N
    assert ecs_fargate_latest_platform_version(linux, windows="1.5.0").status is C
    assert ecs_fargate_latest_platform_version(windows, windows="1.1.0").status is N


@pytest.mark.parametrize(
    ("said", "status"),
    [
        pytest.param({"propagate_tags": "SERVICE", "managed_tags": True}, C, id="the service's"),
        pytest.param({"propagate_tags": "TASK_DEFINITION", "managed_tags": True}, C, id="the task definition's"),
        pytest.param({"propagate_tags": "SERVICE"}, N, id="without those that ECS manages"),
        pytest.param({"managed_tags": True}, N, id="without one's own"),
        pytest.param({}, N, id="none"),
    ],
)
def test_ecs_service_propagates_tags(said: dict[str, object], status: Status) -> None:
    assert ecs_service_propagates_tags(service(**said)).status is status


def test_tags_from_an_unknown_place_are_neither_good_nor_bad() -> None:
    with pytest.raises(UnknownField, match="CLUSTER"):
        ecs_service_propagates_tags(service(propagate_tags=Unknown("CLUSTER"), managed_tags=True))
    unmanaged = ecs_service_propagates_tags(service(propagate_tags=Unknown("CLUSTER")))
    assert unmanaged == Verdict(N, "ECS managed tags are off")


@pytest.mark.parametrize(
    ("minimum", "maximum", "desired", "status"),
    [
        pytest.param(100, 200, 2, C, id="ECS's default"),
        pytest.param(50, 100, 4, C, id="stops before it starts"),
        pytest.param(0, 200, 4, N, id="may stop all"),
        pytest.param(49, 200, 4, N, id="below what is asked for"),
        pytest.param(50, 200, 1, C, id="half of one is one"),
        pytest.param(100, 100, 4, N, id="no room at all"),
        pytest.param(50, 100, 1, N, id="no room with one task"),
        pytest.param(100, 120, 3, N, id="no room for a whole task more"),
        pytest.param(100, 150, 2, C, id="room for one more"),
        pytest.param(67, 100, 3, N, id="no whole task to spare"),
        pytest.param(66, 100, 3, C, id="one task to spare"),
        pytest.param(100, 200, 0, C, id="scaled to none"),
        pytest.param(100, 100, 0, N, id="scaled to none, no room for any number"),
    ],
)
def test_ecs_service_healthy_percent_sound(minimum: int, maximum: int, desired: int, status: Status) -> None:
    judged = service(minimum_healthy=minimum, maximum=maximum, desired=desired)
    assert ecs_service_healthy_percent_sound(judged).status is status


@given(minimum=st.integers(50, 100), maximum=st.integers(100, 300), desired=st.integers(1, 500))
def test_a_deployment_proceeds_when_a_whole_task_may_stop_or_start(minimum: int, maximum: int, desired: int) -> None:
    judged = service(minimum_healthy=minimum, maximum=maximum, desired=desired)
    proceeds = any(
        math.ceil(minimum * desired / 100 - 1e-9) <= tasks <= math.floor(maximum * desired / 100 + 1e-9)
        for tasks in (desired - 1, desired + 1)
    )
    assert (ecs_service_healthy_percent_sound(judged).status is C) is proceeds


@pytest.mark.parametrize(
    ("said", "status"),
    [
        pytest.param({"controller": "CODE_DEPLOY"}, NA, id="CodeDeploy"),
        pytest.param({"strategy": "CANARY"}, NA, id="canaries"),
        pytest.param({"scheduling": "DAEMON"}, NA, id="a daemon"),
        pytest.param({"minimum_healthy": 40}, N, id="less than asked for"),
    ],
)
def test_which_percentages_steer_a_deployment(said: dict[str, object], status: Status) -> None:
    assert ecs_service_healthy_percent_sound(service(**said)).status is status


def test_how_many_must_stay_healthy_is_a_setting() -> None:
    judged = service(minimum_healthy=50)
    assert ecs_service_healthy_percent_sound(judged, minimum_healthy_percent=51).status is N
    verdict = ecs_service_healthy_percent_sound(service(minimum_healthy=0), minimum_healthy_percent=0)
    assert verdict.status is C


def test_the_reason_names_what_is_in_the_way() -> None:
    none = ecs_service_healthy_percent_sound(service(minimum_healthy=100, maximum=100, desired=0))
    assert none.reason == (
        "The minimum healthy percent is 100 and the maximum percent is 100; a deployment can "
        "neither start nor stop a task"
    )
    verdict = ecs_service_healthy_percent_sound(service(minimum_healthy=100, maximum=120, desired=3))
    assert verdict.reason == (
        "The minimum healthy percent is 100 and the maximum percent is 120 of 3 tasks; a "
        "deployment can neither start nor stop a task"
    )


@pytest.mark.parametrize(
    ("check", "said"),
    [
        pytest.param(ecs_service_circuit_breaker_enabled, {"controller": Unknown("new")}, id="controller"),
        pytest.param(ecs_service_circuit_breaker_enabled, {"strategy": Unknown("new")}, id="strategy"),
        pytest.param(ecs_service_healthy_percent_sound, {"scheduling": Unknown("new")}, id="scheduling"),
        pytest.param(ecs_service_healthy_percent_sound, {"minimum_healthy": Unknown("none")}, id="minimum"),
        pytest.param(ecs_service_healthy_percent_sound, {"maximum": Unknown("none")}, id="maximum"),
        pytest.param(ecs_service_healthy_percent_sound, {"desired": Unknown("none")}, id="number of tasks"),
    ],
)
def test_what_is_not_known_is_no_verdict(check: Check, said: dict[str, object]) -> None:
    with pytest.raises(UnknownField):
        check(service(**said))


@pytest.mark.parametrize(
    ("insights", "status"),
    [
        pytest.param("enabled", C, id="enabled"),
        pytest.param("enhanced", C, id="enhanced"),
        pytest.param("disabled", N, id="disabled"),
    ],
)
def test_ecs_container_insights_enabled(insights: str, status: Status) -> None:
    assert ecs_container_insights_enabled(Cluster("shop", "arn", insights)).status is status


def test_a_cluster_that_does_not_tell_is_no_verdict() -> None:
    with pytest.raises(UnknownField):
        ecs_container_insights_enabled(Cluster("shop", "arn", Unknown("not said")))
