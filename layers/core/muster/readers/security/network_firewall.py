"""Reading Network Firewall: firewalls, firewall policies and rule groups, each listed by name.

Rule groups of AWS and of vendors are not listed. What another account shares is left out: it is judged where it is
owned, where it can be changed.
https://docs.aws.amazon.com/network-firewall/latest/developerguide/sharing.html
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from muster.facets.security.network_firewall import Firewall, FirewallLogging, FirewallPolicy, RuleGroup, StatelessRules
from muster.facets.tagging.tags import Tags
from muster.model.arn import Arn, account_of
from muster.model.finding import Resource
from muster.model.listing import Listed, Page, after, listed
from muster.model.readers import lists, reads
from muster.model.shard import Shard
from muster.readers.answers import all_pages

_FIREWALL = "AWS::NetworkFirewall::Firewall"
_POLICY = "AWS::NetworkFirewall::FirewallPolicy"
_RULE_GROUP = "AWS::NetworkFirewall::RuleGroup"
_FIREWALLS = "arn:{partition}:network-firewall:*:*:firewall/*"
_POLICIES = "arn:{partition}:network-firewall:*:*:firewall-policy/*"
_STATELESS = "arn:{partition}:network-firewall:*:*:stateless-rulegroup/*"
_EVERY_GROUP = "arn:{partition}:network-firewall:*:*:*-rulegroup/*"
_PAGE = 100
_GONE = ("ResourceNotFoundException",)


@lists(
    _FIREWALL, permission="network-firewall:ListFirewalls", page=_PAGE, on=_FIREWALLS,
    arn="network-firewall:{region}:{account}:firewall/{id}", gone=_GONE,
)  # fmt: skip
def firewalls(firewall: Any, shard: Shard, token: str | None) -> Page:
    """List the firewalls of a region, 100 a page: their names only.

    https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_ListFirewalls.html
    """
    answer = firewall.list_firewalls(MaxResults=_PAGE, **after(token))
    items = (
        Listed(shard.resource(_FIREWALL, str(item["FirewallName"]), str(item["FirewallArn"])))
        for item in _own(answer.get("Firewalls", ()), "FirewallArn", shard)
    )
    return Page(items, answer.get("NextToken"))


@lists(
    _POLICY, permission="network-firewall:ListFirewallPolicies", page=_PAGE, on=_POLICIES,
    arn="network-firewall:{region}:{account}:firewall-policy/{id}", gone=_GONE,
)  # fmt: skip
def policies(firewall: Any, shard: Shard, token: str | None) -> Page:
    """List the firewall policies of a region, 100 a page: their names only.

    https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_ListFirewallPolicies.html
    """
    answer = firewall.list_firewall_policies(MaxResults=_PAGE, **after(token))
    items = (
        Listed(shard.resource(_POLICY, str(item["Name"]), str(item["Arn"])))
        for item in _own(answer.get("FirewallPolicies", ()), "Arn", shard)
    )
    return Page(items, answer.get("NextToken"))


@lists(
    _RULE_GROUP, permission="network-firewall:ListRuleGroups", facets=(RuleGroup,), page=_PAGE, on=_EVERY_GROUP,
    arn="network-firewall:{region}:{account}:{parent}-rulegroup/{id}", gone=_GONE,
)  # fmt: skip
def rule_groups(firewall: Any, shard: Shard, token: str | None) -> Page:
    """List the account's own rule groups of a region, 100 a page; the id is `stateless/NAME` or `stateful/NAME`.

    A stateless and a stateful rule group may have the same name.
    https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_ListRuleGroups.html
    """
    answer = firewall.list_rule_groups(MaxResults=_PAGE, Scope="ACCOUNT", **after(token))
    items = (
        listed(shard.resource(_RULE_GROUP, _group_id(item), str(item["Arn"])), item, (RuleGroup,))
        for item in _own(answer.get("RuleGroups", ()), "Arn", shard)
    )
    return Page(items, answer.get("NextToken"))


def _own(items: Iterable[Mapping[str, Any]], member: str, shard: Shard) -> Iterator[Mapping[str, Any]]:
    return (item for item in items if account_of(str(item[member])) == shard.account_id)


def _group_id(item: Mapping[str, Any]) -> str:
    return f"{Arn.of(item['Arn']).path[0].removesuffix('-rulegroup')}/{item['Name']}"


firewall = reads(
    _FIREWALL, Firewall, "network-firewall:DescribeFirewall",
    lambda client, one: client.describe_firewall(FirewallArn=one.key),
)  # fmt: skip

logging = reads(
    _FIREWALL, FirewallLogging, "network-firewall:DescribeLoggingConfiguration",
    lambda client, one: client.describe_logging_configuration(FirewallArn=one.key),
)  # fmt: skip

policy = reads(
    _POLICY, FirewallPolicy, "network-firewall:DescribeFirewallPolicy",
    lambda client, one: client.describe_firewall_policy(FirewallPolicyArn=one.key),
)  # fmt: skip

stateless_rules = reads(
    _RULE_GROUP, StatelessRules, "network-firewall:DescribeRuleGroup",
    lambda client, one: client.describe_rule_group(RuleGroupArn=one.key), of=RuleGroup,
    when=lambda group: group.stateless, on=_STATELESS,
)  # fmt: skip
"""The rules of stateless rule groups: no check reads those of stateful ones, which may be megabytes."""


def _tags(client: Any, one: Resource) -> Mapping[str, Any]:
    return all_pages(client, "list_tags_for_resource", "Tags", page=_PAGE, ResourceArn=one.key)


firewall_tags = reads(_FIREWALL, Tags, "network-firewall:ListTagsForResource", _tags, on=_FIREWALLS)
policy_tags = reads(_POLICY, Tags, "network-firewall:ListTagsForResource", _tags, on=_POLICIES)
rule_group_tags = reads(_RULE_GROUP, Tags, "network-firewall:ListTagsForResource", _tags, on=_EVERY_GROUP)
