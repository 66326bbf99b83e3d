"""Elastic Load Balancing: Classic Load Balancers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from muster.facets import kinds
from muster.facets.fields import Answer, Parsed, computed, facet, read
from muster.model.finding import Unknown

_DESYNC = "elb.http.desyncmitigationmode"
_MODES = kinds.one_of("monitor", "defensive", "strictest")
_ENCRYPTED = frozenset({"HTTPS", "SSL"})
_NEGOTIATION = "SSLNegotiationPolicyType"
_REFERENCE = "Reference-Security-Policy"


def _protocol(item: Answer) -> str | Unknown:
    protocol = str((item.get("Listener") or {}).get("Protocol") or "").upper()
    return kinds.one_of("HTTP", "HTTPS", "TCP", "SSL")(protocol or None, "Protocol", "the protocol of a listener")


@facet
class ClassicListener(Parsed):
    """One item of ListenerDescriptions: what clients use, the ARN of the certificate, the names of its policies.

    https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_Listener.html
    """

    protocol: str | Unknown = computed(_protocol, "Listener.Protocol")
    port: int | None = read("Listener.LoadBalancerPort", kinds.as_is)
    certificate: str = read("Listener.SSLCertificateId", kinds.text, default="")
    policies: tuple[str, ...] = read("PolicyNames", kinds.texts, default=())

    @property
    def encrypts(self) -> bool | Unknown:
        """Whether clients must use TLS."""
        return self.protocol if isinstance(self.protocol, Unknown) else self.protocol in _ENCRYPTED


@facet
class ClassicLoadBalancer(Parsed):
    """One load balancer of DescribeLoadBalancers: its Availability Zones and its listeners."""

    zones: tuple[str, ...] = read("AvailabilityZones", kinds.texts)
    listeners: tuple[ClassicListener, ...] = read("ListenerDescriptions", kinds.many(ClassicListener.parse))

    @property
    def encrypted(self) -> tuple[ClassicListener, ...]:
        """The listeners that use TLS, and those of an unknown protocol."""
        return tuple(each for each in self.listeners if each.encrypts is not False)


def _mode(response: Answer) -> str | Unknown:
    attributes = (response.get("LoadBalancerAttributes") or {}).get("AdditionalAttributes") or ()
    return _MODES(next((each.get("Value") for each in attributes if each.get("Key") == _DESYNC), None), _DESYNC)


_PREFIX = "LoadBalancerAttributes"


@facet
class ClassicAttributes(Parsed):
    """DescribeLoadBalancerAttributes of a Classic Load Balancer.

    https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_LoadBalancerAttributes.html
    """

    access_logs: bool | Unknown = read(f"{_PREFIX}.AccessLog.Enabled", kinds.flag, name="AccessLog.Enabled")
    bucket: str = read(f"{_PREFIX}.AccessLog.S3BucketName", kinds.text)
    draining: bool | Unknown = read(
        f"{_PREFIX}.ConnectionDraining.Enabled", kinds.flag, name="ConnectionDraining.Enabled"
    )
    cross_zone: bool | Unknown = read(
        f"{_PREFIX}.CrossZoneLoadBalancing.Enabled", kinds.flag, name="CrossZoneLoadBalancing.Enabled"
    )
    desync_mode: str | Unknown = computed(_mode, f"{_PREFIX}.AdditionalAttributes")


@dataclass(frozen=True, slots=True)
class ClassicTlsPolicies:
    """The predefined security policy behind each TLS policy of a load balancer, by the policy's own name.

    It is empty where the policy is a custom one: the name of a policy says nothing.
    """

    references: Mapping[str, str]

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse DescribeLoadBalancerPolicies of one load balancer.

        https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-security-policy-table.html
        """
        policies = response.get("PolicyDescriptions") or ()
        return cls(
            {
                str(each["PolicyName"]): _reference(each)
                for each in policies
                if each.get("PolicyTypeName") == _NEGOTIATION
            }
        )

    def of(self, listener: ClassicListener) -> str | Unknown:
        """Return the predefined policy of a listener, empty where its policy is a custom one."""
        found = [self.references[name] for name in listener.policies if name in self.references]
        return found[0] if found else Unknown(f"AWS returned no TLS policy of the listener on port {listener.port}")


def _reference(policy: Mapping[str, Any]) -> str:
    attributes = policy.get("PolicyAttributeDescriptions") or ()
    return str(next((each.get("AttributeValue") for each in attributes if each.get("AttributeName") == _REFERENCE), ""))
