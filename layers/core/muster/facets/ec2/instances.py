"""EC2: instances, volumes, security groups and the region's defaults."""

import functools
import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from muster.facets import kinds
from muster.facets.ec2.addresses import IPV4_MEMBERS, IPV6_MEMBERS, public_ipv4, public_ipv6
from muster.facets.fields import Answer, Parsed, computed, facet, read
from muster.model.finding import Unknown, known

_TOKENS, _ENDPOINT = kinds.one_of("optional", "required"), kinds.one_of("disabled", "enabled")

_TRANSITION = re.compile(r"\((\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) (?:GMT|UTC)\)\Z")
"""The end of the reason of a transition where it has a time: `User initiated (2026-10-01 12:30:00 GMT)`."""


def _stopped_at(instance: Answer) -> datetime | Unknown | None:
    reason = instance.get("StateTransitionReason")
    if (instance.get("State") or {}).get("Name") != "stopped":
        return None
    match = _TRANSITION.search(str(reason or ""))
    try:
        return datetime.fromisoformat(match[1] if match else "").replace(tzinfo=UTC)
    except ValueError:
        return Unknown(f"AWS did not return the time the instance was stopped, only {reason!r}")


@facet
class Instance(Parsed):
    """One instance of DescribeInstances: its state, metadata options, monitoring and public addresses.

    An address has its interface, as in `198.51.100.7 on eni-1`; of IPv6 those that only private networks route are left
    out. `stopped_at` is None unless it is stopped.
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Instance.html
    """

    state: str | Unknown = read(
        "State.Name",
        kinds.one_of("pending", "running", "stopping", "stopped", "shutting-down", "terminated"),
        name="State",
    )
    metadata_tokens: str | Unknown = read("MetadataOptions.HttpTokens", _TOKENS)
    metadata_endpoint: str | Unknown = read("MetadataOptions.HttpEndpoint", _ENDPOINT)
    monitoring: str | Unknown = read(
        "Monitoring.State", kinds.one_of("disabled", "disabling", "enabled", "pending"), name="Monitoring"
    )
    public_ipv4: tuple[str, ...] = computed(public_ipv4, *IPV4_MEMBERS, default=())
    public_ipv6: tuple[str, ...] = computed(public_ipv6, *IPV6_MEMBERS, default=())
    id: str = read("InstanceId", kinds.text, default="")
    stopped_at: datetime | Unknown | None = computed(_stopped_at, "State.Name", "StateTransitionReason", default=None)


@dataclass(frozen=True, slots=True)
class InstanceLoad:
    """The load of an instance: the value that 95 of 100 hours do not exceed.

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


def _instances(attachments: Any, *_: str) -> tuple[str, ...]:
    return tuple(sorted({item["InstanceId"] for item in attachments or () if item.get("InstanceId")}))


@facet
class Volume(Parsed):
    """One volume of DescribeVolumes and the instances it is attached to, if any."""

    encrypted: bool | Unknown = read("Encrypted", kinds.flag)
    attached_to: tuple[str, ...] = read("Attachments", _instances, default=())


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a security group: `protocol` is -1 for all, ports are None where the protocol has none.

    `groups` is the number of security groups that it names.
    """

    protocol: str | Unknown
    from_port: int | None
    to_port: int | None
    cidrs: tuple[str, ...]
    prefix_lists: tuple[str, ...]
    groups: int = 0

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse an item of IpPermissions or IpPermissionsEgress."""
        v4 = (_range(item["CidrIp"]) for item in response.get("IpRanges") or ())
        v6 = (_range(item["CidrIpv6"]) for item in response.get("Ipv6Ranges") or ())
        protocol = response.get("IpProtocol")
        return cls(
            protocol=str(protocol).lower() if protocol else Unknown("AWS did not return the protocol of a rule"),
            from_port=response.get("FromPort"),
            to_port=response.get("ToPort"),
            cidrs=(*v4, *v6),
            prefix_lists=tuple(str(item["PrefixListId"]) for item in response.get("PrefixListIds") or ()),
            groups=len(response.get("UserIdGroupPairs") or ()),
        )

    @property
    def size(self) -> int:
        """The number of rules that AWS counts: one for each range, prefix list and group."""
        return len(self.cidrs) + len(self.prefix_lists) + self.groups

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


@facet
class SecurityGroup(Parsed):
    """One security group of DescribeSecurityGroups and its rules."""

    name: str | Unknown = read("GroupName", kinds.stated, "the name of the group")
    ingress: tuple[Rule, ...] = read("IpPermissions", kinds.many(Rule.parse))
    egress: tuple[Rule, ...] = read("IpPermissionsEgress", kinds.many(Rule.parse))
    id: str | Unknown = read(
        "GroupId", kinds.stated, "the ID of the group", default=Unknown("AWS did not return the ID of the group")
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
            return cls(Unknown(f"An entry of the prefix list is not an IP range: {error}"))


@facet
class EbsEncryptionByDefault(Parsed):
    """GetEbsEncryptionByDefault: whether new volumes of the region are encrypted."""

    enabled: bool | Unknown = read("EbsEncryptionByDefault", kinds.flag)


@facet
class InstanceMetadataDefaults(Parsed):
    """GetInstanceMetadataDefaults: the region's settings for new instances; None where it leaves it to the launch.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceMetadataDefaultsResponse.html
    """

    tokens: str | Unknown | None = read("AccountLevel.HttpTokens", kinds.optional(_TOKENS))
    endpoint: str | Unknown | None = read("AccountLevel.HttpEndpoint", kinds.optional(_ENDPOINT))


def _both_ways(into: Sequence[float], out: Sequence[float]) -> float | Unknown:
    """Return the bytes that 95 of 100 hours do not exceed, in and out: EC2 sends both of an hour or neither."""
    for name, values in (("NetworkIn", into), ("NetworkOut", out)):
        if not values:
            return Unknown(f"CloudWatch has no data points for {name}")
    if len(into) != len(out):
        return Unknown(f"CloudWatch has {len(into)} data points for NetworkIn, but {len(out)} for NetworkOut")
    return _p95("the network", [sum(each) for each in zip(into, out, strict=True)])


def _p95(metric: str, values: Sequence[float]) -> float | Unknown:
    """Return the smallest value that 95 of 100 do not exceed."""
    if not values:
        return Unknown(f"CloudWatch has no data points for {metric}")
    return sorted(values)[-(-len(values) * 95 // 100) - 1]


@functools.lru_cache(maxsize=4096)
def _range(cidr: str) -> str:
    return str(ipaddress.ip_network(str(cidr), strict=False))
