"""Checks of security groups."""

import functools
import ipaddress
from collections.abc import Iterable, Iterator, Mapping

from muster.facets.ec2.instances import PrefixList, SecurityGroup
from muster.model.check import check
from muster.model.finding import Related, Severity, Unknown, Verdict, compliant, known, non_compliant, not_applicable
from muster.model.text import listed

_CONTROLS = ("Security Hub EC2.13", "Security Hub EC2.14", "Security Hub EC2.53", "Security Hub EC2.54")
_SHOWN = 4

HIGH_RISK_PORTS = (
    *(20, 21, 22, 23, 25, 110, 135, 143, 445, 1433, 1434, 3000, 3306, 3389),
    *(4333, 5000, 5432, 5500, 5601, 8080, 8088, 8888, 9200, 9300),
)
"""https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-19"""


@check(severity=Severity.HIGH, controls=_CONTROLS)
def ec2_security_group_admin_ports_closed(
    group: SecurityGroup,
    lists: Related[PrefixList],
    *,
    ports: tuple[int, ...] = (22, 3389),
    widest_ipv4_prefix: int = 8,
    widest_ipv6_prefix: int = 32,
) -> Verdict:
    """Security groups should not admit the internet to administration ports.

    What the rules for a port admit is added up, over TCP, UDP and rules for all protocols, ranges of ports and prefix
    lists; private and reserved addresses are set aside. The group fails where that is all of the IPv4 or of the IPv6
    internet, in however many pieces, or more public addresses than one range of the widest prefix holds. By default
    that is a /8 and, for IPv6, a /32: few organisations have more. A widest prefix of 0 leaves the whole internet only.

    Problem: PORT open to the internet
    Why: SSH and RDP that the whole internet can reach are tried within minutes, by anybody, without end.
    Fix: `aws ec2 describe-security-group-rules --filters Name=group-id,Values=ID` `aws ec2
      revoke-security-group-ingress --group-id ID --security-group-rule-ids RULE-ID` Use Session Manager or an EC2
      Instance Connect Endpoint, or allow your own networks only.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-13
    """
    return _judged(group, lists, ports, {4: widest_ipv4_prefix, 6: widest_ipv6_prefix})


@check(severity=Severity.CRITICAL, controls=("FSBP EC2.19",))
def ec2_security_group_high_risk_ports_closed(
    group: SecurityGroup,
    lists: Related[PrefixList],
    *,
    ports: tuple[int, ...] = HIGH_RISK_PORTS,
    widest_ipv4_prefix: int = 8,
    widest_ipv6_prefix: int = 32,
) -> Verdict:
    """Security groups should not admit the internet to ports of high risk.

    The ports are those of AWS's control; what is admitted is added up as for administration ports.

    Problem: PORT open to the internet
    Why: Behind these ports are databases, file shares, mail and consoles that were never meant for strangers.
    Fix: `aws ec2 describe-security-group-rules --filters Name=group-id,Values=ID` `aws ec2
      revoke-security-group-ingress --group-id ID --security-group-rule-ids RULE-ID` Allow your own networks only.
      Put what is public behind a load balancer on port 443.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-19
    """
    return _judged(group, lists, ports, {4: widest_ipv4_prefix, 6: widest_ipv6_prefix})


@check(severity=Severity.HIGH, controls=("FSBP EC2.2",))
def ec2_default_security_group_closed(group: SecurityGroup) -> Verdict:
    """Default security groups should have no rules.

    Problem: default security group has rules
    Why: What is launched without a security group gets the default one; with rules in it, that is access by accident.
    Fix: Give the resources that use it a security group of their own, then remove all rules: `aws ec2
      revoke-security-group-ingress --group-id ID --security-group-rule-ids RULE-ID` `aws ec2
      revoke-security-group-egress --group-id ID --security-group-rule-ids RULE-ID`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/vpc-default-security-group-closed.html
    """
    if known(group.name) != "default":
        return not_applicable(f"{group.name} is not the default security group of its VPC")
    kinds = [kind for kind, rules in (("inbound", group.ingress), ("outbound", group.egress)) if rules]
    if kinds:
        return non_compliant(f"the default security group of its VPC has {' and '.join(kinds)} rules")
    return compliant("the default security group of its VPC has neither inbound nor outbound rules")


