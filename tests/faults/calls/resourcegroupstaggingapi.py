"""The calls of the Resource Groups Tagging API: as many as there are pages."""

from tests.faults.held import Estate


def calls(there: Estate) -> dict[str, int]:
    pages = there.all("resourcegroupstaggingapi", "get_resources", ResourcesPerPage=100)
    return {"resourcegroupstaggingapi:GetResources": len(pages)}
