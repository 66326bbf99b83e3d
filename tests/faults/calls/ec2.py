"""EC2's networks, gateways and launches: a call a region each, and one for each instance's user data."""

from tests.faults.held import REGIONS, Estate


def calls(there: Estate) -> dict[str, int]:
    """Return how often each operation is called."""
    return {
        "ec2:DescribeClientVpnEndpoints": REGIONS,
        "ec2:DescribeInstanceAttribute": len(there.all("ec2", "describe_instances", "Reservations", "Instances")),
        "ec2:DescribeNetworkAcls": REGIONS,
        "ec2:DescribeSpotFleetRequests": REGIONS,
        "ec2:DescribeSubnets": REGIONS,
        "ec2:DescribeTransitGateways": REGIONS,
        "ec2:DescribeVpcBlockPublicAccessOptions": REGIONS,
        "ec2:DescribeVpcEndpoints": REGIONS,
        "ec2:DescribeVpnConnections": REGIONS,
        # Judged by their tags alone.
        "ec2:DescribeCustomerGateways": REGIONS,
        "ec2:DescribeDhcpOptions": REGIONS,
        "ec2:DescribeInternetGateways": REGIONS,
        "ec2:DescribeManagedPrefixLists": REGIONS,
        "ec2:DescribeNatGateways": REGIONS,
        "ec2:DescribeRouteTables": REGIONS,
        "ec2:DescribeTrafficMirrorFilters": REGIONS,
        "ec2:DescribeTrafficMirrorSessions": REGIONS,
        "ec2:DescribeTrafficMirrorTargets": REGIONS,
        "ec2:DescribeTransitGatewayAttachments": REGIONS,
        "ec2:DescribeTransitGatewayRouteTables": REGIONS,
        "ec2:DescribeVpcEndpointServiceConfigurations": REGIONS,
        "ec2:DescribeVpcPeeringConnections": REGIONS,
        "ec2:DescribeVpnGateways": REGIONS,
    }
