"""Checks of firewalls, firewall policies and rule groups of Network Firewall."""

from muster.facets.security.network_firewall import Firewall, FirewallLogging, FirewallPolicy, RuleGroup, StatelessRules
from muster.model.check import check
from muster.model.finding import Severity, Unknown, Verdict, compliant, known, non_compliant, not_applicable
from muster.model.text import counted, listed

_DELETING = "DELETING"
_INSPECTED = ("aws:drop", "aws:forward_to_sfe")
_SHOWN = 4


@check(severity=Severity.MEDIUM, controls=("FSBP NetworkFirewall.2",))
def netfw_logging_enabled(logging: FirewallLogging) -> Verdict:
    """Firewalls of Network Firewall should send logs.

    One log of any type is enough. Whether its destination exists is not checked.

    Problem: firewall sends no logs
    Why: Without logs nothing shows which traffic the firewall saw, dropped or let through.
    Fix: `aws network-firewall update-logging-configuration --firewall-arn ARN --logging-configuration
      file://LOGGING.json`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/networkfirewall-controls.html#networkfirewall-2
    """
    if logging.destinations:
        return compliant(f"Firewall sends logs: {listed(logging.destinations, _SHOWN)}")
    return non_compliant("Firewall sends no logs")


@check(severity=Severity.MEDIUM, controls=("Security Hub NetworkFirewall.1",))
def netfw_multi_az_enabled(firewall: Firewall) -> Verdict:
    """Firewalls of Network Firewall should be in several Availability Zones.

    Problem: firewall is in one Availability Zone
    Why: An outage of the zone stops the traffic of every other zone that goes through the firewall.
    Fix: `aws network-firewall associate-subnets --firewall-arn ARN --subnet-mappings SubnetId=SUBNET-ID`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/networkfirewall-controls.html#networkfirewall-1
    """
    if known(firewall.status) == _DELETING:
        return not_applicable("Firewall is being deleted")
    zones = counted(known(firewall.zones), "Availability Zone")
    if known(firewall.zones) > 1:
        return compliant(f"Firewall is in {zones}")
    return non_compliant(f"Firewall is in {zones}; use 2 or more")


@check(severity=Severity.MEDIUM, controls=("FSBP NetworkFirewall.9",))
def netfw_deletion_protection_enabled(firewall: Firewall) -> Verdict:
    """Firewalls of Network Firewall should have deletion protection.

    Problem: deletion protection is off
    Why: When a firewall is deleted by mistake, traffic stops, or flows without inspection.
    Fix: `aws network-firewall update-firewall-delete-protection --firewall-arn ARN --delete-protection`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/networkfirewall-controls.html#networkfirewall-9
    """
    if known(firewall.status) == _DELETING:
        return not_applicable("Firewall is being deleted")
    if known(firewall.deletion_protected):
        return compliant("Deletion protection is on")
    return non_compliant("Deletion protection is off")


@check(severity=Severity.MEDIUM, controls=("FSBP NetworkFirewall.10",))
def netfw_subnet_change_protection_enabled(firewall: Firewall) -> Verdict:
    """Firewalls of Network Firewall should have subnet change protection.

    Problem: subnet change protection is off
    Why: When a subnet is removed by mistake, its zone loses the endpoint that its traffic is routed to.
    Fix: `aws network-firewall update-subnet-change-protection --firewall-arn ARN --subnet-change-protection`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/networkfirewall-controls.html#networkfirewall-10
    """
    if known(firewall.status) == _DELETING:
        return not_applicable("Firewall is being deleted")
    if known(firewall.subnets_protected):
        return compliant("Subnet change protection is on")
    return non_compliant("Subnet change protection is off")


