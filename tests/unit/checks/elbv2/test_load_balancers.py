"""Load balancers, how listeners encrypt, and target groups."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.checks.elbv2.load_balancers import (
    elb_access_logs_enabled,
    elb_deletion_protection_enabled,
    elb_health_check_window_sound,
    elb_target_group_in_use,
    elb_tls_policy_current,
)
from muster.facets.elbv2.load_balancers import (
    RECOMMENDED_TLS_POLICIES,
    Listener,
    ListenerProtocols,
    LoadBalancer,
    LoadBalancerAttributes,
    TargetGroup,
    TargetGroupAttributes,
    TargetHealth,
)
from muster.model.finding import Status, Unknown, UnknownField, Verdict

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
LOST = Unknown("AWS did not say")
BALANCER = "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/web/1"


def listener(policy: str | Unknown, *, kind: str = "application", protocol: str | Unknown = "HTTPS") -> Listener:
    return Listener(kind, protocol, 443, policy)


@pytest.mark.parametrize("policy", RECOMMENDED_TLS_POLICIES)
def test_every_recommended_policy_passes(policy: str) -> None:
    assert elb_tls_policy_current(listener(policy)).status is C


@pytest.mark.parametrize(
    ("found", "settings", "status", "says"),
    [
        pytest.param(
            listener("ELBSecurityPolicy-2016-08"),
            {},
            N,
            "HTTPS listener on port 443 uses ELBSecurityPolicy-2016-08, which is not recommended",
            id="the default outside the console",
        ),
        pytest.param(listener("ELBSecurityPolicy-TLS13-1-0-PQ-2025-09"), {}, N, "1-0-PQ", id="PQ, but with TLS 1.0"),
        pytest.param(listener("ELBSecurityPolicy-TLS13-1-2-Ext2-PQ-2025-09"), {}, N, "", id="PQ, but weak ciphers"),
        pytest.param(
            listener("ELBSecurityPolicy-2016-08", kind="network", protocol="TLS"),
            {},
            N,
            "TLS listener on port 443 uses ELBSecurityPolicy-2016-08, which is not recommended",
            id="a network load balancer",
        ),
        pytest.param(
            listener("ELBSecurityPolicy-2016-08"),
            {"policies": ("ELBSecurityPolicy-2016-08",)},
            C,
            "HTTPS listener on port 443 uses ELBSecurityPolicy-2016-08",
            id="one's own list",
        ),
        pytest.param(listener(LOST, protocol="HTTP"), {}, NA, "Listener uses HTTP, which has no TLS policy", id="HTTP"),
        pytest.param(listener(LOST, kind="network", protocol="TCP"), {}, NA, "", id="TCP"),
        pytest.param(
            listener(LOST, kind="gateway", protocol=LOST),
            {},
            NA,
            "Listeners of gateway load balancers do not use TLS",
            id="a gateway has no protocol",
        ),
    ],
)
def test_elb_tls_policy_current(
    found: Listener, settings: dict[str, tuple[str, ...]], status: Status, says: str
) -> None:
    verdict = elb_tls_policy_current(found, **settings)
    assert verdict.status is status
    assert says in verdict.reason


@pytest.mark.parametrize("found", [listener(LOST), listener("x", protocol=LOST)])
def test_a_listener_that_is_not_known_is_no_verdict(found: Listener) -> None:
    with pytest.raises(UnknownField):
        elb_tls_policy_current(found)


def attributes(*, logs: bool | Unknown = LOST, protected: bool | Unknown = LOST) -> LoadBalancerAttributes:
    return LoadBalancerAttributes(protected, logs, "logs" if logs is True else "")


@pytest.mark.parametrize(
    ("kind", "logs", "protocols", "status", "says"),
    [
        pytest.param("application", True, (), C, "Access logs go to logs", id="on"),
        pytest.param("application", False, (), N, "Access logs of the application load balancer are off", id="off"),
        pytest.param("network", True, ("TLS", "TCP"), C, "Access logs go to logs", id="network, on"),
        pytest.param(
            "network", False, ("TLS", "TCP"), N, "Access logs of the network load balancer are off", id="network, off"
        ),
        pytest.param("network", False, ("TCP",), NA, "without a TLS listener", id="network without TLS"),
        pytest.param("network", False, (), NA, "", id="network without listeners"),
        pytest.param(
            "gateway",
            LOST,
            (),
            NA,
            "Gateway load balancers have no access logs",
            id="a gateway has none",
        ),
    ],
)
def test_elb_access_logs_enabled(
    kind: str, logs: bool | Unknown, protocols: tuple[str, ...], status: Status, says: str
) -> None:
    verdict = elb_access_logs_enabled(
        LoadBalancer(kind), attributes(logs=logs), ListenerProtocols(frozenset(protocols))
    )
    assert verdict.status is status
    assert says in verdict.reason


@pytest.mark.parametrize("kind", ["application", "network", "gateway"])
@pytest.mark.parametrize(("protected", "status"), [(True, C), (False, N)])
def test_elb_deletion_protection_enabled(kind: str, protected: bool, status: Status) -> None:
    verdict = elb_deletion_protection_enabled(LoadBalancer(kind), attributes(protected=protected))
    assert verdict.status is status
    assert kind in verdict.reason


def test_attributes_and_types_that_are_not_known_are_no_verdict() -> None:
    none = ListenerProtocols(frozenset())
    with pytest.raises(UnknownField):
        elb_deletion_protection_enabled(LoadBalancer("network"), attributes())
    with pytest.raises(UnknownField):
        elb_deletion_protection_enabled(LoadBalancer(LOST), attributes(protected=True))
    with pytest.raises(UnknownField):
        elb_access_logs_enabled(LoadBalancer("application"), attributes(), none)
    with pytest.raises(UnknownField):
        elb_access_logs_enabled(LoadBalancer(LOST), attributes(logs=True), none)
    with pytest.raises(UnknownField, match="were not read"):
        elb_access_logs_enabled(LoadBalancer("network"), attributes(logs=False), ListenerProtocols.parse({}))


def group(**changed: Any) -> TargetGroup:
    plain: dict[str, Any] = {
        "kind": "instance",
        "load_balancers": (BALANCER,),
        "health_checks": True,
        "interval": 30,
        "timeout": 5,
        "healthy_after": 5,
        "unhealthy_after": 2,
    }
    return TargetGroup(**{**plain, **changed})


@pytest.mark.parametrize(
    ("states", "status", "says"),
    [
        pytest.param({"healthy": 2}, C, "2 of 2 targets can receive requests", id="healthy"),
        pytest.param({"healthy": 1, "unhealthy": 4}, C, "1 of 5", id="one is enough"),
        pytest.param({"healthy": 1, "initial": 1}, C, "", id="one is enough beside one that starts"),
        pytest.param({"unchecked": 1}, C, "", id="a function that nobody checks"),
        pytest.param({"healthy": 1, "unchecked": 1}, C, "", id="both kinds of good ones"),
        pytest.param({}, N, "Target group has no targets", id="empty"),
        pytest.param({"unhealthy": 2, "draining": 1}, N, "No target is healthy: 1 draining, 2 unhealthy", id="sick"),
        pytest.param({"unused": 1}, N, "1 unused", id="in a zone that is not enabled"),
        pytest.param({"unhealthy.draining": 1}, N, "unhealthy.draining", id="sick and leaving"),
    ],
)
def test_elb_target_group_in_use(states: dict[str, int], status: Status, says: str) -> None:
    verdict = elb_target_group_in_use(group(), TargetHealth(states))
    assert verdict.status is status
    assert says in verdict.reason


def test_a_target_whose_state_is_new_counts_among_all() -> None:
    verdict = elb_target_group_in_use(group(), TargetHealth({"healthy": 1}, ("the state of a target is 'dreaming'",)))
    assert (verdict.status, verdict.reason) == (C, "1 of 2 targets can receive requests")


def test_a_group_that_no_load_balancer_uses() -> None:
    verdict = elb_target_group_in_use(group(load_balancers=()), TargetHealth({"healthy": 1}))
    assert (verdict.status, verdict.reason) == (N, "No load balancer uses the target group")


@pytest.mark.parametrize(
    "health",
    [
        pytest.param(TargetHealth({"initial": 1, "unhealthy": 1}), id="the first checks run"),
        pytest.param(TargetHealth({"unavailable": 1}), id="the load balancer does not know either"),
        pytest.param(TargetHealth({"unhealthy": 1}, ("the state of a target is 'dreaming'",)), id="a new state"),
        pytest.param(TargetHealth({}, ("the state of a target is None",)), id="no state"),
        pytest.param(TargetHealth.parse({}), id="not asked for"),
    ],
)
def test_health_that_is_not_known_is_no_verdict(health: TargetHealth) -> None:
    with pytest.raises(UnknownField):
        elb_target_group_in_use(group(), health)


def window(*, delay: int | Unknown = 300, settings: dict[str, int] | None = None, **changed: Any) -> Verdict:
    return elb_health_check_window_sound(group(**changed), TargetGroupAttributes(delay), **(settings or {}))


@pytest.mark.parametrize(
    ("changed", "status", "says"),
    [
        pytest.param({}, C, "Failed targets are detected in 65 s, recovered targets in 150 s", id="AWS's defaults"),
        pytest.param({"timeout": 30}, N, "Timeout of 30 s is not shorter than the interval of 30 s", id="as long"),
        pytest.param(
            {"timeout": 29}, C, "Failed targets are detected in 89 s, recovered targets in 150 s", id="just shorter"
        ),
        pytest.param(
            {"interval": 10, "timeout": 20}, N, "Timeout of 20 s is not shorter than the interval of 10 s", id="longer"
        ),
        pytest.param(
            {"unhealthy_after": 4}, N, "Failed targets get requests for 125 s, at most 120 s allowed", id="noticed late"
        ),
        pytest.param(
            {"unhealthy_after": 4, "interval": 28, "timeout": 8},
            C,
            "Failed targets are detected in 120 s, recovered targets in 140 s",
            id="just in time",
        ),
        pytest.param(
            {"healthy_after": 10},
            C,
            "Failed targets are detected in 65 s, recovered targets in 300 s",
            id="a recovered target waits as long as it may",
        ),
        pytest.param(
            {"healthy_after": 8, "interval": 40},
            N,
            "Recovered targets wait 320 s for requests; at most 300 s allowed",
            id="waits long",
        ),
        pytest.param({"delay": 0}, N, "Deregistration delay is 0 s, at least 1 s required", id="cut off"),
        pytest.param(
            {"delay": 1}, C, "Failed targets are detected in 65 s, recovered targets in 150 s", id="hardly cut off"
        ),
        pytest.param({"delay": 301}, N, "Deregistration delay is 301 s, at most 300 s allowed", id="a long farewell"),
        pytest.param(
            {"kind": "lambda", "delay": LOST},
            C,
            "Failed targets are detected in 65 s, recovered targets in 150 s",
            id="a function has no delay",
        ),
        pytest.param(
            {"kind": "lambda", "health_checks": False, "delay": LOST},
            NA,
            "Health checks are off, the default for Lambda functions",
            id="not checked",
        ),
        pytest.param(
            {"timeout": 30, "delay": 0},
            N,
            "Timeout of 30 s is not shorter than the interval of 30 s; Deregistration delay is 0 s, at "
            "least 1 s required",
            id="every fault is named",
        ),
        pytest.param(
            {"settings": {"noticed_within": 64}},
            N,
            "Failed targets get requests for 65 s, at most 64 s allowed",
            id="a stricter notice",
        ),
        pytest.param({"settings": {"healthy_within": 149}}, N, "", id="a stricter welcome"),
        pytest.param({"settings": {"draining_at_most": 60}}, N, "", id="a shorter farewell"),
        pytest.param({"delay": 29, "settings": {"draining_at_least": 30}}, N, "", id="a longer farewell"),
    ],
)
def test_elb_health_check_window_sound(changed: dict[str, Any], status: Status, says: str) -> None:
    verdict = window(**changed)
    assert verdict.status is status
    assert says in verdict.reason


@pytest.mark.parametrize(
    "changed",
    [{name: LOST} for name in ("health_checks", "kind", "interval", "timeout", "healthy_after", "unhealthy_after")]
    + [{"delay": LOST}],
)
def test_a_check_that_is_not_known_is_no_verdict(changed: dict[str, Any]) -> None:
    with pytest.raises(UnknownField):
        window(**changed)


SECONDS = st.integers(1, 300)


@given(SECONDS, st.integers(1, 120), st.integers(2, 10), st.integers(1, 60), SECONDS)
def test_a_more_patient_limit_never_fails_what_passed(
    interval: int, timeout: int, threshold: int, more: int, limit: int
) -> None:
    changed = {"interval": interval, "timeout": timeout, "unhealthy_after": threshold, "healthy_after": threshold}
    strict = window(**changed, settings={"noticed_within": limit, "healthy_within": limit})
    patient = window(**changed, settings={"noticed_within": limit + more, "healthy_within": limit + more})
    assert strict.status is N or patient.status is C
