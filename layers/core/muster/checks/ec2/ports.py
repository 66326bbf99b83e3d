"""Checks of the rules of security groups: authorized ports, the launch wizard's groups, and too many rules."""

import re
from collections.abc import Iterator, Mapping

from muster.facets.ec2.instances import Rule, SecurityGroup
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, failing, known, non_compliant, not_applicable

_INTERNET = frozenset({"0.0.0.0/0", "::/0"})
_PROTOCOLS = {"tcp": "TCP", "6": "TCP", "udp": "UDP", "17": "UDP"}
_ALL_PORTS = (0, 65535)
_WIZARD = re.compile(r"launch-wizard-\d+")


@check(
    severity=Severity.HIGH,
    controls=("FSBP EC2.18",),
    yields_to=("ec2-security-group-high-risk-ports-closed", "ec2-security-group-admin-ports-closed"),
)
def ec2_security_group_only_authorized_ports_open(
    group: SecurityGroup, *, tcp_ports: tuple[int, ...] = (80, 443), udp_ports: tuple[int, ...] = ()
) -> Verdict:
    """Security groups should open only authorized ports to the whole internet.

    The check reads inbound rules with the source 0.0.0.0/0 or ::/0. All ports of a TCP rule must be in `tcp_ports`, all
    ports of a UDP rule in `udp_ports`. A rule for all protocols fails. The check does not look at other protocols, such
    as ICMP, or at ranges that are smaller than the whole internet.

    Problem: group opens ports to the internet
    Why: Attackers find a port that is open to the internet within minutes. Public services rarely need more than 80 and
      443.
    Fix: Allow the networks that need the port, then remove the rule: `aws ec2 describe-security-group-rules --filters
      Name=group-id,Values=ID` `aws ec2 revoke-security-group-ingress --group-id ID --security-group-rule-ids RULE-IDS`
      If the port is public on purpose, add it to the setting tcp_ports or udp_ports.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-18
    """
    authorized = {"TCP": frozenset(tcp_ports), "UDP": frozenset(udp_ports)}
    open_rules = [rule for rule in group.ingress if not _INTERNET.isdisjoint(rule.cidrs)]
    if faults := dict(_faults(open_rules, authorized)):
        return failing(faults)
    judged = [rule for rule in open_rules if known(rule.protocol) in _PROTOCOLS]
    if not judged:
        return not_applicable("No inbound TCP or UDP rule admits the whole internet")
    ports = sorted({f"{_PROTOCOLS[known(rule.protocol)]} {_range(_ports(rule))}" for rule in judged})
    return compliant(f"The whole internet reaches only authorized ports: {', '.join(ports)}")


@check(severity=Severity.LOW)
def ec2_security_group_not_from_launch_wizard(group: SecurityGroup) -> Verdict:
    """Security groups should not come from the launch wizard of the EC2 console.

    The console calls them `launch-wizard-` and a number.

    Problem: group comes from the launch wizard
    Why: The wizard opens SSH or RDP, by default to any address. Attackers try passwords and stolen keys on such a port.
    Fix: Create a security group with a name that says what it is for and with the rules that are needed: `aws ec2
      create-security-group --group-name NAME --description DESCRIPTION --vpc-id VPC-ID` Attach it instead of this one,
      then delete this one: `aws ec2 delete-security-group --group-id ID`
    Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-launch-instance-wizard.html
    """
    name = known(group.name)
    if _WIZARD.fullmatch(name):
        return non_compliant(f"The name {name} comes from the launch wizard")
    return compliant(f"The name {name} does not come from the launch wizard")


@check(severity=Severity.LOW)
def ec2_security_group_few_rules(group: SecurityGroup, *, most: int = 50) -> Verdict:
    """Security groups should not have too many rules.

    Each IP range, prefix list and security group that a permission names is one rule, as in AWS's quota. Inbound and
    outbound rules are counted separately.

    Problem: security group has too many rules
    Why: In a long list, a review misses old rules, and they keep access open.
    Fix: Remove rules that are not needed: `aws ec2 describe-security-group-rules --filters Name=group-id,Values=ID` Put
      address ranges that belong together in a prefix list, or split the group by purpose.
    Source: https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html
    """
    counts = {"inbound": group.ingress, "outbound": group.egress}
    sizes = {kind: sum(rule.size for rule in rules) for kind, rules in counts.items()}
    text = " and ".join(f"{size} {kind}" for kind, size in sizes.items())
    if max(sizes.values()) > most:
        return non_compliant(f"The security group has {text} rules; at most {most} are allowed")
    return compliant(f"The security group has {text} rules")


def _faults(rules: list[Rule], authorized: Mapping[str, frozenset[int]]) -> Iterator[tuple[str, str]]:
    """Yield a fact for each rule that opens too much; that of a single port is the port, as other checks name it."""
    for rule in rules:
        protocol = known(rule.protocol)
        sources = " and ".join(cidr for cidr in rule.cidrs if cidr in _INTERNET)
        if protocol == "-1":
            yield "all protocols", f"All protocols and ports are open to {sources}"
        elif name := _PROTOCOLS.get(protocol):
            first, last = _ports(rule)
            if not set(range(first, last + 1)) <= authorized[name]:
                fact = str(first) if first == last else f"{name} {first}-{last}"
                verb = "is" if first == last else "are"
                yield fact, f"{name} {_range((first, last))} {verb} open to {sources}"


def _ports(rule: Rule) -> tuple[int, int]:
    if rule.from_port is None or rule.to_port is None or rule.from_port == -1:
        return _ALL_PORTS
    return rule.from_port, rule.to_port


def _range(ports: tuple[int, int]) -> str:
    first, last = ports
    return f"port {first}" if first == last else f"ports {first}-{last}"
