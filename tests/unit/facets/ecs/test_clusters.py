"""ECS's answers about clusters and services, parsed."""

from typing import Any

import pytest

from muster.facets.ecs.clusters import Cluster, EcsRegion, Launch, Service
from muster.facets.ecs.utilization import ServiceUtilization
from muster.facets.tagging.tags import Tags
from muster.model.finding import Unknown

PLACE = "arn:aws-cn:ecs:cn-north-1:123456789012"
CLUSTER = {"clusterName": "shop", "clusterArn": f"{PLACE}:cluster/shop"}
SERVICE: dict[str, Any] = {
    "serviceName": "web",
    "serviceArn": f"{PLACE}:service/shop/web",
    "clusterArn": f"{PLACE}:cluster/shop",
    "status": "ACTIVE",
    "desiredCount": 2,
    "launchType": "FARGATE",
    "platformVersion": "LATEST",
    "platformFamily": "LINUX",
    "taskDefinition": f"{PLACE}:task-definition/web:7",
    "schedulingStrategy": "REPLICA",
    "deploymentController": {"type": "ECS"},
    "deploymentConfiguration": {
        "deploymentCircuitBreaker": {"enable": True, "rollback": True},
        "maximumPercent": 200,
        "minimumHealthyPercent": 100,
        "strategy": "ROLLING",
    },
    "deployments": [
        {"status": "PRIMARY", "taskDefinition": f"{PLACE}:task-definition/web:7"},
        {"status": "ACTIVE", "taskDefinition": f"{PLACE}:task-definition/web:6"},
        {"status": "INACTIVE", "taskDefinition": f"{PLACE}:task-definition/web:5"},
    ],
    "loadBalancers": [{"targetGroupArn": "arn:tg", "containerName": "web", "containerPort": 80}],
    "healthCheckGracePeriodSeconds": 60,
    "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-1"], "assignPublicIp": "DISABLED"}},
    "enableECSManagedTags": True,
    "propagateTags": "SERVICE",
    "tags": [{"key": "Owner", "value": "a=b 🦆"}, {"key": "aws:cloudformation:stack-name", "value": "shop"}],
}


def test_a_service_is_parsed() -> None:
    assert Service.parse(SERVICE) == Service(
        name="web",
        arn=f"{PLACE}:service/shop/web",
        cluster="shop",
        launches=(Launch("FARGATE", (), "LATEST", "LINUX", "DISABLED"),),
        definitions=(f"{PLACE}:task-definition/web:7", f"{PLACE}:task-definition/web:6"),
        controller="ECS",
        strategy="ROLLING",
        scheduling="REPLICA",
        desired=2,
        circuit_breaker=True,
        rollback=True,
        minimum_healthy=100,
        maximum=200,
        balanced=True,
        target_groups=("arn:tg",),
        grace_period=60,
        managed_tags=True,
        propagate_tags="SERVICE",
        tags=Tags({"Owner": "a=b 🦆", "aws:cloudformation:stack-name": "shop"}),
    )
    assert Service.parse(SERVICE).tags.own == {"Owner": "a=b 🦆"}


