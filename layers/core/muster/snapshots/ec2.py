"""The whole configuration of security groups."""

import typing

from muster.model.finding import Resource
from muster.readers.answers import all_pages
from muster.readers.ec2.instances import SECURITY_GROUP
from muster.snapshots.form import Form
from muster.snapshots.section import Answer, NotListed, section

if typing.TYPE_CHECKING:
    from mypy_boto3_ec2 import EC2Client


def _group(ec2: "EC2Client", group: Resource) -> Answer:
    """Return the item of DescribeSecurityGroups, with its tags.

    Raises:
        NotListed: there is none.
    """
    found = ec2.describe_security_groups(GroupIds=[group.id]).get("SecurityGroups")
    if not found:
        raise NotListed
    return typing.cast("Answer", found[0])


def _rules(ec2: "EC2Client", group: Resource) -> Answer:
    """Read the rules one by one: only here AWS shows their own tags."""
    named = [{"Name": "group-id", "Values": [group.id]}]
    return all_pages(ec2, "describe_security_group_rules", "SecurityGroupRules", page=1000, Filters=named)


form = Form(
    SECURITY_GROUP,
    (
        section("group", "ec2:DescribeSecurityGroups", _group),
        section("rules", "ec2:DescribeSecurityGroupRules", _rules),
    ),
    frozenset({"InvalidGroup.NotFound", "InvalidGroupId.NotFound"}),
)
