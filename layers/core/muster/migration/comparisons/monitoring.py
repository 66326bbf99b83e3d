"""Comparisons of what watches the target: alarms on throttling, the dashboard, and log groups."""

from collections.abc import Iterator

from muster.facets.cloudwatch.alarms import Alarms
from muster.facets.cloudwatch.dashboards import Dashboards
from muster.facets.cloudwatch.logs import LogGroup
from muster.facets.dynamodb.shape import TableShape
from muster.migration.comparison import compares
from muster.migration.file import LogGroupItem
from muster.migration.relatives import LOG_GROUP, TABLE
from muster.migration.sides import Pair, Source, Target
from muster.model.finding import (
    REGION,
    Severity,
    Unknown,
    Verdict,
    compliant,
    known,
    non_compliant,
    not_applicable,
)
from muster.model.text import listed

_SHOWN = 6
_NAMESPACES = (("tables", "AWS/DynamoDB"), ("buckets", "AWS/S3"), ("functions", "AWS/Lambda"))


@compares(TABLE, severity=Severity.MEDIUM)
def target_table_read_throttles_alarmed(target: Target) -> Verdict:
    """Target tables should have an alarm on throttled reads, and another for each of their global indexes.

    The metric of a table does not count what its indexes throttle. The alarm, or a composite one that it helps to
    raise, must have an action.

    Problem: no alarm on throttled reads
    Why: Capacity that was estimated for another region is noticed to be too small only by what is throttled.
    Fix: `aws cloudwatch put-metric-alarm --alarm-name read-throttles-NAME --namespace AWS/DynamoDB --metric-name
      ReadThrottleEvents --dimensions Name=TableName,Value=NAME --statistic Sum --period 300 --evaluation-periods 1
      --threshold 0 --comparison-operator GreaterThanThreshold --treat-missing-data notBreaching --alarm-actions
      TOPIC-ARN` For an index, add the dimension GlobalSecondaryIndexName.
    Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
    """
    return _throttles_alarmed(target, "ReadThrottleEvents")


@compares(TABLE, severity=Severity.MEDIUM)
def target_table_write_throttles_alarmed(target: Target) -> Verdict:
    """Target tables should have an alarm on throttled writes, and another for each of their global indexes.

    The metric of a table does not count what its indexes throttle. The alarm, or a composite one that it helps to
    raise, must have an action.

    Problem: no alarm on throttled writes
    Why: Capacity that was estimated for another region is noticed to be too small only by what is throttled.
    Fix: `aws cloudwatch put-metric-alarm --alarm-name write-throttles-NAME --namespace AWS/DynamoDB --metric-name
      WriteThrottleEvents --dimensions Name=TableName,Value=NAME --statistic Sum --period 300 --evaluation-periods 1
      --threshold 0 --comparison-operator GreaterThanThreshold --treat-missing-data notBreaching --alarm-actions
      TOPIC-ARN` For an index, add the dimension GlobalSecondaryIndexName.
    Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/metrics-dimensions.html
    """
    return _throttles_alarmed(target, "WriteThrottleEvents")


@compares(REGION, severity=Severity.LOW)
def target_dashboard_shows_the_batch(target: Target, pair: Pair) -> Verdict:
    """Target regions should have a dashboard that shows all that was migrated.

    A dashboard of any name counts if its widgets show metrics of the target region for every table, bucket and function
    of the migration file; several may share the work. Replication metrics name a bucket, too. What a widget finds by a
    search cannot be seen.

    Problem: no dashboard of the target
    Why: During a migration people watch both sides; a dashboard of the source region says nothing of the target.
    Fix: `muster migration template FILE --output target.yaml` `aws cloudformation deploy --template-file
      target.yaml --stack-name STACK --capabilities CAPABILITY_NAMED_IAM`
    Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Dashboards.html
    """
    dashboards = target.region.facet("dashboards", Dashboards)
    wanted = [(item.target, namespace) for kind, namespace in _NAMESPACES for item in getattr(pair.file, kind)]
    if not wanted:
        return not_applicable("the migration file names no table, bucket or function")
    account_id, region = target.resource.account_id, target.resource.region
    showing = [(name, dashboards.showing(account_id, region, namespace, name)) for name, namespace in wanted]
    missing = [name for name, found in showing if not found]
    if not missing:
        names = {each for _, found in showing for each in found}
        return compliant(f"shown by the dashboards: {listed(sorted(names), _SHOWN)}")
    if dashboards.searching:
        searching = listed(sorted(dashboards.searching), _SHOWN)
        known(Unknown(f"{searching} may show {listed(missing, _SHOWN)}: metrics are found by a search"))
    return non_compliant(f"no dashboard shows {listed(missing, _SHOWN)} in {region}")


