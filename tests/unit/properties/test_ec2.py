"""Security groups as properties."""

from typing import Any

from tests.unit.properties.converting import Examples
from tests.unit.properties.linted import faults

ALL_OUT = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}], "Ipv6Ranges": [], "UserIdGroupPairs": []}
GROUP = {
    "GroupId": "sg-0123456789abcdef0", "GroupName": "web", "Description": "the web", "VpcId": "vpc-0123456789abcdef0",
    "OwnerId": "123456789012", "IpPermissions": [], "IpPermissionsEgress": [ALL_OUT],
    "SecurityGroupArn": "arn:aws:ec2:eu-west-1:123456789012:security-group/sg-0123456789abcdef0",
}  # fmt: skip
GROUPS = Examples(
    "AWS::EC2::SecurityGroup", str(GROUP["GroupId"]), {"group": GROUP, "rules": {"SecurityGroupRules": []}}
)
HTTPS = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}


def group(**members: Any) -> dict[str, Any]:
    return {"group": {**GROUP, **members}}


def test_a_group_is_named_by_its_id_and_says_what_goes_out() -> None:
    assert GROUPS.written() == {
        "GroupName": "web", "GroupDescription": "the web", "VpcId": GROUP["VpcId"],
        "SecurityGroupEgress": [{"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}],
    }  # fmt: skip
    assert GROUPS.converted().resources[0].identifier == {"Id": GROUP["GroupId"]}


def test_each_range_list_and_group_of_a_permission_is_a_rule_with_its_description() -> None:
    inbound = {
        **HTTPS,
        "IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": "office"}, {"CidrIp": "192.0.2.0/24"}],
        "Ipv6Ranges": [{"CidrIpv6": "::/0", "Description": "six"}],
        "PrefixListIds": [{"PrefixListId": "pl-0123456789abcdef0"}],
        "UserIdGroupPairs": [
            {"GroupId": GROUP["GroupId"], "UserId": "123456789012", "Description": "itself"},
            {"GroupId": "sg-0fedcba9876543210", "UserId": "111122223333", "VpcPeeringConnectionId": "pcx-1"},
        ],
    }  # fmt: skip
    conversion = GROUPS.converted(group(IpPermissions=[inbound]))
    assert (conversion.obstacles, faults(conversion)) == ((), [])
    assert conversion.resources[0].properties["SecurityGroupIngress"] == [
        {**HTTPS, "CidrIp": "10.0.0.0/8", "Description": "office"},
        {**HTTPS, "CidrIp": "192.0.2.0/24"},
        {**HTTPS, "CidrIpv6": "::/0", "Description": "six"},
        {**HTTPS, "SourcePrefixListId": "pl-0123456789abcdef0"},
        {**HTTPS, "SourceSecurityGroupId": GROUP["GroupId"], "Description": "itself"},
        {**HTTPS, "SourceSecurityGroupId": "sg-0fedcba9876543210", "SourceSecurityGroupOwnerId": "111122223333"},
    ]


def test_outbound_rules_name_destinations() -> None:
    out = {
        **HTTPS,
        "PrefixListIds": [{"PrefixListId": "pl-0123456789abcdef0"}],
        "UserIdGroupPairs": [{"GroupId": "sg-0fedcba9876543210", "UserId": "123456789012"}],
    }
    assert GROUPS.written(group(IpPermissionsEgress=[out]))["SecurityGroupEgress"] == [
        {**HTTPS, "DestinationPrefixListId": "pl-0123456789abcdef0"},
        {**HTTPS, "DestinationSecurityGroupId": "sg-0fedcba9876543210"},
    ]


def test_a_group_without_outbound_rules_would_be_given_one() -> None:
    assert GROUPS.in_the_way(group(IpPermissionsEgress=[])) == ["group.IpPermissionsEgress"]


def test_the_default_group_is_never_written() -> None:
    assert GROUPS.in_the_way(group(GroupName="default")) == ["group.GroupName"]


def test_an_outbound_rule_to_a_group_of_another_account_has_no_property() -> None:
    out = {**HTTPS, "UserIdGroupPairs": [{"GroupId": "sg-0fedcba9876543210", "UserId": "111122223333"}]}
    assert GROUPS.in_the_way(group(IpPermissionsEgress=[out])) == [
        "group.IpPermissionsEgress[0].UserIdGroupPairs[0].UserId"
    ]


def test_tags_of_a_rule_have_no_property() -> None:
    rules = [
        {"SecurityGroupRuleId": "sgr-1", "Tags": []},
        {"SecurityGroupRuleId": "sgr-2", "Tags": [{"Key": "a", "Value": "b"}]},
    ]
    assert GROUPS.in_the_way({"rules": {"SecurityGroupRules": rules}}) == ["rules.SecurityGroupRules[1].Tags"]


def test_tags_of_aws_are_left_out() -> None:
    tags = [{"Key": "team", "Value": "data"}, {"Key": "aws:cloudformation:stack-name", "Value": "s"}]
    assert GROUPS.written(group(Tags=tags))["Tags"] == tags[:1]
