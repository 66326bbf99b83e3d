"""The calls of Glue."""

from tests.faults.held import REGIONS, Estate


def calls(there: Estate) -> dict[str, int]:
    jobs, transforms = there.all("glue", "get_jobs", "Jobs"), there.all("glue", "get_ml_transforms", "Transforms")
    return {
        "glue:GetJobs": REGIONS,
        "glue:GetMLTransforms": REGIONS,
        "glue:GetTags": len(jobs) + len(transforms),
    }
