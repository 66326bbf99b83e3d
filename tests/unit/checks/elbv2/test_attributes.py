"""Attributes, Availability Zones and web ACLs of load balancers."""

import pytest

from muster.checks.elbv2.attributes import (
    elb_cross_zone_enabled,
    elb_desync_mitigation_strict,
    elb_invalid_headers_dropped,
    elb_multiple_zones,
    elb_waf_associated,
)
from muster.facets.elbv2.load_balancers import LoadBalancer, LoadBalancerAttributes, WebAcl
from muster.model.finding import Status, Unknown, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
LOST = Unknown("AWS did not say")


def attributes(
    mode: str | Unknown = LOST, drops: bool | Unknown = LOST, cross_zone: bool | Unknown = LOST
) -> LoadBalancerAttributes:
    return LoadBalancerAttributes(LOST, LOST, "", mode, drops, cross_zone)


@pytest.mark.parametrize(
    ("kind", "mode", "status", "reason"),
    [
        ("application", "monitor", N, "The desync mitigation mode is monitor; use defensive or strictest"),
        ("application", "defensive", C, "The desync mitigation mode is defensive"),
        ("application", "strictest", C, "The desync mitigation mode is strictest"),
        ("network", LOST, NA, "Network load balancers do not parse HTTP requests"),
        ("gateway", LOST, NA, "Gateway load balancers do not parse HTTP requests"),
    ],
)
def test_elb_desync_mitigation_strict(kind: str, mode: str | Unknown, status: Status, reason: str) -> None:
    verdict = elb_desync_mitigation_strict(LoadBalancer(kind), attributes(mode))
    assert (verdict.status, verdict.reason) == (status, reason)


@pytest.mark.parametrize(
    ("kind", "drops", "status", "reason"),
    [
        ("application", True, C, "Invalid HTTP headers are dropped"),
        ("application", False, N, "Invalid HTTP headers are passed on to the targets"),
        ("network", LOST, NA, "Network load balancers do not parse HTTP headers"),
    ],
)
def test_elb_invalid_headers_dropped(kind: str, drops: bool | Unknown, status: Status, reason: str) -> None:
    verdict = elb_invalid_headers_dropped(LoadBalancer(kind), attributes(drops=drops))
    assert (verdict.status, verdict.reason) == (status, reason)


@pytest.mark.parametrize(
    ("zones", "required", "status", "reason"),
    [
        ("ab", 2, C, "Load balancer is in 2 Availability Zones (a, b)"),
        ("a", 2, N, "Load balancer is in 1 Availability Zone (a); use 2 or more"),
        ("ab", 3, N, "Load balancer is in 2 Availability Zones (a, b); use 3 or more"),
        ("abc", 3, C, "Load balancer is in 3 Availability Zones (a, b, c)"),
        ("", 2, N, "Load balancer is in no Availability Zone; use 2 or more"),
    ],
)
@pytest.mark.parametrize("kind", ["application", "network", "gateway"])
def test_elb_multiple_zones(kind: str, zones: str, required: int, status: Status, reason: str) -> None:
    verdict = elb_multiple_zones(LoadBalancer(kind, frozenset(zones)), zones=required)
    assert (verdict.status, verdict.reason) == (status, reason)


def test_a_load_balancer_on_an_outpost_can_be_in_one_zone_only() -> None:
    assert elb_multiple_zones(LoadBalancer("application", frozenset("a"), on_outpost=True)).status is NA


@pytest.mark.parametrize(
    ("kind", "name", "status", "reason"),
    [
        ("application", "shop", C, "Web ACL shop protects the load balancer"),
        ("application", "", N, "No AWS WAF web ACL is associated with the load balancer"),
        ("network", "", NA, "Network load balancers cannot have a web ACL"),
    ],
)
def test_elb_waf_associated(kind: str, name: str, status: Status, reason: str) -> None:
    verdict = elb_waf_associated(LoadBalancer(kind), WebAcl(name))
    assert (verdict.status, verdict.reason) == (status, reason)


@pytest.mark.parametrize(
    ("kind", "cross_zone", "status", "reason"),
    [
        ("network", True, C, "Cross-zone load balancing of the network load balancer is on"),
        ("gateway", False, N, "Cross-zone load balancing of the gateway load balancer is off"),
        ("application", LOST, NA, "Cross-zone load balancing of application load balancers is always on"),
    ],
)
def test_elb_cross_zone_enabled(kind: str, cross_zone: bool | Unknown, status: Status, reason: str) -> None:
    verdict = elb_cross_zone_enabled(LoadBalancer(kind), attributes(cross_zone=cross_zone), required=True)
    assert (verdict.status, verdict.reason) == (status, reason)


def test_cross_zone_load_balancing_is_judged_only_where_it_is_required() -> None:
    assert elb_cross_zone_enabled(LoadBalancer("network"), attributes(cross_zone=False)).status is NA


@pytest.mark.parametrize("kind", ["application", LOST])
def test_what_aws_left_out_is_no_verdict(kind: str | Unknown) -> None:
    with pytest.raises(UnknownField):
        elb_desync_mitigation_strict(LoadBalancer(kind), attributes())
    with pytest.raises(UnknownField):
        elb_invalid_headers_dropped(LoadBalancer(kind), attributes())
    with pytest.raises(UnknownField):
        elb_cross_zone_enabled(LoadBalancer("network"), attributes(), required=True)
    with pytest.raises(UnknownField):
        elb_waf_associated(LoadBalancer(LOST), WebAcl(""))
