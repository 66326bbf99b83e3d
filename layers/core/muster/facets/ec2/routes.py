"""EC2: which subnets have a route to the internet."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from muster.model.finding import Unknown

_EVERYWHERE = frozenset({"0.0.0.0/0", "::/0"})
_DESTINATIONS = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")
_TARGETS = (
    "CarrierGatewayId", "CoreNetworkArn", "EgressOnlyInternetGatewayId", "GatewayId", "InstanceId", "LocalGatewayId",
    "NatGatewayId", "NetworkInterfaceId", "OdbNetworkArn", "TransitGatewayId", "VpcPeeringConnectionId",
)  # fmt: skip
"""https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Route.html"""


@dataclass(frozen=True, slots=True)
class SubnetRoutes:
    """Whether traffic to everywhere leaves a subnet through an internet gateway: some 100 bytes a subnet.

    `subnets` are those that a route table is associated with, `main` has the main table of each VPC, which all other
    subnets use. The value is the ID of the internet gateway, empty where there is no such route.
    https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Route_Tables.html
    """

    subnets: Mapping[str, str | Unknown] = field(default_factory=dict)
    main: Mapping[str, str | Unknown] = field(default_factory=dict)

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse DescribeRouteTables, all pages joined; the tables may come one by one."""
        subnets: dict[str, str | Unknown] = {}
        main: dict[str, str | Unknown] = {}
        for table in response.get("RouteTables") or ():
            gateway = _internet_gateway(table.get("Routes") or ())
            for each in table.get("Associations") or ():
                if (each.get("AssociationState") or {}).get("State", "associated") != "associated":
                    continue
                if each.get("Main"):
                    main[str(table["VpcId"])] = gateway
                elif subnet := each.get("SubnetId"):
                    subnets[str(subnet)] = gateway
        return cls(subnets, main)

    def internet_gateway(self, subnet: str, vpc: str) -> str | Unknown:
        """Return the internet gateway that a subnet of a VPC routes everything to, empty where it does not.

        It is Unknown where AWS returned no route table for the subnet: that of a VPC that another account shares.
        """
        if subnet in self.subnets:
            return self.subnets[subnet]
        return self.main.get(vpc, Unknown(f"AWS did not return the route table of {subnet}"))


def _internet_gateway(routes: Iterable[Mapping[str, Any]]) -> str | Unknown:
    found: str | Unknown = ""
    for route in routes:
        to = {route.get(name) for name in _DESTINATIONS} - {None}
        if route.get("State") == "blackhole" or (to and not to & _EVERYWHERE):
            continue
        gateway = str(route.get("GatewayId") or "")
        if to and gateway.startswith("igw-"):
            return gateway
        if (gateway.startswith("igw-") and not to) or not any(route.get(name) for name in _TARGETS):
            found = Unknown("AWS returned a route without its destination or its target")
    return found
