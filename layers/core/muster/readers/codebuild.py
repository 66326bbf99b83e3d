"""Reading CodeBuild: projects and report groups, which are listed by name and described 100 a call."""

import itertools
import math
import typing
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from muster.facets.codebuild import Built, Project, Projects, ReportGroup, ReportGroups
from muster.facets.tagging.tags import Tags
from muster.model.finding import REGION, Resource
from muster.model.listing import Listed, Page
from muster.model.paging import Held
from muster.model.readers import describes, lists
from muster.model.shard import Shard
from muster.readers.answers import all_pages

if typing.TYPE_CHECKING:
    from mypy_boto3_codebuild import CodeBuildClient

_PROJECT = "AWS::CodeBuild::Project"
_REPORT_GROUP = "AWS::CodeBuild::ReportGroup"

_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class _Batches:
    """The calls that list a type and describe it, 100 a call each."""

    resource_type: str
    listing: str

    @property
    def types(self) -> tuple[str, ...]:
        """The resource type."""
        return (self.resource_type,)

    def calls(self, operation: str, held: Held) -> Mapping[str, int]:
        """Return the calls of both operations."""
        batches = math.ceil(held(self.resource_type) / _AT_ONCE)
        return {self.listing: max(1, batches), operation: batches}


def _batches(names: Iterable[str]) -> Iterator[list[str]]:
    remaining = iter(names)
    while batch := list(itertools.islice(remaining, _AT_ONCE)):
        yield batch


@describes(
    REGION, permission="codebuild:BatchGetProjects", also=("codebuild:ListProjects",),
    on={"codebuild:BatchGetProjects": "arn:{partition}:codebuild:*:*:project/*"},
    page=_Batches(_PROJECT, "codebuild:ListProjects"),
)  # fmt: skip
def all_projects(codebuild: "CodeBuildClient", _region: Resource) -> Projects:
    """Read the projects of a region.

    https://docs.aws.amazon.com/codebuild/latest/APIReference/API_BatchGetProjects.html
    """
    found = [
        item
        for names in _batches(all_pages(codebuild, "list_projects", "projects")["projects"])
        for item in codebuild.batch_get_projects(names=names)["projects"]
    ]
    return Projects.parse({"projects": found})


@describes(
    REGION, permission="codebuild:BatchGetReportGroups", also=("codebuild:ListReportGroups",),
    on={"codebuild:BatchGetReportGroups": "arn:{partition}:codebuild:*:*:report-group/*"},
    page=_Batches(_REPORT_GROUP, "codebuild:ListReportGroups"),
)  # fmt: skip
def all_report_groups(codebuild: "CodeBuildClient", _region: Resource) -> ReportGroups:
    """Read the report groups of a region.

    https://docs.aws.amazon.com/codebuild/latest/APIReference/API_BatchGetReportGroups.html
    """
    found = [
        item
        for arns in _batches(all_pages(codebuild, "list_report_groups", "reportGroups", page=100)["reportGroups"])
        for item in codebuild.batch_get_report_groups(reportGroupArns=arns)["reportGroups"]
    ]
    return ReportGroups.parse({"reportGroups": found})


@lists(
    _PROJECT, permission="codebuild:BatchGetProjects", facets=(Project, Tags), of=Projects,
    arn="codebuild:{region}:{account}:project/{id}",
)  # fmt: skip
def projects(_codebuild: "CodeBuildClient", shard: Shard, _token: str | None, found: Projects) -> Page:
    """List the projects of a region."""
    return Page(_listed(shard, _PROJECT, each) for each in found.all)


@lists(
    _REPORT_GROUP, permission="codebuild:BatchGetReportGroups", facets=(ReportGroup, Tags), of=ReportGroups,
    arn="codebuild:{region}:{account}:report-group/{id}",
)  # fmt: skip
def report_groups(_codebuild: "CodeBuildClient", shard: Shard, _token: str | None, found: ReportGroups) -> Page:
    """List the report groups of a region."""
    return Page(_listed(shard, _REPORT_GROUP, each) for each in found.all)


def _listed(shard: Shard, kind: str, each: Built) -> Listed:
    resource = shard.resource(kind, each.name, each.arn, each.tags.own)
    return Listed(resource, {type(each.facet): each.facet, Tags: each.tags})
