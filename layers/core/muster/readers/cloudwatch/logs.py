"""Reading CloudWatch Logs: the log groups of a region."""

import typing
from collections.abc import Mapping
from typing import Any

from muster.facets.cloudwatch.logs import LogGroup, LogsResourcePolicies
from muster.facets.tagging.tags import Tags
from muster.model.finding import REGION
from muster.model.listing import Listed, Page, after, listed, prefixed
from muster.model.readers import lists, reads
from muster.model.shard import Shard
from muster.readers.answers import all_pages, tag_list

if typing.TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

LOG_GROUP = "AWS::Logs::LogGroup"


@lists(
    LOG_GROUP, permission="logs:DescribeLogGroups", facets=(LogGroup,), page=50,
    arn="logs:{region}:{account}:log-group:{id...}", only=prefixed("logGroupNamePrefix"),
    gone=("ResourceNotFoundException",),
)  # fmt: skip
def log_groups(logs: "CloudWatchLogsClient", shard: Shard, token: str | None, **only: Any) -> Page:
    """List the log groups of a region, 50 a page; those of linked accounts are judged where they are owned.

    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html
    """
    answer = logs.describe_log_groups(limit=50, **after(token, "nextToken"), **only)
    return Page((_listed(item, shard) for item in answer.get("logGroups", ())), answer.get("nextToken"))


tags = reads(
    LOG_GROUP, Tags, "logs:ListTagsForResource",
    lambda logs, group: tag_list(logs.list_tags_for_resource(resourceArn=group.arn).get("tags")),
    on="arn:{partition}:logs:*:*:log-group:*",
)  # fmt: skip

resource_policies = reads(
    REGION, LogsResourcePolicies, "logs:DescribeResourcePolicies",
    lambda logs, _region: all_pages(logs, "describe_resource_policies", "resourcePolicies", page=50),
)  # fmt: skip
"""The policies of the account; those of single log groups are no part of the answer.

https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeResourcePolicies.html
"""


def _listed(item: Mapping[str, Any], shard: Shard) -> Listed:
    name = str(item["logGroupName"])
    # The ARN without the `:*` for its streams is the one that names the group, in tags and in other services.
    return listed(shard.resource(LOG_GROUP, name, shard.arn("logs", f"log-group:{name}")), item, (LogGroup,))