def _judged(
    group: SecurityGroup, lists: Related[PrefixList], ports: tuple[int, ...], widest: Mapping[int, int]
) -> Verdict:
    if not ports:
        return not_applicable("no port is named")
    admitted = {port: dict(_admitted(group, lists, port)) for port in ports}
    opened: dict[str, list[int]] = {}
    for port, sources in admitted.items():
        for opening in _openings(sources, widest):
            opened.setdefault(opening, []).append(port)
    if opened:
        return non_compliant("; ".join(f"{_ports(reached)} open to {opening}" for opening, reached in opened.items()))
    for name in _named(group, ports):
        known(lists[name].cidrs)  # only now: a list that cannot be read does not outweigh a rule that can
    sources = {cidr: via for found in admitted.values() for cidr, via in found.items()}
    if sources:
        reached = [port for port, found in admitted.items() if found]
        return compliant(f"{_ports(reached)} open to chosen networks only: {_shown(sources)}")
    named = f"one of the {len(ports)} ports" if len(ports) > _SHOWN else f"port {' or '.join(map(str, ports))}"
    return compliant(f"no inbound rule admits a range of addresses to {named}")


def _named(group: SecurityGroup, ports: Iterable[int]) -> Iterator[str]:
    return (name for rule in group.ingress if any(map(rule.admits, ports)) for name in rule.prefix_lists)


def _admitted(group: SecurityGroup, lists: Related[PrefixList], port: int) -> Iterator[tuple[str, str]]:
    """Yield the ranges that may reach a port, each with the prefix list it comes from or nothing."""
    for name in _named(group, (port,)):
        found = lists.by_key.get(name)
        if isinstance(found, PrefixList) and not isinstance(found.cidrs, Unknown):
            yield from ((cidr, name) for cidr in found.cidrs)
    yield from ((cidr, "") for rule in group.ingress if rule.admits(port) for cidr in rule.cidrs)


Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_RESERVED: Mapping[int, tuple[Network, ...]] = {
    # https://www.iana.org/assignments/iana-ipv4-special-registry
    4: tuple(
        ipaddress.IPv4Network(cidr)
        for cidr in (
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "224.0.0.0/3",
        )
    ),
    # All but 2000::/3: https://www.iana.org/assignments/ipv6-address-space
    6: tuple(ipaddress.IPv6Network(cidr) for cidr in ("::/3", "4000::/2", "8000::/1")),
}
_ALL: Mapping[int, Network] = {4: ipaddress.IPv4Network("0.0.0.0/0"), 6: ipaddress.IPv6Network("::/0")}


def _openings(sources: Mapping[str, str], widest: Mapping[int, int]) -> Iterator[str]:
    for version, longest in ((4, 32), (6, 128)):
        family = {cidr: via for cidr, via in sources.items() if _network(cidr).version == version}
        public = sum(_public(network) for network in _collapsed(family))
        if public == _public(_ALL[version]):
            yield f"the whole IPv{version} internet: {_shown(family)}"
        elif public > 2 ** (longest - widest[version]):
            yield f"more public IPv{version} addresses than a /{widest[version]} holds: {_shown(family)}"


def _collapsed(cidrs: Iterable[str]) -> Iterator[Network]:
    # Of one family each: collapse_addresses refuses to mix them.
    return ipaddress.collapse_addresses(_network(cidr) for cidr in cidrs)  # type: ignore[type-var]


def _public(network: Network) -> int:
    """Count the addresses of a range that the internet routes; ranges nest or are apart, so it is a subtraction."""
    reserved = _RESERVED[network.version]
    if any(_within(network, other) for other in reserved):
        return 0
    return network.num_addresses - sum(other.num_addresses for other in reserved if _within(other, network))


def _within(inner: Network, outer: Network) -> bool:
    return outer.prefixlen <= inner.prefixlen and inner.network_address in outer


@functools.lru_cache(maxsize=4096)
def _network(cidr: str) -> Network:
    return ipaddress.ip_network(cidr, strict=False)


def _ports(ports: Iterable[int]) -> str:
    numbers = [str(port) for port in ports]
    return f"port {numbers[0]} is" if len(numbers) == 1 else f"ports {', '.join(numbers[:-1])} and {numbers[-1]} are"


def _shown(sources: Mapping[str, str]) -> str:
    widest_first = sorted(sources, key=lambda cidr: (_network(cidr).version, _network(cidr).prefixlen, cidr))
    return listed([f"{cidr} of {sources[cidr]}" if sources[cidr] else cidr for cidr in widest_first], _SHOWN)
