"""Firewalls, firewall policies and rule groups of Network Firewall."""

from dataclasses import replace
from typing import Any

import pytest

from muster.checks.security.network_firewall import (
    netfw_deletion_protection_enabled,
    netfw_logging_enabled,
    netfw_multi_az_enabled,
    netfw_policy_default_action_fragment_packets,
    netfw_policy_default_action_full_packets,
    netfw_policy_rule_group_associated,
    netfw_stateless_rule_group_not_empty,
    netfw_subnet_change_protection_enabled,
)
from muster.facets.security.network_firewall import Firewall, FirewallLogging, FirewallPolicy, RuleGroup, StatelessRules
from muster.model.check import Check
from muster.model.finding import Status, Unknown, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
UNKNOWN = Unknown("not answered")
FIREWALL = Firewall("READY", deletion_protected=True, subnets_protected=True, zones=2)
POLICY = FirewallPolicy("ACTIVE", 1, ("aws:drop",), ("aws:forward_to_sfe",))
GROUP = RuleGroup(stateless=True)
OF_POLICIES = (
    netfw_policy_rule_group_associated,
    netfw_policy_default_action_full_packets,
    netfw_policy_default_action_fragment_packets,
)


@pytest.mark.parametrize(
    ("check", "changed", "reason"),
    [
        (netfw_deletion_protection_enabled, {"deletion_protected": False}, "Deletion protection is off"),
        (
            netfw_subnet_change_protection_enabled,
            {"subnets_protected": False},
            "Subnet change protection is off",
        ),
    ],
)
def test_protections_of_a_firewall(check: Check, changed: dict[str, Any], reason: str) -> None:
    assert check(FIREWALL).status is C
    found = check(replace(FIREWALL, **changed))
    assert (found.status, found.reason) == (N, reason)
    assert check(replace(FIREWALL, **changed, status="FAILED")).status is N
    assert check(replace(FIREWALL, **changed, status="DELETING")).status is NA
    with pytest.raises(UnknownField):
        check(replace(FIREWALL, status=UNKNOWN))
    with pytest.raises(UnknownField):
        check(replace(FIREWALL, **dict.fromkeys(changed, UNKNOWN)))


@pytest.mark.parametrize(
    ("firewall", "status", "reason"),
    [
        ({"SubnetMappings": [{}, {}]}, C, "Firewall is in 2 Availability Zones"),
        ({"SubnetMappings": [{}]}, N, "Firewall is in 1 Availability Zone; use 2 or more"),
        ({"SubnetMappings": [], "AvailabilityZoneMappings": [{}, {}, {}]}, C, "Firewall is in 3 Availability Zones"),
        ({"AvailabilityZoneMappings": [{}]}, N, "Firewall is in 1 Availability Zone; use 2 or more"),
    ],
)
def test_zones_of_a_firewall(firewall: dict[str, Any], status: Status, reason: str) -> None:
    found = netfw_multi_az_enabled(Firewall.parse({"Firewall": firewall, "FirewallStatus": {"Status": "READY"}}))
    assert (found.status, found.reason) == (status, reason)


def test_a_firewall_without_subnets_is_no_verdict() -> None:
    with pytest.raises(UnknownField):
        netfw_multi_az_enabled(Firewall.parse({"FirewallStatus": {"Status": "READY"}}))
    assert netfw_multi_az_enabled(replace(FIREWALL, status="DELETING")).status is NA


@pytest.mark.parametrize(
    ("answer", "status", "reason"),
    [
        pytest.param({}, N, "Firewall sends no logs", id="never set up"),
        pytest.param({"LoggingConfiguration": {"LogDestinationConfigs": []}}, N, "Firewall sends no logs", id="none"),
        pytest.param(
            {"LoggingConfiguration": {"LogDestinationConfigs": [
                {"LogType": "ALERT", "LogDestinationType": "S3", "LogDestination": {"bucketName": "traffic"}},
                {"LogType": "FLOW", "LogDestinationType": "CloudWatchLogs", "LogDestination": {"logGroup": "flows"}},
            ]}},
            C, "Firewall sends logs: ALERT to S3, FLOW to CloudWatchLogs", id="two",
        ),
    ],
)  # fmt: skip
def test_logs_of_a_firewall(answer: dict[str, Any], status: Status, reason: str) -> None:
    found = netfw_logging_enabled(FirewallLogging.parse(answer))
    assert (found.status, found.reason) == (status, reason)


