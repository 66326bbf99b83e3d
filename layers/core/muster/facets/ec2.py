"""What EC2 answers about instances, volumes, security groups and the region's defaults."""

import ipaddress
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

from muster.model import Unknown


@dataclass(frozen=True, slots=True)
class Instance:
    """One instance: its state, metadata options, monitoring and the addresses that the internet can reach.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Instance.html
    """

    state: str
    metadata_tokens: str
    metadata_endpoint: str
    monitoring: str
    public_addresses: tuple[str, ...]
    """Public IPv4 addresses and global IPv6 addresses, as `address (interface)`."""

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse an item of DescribeInstances."""
        options = response.get("MetadataOptions") or {}
        return cls(
            state=str((response.get("State") or {}).get("Name", "")),
            metadata_tokens=str(options.get("HttpTokens", "")),
            metadata_endpoint=str(options.get("HttpEndpoint", "")),
            monitoring=str((response.get("Monitoring") or {}).get("State", "")),
            public_addresses=tuple(dict.fromkeys(_public(response))),
        )


@dataclass(frozen=True, slots=True)
class Volume:
    """One volume, attached or not."""

    encrypted: bool | Unknown

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse an item of DescribeVolumes."""
        encrypted = response.get("Encrypted")
        return cls(encrypted if isinstance(encrypted, bool) else Unknown("AWS did not say whether it is encrypted"))


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a security group: `protocol` is -1 for all, ports are None where the protocol has none."""

    protocol: str
    from_port: int | None
    to_port: int | None
    cidrs: tuple[str, ...]
    prefix_lists: tuple[str, ...]

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse an item of IpPermissions or IpPermissionsEgress."""
        v4 = (_range(item["CidrIp"]) for item in response.get("IpRanges") or ())
        v6 = (_range(item["CidrIpv6"]) for item in response.get("Ipv6Ranges") or ())
        return cls(
            protocol=str(response.get("IpProtocol", "-1")).lower(),
            from_port=response.get("FromPort"),
            to_port=response.get("ToPort"),
            cidrs=(*v4, *v6),
            prefix_lists=tuple(str(item["PrefixListId"]) for item in response.get("PrefixListIds") or ()),
        )

    def admits(self, port: int) -> bool:
        """Whether TCP or UDP traffic to a port matches, whatever its source.

        https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html
        """
        if self.protocol == "-1":
            return True
        if self.protocol not in _WITH_PORTS:
            return False
        if self.from_port is None or self.to_port is None:
            return True
        return self.from_port <= port <= self.to_port


_UNIQUE_LOCAL = ipaddress.IPv6Network("fc00::/7")
_WITH_PORTS = frozenset({"tcp", "6", "udp", "17"})


@dataclass(frozen=True, slots=True)
class SecurityGroup:
    """One security group and its rules."""

    name: str
    ingress: tuple[Rule, ...]
    egress: tuple[Rule, ...]

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse an item of DescribeSecurityGroups."""
        return cls(
            name=str(response.get("GroupName", "")),
            ingress=tuple(Rule.parse(item) for item in response.get("IpPermissions") or ()),
            egress=tuple(Rule.parse(item) for item in response.get("IpPermissionsEgress") or ()),
        )

    @property
    def prefix_lists(self) -> tuple[str, ...]:
        """The prefix lists that its ingress rules name, each once."""
        return tuple(dict.fromkeys(name for rule in self.ingress for name in rule.prefix_lists))


@dataclass(frozen=True, slots=True)
class PrefixList:
    """The address ranges of a managed prefix list."""

    cidrs: tuple[str, ...]

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the entries of GetManagedPrefixListEntries."""
        return cls(tuple(_range(item["Cidr"]) for item in response.get("Entries") or ()))


@dataclass(frozen=True, slots=True)
class EbsEncryptionByDefault:
    """Whether new volumes of the region are encrypted."""

    enabled: bool | Unknown

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the answer of GetEbsEncryptionByDefault."""
        enabled = response.get("EbsEncryptionByDefault")
        return cls(enabled if isinstance(enabled, bool) else Unknown("AWS did not say whether it is on"))


def _public(item: Mapping[str, Any]) -> Iterator[str]:
    interfaces = item.get("NetworkInterfaces") or ()
    for interface in interfaces:
        name = interface.get("NetworkInterfaceId", "its interface")
        for pair in (interface, *(interface.get("PrivateIpAddresses") or ())):
            if address := (pair.get("Association") or {}).get("PublicIp"):
                yield f"{address} ({name})"
        for pair in interface.get("Ipv6Addresses") or ():
            if (address := pair.get("Ipv6Address")) and _is_routable(address):
                yield f"{address} ({name})"
    if not interfaces and (address := item.get("PublicIpAddress")):
        yield str(address)


def _is_routable(address: str) -> bool:
    """Whether an IPv6 address is no unique local one, which only private networks route (RFC 4193)."""
    return ipaddress.IPv6Address(address) not in _UNIQUE_LOCAL


def _range(cidr: object) -> str:
    return str(ipaddress.ip_network(str(cidr), strict=False))
