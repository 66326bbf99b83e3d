"""Reading DataSync: tasks and their tags."""

from typing import Any

from muster.facets.tagging.tags import Tags
from muster.facets.transfer.datasync import DataSyncTask
from muster.model.arn import Arn
from muster.model.listing import Listed, Page, after
from muster.model.readers import lists, reads
from muster.model.shard import Shard
from muster.readers.answers import all_pages

TASK = "AWS::DataSync::Task"
_PAGE = 100


@lists(
    TASK, permission="datasync:ListTasks", page=_PAGE, arn="datasync:{region}:{account}:task/{id}",
    on="arn:{partition}:datasync:*:*:task/*",
)  # fmt: skip
def tasks(datasync: Any, shard: Shard, token: str | None) -> Page:
    """List the tasks of a region, 100 a page; those that are being made are left out.

    https://docs.aws.amazon.com/datasync/latest/userguide/API_ListTasks.html
    """
    answer = datasync.list_tasks(MaxResults=_PAGE, **after(token))
    items = (
        Listed(shard.resource(TASK, Arn.of(item["TaskArn"]).name, str(item["TaskArn"])))
        for item in answer.get("Tasks", ())
        if item.get("Status") != "CREATING"
    )
    return Page(items, answer.get("NextToken"))


task = reads(TASK, DataSyncTask, "datasync:DescribeTask", lambda datasync, one: datasync.describe_task(TaskArn=one.arn))

tags = reads(
    TASK, Tags, "datasync:ListTagsForResource",
    lambda datasync, one: all_pages(datasync, "list_tags_for_resource", "Tags", page=_PAGE, ResourceArn=one.arn),
)  # fmt: skip
