"""The calls of Athena."""

from tests.faults.held import REGIONS, Estate


def calls(there: Estate) -> dict[str, int]:
    workgroups = len(there.all("athena", "list_work_groups", "WorkGroups"))
    return {
        "athena:ListWorkGroups": REGIONS,
        "athena:GetWorkGroup": workgroups,
        "athena:ListTagsForResource": workgroups,
    }
