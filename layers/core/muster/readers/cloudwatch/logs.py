"""Reading CloudWatch Logs: the log groups of a region."""

import typing
from collections.abc import Mapping
from typing import Any

from muster.facets.cloudwatch.logs import LogGroup
from muster.facets.tagging.tags import Tags
from muster.model.finding import Resource
from muster.model.listing import Listed, Page, after, listed
from muster.model.readers import describes, lists
from muster.model.shard import Shard

if typing.TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

LOG_GROUP = "AWS::Logs::LogGroup"


@lists(LOG_GROUP, client="logs", permission="logs:DescribeLogGroups", facets=(LogGroup,), page=50)
def log_groups(logs: "CloudWatchLogsClient", shard: Shard, token: str | None) -> Page:
    """List the log groups of a region, 50 a page; those of linked accounts are judged where they are owned.

    https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html
    """
    answer = logs.describe_log_groups(limit=50, **after(token, "nextToken"))
    return Page((_listed(item, shard) for item in answer.get("logGroups", ())), answer.get("nextToken"))


@describes(LOG_GROUP, client="logs", permission="logs:ListTagsForResource", on="arn:{partition}:logs:*:*:log-group:*")
def tags(logs: "CloudWatchLogsClient", group: Resource) -> Tags:
    """Read the log group's tags, which CloudWatch Logs answers as a mapping."""
    found = logs.list_tags_for_resource(resourceArn=str(group.arn)).get("tags") or {}
    return Tags.parse({"Tags": [{"Key": key, "Value": value} for key, value in found.items()]})


def _listed(item: Mapping[str, Any], shard: Shard) -> Listed:
    name = str(item["logGroupName"])
    # The ARN without the `:*` for its streams is the one that names the group, in tags and in other services.
    arn = f"arn:{shard.partition}:logs:{shard.region}:{shard.account_id}:log-group:{name}"
    resource = Resource(LOG_GROUP, name, shard.account_id, shard.region, shard.partition, arn)
    return listed(resource, item, (LogGroup,))
