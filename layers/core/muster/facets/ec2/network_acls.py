"""EC2: network ACLs and their entries."""

from typing import Any

from muster.facets import kinds
from muster.facets.fields import Answer, Parsed, computed, facet, read
from muster.model.finding import Unknown

_PROTOCOLS = {"6": "tcp", "17": "udp", "-1": "-1"}


def _protocol(value: object, name: str, noun: str = "") -> str | Unknown:
    return _PROTOCOLS.get(str(value), str(value)) if value else kinds.silent(name, noun)


def _cidr(entry: Answer) -> str | Unknown:
    return entry.get("CidrBlock") or entry.get("Ipv6CidrBlock") or kinds.silent("the source of an entry")


def _subnets(associations: Any, *_: str) -> tuple[str, ...]:
    return tuple(str(each.get("SubnetId")) for each in associations or ())


@facet
class AclEntry(Parsed):
    """One entry of a network ACL; `protocol` is tcp, udp, a number, or -1 for all.

    The ports are None where the entry has none, which means all ports.
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_NetworkAclEntry.html
    """

    number: int | Unknown = read("RuleNumber", kinds.number, "the number of an entry")
    outbound: bool | Unknown = read("Egress", kinds.flag)
    action: str | Unknown = read("RuleAction", kinds.one_of("allow", "deny"))
    protocol: str | Unknown = read("Protocol", _protocol, "the protocol of an entry")
    cidr: str | Unknown = computed(_cidr, "CidrBlock", "Ipv6CidrBlock")
    from_port: int | None = read("PortRange.From", kinds.as_is, default=None)
    to_port: int | None = read("PortRange.To", kinds.as_is, default=None)


@facet
class NetworkAcl(Parsed):
    """One network ACL of DescribeNetworkAcls: its entries and the subnets that use it.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_NetworkAcl.html
    """

    default: bool | Unknown = read("IsDefault", kinds.flag)
    entries: tuple[AclEntry, ...] = read("Entries", kinds.many(AclEntry.parse), default=())
    subnets: tuple[str, ...] = read("Associations", _subnets, default=())
