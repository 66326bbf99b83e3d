"""Load balancers, listeners and target groups, against moto and against AWS's documented answers."""

from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from muster.catalog.catalog import load
from muster.catalog.read_plan import read_plan
from muster.facets.elbv2.load_balancers import (
    Listener,
    LoadBalancer,
    LoadBalancers,
    NamedLoadBalancer,
    TargetGroup,
)
from muster.facets.elbv2.rules import Condition, ListenerRules
from muster.facets.tagging.tags import Tags
from muster.model.finding import REGION, Resource, Status
from muster.model.listing import Listed, parsed
from muster.model.readers import Describer, Lister
from muster.model.rule import Rule
from muster.model.shard import Shard
from muster.readers.elbv2.load_balancers import (
    LISTENER,
    LOAD_BALANCER,
    TARGET_GROUP,
    listener_protocols,
    listener_tags,
    listeners,
    load_balancer_attributes,
    load_balancer_tags,
    load_balancers,
    region,
    rules,
    target_group_attributes,
    target_group_tags,
    target_groups,
    target_health,
)
from muster.scanning.calls import ScanContext
from muster.scanning.shard_scan import ShardScan
from muster.sdk.session import Clients
from tests.integration.conftest import listing

HERE, ACCOUNT = "eu-west-1", "123456789012"
SHARD = Shard(ACCOUNT, HERE, "elbv2", HERE, (HERE,))
PREFIX = f"arn:aws:elasticloadbalancing:{HERE}:{ACCOUNT}"
THE_REGION = Resource(REGION, HERE, ACCOUNT, HERE)
MARK = {"Key": "Owner", "Value": "a=b 🌍"}


class Estate:
    """A load balancer in moto, with a listener and a target group."""

    def __init__(self, clients: Clients) -> None:
        ec2, self.elbv2 = clients.get("ec2", HERE), clients.get("elbv2", HERE)
        self.vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
        self.subnets = [subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"]][:2]
        self.balancer = self.make("web", Tags=[MARK])
        self.group = self.elbv2.create_target_group(
            Name="web", Protocol="HTTP", Port=80, VpcId=self.vpc, TargetType="ip", Tags=[MARK]
        )["TargetGroups"][0]["TargetGroupArn"]
        forward: Any = [{"Type": "forward", "TargetGroupArn": self.group}]
        self.listener = self.elbv2.create_listener(
            LoadBalancerArn=self.balancer, Protocol="HTTP", Port=80, DefaultActions=forward, Tags=[MARK]
        )["Listeners"][0]["ListenerArn"]

    def make(self, name: str, **more: Any) -> str:
        made = self.elbv2.create_load_balancer(Name=name, Subnets=self.subnets, **more)
        return str(made["LoadBalancers"][0]["LoadBalancerArn"])


@pytest.fixture
def estate(clients: Clients) -> Estate:
    return Estate(clients)


def listed(lister: Lister, elbv2: Any) -> list[Listed]:
    """List what is made from the load balancers of the region."""
    return listing(lister, elbv2, SHARD, region.function(elbv2, THE_REGION))


def balancers(*numbers: int) -> LoadBalancers:
    names = [name_of("loadbalancer", number) for number in numbers]
    return LoadBalancers(tuple(NamedLoadBalancer(name, name, LoadBalancer("application")) for name in names))


def test_load_balancers_are_listed(estate: Estate) -> None:
    (found,) = listed(load_balancers, estate.elbv2)
    assert (found.resource.type, found.resource.id, found.resource.arn) == (LOAD_BALANCER, "web", estate.balancer)
    assert found.facets == {LoadBalancer: LoadBalancer("application", frozenset({"eu-west-1a", "eu-west-1b"}))}
    assert load_balancer_tags.function(estate.elbv2, [found.resource]) == {"web": Tags({"Owner": "a=b 🌍"})}


def test_target_groups_are_listed_with_who_uses_them(estate: Estate) -> None:
    (found,) = listing(target_groups, estate.elbv2, SHARD)
    assert (found.resource.type, found.resource.id, found.resource.arn) == (TARGET_GROUP, "web", estate.group)
    facet = found.facets[TargetGroup]
    assert isinstance(facet, TargetGroup)
    assert (facet.kind, facet.load_balancers, facet.health_checks) == ("ip", (estate.balancer,), True)
    assert target_group_tags.function(estate.elbv2, [found.resource]) == {"web": Tags({"Owner": "a=b 🌍"})}
    assert target_group_attributes.function(estate.elbv2, found.resource).deregistration_delay == 300
    assert target_health.function(estate.elbv2, found.resource).states == {}
    estate.elbv2.register_targets(TargetGroupArn=estate.group, Targets=[{"Id": "172.31.0.9", "Port": 80}])
    assert sum(target_health.function(estate.elbv2, found.resource).states.values()) == 1


def test_listeners_are_listed_with_their_rules(estate: Estate) -> None:
    estate.elbv2.create_rule(
        ListenerArn=estate.listener,
        Priority=10,
        Conditions=[{"Field": "path-pattern", "Values": ["/a"]}],
        Actions=[{"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS", "StatusCode": "HTTP_301"}}],
    )
    (found,) = listed(listeners, estate.elbv2)
    assert (found.resource.type, found.resource.id, found.resource.arn) == (LISTENER, estate.listener, estate.listener)
    facet = found.facets[Listener]
    assert isinstance(facet, Listener)
    assert (facet.kind, facet.protocol, facet.port) == ("application", "HTTP", 80)
    read = rules.function(estate.elbv2, found.resource)
    assert [(rule.priority, rule.conditions, rule.action.redirects_to) for rule in read.rules] == [
        (10, (Condition("path-pattern", ("/a",)),), "HTTPS")
    ]
    assert read.default.kind == "forward"


