"""EC2: the interface endpoints of VPCs, and the block of their internet gateways."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from muster.facets import kinds
from muster.facets.fields import Parsed, facet, read
from muster.model.finding import Unknown


@dataclass(frozen=True, slots=True)
class VpcEndpoints:
    """The names of the services that each VPC of a region reaches by an interface endpoint that is available.

    `by_vpc` has names such as `com.amazonaws.eu-west-1.ec2`, by the ID of the VPC: some 200 bytes an endpoint.
    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_VpcEndpoint.html
    """

    by_vpc: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def parse(cls, response: Mapping[str, Any]) -> Self:
        """Parse DescribeVpcEndpoints, all pages joined.

        The API reference writes the state `Available`; the service answers `available`.
        """
        found: dict[str, set[str]] = {}
        for item in response.get("VpcEndpoints") or ():
            if item.get("VpcEndpointType") == "Interface" and str(item.get("State")).lower() == "available":
                found.setdefault(str(item["VpcId"]), set()).add(str(item["ServiceName"]))
        return cls({vpc: frozenset(names) for vpc, names in found.items()})


@facet
class VpcBlockPublicAccess(Parsed):
    """DescribeVpcBlockPublicAccessOptions: whether the region blocks the traffic of internet gateways.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_VpcBlockPublicAccessOptions.html
    """

    mode: str | Unknown = read(
        "VpcBlockPublicAccessOptions.InternetGatewayBlockMode",
        kinds.one_of("off", "block-bidirectional", "block-ingress"),
    )
