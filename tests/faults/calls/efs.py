"""The calls of EFS."""

from tests.faults.held import REGIONS, Estate


def calls(there: Estate) -> dict[str, int]:
    return {
        "efs:DescribeFileSystems": REGIONS,
        "efs:DescribeBackupPolicy": len(there.all("efs", "describe_file_systems", "FileSystems")),
        "efs:DescribeAccessPoints": REGIONS,
    }
