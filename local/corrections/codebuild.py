"""Where moto's CodeBuild answers otherwise than AWS documents: it has no report groups.

https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ReportGroup.html
"""

from typing import Any

from local.corrections.caller import place
from local.corrections.request import Correction, Request
from local.front import Answer


def corrections() -> dict[str, Correction]:
    """Return what corrects CodeBuild, by operation."""
    return {
        "codebuild:CreateReportGroup": _create,
        "codebuild:ListReportGroups": _list,
        "codebuild:BatchGetReportGroups": _describe,
    }


def _groups(request: Request) -> dict[str, Any]:
    """Return the report groups of the region by ARN; moto forgets them with everything else."""
    from moto.codebuild.models import codebuild_backends  # noqa: PLC0415 - moto takes seconds to import

    account, region = place(request)
    groups: dict[str, Any] = codebuild_backends[account][region].__dict__.setdefault("report_groups", {})
    return groups


def _create(request: Request) -> Answer:
    account, region = place(request)
    given = request.parameters
    arn = f"arn:aws:codebuild:{region}:{account}:report-group/{given['name']}"
    group = {**given, "arn": arn, "status": "ACTIVE", "tags": given.get("tags") or []}
    _groups(request)[arn] = group
    return request.answer({"reportGroup": group})


def _list(request: Request) -> Answer:
    return request.answer({"reportGroups": list(_groups(request))})


def _describe(request: Request) -> Answer:
    names = request.parameters["reportGroupArns"]
    groups = _groups(request)
    found = [groups[name] for name in names if name in groups]
    return request.answer(
        {"reportGroups": found, "reportGroupsNotFound": [name for name in names if name not in groups]}
    )
