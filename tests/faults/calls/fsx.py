"""The calls of FSx."""

from tests.faults.held import REGIONS, Estate


def calls(_there: Estate) -> dict[str, int]:
    return {"fsx:DescribeFileSystems": REGIONS}
