"""Web ACLs and rule groups of AWS WAF."""

from typing import Any

import pytest

from muster.checks.edge.wafv2 import wafv2_rulegroup_logging_enabled, wafv2_webacl_not_empty
from muster.facets.edge.wafv2 import RuleGroup, WebAcl
from muster.model.finding import Status, Unknown, UnknownField

C, N = Status.COMPLIANT, Status.NON_COMPLIANT
UNKNOWN = Unknown("AWS did not say")


@pytest.mark.parametrize(
    ("acl", "status", "reason"),
    [
        (WebAcl(2, 0), C, "Web ACL has 2 rules"),
        (WebAcl(0, 0), N, "Web ACL has no rules and no rule groups"),
        (WebAcl(0, 1), C, "Web ACL has 1 rule group of Firewall Manager"),
    ],
)
def test_web_acls(acl: WebAcl, status: Status, reason: str) -> None:
    verdict = wafv2_webacl_not_empty(acl)
    assert (verdict.status, verdict.reason) == (status, reason)


@pytest.mark.parametrize(
    ("group", "status", "reason"),
    [
        (RuleGroup(True, {"a": True}), C, "CloudWatch metrics of the rule group and its 1 rule are on"),
        (RuleGroup(True, {}), C, ""),
        (RuleGroup(False, {"a": True}), N, "CloudWatch metrics of the rule group are off"),
        (RuleGroup(True, {"a": True, "b": False}), N, "CloudWatch metrics of rule b are off"),
        (RuleGroup(UNKNOWN, {"b": False}), N, ""),
    ],
)
def test_rule_groups(group: RuleGroup, status: Status, reason: str) -> None:
    verdict = wafv2_rulegroup_logging_enabled(group)
    assert verdict.status is status
    assert reason in ("", verdict.reason)


@pytest.mark.parametrize("group", [RuleGroup(UNKNOWN, {}), RuleGroup(True, {"a": UNKNOWN})])
def test_metrics_that_are_not_known_are_no_verdict(group: RuleGroup) -> None:
    with pytest.raises(UnknownField):
        wafv2_rulegroup_logging_enabled(group)


def test_answers_are_parsed() -> None:
    config: dict[str, Any] = {"CloudWatchMetricsEnabled": True}
    rule = {"Name": "a", "VisibilityConfig": config}
    assert RuleGroup.parse({"RuleGroup": {"VisibilityConfig": config, "Rules": [rule]}}) == RuleGroup(True, {"a": True})
    assert WebAcl.parse({"WebACL": {"Rules": [rule], "PreProcessFirewallManagerRuleGroups": [{}]}}) == WebAcl(1, 1)
    with pytest.raises(UnknownField):
        wafv2_webacl_not_empty(WebAcl.parse({"WebACL": {}}))