def test_the_listeners_of_many_load_balancers_are_listed(estate: Estate) -> None:
    arns = [estate.balancer, *(estate.make(f"web-{number:02}", Type="network") for number in range(22))]
    made = {estate.listener}
    for arn in arns[1::2]:
        forward: Any = [{"Type": "forward", "TargetGroupArn": estate.group}]
        answer = estate.elbv2.create_listener(LoadBalancerArn=arn, Protocol="TCP", Port=80, DefaultActions=forward)
        made.add(answer["Listeners"][0]["ListenerArn"])
    assert {item.resource.id for item in listed(listeners, estate.elbv2)} == made


def test_a_region_without_load_balancers_has_no_listeners(clients: Clients) -> None:
    assert listed(listeners, clients.get("elbv2", HERE)) == []


def test_attributes_are_read(estate: Estate) -> None:
    (found,) = listed(load_balancers, estate.elbv2)
    attributes = {
        "deletion_protection.enabled": "true",
        "access_logs.s3.enabled": "true",
        "access_logs.s3.bucket": "logs",
    }
    estate.elbv2.modify_load_balancer_attributes(
        LoadBalancerArn=estate.balancer, Attributes=[{"Key": key, "Value": attributes[key]} for key in attributes]
    )
    read = load_balancer_attributes.function(estate.elbv2, found.resource)
    assert (read.deletion_protection, read.access_logs, read.access_logs_bucket) == (True, True, "logs")


def test_target_groups_are_asked_for_in_large_pages_to_the_end() -> None:
    elbv2 = boto3.client("elbv2", HERE)
    pages: Any = [{"TargetGroups": [{"TargetGroupName": name, "TargetGroupArn": f"arn:{name}"}]} for name in "ab"]
    with Stubber(elbv2) as stub:
        stub.add_response("describe_target_groups", pages[0] | {"NextMarker": "next"}, {"PageSize": 400})
        stub.add_response("describe_target_groups", pages[1], {"PageSize": 400, "Marker": "next"})
        assert [found.resource.id for found in listing(target_groups, elbv2, SHARD)] == ["a", "b"]


def test_load_balancers_are_asked_for_in_large_pages_to_the_end() -> None:
    elbv2 = boto3.client("elbv2", HERE)
    pages: Any = [
        {"LoadBalancers": [{"LoadBalancerName": name, "LoadBalancerArn": f"arn:{name}", "Type": "gateway"}]}
        for name in "ba"
    ]
    with Stubber(elbv2) as stub:
        stub.add_response("describe_load_balancers", pages[0] | {"NextMarker": "next"}, {"PageSize": 400})
        stub.add_response("describe_load_balancers", pages[1], {"PageSize": 400, "Marker": "next"})
        found = listed(load_balancers, elbv2)
    assert [(item.resource.id, item.resource.arn, item.facets) for item in found] == [
        (name, f"arn:{name}", {LoadBalancer: LoadBalancer("gateway")}) for name in "ab"
    ]


