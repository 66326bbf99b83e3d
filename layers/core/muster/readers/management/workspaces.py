"""Reading WorkSpaces: the virtual desktops of a region and their tags."""

from typing import Any

from muster.facets.management.workspaces import Workspace
from muster.facets.tagging.tags import Tags
from muster.model.listing import Narrowing, Page, after, listed
from muster.model.readers import lists, reads
from muster.model.shard import Shard

_WORKSPACE = "AWS::WorkSpaces::Workspace"
_PAGE = 25
_NOT_THERE = frozenset({"PENDING", "TERMINATING", "TERMINATED"})


@lists(
    _WORKSPACE, permission="workspaces:DescribeWorkspaces", facets=(Workspace,), page=_PAGE,
    on="arn:{partition}:workspaces:*:*:workspace/*", arn="workspaces:{region}:{account}:workspace/{id}",
    only=Narrowing(lambda ids: {"WorkspaceIds": list(ids)}, _PAGE), gone=("ResourceNotFoundException",),
)  # fmt: skip
def workspaces(client: Any, shard: Shard, token: str | None, **only: Any) -> Page:
    """List the WorkSpaces of a region, 25 a page; those that are being made or deleted are left out.

    https://docs.aws.amazon.com/workspaces/latest/api/API_DescribeWorkspaces.html
    """
    answer = client.describe_workspaces(Limit=_PAGE, **after(token), **only)
    items = (
        listed(
            shard.resource(_WORKSPACE, name := str(item["WorkspaceId"]), shard.arn("workspaces", f"workspace/{name}")),
            item, (Workspace,),
        )
        for item in answer.get("Workspaces", ())
        if item.get("State") not in _NOT_THERE
    )  # fmt: skip
    return Page(items, answer.get("NextToken"))


tags = reads(
    _WORKSPACE, Tags, "workspaces:DescribeTags",
    lambda client, workspace: {"Tags": client.describe_tags(ResourceId=workspace.id).get("TagList")},
)  # fmt: skip
