"""What Elastic Load Balancing answers, parsed."""

from typing import Any

import pytest

from muster.facets.elbv2.load_balancers import (
    Listener,
    ListenerProtocols,
    LoadBalancer,
    LoadBalancerAttributes,
    LoadBalancers,
    TargetGroup,
    TargetGroupAttributes,
    TargetHealth,
    WebAcl,
)
from muster.facets.tagging.tags import Tags
from muster.model.finding import Unavailable, Unknown
from muster.model.listing import parsed

CHINA = "arn:aws-cn:elasticloadbalancing:cn-north-1:123456789012"
GROUP = {
    "TargetGroupArn": f"{CHINA}:targetgroup/web/1",
    "TargetGroupName": "web",
    "Protocol": "HTTP",
    "Port": 80,
    "HealthCheckProtocol": "HTTP",
    "HealthCheckEnabled": True,
    "HealthCheckIntervalSeconds": 30,
    "HealthCheckTimeoutSeconds": 5,
    "HealthyThresholdCount": 5,
    "UnhealthyThresholdCount": 2,
    "LoadBalancerArns": [f"{CHINA}:loadbalancer/app/web/1"],
    "TargetType": "instance",
}


def test_load_balancers_are_in_the_order_of_their_arns_without_those_that_could_not_be_made() -> None:
    items: list[dict[str, Any]] = [
        {"LoadBalancerName": f"of {code}", "LoadBalancerArn": f"arn:{code}", "State": {"Code": code}, "Type": "network"}
        for code in ("provisioning", "active", "failed", "active_impaired")
    ]
    items.append({"LoadBalancerName": "new", "LoadBalancerArn": "arn:b", "Type": "quantum"})
    found = LoadBalancers.parse({"LoadBalancers": iter(items)})
    assert [(each.arn, each.name) for each in found.all] == [
        ("arn:active", "of active"),
        ("arn:active_impaired", "of active_impaired"),
        ("arn:b", "new"),
        ("arn:provisioning", "of provisioning"),
    ]
    assert [each.facet.kind for each in found.all if each.name != "new"] == ["network"] * 3
    assert isinstance(found.all[2].facet.kind, Unknown)
    assert LoadBalancers.parse({}) == LoadBalancers(())


@pytest.mark.parametrize(
    ("arn", "names"),
    [
        pytest.param("", ["a", "c", "e"], id="from the first"),
        pytest.param("arn:c", ["c", "e"], id="from one that is there"),
        pytest.param("arn:b", ["c", "e"], id="from one that is gone"),
        pytest.param("arn:f", [], id="from one after the last"),
    ],
)
def test_load_balancers_from_one_on(arn: str, names: list[str]) -> None:
    items = [{"LoadBalancerName": name, "LoadBalancerArn": f"arn:{name}"} for name in "ace"]
    assert [each.name for each in LoadBalancers.parse({"LoadBalancers": items}).since(arn)] == names


def test_a_load_balancer_without_arn_is_a_strange_answer() -> None:
    assert isinstance(parsed(LoadBalancers, {"LoadBalancers": [{"LoadBalancerName": "web"}]}), Unavailable)


def test_attributes_are_parsed() -> None:
    said = {
        "deletion_protection.enabled": "true",
        "access_logs.s3.enabled": "false",
        "access_logs.s3.bucket": "logs",
        "idle_timeout.timeout_seconds": "60",
    }
    found = LoadBalancerAttributes.parse({"Attributes": [{"Key": key, "Value": said[key]} for key in said]})
    assert found == LoadBalancerAttributes(True, False, "logs")


@pytest.mark.parametrize(
    "attributes",
    [
        pytest.param([], id="none"),
        pytest.param([{"Key": "deletion_protection.enabled"}, {"Key": "access_logs.s3.enabled"}], id="no value"),
        pytest.param(
            [{"Key": key, "Value": "maybe"} for key in ("deletion_protection.enabled", "access_logs.s3.enabled")],
            id="a new value",
        ),
    ],
)
def test_attributes_that_aws_leaves_out_are_not_known(attributes: list[dict[str, str]]) -> None:
    found = LoadBalancerAttributes.parse({"Attributes": attributes})
    assert isinstance(found.deletion_protection, Unknown)
    assert isinstance(found.access_logs, Unknown)
    assert "access_logs.s3.enabled" in found.access_logs.reason


def test_the_protocols_of_a_load_balancers_listeners_are_gathered() -> None:
    listeners: list[dict[str, Any]] = [{"Protocol": "TLS"}, {"Protocol": "TCP"}, {"Protocol": "TCP"}, {"Port": 6081}]
    assert ListenerProtocols.parse({"Listeners": listeners}) == ListenerProtocols(frozenset({"TLS", "TCP"}))
    assert ListenerProtocols.parse({"Listeners": []}) == ListenerProtocols(frozenset())
    assert isinstance(ListenerProtocols.parse({}).protocols, Unknown)


@pytest.mark.parametrize(
    ("arn", "kind"),
    [
        pytest.param(f"{CHINA}:listener/app/web/1/2", "application", id="application"),
        pytest.param(f"{CHINA}:listener/net/web/1/2", "network", id="network"),
        pytest.param(f"{CHINA}:listener/gwy/web/1/2", "gateway", id="gateway"),
    ],
)
def test_a_listener_is_of_its_load_balancers_type(arn: str, kind: str) -> None:
    found = Listener.parse({"ListenerArn": arn, "Protocol": "TLS", "Port": 443, "SslPolicy": "P"})
    assert found == Listener(kind, "TLS", 443, "P")