@compares(LOG_GROUP, severity=Severity.MEDIUM, existence=True)
def target_log_group_exists(source: Source, target: Target) -> Verdict:
    """Target log groups should exist.

    Problem: no target log group
    Why: A function makes its log group itself if it has to, and then its events never expire.
    Fix: `aws logs create-log-group --log-group-name NAME`
    Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html
    """
    for side in (source, target):
        if not side.own.exists:
            return non_compliant(f"there is no log group {side.resource.id} in {side.resource.region}")
    for side in (source, target):
        side.own.answer("log-group")
    return compliant("the log group exists")


@compares(LOG_GROUP, severity=Severity.MEDIUM)
def target_log_group_retention(source: Source, target: Target, pair: Pair) -> Verdict:
    """Target log groups should keep events as long as the migration file says, or as long as their source does.

    Events that never expire fail: they cost storage for ever.

    Problem: log retention differs
    Why: Logs that expire too early are missing in an audit, and those that never do are paid for ever.
    Fix: `aws logs put-retention-policy --log-group-name NAME --retention-in-days DAYS`
    Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/Working-with-log-groups-and-streams.html
    """
    found = target.own.facet("log-group", LogGroup).retention_days
    item = pair.item
    wanted = item.retention_days if isinstance(item, LogGroupItem) else None
    if wanted is None:
        wanted = known(source.own.facet("log-group", LogGroup).retention_days)
    days = known(found)
    if wanted is None and days is None:
        return non_compliant("events never expire, at the source neither: set retention_days in the migration file")
    if days is None:
        return non_compliant(f"events never expire; {wanted} days are expected")
    if wanted is not None and days != wanted:
        return non_compliant(f"events are kept for {days} days, {wanted} are expected")
    return compliant(f"events are kept for {days} days")


@compares(LOG_GROUP, severity=Severity.LOW)
def target_log_group_encrypted(source: Source, target: Target) -> Verdict:
    """Target log groups should be encrypted with a KMS key where their source is.

    Problem: not encrypted with a KMS key
    Why: Logs that were protected by a key's policy would be readable without it.
    Fix: `aws logs associate-kms-key --log-group-name NAME --kms-key-id KEY-ARN`
    Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
    """
    if not source.own.facet("log-group", LogGroup).kms_key:
        return not_applicable("the source has no KMS key")
    key = target.own.facet("log-group", LogGroup).kms_key
    return compliant(f"the key is {key}") if key else non_compliant("there is no KMS key; the source has one")


def _throttles_alarmed(target: Target, metric: str) -> Verdict:
    indexes = target.own.facet("table", TableShape).global_indexes
    alarms = target.region.facet("alarms", Alarms)
    if unheard := [*_unheard(alarms, metric, target.resource.id, sorted(indexes))]:
        return non_compliant(f"{metric} has no alarm that sends a notification: {listed(unheard, _SHOWN)}")
    return compliant(f"{metric} of the table and of its indexes has an alarm")


def _unheard(alarms: Alarms, metric: str, table: str, indexes: list[str]) -> Iterator[str]:
    for index in ("", *indexes):
        dimensions = {"TableName": table} | ({"GlobalSecondaryIndexName": index} if index else {})
        found = alarms.on("AWS/DynamoDB", (metric,), dimensions)
        if known(alarms.heard(found)) is None:
            why = f"{found[0].name} has no action that is enabled" if found else "no alarm"
            yield f"{f'the index {index}' if index else 'the table'} ({why})"
