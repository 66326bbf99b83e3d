"""Elastic Load Balancing: load balancers, listeners and target groups."""

import bisect
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from muster.facets import kinds
from muster.facets.fields import Answer, Parsed, computed, facet, read
from muster.model.arn import Arn
from muster.model.finding import Unknown

APPLICATION, NETWORK, GATEWAY = "application", "network", "gateway"
_KINDS = {"app": APPLICATION, "net": NETWORK, "gwy": GATEWAY}
"""The types of load balancers, as the ARN of a listener spells them.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselasticloadbalancingv2.html
"""
_HEALTH = frozenset({"initial", "healthy", "unhealthy", "unhealthy.draining", "unused", "draining", "unavailable"})

_DESYNC = "routing.http.desync_mitigation_mode"
_DROPS = "routing.http.drop_invalid_header_fields.enabled"
_CROSS_ZONE = "load_balancing.cross_zone.enabled"
_MODES = kinds.one_of("monitor", "defensive", "strictest")

_NO_MODE, _NO_DROPS, _NO_CROSS_ZONE = (kinds.silent(name) for name in (_DESYNC, _DROPS, _CROSS_ZONE))
_NO_PROTOCOL, _NO_CHECK_PROTOCOL = kinds.silent("Protocol"), kinds.silent("HealthCheckProtocol")
_PROTOCOLS = kinds.one_of("HTTP", "HTTPS", "TCP", "TLS", "UDP", "TCP_UDP", "GENEVE", "QUIC", "TCP_QUIC")

RECOMMENDED_TLS_POLICIES = (
    "ELBSecurityPolicy-TLS13-1-3-2021-06",
    "ELBSecurityPolicy-TLS13-1-3-FIPS-2023-04",
    "ELBSecurityPolicy-TLS13-1-3-PQ-2025-09",
    "ELBSecurityPolicy-TLS13-1-3-FIPS-PQ-2025-09",
    "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
    "ELBSecurityPolicy-TLS13-1-2-Res-FIPS-2023-04",
    "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
    "ELBSecurityPolicy-TLS13-1-2-Res-FIPS-PQ-2025-09",
)
"""The security policies that AWS recommended on 2026-11-21, those with post-quantum key exchange (PQ) among them.

https://docs.aws.amazon.com/securityhub/latest/userguide/elb-controls.html#elb-17
"""


def _zones(balancer: Answer) -> frozenset[str]:
    return frozenset(str(zone["ZoneName"]) for zone in balancer.get("AvailabilityZones") or () if zone.get("ZoneName"))


def _on_outpost(balancer: Answer) -> bool:
    return any(zone.get("OutpostId") for zone in balancer.get("AvailabilityZones") or ())


@facet
class LoadBalancer(Parsed):
    """One load balancer of DescribeLoadBalancers: its type, its Availability Zones, and whether it is on an Outpost."""

    kind: str | Unknown = read("Type", kinds.one_of(APPLICATION, NETWORK, GATEWAY))
    zones: frozenset[str] = computed(_zones, "AvailabilityZones", default=frozenset())
    on_outpost: bool = computed(_on_outpost, "AvailabilityZones", default=False)


@facet
class NamedLoadBalancer(Parsed):
    """One load balancer of DescribeLoadBalancers with its names."""

    arn: str = read("LoadBalancerArn", kinds.required)
    name: str = read("LoadBalancerName", kinds.required)
    facet: LoadBalancer = computed(LoadBalancer.parse)


@dataclass(frozen=True, slots=True)
class LoadBalancers:
    """The load balancers of a region in the order of their ARNs, without those that could not be made.

    Some 500 bytes each, of which a region has 200 unless its quotas were raised: 100 KB.
    https://docs.aws.amazon.com/general/latest/gr/elb.html
    """

    all: tuple[NamedLoadBalancer, ...]

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse DescribeLoadBalancers, all pages joined."""
        made = (
            NamedLoadBalancer.parse(item)
            for item in response.get("LoadBalancers") or ()
            if (item.get("State") or {}).get("Code") != "failed"
        )
        return cls(tuple(sorted(made, key=lambda each: each.arn)))

    def since(self, arn: str) -> Sequence[NamedLoadBalancer]:
        """Return those from an ARN on, whether it is there itself or gone."""
        return self.all[bisect.bisect_left(self.all, arn, key=lambda each: each.arn) :]


@dataclass(frozen=True, slots=True)
class LoadBalancerAttributes:
    """The attributes of a load balancer that checks read; only application load balancers handle HTTP.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAttribute.html
    """

    deletion_protection: bool | Unknown
    access_logs: bool | Unknown
    access_logs_bucket: str
    desync_mode: str | Unknown = _NO_MODE
    drops_invalid_headers: bool | Unknown = _NO_DROPS
    cross_zone: bool | Unknown = _NO_CROSS_ZONE

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse DescribeLoadBalancerAttributes."""
        attributes = _attributes(response)
        return cls(
            deletion_protection=_flag("deletion_protection.enabled", attributes),
            access_logs=_flag("access_logs.s3.enabled", attributes),
            access_logs_bucket=attributes.get("access_logs.s3.bucket", ""),
            desync_mode=_MODES(attributes.get(_DESYNC), _DESYNC),
            drops_invalid_headers=_flag(_DROPS, attributes),
            cross_zone=_flag(_CROSS_ZONE, attributes),
        )


