"""A security group with its rules as properties.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-securitygroup.html
"""

from collections.abc import Iterator
from typing import Any

from muster.properties.consuming import Part, Sections, own_tags, without
from muster.properties.conversion import Conversion, TemplateResource, converts
from muster.snapshots.snapshot import Snapshot

SECURITY_GROUP = "AWS::EC2::SecurityGroup"

_DEFAULT = "every VPC has a default group, which belongs to no stack"
_ALL_OUT = "a group without outbound rules: CloudFormation gives a group without them one that allows everything"
"""https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-securitygroup.html"""
_ELSEWHERE = "CloudFormation has no property for the account of a group that outbound rules name"
_RANGES = {"IpRanges": ("CidrIp", "CidrIp"), "Ipv6Ranges": ("CidrIpv6", "CidrIpv6")}


@converts(SECURITY_GROUP)
def security_group(snapshot: Snapshot) -> Conversion:
    """Return a security group; each range, prefix list and group of a permission is a rule of its own."""
    sections = Sections(snapshot)
    part = sections.part("group")
    group_id = str(part.take("GroupId") or snapshot.resource.id)
    name = str(part.take("GroupName"))
    owner = str(part.take("OwnerId") or snapshot.resource.account_id)
    part.drop("SecurityGroupArn")
    if name == "default":
        part.obstacle(_DEFAULT, "GroupName")
    outbound = [rule for each in part.parts("IpPermissionsEgress") for rule in _rules(each, "Destination", owner)]
    if part and not outbound:
        part.obstacle(_ALL_OUT, "IpPermissionsEgress")
    properties = {
        "GroupName": name,
        **part.copy("VpcId", Description="GroupDescription"),
        "SecurityGroupIngress": [
            rule for each in part.parts("IpPermissions") for rule in _rules(each, "Source", owner)
        ],
        "SecurityGroupEgress": outbound,
        "Tags": own_tags(part.take("Tags")),
    }
    _rule_tags(sections)
    return sections.conversion(TemplateResource(SECURITY_GROUP, name, without(properties), {"Id": group_id}))


def _rules(permission: Part, side: str, owner: str) -> Iterator[dict[str, Any]]:
    """Yield the rules of a permission; `side` begins the names of the properties: Source or Destination."""
    common = permission.copy("IpProtocol", "FromPort", "ToPort")
    for member, (here, there) in _RANGES.items():
        for each in permission.parts(member):
            yield {**common, **each.copy("Description", **{here: there})}
    for each in permission.parts("PrefixListIds"):
        yield {**common, **each.copy("Description", PrefixListId=f"{side}PrefixListId")}
    for each in permission.parts("UserIdGroupPairs"):
        # The name is of the group, the rest of the peering that leads to it.
        each.drop("GroupName", "VpcId", "VpcPeeringConnectionId", "PeeringStatus")
        account = each.take("UserId")
        rule = {**common, **each.copy("Description", GroupId=f"{side}SecurityGroupId")}
        foreign = account not in (None, owner)
        if foreign and side == "Destination":
            each.obstacle(_ELSEWHERE, "UserId")
        yield {**rule, "SourceSecurityGroupOwnerId": account} if foreign and side == "Source" else rule


def _rule_tags(sections: Sections) -> None:
    """Take the rules one by one: all of them are in the group's permissions, but for their tags."""
    for each in sections.part("rules").parts("SecurityGroupRules"):
        each.refuse("Tags", "CloudFormation has no property for the tags of a rule inside a group")
        each.drop(*each.members)
