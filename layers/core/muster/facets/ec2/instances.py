"""What EC2 answers about instances, volumes, security groups and the region's defaults."""

import functools
import ipaddress
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from muster.model.finding import Unknown, known

_STATES = frozenset({"pending", "running", "stopping", "stopped", "shutting-down", "terminated"})
"""https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceState.html"""

_MONITORING = frozenset({"disabled", "disabling", "enabled", "pending"})

_TRANSITION = re.compile(r"\((\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) (?:GMT|UTC)\)\Z")
"""How the reason of a transition ends when it tells its time: `User initiated (2026-10-01 12:30:00 GMT)`."""


@dataclass(frozen=True, slots=True)
class Instance:
    """One instance: its state, metadata options, monitoring and the addresses that the internet can reach.

    An address is told with its interface, as `198.51.100.7 on eni-1`; of IPv6 those that only private networks
    route are left out. `stopped_at` is None unless it is stopped.
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Instance.html
    """

    state: str | Unknown
    metadata_tokens: str | Unknown
    metadata_endpoint: str | Unknown
    monitoring: str | Unknown
    public_ipv4: tuple[str, ...] = ()
    public_ipv6: tuple[str, ...] = ()
    id: str = ""
    stopped_at: datetime | Unknown | None = None

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse an item of DescribeInstances."""
        options = response.get("MetadataOptions") or {}
        state = _one_of(_STATES, "State", (response.get("State") or {}).get("Name"))
        transition = response.get("StateTransitionReason")
        return cls(
            state=state,
            metadata_tokens=_one_of({"optional", "required"}, "HttpTokens", options.get("HttpTokens")),
            metadata_endpoint=_one_of({"disabled", "enabled"}, "HttpEndpoint", options.get("HttpEndpoint")),
            monitoring=_one_of(_MONITORING, "Monitoring", (response.get("Monitoring") or {}).get("State")),
            public_ipv4=_placed(_ipv4(response)),
            public_ipv6=_placed(_ipv6(response)),
            id=str(response.get("InstanceId") or ""),
            stopped_at=_stopped_at(transition) if state == "stopped" else None,
        )


@dataclass(frozen=True, slots=True)
class InstanceLoad:
    """How busy an instance was, hour by hour: what 95 of 100 hours stay at or below.

    `hours` is of how many hours there is a datapoint, `cpu` the average in percent, `network` the bytes of an hour
    in and out.
    """

    hours: int
    cpu: float | Unknown
    network: float | Unknown

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the hourly values of each metric by its name."""
        cpu = response.get("CPUUtilization") or ()
        return cls(
            hours=len(cpu),
            cpu=_p95("CPUUtilization", cpu),
            network=_both_ways(response.get("NetworkIn") or (), response.get("NetworkOut") or ()),
        )


@dataclass(frozen=True, slots=True)
class Volume:
    """One volume and the instances it is attached to, if any."""

    encrypted: bool | Unknown
    attached_to: tuple[str, ...] = ()

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse an item of DescribeVolumes."""
        attachments = response.get("Attachments") or ()
        return cls(
            encrypted=_flag("Encrypted", response.get("Encrypted")),
            attached_to=tuple(sorted({item["InstanceId"] for item in attachments if item.get("InstanceId")})),
        )


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a security group: `protocol` is -1 for all, ports are None where the protocol has none."""

    protocol: str | Unknown
    from_port: int | None
    to_port: int | None
    cidrs: tuple[str, ...]
    prefix_lists: tuple[str, ...]

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse an item of IpPermissions or IpPermissionsEgress."""
        v4 = (_range(item["CidrIp"]) for item in response.get("IpRanges") or ())
        v6 = (_range(item["CidrIpv6"]) for item in response.get("Ipv6Ranges") or ())
        protocol = response.get("IpProtocol")
        return cls(
            protocol=str(protocol).lower() if protocol else Unknown("AWS did not say which protocol a rule admits"),
            from_port=response.get("FromPort"),
            to_port=response.get("ToPort"),
            cidrs=(*v4, *v6),
            prefix_lists=tuple(str(item["PrefixListId"]) for item in response.get("PrefixListIds") or ()),
        )

    def admits(self, port: int) -> bool:
        """Whether TCP or UDP traffic to a port matches, whatever its source.

        A rule for all protocols admits every port, whatever range it states.
        https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html
        """
        protocol = known(self.protocol)
        if protocol == "-1":
            return True
        if protocol not in _TCP_UDP:
            return False
        if self.from_port is None or self.to_port is None or self.from_port == -1:
            return True
        return self.from_port <= port <= self.to_port


_TCP_UDP = frozenset({"tcp", "6", "udp", "17"})


_NO_GROUP_ID = Unknown("AWS did not say which id the group has")


@dataclass(frozen=True, slots=True)
class SecurityGroup:
    """One security group and its rules."""

    name: str | Unknown
    ingress: tuple[Rule, ...]
    egress: tuple[Rule, ...]
    id: str | Unknown = _NO_GROUP_ID

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse an item of DescribeSecurityGroups."""
        return cls(
            name=response.get("GroupName") or Unknown("AWS did not say what the group is called"),
            ingress=tuple(Rule.parse(item) for item in response.get("IpPermissions") or ()),
            egress=tuple(Rule.parse(item) for item in response.get("IpPermissionsEgress") or ()),
            id=response.get("GroupId") or _NO_GROUP_ID,
        )

    @property
    def prefix_lists(self) -> tuple[str, ...]:
        """The prefix lists that its ingress rules name, each once: which ports matter is a setting of the checks."""
        return tuple(dict.fromkeys(name for rule in self.ingress for name in rule.prefix_lists))


