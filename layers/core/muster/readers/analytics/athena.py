"""Reading Athena: workgroups and their tags."""

from typing import Any

from muster.facets.analytics.athena import AthenaWorkgroup
from muster.facets.tagging.tags import Tags
from muster.model.listing import Listed, Page, after
from muster.model.readers import lists, reads
from muster.model.shard import Shard
from muster.readers.answers import all_pages

_WORKGROUP = "AWS::Athena::WorkGroup"


@lists(
    _WORKGROUP, permission="athena:ListWorkGroups", page=50, on="arn:{partition}:athena:*:*:workgroup/*",
    arn="athena:{region}:{account}:workgroup/{id}",
)  # fmt: skip
def workgroups(athena: Any, shard: Shard, token: str | None) -> Page:
    """List the workgroups of a region, 50 a page; `primary` is there from the start.

    https://docs.aws.amazon.com/athena/latest/APIReference/API_ListWorkGroups.html
    """
    answer = athena.list_work_groups(MaxResults=50, **after(token))
    items = (
        Listed(shard.resource(_WORKGROUP, str(item["Name"]), shard.arn("athena", f"workgroup/{item['Name']}")))
        for item in answer.get("WorkGroups", ())
    )
    return Page(items, answer.get("NextToken"))


workgroup = reads(
    _WORKGROUP, AthenaWorkgroup, "athena:GetWorkGroup",
    lambda athena, group: athena.get_work_group(WorkGroup=group.id)["WorkGroup"],
)  # fmt: skip

tags = reads(
    _WORKGROUP, Tags, "athena:ListTagsForResource",
    lambda athena, group: all_pages(athena, "list_tags_for_resource", "Tags", page=75, ResourceARN=group.arn),
)  # fmt: skip
"""A page has 75 tags at least, of which a workgroup can have 50."""
