"""The calls of AWS Config."""

from tests.faults.held import REGIONS, Estate


def calls(_there: Estate) -> dict[str, int]:
    return {
        "config:DescribeConfigurationRecorders": REGIONS,
        "config:DescribeConfigurationRecorderStatus": REGIONS,
    }