@pytest.mark.parametrize(
    ("action", "status"),
    [
        (("aws:drop",), C),
        (("aws:forward_to_sfe",), C),
        (("Count", "aws:drop"), C),
        (("aws:pass",), N),
        (("aws:pass", "Count"), N),
        ((), N),
    ],
)
def test_default_actions(action: tuple[str, ...], status: Status) -> None:
    assert netfw_policy_default_action_full_packets(replace(POLICY, packet_actions=action)).status is status
    assert netfw_policy_default_action_fragment_packets(replace(POLICY, fragment_actions=action)).status is status
    other = replace(POLICY, fragment_actions=UNKNOWN)
    assert netfw_policy_default_action_full_packets(other).status is C
    with pytest.raises(UnknownField):
        netfw_policy_default_action_fragment_packets(other)


def test_the_reasons_name_the_default_action() -> None:
    found = netfw_policy_default_action_full_packets(replace(POLICY, packet_actions=("aws:pass",)))
    assert found.reason == "Default action for full packets is aws:pass, not aws:drop or aws:forward_to_sfe"
    found = netfw_policy_default_action_fragment_packets(POLICY)
    assert found.reason == "Default action for fragmented packets is aws:forward_to_sfe"
    found = netfw_policy_default_action_fragment_packets(replace(POLICY, fragment_actions=()))
    assert found.reason == "Default action for fragmented packets is none, not aws:drop or aws:forward_to_sfe"


@pytest.mark.parametrize(
    ("references", "reason"),
    [
        ({}, "Firewall policy has no rule groups"),
        ({"StatelessRuleGroupReferences": [], "StatefulRuleGroupReferences": []}, "Firewall policy has no rule groups"),
        ({"StatelessRuleGroupReferences": [{}]}, "Firewall policy has 1 rule group"),
        (
            {"StatelessRuleGroupReferences": [{}], "StatefulRuleGroupReferences": [{}]},
            "Firewall policy has 2 rule groups",
        ),
    ],
)
def test_rule_groups_of_a_policy(references: dict[str, Any], reason: str) -> None:
    answer = {"FirewallPolicyResponse": {"FirewallPolicyStatus": "ACTIVE"}, "FirewallPolicy": references}
    found = netfw_policy_rule_group_associated(FirewallPolicy.parse(answer))
    assert (found.status, found.reason) == (N if "no rule" in reason else C, reason)


@pytest.mark.parametrize("check", OF_POLICIES)
def test_a_policy_that_aws_left_out_is_no_failure(check: Check) -> None:
    nothing = FirewallPolicy.parse({"FirewallPolicyResponse": {"FirewallPolicyStatus": "ACTIVE"}})
    with pytest.raises(UnknownField):
        check(nothing)
    assert check(replace(nothing, status="DELETING")).status is NA
    with pytest.raises(UnknownField):
        check(replace(POLICY, status=UNKNOWN))


def rules(*found: Any, status: str = "ACTIVE") -> StatelessRules:
    source = {"StatelessRulesAndCustomActions": {"StatelessRules": list(found)}}
    return StatelessRules.parse(
        {"RuleGroup": {"RulesSource": source}, "RuleGroupResponse": {"RuleGroupStatus": status}}
    )


def test_rules_of_a_stateless_group() -> None:
    found = netfw_stateless_rule_group_not_empty(GROUP, rules())
    assert (found.status, found.reason) == (N, "Rule group has no rules")
    found = netfw_stateless_rule_group_not_empty(GROUP, rules({"Priority": 1}))
    assert (found.status, found.reason) == (C, "Rule group has 1 rule")
    assert netfw_stateless_rule_group_not_empty(GROUP, rules(status="DELETING")).status is NA
    with pytest.raises(UnknownField):
        netfw_stateless_rule_group_not_empty(GROUP, StatelessRules("ACTIVE", UNKNOWN))


@pytest.mark.parametrize(
    ("kind", "status"), [("stateless-rulegroup", N), ("stateful-rulegroup", NA), ("other-rulegroup", NA)]
)
def test_only_stateless_groups_are_judged(kind: str, status: Status) -> None:
    group = RuleGroup.parse({"Name": "a", "Arn": f"arn:aws:network-firewall:eu-west-1:111122223333:{kind}/a"})
    assert netfw_stateless_rule_group_not_empty(group, rules()).status is status