@pytest.mark.parametrize(
    ("changed", "field", "value"),
    [
        pytest.param({"deploymentController": None}, "controller", "ECS", id="no controller is ECS"),
        pytest.param({"deploymentConfiguration": {}}, "strategy", "ROLLING", id="no strategy is rolling"),
        pytest.param({"deploymentConfiguration": {}}, "circuit_breaker", False, id="no circuit breaker"),
        pytest.param({"healthCheckGracePeriodSeconds": None}, "grace_period", 0, id="no grace period"),
        pytest.param({"propagateTags": "NONE"}, "propagate_tags", "", id="tags that are not passed on"),
        pytest.param({"propagateTags": None}, "propagate_tags", "", id="not a word of tags"),
        pytest.param(
            {"propagateTags": "CLUSTER"},
            "propagate_tags",
            Unknown("AWS returned an unknown value for propagateTags: 'CLUSTER'"),
            id="tags from a new place",
        ),
        pytest.param({"enableECSManagedTags": None}, "managed_tags", False, id="not a word of managed tags"),
        pytest.param({"tags": None}, "tags", Tags(), id="no tags"),
        pytest.param({"loadBalancers": []}, "balanced", False, id="no load balancer"),
        pytest.param(
            {"loadBalancers": [], "deployments": [{"vpcLatticeConfigurations": [{"targetGroupArn": "arn:tg"}]}]},
            "balanced",
            True,
            id="VPC Lattice",
        ),
        pytest.param(
            {"loadBalancers": [], "taskSets": [{"status": "PRIMARY", "loadBalancers": [{"targetGroupArn": "a"}]}]},
            "balanced",
            True,
            id="the load balancer of a task set",
        ),
        pytest.param(
            {"loadBalancers": [], "taskSets": [{"status": "DRAINING", "loadBalancers": [{"targetGroupArn": "a"}]}]},
            "balanced",
            False,
            id="a task set that goes",
        ),
        pytest.param({"loadBalancers": [{"loadBalancerName": "old"}]}, "target_groups", (), id="a classic one"),
        pytest.param(
            {"loadBalancers": [{"targetGroupArn": "a", "advancedConfiguration": {"alternateTargetGroupArn": "b"}}]},
            "target_groups",
            ("a", "b"),
            id="two target groups in turn",
        ),
        pytest.param(
            {
                "loadBalancers": [{"targetGroupArn": "a"}],
                "taskSets": [
                    {"status": "PRIMARY", "loadBalancers": [{"targetGroupArn": "a"}]},
                    {"status": "ACTIVE", "loadBalancers": [{"targetGroupArn": "b"}]},
                    {"status": "DRAINING", "loadBalancers": [{"targetGroupArn": "c"}]},
                ],
            },
            "target_groups",
            ("a", "b"),
            id="the target groups of task sets, each once",
        ),
        pytest.param({"taskDefinition": None, "deployments": None}, "definitions", (), id="no definition yet"),
        pytest.param(
            {"deployments": [], "taskSets": [{"status": "ACTIVE", "taskDefinition": "td:9"}]},
            "definitions",
            (f"{PLACE}:task-definition/web:7", "td:9"),
            id="the definition of a task set",
        ),
        pytest.param({"clusterArn": f"{PLACE}:cluster/default"}, "cluster", "default", id="the default cluster"),
    ],
)
def test_what_a_service_leaves_out(changed: dict[str, Any], field: str, value: object) -> None:
    assert getattr(Service.parse(SERVICE | changed), field) == value


@pytest.mark.parametrize("word", ["enabled", "enhanced", "disabled"])
def test_every_word_of_container_insights_is_known(word: str) -> None:
    """The model has no list of them, but says so in words."""
    said = CLUSTER | {"settings": [{"name": "containerInsights", "value": word}]}
    assert Cluster.parse(said).insights == word


def test_task_sets_that_run_say_how_tasks_start() -> None:
    sets = [
        {"status": "PRIMARY", "launchType": "FARGATE", "platformVersion": "1.4.0"},
        {"status": "ACTIVE", "launchType": "EC2"},
        {"status": "DRAINING", "launchType": "EXTERNAL"},
    ]
    found = Service.parse(SERVICE | {"taskSets": sets})
    assert found.launches == (Launch("FARGATE", (), "1.4.0"), Launch("EC2"))


@pytest.mark.parametrize(
    ("said", "fargate"),
    [
        pytest.param({"launchType": "FARGATE"}, True, id="launched there"),
        pytest.param({"launchType": "EC2"}, False, id="instances"),
        pytest.param({"launchType": "EXTERNAL"}, False, id="machines of one's own"),
        pytest.param({"launchType": "MANAGED_INSTANCES"}, False, id="managed instances"),
        pytest.param({"capacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT"}]}, True, id="spot"),
        pytest.param({"capacityProviderStrategy": [{"capacityProvider": "FARGATE"}]}, True, id="a provider"),
        pytest.param({"capacityProviderStrategy": [{"capacityProvider": "mine"}]}, False, id="another provider"),
    ],
)
def test_what_runs_on_fargate(said: dict[str, Any], fargate: bool) -> None:
    assert Launch.parse(said).fargate is fargate


