"""Checks of load balancers, of the TLS policies of listeners, and of target groups."""

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
from muster.model.text import counted

_ENCRYPTED = frozenset({"HTTPS", "TLS"})


@check(severity=Severity.MEDIUM, controls=("FSBP ELB.17",))
def elb_tls_policy_current(listener: Listener, *, policies: tuple[str, ...] = RECOMMENDED_TLS_POLICIES) -> Verdict:
    """HTTPS and TLS listeners should have a recommended security policy.

    Problem: TLS policy is not recommended
    Why: Older policies allow TLS 1.0 and 1.1 or weak ciphers, and outside the console an old policy is the default.
    Fix: `aws elbv2 modify-listener --listener-arn ARN --ssl-policy ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-17
    """
    if listener.kind == GATEWAY:
        return not_applicable("Listeners of gateway load balancers do not use TLS")
    protocol = known(listener.protocol)
    if protocol not in _ENCRYPTED:
        return not_applicable(f"Listener uses {protocol}, which has no TLS policy")
    policy = known(listener.tls_policy)
    if policy in policies:
        return compliant(f"{protocol} listener on port {listener.port} uses {policy}")
    return non_compliant(f"{protocol} listener on port {listener.port} uses {policy}, which is not recommended")


@check(severity=Severity.MEDIUM, controls=("FSBP ELB.5",))
def elb_access_logs_enabled(
    load_balancer: LoadBalancer, attributes: LoadBalancerAttributes, listeners: ListenerProtocols
) -> Verdict:
    """Application and network load balancers should write access logs.

    A network load balancer writes access logs only for TLS listeners, so the check does not apply to one without TLS
    listeners. The check does not see log delivery through CloudWatch Logs.

    Problem: load balancer has no access logs
    Why: Access logs show which client requested what. After an attack or an outage they are often the only evidence.
    Fix: The policy of the S3 bucket must allow Elastic Load Balancing to write. `aws elbv2
      modify-load-balancer-attributes --load-balancer-arn ARN --attributes Key=access_logs.s3.enabled,Value=true
      Key=access_logs.s3.bucket,Value=BUCKET`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-5
    """
    kind = known(load_balancer.kind)
    if kind == GATEWAY:
        return not_applicable("Gateway load balancers have no access logs")
    if kind == NETWORK and "TLS" not in known(listeners.protocols):
        return not_applicable("Network load balancers without a TLS listener write no access logs")
    if known(attributes.access_logs):
        return compliant(f"Access logs go to {attributes.access_logs_bucket or 'a bucket that AWS did not name'}")
    return non_compliant(f"Access logs of the {kind} load balancer are off")


@check(severity=Severity.MEDIUM, controls=("FSBP ELB.6",))
def elb_deletion_protection_enabled(load_balancer: LoadBalancer, attributes: LoadBalancerAttributes) -> Verdict:
    """Load balancers should be protected from deletion.

    Problem: no deletion protection
    Why: A single call by mistake deletes a load balancer, and its DNS name and addresses cannot be restored.
    Fix: `aws elbv2 modify-load-balancer-attributes --load-balancer-arn ARN --attributes
      Key=deletion_protection.enabled,Value=true`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-6
    """
    kind = known(load_balancer.kind)
    if known(attributes.deletion_protection):
        return compliant(f"Deletion protection of the {kind} load balancer is on")
    return non_compliant(f"Deletion protection of the {kind} load balancer is off")


@check(severity=Severity.MEDIUM)
def elb_target_group_in_use(group: TargetGroup, health: TargetHealth) -> Verdict:
    """Target groups should be used by a load balancer and have a healthy target.

    A Lambda function without health checks counts as healthy, because health checks of functions are off by default.

    Problem: target group serves nothing
    Why: Without a healthy target every request fails. Without a load balancer no request arrives.
    Fix: Register targets that pass the health check: `aws elbv2 register-targets --target-group-arn ARN --targets
      Id=TARGET-ID` If the target group is no longer needed, delete it: `aws elbv2 delete-target-group
      --target-group-arn ARN`
    Source: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
    """
    if not group.load_balancers:
        return non_compliant("No load balancer uses the target group")
    states = known(health.states)
    well = states.get("healthy", 0) + states.get("unchecked", 0)
    if well:
        return compliant(
            f"{well} of {counted(sum(states.values()) + len(health.unknown), 'target')} can receive requests"
        )
    for reason in health.unknown:
        known(Unknown(reason))
    if not states:
        return non_compliant("Target group has no targets")
    counts = ", ".join(f"{count} {state}" for state, count in sorted(states.items()))
    for state in ("initial", "unavailable"):
        if state in states:
            known(Unknown(f"Target health is not known yet: {counts}"))
    return non_compliant(f"No target is healthy: {counts}")


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
    """Target groups should detect failed and recovered targets quickly, and let deregistered targets finish.

    All settings are in seconds. A failed target gets requests for unhealthy threshold x interval + timeout. A recovered
    target waits for healthy threshold x interval; a new target must pass one check. The timeout must be shorter than
    the interval. The deregistration delay is the time for requests in progress; AWS's default is 300. For the grace
    period of an ECS service, see `ecs-service-health-checked`.

    Problem: health check or delay is too slow
    Why: A slow health check sends requests to failed targets. A short deregistration delay cuts off responses, and a
      long one slows down deployments.
    Fix: Set the health check: `aws elbv2 modify-target-group --target-group-arn ARN --health-check-interval-seconds 10
      --health-check-timeout-seconds 5` Set the deregistration delay: `aws elbv2 modify-target-group-attributes
      --target-group-arn ARN --attributes Key=deregistration_delay.timeout_seconds,Value=60`
    Source: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
    """
    if known(group.health_checks) is False:
        return not_applicable("Health checks are off, the default for Lambda functions")
    faults = [*_checking(group, noticed_within, healthy_within)]
    if known(group.kind) != "lambda":
        faults += _draining(known(attributes.deregistration_delay), draining_at_least, draining_at_most)
    if faults:
        return non_compliant("; ".join(faults))
    return compliant(f"Failed targets are detected in {_noticed(group)} s, recovered targets in {_welcomed(group)} s")


def _checking(group: TargetGroup, noticed_within: int, healthy_within: int) -> Iterator[str]:
    if known(group.timeout) >= known(group.interval):
        yield f"Timeout of {group.timeout} s is not shorter than the interval of {group.interval} s"
    if _noticed(group) > noticed_within:
        yield f"Failed targets get requests for {_noticed(group)} s, at most {noticed_within} s allowed"
    if _welcomed(group) > healthy_within:
        yield f"Recovered targets wait {_welcomed(group)} s for requests; at most {healthy_within} s allowed"


def _draining(delay: int, shortest: int, longest: int) -> Iterator[str]:
    if delay < shortest:
        yield f"Deregistration delay is {delay} s, at least {shortest} s required"
    if delay > longest:
        yield f"Deregistration delay is {delay} s, at most {longest} s allowed"


def _noticed(group: TargetGroup) -> int:
    return known(group.unhealthy_after) * known(group.interval) + known(group.timeout)


def _welcomed(group: TargetGroup) -> int:
    return known(group.healthy_after) * known(group.interval)
