"""Checks of how ECS services replace, watch and expose their tasks, and of clusters."""

from collections.abc import Iterator, Sequence

from muster.facets.ecs.clusters import Cluster, Launch, Service
from muster.facets.ecs.targets import TargetWindow
from muster.facets.ecs.task_definition import RunDefinition
from muster.model.arn import Arn
from muster.model.check import check
from muster.model.finding import Related, Severity, Unknown, Verdict, compliant, known, non_compliant, not_applicable


@check(severity=Severity.MEDIUM)
def ecs_service_circuit_breaker_enabled(service: Service) -> Verdict:
    """ECS services should roll back a deployment that fails.

    Only rolling updates by ECS itself have a circuit breaker.

    Problem: failed deployments do not roll back
    Why: Without it ECS starts the tasks of a broken deployment over and over, until somebody looks.
    Fix: `aws ecs update-service --cluster CLUSTER --service NAME --deployment-configuration
      "deploymentCircuitBreaker={enable=true,rollback=true}"`
    Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html
    """
    if other := _not_rolling(service):
        return not_applicable(f"{other}: only rolling updates by ECS have a circuit breaker")
    if not service.circuit_breaker:
        return non_compliant("the deployment circuit breaker is off")
    if not service.rollback:
        return non_compliant("the deployment circuit breaker stops a failed deployment, but does not roll it back")
    return compliant("a failed deployment is stopped and rolled back")


@check(severity=Severity.MEDIUM, version=2)
def ecs_service_health_checked(
    service: Service,
    definitions: Related[RunDefinition],
    windows: Related[TargetWindow],
    *,
    every_essential_container: bool = False,
    minimum_grace_period: int = 0,
) -> Verdict:
    """ECS services should notice tasks that are not healthy, and give them the time to start.

    A load balancer or VPC Lattice must ask its tasks, or an essential container must have a health check; with
    `every_essential_container` each one. A health check may not wait for an answer longer than its interval. Behind a
    load balancer the grace period must be `minimum_grace_period` seconds, and as long as the containers may take to
    start by their own start periods, one after the other where one waits for another. Where a target group gives a task
    up before it has started (its unhealthy threshold times its interval), the grace period must last until the group
    takes the task back too (its healthy threshold times its interval): ECS stops a task that is unhealthy then.

    Problem: no sound health check
    Why: A task that hangs stays in service; one that is asked too early is stopped and started for ever.
    Fix: `aws ecs update-service --cluster CLUSTER --service NAME --health-check-grace-period-seconds SECONDS` Add a
      healthCheck to the containers or a target group to the service.
    Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/healthcheck.html
    """
    if not service.definitions:
        return not_applicable("it runs no task definition yet")
    found = [definitions[arn] for arn in service.definitions]
    slow = [
        f"{container.name} is given {check.timeout} s to answer, every {check.interval} s"
        for definition in found
        for container, check in definition.checked
        if check.timeout > check.interval
    ]
    if slow:
        return non_compliant(f"a health check waits longer than its interval: {', '.join(dict.fromkeys(slow))}")
    startup = max(definition.startup for definition in found)
    if short := _short(service, max(minimum_grace_period, startup)) or _given_up(service, startup, windows):
        return non_compliant(short)
    unasked = [name for definition in found for name in _unasked(definition, every_essential_container)]
    if unasked and not (service.balanced and not every_essential_container):
        return non_compliant(f"nobody asks for the health of {', '.join(dict.fromkeys(unasked))}")
    _require_windows(service, startup, windows)
    by = "a load balancer asks its tasks" if service.balanced else "its containers have health checks"
    grace = f", after a grace period of {service.grace_period} s" if service.balanced else ""
    return compliant(f"{by}{grace}")


@check(severity=Severity.HIGH, controls=("FSBP ECS.2",))
def ecs_service_no_public_ip(service: Service) -> Verdict:
    """ECS services should not give their tasks public IP addresses.

    Problem: tasks get public IP addresses
    Why: An address that the internet can route leaves the security group as the only protection of the tasks.
    Fix: `aws ecs update-service --cluster CLUSTER --service NAME --network-configuration
      "awsvpcConfiguration={subnets=[PRIVATE-SUBNET],securityGroups=[SECURITY-GROUP],assignPublicIp=DISABLED}"`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-2
    """
    settings = [launch.public_ip for launch in service.launches if launch.public_ip is not None]
    if not settings:
        return not_applicable("its tasks have no network interface of their own")
    if "ENABLED" in settings:
        return non_compliant("assignPublicIp is ENABLED: every task gets a public IP address")
    for each in settings:
        known(each)
    return compliant("assignPublicIp is DISABLED")


@check(severity=Severity.MEDIUM, controls=("FSBP ECS.10",))
def ecs_fargate_latest_platform_version(service: Service, *, linux: str = "1.4.0", windows: str = "1.0.0") -> Verdict:
    """ECS services on Fargate should run on the latest platform version.

    `linux` and `windows` are the latest versions; a service that names none, or LATEST, follows them by itself.

    Problem: Fargate platform version is old
    Why: An older platform gets no new kernels and runtimes, and AWS retires it one day.
    Fix: `aws ecs update-service --cluster CLUSTER --service NAME --platform-version LATEST --force-new-deployment`
    Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/platform-fargate.html
    """
    if not service.definitions:
        return not_applicable("it runs no task definition yet")
    launches = [launch for launch in service.launches if launch.fargate is not False]
    if not launches:
        return not_applicable(f"its tasks run on {', '.join(_places(service))}, not on Fargate")
    answers = [(launch, _current(launch, linux, windows)) for launch in launches if known(launch.fargate)]
    for launch, current in answers:
        if current is False:
            family = launch.platform_family or "an operating system that AWS does not name"
            return non_compliant(f"the platform version is {launch.platform_version} for {family}")
    named = {launch.platform_version or "LATEST" for launch, current in answers if known(current)}
    return compliant(f"the platform version is {', '.join(sorted(named))}")


