"""Contracts of the embedded ECS: corrected answers are as AWS documents."""

from typing import Any

import botocore.exceptions
import pytest

from local.estates import ecs as estate
from local.server import EmbeddedAws

HOME, AWAY = "eu-west-1", "us-east-1"
CONTAINERS = [{"name": "web", "image": "web:1"}]


@pytest.fixture
def ecs(aws: EmbeddedAws) -> Any:
    client = aws.client("ecs", HOME)
    define(client, "web")
    client.create_cluster(clusterName="shop")
    return client


def define(ecs: Any, family: str, **said: object) -> None:
    asked = {"cpu": "256", "memory": "512", "containerDefinitions": CONTAINERS} | said
    ecs.register_task_definition(family=family, **asked)


def described(ecs: Any, name: str = "web") -> dict[str, Any]:
    (found,) = ecs.describe_services(cluster="shop", services=[name])["services"]
    return dict(found)


def made(ecs: Any, name: str = "web", **said: Any) -> dict[str, Any]:
    asked = {"cluster": "shop", "serviceName": name, "taskDefinition": "web", "desiredCount": 1} | said
    answer = ecs.create_service(**asked)["service"]
    found = described(ecs, name)
    assert answer["deploymentConfiguration"] == found["deploymentConfiguration"]
    return found


def test_a_service_has_the_deployment_that_it_was_made_with_and_aws_defaults(ecs: Any) -> None:
    found = made(ecs, deploymentConfiguration={"minimumHealthyPercent": 50})
    assert found["deploymentConfiguration"] == {
        "deploymentCircuitBreaker": {"enable": False, "rollback": False},
        "maximumPercent": 200,
        "minimumHealthyPercent": 50,
        "strategy": "ROLLING",
    }
    assert found["enableECSManagedTags"] is False
    assert "healthCheckGracePeriodSeconds" not in found


def test_what_a_change_of_a_service_leaves_out_stays(ecs: Any) -> None:
    made(ecs, enableECSManagedTags=True, healthCheckGracePeriodSeconds=30)
    ecs.update_service(cluster="shop", service="web", healthCheckGracePeriodSeconds=60)
    found = described(ecs)
    assert (found["enableECSManagedTags"], found["healthCheckGracePeriodSeconds"]) == (True, 60)


def test_a_service_made_anew_knows_nothing_of_the_one_before(ecs: Any) -> None:
    made(ecs, healthCheckGracePeriodSeconds=30)
    ecs.delete_service(cluster="shop", service="web", force=True)
    assert "healthCheckGracePeriodSeconds" not in made(ecs)


def test_capacity_providers_take_the_place_of_a_launch_type(ecs: Any) -> None:
    strategy = [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]
    found = made(ecs, capacityProviderStrategy=strategy)
    assert found["capacityProviderStrategy"] == strategy
    assert "launchType" not in found
    assert found["platformVersion"] == "LATEST"


@pytest.mark.parametrize(
    ("said", "version", "family"),
    [
        pytest.param({"launchType": "FARGATE"}, "LATEST", "Linux", id="Fargate"),
        pytest.param({"launchType": "FARGATE", "platformVersion": "1.3.0"}, "1.3.0", "Linux", id="an older one"),
        pytest.param(
            {"launchType": "FARGATE", "taskDefinition": "site"}, "LATEST", "WINDOWS_SERVER_2022_CORE", id="Windows"
        ),
        pytest.param({"launchType": "EC2"}, None, None, id="instances have none"),
    ],
)
def test_the_platform_of_a_service(ecs: Any, said: dict[str, Any], version: str | None, family: str | None) -> None:
    define(ecs, "site", runtimePlatform={"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"})
    found = made(ecs, **said)
    assert (found.get("platformVersion"), found.get("platformFamily")) == (version, family)


def test_services_of_another_region_are_other_services(aws: EmbeddedAws, ecs: Any) -> None:
    made(ecs, healthCheckGracePeriodSeconds=30)
    away = aws.client("ecs", AWAY)
    define(away, "web")
    away.create_cluster(clusterName="shop")
    assert "healthCheckGracePeriodSeconds" not in made(away)


def test_task_definitions_come_by_family_and_number_in_pages(ecs: Any) -> None:
    for _ in range(11):
        define(ecs, "job")
    pages = list(ecs.get_paginator("list_task_definitions").paginate(sort="DESC", PaginationConfig={"PageSize": 5}))
    names = [arn.rpartition("/")[2] for page in pages for arn in page["taskDefinitionArns"]]
    assert [len(page["taskDefinitionArns"]) for page in pages] == [5, 5, 2]
    assert names == ["web:1", *(f"job:{number}" for number in range(11, 0, -1))]
    up = [arn.rpartition("/")[2] for arn in ecs.list_task_definitions()["taskDefinitionArns"]]
    assert up == names[::-1]


def test_services_come_ten_a_page_unless_more_are_asked_for(ecs: Any) -> None:
    for number in range(12):
        made(ecs, f"web-{number}")
    first = ecs.list_services(cluster="shop")
    assert len(first["serviceArns"]) == 10
    rest = ecs.list_services(cluster="shop", nextToken=first["nextToken"])
    assert (len(rest["serviceArns"]), "nextToken" in rest) == (2, False)
    assert len(ecs.list_services(cluster="shop", maxResults=100)["serviceArns"]) == 12


def test_clusters_come_in_pages(ecs: Any) -> None:
    ecs.create_cluster(clusterName="lab")
    pages = list(ecs.get_paginator("list_clusters").paginate(PaginationConfig={"PageSize": 1}))
    assert [len(page["clusterArns"]) for page in pages] == [1, 1]


def test_an_error_stays_an_error(ecs: Any) -> None:
    with pytest.raises(botocore.exceptions.ClientError) as error:
        ecs.describe_services(cluster="gone", services=["web"])
    assert error.value.response["Error"]["Code"] == "ClusterNotFoundException"


def test_the_estate_can_be_made_in_two_regions(aws: EmbeddedAws) -> None:
    for region in (HOME, AWAY):
        estate.seed(aws, region)
        assert len(aws.client("ecs", region).list_clusters()["clusterArns"]) == 2
