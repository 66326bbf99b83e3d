"""What containers of a task definition may do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.checks.ecs.task_definitions import (
    ecs_containers_nonprivileged,
    ecs_containers_readonly_access,
    ecs_images_not_latest,
    ecs_images_pinned_by_digest,
    ecs_no_environment_secrets,
    ecs_task_definition_linux_user_non_root,
    ecs_task_definition_log_configuration,
    ecs_task_definition_network_mode_not_host,
    ecs_task_definition_pid_mode_not_shared,
)
from muster.facets.ecs.task_definition import Container, TaskDefinition
from muster.model.check import Check
from muster.model.finding import Status, Unknown, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
DIGEST = "@sha256:" + "94afd1f2e64d908bc90dbca0035a5b56" * 2
REPOSITORY = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/web"
WINDOWS = "WINDOWS_SERVER_2022_CORE"


def web(**said: object) -> Container:
    return Container(**{"name": "web", "image": REPOSITORY + DIGEST} | said)  # type: ignore[arg-type]


def variables(**said: str) -> tuple[tuple[str, str], ...]:
    environment = [{"name": name, "value": value} for name, value in said.items()]
    return Container.parse({"name": "web", "environment": environment}).environment


def of(*containers: Container, **said: object) -> TaskDefinition:
    return TaskDefinition(containers=containers, **said)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("image", "pinned", "settled"),
    [
        pytest.param(REPOSITORY + DIGEST, C, C, id="a digest"),
        pytest.param(f"{REPOSITORY}:1.2.3{DIGEST}", C, C, id="a tag and a digest"),
        pytest.param(f"{REPOSITORY}:latest{DIGEST}", C, C, id="latest once, but pinned by a digest"),
        pytest.param(f"{REPOSITORY}:1.2.3", N, C, id="a tag"),
        pytest.param(f"{REPOSITORY}:latest", N, N, id="latest"),
        pytest.param(REPOSITORY, N, N, id="no tag is latest"),
        pytest.param("nginx", N, N, id="a name of Docker Hub alone"),
        pytest.param("localhost:5000/nginx", N, N, id="a registry's port is no tag"),
        pytest.param("localhost:5000/nginx:1.2", N, C, id="a port and a tag"),
        pytest.param(f"{REPOSITORY}:latest-2026", N, C, id="a tag that only begins like latest"),
        pytest.param(f"{REPOSITORY}@sha256:1234", N, C, id="a digest that is none, but no tag either"),
        pytest.param(REPOSITORY + DIGEST + "0", N, C, id="a digest that is too long"),
    ],
)
def test_images(image: str, pinned: Status, settled: Status) -> None:
    definition = of(web(), web(name="sidecar", image=image))
    assert ecs_images_pinned_by_digest(definition).status is pinned
    assert ecs_images_not_latest(definition).status is settled


def test_the_reason_names_the_images_that_move() -> None:
    definition = of(web(), web(name="proxy", image="envoy:latest"), web(name="logs", image="fluent-bit"))
    assert ecs_images_not_latest(definition).reason == (
        "Containers proxy, logs use the tag latest (envoy:latest in container proxy, fluent-bit in container logs)"
    )
    assert ecs_images_pinned_by_digest(definition).reason == (
        "Not pinned by digest: envoy:latest in container proxy, fluent-bit in container logs"
    )


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        pytest.param(ecs_task_definition_log_configuration, {"log_driver": "awslogs"}, {}, id="ecs-log-config"),
        pytest.param(ecs_containers_readonly_access, {"readonly": True}, {}, id="ecs-readonly-rootfs"),
        pytest.param(ecs_containers_nonprivileged, {}, {"privileged": True}, id="ecs-privileged"),
        pytest.param(ecs_task_definition_linux_user_non_root, {"user": "1000"}, {}, id="ecs-nonroot"),
    ],
)
def test_every_container_counts(check: Check, good: dict[str, object], bad: dict[str, object]) -> None:
    assert check(of(web(**good), web(name="sidecar", **good))).status is C
    verdict = check(of(web(**good), web(name="sidecar", **bad)))
    assert verdict.status is N
    assert "sidecar" in verdict.reason
    assert "web" not in verdict.reason


@pytest.mark.parametrize(
    ("check", "bad"),
    [
        pytest.param(ecs_containers_readonly_access, {}, id="ecs-readonly-rootfs"),
        pytest.param(ecs_task_definition_linux_user_non_root, {"user": "root"}, id="ecs-nonroot"),
    ],
)
@pytest.mark.parametrize(
    ("family", "status"),
    [
        pytest.param("LINUX", N, id="Linux"),
        pytest.param("", N, id="not said counts as Linux"),
        pytest.param(WINDOWS, NA, id="a Windows task"),
        pytest.param("WINDOWS_SERVER_2019_FULL", NA, id="a task of another Windows"),
    ],
)
def test_what_only_linux_has(check: Check, bad: dict[str, object], family: str, status: Status) -> None:
    assert check(of(web(**bad), os_family=family)).status is status


@pytest.mark.parametrize(
    ("user", "status"),
    [
        pytest.param("", N, id="none"),
        pytest.param("root", N, id="root"),
        pytest.param("0", N, id="its number"),
        pytest.param("00", N, id="its number, longer"),
        pytest.param("root:root", N, id="root and a group"),
        pytest.param("0:1000", N, id="its number and a group"),
        pytest.param("root:1000", N, id="root and the number of a group"),
        pytest.param(":1000", N, id="a group without a user"),
        pytest.param("1000", C, id="another number"),
        pytest.param("1000:0", C, id="another number in root's group"),
        pytest.param("node", C, id="a name"),
        pytest.param("rootless", C, id="a name that begins like root"),
        pytest.param("10:10", C, id="a number that ends like root's"),
    ],
)
def test_ecs_task_definition_linux_user_non_root(user: str, status: Status) -> None:
    assert ecs_task_definition_linux_user_non_root(of(web(user=user))).status is status


def test_the_reason_tells_no_user_from_root() -> None:
    verdict = ecs_task_definition_linux_user_non_root(of(web(), web(name="job", user="root")))
    assert verdict.reason == "Container web has no user; container job runs as root"


@pytest.mark.parametrize(
    ("mode", "status"),
    [
        pytest.param("host", N, id="host"),
        pytest.param("awsvpc", C, id="awsvpc"),
        pytest.param("bridge", C, id="bridge, the default"),
        pytest.param("none", C, id="none"),
    ],
)
def test_ecs_task_definition_network_mode_not_host(mode: str, status: Status) -> None:
    assert ecs_task_definition_network_mode_not_host(of(network_mode=mode)).status is status


@pytest.mark.parametrize(
    ("mode", "status"),
    [
        pytest.param("host", N, id="the host's"),
        pytest.param("task", C, id="the task's"),
        pytest.param("", C, id="the container's own"),
    ],
)
def test_ecs_task_definition_pid_mode_not_shared(mode: str, status: Status) -> None:
    assert ecs_task_definition_pid_mode_not_shared(of(pid_mode=mode)).status is status


@pytest.mark.parametrize(
    ("check", "definition"),
    [
        pytest.param(ecs_task_definition_network_mode_not_host, of(network_mode=Unknown("new")), id="network mode"),
        pytest.param(ecs_task_definition_pid_mode_not_shared, of(pid_mode=Unknown("new")), id="process mode"),
        pytest.param(ecs_images_not_latest, of(web(image=Unknown("new"))), id="image not latest"),
        pytest.param(ecs_images_pinned_by_digest, of(web(image=Unknown("new"))), id="image by digest"),
        *(
            pytest.param(check, TaskDefinition.parse({}), id=check.id)
            for check in (
                ecs_images_not_latest,
                ecs_images_pinned_by_digest,
                ecs_task_definition_log_configuration,
                ecs_containers_readonly_access,
                ecs_containers_nonprivileged,
                ecs_task_definition_linux_user_non_root,
                ecs_no_environment_secrets,
            )
        ),
    ],
)
def test_what_is_not_known_is_no_verdict(check: Check, definition: TaskDefinition) -> None:
    with pytest.raises(UnknownField):
        check(definition)


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        pytest.param(
            "AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", N, id="one of AWS's three names"
        ),
        pytest.param("DB_PASSWORD", "hunter2!", N, id="a name that says so"),
        pytest.param("SETTING", "AKIAIOSFODNN7EXAMPLE", N, id="a known shape under a harmless name"),
        pytest.param("DB_PASSWORD_PARAMETER", "/shop/db", C, id="where the password is"),
        pytest.param("LOG_LEVEL", "debug", C, id="a plain setting"),
        pytest.param("DB_PASSWORD", "", C, id="an empty value"),
    ],
)
def test_ecs_no_environment_secrets(name: str, value: str, status: Status) -> None:
    verdict = ecs_no_environment_secrets(of(web(), web(name="job", environment=variables(A="b", **{name: value}))))
    assert verdict.status is status
    assert not value or value not in verdict.reason


def test_variables_can_be_allowed_by_name() -> None:
    definition = of(web(environment=variables(DB_PASSWORD="hunter2!", API_TOKEN="s3cr3t-t0ken-9")))
    verdict = ecs_no_environment_secrets(definition, allowed=("DB_PASSWORD",))
    assert verdict.status is N
    assert (
        "API_TOKEN of container web looks like a secret (the name suggests a secret, and the "
        "value is not a reference to one)"
    ) in verdict.reason
    assert "DB_PASSWORD" not in verdict.reason
    assert ecs_no_environment_secrets(definition, allowed=("DB_PASSWORD", "API_TOKEN")).status is C


@given(st.text(alphabet="abcXYZ0189+/", min_size=12, max_size=40))
def test_no_value_ever_gets_into_the_facet_or_the_reason(value: str) -> None:
    definition = of(web(environment=variables(DB_PASSWORD=value, PLAIN=f"Zq{value}")))
    assert value not in repr(definition)
    assert value not in ecs_no_environment_secrets(definition).reason


def test_no_variables_hold_no_secrets() -> None:
    assert ecs_no_environment_secrets(of(web())).reason == "No environment variables"


@given(st.lists(st.booleans(), min_size=1, max_size=6))
def test_one_privileged_container_is_enough_and_no_order_hides_it(privileged: list[bool]) -> None:
    definition = of(*(web(name=str(number), privileged=each) for number, each in enumerate(privileged)))
    assert (ecs_containers_nonprivileged(definition).status is N) is any(privileged)
