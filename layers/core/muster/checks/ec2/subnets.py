"""Checks of subnets and network ACLs."""

import ipaddress
from collections.abc import Iterator, Sequence

from muster.facets.ec2.network_acls import AclEntry, NetworkAcl
from muster.facets.ec2.subnets import Subnet
from muster.model.check import check
from muster.model.finding import Severity, Unknown, Verdict, compliant, known, non_compliant, not_applicable
from muster.model.text import counted, sentence

_INTERNET = {4: "0.0.0.0/0", 6: "::/0"}
_PROTOCOLS = ("tcp", "udp")
_SERVICES = {22: "SSH", 3389: "RDP"}


@check(severity=Severity.MEDIUM, controls=("FSBP EC2.15",))
def ec2_subnet_no_public_ip_by_default(subnet: Subnet) -> Verdict:
    """Subnets should not assign public IP addresses automatically.

    The check applies to public IPv4 addresses and to IPv6 addresses. The default subnets of a default VPC assign public
    IPv4 addresses from the start, so they fail until you change the setting or delete them.

    Problem: subnet assigns public IP addresses
    Why: Everything that is launched in the subnet gets a public address unless the request says otherwise. Only
      security groups and network ACLs then stand between the internet and the instance.
    Fix: A command can change only one attribute of a subnet. `aws ec2 modify-subnet-attribute --subnet-id ID
      --no-map-public-ip-on-launch` `aws ec2 modify-subnet-attribute --subnet-id ID
      --no-assign-ipv6-address-on-creation` Interfaces that have a public address keep it.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-15
    """
    assigned = [
        text
        for text, value in (("public IPv4 addresses", subnet.public_ipv4), ("IPv6 addresses", subnet.ipv6))
        if value is True
    ]
    kind = "default subnet" if subnet.default else "subnet"
    if assigned:
        return non_compliant(f"The {kind} assigns {' and '.join(assigned)} to new network interfaces")
    known(subnet.public_ipv4)
    known(subnet.ipv6)
    return compliant(f"The {kind} assigns neither public IPv4 nor IPv6 addresses to new network interfaces")


@check(severity=Severity.MEDIUM, controls=("FSBP EC2.21",))
def ec2_network_acl_admin_ports_closed(acl: NetworkAcl, *, ports: tuple[int, ...] = (22, 3389)) -> Verdict:
    """Network ACLs should not allow the internet to reach administration ports.

    The check reads the inbound entries in the order in which AWS evaluates them. An entry that allows 0.0.0.0/0 or ::/0
    fails if it covers one of the `ports` by TCP or UDP, unless entries before it deny the whole range. The check does
    not apply to default network ACLs.

    Problem: network ACL opens administration ports
    Why: A network ACL is the second line of defense. If it allows SSH and RDP from everywhere, one mistake in a
      security group exposes every instance of the subnet.
    Fix: Add an entry with a lower number that allows your own networks, if they need the port. Then remove the entry
      that allows the internet: `aws ec2 delete-network-acl-entry --network-acl-id ID --ingress --rule-number
      RULE-NUMBER` If other ports of the entry are needed, create it again with a narrower range of ports.
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-21
    """
    if known(acl.default):
        return not_applicable("This is the default network ACL of its VPC")
    if not ports:
        return not_applicable("The setting ports is empty")
    inbound = sorted((each for each in acl.entries if not known(each.outbound)), key=lambda each: known(each.number))
    opened: dict[AclEntry, list[int]] = {}
    for port in ports:
        for entry in dict.fromkeys(_opening(inbound, port)):
            opened.setdefault(entry, []).append(port)
    if opened:
        text = "; ".join(_text(entry, reached) for entry, reached in opened.items())
        return non_compliant(sentence(text), rule_number=str(next(iter(opened)).number))
    return compliant(f"No inbound entry allows the internet to reach port {' or '.join(map(str, ports))}")


@check(severity=Severity.LOW, controls=("FSBP EC2.16",))
def ec2_network_acl_in_use(acl: NetworkAcl) -> Verdict:
    """Network ACLs should be associated with a subnet.

    The check does not apply to default network ACLs, because they cannot be deleted.

    Problem: network ACL is not used
    Why: An unused network ACL is one more to review, and it takes effect if it is associated by mistake later.
    Fix: `aws ec2 delete-network-acl --network-acl-id ID`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-16
    """
    if known(acl.default):
        return not_applicable("This is the default network ACL of its VPC")
    if acl.subnets:
        return compliant(f"The network ACL is associated with {counted(len(acl.subnets), 'subnet')}")
    return non_compliant("The network ACL is not associated with any subnet")


def _network(cidr: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    """Return the addresses of an entry; what is no CIDR is a value that nobody can judge."""
    try:
        return ipaddress.ip_network(cidr, strict=False)
    except ValueError:
        return known(Unknown(f"the CIDR of an entry is {cidr!r}"))


def _opening(inbound: Sequence[AclEntry], port: int) -> Iterator[AclEntry]:
    """Yield the entries by which the whole internet reaches a port, one at most for each protocol and IP version."""
    for protocol in _PROTOCOLS:
        for version, internet in _INTERNET.items():
            denied: list[ipaddress.IPv4Network | ipaddress.IPv6Network] = []
            for entry in inbound:
                if known(entry.protocol) not in (protocol, "-1") or not _covers(entry, port):
                    continue
                network = _network(known(entry.cidr))
                if network.version != version:
                    continue
                if known(entry.action) == "deny":
                    denied.append(network)
                elif str(network) == internet:
                    if not _whole(denied):
                        yield entry
                    break


def _whole(networks: Sequence[ipaddress.IPv4Network | ipaddress.IPv6Network]) -> bool:
    """Whether ranges of one IP version are the whole internet together."""
    # Of one version each: collapse_addresses refuses to mix them.
    return any(not network.prefixlen for network in ipaddress.collapse_addresses(networks))  # type: ignore[type-var]


def _covers(entry: AclEntry, port: int) -> bool:
    if known(entry.protocol) == "-1" or entry.from_port is None or entry.to_port is None:
        return True
    return entry.from_port <= port <= entry.to_port


def _text(entry: AclEntry, ports: Sequence[int]) -> str:
    named = " and ".join(f"{_SERVICES[port]} (port {port})" if port in _SERVICES else f"port {port}" for port in ports)
    protocol = "all protocols" if entry.protocol == "-1" else str(entry.protocol).upper()
    return f"entry {entry.number} allows {entry.cidr} to reach {named} ({protocol})"
