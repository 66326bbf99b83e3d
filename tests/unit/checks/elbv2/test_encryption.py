"""The protocols of listeners, of health checks and of target groups."""

from typing import Any

import pytest

from muster.checks.elbv2.encryption import (
    elb_health_check_encrypted,
    elb_listener_encrypted,
    elb_target_protocol_encrypted,
)
from muster.facets.elbv2.load_balancers import Listener, TargetGroup
from muster.facets.elbv2.rules import Action, ListenerRules
from muster.model.finding import Status, Unknown, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
LOST = Unknown("AWS did not say")
NO_RULES = ListenerRules((), LOST)
TO_HTTPS = {"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS", "StatusCode": "HTTP_301"}}
THROUGH = "; the load balancer does not see whether TLS is used inside it"
FORWARD = {"Type": "forward", "TargetGroupArn": "arn:group"}


def rules(default: dict[str, Any], *others: dict[str, Any]) -> ListenerRules:
    made = [{"Priority": str(number), "Actions": [action]} for number, action in enumerate(others, 1)]
    return ListenerRules.parse({"Rules": [*made, {"Priority": "default", "IsDefault": True, "Actions": [default]}]})


@pytest.mark.parametrize(
    ("kind", "protocol", "found", "status", "reason"),
    [
        ("application", "HTTPS", rules(FORWARD), C, "HTTPS listener on port 1 encrypts"),
        ("network", "TLS", NO_RULES, C, "TLS listener on port 1 encrypts"),
        ("network", "QUIC", NO_RULES, C, "QUIC listener on port 1 encrypts"),
        ("application", "HTTP", rules(TO_HTTPS), C, "Every rule of the HTTP listener on port 1 redirects to HTTPS"),
        (
            "application", "HTTP", rules(FORWARD), N,
            "HTTP listener on port 1 does not encrypt: the default rule forwards",
        ),
        (
            "application", "HTTP", rules(TO_HTTPS, FORWARD), N,
            "HTTP listener on port 1 does not encrypt: rule 1 forwards",
        ),
        (
            "network", "TCP", NO_RULES, N,
            "TCP listener on port 1 does not encrypt" + THROUGH,
        ),
        ("network", "UDP", NO_RULES, N, "UDP listener on port 1 does not encrypt"),
        (
            "network", "TCP_UDP", NO_RULES, N,
            "TCP_UDP listener on port 1 does not encrypt" + THROUGH,
        ),
        (
            "network", "TCP_QUIC", NO_RULES, N,
            "TCP_QUIC listener on port 1 does not encrypt" + THROUGH,
        ),
        ("gateway", LOST, NO_RULES, NA, "Listeners of gateway load balancers have no protocol"),
    ],
)  # fmt: skip
def test_elb_listener_encrypted(
    kind: str, protocol: str | Unknown, found: ListenerRules, status: Status, reason: str
) -> None:
    verdict = elb_listener_encrypted(Listener(kind, protocol, 1, LOST), found)
    assert (verdict.status, verdict.reason) == (status, reason)


@pytest.mark.parametrize(
    ("listener", "found"),
    [
        (Listener(LOST, "HTTPS", 1, LOST), NO_RULES),
        (Listener("network", LOST, 1, LOST), NO_RULES),
        (Listener("application", "HTTP", 1, LOST), NO_RULES),
    ],
)
def test_a_listener_that_is_not_known_is_no_verdict(listener: Listener, found: ListenerRules) -> None:
    with pytest.raises(UnknownField):
        elb_listener_encrypted(listener, found)


def test_a_rule_that_forwards_is_enough_where_the_default_rule_is_not_known() -> None:
    found = ListenerRules(rules(TO_HTTPS, FORWARD).rules, LOST)
    assert elb_listener_encrypted(Listener("application", "HTTP", 1, LOST), found).status is N
    assert isinstance(found.rules[0].action, Action)


def group(kind: str | Unknown, protocol: str | Unknown, checked: str | Unknown = LOST) -> TargetGroup:
    return TargetGroup(kind, (), True, 30, 5, 5, 2, protocol, checked)


@pytest.mark.parametrize(
    ("found", "status", "reason"),
    [
        (group("ip", "HTTP", "HTTPS"), C, "Health checks use HTTPS"),
        (group("ip", "HTTPS", "HTTP"), N, "Health checks use HTTP; use HTTPS"),
        (group("instance", "TLS", "TCP"), N, "Health checks use TCP; use HTTPS"),
        (group("alb", "TCP", "HTTP"), N, "Health checks use HTTP; use HTTPS"),
        (group("lambda", LOST), NA, "Health checks of Lambda functions have no protocol"),
        (group("ip", "GENEVE", "TCP"), NA, "Target group of a gateway load balancer (protocol GENEVE)"),
    ],
)
def test_elb_health_check_encrypted(found: TargetGroup, status: Status, reason: str) -> None:
    verdict = elb_health_check_encrypted(found)
    assert (verdict.status, verdict.reason) == (status, reason)


@pytest.mark.parametrize(
    ("found", "status", "reason"),
    [
        (group("ip", "HTTPS"), C, "Traffic to the targets uses HTTPS"),
        (group("ip", "TLS"), C, "Traffic to the targets uses TLS"),
        (group("ip", "QUIC"), C, "Traffic to the targets uses QUIC"),
        (group("ip", "HTTP"), N, "Traffic to the targets uses HTTP"),
        (group("ip", "UDP"), N, "Traffic to the targets uses UDP"),
        (
            group("ip", "TCP"), N,
            "Traffic to the targets uses TCP" + THROUGH,
        ),
        (
            group("ip", "TCP_QUIC"), N,
            "Traffic to the targets uses TCP_QUIC" + THROUGH,
        ),
        (group("lambda", LOST), NA, "The control does not apply to target groups of the type lambda"),
        (group("alb", "TCP"), NA, "The control does not apply to target groups of the type alb"),
        (group("ip", "GENEVE"), NA, "Target group of a gateway load balancer (protocol GENEVE)"),
    ],
)  # fmt: skip
def test_elb_target_protocol_encrypted(found: TargetGroup, status: Status, reason: str) -> None:
    verdict = elb_target_protocol_encrypted(found)
    assert (verdict.status, verdict.reason) == (status, reason)


@pytest.mark.parametrize("found", [group(LOST, "HTTPS", "HTTPS"), group("ip", LOST, LOST)])
def test_a_target_group_that_is_not_known_is_no_verdict(found: TargetGroup) -> None:
    with pytest.raises(UnknownField):
        elb_health_check_encrypted(found)
    with pytest.raises(UnknownField):
        elb_target_protocol_encrypted(found)
