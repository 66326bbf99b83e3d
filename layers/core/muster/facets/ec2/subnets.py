"""EC2: subnets, and the Availability Zones of those that an account can use."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from muster.facets import kinds
from muster.facets.fields import Parsed, facet, read
from muster.model.finding import Unknown


@facet
class Subnet(Parsed):
    """One subnet of DescribeSubnets: the public addresses that it assigns to new network interfaces.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Subnet.html
    """

    public_ipv4: bool | Unknown = read("MapPublicIpOnLaunch", kinds.flag)
    ipv6: bool | Unknown = read("AssignIpv6AddressOnCreation", kinds.flag)
    default: bool = read("DefaultForAz", kinds.is_true)


@dataclass(frozen=True, slots=True)
class SubnetZones:
    """The Availability Zone of each subnet of a region, such as `eu-west-1a`, by the ID of the subnet.

    Subnets that another account shares are included, because resources of this account can be in them. A subnet takes
    some 150 bytes.
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Subnet.html
    """

    zones: Mapping[str, str | Unknown] = field(default_factory=dict)

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse DescribeSubnets, all pages joined."""
        return cls(
            {
                str(item["SubnetId"]): kinds.stated(item.get("AvailabilityZone"), "AvailabilityZone")
                for item in response.get("Subnets") or ()
            }
        )
