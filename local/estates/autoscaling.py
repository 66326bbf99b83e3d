"""Auto Scaling groups: one as it should be, one with a launch configuration; two launch configurations."""

from typing import Any

from local import estate
from local.server import ACCOUNT, EmbeddedAws

TAGS = {"Environment": "production", "Owner": "web", "CostCenter": "CC-1000", "Project": "shop"}


def seed(aws: EmbeddedAws, region: str) -> None:
    """Make the estate of one region; no group has instances."""
    scaling = aws.client("autoscaling", region)
    common: dict[str, Any] = {"ImageId": estate.IMAGE, "InstanceType": "t3.micro"}
    scaling.create_launch_configuration(
        LaunchConfigurationName="closed", **common, MetadataOptions={"HttpTokens": "required"}
    )
    scaling.create_launch_configuration(LaunchConfigurationName="open", **common, AssociatePublicIpAddress=True)
    template = aws.client("ec2", region).create_launch_template(
        LaunchTemplateName="scaled",
        LaunchTemplateData={**common, "MetadataOptions": {"HttpTokens": "required"}},
        TagSpecifications=[
            {"ResourceType": "launch-template", "Tags": [{"Key": key, "Value": value} for key, value in TAGS.items()]}
        ],
    )["LaunchTemplate"]
    named = {"LaunchTemplateId": template["LaunchTemplateId"], "Version": "$Latest"}
    sizes = {"MinSize": 0, "MaxSize": 0, "DesiredCapacity": 0}
    target = f"arn:aws:elasticloadbalancing:{region}:{ACCOUNT}:targetgroup/scaled/0123456789abcdef"
    scaling.create_auto_scaling_group(
        AutoScalingGroupName="balanced",
        AvailabilityZones=[f"{region}a", f"{region}b"],
        MixedInstancesPolicy={
            "LaunchTemplate": {
                "LaunchTemplateSpecification": named,
                "Overrides": [{"InstanceType": "t3.micro"}, {"InstanceType": "t3a.micro"}],
            }
        },
        HealthCheckType="ELB",
        Tags=[
            {"ResourceId": "balanced", "ResourceType": "auto-scaling-group", "Key": key, "Value": value}
            | {"PropagateAtLaunch": True}
            for key, value in TAGS.items()
        ],
        **sizes,
    )
    scaling.create_auto_scaling_group(
        AutoScalingGroupName="one-zone",
        AvailabilityZones=[f"{region}a"],
        LaunchConfigurationName="open",
        HealthCheckType="EC2",
        **sizes,
    )
    for name in ("balanced", "one-zone"):
        _behind(region, name, target)


def _behind(region: str, name: str, target: str) -> None:
    """Put a group behind a target group that moto need not know."""
    from moto.autoscaling.models import autoscaling_backends  # noqa: PLC0415 - moto takes seconds to import

    autoscaling_backends[ACCOUNT][region].autoscaling_groups[name].target_group_arns = [target]
