"""Reading Glue: jobs, machine learning transforms, and their tags."""

from collections.abc import Mapping
from typing import Any

from muster.facets.analytics.glue import GlueJob, GlueTransform
from muster.facets.tagging.tags import Tags
from muster.model.finding import Resource
from muster.model.listing import Page, after, listed
from muster.model.readers import lists, reads
from muster.model.shard import Shard
from muster.readers.answers import tag_list

_JOB = "AWS::Glue::Job"
_TRANSFORM = "AWS::Glue::MLTransform"
_PAGE = 1000


@lists(
    _JOB, permission="glue:GetJobs", facets=(GlueJob,), page=_PAGE, on="arn:{partition}:glue:*:*:job/*",
    arn="glue:{region}:{account}:job/{id...}", gone=("EntityNotFoundException",),
)  # fmt: skip
def jobs(glue: Any, shard: Shard, token: str | None) -> Page:
    """List the jobs of a region, 1000 a page; AWS returns no ARN.

    https://docs.aws.amazon.com/glue/latest/webapi/API_GetJobs.html
    """
    answer = glue.get_jobs(MaxResults=_PAGE, **after(token))
    items = (
        listed(shard.resource(_JOB, str(item["Name"]), shard.arn("glue", f"job/{item['Name']}")), item, (GlueJob,))
        for item in answer.get("Jobs", ())
    )
    return Page(items, answer.get("NextToken"))


@lists(
    _TRANSFORM, permission="glue:GetMLTransforms", facets=(GlueTransform,), page=_PAGE,
    on="arn:{partition}:glue:*:*:mlTransform/*", arn="glue:{region}:{account}:mlTransform/{id}",
    gone=("EntityNotFoundException",),
)  # fmt: skip
def transforms(glue: Any, shard: Shard, token: str | None) -> Page:
    """List the machine learning transforms of a region, 1000 a page; those that are being deleted are left out.

    https://docs.aws.amazon.com/glue/latest/webapi/API_GetMLTransforms.html
    """
    answer = glue.get_ml_transforms(MaxResults=_PAGE, **after(token))
    items = (
        listed(_transform(shard, str(item["TransformId"])), item, (GlueTransform,))
        for item in answer.get("Transforms", ())
        if item.get("Status") != "DELETING"
    )
    return Page(items, answer.get("NextToken"))


def _transform(shard: Shard, name: str) -> Resource:
    return shard.resource(_TRANSFORM, name, shard.arn("glue", f"mlTransform/{name}"))


def _tags(glue: Any, resource: Resource) -> Mapping[str, Any]:
    return tag_list(glue.get_tags(ResourceArn=resource.key).get("Tags"))


job_tags = reads(_JOB, Tags, "glue:GetTags", _tags)

transform_tags = reads(_TRANSFORM, Tags, "glue:GetTags", _tags)
