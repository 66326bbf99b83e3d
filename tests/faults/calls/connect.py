"""The calls of Amazon Connect."""

from tests.faults.held import REGIONS, Estate


def calls(there: Estate) -> dict[str, int]:
    instances = len(there.all("connect", "list_instances", "InstanceSummaryList"))
    return {
        "connect:ListInstances": REGIONS,
        "connect:DescribeInstanceAttribute": instances,
        "connect:ListTagsForResource": instances,
    }
