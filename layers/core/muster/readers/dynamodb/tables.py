"""Reading DynamoDB: tables, how they are configured, their keys, and how often they were throttled."""

import typing
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from muster.facets.dynamodb.tables import PointInTimeRecovery, Table, TableKey, TablePolicy, Throttling, TimeToLive
from muster.facets.tagging.tags import Tags
from muster.model.finding import Resource
from muster.model.listing import Listed, Page, after
from muster.model.readers import describes, lists, reads
from muster.model.shard import Shard
from muster.readers.answers import all_pages
from muster.readers.cloudwatch.metrics import AT_ONCE, Query, series

if typing.TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_dynamodb import DynamoDBClient

TABLE = "AWS::DynamoDB::Table"
WINDOW = timedelta(days=14)
"""The time before the scan for which throttling is read."""

_ON = "arn:{partition}:dynamodb:*:*:table/*"
_METRICS = ("ReadThrottleEvents", "WriteThrottleEvents")


def _named(shard: Shard, name: str) -> Listed:
    return Listed(shard.resource(TABLE, name, shard.arn("dynamodb", f"table/{name}")))


@lists(
    TABLE, permission="dynamodb:ListTables",
    arn="dynamodb:{region}:{account}:table/{id}", made=_named, gone=("ResourceNotFoundException",),
)  # fmt: skip
def tables(dynamodb: "DynamoDBClient", shard: Shard, token: str | None) -> Page:
    """List the tables of a region, 100 a page, those of global tables in each of their regions.

    The listing has names only, so that tables on their way out or archived are there too: checks set them aside.
    https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_ListTables.html
    """
    answer = dynamodb.list_tables(Limit=100, **after(token, "ExclusiveStartTableName"))
    items = (_named(shard, str(name)) for name in answer.get("TableNames", ()))
    return Page(items, answer.get("LastEvaluatedTableName"))


table = reads(
    TABLE, Table, "dynamodb:DescribeTable", lambda db, table: db.describe_table(TableName=table.id)["Table"], on=_ON
)

tags = reads(
    TABLE, Tags, "dynamodb:ListTagsOfResource",
    lambda db, table: all_pages(db, "list_tags_of_resource", "Tags", ResourceArn=table.key),
    on=_ON,
)  # fmt: skip

point_in_time_recovery = reads(
    TABLE, PointInTimeRecovery, "dynamodb:DescribeContinuousBackups",
    lambda db, table: db.describe_continuous_backups(TableName=table.id),
    of=Table, when=lambda table: not table.set_aside, on=_ON,
)  # fmt: skip

time_to_live = reads(
    TABLE, TimeToLive, "dynamodb:DescribeTimeToLive",
    lambda db, table: db.describe_time_to_live(TableName=table.id),
    of=Table, when=lambda table: not table.set_aside, on=_ON,
)  # fmt: skip

policy = reads(
    TABLE, TablePolicy, "dynamodb:GetResourcePolicy",
    lambda db, table: db.get_resource_policy(ResourceArn=table.key),
    absent=("PolicyNotFoundException",), on=_ON,
)  # fmt: skip
"""The resource-based policy of a table.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GetResourcePolicy.html
"""

table_key = reads(
    TABLE, TableKey, "kms:DescribeKey",
    lambda kms, _table, key: kms.describe_key(KeyId=key),
    of=Table, keys=lambda table: table.own_key, on="arn:{partition}:kms:*:*:key/*",
)  # fmt: skip
"""The manager of the key that a table names: its ARN does not distinguish aws/dynamodb from a customer's."""


@describes(
    TABLE, permission="cloudwatch:GetMetricData",
    at_once=AT_ONCE // len(_METRICS), of=Table, keys=lambda table: table.metered, timed=True,
)  # fmt: skip
def throttling(
    cloudwatch: "CloudWatchClient", _region: Resource, names: Sequence[str], *, at: datetime
) -> Mapping[str, Throttling]:
    """Read in which of the last 14 days' hours tables and indexes were throttled, two metrics each.

    A result that CloudWatch could not complete is left out. The metrics of a table do not hold those of its indexes.
    https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
    """
    queries = [Query("AWS/DynamoDB", metric, _dimensions(name), "Sum") for name in names for metric in _METRICS]
    results = iter(series(cloudwatch, queries, at - WINDOW, at))
    throttled = {name: {metric: next(results) for metric in _METRICS} for name in names}
    return {
        name: Throttling.parse(
            {metric: {"Timestamps": each.times, "Values": each.values} for metric, each in metrics.items()}
        )
        for name, metrics in throttled.items()
        if all(each.complete for each in metrics.values())
    }


def _dimensions(name: str) -> tuple[tuple[str, str], ...]:
    """Return the dimensions of a table, or of `table/index`."""
    table, _, index = name.partition("/")
    return (("TableName", table), *((("GlobalSecondaryIndexName", index),) if index else ()))
