"""The rules of listeners, parsed."""

from typing import Any

import pytest

from muster.facets.elbv2.rules import SEPARATOR, Action, Condition, ListenerRules
from muster.model.finding import Unavailable, Unknown
from muster.model.listing import parsed

FORWARD = {"Type": "forward", "Order": 2, "TargetGroupArn": "arn:aws-cn:elasticloadbalancing:x:targetgroup/web/1"}
LOGIN = {"Type": "authenticate-cognito", "Order": 1, "AuthenticateCognitoConfig": {"UserPoolArn": "pool"}}
SECURE = {"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}}


@pytest.mark.parametrize(
    ("said", "condition"),
    [
        pytest.param(
            {"Field": "path-pattern", "Values": ["/a"], "PathPatternConfig": {"Values": ["/a"]}},
            Condition("path-pattern", ("/a",)),
            id="said twice, as AWS does",
        ),
        pytest.param({"Field": "path-pattern", "Values": ["/a"]}, Condition("path-pattern", ("/a",)), id="the old way"),
        pytest.param(
            {"Field": "host-header", "HostHeaderConfig": {"Values": ["b", "a", "b"]}},
            Condition("host-header", ("b", "a")),
            id="a host, each value once",
        ),
        pytest.param(
            {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": "X-A", "Values": ["v*"]}},
            Condition("http-header", ("v*",), name="x-a"),
            id="a header",
        ),
        pytest.param(
            {"Field": "query-string", "QueryStringConfig": {"Values": [{"Key": "v", "Value": "1"}, {"Value": "2"}]}},
            Condition("query-string", (f"v{SEPARATOR}1", f"*{SEPARATOR}2")),
            id="a query, with and without a key",
        ),
        pytest.param(
            {"Field": "http-request-method", "HttpRequestMethodConfig": {"Values": ["GET"]}},
            Condition("http-request-method", ("GET",)),
            id="a method",
        ),
        pytest.param(
            {"Field": "source-ip", "SourceIpConfig": {"Values": ["10.0.0.0/8"]}},
            Condition("source-ip", ("10.0.0.0/8",)),
            id="addresses",
        ),
        pytest.param(
            {"Field": "source-ip", "SourceIpConfig": {"IpAddressType": "ipv6"}},
            Condition("source-ip", ("::/0",)),
            id="a family of addresses, as network load balancers ask for",
        ),
        pytest.param(
            {"Field": "path-pattern", "PathPatternConfig": {"RegexValues": ["^/a"]}},
            Condition("path-pattern", (), ("^/a",)),
            id="a regular expression",
        ),
        pytest.param(
            {"Field": "path-pattern", "RegexValues": ["^/a"]}, Condition("path-pattern", (), ("^/a",)), id="outside"
        ),
        pytest.param({"Field": "path-pattern"}, Condition("path-pattern", ()), id="no value"),
    ],
)
def test_a_condition_is_parsed(said: dict[str, Any], condition: Condition) -> None:
    assert Condition.parse(said) == condition
    assert condition.known


def test_a_condition_on_a_new_field_keeps_what_was_said() -> None:
    said = {"Field": "moon-phase", "MoonConfig": {"Values": ["full"]}}
    found = Condition.parse(said)
    assert not found.known
    assert found == Condition.parse(dict(reversed(said.items())))
    assert found != Condition.parse(said | {"MoonConfig": {"Values": ["new"]}})


def test_the_last_action_is_what_is_done() -> None:
    found = Action.parse({"Actions": [FORWARD, LOGIN]})
    assert (found.kind, found.redirects_to) == ("forward", "")
    assert found == Action.parse({"Actions": [LOGIN, FORWARD]})
    assert found.whole == Action.parse({"Actions": [LOGIN | {"Order": 7}, FORWARD | {"Order": 9}]}).whole
    assert found.whole != Action.parse({"Actions": [FORWARD]}).whole
    assert Action.parse({"Actions": [SECURE]}).redirects_to == "HTTPS"
    assert Action.parse({}).kind == ""


def test_what_a_rule_rewrites_is_part_of_what_it_does() -> None:
    rewrite = [{"Type": "url-rewrite", "UrlRewriteConfig": {"Rewrites": [{"Regex": "a", "Replace": "b"}]}}]
    assert Action.parse({"Actions": [FORWARD]}) != Action.parse({"Actions": [FORWARD], "Transforms": rewrite})


def test_rules_are_in_the_order_in_which_they_are_tried() -> None:
    path = [{"Field": "path-pattern", "Values": ["/a"]}]
    items = [
        {"Priority": "default", "IsDefault": True, "Actions": [SECURE], "Conditions": []},
        {"Priority": "20", "IsDefault": False, "Actions": [FORWARD], "Conditions": path},
        {"Priority": "3", "IsDefault": False, "Actions": [FORWARD], "Conditions": path},
    ]
    found = ListenerRules.parse({"Rules": items})
    assert [rule.priority for rule in found.rules] == [3, 20]
    assert found.default == Action.parse({"Actions": [SECURE]})
    assert found.rules[0].conditions == (Condition("path-pattern", ("/a",)),)


@pytest.mark.parametrize(
    ("response", "count"),
    [
        pytest.param({}, 0, id="nothing"),
        pytest.param({"Rules": [{"Priority": "1", "Actions": [FORWARD]}]}, 1, id="no default rule"),
    ],
)
def test_a_default_rule_that_aws_does_not_tell_is_not_known(response: dict[str, Any], count: int) -> None:
    found = ListenerRules.parse(response)
    assert len(found.rules) == count
    assert isinstance(found.default, Unknown)


@pytest.mark.parametrize(
    "rule",
    [
        pytest.param({"Priority": "soon"}, id="a priority that is no number"),
        pytest.param({}, id="no priority"),
        pytest.param({"Priority": "1", "Conditions": [{}]}, id="a condition on nothing"),
        pytest.param(
            {"Priority": "1", "Conditions": [{"Field": "source-ip", "SourceIpConfig": {"IpAddressType": "ipv9"}}]},
            id="a family of addresses that is new",
        ),
    ],
)
def test_a_rule_of_a_shape_that_aws_does_not_document_is_said(rule: dict[str, Any]) -> None:
    assert isinstance(parsed(ListenerRules, {"Rules": [rule]}), Unavailable)
