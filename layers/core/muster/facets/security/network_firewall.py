"""Network Firewall: firewalls, their logs, firewall policies and rule groups."""

from muster.facets import kinds
from muster.facets.fields import Answer, Parsed, computed, facet, read
from muster.model.arn import Arn
from muster.model.finding import Unknown

_STATES = kinds.one_of("ACTIVE", "DELETING", "ERROR", "UPDATING")
_STATELESS = "stateless-rulegroup"


def _zones(response: Answer) -> int | Unknown:
    firewall = response.get("Firewall") or {}
    zones = sum(len(firewall.get(name) or ()) for name in ("SubnetMappings", "AvailabilityZoneMappings"))
    return zones or kinds.silent("SubnetMappings", "the subnets of the firewall")


@facet
class Firewall(Parsed):
    """One firewall of DescribeFirewall, and in how many Availability Zones it is.

    Each of its subnets is in another zone; a firewall of a transit gateway has zones instead of subnets.
    https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_Firewall.html
    """

    status: str | Unknown = read("FirewallStatus.Status", kinds.one_of("PROVISIONING", "DELETING", "READY", "FAILED"))
    deletion_protected: bool | Unknown = read("Firewall.DeleteProtection", kinds.flag)
    subnets_protected: bool | Unknown = read("Firewall.SubnetChangeProtection", kinds.flag)
    zones: int | Unknown = computed(_zones, "Firewall.SubnetMappings", "Firewall.AvailabilityZoneMappings")


def _destination(item: Answer) -> str:
    return f"{item['LogType']} to {item['LogDestinationType']}"


@facet
class FirewallLogging(Parsed):
    """Where a firewall sends its logs, as `ALERT to S3`; nothing where none was ever set.

    https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_LoggingConfiguration.html
    """

    destinations: tuple[str, ...] = read("LoggingConfiguration.LogDestinationConfigs", kinds.many(_destination))


def _groups(response: Answer) -> int | Unknown:
    policy = response.get("FirewallPolicy")
    if policy is None:
        return kinds.silent("FirewallPolicy", "the firewall policy")
    return sum(len(policy.get(name) or ()) for name in ("StatelessRuleGroupReferences", "StatefulRuleGroupReferences"))


def _actions(value: object, name: str, noun: str = "") -> tuple[str, ...] | Unknown:
    return kinds.silent(name, noun) if value is None else kinds.texts(value)


@facet
class FirewallPolicy(Parsed):
    """One firewall policy: how many rule groups it names, and what it does with packets that no stateless rule matches.

    AWS leaves out a list of rule groups that is empty.
    https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_FirewallPolicy.html
    """

    status: str | Unknown = read("FirewallPolicyResponse.FirewallPolicyStatus", _STATES)
    rule_groups: int | Unknown = computed(
        _groups, "FirewallPolicy.StatelessRuleGroupReferences", "FirewallPolicy.StatefulRuleGroupReferences"
    )
    packet_actions: tuple[str, ...] | Unknown = read("FirewallPolicy.StatelessDefaultActions", _actions)
    fragment_actions: tuple[str, ...] | Unknown = read("FirewallPolicy.StatelessFragmentDefaultActions", _actions)


@facet
class RuleGroup(Parsed):
    """Whether a rule group of ListRuleGroups is stateless, as its ARN says."""

    stateless: bool = read("Arn", lambda arn, *_: Arn.of(arn).path[0] == _STATELESS)


def _rules(response: Answer) -> int | Unknown:
    source = (response.get("RuleGroup") or {}).get("RulesSource") or {}
    rules = (source.get("StatelessRulesAndCustomActions") or {}).get("StatelessRules")
    return kinds.silent("StatelessRules", "the rules of the rule group") if rules is None else len(rules)


@facet
class StatelessRules(Parsed):
    """The number of rules of a stateless rule group.

    https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_RulesSource.html
    """

    status: str | Unknown = read("RuleGroupResponse.RuleGroupStatus", _STATES)
    rules: int | Unknown = computed(_rules, "RuleGroup.RulesSource.StatelessRulesAndCustomActions.StatelessRules")
