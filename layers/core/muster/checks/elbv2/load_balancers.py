"""Checks of load balancers, of how listeners encrypt, and of target groups."""

from collections.abc import Iterator

from muster.facets.elbv2.load_balancers import (
    GATEWAY,
    NETWORK,
    RECOMMENDED_TLS_POLICIES,
    Listener,
    ListenerProtocols,
    LoadBalancer,
    LoadBalancerAttributes,
    TargetGroup,
    TargetGroupAttributes,
    TargetHealth,
)
from muster.model.check import check
from muster.model.finding import Severity, Unknown, Verdict, compliant, known, non_compliant, not_applicable

_ENCRYPTED = frozenset({"HTTPS", "TLS"})


@check(severity=Severity.MEDIUM, controls=("FSBP ELB.17",))
def elb_tls_policy_current(listener: Listener, *, policies: tuple[str, ...] = RECOMMENDED_TLS_POLICIES) -> Verdict:
    """HTTPS and TLS listeners should have a recommended security policy.

    Problem: TLS policy is not recommended
    Why: Older policies still speak TLS 1.0 and 1.1, or ciphers that are broken; they are the default outside the
      console.
    Fix: `aws elbv2 modify-listener --listener-arn ARN --ssl-policy ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-17
    """
    if listener.kind == GATEWAY:
        return not_applicable("the listener of a gateway load balancer does not encrypt")
    protocol = known(listener.protocol)
    if protocol not in _ENCRYPTED:
        return not_applicable(f"the listener speaks {protocol}, which has no security policy")
    policy = known(listener.tls_policy)
    if policy in policies:
        return compliant(f"{protocol} on port {listener.port} has {policy}")
    return non_compliant(f"{protocol} on port {listener.port} has {policy}, which is not one of the recommended ones")


@check(severity=Severity.MEDIUM, controls=("FSBP ELB.5",))
def elb_access_logs_enabled(
    load_balancer: LoadBalancer, attributes: LoadBalancerAttributes, listeners: ListenerProtocols
) -> Verdict:
    """Application and network load balancers should write access logs.

    A network load balancer writes them for its TLS listeners only, so one without is not judged. Deliveries that are
    set up in CloudWatch Logs instead are not seen.

    Problem: load balancer has no access logs
    Why: They tell who asked for what, and are all there is to look at after an attack or an outage.
    Fix: `aws elbv2 modify-load-balancer-attributes --load-balancer-arn ARN --attributes
      Key=access_logs.s3.enabled,Value=true Key=access_logs.s3.bucket,Value=BUCKET`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-5
    """
    kind = known(load_balancer.kind)
    if kind == GATEWAY:
        return not_applicable("a gateway load balancer has no access logs")
    if kind == NETWORK and "TLS" not in known(listeners.protocols):
        return not_applicable("a network load balancer without a TLS listener writes no access logs")
    if known(attributes.access_logs):
        return compliant(f"access logs are written to {attributes.access_logs_bucket or 'a bucket AWS did not name'}")
    return non_compliant(f"the {kind} load balancer writes no access logs")


@check(severity=Severity.MEDIUM, controls=("FSBP ELB.6",))
def elb_deletion_protection_enabled(load_balancer: LoadBalancer, attributes: LoadBalancerAttributes) -> Verdict:
    """Load balancers should be protected from deletion.

    Problem: no deletion protection
    Why: One mistaken call deletes a load balancer with its name and addresses, and they do not come back.
    Fix: `aws elbv2 modify-load-balancer-attributes --load-balancer-arn ARN --attributes
      Key=deletion_protection.enabled,Value=true`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-6
    """
    kind = known(load_balancer.kind)
    if known(attributes.deletion_protection):
        return compliant(f"the {kind} load balancer is protected from deletion")
    return non_compliant(f"the {kind} load balancer can be deleted by one call")


