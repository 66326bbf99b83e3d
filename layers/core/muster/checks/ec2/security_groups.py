"""Checks of security groups."""

import functools
import ipaddress
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from muster.facets.ec2.instances import PrefixList, Rule, SecurityGroup
from muster.model.check import check
from muster.model.finding import Related, Severity, Unknown, Verdict, compliant, known, non_compliant, not_applicable
from muster.model.text import listed, sentence

_CONTROLS = ("Security Hub EC2.13", "Security Hub EC2.14", "Security Hub EC2.53", "Security Hub EC2.54")
_SHOWN = 4
_PASTED = 1_000
"""Characters of rules that a command holds at most."""

HIGH_RISK_PORTS = (
    *(20, 21, 22, 23, 25, 110, 135, 143, 445, 1433, 1434, 3000, 3306, 3389),
    *(4333, 5000, 5432, 5500, 5601, 8080, 8088, 8888, 9200, 9300),
)
"""https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-19"""

_SERVICES: Mapping[int, str] = {
    20: "FTP data",
    21: "FTP",
    22: "SSH",
    23: "Telnet",
    25: "SMTP",
    110: "POP3",
    135: "RPC",
    143: "IMAP",
    445: "SMB",
    1433: "SQL Server",
    1434: "SQL Server Browser",
    3306: "MySQL",
    3389: "RDP",
    5432: "PostgreSQL",
    5601: "OpenSearch Dashboards",
    6379: "Redis",
    9200: "OpenSearch",
    9300: "OpenSearch nodes",
    27017: "MongoDB",
}
"""What usually listens on a port. Ports that many programs use have no name here."""


