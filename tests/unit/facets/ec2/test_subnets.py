"""Subnets as DescribeSubnets answers them."""

from muster.facets.ec2.subnets import Subnet, SubnetZones
from muster.model.finding import Unknown


def test_a_subnet_has_the_zone_that_aws_names() -> None:
    answer = {
        "Subnets": [
            {"SubnetId": "subnet-1", "AvailabilityZone": "eu-west-1a", "OwnerId": "123456789012"},
            {"SubnetId": "subnet-2", "AvailabilityZone": "eu-west-1b", "OwnerId": "111122223333"},
        ]
    }
    assert SubnetZones.parse(answer).zones == {"subnet-1": "eu-west-1a", "subnet-2": "eu-west-1b"}


def test_a_zone_that_aws_left_out_is_not_known() -> None:
    zones = SubnetZones.parse({"Subnets": [{"SubnetId": "subnet-1"}]}).zones
    assert zones == {"subnet-1": Unknown("AWS did not return AvailabilityZone")}


def test_a_region_without_subnets_has_no_zones() -> None:
    assert SubnetZones.parse({}).zones == {}


def test_a_subnet_is_parsed() -> None:
    answer = {"MapPublicIpOnLaunch": True, "AssignIpv6AddressOnCreation": False, "DefaultForAz": True}
    assert Subnet.parse(answer) == Subnet(public_ipv4=True, ipv6=False, default=True)
    assert isinstance(Subnet.parse({}).public_ipv4, Unknown)
    assert isinstance(Subnet.parse({}).ipv6, Unknown)