@dataclass(frozen=True, slots=True)
class ListenerProtocols:
    """The protocols of the listeners of one load balancer, where they were read."""

    protocols: frozenset[str] | Unknown

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse DescribeListeners of one load balancer, all pages joined."""
        listeners = response.get("Listeners")
        if listeners is None:
            return cls(Unknown("Listeners of the load balancer were not read"))
        return cls(frozenset(str(item["Protocol"]) for item in listeners if "Protocol" in item))


def _kind(listener: Answer) -> str | Unknown:
    kind = Arn.of(listener["ListenerArn"]).path[1]
    return _KINDS.get(kind) or Unknown(f"Muster does not know load balancers of type {kind!r}")


@facet
class Listener(Parsed):
    """One of DescribeListeners; `kind` is its load balancer's, `tls_policy` is set where it speaks HTTPS or TLS.

    A gateway load balancer's listener has neither port nor protocol.
    """

    kind: str | Unknown = computed(_kind)
    protocol: str | Unknown = read("Protocol", _PROTOCOLS)
    port: int | None = read("Port", kinds.as_is)
    tls_policy: str | Unknown = read("SslPolicy", kinds.stated, "the security policy of the listener")


@facet
class TargetGroup(Parsed):
    """One of DescribeTargetGroups: the kind of its targets, their health checks, the load balancers that use it.

    A target group of a Lambda function has no protocol.
    """

    kind: str | Unknown = read("TargetType", kinds.one_of("instance", "ip", "lambda", "alb"))
    load_balancers: tuple[str, ...] = read("LoadBalancerArns", kinds.texts)
    health_checks: bool | Unknown = read("HealthCheckEnabled", kinds.flag, "whether health checks are on")
    interval: int | Unknown = read("HealthCheckIntervalSeconds", kinds.number)
    timeout: int | Unknown = read("HealthCheckTimeoutSeconds", kinds.number)
    healthy_after: int | Unknown = read("HealthyThresholdCount", kinds.number)
    unhealthy_after: int | Unknown = read("UnhealthyThresholdCount", kinds.number)
    protocol: str | Unknown = read("Protocol", _PROTOCOLS, default=_NO_PROTOCOL)
    check_protocol: str | Unknown = read("HealthCheckProtocol", _PROTOCOLS, default=_NO_CHECK_PROTOCOL)


@dataclass(frozen=True, slots=True)
class TargetGroupAttributes:
    """The seconds in which a target that is taken out may finish its work; functions have no such delay."""

    deregistration_delay: int | Unknown

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse DescribeTargetGroupAttributes."""
        name = "deregistration_delay.timeout_seconds"
        delay = _attributes(response).get(name)
        return cls(kinds.silent(name) if delay is None else int(delay))


@dataclass(frozen=True, slots=True)
class TargetHealth:
    """The number of targets in each state, where it was read.

    A function without health checks counts as `unchecked`.
    """

    states: Mapping[str, int] | Unknown
    unknown: tuple[str, ...] = ()

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse DescribeTargetHealth.

        https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
        """
        targets = response.get("TargetHealthDescriptions")
        if targets is None:
            return cls(Unknown("Target health was not read"))
        states: Counter[str] = Counter()
        unknown = []
        for item in targets:
            health = item.get("TargetHealth") or {}
            state = health.get("State")
            if health.get("Reason") == "Target.HealthCheckDisabled":
                states["unchecked"] += 1
            elif state in _HEALTH:
                states[state] += 1
            else:
                unknown.append(f"Muster does not know the target state {state!r}")
        return cls(dict(states), tuple(unknown))


@facet
class WebAcl(Parsed):
    """GetWebACLForResource: the name of the web ACL of an application load balancer, empty where it has none."""

    name: str = read("WebACL.Name", kinds.text)


def _attributes(response: Mapping[str, Any]) -> Mapping[str, str]:
    return {str(item["Key"]): str(item.get("Value") or "") for item in response.get("Attributes") or ()}


def _flag(name: str, attributes: Mapping[str, str]) -> bool | Unknown:
    values = {"true": True, "false": False}
    return values.get(attributes.get(name, ""), kinds.silent(name))