@check(severity=Severity.HIGH, controls=_CONTROLS, yields_to=("ec2-security-group-high-risk-ports-closed",))
def ec2_security_group_admin_ports_closed(
    group: SecurityGroup,
    lists: Related[PrefixList],
    *,
    ports: tuple[int, ...] = (22, 3389),
    widest_ipv4_prefix: int = 8,
    widest_ipv6_prefix: int = 32,
) -> Verdict:
    """Security groups should not allow the internet to reach administration ports.

    The check adds up the public addresses that can reach each port: by TCP and UDP rules, rules for all protocols, port
    ranges and prefix lists. Private and reserved addresses do not count. The group fails if they are the whole IPv4 or
    IPv6 internet, in one range or many, or more addresses than one range of the widest allowed prefix has. By default
    that is a /8 for IPv4 and a /32 for IPv6. With a widest prefix of 0, only the whole internet fails.

    Problem: PORT open to the internet
    Why: Scanners find an open SSH or RDP port within minutes and try passwords and stolen keys on it.
    Fix: Allow your own networks first if they need the port: `aws ec2 authorize-security-group-ingress --group-id ID
      --protocol tcp --port PORT --cidr YOUR-CIDR` Then remove the rules that admit the internet. A rule is removed as a
      whole, with all its ports. `aws ec2 revoke-security-group-ingress --group-id ID --ip-permissions RULES`
      For administration you need no open port: use Session Manager or an EC2 Instance Connect Endpoint.
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
    """Security groups should not allow the internet to reach high-risk ports.

    The default ports are those of the AWS control. Public addresses are added up as in
    `ec2-security-group-admin-ports-closed`.

    Problem: PORT open to the internet
    Why: Databases, file shares, mail servers and consoles listen on these ports. Attackers scan the internet for them
      and try stolen passwords and known vulnerabilities.
    Fix: Allow your own networks first if they need the port: `aws ec2 authorize-security-group-ingress --group-id ID
      --protocol tcp --port PORT --cidr YOUR-CIDR` Then remove the rules that admit the internet. A rule is removed as a
      whole, with all its ports. `aws ec2 revoke-security-group-ingress --group-id ID --ip-permissions RULES`
      Put public services behind a load balancer on port 443.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-19
    """
    return _judged(group, lists, ports, {4: widest_ipv4_prefix, 6: widest_ipv6_prefix})


@check(
    severity=Severity.HIGH,
    controls=("FSBP EC2.2",),
    yields_to=("ec2-security-group-high-risk-ports-closed", "ec2-security-group-admin-ports-closed"),
)
def ec2_default_security_group_closed(group: SecurityGroup) -> Verdict:
    """Default security groups should have no rules.

    Problem: default security group has rules
    Why: Resources that are launched without a security group get the default group, and with it access by accident.
    Fix: Move the resources that use it to their own security groups, then remove all rules. `aws ec2
      describe-security-group-rules --filters Name=group-id,Values=ID` `aws ec2 revoke-security-group-ingress
      --group-id ID --security-group-rule-ids INBOUND-RULE-IDS` `aws ec2 revoke-security-group-egress --group-id ID
      --security-group-rule-ids OUTBOUND-RULE-IDS`
    Source: https://docs.aws.amazon.com/config/latest/developerguide/vpc-default-security-group-closed.html
    """
    if known(group.name) != "default":
        return not_applicable(f"Security group {group.name} is not the default group of its VPC")
    kinds = [kind for kind, rules in (("inbound", group.ingress), ("outbound", group.egress)) if rules]
    if kinds:
        reason = f"The default security group has {' and '.join(kinds)} rules"
        return non_compliant(reason).about(adds=reason)
    return compliant("The default security group has no rules")


def _judged(
    group: SecurityGroup, lists: Related[PrefixList], ports: tuple[int, ...], widest: Mapping[int, int]
) -> Verdict:
    if not ports:
        return not_applicable("The setting ports is empty")
    admitted = {port: dict(_admitted(group, lists, port)) for port in ports}
    opened = {port: found for port, sources in admitted.items() if (found := tuple(_openings(sources, widest)))}
    if opened:
        reached: dict[str, list[int]] = {}
        for port, found in opened.items():
            reached.setdefault(" and ".join(opening.text for opening in found), []).append(port)
        reason = "; ".join(f"{_ports(those)} open to {text}" for text, those in reached.items())
        cidrs = {cidr for found in opened.values() for opening in found for cidr in opening.cidrs}
        verdict = non_compliant(reason, port=str(next(iter(opened))), rules=_rules(group, lists, tuple(opened), cidrs))

        def rest(covered: frozenset[str]) -> Verdict:
            return _judged(group, lists, tuple(port for port in ports if str(port) not in covered), widest)

        return verdict.about(*map(str, opened), rest=rest)
    for name in _named(group, ports):
        known(lists[name].cidrs)  # only now: a list that cannot be read does not outweigh a rule that can
    sources = {cidr: via for found in admitted.values() for cidr, via in found.items()}
    if sources:
        some = [port for port, cidrs in admitted.items() if cidrs]
        return compliant(f"{_ports(some)} open only to {_shown(sources)}")
    named = f"any of the {len(ports)} ports" if len(ports) > _SHOWN else f"port {' or '.join(map(str, ports))}"
    return compliant(f"No inbound rule opens {named} to an IP range")


def _named(group: SecurityGroup, ports: Iterable[int]) -> Iterator[str]:
    return (name for rule in group.ingress if any(map(rule.admits, ports)) for name in rule.prefix_lists)


def _admitted(group: SecurityGroup, lists: Related[PrefixList], port: int) -> Iterator[tuple[str, str]]:
    """Yield the ranges that can reach a port, each with the prefix list it comes from, or an empty string."""
    for name in _named(group, (port,)):
        yield from ((cidr, name) for cidr in _cidrs_of(name, lists))
    yield from ((cidr, "") for rule in group.ingress if rule.admits(port) for cidr in rule.cidrs)


def _cidrs_of(name: str, lists: Related[PrefixList]) -> tuple[str, ...]:
    """Return the ranges of a prefix list; none where it could not be read."""
    found = lists.by_key.get(name)
    return found.cidrs if isinstance(found, PrefixList) and not isinstance(found.cidrs, Unknown) else ()


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


@dataclass(frozen=True, slots=True)
class _Opening:
    """Ranges that together admit too much of the internet: what they admit, and the ranges."""

    text: str
    cidrs: tuple[str, ...]


def _openings(sources: Mapping[str, str], widest: Mapping[int, int]) -> Iterator[_Opening]:
    routed = {cidr: via for cidr, via in sources.items() if _public(_network(cidr))}
    families = {version: {c: via for c, via in routed.items() if _network(c).version == version} for version in (4, 6)}
    public = {version: sum(map(_public, _collapsed(family))) for version, family in families.items()}
    whole = [version for version in public if public[version] == _public(_ALL[version])]
    if whole:
        outer = _outermost({cidr: via for version in whole for cidr, via in families[version].items()})
        yield _Opening(f"the internet ({_shown(outer)})", tuple(outer))
    for version, longest in ((4, 32), (6, 128)):
        if version not in whole and public[version] > 2 ** (longest - widest[version]):
            outer = _outermost(families[version])
            size = f"more public IPv{version} addresses than a /{widest[version]} has"
            yield _Opening(f"{size} ({_shown(outer)})", tuple(outer))


def _outermost(sources: Mapping[str, str]) -> dict[str, str]:
    """Return the ranges that are not part of another one."""
    found: list[str] = []
    for cidr in sorted(sources, key=lambda cidr: (_network(cidr).version, _network(cidr))):
        if not found or not _within(_network(cidr), _network(found[-1])):
            found.append(cidr)
    return {cidr: sources[cidr] for cidr in found}


def _rules(group: SecurityGroup, lists: Related[PrefixList], ports: Sequence[int], cidrs: AbstractSet[str]) -> str:
    """Return the rules that open ports to ranges as IpPermissions in JSON; empty where there are too many to paste."""
    found = (_permission(rule, lists, cidrs) for rule in group.ingress if any(map(rule.admits, ports)))
    text = json.dumps([rule for rule in found if rule])
    return text if len(text) <= _PASTED else ""


def _permission(rule: Rule, lists: Related[PrefixList], cidrs: AbstractSet[str]) -> dict[str, object]:
    """Return the part of a rule that admits some of the ranges; empty where it admits none."""
    v4, v6 = ([cidr for cidr in rule.cidrs if cidr in cidrs and (":" in cidr) is v6] for v6 in (False, True))
    sources = {
        "IpRanges": [{"CidrIp": cidr} for cidr in v4],
        "Ipv6Ranges": [{"CidrIpv6": cidr} for cidr in v6],
        "PrefixListIds": [{"PrefixListId": name} for name in rule.prefix_lists if cidrs & {*_cidrs_of(name, lists)}],
    }
    ports = {} if rule.from_port is None else {"FromPort": rule.from_port, "ToPort": rule.to_port}
    admitted = {key: value for key, value in sources.items() if value}
    return {"IpProtocol": known(rule.protocol), **ports, **admitted} if admitted else {}


def _collapsed(cidrs: Iterable[str]) -> Iterator[Network]:
    # Of one family each: collapse_addresses refuses to mix them.
    return ipaddress.collapse_addresses(_network(cidr) for cidr in cidrs)  # type: ignore[type-var]


def _public(network: Network) -> int:
    """Count the addresses of a range that the internet routes."""
    reserved = _RESERVED[network.version]
    if any(_within(network, other) for other in reserved):
        return 0
    return network.num_addresses - sum(other.num_addresses for other in reserved if _within(other, network))


def _within(inner: Network, outer: Network) -> bool:
    return outer.prefixlen <= inner.prefixlen and inner.network_address in outer


@functools.lru_cache(maxsize=4096)
def _network(cidr: str) -> Network:
    return ipaddress.ip_network(cidr, strict=False)


def _ports(ports: Sequence[int]) -> str:
    """Return ports as the subject of a sentence, with its verb."""
    named = [f"{_SERVICES[port]} (port {port})" if port in _SERVICES else f"port {port}" for port in ports]
    if len(named) > _SHOWN:
        text = f"{listed(named, _SHOWN)} ports"
    else:
        text = " and ".join(filter(None, (", ".join(named[:-1]), named[-1])))
    return f"{sentence(text)} {'is' if len(named) == 1 else 'are'}"


def _shown(sources: Mapping[str, str]) -> str:
    widest_first = sorted(sources, key=lambda cidr: (_network(cidr).version, _network(cidr).prefixlen, cidr))
    texts = [f"{cidr} in prefix list {sources[cidr]}" if sources[cidr] else cidr for cidr in widest_first]
    return listed(texts, _SHOWN)
