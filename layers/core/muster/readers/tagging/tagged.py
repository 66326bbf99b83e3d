"""Reading the Resource Groups Tagging API: tagged resources of the types that no lister lists."""

import typing
from collections.abc import Mapping, Sequence

from muster.facets.tagging.tags import Tags
from muster.model.arn import Arn, ArnForm
from muster.model.finding import TAGGED
from muster.model.listing import Listed, Page, after
from muster.model.readers import lists
from muster.model.shard import Shard

if typing.TYPE_CHECKING:
    from mypy_boto3_resourcegroupstaggingapi import ResourceGroupsTaggingAPIClient


@lists(
    TAGGED, permission="tag:GetResources", client="resourcegroupstaggingapi", facets=(Tags,), page=100, rest=True,
)  # fmt: skip
def tagged_resources(
    tagging: "ResourceGroupsTaggingAPIClient",
    shard: Shard,
    token: str | None,
    *,
    known: Mapping[str, Sequence[ArnForm]],
) -> Page:
    """List the resources of a region that have tags or had some, 100 a page, without those of `known` forms.

    A resource that never had a tag is not in the answer, nor is one of a service that the API does not know. A page can
    be empty although others follow. The id of a resource is its ARN.
    https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html
    """
    answer = tagging.get_resources(ResourcesPerPage=100, **after(token, "PaginationToken"))
    items = (
        _listed(shard, item["ResourceARN"], Tags.parse(item))
        for item in answer.get("ResourceTagMappingList", ())
        if not _is_listed(item["ResourceARN"], known)
    )
    return Page(items, answer.get("PaginationToken") or None)


def _is_listed(arn: str, known: Mapping[str, Sequence[ArnForm]]) -> bool:
    """Whether an ARN has the form of a type that another lister lists.

    Here a log group's may end in `:*`, and that of an image or a snapshot may have an account.
    """
    parts = Arn.of(arn)
    forms = known.get(parts.service, ())
    text = arn.removesuffix(":*")
    spellings = (text, text.replace(f":{parts.account}:", "::", 1)) if parts.account else (text,)
    return any(form.named(TAGGED, each) for form in forms for each in spellings)


def _listed(shard: Shard, arn: str, tags: Tags) -> Listed:
    return Listed(shard.resource(TAGGED, arn, arn, tags.own), {Tags: tags})
