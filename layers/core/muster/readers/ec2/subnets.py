"""Reading EC2: subnets and their Availability Zones."""

from muster.facets.ec2.subnets import SubnetZones
from muster.model.finding import REGION
from muster.model.readers import reads
from muster.readers.answers import all_pages

subnet_zones = reads(
    REGION, SubnetZones, "ec2:DescribeSubnets",
    lambda ec2, _region: all_pages(ec2, "describe_subnets", "Subnets", page=1000),
)  # fmt: skip
"""The Availability Zones of all subnets that the account can use."""
