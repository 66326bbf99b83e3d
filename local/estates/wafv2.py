"""Web ACLs and rule groups: one of each that passes, a rule group without metrics, and a web ACL of CloudFront."""

from typing import Any

from local.server import EmbeddedAws

_TAGS = [{"Key": "Owner", "Value": "web"}]


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the estate of one region; what is of CloudFront is in us-east-1."""
    waf, home = aws.client("wafv2", region), aws.client("wafv2", "us-east-1")
    for name, metrics in (("shop", True), ("old", False)):
        waf.create_rule_group(
            Name=name, Scope="REGIONAL", Capacity=10, VisibilityConfig=_metrics(name, on=True), Tags=_TAGS,
            Rules=[_rule(f"{name}-countries", on=metrics)],
        )  # fmt: skip
    for client, scope, rules in ((waf, "REGIONAL", [_rule("countries", on=True)]), (home, "CLOUDFRONT", [])):
        client.create_web_acl(
            Name="edge", Scope=scope, DefaultAction={"Allow": {}}, VisibilityConfig=_metrics("shop", on=True),
            Rules=rules, Tags=_TAGS,
        )  # fmt: skip


def _rule(name: str, *, on: bool) -> dict[str, Any]:
    return {
        "Name": name,
        "Priority": 0,
        "Action": {"Block": {}},
        "Statement": {"GeoMatchStatement": {"CountryCodes": ["AQ"]}},
        "VisibilityConfig": _metrics(name, on=on),
    }


def _metrics(name: str, *, on: bool) -> dict[str, Any]:
    return {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": on, "MetricName": name}