@check(severity=Severity.LOW)
def ecs_service_propagates_tags(service: Service) -> Verdict:
    """ECS services should pass their tags on to their tasks.

    Both are wanted: tags propagated from the service or the task definition, and those that ECS manages itself.

    Problem: tasks do not get the service's tags
    Why: Cost is counted by the tags of tasks: what has none is nobody's on the bill.
    Fix: `aws ecs update-service --cluster CLUSTER --service NAME --propagate-tags SERVICE --enable-ecs-managed-tags
      --force-new-deployment`
    Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-using-tags.html
    """
    lacks = ["propagateTags is not set"] if service.propagate_tags == "" else []
    lacks += [] if service.managed_tags else ["enableECSManagedTags is off"]
    if lacks:
        return non_compliant("; ".join(lacks))
    return compliant(f"tags come from {known(service.propagate_tags)}, and those that ECS manages besides")


@check(severity=Severity.MEDIUM)
def ecs_service_healthy_percent_sound(service: Service, *, minimum_healthy_percent: int = 50) -> Verdict:
    """ECS services should keep enough tasks during a deployment, and leave it room to proceed.

    ECS rounds the minimum up and the maximum down to whole tasks: between them it must be able to start a task
    or to stop one. Services with one task on each instance, and deployments that are not rolling, are not judged.

    Problem: deployment percentages are not sound
    Why: With a low minimum a deployment takes the service down; without room it waits for ever.
    Fix: `aws ecs update-service --cluster CLUSTER --service NAME --deployment-configuration
      "minimumHealthyPercent=100,maximumPercent=200"`
    Source: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html
    """
    if other := _not_rolling(service):
        return not_applicable(f"{other}: its percentages do not steer the deployment")
    if known(service.scheduling) == "DAEMON":
        return not_applicable("it is a daemon: one task on each instance, replaced one by one")
    minimum, maximum, desired = known(service.minimum_healthy), known(service.maximum), known(service.desired)
    between = f"minimumHealthyPercent is {minimum}, maximumPercent {maximum}"
    if minimum < minimum_healthy_percent:
        return non_compliant(f"{between}: at least {minimum_healthy_percent} % should stay healthy")
    tasks = desired or 100
    if maximum * tasks // 100 <= tasks <= -(-minimum * tasks // 100):
        count = f" of {desired} tasks" if desired else ""
        return non_compliant(f"{between}{count}: a deployment can neither stop a task nor start one")
    return compliant(between)


@check(severity=Severity.LOW, controls=("FSBP ECS.12",))
def ecs_container_insights_enabled(cluster: Cluster) -> Verdict:
    """ECS clusters should use Container Insights.

    Problem: Container Insights is off
    Why: Without it nobody sees which task uses what, how often containers restart, or why a deployment is slow.
    Fix: `aws ecs update-cluster-settings --cluster NAME --settings name=containerInsights,value=enhanced`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-12
    """
    setting = known(cluster.insights)
    if setting == "disabled":
        return non_compliant("containerInsights is disabled")
    return compliant(f"containerInsights is {setting}")


def _not_rolling(service: Service) -> str:
    """Name the controller or strategy of a service without rolling updates by ECS; empty where it has them."""
    if known(service.controller) != "ECS":
        return f"its deployment controller is {service.controller}"
    return "" if known(service.strategy) == "ROLLING" else f"its deployment strategy is {service.strategy}"


def _short(service: Service, needed: int) -> str:
    if not service.balanced or service.grace_period >= needed:
        return ""
    return f"the grace period is {service.grace_period} s, {needed} s are needed to start"


def _given_up(service: Service, startup: int, windows: Related[TargetWindow]) -> str:
    """Name a target group that still calls a task unhealthy when the grace period ends; empty if none surely does."""
    for arn in _asking(service, startup):
        window = windows.by_key.get(arn)
        if not isinstance(window, TargetWindow) or isinstance(window.gives_up, Unknown):
            continue
        if window.gives_up <= startup and service.grace_period < startup + known(window.takes_back):
            needed = f"{startup} s to start and {window.takes_back} s until {Arn.of(arn).path[1]} takes the task back"
            return f"the grace period is {service.grace_period} s, too short for {needed}"
    return ""


def _require_windows(service: Service, startup: int, windows: Related[TargetWindow]) -> None:
    for arn in _asking(service, startup):
        known(windows[arn].gives_up)


def _asking(service: Service, startup: int) -> Sequence[str]:
    """Return the target groups that matter: of a task that starts at once nothing depends on them."""
    return service.target_groups if startup else ()


def _unasked(definition: RunDefinition, everyone: bool) -> Iterator[str]:
    """Yield the essential containers without health check, unless another one's is enough."""
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
        return Unknown("AWS did not say for which operating system the platform version is")
    return answers.pop()
