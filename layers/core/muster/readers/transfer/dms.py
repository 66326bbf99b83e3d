"""Reading DMS: replication instances, replication tasks, endpoints, and their tags.

What is being made or deleted, or could not be made, is left out.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from muster.facets.tagging.tags import Tags
from muster.facets.transfer.dms import MigrationEndpoint, ReplicationInstance, ReplicationTask
from muster.model.finding import Resource
from muster.model.listing import Page, after, listed
from muster.model.readers import describes, lists
from muster.model.shard import Shard

INSTANCE = "AWS::DMS::ReplicationInstance"
TASK = "AWS::DMS::ReplicationTask"
ENDPOINT = "AWS::DMS::Endpoint"
_PAGE = 100
_TAGS_AT_ONCE = 20
"""AWS documents no limit."""
_NOT_THERE = frozenset({"creating", "deleted", "deleting"})


@lists(
    INSTANCE, permission="dms:DescribeReplicationInstances", facets=(ReplicationInstance,), page=_PAGE,
    arn="dms:{region}:{account}:rep:{id}", on="arn:{partition}:dms:*:*:rep:*",
)  # fmt: skip
def instances(dms: Any, shard: Shard, token: str | None) -> Page:
    """List the replication instances of a region, 100 a page; those that failed are left out too.

    https://docs.aws.amazon.com/dms/latest/APIReference/API_DescribeReplicationInstances.html
    """
    answer = dms.describe_replication_instances(MaxRecords=_PAGE, **after(token, "Marker"))
    items = (
        listed(_resource(shard, INSTANCE, "ReplicationInstance", item), item, (ReplicationInstance,))
        for item in answer.get("ReplicationInstances", ())
        if item.get("ReplicationInstanceStatus") not in _NOT_THERE | {"failed"}
    )
    return Page(items, answer.get("Marker"))


@lists(
    TASK, permission="dms:DescribeReplicationTasks", facets=(ReplicationTask,), page=_PAGE,
    arn="dms:{region}:{account}:task:{id}", on="arn:{partition}:dms:*:*:task:*",
)  # fmt: skip
def tasks(dms: Any, shard: Shard, token: str | None) -> Page:
    """List the replication tasks of a region with their settings, 100 a page.

    https://docs.aws.amazon.com/dms/latest/APIReference/API_DescribeReplicationTasks.html
    """
    answer = dms.describe_replication_tasks(MaxRecords=_PAGE, **after(token, "Marker"))
    items = (
        listed(_resource(shard, TASK, "ReplicationTask", item), item, (ReplicationTask,))
        for item in answer.get("ReplicationTasks", ())
        if item.get("Status") not in _NOT_THERE
    )
    return Page(items, answer.get("Marker"))


@lists(
    ENDPOINT, permission="dms:DescribeEndpoints", facets=(MigrationEndpoint,), page=_PAGE,
    arn="dms:{region}:{account}:endpoint:{id}", on="arn:{partition}:dms:*:*:endpoint:*",
)  # fmt: skip
def endpoints(dms: Any, shard: Shard, token: str | None) -> Page:
    """List the endpoints of a region, 100 a page.

    https://docs.aws.amazon.com/dms/latest/APIReference/API_DescribeEndpoints.html
    """
    answer = dms.describe_endpoints(MaxRecords=_PAGE, **after(token, "Marker"))
    items = (
        listed(_resource(shard, ENDPOINT, "Endpoint", item), item, (MigrationEndpoint,))
        for item in answer.get("Endpoints", ())
        if item.get("Status") not in _NOT_THERE
    )
    return Page(items, answer.get("Marker"))


def _resource(shard: Shard, kind: str, prefix: str, item: Mapping[str, Any]) -> Resource:
    """Return an item as a resource: its id is the name that people gave it, its ARN ends with one of AWS."""
    return shard.resource(kind, str(item[f"{prefix}Identifier"]), str(item[f"{prefix}Arn"]))


def _tags(dms: Any, resources: Sequence[Resource]) -> Mapping[str, Tags]:
    """Read the tags of up to 20 resources: one list, in which each tag has the ARN of its resource.

    https://docs.aws.amazon.com/dms/latest/APIReference/API_ListTagsForResource.html
    """
    found = dms.list_tags_for_resource(ResourceArnList=[each.key for each in resources])["TagList"]
    return {
        each.id: Tags.parse({"Tags": [tag for tag in found if tag["ResourceArn"] == each.key]}) for each in resources
    }


instance_tags, task_tags, endpoint_tags = (
    describes(each, permission="dms:ListTagsForResource", at_once=_TAGS_AT_ONCE)(_tags)
    for each in (INSTANCE, TASK, ENDPOINT)
)
