"""EC2: VPCs, their flow logs and addresses, and the users of security groups and addresses."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from muster.facets import kinds
from muster.facets.fields import Parsed, facet, read
from muster.model.finding import Unknown

_ATTACHED = ("associated", "attaching", "in-use", "detaching")
_STATUS = kinds.one_of(*_ATTACHED, "available")
"""https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_NetworkInterface.html"""

_NO_INTERFACE = Unknown("AWS did not return the network interface of the address")


@dataclass(frozen=True, slots=True)
class Address:
    """One Elastic IP address and what it is associated with, if anything.

    `interface` is the network interface that has it where AWS names no instance; None elsewhere.
    """

    public_ip: str
    associated_with: tuple[str, ...] = ()
    interface: str | Unknown | None = None

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse an item of DescribeAddresses."""
        holders = (response.get(name) for name in ("InstanceId", "NetworkInterfaceId", "AssociationId"))
        association = tuple(str(holder) for holder in holders if holder)
        address = response.get("PublicIp") or response.get("CarrierIp") or response.get("CustomerOwnedIp")
        return cls(
            public_ip=str(address or "An address that AWS did not return"),
            associated_with=association,
            interface=response.get("NetworkInterfaceId") or _NO_INTERFACE
            if association and not response.get("InstanceId")
            else None,
        )


@facet
class Vpc(Parsed):
    """One VPC of DescribeVpcs."""

    id: str | Unknown = read("VpcId", kinds.stated, "the ID of the VPC")


@facet
class FlowLog(Parsed):
    """One flow log of DescribeFlowLogs: the traffic that it records, and whether its records arrive.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_FlowLog.html
    """

    id: str = read("FlowLogId", kinds.required)
    status: str | Unknown = read("FlowLogStatus", kinds.stated, "the status of the flow log")
    traffic: str | Unknown = read("TrafficType", kinds.one_of("ACCEPT", "REJECT", "ALL"))
    delivery: str | Unknown = read("DeliverLogsStatus", kinds.one_of("SUCCESS", "FAILED"))
    error: str = read("DeliverLogsErrorMessage", kinds.text, default="")


@dataclass(frozen=True, slots=True)
class FlowLogs:
    """The flow logs of a region's VPCs by VPC; those of subnets and interfaces are not kept: some 200 bytes each."""

    by_vpc: Mapping[str, tuple[FlowLog, ...]] = field(default_factory=dict)

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse DescribeFlowLogs, all pages joined."""
        by_vpc: dict[str, tuple[FlowLog, ...]] = {}
        for item in response.get("FlowLogs") or ():
            owner = str(item.get("ResourceId") or "")
            if owner.startswith("vpc-"):
                by_vpc[owner] = (*by_vpc.get(owner, ()), FlowLog.parse(item))
        return cls(by_vpc)


@facet
class NetworkInterface(Parsed):
    """One network interface of DescribeNetworkInterfaces: its type, and whether it checks sources and destinations.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_NetworkInterface.html
    """

    type: str | Unknown = read("InterfaceType", kinds.stated, "the type of the interface")
    source_dest_check: bool | Unknown = read("SourceDestCheck", kinds.flag)


@dataclass(frozen=True, slots=True)
class NetworkInterfaces:
    """The security groups that a region's network interfaces have, and the interfaces that nothing uses.

    `group_ids` are the security groups that some interface has: as many as there are groups at most. `loose` has the
    status of interfaces that are attached to nothing, or may be: some 200 bytes each.
    """

    group_ids: frozenset[str] = frozenset()
    loose: Mapping[str, str | Unknown] = field(default_factory=dict)

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse DescribeNetworkInterfaces, all pages joined; the interfaces may come one by one."""
        groups: set[str] = set()
        loose: dict[str, str | Unknown] = {}
        for item in response.get("NetworkInterfaces") or ():
            groups.update(str(group["GroupId"]) for group in item.get("Groups") or ())
            status = _STATUS(item.get("Status"), "Status")
            if status not in _ATTACHED:
                loose[str(item["NetworkInterfaceId"])] = status
        return cls(frozenset(groups), loose)


@dataclass(frozen=True, slots=True)
class ReferencedGroups:
    """The security groups that a rule of another group names: as many ids as there are groups at most."""

    ids: frozenset[str] = frozenset()

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse DescribeSecurityGroupRules, one page or all; a rule by which a group admits itself does not count."""
        pairs = (
            (item, (item.get("ReferencedGroupInfo") or {}).get("GroupId"))
            for item in response.get("SecurityGroupRules") or ()
        )
        return cls(frozenset(str(named) for item, named in pairs if named and named != item["GroupId"]))


@dataclass(frozen=True, slots=True)
class FunctionGroups:
    """The security groups that Lambda functions have, in any version: as many ids as there are groups at most."""

    ids: frozenset[str] = frozenset()

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse ListFunctions, one page or all."""
        configured = (item.get("VpcConfig") or {} for item in response.get("Functions") or ())
        return cls(frozenset(str(name) for each in configured for name in each.get("SecurityGroupIds") or ()))
