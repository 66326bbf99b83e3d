"""Classic Load Balancers."""

import pytest

from muster.checks.elb import (
    elb_classic_access_logs_enabled,
    elb_classic_acm_certificate,
    elb_classic_connections_drained,
    elb_classic_cross_zone,
    elb_classic_desync_mitigation_strict,
    elb_classic_listeners_encrypted,
    elb_classic_multiple_zones,
    elb_classic_tls_policy,
)
from muster.facets.elb import ClassicAttributes, ClassicListener, ClassicLoadBalancer, ClassicTlsPolicies
from muster.model.check import Check
from muster.model.finding import Status, Unknown, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
LOST = Unknown("AWS did not say")
ACM = "arn:aws-cn:acm:cn-north-1:123456789012:certificate/1"
IAM = "arn:aws:iam::123456789012:server-certificate/acm"
STRONG = "ELBSecurityPolicy-TLS-1-2-2017-01"

HTTP = ClassicListener("HTTP", 80)
TCP = ClassicListener("TCP", 25)
HTTPS = ClassicListener("HTTPS", 443, ACM, ("sticky", "tls"))
SSL = ClassicListener("SSL", 465, IAM, ("other",))
STRANGE = ClassicListener(LOST, 1)


def balancer(*listeners: ClassicListener, zones: str = "ab") -> ClassicLoadBalancer:
    return ClassicLoadBalancer(tuple(zones), listeners)


@pytest.mark.parametrize(
    ("found", "status", "reason"),
    [
        (balancer(HTTPS), C, "Every HTTPS and SSL listener uses a certificate of ACM"),
        (balancer(HTTPS, HTTP), C, "Every HTTPS and SSL listener uses a certificate of ACM"),
        (balancer(HTTPS, SSL), N, f"Not a certificate of ACM: SSL listener on port 465 uses {IAM}"),
        (
            balancer(ClassicListener("SSL", 465)), N,
            "Not a certificate of ACM: SSL listener on port 465 uses no certificate",
        ),
        (balancer(HTTP, TCP), NA, "Load balancer has no HTTPS or SSL listener"),
        (balancer(), NA, "Load balancer has no HTTPS or SSL listener"),
    ],
)  # fmt: skip
def test_elb_classic_acm_certificate(found: ClassicLoadBalancer, status: Status, reason: str) -> None:
    verdict = elb_classic_acm_certificate(found)
    assert (verdict.status, verdict.reason) == (status, reason)


@pytest.mark.parametrize(
    ("found", "status", "reason"),
    [
        (balancer(HTTPS, SSL), C, "Every listener encrypts: HTTPS listener on port 443, SSL listener on port 465"),
        (balancer(HTTPS, HTTP), N, "Does not encrypt: HTTP listener on port 80"),
        (balancer(TCP, STRANGE), N, "Does not encrypt: TCP listener on port 25"),
        (balancer(), NA, "Load balancer has no listeners"),
    ],
)
def test_elb_classic_listeners_encrypted(found: ClassicLoadBalancer, status: Status, reason: str) -> None:
    verdict = elb_classic_listeners_encrypted(found)
    assert (verdict.status, verdict.reason) == (status, reason)


@pytest.mark.parametrize(
    ("found", "policies", "status", "reason"),
    [
        (balancer(HTTPS, HTTP), {"tls": STRONG}, C, f"Every HTTPS and SSL listener uses {STRONG}"),
        (
            balancer(HTTPS), {"tls": "ELBSecurityPolicy-2016-08", STRONG: STRONG}, N,
            f"HTTPS listener on port 443 uses ELBSecurityPolicy-2016-08; use {STRONG}",
        ),
        (balancer(HTTPS), {"tls": ""}, N, f"HTTPS listener on port 443 uses a custom policy; use {STRONG}"),
        (
            balancer(HTTPS, SSL), {"tls": STRONG, "other": ""}, N,
            f"SSL listener on port 465 uses a custom policy; use {STRONG}",
        ),
        (balancer(HTTP), {}, NA, "Load balancer has no HTTPS or SSL listener"),
    ],
)  # fmt: skip
def test_elb_classic_tls_policy(
    found: ClassicLoadBalancer, policies: dict[str, str], status: Status, reason: str
) -> None:
    verdict = elb_classic_tls_policy(found, ClassicTlsPolicies(policies))
    assert (verdict.status, verdict.reason) == (status, reason)


def test_a_setting_names_the_policy_that_is_required() -> None:
    tls = ClassicTlsPolicies({"tls": "ELBSecurityPolicy-2016-08"})
    assert elb_classic_tls_policy(balancer(HTTPS), tls, policy="ELBSecurityPolicy-2016-08").status is C


@pytest.mark.parametrize(
    ("zones", "required", "status", "reason"),
    [
        ("ab", 2, C, "Load balancer is in 2 Availability Zones (a, b)"),
        ("aa", 2, N, "Load balancer is in 1 Availability Zone (a); use 2 or more"),
        ("ab", 3, N, "Load balancer is in 2 Availability Zones (a, b); use 3 or more"),
        ("", 2, N, "Load balancer is in no Availability Zone; use 2 or more"),
    ],
)
def test_elb_classic_multiple_zones(zones: str, required: int, status: Status, reason: str) -> None:
    verdict = elb_classic_multiple_zones(balancer(zones=zones), zones=required)
    assert (verdict.status, verdict.reason) == (status, reason)


GOOD = ClassicAttributes(access_logs=True, bucket="logs", draining=True, cross_zone=True, desync_mode="strictest")
BAD = ClassicAttributes(access_logs=False, bucket="", draining=False, cross_zone=False, desync_mode="monitor")


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (elb_classic_access_logs_enabled, "Access logs go to logs", "Access logs are off"),
        (elb_classic_connections_drained, "Connection draining is on", "Connection draining is off"),
        (elb_classic_cross_zone, "Cross-zone load balancing is on", "Cross-zone load balancing is off"),
        (
            elb_classic_desync_mitigation_strict,
            "The desync mitigation mode is strictest",
            "The desync mitigation mode is monitor; use defensive or strictest",
        ),
    ],
)
def test_checks_of_attributes(check: Check, good: str, bad: str) -> None:
    assert (check(GOOD).status, check(GOOD).reason) == (C, good)
    assert (check(BAD).status, check(BAD).reason) == (N, bad)
    with pytest.raises(UnknownField):
        check(ClassicAttributes.parse({}))


@pytest.mark.parametrize("check", [elb_classic_acm_certificate, elb_classic_listeners_encrypted])
def test_a_listener_of_an_unknown_protocol_is_no_verdict(check: Check) -> None:
    with pytest.raises(UnknownField):
        check(balancer(HTTPS, STRANGE))


@pytest.mark.parametrize(
    ("found", "policies"), [(balancer(HTTPS), {}), (balancer(STRANGE), {}), (balancer(HTTPS, SSL), {"tls": STRONG})]
)
def test_a_tls_policy_that_is_not_known_is_no_verdict(found: ClassicLoadBalancer, policies: dict[str, str]) -> None:
    with pytest.raises(UnknownField):
        elb_classic_tls_policy(found, ClassicTlsPolicies(policies))
