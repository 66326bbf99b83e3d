"""Reading EC2 Auto Scaling: groups and launch configurations."""

import typing

from muster.facets.management.scaling import Group, LaunchConfiguration
from muster.facets.tagging.tags import Tags
from muster.model.listing import Page, after, listed
from muster.model.readers import lists
from muster.model.shard import Shard

if typing.TYPE_CHECKING:
    from mypy_boto3_autoscaling import AutoScalingClient

GROUP = "AWS::AutoScaling::AutoScalingGroup"
_LAUNCH_CONFIGURATION = "AWS::AutoScaling::LaunchConfiguration"


@lists(
    GROUP, permission="autoscaling:DescribeAutoScalingGroups", facets=(Group, Tags), page=100,
    arn="autoscaling:{region}:{account}:autoScalingGroup:{}:autoScalingGroupName/{id...}",
)  # fmt: skip
def groups(autoscaling: "AutoScalingClient", shard: Shard, token: str | None) -> Page:
    """List the groups of a region without their instances, 100 a page; those that are being deleted are left out.

    https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeAutoScalingGroups.html
    """
    answer = autoscaling.describe_auto_scaling_groups(MaxRecords=100, IncludeInstances=False, **after(token))
    items = (
        listed(
            shard.resource(
                GROUP, str(item["AutoScalingGroupName"]), str(item["AutoScalingGroupARN"]), Tags.parse(item).own
            ),
            item, (Group, Tags),
        )
        for item in answer.get("AutoScalingGroups", ())
        if not item.get("Status")
    )  # fmt: skip
    return Page(items, answer.get("NextToken"))


@lists(
    _LAUNCH_CONFIGURATION, permission="autoscaling:DescribeLaunchConfigurations", facets=(LaunchConfiguration,),
    page=100, arn="autoscaling:{region}:{account}:launchConfiguration:{}:launchConfigurationName/{id...}",
)  # fmt: skip
def launch_configurations(autoscaling: "AutoScalingClient", shard: Shard, token: str | None) -> Page:
    """List the launch configurations of a region, used or not, 100 a page; they cannot be tagged.

    https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeLaunchConfigurations.html
    """
    answer = autoscaling.describe_launch_configurations(MaxRecords=100, **after(token))
    items = (
        listed(
            shard.resource(
                _LAUNCH_CONFIGURATION, str(item["LaunchConfigurationName"]), str(item["LaunchConfigurationARN"])
            ),
            item, (LaunchConfiguration,),
        )
        for item in answer.get("LaunchConfigurations", ())
    )  # fmt: skip
    return Page(items, answer.get("NextToken"))
