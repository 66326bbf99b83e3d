"""Checks of ECS services (deployments, health checks, networks, tags) and clusters."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from muster.facets.ecs.clusters import Cluster, Launch, Service
from muster.facets.ecs.targets import TargetWindow
from muster.facets.ecs.task_definition import RunDefinition
from muster.model.arn import Arn
from muster.model.check import check
from muster.model.finding import Related, Severity, Unknown, Verdict, compliant, known, non_compliant, not_applicable
from muster.model.text import sentence


@check(severity=Severity.MEDIUM)
def ecs_service_circuit_breaker_enabled(service: Service) -> Verdict:
    """ECS services should roll back failed deployments.

    The check applies to rolling updates by ECS: only they have a deployment circuit breaker.

    Problem: failed deployments do not roll back
    Why: Without the circuit breaker, ECS starts the tasks of a broken deployment again and again until someone stops
      it.
    Fix: `aws ecs update-service --cluster CLUSTER --service NAME --deployment-configuration
      "deploymentCircuitBreaker={enable=true,rollback=true},minimumHealthyPercent=MINIMUM,maximumPercent=MAXIMUM"` If
      the deployment configuration has alarms, repeat them in the command.
    Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html
    """
    if other := _not_rolling(service):
        return not_applicable(f"{other}; only rolling updates by ECS have a circuit breaker")
    if not service.circuit_breaker:
        return non_compliant("The deployment circuit breaker is off", **_percentages(service))
    if not service.rollback:
        return non_compliant("The deployment circuit breaker is on, but without rollback", **_percentages(service))
    return compliant("The deployment circuit breaker is on, with rollback")


@check(severity=Severity.MEDIUM, version=2)
def ecs_service_health_checked(
    service: Service,
    definitions: Related[RunDefinition],
    windows: Related[TargetWindow],
    *,
    every_essential_container: bool = False,
    minimum_grace_period: int = 0,
) -> Verdict:
    """ECS services should have health checks that give tasks enough time to start.

    Tasks must be checked by a load balancer or VPC Lattice, or an essential container must have a health check; with
    `every_essential_container`, each one. The timeout of a health check must not be longer than its interval.

    Behind a load balancer, the grace period must be at least `minimum_grace_period` seconds, and at least as long as
    the containers may take to start by their start periods (added up where one container waits for another). If a
    target group marks a task unhealthy before it has started (unhealthy threshold times interval), the grace period
    must also cover the time until it marks the task healthy again (healthy threshold times interval), because ECS stops
    a task that is unhealthy after the grace period.

    Problem: no sufficient health check
    Why: Without a health check, a task that hangs stays in service. With a grace period that is too short, ECS stops
      and starts tasks again and again.
    Fix: If the grace period is too short: `aws ecs update-service --cluster CLUSTER --service NAME
      --health-check-grace-period-seconds SECONDS` If there is no health check, add a healthCheck to the containers in a
      new revision of the task definition, or a target group to the service.
    Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/healthcheck.html
    """
    if not service.definitions:
        return not_applicable("The service has no task definition yet")
    found = [definitions[arn] for arn in service.definitions]
    slow = [
        f"container {container.name} has a timeout of {check.timeout} s and an interval of {check.interval} s"
        for definition in found
        for container, check in definition.checked
        if check.timeout > check.interval
    ]
    if slow:
        return non_compliant(f"Health check timeout longer than its interval: {', '.join(dict.fromkeys(slow))}")
    startup = max(definition.startup for definition in found)
    if short := _short(service, max(minimum_grace_period, startup)) or _given_up(service, startup, windows):
        return non_compliant(short.reason, seconds=str(short.seconds))
    unasked = [name for definition in found for name in _unasked(definition, every_essential_container)]
    if unasked and not (service.balanced and not every_essential_container):
        names = list(dict.fromkeys(unasked))
        subject = f"Container {names[0]} has" if len(names) == 1 else f"Containers {', '.join(names)} have"
        return non_compliant(f"{subject} no health check")
    _require_windows(service, startup, windows)
    if service.balanced:
        return compliant(f"A load balancer checks the tasks after a grace period of {service.grace_period} s")
    return compliant("The containers have health checks")


@check(severity=Severity.HIGH, controls=("FSBP ECS.2", "FSBP ECS.16"))
def ecs_service_no_public_ip(service: Service) -> Verdict:
    """ECS services should not assign public IP addresses to their tasks.

    If the deployment controller of the service is not ECS, the check reads its task sets.

    Problem: tasks get public IP addresses
    Why: With a public address, only the security group stands between the internet and the task.
    Fix: Subnets without a route to an internet gateway need a NAT gateway or VPC endpoints for the images and logs. The
      network configuration is replaced as a whole: repeat the security groups. `aws ecs update-service --cluster
      CLUSTER --service NAME --network-configuration
      "awsvpcConfiguration={subnets=[PRIVATE-SUBNET],securityGroups=[SECURITY-GROUP],assignPublicIp=DISABLED}"`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-2
    """
    settings = [launch.public_ip for launch in service.launches if launch.public_ip is not None]
    if not settings:
        return not_applicable("Its tasks have no network interface of their own")
    if "ENABLED" in settings:
        return non_compliant("Every task gets a public IP address (assignPublicIp: ENABLED)")
    for each in settings:
        known(each)
    return compliant("Tasks get no public IP address (assignPublicIp: DISABLED)")


@check(severity=Severity.MEDIUM, controls=("FSBP ECS.10",))
def ecs_fargate_latest_platform_version(service: Service, *, linux: str = "1.4.0", windows: str = "1.0.0") -> Verdict:
    """ECS services on Fargate should use the latest platform version.

    The settings `linux` and `windows` are the latest versions. A service without a platform version, or with LATEST,
    always uses the latest one.

    Problem: Fargate platform version is old
    Why: Older platform versions get no new features of the kernel and the container runtime, and AWS retires them.
    Fix: `aws ecs update-service --cluster CLUSTER --service NAME --platform-version LATEST --force-new-deployment`
    Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/platform-fargate.html
    """
    if not service.definitions:
        return not_applicable("The service has no task definition yet")
    launches = [launch for launch in service.launches if launch.fargate is not False]
    if not launches:
        return not_applicable(f"Its tasks run on {', '.join(_places(service))}, not on Fargate")
    answers = [(launch, _current(launch, linux, windows)) for launch in launches if known(launch.fargate)]
    for launch, current in answers:
        if current is False:
            family = f" ({launch.platform_family})" if launch.platform_family else ""
            latest = windows if launch.platform_family.upper().startswith("WINDOWS") else linux
            return non_compliant(f"The platform version is {launch.platform_version}{family}; the latest is {latest}")
    named = {launch.platform_version or "LATEST" for launch, current in answers if known(current)}
    return compliant(f"The platform version is {', '.join(sorted(named))}")


@check(severity=Severity.LOW)
def ecs_service_propagates_tags(service: Service) -> Verdict:
    """ECS services should propagate tags to their tasks.

    Both must be on: tag propagation from the service or the task definition, and ECS managed tags.

    Problem: tags are not propagated to tasks
    Why: Cost reports group by the tags of tasks. Without tags, the cost of a task has no owner.
    Fix: `aws ecs update-service --cluster CLUSTER --service NAME --propagate-tags SERVICE --enable-ecs-managed-tags
      --force-new-deployment`
    Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-using-tags.html
    """
    lacks = ["tags are not propagated to tasks"] if service.propagate_tags == "" else []
    lacks += [] if service.managed_tags else ["ECS managed tags are off"]
    if lacks:
        return non_compliant(sentence("; ".join(lacks)))
    return compliant(
        f"Tags are propagated (propagateTags: {known(service.propagate_tags)}), and ECS managed tags are on"
    )


@check(severity=Severity.MEDIUM)
def ecs_service_healthy_percent_sound(service: Service, *, minimum_healthy_percent: int = 50) -> Verdict:
    """ECS services should have deployment percentages that keep enough tasks and let a deployment proceed.

    ECS rounds the minimum up and the maximum down to whole tasks. Within these limits, it must be able to start or stop
    a task. The check does not apply to the scheduling strategy DAEMON or to deployments that are not rolling updates.

    Problem: deployment percentages are not sound
    Why: With a low minimum, a deployment can interrupt the service. If ECS can neither start nor stop a task, the
      deployment never ends.
    Fix: `aws ecs update-service --cluster CLUSTER --service NAME --deployment-configuration
      "minimumHealthyPercent=100,maximumPercent=200,deploymentCircuitBreaker={enable=CIRCUIT-BREAKER,rollback=ROLLBACK}"`
      If the deployment configuration has alarms, repeat them in the command.
    Source: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html
    """
    if other := _not_rolling(service):
        return not_applicable(f"{other}; the percentages apply to rolling updates by ECS")
    if known(service.scheduling) == "DAEMON":
        return not_applicable("The scheduling strategy is DAEMON")
    minimum, maximum, desired = known(service.minimum_healthy), known(service.maximum), known(service.desired)
    between = f"The minimum healthy percent is {minimum} and the maximum percent is {maximum}"
    breaker = {"circuit_breaker": str(service.circuit_breaker).lower(), "rollback": str(service.rollback).lower()}
    if minimum < minimum_healthy_percent:
        return non_compliant(f"{between}; use a minimum of {minimum_healthy_percent} % or more", **breaker)
    tasks = desired or 100
    if maximum * tasks // 100 <= tasks <= -(-minimum * tasks // 100):
        count = f" of {desired} tasks" if desired else ""
        return non_compliant(f"{between}{count}; a deployment can neither start nor stop a task", **breaker)
    return compliant(between)


@check(severity=Severity.LOW, controls=("FSBP ECS.12",))
def ecs_container_insights_enabled(cluster: Cluster) -> Verdict:
    """ECS clusters should use Container Insights.

    Problem: Container Insights is off
    Why: Without Container Insights you cannot see the CPU and memory of single tasks, or how often containers restart.
    Fix: `aws ecs update-cluster-settings --cluster NAME --settings name=containerInsights,value=enhanced`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-12
    """
    setting = known(cluster.insights)
    if setting == "disabled":
        return non_compliant("Container Insights is off")
    return compliant(f"Container Insights is {setting}")


def _not_rolling(service: Service) -> str:
    """Say why a service has no rolling updates by ECS; empty where it has them."""
    if known(service.controller) != "ECS":
        return f"The deployment controller is {service.controller}"
    return "" if known(service.strategy) == "ROLLING" else f"The deployment strategy is {service.strategy}"


def _percentages(service: Service) -> dict[str, str]:
    """Return the percentages that a new deployment configuration must repeat, as far as they are known."""
    found = {"minimum": service.minimum_healthy, "maximum": service.maximum}
    return {name: str(value) for name, value in found.items() if not isinstance(value, Unknown)}


@dataclass(frozen=True, slots=True)
class _TooShort:
    """Why a grace period is too short, and the seconds that are long enough."""

    reason: str
    seconds: int


def _short(service: Service, needed: int) -> _TooShort | None:
    if not service.balanced or service.grace_period >= needed:
        return None
    return _TooShort(
        f"The health check grace period is {service.grace_period} s; the tasks need {needed} s to start", needed
    )


def _given_up(service: Service, startup: int, windows: Related[TargetWindow]) -> _TooShort | None:
    """Return a target group that still calls a task unhealthy when the grace period ends; None if none surely does."""
    for arn in _asking(service, startup):
        window = windows.by_key.get(arn)
        if not isinstance(window, TargetWindow) or isinstance(window.gives_up, Unknown) or window.gives_up > startup:
            continue
        needed = startup + known(window.takes_back)
        if service.grace_period < needed:
            group = Arn.of(arn).path[1]
            wait = f"{startup} s to start and {window.takes_back} s until target group {group} marks them healthy"
            return _TooShort(
                f"The health check grace period is {service.grace_period} s; the tasks need {wait}", needed
            )
    return None


def _require_windows(service: Service, startup: int, windows: Related[TargetWindow]) -> None:
    for arn in _asking(service, startup):
        known(windows[arn].gives_up)


def _asking(service: Service, startup: int) -> Sequence[str]:
    """Return the target groups; none for tasks that start at once, which do not depend on them."""
    return service.target_groups if startup else ()


def _unasked(definition: RunDefinition, everyone: bool) -> Iterator[str]:
    """Yield the essential containers without a health check, unless the health check of another one is enough."""
    checked = {container.name for container, _ in definition.checked}
    if everyone or not checked:
        yield from (each.name for each in known(definition.containers) if each.essential and each.name not in checked)


def _places(service: Service) -> list[str]:
    named = (str(name) for each in service.launches for name in (each.launch_type, *each.providers) if name)
    return list(dict.fromkeys(named))


def _current(launch: Launch, linux: str, windows: str) -> bool | Unknown:
    """Whether its platform version is the latest, or newer; without a family it must be so of both, or of neither."""
    version = launch.version
    if version is None:
        return True
    if isinstance(version, Unknown):
        return version
    family = launch.platform_family.upper()
    latest = {windows} if family.startswith("WINDOWS") else {linux} if family else {linux, windows}
    answers = {version >= tuple(map(int, each.split("."))) for each in latest}
    if len(answers) > 1:
        return Unknown("AWS did not return the operating system of the platform version")
    return answers.pop()
