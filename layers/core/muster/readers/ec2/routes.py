"""Reading the route tables of a region."""

from muster.facets.ec2.routes import SubnetRoutes
from muster.model.finding import REGION
from muster.model.readers import reads
from muster.readers.answers import all_pages

subnet_routes = reads(
    REGION, SubnetRoutes, "ec2:DescribeRouteTables",
    lambda ec2, _region: all_pages(ec2, "describe_route_tables", "RouteTables", page=100),
)  # fmt: skip
"""The way to the internet of each subnet, 100 route tables a page, which is the most that AWS returns."""
