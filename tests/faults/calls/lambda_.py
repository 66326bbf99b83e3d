"""The Availability Zones that functions are judged by."""

from tests.faults.held import Estate, places


def calls(there: Estate) -> dict[str, int]:
    """Return how often each operation is called."""
    return {"ec2:DescribeSubnets": places(there.held("lambda", "list_functions", "Functions"))}
