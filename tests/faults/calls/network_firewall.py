"""The calls of Network Firewall: of rule groups only the stateless ones are described."""

from tests.faults.held import REGIONS, Estate


def calls(there: Estate) -> dict[str, int]:
    firewalls = there.all("network-firewall", "list_firewalls", "Firewalls")
    policies = there.all("network-firewall", "list_firewall_policies", "FirewallPolicies")
    groups = there.all("network-firewall", "list_rule_groups", "RuleGroups")
    return {
        "network-firewall:ListFirewalls": REGIONS,
        "network-firewall:ListFirewallPolicies": REGIONS,
        "network-firewall:ListRuleGroups": REGIONS,
        "network-firewall:DescribeFirewall": len(firewalls),
        "network-firewall:DescribeLoggingConfiguration": len(firewalls),
        "network-firewall:DescribeFirewallPolicy": len(policies),
        "network-firewall:DescribeRuleGroup": sum(":stateless-rulegroup/" in each["Arn"] for each in groups),
        "network-firewall:ListTagsForResource": len(firewalls) + len(policies) + len(groups),
    }
