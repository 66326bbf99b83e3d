"""Security groups and their rules.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-securitygroup.html
"""

from collections.abc import Mapping
from typing import Any

from local.provisioning.kinds import Kind, Made, Properties, chosen, client, tags_of

_INGRESS, _EGRESS = "AWS::EC2::SecurityGroupIngress", "AWS::EC2::SecurityGroupEgress"


def _permission(rule: Properties) -> dict[str, Any]:
    """Return a rule of a template as one of EC2's, which has a list for each kind of peer."""
    permission: dict[str, Any] = {"IpProtocol": str(rule["IpProtocol"]), **chosen(rule, "FromPort", "ToPort")}
    about = chosen(rule, "Description")
    if "CidrIp" in rule:
        permission["IpRanges"] = [{"CidrIp": rule["CidrIp"], **about}]
    if "CidrIpv6" in rule:
        permission["Ipv6Ranges"] = [{"CidrIpv6": rule["CidrIpv6"], **about}]
    for name in ("SourcePrefixListId", "DestinationPrefixListId"):
        if name in rule:
            permission["PrefixListIds"] = [{"PrefixListId": rule[name], **about}]
    peer = chosen(
        rule,
        GroupId="SourceSecurityGroupId",
        GroupName="SourceSecurityGroupName",
        UserId="SourceSecurityGroupOwnerId",
    ) | chosen(rule, GroupId="DestinationSecurityGroupId")
    if peer:
        permission["UserIdGroupPairs"] = [{**peer, **about}]
    return permission


def _group(properties: Properties, region: str, _account: str) -> Made:
    """Make a group; without rules for egress it has EC2's own, which allow all traffic."""
    ec2 = client("ec2", region)
    tags = [{"Key": key, "Value": value} for key, value in tags_of(properties).items()]
    vpc = properties["VpcId"] if "VpcId" in properties else _default_vpc(ec2)
    group = str(
        ec2.create_security_group(
            GroupName=properties["GroupName"],
            Description=properties["GroupDescription"],
            VpcId=vpc,
            TagSpecifications=[{"ResourceType": "security-group", "Tags": tags}] if tags else [],
        )["GroupId"]
    )
    if ingress := [_permission(rule) for rule in properties.get("SecurityGroupIngress", ())]:
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=ingress)
    if egress := [_permission(rule) for rule in properties.get("SecurityGroupEgress", ())]:
        (described,) = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"]
        ec2.revoke_security_group_egress(GroupId=group, IpPermissions=described["IpPermissionsEgress"])
        ec2.authorize_security_group_egress(GroupId=group, IpPermissions=egress)
    return group, {"GroupId": group, "Id": group, "VpcId": vpc}


def _default_vpc(ec2: Any) -> str:
    (vpc,) = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]
    return str(vpc["VpcId"])


def _find_group(identifier: Properties, region: str, _account: str) -> Made:
    (group,) = client("ec2", region).describe_security_groups(GroupIds=[identifier["Id"]])["SecurityGroups"]
    return group["GroupId"], {"GroupId": group["GroupId"], "Id": group["GroupId"], "VpcId": group["VpcId"]}


def _tag_group(group: str, tags: Mapping[str, str], region: str) -> None:
    listed = [{"Key": key, "Value": value} for key, value in tags.items()]
    client("ec2", region).create_tags(Resources=[group], Tags=listed)


def _delete_group(group: str, region: str) -> None:
    client("ec2", region).delete_security_group(GroupId=group)


def _ingress(properties: Properties, region: str, _account: str) -> Made:
    ec2 = client("ec2", region)
    group = str(properties["GroupId"]) if "GroupId" in properties else _by_name(ec2, properties["GroupName"])
    answer = ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[_permission(properties)])
    rule = str(answer["SecurityGroupRules"][0]["SecurityGroupRuleId"])
    return rule, {"Id": rule}


def _by_name(ec2: Any, name: str) -> str:
    found = ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": [name]}])["SecurityGroups"]
    return str(found[0]["GroupId"])


def _egress(properties: Properties, region: str, _account: str) -> Made:
    answer = client("ec2", region).authorize_security_group_egress(
        GroupId=properties["GroupId"], IpPermissions=[_permission(properties)]
    )
    rule = str(answer["SecurityGroupRules"][0]["SecurityGroupRuleId"])
    return rule, {"Id": rule}


def _find_rule(identifier: Properties, region: str, _account: str) -> Made:
    (rule,) = client("ec2", region).describe_security_group_rules(SecurityGroupRuleIds=[identifier["Id"]])[
        "SecurityGroupRules"
    ]
    return rule["SecurityGroupRuleId"], {"Id": rule["SecurityGroupRuleId"]}


def _delete_rule(rule: str, region: str) -> None:
    ec2 = client("ec2", region)
    (found,) = ec2.describe_security_group_rules(SecurityGroupRuleIds=[rule])["SecurityGroupRules"]
    revoke = ec2.revoke_security_group_egress if found["IsEgress"] else ec2.revoke_security_group_ingress
    revoke(GroupId=found["GroupId"], SecurityGroupRuleIds=[rule])


KINDS = (
    Kind("AWS::EC2::SecurityGroup", _group, _delete_group, name="GroupName", find=_find_group, tag=_tag_group),
    Kind(_INGRESS, _ingress, _delete_rule, find=_find_rule),
    Kind(_EGRESS, _egress, _delete_rule, find=_find_rule),
)
