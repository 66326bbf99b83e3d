"""The addresses of an instance that the internet can reach."""

import ipaddress
from collections.abc import Iterator

from muster.facets.fields import Answer

IPV4_MEMBERS = (
    "NetworkInterfaces.NetworkInterfaceId?",
    "NetworkInterfaces.Association.PublicIp",
    "NetworkInterfaces.PrivateIpAddresses.Association.PublicIp",
    "PublicIpAddress",
)
"""The members of an instance that `public_ipv4` reads; the one with `?` only beside an address."""

IPV6_MEMBERS = (
    "NetworkInterfaces.NetworkInterfaceId?",
    "NetworkInterfaces.Ipv6Addresses.Ipv6Address",
    "NetworkInterfaces.Ipv6Prefixes.Ipv6Prefix",
    "Ipv6Address",
)
"""The members of an instance that `public_ipv6` reads, in the same way."""


def public_ipv4(instance: Answer) -> tuple[str, ...]:
    """Return the public IPv4 addresses, each once with its interface: `198.51.100.7 on eni-1`."""
    if not instance.get("NetworkInterfaces") and not instance.get("PublicIpAddress"):
        return ()
    return _located(_ipv4(instance))


def public_ipv6(instance: Answer) -> tuple[str, ...]:
    """Return the IPv6 addresses and prefixes that the internet routes, each once with its interface."""
    if not instance.get("NetworkInterfaces") and not instance.get("Ipv6Address"):
        return ()
    return _located(_ipv6(instance))


def _ipv4(instance: Answer) -> Iterator[tuple[str, str]]:
    for interface in instance.get("NetworkInterfaces") or ():
        for holder in (interface, *(interface.get("PrivateIpAddresses") or ())):
            association = holder.get("Association")
            if association and (address := association.get("PublicIp")):
                yield str(address), _name(interface)
    if address := instance.get("PublicIpAddress"):
        yield str(address), ""


def _ipv6(instance: Answer) -> Iterator[tuple[str, str]]:
    for interface in instance.get("NetworkInterfaces") or ():
        for members, member in (("Ipv6Addresses", "Ipv6Address"), ("Ipv6Prefixes", "Ipv6Prefix")):
            for item in interface.get(members) or ():
                if (text := item.get(member)) and _is_routable(text):
                    yield text, _name(interface)
    if (address := instance.get("Ipv6Address")) and _is_routable(address):
        yield str(address), ""


def _name(interface: Answer) -> str:
    return str(interface.get("NetworkInterfaceId") or "an interface without id")


def _located(addresses: Iterator[tuple[str, str]]) -> tuple[str, ...]:
    """Return each address once, with its interface: AWS repeats the first one at the instance."""
    interfaces: dict[str, str] = {}
    for address, interface in addresses:
        interfaces.setdefault(address, interface)
    # A list: most instances have no such address, and a generator costs more.
    return tuple([f"{address} on {interface}" if interface else address for address, interface in interfaces.items()])


_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")


def _is_routable(text: str) -> bool:
    """Whether the internet routes it: unique local addresses (RFC 4193) stay inside private networks."""
    return ipaddress.IPv6Network(text, strict=False).subnet_of(_GLOBAL_UNICAST)
