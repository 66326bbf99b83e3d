"""The calls of EC2 Auto Scaling."""

from tests.faults.held import REGIONS, Estate


def calls(_there: Estate) -> dict[str, int]:
    return {
        "autoscaling:DescribeAutoScalingGroups": REGIONS,
        "autoscaling:DescribeLaunchConfigurations": REGIONS,
    }
