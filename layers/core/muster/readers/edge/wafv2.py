"""Reading AWS WAF: web ACLs and rule groups of each region, and in us-east-1 those of CloudFront too.

Rule groups of AWS and of vendors are not listed.
"""

import typing
from collections.abc import Iterable, Mapping
from typing import Any

from muster.facets.edge.wafv2 import RuleGroup, WebAcl
from muster.facets.tagging.tags import Tags
from muster.model.arn import Arn
from muster.model.finding import Resource
from muster.model.listing import Listed, Page, after
from muster.model.readers import lists, reads
from muster.model.shard import Shard

if typing.TYPE_CHECKING:
    from mypy_boto3_wafv2 import WAFV2Client

_WEB_ACL = "AWS::WAFv2::WebACL"
_RULE_GROUP = "AWS::WAFv2::RuleGroup"

_REGIONAL, _CLOUDFRONT = "REGIONAL", "CLOUDFRONT"
_HOME = "us-east-1"
"""The region in which the web ACLs and rule groups of CloudFront are.

https://docs.aws.amazon.com/waf/latest/APIReference/API_ListWebACLs.html
"""
_GONE = ("WAFNonexistentItemException",)


@lists(
    _WEB_ACL, permission="wafv2:ListWebACLs", on="arn:{partition}:wafv2:*:*:*/webacl/*/*",
    arn="wafv2:{region}:{account}:{}/webacl/{}/{id}", gone=_GONE,
)  # fmt: skip
def web_acls(waf: "WAFV2Client", shard: Shard, token: str | None) -> Page:
    """List the web ACLs of a region, 100 a page: their names only."""
    return _page(shard, token, _WEB_ACL, lambda **place: waf.list_web_acls(Limit=100, **place), "WebACLs")


@lists(
    _RULE_GROUP, permission="wafv2:ListRuleGroups", on="arn:{partition}:wafv2:*:*:*/rulegroup/*/*",
    arn="wafv2:{region}:{account}:{}/rulegroup/{}/{id}", gone=_GONE,
)  # fmt: skip
def rule_groups(waf: "WAFV2Client", shard: Shard, token: str | None) -> Page:
    """List the account's own rule groups of a region, 100 a page: their names only."""
    return _page(shard, token, _RULE_GROUP, lambda **place: waf.list_rule_groups(Limit=100, **place), "RuleGroups")


def _page(shard: Shard, token: str | None, kind: str, request: Any, member: str) -> Page:
    """Return one page; the token is the scope whose turn it is, and where its listing goes on."""
    scope, _, marker = (token or _REGIONAL).partition(" ")
    answer: Mapping[str, Any] = request(Scope=scope, **after(marker or None, "NextMarker"))
    items: Iterable[Mapping[str, Any]] = answer.get(member) or ()
    then = answer.get("NextMarker")
    following = f"{scope} {then}" if then and items else None
    if following is None and scope == _REGIONAL and shard.region == _HOME:
        following = _CLOUDFRONT
    return Page((Listed(shard.resource(kind, str(each["Id"]), str(each["ARN"]))) for each in items), following)


def _named(resource: Resource) -> dict[str, Any]:
    """Return the three names of a web ACL or a rule group, which its ARN has."""
    path = Arn.of(resource.arn).path
    return {"Name": path[-2], "Id": path[-1], "Scope": _CLOUDFRONT if path[0] == "global" else _REGIONAL}


web_acl = reads(_WEB_ACL, WebAcl, "wafv2:GetWebACL", lambda waf, acl: waf.get_web_acl(**_named(acl)))

rule_group = reads(_RULE_GROUP, RuleGroup, "wafv2:GetRuleGroup", lambda waf, group: waf.get_rule_group(**_named(group)))

web_acl_tags, rule_group_tags = (
    reads(
        each, Tags, "wafv2:ListTagsForResource",
        lambda waf, one: {"Tags": waf.list_tags_for_resource(ResourceARN=one.arn)["TagInfoForResource"].get("TagList")},
    )
    for each in (_WEB_ACL, _RULE_GROUP)
)  # fmt: skip