def name_of(kind: str, number: int) -> str:
    return f"{PREFIX}:{kind}/app/web/{number}"


def own(*numbers: int) -> dict[str, Any]:
    return {"Listeners": [{"ListenerArn": name_of("listener", number)} for number in numbers]}


def asked(number: int) -> dict[str, Any]:
    return {"LoadBalancerArn": name_of("loadbalancer", number), "PageSize": 400}


def test_listeners_of_a_load_balancer_are_read_to_the_end_and_those_of_the_next_follow() -> None:
    elbv2 = boto3.client("elbv2", HERE)
    with Stubber(elbv2) as stub:
        stub.add_response("describe_listeners", own(1) | {"NextMarker": "rest"}, asked(1))
        stub.add_response("describe_listeners", own(2), asked(1) | {"Marker": "rest"})
        stub.add_client_error("describe_listeners", "LoadBalancerNotFound", expected_params=asked(2))
        stub.add_response("describe_listeners", own(3), asked(3))
        found = listing(listeners, elbv2, SHARD, balancers(1, 2, 3))
    assert [item.resource.id for item in found] == [name_of("listener", number) for number in (1, 2, 3)]


def test_the_listing_goes_on_from_any_of_its_tokens() -> None:
    elbv2 = boto3.client("elbv2", HERE)
    with Stubber(elbv2) as stub:
        stub.add_response("describe_listeners", own(1), asked(1))
        first = listeners.function(elbv2, SHARD, None, balancers(1, 2, 3))
        for _ in range(2):
            stub.add_response("describe_listeners", own(2) | {"NextMarker": "rest"}, asked(2))
            second = listeners.function(elbv2, SHARD, first.then, balancers(1, 2, 3))
            assert [item.resource.id for item in second.items] == [name_of("listener", 2)]
        stub.add_response("describe_listeners", own(4), asked(2) | {"Marker": "rest"})
        third = listeners.function(elbv2, SHARD, second.then, balancers(1, 2, 3))
        assert [item.resource.id for item in third.items] == [name_of("listener", 4)]
        # The load balancer whose turn it was is gone, and the marker of its listing with it.
        stub.add_response("describe_listeners", own(3), asked(3))
        after = listeners.function(elbv2, SHARD, second.then, balancers(1, 3))
        assert [item.resource.id for item in after.items] == [name_of("listener", 3)]
        assert after.then is None
        assert listeners.function(elbv2, SHARD, second.then, balancers(1)).then is None


@pytest.mark.parametrize("describer", [load_balancer_tags, listener_tags, target_group_tags])
def test_tags_are_read_of_up_to_twenty_and_who_is_not_answered_is_missing(describer: Describer) -> None:
    assert describer.at_once == 20
    elbv2 = boto3.client("elbv2", HERE)
    resources = [
        Resource(describer.resource_type, f"n{number}", ACCOUNT, HERE, arn=f"arn:{number}") for number in range(3)
    ]
    described: Any = [{"ResourceArn": "arn:2", "Tags": [MARK]}, {"ResourceArn": "arn:0"}]
    with Stubber(elbv2) as stub:
        stub.add_response(
            "describe_tags", {"TagDescriptions": described}, {"ResourceArns": ["arn:0", "arn:1", "arn:2"]}
        )
        found = describer.function(elbv2, resources)
    assert found == {"n0": Tags(), "n2": Tags({"Owner": "a=b 🌍"})}


def test_only_what_depends_on_it_is_asked_for() -> None:
    unknown = parsed(Listener, {"ListenerArn": name_of("listener", 1)})
    assert rules.when is not None
    assert rules.when(unknown)
    assert not rules.when(Listener.parse({"ListenerArn": f"{PREFIX}:listener/gwy/web/1/2"}))
    assert rules.absent == {"UnsupportedProtocol"}
    assert listener_protocols.when is not None
    assert [kind for kind in ("application", "network") if listener_protocols.when(LoadBalancer(kind))] == ["network"]
    assert target_health.when is not None
    assert not target_health.when(TargetGroup.parse({}))
    assert target_health.when(TargetGroup.parse({"LoadBalancerArns": ["arn"]}))
    assert isinstance(ListenerRules.parse({}), ListenerRules)