def test_a_listener_without_protocol_is_not_known_to_speak_one() -> None:
    found = Listener.parse({"ListenerArn": f"{CHINA}:listener/gwy/web/1/2"})
    assert (found.kind, found.port) == ("gateway", None)
    assert isinstance(found.protocol, Unknown)
    assert isinstance(found.tls_policy, Unknown)


def test_a_listener_of_a_new_kind_says_so() -> None:
    found = Listener.parse({"ListenerArn": f"{CHINA}:listener/mesh/web/1/2", "Protocol": "WEBTRANSPORT"})
    assert isinstance(found.kind, Unknown)
    assert isinstance(found.protocol, Unknown)
    assert "'mesh'" in found.kind.reason
    assert "'WEBTRANSPORT'" in found.protocol.reason
    assert isinstance(parsed(Listener, {}), Unavailable)
    assert isinstance(parsed(Listener, {"ListenerArn": "listener"}), Unavailable)


def test_a_target_group_is_parsed() -> None:
    found = TargetGroup.parse(GROUP)
    assert found == TargetGroup("instance", (f"{CHINA}:loadbalancer/app/web/1",), True, 30, 5, 5, 2, "HTTP", "HTTP")


def test_a_target_group_of_a_function_has_no_protocol() -> None:
    group = {name: value for name, value in GROUP.items() if not name.endswith("Protocol")}
    found = TargetGroup.parse({**group, "TargetType": "lambda"})
    assert isinstance(found.protocol, Unknown)
    assert isinstance(found.check_protocol, Unknown)


@pytest.mark.parametrize(
    ("zones", "found"),
    [
        pytest.param(None, LoadBalancer("network"), id="not answered"),
        pytest.param([{"ZoneName": "eu-west-1a"}] * 2, LoadBalancer("network", frozenset({"eu-west-1a"})), id="twice"),
        pytest.param(
            [{"ZoneName": "eu-west-1b", "OutpostId": "op-1"}, {"SubnetId": "subnet-1"}],
            LoadBalancer("network", frozenset({"eu-west-1b"}), True),
            id="on an Outpost, and a subnet without a zone",
        ),
    ],
)
def test_the_zones_of_a_load_balancer(zones: Any, found: LoadBalancer) -> None:
    assert LoadBalancer.parse({"Type": "network", "AvailabilityZones": zones}) == found


def test_attributes_of_an_application_load_balancer_are_parsed() -> None:
    said = {
        "routing.http.desync_mitigation_mode": "strictest",
        "routing.http.drop_invalid_header_fields.enabled": "true",
        "load_balancing.cross_zone.enabled": "false",
    }
    found = LoadBalancerAttributes.parse({"Attributes": [{"Key": key, "Value": said[key]} for key in said]})
    assert (found.desync_mode, found.drops_invalid_headers, found.cross_zone) == ("strictest", True, False)
    assert isinstance(
        LoadBalancerAttributes.parse({"Attributes": [{"Key": next(iter(said)), "Value": "lax"}]}).desync_mode, Unknown
    )


def test_a_web_acl_is_absent_where_aws_answers_none() -> None:
    assert WebAcl.parse({}) == WebAcl("")
    assert WebAcl.parse({"WebACL": {"Name": "shop", "Id": "1"}}) == WebAcl("shop")


def test_the_delay_of_deregistration_is_parsed() -> None:
    name = "deregistration_delay.timeout_seconds"
    assert TargetGroupAttributes.parse({"Attributes": [{"Key": name, "Value": "0"}]}) == TargetGroupAttributes(0)
    assert isinstance(TargetGroupAttributes.parse({}).deregistration_delay, Unknown)
    assert isinstance(parsed(TargetGroupAttributes, {"Attributes": [{"Key": name, "Value": "soon"}]}), Unavailable)


def test_targets_are_counted_by_state() -> None:
    targets: list[dict[str, Any]] = [
        {"TargetHealth": {"State": "healthy"}},
        {"TargetHealth": {"State": "healthy"}},
        {"TargetHealth": {"State": "unused", "Reason": "Target.NotInUse"}},
        {"TargetHealth": {"State": "unavailable", "Reason": "Target.HealthCheckDisabled"}},
        {"TargetHealth": {"State": "unavailable", "Reason": "Elb.InternalError"}},
    ]
    found = TargetHealth.parse({"TargetHealthDescriptions": targets})
    assert found == TargetHealth({"healthy": 2, "unused": 1, "unchecked": 1, "unavailable": 1})
    assert TargetHealth.parse({"TargetHealthDescriptions": []}) == TargetHealth({})
    assert isinstance(TargetHealth.parse({}).states, Unknown)


def test_a_state_that_is_not_known_is_not_counted_as_any() -> None:
    found = TargetHealth.parse({"TargetHealthDescriptions": [{"TargetHealth": {"State": "dreaming"}}, {}]})
    assert found.states == {}
    assert list(found.unknown) == [
        "Muster does not know the target state 'dreaming'",
        "Muster does not know the target state None",
    ]


def test_tags_are_read_as_they_are_described() -> None:
    item = {"ResourceArn": CHINA, "Tags": [{"Key": "Owner", "Value": "a=b 🌍"}, {"Key": "Empty"}]}
    assert Tags.parse(item).own == {"Owner": "a=b 🌍", "Empty": ""}
