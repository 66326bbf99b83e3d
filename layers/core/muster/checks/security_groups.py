"""Checks of security groups."""

import ipaddress
from collections.abc import Iterable

from muster.check import check
from muster.facets.ec2 import PrefixList, Rule, SecurityGroup
from muster.model import Related, Severity, Verdict, compliant, non_compliant, not_applicable

_HALF_OF_THE_INTERNET = {4: 2**31, 6: 2**124}
"""Addresses; the IPv6 internet is 2000::/3, an eighth of the whole."""


@check(severity=Severity.HIGH, controls=("FSBP EC2.13", "FSBP EC2.14", "FSBP EC2.53", "FSBP EC2.54"))
def ec2_security_group_admin_ports_closed(
    group: SecurityGroup, lists: Related[PrefixList], *, ports: tuple[int, ...] = (22, 3389)
) -> Verdict:
    """Security groups should not admit the internet to administration ports.

    A rule admits the internet when its ranges together hold at least half of the IPv4 or of the IPv6 internet, so that
    0.0.0.0/1 and 128.0.0.0/1 do not pass for two private networks. Rules for all protocols and ranges of ports count,
    and so do prefix lists.

    Why: SSH and RDP that the whole internet can reach are tried within minutes, by anybody, without end.
    Fix: Remove the rule; use Session Manager or EC2 Instance Connect Endpoint, or admit your own networks only.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-13
    """
    opening = [rule for rule in group.ingress if any(rule.admits(port) for port in ports)]
    reached = [port for port in ports if _is_internet(_cidrs(opening, port))]
    if not reached:
        listed = [(port, _with_lists(opening, port, lists)) for port in ports]
        reached = [port for port, cidrs in listed if _is_internet(cidrs)]
    if reached:
        return non_compliant(f"the internet is admitted to port {', '.join(str(port) for port in reached)}")
    return compliant(f"no rule admits the internet to port {', '.join(str(port) for port in ports)}")


@check(severity=Severity.HIGH, controls=("FSBP EC2.2",))
def ec2_default_security_group_closed(group: SecurityGroup) -> Verdict:
    """Default security groups should have no rules.

    Why: What is launched without a security group gets the default one; with rules in it, that is access by accident.
    Fix: Give the resources that use it a group of their own, then remove its inbound and outbound rules.
    Source: https://docs.aws.amazon.com/config/latest/developerguide/vpc-default-security-group-closed.html
    """
    if group.name != "default":
        return not_applicable("it is not the default security group of its VPC")
    if group.ingress or group.egress:
        return non_compliant(f"it has {len(group.ingress)} inbound and {len(group.egress)} outbound rules")
    return compliant("it has no rules")


def _cidrs(rules: Iterable[Rule], port: int) -> list[str]:
    return [cidr for rule in rules if rule.admits(port) for cidr in rule.cidrs]


def _with_lists(rules: Iterable[Rule], port: int, lists: Related[PrefixList]) -> list[str]:
    named = [name for rule in rules if rule.admits(port) for name in rule.prefix_lists]
    return [*_cidrs(rules, port), *(cidr for name in named for cidr in lists[name].cidrs)]


def _is_internet(cidrs: Iterable[str]) -> bool:
    networks = [ipaddress.ip_network(cidr, strict=False) for cidr in cidrs]
    four = ipaddress.collapse_addresses(net for net in networks if isinstance(net, ipaddress.IPv4Network))
    six = ipaddress.collapse_addresses(net for net in networks if isinstance(net, ipaddress.IPv6Network))
    return (
        sum(net.num_addresses for net in four) >= _HALF_OF_THE_INTERNET[4]
        or sum(net.num_addresses for net in six) >= _HALF_OF_THE_INTERNET[6]
    )
