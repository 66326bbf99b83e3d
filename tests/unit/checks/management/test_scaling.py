"""Auto Scaling groups and launch configurations."""

from typing import Any

import pytest

from muster.checks.management.scaling import (
    autoscaling_group_elb_healthcheck_required,
    autoscaling_launch_config_public_ip_disabled,
    autoscaling_launch_template,
    autoscaling_launchconfig_requires_imdsv2,
    autoscaling_multiple_az,
    autoscaling_multiple_instance_types,
)
from muster.facets.management.scaling import Group, LaunchConfiguration
from muster.model.finding import Status, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE


def mixed(*overrides: dict[str, Any]) -> dict[str, Any]:
    named = {"LaunchTemplateId": "lt-1"}
    return {
        "MixedInstancesPolicy": {"LaunchTemplate": {"LaunchTemplateSpecification": named, "Overrides": list(overrides)}}
    }


def kind(name: str) -> dict[str, str]:
    return {"InstanceType": name}


@pytest.mark.parametrize(
    ("members", "status", "reason"),
    [
        pytest.param({"TargetGroupARNs": ["arn"], "HealthCheckType": "ELB"}, C, "Health checks: ELB", id="ELB"),
        pytest.param({"TrafficSources": [{}], "HealthCheckType": "EC2,ELB,EBS"}, C, "", id="ELB among others"),
        pytest.param(
            {"LoadBalancerNames": ["a"], "HealthCheckType": "EC2"}, N,
            "Health checks: EC2; use ELB, because the group is behind a load balancer", id="EC2 only",
        ),
        pytest.param({"TargetGroupARNs": [], "HealthCheckType": "EC2"}, NA, "Group is behind no load balancer",
                     id="none"),
    ],
)  # fmt: skip
def test_autoscaling_group_elb_healthcheck_required(members: dict[str, Any], status: Status, reason: str) -> None:
    verdict = autoscaling_group_elb_healthcheck_required(Group.parse(members))
    assert verdict.status is status
    assert reason in (verdict.reason, "")


@pytest.mark.parametrize(
    ("zones", "least", "status", "reason"),
    [
        pytest.param(["b", "a"], 2, C, "Availability Zones: a, b", id="two"),
        pytest.param(["a"], 2, N, "Availability Zones: a; use 2 or more", id="one"),
        pytest.param(["a", "b"], 3, N, "", id="three expected"),
    ],
)
def test_autoscaling_multiple_az(zones: list[str], least: int, status: Status, reason: str) -> None:
    verdict = autoscaling_multiple_az(Group.parse({"AvailabilityZones": zones}), min_zones=least)
    assert verdict.status is status
    assert reason in (verdict.reason, "")


@pytest.mark.parametrize(
    ("members", "status", "reason"),
    [
        pytest.param(mixed(kind("t3.micro"), kind("t3a.micro")), C, "Instance types: t3.micro, t3a.micro", id="two"),
        pytest.param(
            mixed({"InstanceRequirements": {"VCpuCount": {"Min": 2}}}), C,
            "Mixed instances policy names requirements for instance types", id="requirements",
        ),
        pytest.param(
            mixed(kind("t3.micro")), N, "Mixed instances policy names 1 instance type; use 2 or more", id="one"
        ),
        pytest.param(mixed(kind("t3.micro"), kind("t3.micro")), N, "", id="one, twice"),
        pytest.param({"LaunchTemplate": {}}, N, "Group has no mixed instances policy", id="no policy"),
    ],
)  # fmt: skip
def test_autoscaling_multiple_instance_types(members: dict[str, Any], status: Status, reason: str) -> None:
    verdict = autoscaling_multiple_instance_types(Group.parse(members))
    assert verdict.status is status
    assert reason in (verdict.reason, "")


@pytest.mark.parametrize(
    ("members", "status", "reason"),
    [
        pytest.param({"LaunchTemplate": {"LaunchTemplateName": "web"}}, C, "Launch template: web", id="its own"),
        pytest.param(mixed(), C, "Launch template: lt-1", id="of its policy"),
        pytest.param(
            {"LaunchConfigurationName": "old"}, N, "Group uses the launch configuration old", id="a configuration"
        ),
        pytest.param({}, N, "Group uses no launch template", id="neither"),
    ],
)
def test_autoscaling_launch_template(members: dict[str, Any], status: Status, reason: str) -> None:
    verdict = autoscaling_launch_template(Group.parse(members))
    assert (verdict.status, verdict.reason) == (status, reason)


@pytest.mark.parametrize(
    ("options", "status", "reason"),
    [
        pytest.param({"HttpTokens": "required", "HttpEndpoint": "enabled"}, C, "IMDSv2 is required", id="required"),
        pytest.param({"HttpTokens": "optional"}, N, "IMDSv2 is not required", id="optional"),
        pytest.param(None, N, "", id="no options"),
        pytest.param({"HttpEndpoint": "disabled"}, C, "Instance metadata service is disabled", id="disabled"),
    ],
)
def test_autoscaling_launchconfig_requires_imdsv2(options: dict[str, str] | None, status: Status, reason: str) -> None:
    item = {"MetadataOptions": options} if options else {}
    verdict = autoscaling_launchconfig_requires_imdsv2(LaunchConfiguration.parse(item))
    assert verdict.status is status
    assert reason in (verdict.reason, "")


def test_a_new_kind_of_tokens_is_no_failure() -> None:
    with pytest.raises(UnknownField):
        autoscaling_launchconfig_requires_imdsv2(LaunchConfiguration.parse({"MetadataOptions": {"HttpTokens": "new"}}))


@pytest.mark.parametrize(
    ("value", "status", "reason"),
    [
        (True, N, "Instances get public IP addresses"),
        (False, C, "Launch configuration assigns no public IP addresses"),
        (None, C, "Launch configuration assigns no public IP addresses"),
    ],
)
def test_autoscaling_launch_config_public_ip_disabled(value: object, status: Status, reason: str) -> None:
    item = {} if value is None else {"AssociatePublicIpAddress": value}
    verdict = autoscaling_launch_config_public_ip_disabled(LaunchConfiguration.parse(item))
    assert (verdict.status, verdict.reason) == (status, reason)


def test_the_tags_that_new_instances_get_are_kept() -> None:
    tags = [{"Key": "Owner", "PropagateAtLaunch": True}, {"Key": "Note", "PropagateAtLaunch": False}, {"Key": "X"}]
    assert Group.parse({"Tags": tags}).propagated == {"Owner"}
