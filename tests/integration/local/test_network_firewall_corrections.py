"""The embedded AWS answers about firewall policies and rule groups as AWS documents."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from local.server import EmbeddedAws

HOME = "eu-west-1"
TAGS = [{"Key": "Owner", "Value": "network"}]


def test_policies_are_listed_by_name_and_described_whole(aws: EmbeddedAws) -> None:
    """https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_DescribeFirewallPolicy.html."""
    client = aws.client("network-firewall", HOME)
    policy: Any = {"StatelessDefaultActions": ["aws:drop"], "StatelessFragmentDefaultActions": ["aws:drop"]}
    made = client.create_firewall_policy(FirewallPolicyName="strict", FirewallPolicy=policy, Tags=TAGS)
    arn = f"arn:aws:network-firewall:{HOME}:123456789012:firewall-policy/strict"
    assert made["FirewallPolicyResponse"]["FirewallPolicyArn"] == arn
    assert client.list_firewall_policies()["FirewallPolicies"] == [{"Name": "strict", "Arn": arn}]
    found = client.describe_firewall_policy(FirewallPolicyArn=arn)
    assert found["FirewallPolicyResponse"]["FirewallPolicyStatus"] == "ACTIVE"
    assert found["FirewallPolicy"] == policy
    assert client.list_tags_for_resource(ResourceArn=arn)["Tags"] == TAGS


def test_groups_of_two_kinds_may_have_one_name(aws: EmbeddedAws) -> None:
    """https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_DescribeRuleGroup.html."""
    client = aws.client("network-firewall", HOME)
    stateless: Any = {"RulesSource": {"StatelessRulesAndCustomActions": {"StatelessRules": []}}}
    stateful: Any = {"RulesSource": {"RulesString": "pass ip any any -> any any (sid:1;)"}}
    for kind, rules in (("STATELESS", stateless), ("STATEFUL", stateful)):
        client.create_rule_group(RuleGroupName="office", Type=kind, Capacity=1, RuleGroup=rules)  # type: ignore[arg-type,unused-ignore]
    arns = [each["Arn"] for each in client.list_rule_groups()["RuleGroups"]]
    assert [arn.rpartition(":")[2] for arn in arns] == ["stateless-rulegroup/office", "stateful-rulegroup/office"]
    found = client.describe_rule_group(RuleGroupArn=arns[0])
    assert (found["RuleGroup"], found["RuleGroupResponse"]["Type"]) == (stateless, "STATELESS")
    assert client.list_tags_for_resource(ResourceArn=arns[0])["Tags"] == []


def test_a_firewall_is_protected_unless_the_request_says_otherwise_and_has_tags(aws: EmbeddedAws) -> None:
    """https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_CreateFirewall.html."""
    client = aws.client("network-firewall", HOME)
    policy = f"arn:aws:network-firewall:{HOME}:123456789012:firewall-policy/strict"
    made = client.create_firewall(FirewallName="a", FirewallPolicyArn=policy, VpcId="vpc-1", Tags=TAGS)
    arn = made["Firewall"]["FirewallArn"]
    assert client.describe_firewall(FirewallArn=arn)["Firewall"]["DeleteProtection"] is True
    assert client.list_tags_for_resource(ResourceArn=arn)["Tags"] == TAGS


def test_what_is_missing_is_refused(aws: EmbeddedAws) -> None:
    client = aws.client("network-firewall", HOME)
    arn = f"arn:aws:network-firewall:{HOME}:123456789012:stateless-rulegroup/none"
    for ask in (
        lambda: client.describe_rule_group(RuleGroupArn=arn),
        lambda: client.describe_firewall_policy(FirewallPolicyArn=arn),
        lambda: client.describe_firewall(FirewallArn=arn),
        lambda: client.list_tags_for_resource(ResourceArn=arn),
    ):
        with pytest.raises(ClientError, match="ResourceNotFoundException"):
            ask()
