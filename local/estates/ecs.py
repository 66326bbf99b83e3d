"""Clusters, services and task definitions of ECS: a web service as it should be, and one that does all wrong."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from local.server import ACCOUNT, EmbeddedAws

_IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/web"
_DIGEST = "@sha256:" + "94afd1f2e64d908bc90dbca0035a5b56" * 2
_TAGS = {"Environment": "production", "Owner": "web", "CostCenter": "CC-1000", "Project": "shop"}
_HOURS, _A_CALL = 14 * 24, 1000


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make two clusters; the older revision of the good definition is in use as well, and not active any more."""
    ecs = aws.client("ecs", region)
    vpc, subnet, group = _network(aws, region)
    ecs.create_cluster(
        clusterName="shop",
        settings=[{"name": "containerInsights", "value": "enhanced"}],
        tags=_pairs(_TAGS),
    )
    ecs.create_cluster(clusterName="lab", settings=[{"name": "containerInsights", "value": "disabled"}])
    for _ in range(2):
        ecs.register_task_definition(**_good())
    ecs.register_task_definition(**_bad())
    ecs.register_task_definition(**_windows("site"))
    blocking = {"logDriver": "awslogs", "options": {"awslogs-group": "/ecs/portal", "mode": "blocking"}}
    ecs.register_task_definition(**_windows("portal", user="ContainerUser", logConfiguration=blocking))
    _capacity_providers(ecs, region)
    _good_service(ecs, "web", "web:2", subnet, group, **_behind(aws, region, vpc, "tasks"))
    hasty = _behind(aws, region, vpc, "hasty-tasks", HealthCheckIntervalSeconds=10)
    _good_service(ecs, "web-before", "web:1", subnet, group, **hasty)
    ecs.deregister_task_definition(taskDefinition="web:1")
    _bad_service(ecs, subnet, group)
    _metrics(aws, region, "shop", "web", 72.0)
    _metrics(aws, region, "lab", "job", 4.0)


def _network(aws: EmbeddedAws, region: str) -> tuple[str, str, str]:
    ec2 = aws.client("ec2", region)
    vpc = ec2.create_vpc(CidrBlock="10.3.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.3.0.0/24")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="tasks", Description="of ECS tasks", VpcId=vpc)["GroupId"]
    return vpc, subnet, group


def _behind(aws: EmbeddedAws, region: str, vpc: str, name: str, **checked: int) -> dict[str, Any]:
    """Make a target group, and say how a service stands behind it; what asks every 10 s gives up before the start."""
    options = {"Protocol": "HTTP", "Port": 80, "VpcId": vpc, "TargetType": "ip"} | checked
    (made,) = aws.client("elbv2", region).create_target_group(Name=name, **options)["TargetGroups"]
    balancer = {"targetGroupArn": made["TargetGroupArn"], "containerName": "web", "containerPort": 80}
    return {"loadBalancers": [balancer], "healthCheckGracePeriodSeconds": 30}


def _good() -> dict[str, Any]:
    container = {
        "name": "web",
        "image": _IMAGE + _DIGEST,
        "essential": True,
        "readonlyRootFilesystem": True,
        "user": "1000:1000",
        "environment": [{"name": "LOG_LEVEL", "value": "info"}],
        "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/ecs/web"}},
        "healthCheck": {"command": ["CMD-SHELL", "curl -f localhost"], "startPeriod": 30},
    }
    return {
        "family": "web",
        "cpu": "256",
        "memory": "512",
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "runtimePlatform": {"operatingSystemFamily": "LINUX"},
        "volumes": [_on_efs(transitEncryption="ENABLED")],
        "containerDefinitions": [container],
        "tags": _pairs(_TAGS),
    }


def _bad() -> dict[str, Any]:
    container = {
        "name": "job",
        "image": f"{_IMAGE}:latest",
        "privileged": True,
        "user": "root",
        "memory": 512,
        "environment": [{"name": "DB_PASSWORD", "value": "not-a-real-one!"}],
    }
    return {
        "family": "job",
        "cpu": "1024",
        "memory": "9216",
        "networkMode": "host",
        "pidMode": "host",
        "volumes": [_on_efs()],
        "containerDefinitions": [container],
    }


def _on_efs(**more: str) -> dict[str, Any]:
    return {"name": "files", "efsVolumeConfiguration": {"fileSystemId": "fs-12345678", **more}}


def _capacity_providers(ecs: Any, region: str) -> None:
    for name, protection in (("guarded", "ENABLED"), ("careless", "DISABLED")):
        group = f"arn:aws:autoscaling:{region}:{ACCOUNT}:autoScalingGroup:1a2b:autoScalingGroupName/{name}"
        provider = {
            "autoScalingGroupArn": group,
            "managedScaling": {"status": "ENABLED"},
            "managedTerminationProtection": protection,
        }
        ecs.create_capacity_provider(name=name, autoScalingGroupProvider=provider, tags=_pairs(_TAGS))


def _windows(family: str, **more: Any) -> dict[str, Any]:
    container = {"name": family, "image": "mcr.microsoft.com/windows/servercore/iis:2022", **more}
    return {
        "family": family,
        "cpu": "1024",
        "memory": "2048",
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "runtimePlatform": {"operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"},
        "containerDefinitions": [container],
    }


def _good_service(ecs: Any, name: str, definition: str, subnet: str, group: str, **behind: Any) -> None:
    ecs.create_service(
        cluster="shop",
        serviceName=name,
        taskDefinition=definition,
        desiredCount=2,
        launchType="FARGATE",
        networkConfiguration=_placed(subnet, group, "DISABLED"),
        deploymentConfiguration={"deploymentCircuitBreaker": {"enable": True, "rollback": True}},
        propagateTags="SERVICE",
        enableECSManagedTags=True,
        tags=_pairs(_TAGS),
        **behind,
    )


def _bad_service(ecs: Any, subnet: str, group: str) -> None:
    ecs.create_service(
        cluster="lab",
        serviceName="job",
        taskDefinition="job",
        desiredCount=1,
        capacityProviderStrategy=[{"capacityProvider": "FARGATE_SPOT", "weight": 1}],
        platformVersion="1.3.0",
        networkConfiguration=_placed(subnet, group, "ENABLED"),
        deploymentConfiguration={"minimumHealthyPercent": 0, "maximumPercent": 100},
    )


def _placed(subnet: str, group: str, public: str) -> dict[str, Any]:
    return {"awsvpcConfiguration": {"subnets": [subnet], "securityGroups": [group], "assignPublicIp": public}}


def _metrics(aws: EmbeddedAws, region: str, cluster: str, service: str, percent: float) -> None:
    """Say how much the tasks used in each hour of the last 14 days."""
    cloudwatch = aws.client("cloudwatch", region)
    data = list(_datapoints(cluster, service, percent))
    for start in range(0, len(data), _A_CALL):
        cloudwatch.put_metric_data(Namespace="AWS/ECS", MetricData=data[start : start + _A_CALL])


def _datapoints(cluster: str, service: str, percent: float) -> Iterator[dict[str, Any]]:
    now = datetime.now(UTC)
    dimensions = [{"Name": "ClusterName", "Value": cluster}, {"Name": "ServiceName", "Value": service}]
    for metric in ("CPUUtilization", "MemoryUtilization"):
        for hour in range(_HOURS):
            yield {
                "MetricName": metric,
                "Dimensions": dimensions,
                "Timestamp": now - timedelta(hours=hour + 1),
                "Value": percent,
                "Unit": "Percent",
            }


def _pairs(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in tags.items()]
