"""The calls of AWS WAF: in us-east-1 there are two listings of each kind."""

from local import estate
from tests.faults.held import REGIONS, Estate


def calls(there: Estate) -> dict[str, int]:
    acls = there.all("wafv2", "list_web_acls", "WebACLs", Scope="REGIONAL")
    groups = there.all("wafv2", "list_rule_groups", "RuleGroups", Scope="REGIONAL")
    acls += there.ask(estate.AWAY, "wafv2", "list_web_acls", Scope="CLOUDFRONT")["WebACLs"]
    groups += there.ask(estate.AWAY, "wafv2", "list_rule_groups", Scope="CLOUDFRONT")["RuleGroups"]
    return {
        "wafv2:ListWebACLs": REGIONS + 1,
        "wafv2:ListRuleGroups": REGIONS + 1,
        "wafv2:GetWebACL": len(acls),
        "wafv2:GetRuleGroup": len(groups),
        "wafv2:ListTagsForResource": len(acls) + len(groups),
    }