@check(severity=Severity.MEDIUM)
def elb_target_group_in_use(group: TargetGroup, health: TargetHealth) -> Verdict:
    """Target groups should be used by a load balancer and have a healthy target.

    A function whose health nobody checks counts as healthy: that is how functions are registered by default.

    Problem: target group serves nothing
    Why: Without a healthy target every request is answered with an error; without a load balancer none arrives.
    Fix: Register targets that pass the health check, or delete the group: `aws elbv2 delete-target-group
      --target-group-arn ARN`
    Source: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
    """
    if not group.load_balancers:
        return non_compliant("no load balancer uses the target group")
    states = known(health.states)
    well = states.get("healthy", 0) + states.get("unchecked", 0)
    if well:
        return compliant(f"{well} of {sum(states.values()) + len(health.unknown)} targets can take requests")
    for reason in health.unknown:
        known(Unknown(reason))
    if not states:
        return non_compliant("no target is registered")
    counts = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
    for state in ("initial", "unavailable"):
        if state in states:
            known(Unknown(f"whether a target is healthy is not known yet: {counts}"))
    return non_compliant(f"no target is healthy: {counts}")


@check(severity=Severity.LOW)
def elb_health_check_window_sound(  # noqa: PLR0913 - each setting is one limit
    group: TargetGroup,
    attributes: TargetGroupAttributes,
    *,
    noticed_within: int = 120,
    healthy_within: int = 300,
    draining_at_least: int = 1,
    draining_at_most: int = 300,
) -> Verdict:
    """Target groups should notice failed and recovered targets in time, and let deregistered ones finish.

    All in seconds. A target that stops answering gets requests until as many checks as the unhealthy threshold asks
    for have run into the timeout: threshold times interval, and the timeout. One that has recovered waits for the
    healthy threshold times the interval; a new one has to pass a single check. A check must end before the next begins.
    The delay of deregistration is how long requests under way may take; AWS's default is 300. Whether the grace period
    of an ECS service is long enough for its target groups is asked by `ecs-service-health-checked`.

    Problem: health check or delay is too slow
    Why: A slow check sends requests to dead targets; a delay of nothing cuts off answers, one too long holds up
      deployments.
    Fix: `aws elbv2 modify-target-group --target-group-arn ARN --health-check-interval-seconds 10
      --health-check-timeout-seconds 5` For the deregistration delay: `aws elbv2 modify-target-group-attributes
      --target-group-arn ARN --attributes Key=deregistration_delay.timeout_seconds,Value=60`
    Source: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
    """
    if known(group.health_checks) is False:
        return not_applicable("health checks are turned off, as they are for functions by default")
    faults = [*_checking(group, noticed_within, healthy_within)]
    if known(group.kind) != "lambda":
        faults += _draining(known(attributes.deregistration_delay), draining_at_least, draining_at_most)
    if faults:
        return non_compliant("; ".join(faults))
    return compliant(
        f"a failed target is noticed within {_noticed(group)} seconds, a recovered one used within {_welcomed(group)}"
    )


def _checking(group: TargetGroup, noticed_within: int, healthy_within: int) -> Iterator[str]:
    if known(group.timeout) >= known(group.interval):
        yield f"the timeout of {group.timeout} seconds is not shorter than the interval of {group.interval}"
    if _noticed(group) > noticed_within:
        yield f"a failed target gets requests for {_noticed(group)} seconds, {noticed_within} allowed"
    if _welcomed(group) > healthy_within:
        yield f"a recovered target waits {_welcomed(group)} seconds for requests, {healthy_within} allowed"


def _draining(delay: int, shortest: int, longest: int) -> Iterator[str]:
    if delay < shortest:
        yield f"a deregistered target has {delay} seconds to finish, {shortest} asked for"
    if delay > longest:
        yield f"a deregistered target may take {delay} seconds to finish, {longest} allowed"


def _noticed(group: TargetGroup) -> int:
    return known(group.unhealthy_after) * known(group.interval) + known(group.timeout)


def _welcomed(group: TargetGroup) -> int:
    return known(group.healthy_after) * known(group.interval)
