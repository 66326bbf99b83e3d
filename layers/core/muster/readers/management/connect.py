"""Reading Amazon Connect: instances, and whether they write flow logs."""

from typing import Any

from muster.facets.management.connect import ConnectFlowLogs
from muster.facets.tagging.tags import Tags
from muster.model.listing import Listed, Page, after
from muster.model.readers import lists, reads
from muster.model.shard import Shard
from muster.readers.answers import tag_list

_INSTANCE = "AWS::Connect::Instance"
_ARNS = "arn:{partition}:connect:*:*:instance/*"


@lists(
    _INSTANCE, permission="connect:ListInstances", also=("ds:DescribeDirectories",), page=10,
    arn="connect:{region}:{account}:instance/{id}", gone=("ResourceNotFoundException",),
)  # fmt: skip
def instances(connect: Any, shard: Shard, token: str | None) -> Page:
    """List the instances of a region, 10 a page, without those that are being made or could not be made.

    https://docs.aws.amazon.com/connect/latest/APIReference/API_ListInstances.html
    """
    answer = connect.list_instances(MaxResults=10, **after(token))
    items = (
        Listed(shard.resource(_INSTANCE, str(item["Id"]), str(item["Arn"])))
        for item in answer.get("InstanceSummaryList", ())
        if item.get("InstanceStatus") not in ("CREATION_IN_PROGRESS", "CREATION_FAILED")
    )
    return Page(items, answer.get("NextToken"))


flow_logs = reads(
    _INSTANCE, ConnectFlowLogs, "connect:DescribeInstanceAttribute",
    lambda connect, instance: connect.describe_instance_attribute(
        InstanceId=instance.id, AttributeType="CONTACTFLOW_LOGS"
    ),
    on=_ARNS,
)  # fmt: skip

tags = reads(
    _INSTANCE, Tags, "connect:ListTagsForResource",
    lambda connect, instance: tag_list(connect.list_tags_for_resource(resourceArn=instance.arn).get("tags")), on=_ARNS,
)  # fmt: skip
