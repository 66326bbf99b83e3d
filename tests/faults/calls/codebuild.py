"""The calls of CodeBuild: projects and report groups are described 100 a call, once for checks and tags."""

from tests.faults.held import REGIONS, Estate, places


def calls(there: Estate) -> dict[str, int]:
    return {
        "codebuild:ListProjects": REGIONS,
        "codebuild:BatchGetProjects": places(there.held("codebuild", "list_projects", "projects")),
        "codebuild:ListReportGroups": REGIONS,
        "codebuild:BatchGetReportGroups": places(there.held("codebuild", "list_report_groups", "reportGroups")),
    }
