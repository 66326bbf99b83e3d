"""Firewalls, firewall policies and rule groups: of each one that passes and one that fails, and a stateful group."""

from typing import Any

from local.server import EmbeddedAws

_TAGS = [{"Key": "Owner", "Value": "network"}]
_VPC, _SUBNETS = "vpc-0f1e2d3c", [{"SubnetId": "subnet-0f1e2d3c"}, {"SubnetId": "subnet-1f2e3d4c"}]


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the estate of one region."""
    client = aws.client("network-firewall", region)
    client.create_rule_group(
        RuleGroupName="office", Type="STATELESS", Capacity=10, RuleGroup=_stateless(_rule()), Tags=_TAGS
    )
    client.create_rule_group(RuleGroupName="unused", Type="STATELESS", Capacity=10, RuleGroup=_stateless())
    stateful: Any = {"RulesSource": {"RulesString": 'drop tcp any any -> any 23 (msg:"telnet"; sid:1;)'}}
    group = client.create_rule_group(RuleGroupName="office", Type="STATEFUL", Capacity=10, RuleGroup=stateful)
    references: Any = {"StatefulRuleGroupReferences": [{"ResourceArn": group["RuleGroupResponse"]["RuleGroupArn"]}]}
    strict = _policy(client, "strict", "aws:forward_to_sfe", references, Tags=_TAGS)
    _policy(client, "open", "aws:pass", {})
    inspection = client.create_firewall(
        FirewallName="inspection", FirewallPolicyArn=strict, VpcId=_VPC, SubnetMappings=_SUBNETS,
        DeleteProtection=True, SubnetChangeProtection=True, Tags=_TAGS,
    )  # fmt: skip
    log: Any = {"LogType": "ALERT", "LogDestinationType": "S3", "LogDestination": {"bucketName": "traffic"}}
    client.update_logging_configuration(
        FirewallArn=inspection["Firewall"]["FirewallArn"], LoggingConfiguration={"LogDestinationConfigs": [log]}
    )
    client.create_firewall(
        FirewallName="trial", FirewallPolicyArn=strict, VpcId=_VPC, SubnetMappings=_SUBNETS[:1],
        DeleteProtection=False, SubnetChangeProtection=False,
    )  # fmt: skip


def _policy(client: Any, name: str, action: str, more: dict[str, Any], **options: Any) -> str:
    policy = {"StatelessDefaultActions": [action], "StatelessFragmentDefaultActions": [action], **more}
    made = client.create_firewall_policy(FirewallPolicyName=name, FirewallPolicy=policy, **options)
    return str(made["FirewallPolicyResponse"]["FirewallPolicyArn"])


def _stateless(*rules: Any) -> Any:
    return {"RulesSource": {"StatelessRulesAndCustomActions": {"StatelessRules": list(rules)}}}


def _rule() -> Any:
    return {
        "Priority": 1,
        "RuleDefinition": {"MatchAttributes": {"Protocols": [6]}, "Actions": ["aws:forward_to_sfe"]},
    }