@check(severity=Severity.MEDIUM, controls=("FSBP NetworkFirewall.3",))
def netfw_policy_rule_group_associated(policy: FirewallPolicy) -> Verdict:
    """Firewall policies of Network Firewall should have a rule group.

    A stateless or a stateful rule group counts.

    Problem: firewall policy has no rule groups
    Why: Without rule groups a firewall only does its default actions: it inspects nothing.
    Fix: Read the policy and its update token: `aws network-firewall describe-firewall-policy --firewall-policy-arn ARN`
      Add rule groups to it: `aws network-firewall update-firewall-policy --firewall-policy-arn ARN --update-token
      UPDATE-TOKEN --firewall-policy file://POLICY.json`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/networkfirewall-controls.html#networkfirewall-3
    """
    if known(policy.status) == _DELETING:
        return not_applicable("Firewall policy is being deleted")
    groups = known(policy.rule_groups)
    if groups:
        return compliant(f"Firewall policy has {counted(groups, 'rule group')}")
    return non_compliant("Firewall policy has no rule groups")


@check(severity=Severity.MEDIUM, controls=("FSBP NetworkFirewall.4",))
def netfw_policy_default_action_full_packets(policy: FirewallPolicy) -> Verdict:
    """Firewall policies should drop or forward full packets by default.

    The default stateless action must be aws:drop or aws:forward_to_sfe. Additional custom actions do not matter.

    Problem: full packets pass by default
    Why: A packet that no stateless rule matches passes, and no stateful rule sees it.
    Fix: Read the policy and its update token: `aws network-firewall describe-firewall-policy --firewall-policy-arn ARN`
      Set StatelessDefaultActions to aws:forward_to_sfe. Then: `aws network-firewall update-firewall-policy
      --firewall-policy-arn ARN --update-token UPDATE-TOKEN --firewall-policy file://POLICY.json`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/networkfirewall-controls.html#networkfirewall-4
    """
    return _default(policy, policy.packet_actions, "full packets")


@check(severity=Severity.MEDIUM, controls=("FSBP NetworkFirewall.5",))
def netfw_policy_default_action_fragment_packets(policy: FirewallPolicy) -> Verdict:
    """Firewall policies should drop or forward fragmented packets by default.

    The default stateless action must be aws:drop or aws:forward_to_sfe. Additional custom actions do not matter.

    Problem: fragmented packets pass by default
    Why: An attack in fragmented UDP packets passes, and no stateful rule sees it.
    Fix: Read the policy and its update token: `aws network-firewall describe-firewall-policy --firewall-policy-arn ARN`
      Set StatelessFragmentDefaultActions to aws:forward_to_sfe. Then: `aws network-firewall update-firewall-policy
      --firewall-policy-arn ARN --update-token UPDATE-TOKEN --firewall-policy file://POLICY.json`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/networkfirewall-controls.html#networkfirewall-5
    """
    return _default(policy, policy.fragment_actions, "fragmented packets")


def _default(policy: FirewallPolicy, actions: tuple[str, ...] | Unknown, packets: str) -> Verdict:
    if known(policy.status) == _DELETING:
        return not_applicable("Firewall policy is being deleted")
    found = listed(known(actions), _SHOWN) or "none"
    if any(action in _INSPECTED for action in known(actions)):
        return compliant(f"Default action for {packets} is {found}")
    return non_compliant(f"Default action for {packets} is {found}, not aws:drop or aws:forward_to_sfe")


@check(severity=Severity.MEDIUM, controls=("FSBP NetworkFirewall.6",))
def netfw_stateless_rule_group_not_empty(group: RuleGroup, rules: StatelessRules) -> Verdict:
    """Stateless rule groups of Network Firewall should have rules.

    Problem: stateless rule group has no rules
    Why: A rule group without rules filters nothing: traffic that you meant to block passes.
    Fix: Read the rule group and its update token: `aws network-firewall describe-rule-group --rule-group-arn ARN`
      Then add rules: `aws network-firewall update-rule-group --rule-group-arn ARN --update-token UPDATE-TOKEN
      --rule-group file://RULES.json` Or delete it: `aws network-firewall delete-rule-group --rule-group-arn ARN`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/networkfirewall-controls.html#networkfirewall-6
    """
    if not group.stateless:
        return not_applicable("Rule group is not stateless")
    if known(rules.status) == _DELETING:
        return not_applicable("Rule group is being deleted")
    count = known(rules.rules)
    return compliant(f"Rule group has {counted(count, 'rule')}") if count else non_compliant("Rule group has no rules")