def test_a_shard_is_judged_from_the_listing_to_the_reason(clients: Clients, estate: Estate) -> None:
    catalog = load()
    named = [found for found in catalog.checks.values() if found.id.startswith("elb-")]
    chosen = [
        Rule(check, kind, "elbv2", {**check.settings, **dict.fromkeys(check.opt_in, True)})
        for check in named
        for kind in catalog.resource_types(check)
    ]
    scan = ShardScan(SHARD, read_plan(catalog, chosen), ScanContext(clients, datetime(2026, 11, 21, 12, tzinfo=UTC)))
    said = {(found.check_id, found.resource.id): (found.status, found.reason) for found in scan}
    assert scan.outcome.complete
    assert said == {
        ("elb-access-logs-enabled", "web"): (
            Status.INSUFFICIENT_DATA,
            "AWS did not return access_logs.s3.enabled",
        ),
        ("elb-cross-zone-enabled", "web"): (
            Status.NOT_APPLICABLE,
            "Cross-zone load balancing of application load balancers is always on",
        ),
        ("elb-desync-mitigation-strict", "web"): (
            Status.INSUFFICIENT_DATA,
            "AWS did not return routing.http.desync_mitigation_mode",
        ),
        ("elb-invalid-headers-dropped", "web"): (
            Status.INSUFFICIENT_DATA,
            "AWS did not return routing.http.drop_invalid_header_fields.enabled",
        ),
        ("elb-multiple-zones", "web"): (
            Status.COMPLIANT,
            "Load balancer is in 2 Availability Zones (eu-west-1a, eu-west-1b)",
        ),
        ("elb-waf-associated", "web"): (
            Status.NON_COMPLIANT,
            "No AWS WAF web ACL is associated with the load balancer",
        ),
        ("elb-listener-encrypted", estate.listener): (
            Status.NON_COMPLIANT,
            "HTTP listener on port 80 does not encrypt: the default rule forwards",
        ),
        ("elb-health-check-encrypted", "web"): (Status.NON_COMPLIANT, "Health checks use HTTP; use HTTPS"),
        ("elb-target-protocol-encrypted", "web"): (Status.NON_COMPLIANT, "Traffic to the targets uses HTTP"),
        ("elb-deletion-protection-enabled", "web"): (
            Status.NON_COMPLIANT,
            "Deletion protection of the application load balancer is off",
        ),
        ("elb-health-check-window-sound", "web"): (
            Status.COMPLIANT,
            "Failed targets are detected in 65 s, recovered targets in 150 s",
        ),
        ("elb-http-redirected", estate.listener): (
            Status.NON_COMPLIANT,
            "HTTP listener on port 80 does not always redirect to HTTPS: the default rule forwards",
        ),
        ("elb-listener-rules-not-redundant", estate.listener): (
            Status.NOT_APPLICABLE,
            "Listener has only its default rule",
        ),
        ("elb-target-group-in-use", "web"): (Status.NON_COMPLIANT, "Target group has no targets"),
        ("elb-tls-policy-current", estate.listener): (
            Status.NOT_APPLICABLE,
            "Listener uses HTTP, which has no TLS policy",
        ),
    }


def test_partitions_are_told_by_the_arn() -> None:
    elbv2 = boto3.client("elbv2", "us-gov-west-1")
    arn = f"arn:aws-us-gov:elasticloadbalancing:us-gov-west-1:{ACCOUNT}:targetgroup/web/1"
    shard = Shard(ACCOUNT, "us-gov-west-1", "elbv2", "us-gov-west-1", ("us-gov-west-1",), "aws-us-gov")
    with Stubber(elbv2) as stub:
        stub.add_response(
            "describe_target_groups", {"TargetGroups": [{"TargetGroupName": "web", "TargetGroupArn": arn}]}
        )
        found: list[Listed] = listing(target_groups, elbv2, shard)
    assert [(item.resource.partition, item.resource.arn) for item in found] == [("aws-us-gov", arn)]
