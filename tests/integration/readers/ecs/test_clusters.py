"""Reading ECS on moto."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.stub import ANY, Stubber

from muster.catalog.catalog import load
from muster.catalog.read_plan import read_plan
from muster.facets.ecs.clusters import Cluster, EcsRegion, Launch, Service
from muster.facets.ecs.targets import TargetWindow
from muster.facets.ecs.task_definition import RunDefinition, TaskDefinition
from muster.facets.tagging.tags import Tags
from muster.model.finding import REGION, Finding, Resource, Status, Unknown
from muster.model.listing import Listed
from muster.model.rule import Rule
from muster.model.shard import Shard
from muster.readers.ecs.clusters import (
    CLUSTER,
    SERVICE,
    TASK_DEFINITION,
    clusters,
    definition_of_service,
    region,
    services,
    tags,
    target_windows,
    task_definition,
    task_definitions,
    utilization,
)
from muster.scanning.calls import ScanContext
from muster.scanning.shard_scan import ShardScan
from muster.sdk.session import Clients

HERE = "eu-west-1"
ACCOUNT_ID = "123456789012"
AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
SHARD = Shard(ACCOUNT_ID, HERE, "ecs", HERE, (HERE,))
PLACE = f"arn:aws:ecs:{HERE}:{ACCOUNT_ID}"
OWNER = REGION, HERE, ACCOUNT_ID, HERE


@pytest.fixture
def ecs(clients: Clients) -> Any:
    client = clients.get("ecs", HERE)
    client.create_cluster(
        clusterName="shop",
        settings=[{"name": "containerInsights", "value": "enhanced"}],
        tags=[{"key": "Owner", "value": "a=b 🦆"}],
    )
    defined(client, "web")
    return client


def defined(client: Any, family: str, **said: object) -> None:
    containers = [{"name": family, "image": f"{family}:1"}]
    asked = {"cpu": "256", "memory": "512", "containerDefinitions": containers} | said
    client.register_task_definition(family=family, **asked)


def served(client: Any, name: str, **said: object) -> None:
    asked = {"cluster": "shop", "taskDefinition": "web", "desiredCount": 1, "launchType": "FARGATE"} | said
    client.create_service(serviceName=name, **asked)


def read(client: Any) -> EcsRegion:
    found = region.function(client, Resource(*OWNER))
    assert isinstance(found, EcsRegion)
    return found


def test_clusters_and_services_come_with_facets_tags_and_arns(ecs: Any) -> None:
    served(ecs, "web", tags=[{"key": "Owner", "value": "web"}])
    found = read(ecs)
    (cluster,) = clusters.function(ecs, SHARD, None, found).items
    (service,) = services.function(ecs, SHARD, None, found).items
    assert cluster.resource == Resource(
        CLUSTER, "shop", ACCOUNT_ID, HERE, "aws", f"{PLACE}:cluster/shop", {"Owner": "a=b 🦆"}
    )
    assert cluster.facets[Tags] == Tags({"Owner": "a=b 🦆"})
    assert cluster.facets[Cluster] == found.clusters[0]
    assert found.clusters[0].insights == "enhanced"
    assert service.resource == Resource(
        SERVICE, "shop/web", ACCOUNT_ID, HERE, "aws", f"{PLACE}:service/shop/web", {"Owner": "web"}
    )
    assert service.facets[Tags] == Tags({"Owner": "web"})
    facet = service.facets[Service]
    assert isinstance(facet, Service)
    assert (facet.cluster, facet.launches, facet.definitions) == (
        "shop",
        (Launch("FARGATE"),),
        (f"{PLACE}:task-definition/web:1",),
    )


def test_what_is_deleted_is_left_out(ecs: Any) -> None:
    served(ecs, "web")
    served(ecs, "gone")
    ecs.delete_service(cluster="shop", service="gone", force=True)
    assert [service.name for service in read(ecs).services] == ["web"]


def test_a_region_without_ecs_is_empty(clients: Clients) -> None:
    client = clients.get("ecs", "eu-west-3")
    assert read(client) == EcsRegion()
    assert list(clusters.function(client, SHARD, None, EcsRegion()).items) == []


def cluster_said(name: str, status: str = "ACTIVE") -> dict[str, Any]:
    return {"clusterName": name, "clusterArn": f"{PLACE}:cluster/{name}", "status": status}


def service_said(cluster: str, name: str, status: str = "ACTIVE") -> dict[str, Any]:
    arn = f"{PLACE}:service/{cluster}/{name}"
    return {
        "serviceName": name,
        "serviceArn": arn,
        "clusterArn": f"{PLACE}:cluster/{cluster}",
        "status": status,
    }


def test_a_region_is_read_in_large_pages_to_the_end() -> None:
    client = boto3.client("ecs", HERE)
    cluster_names = [f"c{number}" for number in range(101)]
    arns = [f"{PLACE}:cluster/{name}" for name in cluster_names]
    names = [f"s{number}" for number in range(11)]
    with Stubber(client) as stub:
        stub.add_response("list_clusters", {"clusterArns": arns[:100], "nextToken": "next"}, {"maxResults": 100})
        asked = {"include": ["SETTINGS", "TAGS"]}
        gone = [cluster_said(name, "INACTIVE") for name in cluster_names[:99]]
        leaving = cluster_said("c99", "DEPROVISIONING")
        stub.add_response("describe_clusters", {"clusters": [*gone, leaving]}, asked | {"clusters": arns[:100]})
        stub.add_response("list_clusters", {"clusterArns": arns[100:]}, {"maxResults": 100, "nextToken": "next"})
        stub.add_response("describe_clusters", {"clusters": [cluster_said("c100")]}, asked | {"clusters": arns[100:]})
        of = {"cluster": arns[100], "maxResults": 100}
        listed = [f"{PLACE}:service/c100/{name}" for name in names]
        stub.add_response("list_services", {"serviceArns": listed[:6], "nextToken": "next"}, of)
        stub.add_response("list_services", {"serviceArns": listed[6:]}, of | {"nextToken": "next"})
        asked = {"cluster": arns[100], "include": ["TAGS"]}
        ten = [service_said("c100", name) for name in names[:10]]
        stub.add_response("describe_services", {"services": ten}, asked | {"services": listed[:10]})
        last = [service_said("c100", "s10", "DRAINING")]
        stub.add_response("describe_services", {"services": last}, asked | {"services": listed[10:]})
        found = read(client)
        stub.assert_no_pending_responses()
    assert [cluster.name for cluster in found.clusters] == ["c100"]
    assert [service.name for service in found.services] == names[:10]


def test_what_goes_between_two_calls_is_left_out() -> None:
    client = boto3.client("ecs", HERE)
    all_three = [cluster_said("shop"), cluster_said("gone"), cluster_said("going")]
    with Stubber(client) as stub:
        stub.add_response("list_clusters", {"clusterArns": ["shop", "gone", "going"]})
        stub.add_response(
            "describe_clusters", {"clusters": all_three, "failures": [{"arn": "lab", "reason": "MISSING"}]}
        )
        stub.add_response("list_services", {"serviceArns": ["web", "job"]})
        failures = [{"arn": "job", "reason": "MISSING"}]
        stub.add_response("describe_services", {"services": [service_said("shop", "web")], "failures": failures})
        stub.add_client_error("list_services", "ClusterNotFoundException")
        stub.add_response("list_services", {"serviceArns": ["late"]})
        stub.add_client_error("describe_services", "ClusterNotFoundException")
        found = read(client)
    assert [service.name for service in found.services] == ["web"]


def test_what_aws_fails_to_describe_is_not_taken_for_deleted() -> None:
    client = boto3.client("ecs", HERE)
    with Stubber(client) as stub:
        stub.add_response("list_clusters", {"clusterArns": ["shop"]})
        failures = [{"arn": "shop", "reason": "INTERNAL"}]
        stub.add_response("describe_clusters", {"clusters": [], "failures": failures})
        with pytest.raises(ValueError, match="the cluster shop could not be described: INTERNAL"):
            read(client)


def running(*names: str) -> EcsRegion:
    service = Service("web", "arn", "shop", definitions=tuple(f"{PLACE}:task-definition/{name}" for name in names))
    return EcsRegion(services=(service,))


def listed(pages: Sequence[Sequence[str]], found: EcsRegion) -> list[list[Listed]]:
    """List task definitions of which AWS answers these pages, by family and revision."""
    client = boto3.client("ecs", HERE)
    token: str | None = None
    items: list[list[Listed]] = []
    with Stubber(client) as stub:
        for number, names in enumerate(pages):
            asked: dict[str, Any] = {"status": "ACTIVE", "sort": "DESC", "maxResults": 100}
            asked |= {"nextToken": f"page {number}"} if number else {}
            more = {"nextToken": f"page {number + 1}"} if number + 1 < len(pages) else {}
            arns = [f"{PLACE}:task-definition/{name}" for name in names]
            stub.add_response("list_task_definitions", {"taskDefinitionArns": arns} | more, asked)
            page = task_definitions.function(client, SHARD, token, found)
            items.append(list(page.items))
            token = page.then
        assert token is None
        stub.assert_no_pending_responses()
    return items


@pytest.mark.parametrize(
    ("pages", "in_use", "kept"),
    [
        pytest.param([[]], [], [[]], id="none"),
        pytest.param(
            [["web:10", "web:9", "web:1"]],
            [],
            [["web:10"]],
            id="the latest of a family, and no revision that nobody runs",
        ),
        pytest.param([["web:2", "job:7", "job:6"]], [], [["web:2", "job:7"]], id="of each family"),
        pytest.param([["web:2", "web:1"], ["web:0", "job:1"]], [], [["web:2"], ["job:1"]], id="a family over a page"),
        pytest.param([["web:2"], [], ["web:1"]], [], [["web:2"], [], []], id="over an empty page"),
        pytest.param([["web:3", "web:2", "web:1"]], ["web:1"], [["web:3", "web:1"]], id="an older one in use"),
        pytest.param([["web:3", "web:2"]], ["web:3"], [["web:3"]], id="the latest in use, once"),
        pytest.param([["web:3"]], ["web:1"], [["web:3", "web:1"]], id="an inactive one in use"),
        pytest.param([["web:3"]], ["old:1"], [["web:3", "old:1"]], id="of a family that is all inactive"),
        pytest.param(
            [["web:3", "web:2"], ["a:1"]], ["web:2"], [["web:3", "web:2"], ["a:1"]], id="seen on a page before"
        ),
        pytest.param(
            [["web:3"], ["a:1"]], ["web:1", "b:1"], [["web:3"], ["a:1", "web:1", "b:1"]], id="only at the end"
        ),
    ],
)
def test_the_latest_of_each_family_is_listed_and_what_a_service_runs(
    pages: list[list[str]], in_use: list[str], kept: list[list[str]]
) -> None:
    found = listed(pages, running(*in_use))
    assert [[item.resource.id for item in page] for page in found] == kept


def test_a_task_definition_has_its_arn_in_any_partition() -> None:
    ((item,),) = listed([["web:7"]], EcsRegion())
    arn = f"{PLACE}:task-definition/web:7"
    assert item.resource == Resource(TASK_DEFINITION, "web:7", ACCOUNT_ID, HERE, "aws", arn)
    client = boto3.client("ecs", "cn-north-1")
    china = Shard(ACCOUNT_ID, "cn-north-1", "ecs", "cn-north-1", ("cn-north-1",), "aws-cn")
    place = f"arn:aws-cn:ecs:cn-north-1:{ACCOUNT_ID}:task-definition"
    with Stubber(client) as stub:
        stub.add_response("list_task_definitions", {"taskDefinitionArns": [f"{place}/web:7"]})
        (item,) = task_definitions.function(client, china, None, EcsRegion()).items
    assert item.resource.arn == f"{place}/web:7"


def test_a_listing_goes_on_from_its_token_after_the_region_changed() -> None:
    client = boto3.client("ecs", HERE)
    token = json.dumps({"then": "next", "family": "web", "seen": ["web:2"]})
    with Stubber(client) as stub:
        asked = {"status": "ACTIVE", "sort": "DESC", "maxResults": 100, "nextToken": "next"}
        stub.add_response("list_task_definitions", {"taskDefinitionArns": [f"{PLACE}:task-definition/web:1"]}, asked)
        page = task_definitions.function(client, SHARD, token, running("web:2", "new:1"))
        assert [item.resource.id for item in page.items] == ["new:1"]


def test_task_definitions_are_read_by_revision_with_their_tags(ecs: Any) -> None:
    defined(ecs, "web", networkMode="host", tags=[{"key": "Owner", "value": "a=b 🦆"}])
    resource = Resource(TASK_DEFINITION, "web:2", ACCOUNT_ID, HERE, "aws", f"{PLACE}:task-definition/web:2")
    found = task_definition.function(ecs, resource)
    assert type(found) is TaskDefinition
    assert (found.arn, found.network_mode, found.cpu) == (resource.arn, "host", 256)
    assert tags.function(ecs, resource) == Tags({"Owner": "a=b 🦆"})


def test_an_inactive_revision_that_a_service_runs_is_read(ecs: Any) -> None:
    served(ecs, "web")
    ecs.deregister_task_definition(taskDefinition="web:1")
    (service,) = read(ecs).services
    assert definition_of_service.keys is not None
    resource = Resource(SERVICE, "shop/web", ACCOUNT_ID, HERE)
    (arn,) = definition_of_service.keys(service, resource)
    found = definition_of_service.function(ecs, resource, arn)
    assert type(found) is RunDefinition
    assert found.status == "INACTIVE"


def group(clients: Clients, name: str, **said: object) -> str:
    vpc = clients.get("ec2", HERE).create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    asked = {"Protocol": "HTTP", "Port": 80, "VpcId": vpc, "TargetType": "ip"} | said
    return str(clients.get("elbv2", HERE).create_target_group(Name=name, **asked)["TargetGroups"][0]["TargetGroupArn"])


def test_the_target_groups_of_services_are_read(clients: Clients) -> None:
    quick = group(clients, "quick", HealthCheckIntervalSeconds=5, HealthyThresholdCount=2, UnhealthyThresholdCount=3)
    plain = group(clients, "plain")
    group(clients, "another")
    found = target_windows.function(clients.get("elbv2", HERE), Resource(*OWNER), [quick, plain])
    assert found == {quick: TargetWindow(15, 10), plain: TargetWindow(60, 150)}


def test_target_groups_are_asked_for_by_their_arns_and_one_that_is_gone_refuses_the_call() -> None:
    client = boto3.client("elbv2", HERE)
    arn = f"arn:aws:elasticloadbalancing:{HERE}:{ACCOUNT_ID}:targetgroup/web/73e2d6bc24d8a067"
    with Stubber(client) as stub:
        stub.add_client_error(
            "describe_target_groups", "TargetGroupNotFound", expected_params={"TargetGroupArns": [arn]}
        )
        with pytest.raises(client.exceptions.TargetGroupNotFoundException):
            target_windows.function(client, Resource(*OWNER), [arn])
    assert target_windows.absent == frozenset()


def resource_of(name: str) -> Resource:
    return Resource(SERVICE, name, ACCOUNT_ID, HERE)


def used(clients: Clients, *names: str) -> Mapping[str, Any]:
    found = utilization.function(clients.get("cloudwatch", HERE), [resource_of(name) for name in names], at=AT)
    assert isinstance(found, Mapping)
    return found


def test_the_busiest_task_of_each_hour_of_two_weeks_counts(clients: Clients) -> None:
    cloudwatch = clients.get("cloudwatch", HERE)

    def put(metric: str, service: str, value: float, *, before: timedelta) -> None:
        dimensions = [{"Name": "ClusterName", "Value": "shop"}, {"Name": "ServiceName", "Value": service}]
        point = {"MetricName": metric, "Dimensions": dimensions, "Timestamp": AT - before, "Value": value}
        cloudwatch.put_metric_data(Namespace="AWS/ECS", MetricData=[point])

    for hour in range(1, 4):
        put("CPUUtilization", "web", 10.0 * hour, before=timedelta(hours=hour))
        put("CPUUtilization", "web", 1.0, before=timedelta(hours=hour, minutes=-5))
        put("MemoryUtilization", "web", 5.0 * hour, before=timedelta(hours=hour))
    put("CPUUtilization", "web", 99.0, before=timedelta(days=15))
    put("CPUUtilization", "job", 77.0, before=timedelta(hours=1))
    found = used(clients, "shop/web", "shop/job")
    assert (found["shop/web"].hours, found["shop/web"].cpu_p95, found["shop/web"].memory_maximum) == (3, 30.0, 15.0)
    assert (found["shop/job"].hours, found["shop/job"].cpu_p95) == (0, 77.0)
    assert isinstance(found["shop/job"].memory_maximum, Unknown)


def test_metrics_of_many_services_are_one_call() -> None:
    client = boto3.client("cloudwatch", HERE)
    names = [f"shop/s{number}" for number in range(utilization.at_once)]
    assert utilization.at_once == 250
    with Stubber(client) as stub:
        asked = {
            "MetricDataQueries": ANY,
            "StartTime": AT - timedelta(days=14),
            "EndTime": AT,
            "ScanBy": "TimestampDescending",
        }
        stub.add_response("get_metric_data", {"MetricDataResults": []}, asked)
        found = utilization.function(client, [resource_of(name) for name in names], at=AT)
        stub.assert_no_pending_responses()
    assert list(found) == names


@pytest.mark.parametrize(
    ("launches", "wanted"),
    [
        pytest.param((Launch("FARGATE"),), True, id="Fargate"),
        pytest.param((Launch(None, ("FARGATE_SPOT",)),), True, id="a capacity provider"),
        pytest.param((Launch("EC2"),), False, id="instances"),
        pytest.param((Launch("FARGATE"), Launch("EC2")), False, id="a task set on instances, which is not judged"),
        pytest.param((Launch(),), False, id="not known"),
    ],
)
def test_metrics_are_asked_for_where_the_size_is_paid(launches: tuple[Launch, ...], wanted: bool) -> None:
    assert utilization.when is not None
    assert utilization.when(Service("web", "arn", "shop", launches=launches)) is wanted


def scanned(clients: Clients, *names: str) -> list[Finding]:
    """Scan what moto can list: it answers DescribeCapacityProviders without names with an error of its own."""
    catalog = load()
    rules = [
        Rule(catalog.checks[name], kind, "ecs", catalog.checks[name].settings)
        for name in names
        for kind in catalog.resource_types(catalog.checks[name])
        if kind in (CLUSTER, SERVICE, TASK_DEFINITION)
    ]
    return list(ShardScan(SHARD, read_plan(catalog, rules), ScanContext(clients, AT)))


def test_a_shard_is_judged_from_the_listing_to_the_reason(ecs: Any, clients: Clients) -> None:
    served(ecs, "web")
    findings = scanned(clients, "ecs-service-health-checked", "ecs-images-not-latest", "ecs-container-insights-enabled")
    assert {(found.check_id, found.resource.id): (found.status, found.reason) for found in findings} == {
        ("ecs-service-health-checked", "shop/web"): (
            Status.NON_COMPLIANT,
            "Container web has no health check",
        ),
        ("ecs-images-not-latest", "web:1"): (
            Status.COMPLIANT,
            "No image has the tag latest",
        ),
        ("ecs-container-insights-enabled", "shop"): (Status.COMPLIANT, "Container Insights is enhanced"),
    }


def test_a_target_group_of_a_service_is_read_for_its_grace_period(ecs: Any, clients: Clients) -> None:
    arn = group(clients, "web")
    balancer = {"targetGroupArn": arn, "containerName": "web", "containerPort": 80}
    served(ecs, "web", loadBalancers=[balancer])
    (service,) = read(ecs).services
    assert target_windows.keys is not None
    assert target_windows.keys(service, resource_of("shop/web")) == (arn,)
    (found,) = scanned(clients, "ecs-service-health-checked")
    assert (found.status, found.reason) == (
        Status.COMPLIANT,
        "A load balancer checks the tasks after a grace period of 0 s",
    )


def test_the_tags_of_all_three_types_are_judged(ecs: Any, clients: Clients) -> None:
    served(ecs, "web", tags=[{"key": "Owner", "value": "web"}])
    found = {each.resource.type: each.reason for each in scanned(clients, "required-tags")}
    assert set(found) == {CLUSTER, SERVICE, TASK_DEFINITION}
    assert "Owner is missing" in found[TASK_DEFINITION]
    assert "Owner" not in found[CLUSTER]
    assert "Owner" not in found[SERVICE]


def test_a_check_of_definitions_judges_definitions_alone() -> None:
    catalog = load()
    checks = [check for name, check in catalog.checks.items() if name.startswith("ecs-")]
    assert len(checks) == 22
    assert all(len(catalog.resource_types(check)) == 1 for check in checks)
