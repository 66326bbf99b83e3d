"""AWS WAF: web ACLs and rule groups."""

from collections.abc import Mapping

from muster.facets import kinds
from muster.facets.fields import Answer, Parsed, computed, facet, read
from muster.model.finding import Unknown


def _rules(response: Answer) -> int | Unknown:
    rules = (response.get("WebACL") or {}).get("Rules")
    return kinds.silent("Rules", "the rules of the web ACL") if rules is None else len(rules)


def _central(response: Answer) -> int:
    acl = response.get("WebACL") or {}
    groups = ("PreProcessFirewallManagerRuleGroups", "PostProcessFirewallManagerRuleGroups")
    return sum(len(acl.get(name) or ()) for name in groups)


@facet
class WebAcl(Parsed):
    """The number of rules of a web ACL, and of rule groups that Firewall Manager put before and behind them."""

    rules: int | Unknown = computed(_rules, "WebACL.Rules")
    central: int = computed(
        _central,
        "WebACL.PreProcessFirewallManagerRuleGroups",
        "WebACL.PostProcessFirewallManagerRuleGroups",
    )


def _metrics(response: Answer) -> Mapping[str, bool | Unknown]:
    rules = (response.get("RuleGroup") or {}).get("Rules") or ()
    return {str(rule["Name"]): _enabled(rule.get("VisibilityConfig"), str(rule["Name"])) for rule in rules}


def _enabled(config: Answer | None, name: str) -> bool | Unknown:
    return kinds.flag(
        (config or {}).get("CloudWatchMetricsEnabled"), "", f"whether CloudWatch metrics of {name} are on"
    )


@facet
class RuleGroup(Parsed):
    """Whether a rule group sends metrics to CloudWatch, and whether each of its rules does."""

    metrics: bool | Unknown = read(
        "RuleGroup.VisibilityConfig.CloudWatchMetricsEnabled", kinds.flag, "whether CloudWatch metrics are on"
    )
    rules: Mapping[str, bool | Unknown] = computed(_metrics, "RuleGroup.Rules")
