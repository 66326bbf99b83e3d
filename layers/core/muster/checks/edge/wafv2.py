"""Checks of web ACLs and rule groups of AWS WAF."""

from muster.facets.edge.wafv2 import RuleGroup, WebAcl
from muster.model.check import check
from muster.model.finding import Severity, Verdict, compliant, known, non_compliant
from muster.model.text import counted, listed

_SHOWN = 4


@check(severity=Severity.MEDIUM, controls=("FSBP WAF.10",))
def wafv2_webacl_not_empty(acl: WebAcl) -> Verdict:
    """Web ACLs of AWS WAF should have rules.

    Rule groups that Firewall Manager adds count too.

    Problem: web ACL has no rules
    Why: Without rules a web ACL inspects nothing: every request gets its default action.
    Fix: Save the web ACL with its lock token (this needs jq): `aws wafv2 get-web-acl --arn ARN --output json | jq --arg
      arn ARN '{LockToken, Scope: (if $arn | test(":global/") then "CLOUDFRONT" else "REGIONAL" end)} + (.WebACL |
      with_entries(select(.key | ascii_downcase != "arn")) | del(.Capacity, .PreProcessFirewallManagerRuleGroups,
      .PostProcessFirewallManagerRuleGroups, .ManagedByFirewallManager, .RetrofittedByFirewallManager,
      .LabelNamespace))' > WEB-ACL.json` In the file, add rules to Rules; the default action and the other settings
      stay. Put it back: `aws wafv2 update-web-acl --cli-input-json file://WEB-ACL.json`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/waf-controls.html#waf-10
    """
    if acl.central:
        return compliant(f"Web ACL has {counted(acl.central, 'rule group')} of Firewall Manager")
    rules = known(acl.rules)
    if rules:
        return compliant(f"Web ACL has {counted(rules, 'rule')}")
    return non_compliant("Web ACL has no rules and no rule groups")


@check(severity=Severity.MEDIUM, controls=("FSBP WAF.12",))
def wafv2_rulegroup_logging_enabled(group: RuleGroup) -> Verdict:
    """Rule groups of AWS WAF should send metrics to CloudWatch.

    The rule group and each of its rules must have metrics.

    Problem: rule group sends no metrics
    Why: Metrics show how many requests each rule allows, counts and blocks, and alarms need them.
    Fix: Read the rule group and its lock token: `aws wafv2 get-rule-group --arn ARN` Set CloudWatchMetricsEnabled to
      true in VisibilityConfig of the group and of each rule. Then: `aws wafv2 update-rule-group --name GROUP-NAME
      --scope SCOPE --id ID --visibility-config file://VISIBILITY.json --rules file://RULES.json --lock-token
      LOCK-TOKEN`
    Source: https://docs.aws.amazon.com/securityhub/latest/userguide/waf-controls.html#waf-12
    """
    silent = [name for name, on in group.rules.items() if on is False]
    if group.metrics is False:
        return non_compliant("CloudWatch metrics of the rule group are off")
    if silent:
        return non_compliant(f"CloudWatch metrics of rule {listed(silent, _SHOWN)} are off")
    known(group.metrics)
    for on in group.rules.values():
        known(on)
    return compliant(f"CloudWatch metrics of the rule group and its {counted(len(group.rules), 'rule')} are on")
