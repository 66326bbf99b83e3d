"""The calls of CloudFormation."""

from tests.faults.held import REGIONS, Estate


def calls(_there: Estate) -> dict[str, int]:
    return {"cloudformation:DescribeStacks": REGIONS}