@pytest.mark.parametrize(
    "said",
    [pytest.param({}, id="neither type nor provider"), pytest.param({"launchType": "MOON"}, id="a new launch type")],
)
def test_where_a_launch_runs_may_be_unknown(said: dict[str, Any]) -> None:
    assert isinstance(Launch.parse(said).fargate, Unknown)


@pytest.mark.parametrize(
    ("said", "version"),
    [
        pytest.param("1.4.0", (1, 4, 0), id="numbers"),
        pytest.param("1.10.0", (1, 10, 0), id="a number of two digits"),
        pytest.param("LATEST", None, id="the latest"),
        pytest.param(None, None, id="not said is the latest"),
        pytest.param("1.x", Unknown("Unknown platform version: '1.x'"), id="a number in part"),
    ],
)
def test_the_platform_version_as_numbers(said: str | None, version: object) -> None:
    assert Launch.parse({"platformVersion": said}).version == version


@pytest.mark.parametrize(
    ("network", "address"),
    [
        pytest.param({"assignPublicIp": "ENABLED"}, "ENABLED", id="enabled"),
        pytest.param({"subnets": ["subnet-1"]}, Unknown("AWS did not return assignPublicIp"), id="not said"),
        pytest.param(
            {"assignPublicIp": "SOMETIMES"},
            Unknown("AWS returned an unknown value for assignPublicIp: 'SOMETIMES'"),
            id="a new value",
        ),
        pytest.param(None, None, id="no network of its own"),
    ],
)
def test_the_public_address_of_tasks(network: dict[str, Any] | None, address: object) -> None:
    assert Launch.parse({"networkConfiguration": {"awsvpcConfiguration": network}}).public_ip == address


@pytest.mark.parametrize(
    ("settings_said", "insights"),
    [
        pytest.param([{"name": "containerInsights", "value": "enhanced"}], "enhanced", id="enhanced"),
        pytest.param([{"name": "other", "value": "enabled"}], Unknown, id="another setting"),
        pytest.param([], Unknown, id="none"),
        pytest.param(None, Unknown, id="not said"),
        pytest.param([{"name": "containerInsights", "value": "deep"}], Unknown, id="a new value"),
    ],
)
def test_a_cluster_is_parsed(settings_said: list[dict[str, str]] | None, insights: str | type[Unknown]) -> None:
    found = Cluster.parse(CLUSTER | {"settings": settings_said, "tags": [{"key": "Owner"}]})
    assert (found.name, found.arn, found.tags) == ("shop", f"{PLACE}:cluster/shop", Tags({"Owner": ""}))
    assert found.insights == insights or isinstance(found.insights, Unknown)
    assert isinstance(found.insights, Unknown) is (insights is Unknown)


def test_a_region_knows_what_its_services_run_and_how() -> None:
    instances = SERVICE | {"serviceName": "job", "launchType": "EC2", "deployments": []}
    region = EcsRegion.parse({"clusters": [CLUSTER], "services": [SERVICE, instances]})
    assert region.in_use == (f"{PLACE}:task-definition/web:7", f"{PLACE}:task-definition/web:6")
    assert [each.launch_type for each in region.launches(region.in_use[0])] == ["FARGATE", "EC2"]
    assert [each.launch_type for each in region.launches(region.in_use[1])] == ["FARGATE"]
    assert EcsRegion.parse({}) == EcsRegion()


def test_percentiles_are_taken_of_the_hours() -> None:
    said = {"CPUUtilization": [float(each) for each in range(100)], "MemoryUtilization": [3.0, 9.0, 1.0]}
    assert ServiceUtilization.parse(said) == ServiceUtilization(hours=3, cpu_p95=94.0, memory_maximum=9.0)
    none = ServiceUtilization.parse({})
    assert none.hours == 0
    assert isinstance(none.cpu_p95, Unknown)
    assert isinstance(none.memory_maximum, Unknown)
