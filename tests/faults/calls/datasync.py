"""The calls of DataSync."""

from tests.faults.held import REGIONS, Estate


def calls(there: Estate) -> dict[str, int]:
    tasks = there.all("datasync", "list_tasks", "Tasks")
    return {
        "datasync:ListTasks": REGIONS,
        "datasync:DescribeTask": len(tasks),
        "datasync:ListTagsForResource": len(tasks),
    }
