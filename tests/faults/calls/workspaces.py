"""The calls of WorkSpaces."""

from tests.faults.held import REGIONS, Estate


def calls(there: Estate) -> dict[str, int]:
    workspaces = there.all("workspaces", "describe_workspaces", "Workspaces")
    return {"workspaces:DescribeWorkspaces": REGIONS, "workspaces:DescribeTags": len(workspaces)}