@dataclass(frozen=True, slots=True)
class PrefixList:
    """The address ranges of a managed prefix list."""

    cidrs: tuple[str, ...] | Unknown

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the entries of GetManagedPrefixListEntries."""
        entries = [item.get("Cidr") for item in response.get("Entries") or ()]
        try:
            return cls(tuple(_range(cidr) for cidr in entries))
        except ValueError as error:
            return cls(Unknown(f"an entry of the prefix list is no range of addresses: {error}"))


@dataclass(frozen=True, slots=True)
class EbsEncryptionByDefault:
    """Whether new volumes of the region are encrypted."""

    enabled: bool | Unknown

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the answer of GetEbsEncryptionByDefault."""
        return cls(_flag("EbsEncryptionByDefault", response.get("EbsEncryptionByDefault")))


@dataclass(frozen=True, slots=True)
class InstanceMetadataDefaults:
    """What the region sets for the metadata service of new instances; None where it leaves it to the launch."""

    tokens: str | Unknown | None
    endpoint: str | Unknown | None

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse the answer of GetInstanceMetadataDefaults, which leaves out what is not set.

        https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceMetadataDefaultsResponse.html
        """
        said = response.get("AccountLevel") or {}
        tokens, endpoint = said.get("HttpTokens"), said.get("HttpEndpoint")
        return cls(
            tokens=_one_of({"optional", "required"}, "HttpTokens", tokens) if tokens else None,
            endpoint=_one_of({"disabled", "enabled"}, "HttpEndpoint", endpoint) if endpoint else None,
        )


def _stopped_at(reason: object) -> datetime | Unknown:
    found = _TRANSITION.search(str(reason or ""))
    try:
        return datetime.strptime(found[1] if found else "", "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    except ValueError:
        return Unknown(f"AWS did not say when the instance was stopped, only {reason!r}")


def _both_ways(into: Sequence[float], out: Sequence[float]) -> float | Unknown:
    """Return what 95 of 100 hours do not exceed, in and out together: EC2 sends both of every hour or neither."""
    for name, values in (("NetworkIn", into), ("NetworkOut", out)):
        if not values:
            return Unknown(f"CloudWatch has no datapoint of {name}")
    if len(into) != len(out):
        return Unknown(f"CloudWatch has {len(into)} datapoints of NetworkIn, but {len(out)} of NetworkOut")
    return _p95("the network", [sum(each) for each in zip(into, out, strict=True)])


def _p95(metric: str, values: Sequence[float]) -> float | Unknown:
    """Return the smallest value that 95 of 100 do not exceed."""
    if not values:
        return Unknown(f"CloudWatch has no datapoint of {metric}")
    return sorted(values)[-(-len(values) * 95 // 100) - 1]


def _one_of(values: Collection[str], name: str, value: object) -> str | Unknown:
    if value is None:
        return Unknown(f"AWS did not say what {name} is")
    return str(value) if value in values else Unknown(f"{name} is {value!r}, a value Muster does not know")


def _flag(name: str, value: object) -> bool | Unknown:
    return value if isinstance(value, bool) else Unknown(f"AWS did not say what {name} is")


def _ipv4(instance: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for interface in instance.get("NetworkInterfaces") or ():
        for holder in (interface, *(interface.get("PrivateIpAddresses") or ())):
            if address := (holder.get("Association") or {}).get("PublicIp"):
                yield str(address), _name(interface)
    if address := instance.get("PublicIpAddress"):
        yield str(address), ""


def _ipv6(instance: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for interface in instance.get("NetworkInterfaces") or ():
        addresses = [item.get("Ipv6Address") for item in interface.get("Ipv6Addresses") or ()]
        prefixes = [item.get("Ipv6Prefix") for item in interface.get("Ipv6Prefixes") or ()]
        yield from ((text, _name(interface)) for text in (*addresses, *prefixes) if text and _is_routable(text))
    if (address := instance.get("Ipv6Address")) and _is_routable(address):
        yield str(address), ""


def _name(interface: Mapping[str, Any]) -> str:
    return str(interface.get("NetworkInterfaceId") or "an interface without id")


def _placed(found: Iterator[tuple[str, str]]) -> tuple[str, ...]:
    """Say each address once, with its interface: AWS repeats the first one at the instance."""
    places: dict[str, str] = {}
    for address, interface in found:
        places.setdefault(address, interface)
    return tuple(f"{address} on {interface}" if interface else address for address, interface in places.items())


_GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")


def _is_routable(text: str) -> bool:
    """Whether the internet routes it: unique local addresses (RFC 4193) stay inside private networks."""
    return ipaddress.IPv6Network(text, strict=False).subnet_of(_GLOBAL_UNICAST)


@functools.lru_cache(maxsize=4096)
def _range(cidr: str) -> str:
    return str(ipaddress.ip_network(str(cidr), strict=False))
