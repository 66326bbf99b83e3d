"""The Availability Zones that functions are judged by."""

from tests.faults.held import REGIONS, Estate, places


def calls(there: Estate) -> dict[str, int]:
    """Return how often each operation is called."""
    # To judge each subnet, and once more where functions are judged by the zones of theirs.
    return {"ec2:DescribeSubnets": REGIONS + places(there.held("lambda", "list_functions", "Functions"))}
