"""What a bucket sends and reports: notifications, logs, metrics, inventories, analytics; and its tiers."""

from collections.abc import Mapping
from typing import Any

from muster.bundle.terraform.shapes import Rule, block, blocks, merged, named, tags, within


def _with_filter(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """Put the flat members of a filter into a structure of their own."""
    inside = {name: value[name] for name in ("Prefix", "TagFilters", "AccessPointArn") if name in value}
    rest = {name: each for name, each in value.items() if name not in inside}
    return {**rest, "Filter": inside} if inside else rest


_FLAT_FILTER = block(
    "filter", {"AccessPointArn": named("access_point"), "Prefix": named("prefix"), "TagFilters": tags()}
)
_PREFIX_FILTER = block("filter", {"Prefix": named("prefix")})


def _events_together(target: str) -> Any:
    """Return a change that joins entries which differ in the event alone: CloudFormation has one event in each."""

    def change(entries: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
        joined: dict[str, dict[str, Any]] = {}
        for each in entries:
            key = repr((each.get(target), each.get("Filter")))
            found = joined.setdefault(key, {**_filter_parts(each), "Event": []})
            found["Event"].append(each["Event"])
        return list(joined.values())

    return change


def _filter_parts(entry: Mapping[str, Any]) -> dict[str, Any]:
    rules = ((entry.get("Filter") or {}).get("S3Key") or {}).get("Rules") or ()
    parts = {f"Filter{str(rule['Name']).capitalize()}": rule["Value"] for rule in rules}
    return {**{name: value for name, value in entry.items() if name != "Filter"}, **parts}


def _notified(name: str, target: str, argument: str) -> Rule:
    join = _events_together(target)
    rule = blocks(
        name,
        {
            target: named(argument),
            "Event": named("events"),
            "FilterPrefix": named("filter_prefix"),
            "FilterSuffix": named("filter_suffix"),
        },
    )
    return lambda entries: rule(join(entries))


NOTIFICATION = merged(
    {
        "EventBridgeConfiguration": merged({"EventBridgeEnabled": named("eventbridge")}),
        "LambdaConfigurations": _notified("lambda_function", "Function", "lambda_function_arn"),
        "QueueConfigurations": _notified("queue", "Queue", "queue_arn"),
        "TopicConfigurations": _notified("topic", "Topic", "topic_arn"),
    }
)
_DESTINATION = {
    "BucketAccountId": named("account_id"),
    "BucketArn": named("bucket_arn"),
    "Format": named("format"),
    "Prefix": named("prefix"),
}
INVENTORY = merged(
    {
        "Id": named("name"),
        "Enabled": named("enabled"),
        "IncludedObjectVersions": named("included_object_versions"),
        "OptionalFields": named("optional_fields"),
        "Filter": _PREFIX_FILTER,
        "ScheduleFrequency": within("schedule", named("frequency")),
        "Destination": within("destination", block("bucket", _DESTINATION)),
    },
    before=_with_filter,
)
ANALYTICS = merged(
    {
        "Id": named("name"),
        "Filter": _FLAT_FILTER,
        "StorageClassAnalysis": within(
            "storage_class_analysis",
            merged(
                {
                    "DataExport": block(
                        "data_export",
                        {
                            "OutputSchemaVersion": named("output_schema_version"),
                            "Destination": within(
                                "destination",
                                block(
                                    "s3_bucket_destination",
                                    {**_DESTINATION, "BucketAccountId": named("bucket_account_id")},
                                ),
                            ),
                        },
                    )
                }
            ),
        ),
    },
    before=_with_filter,
)
TIERING = merged(
    {
        "Id": named("name"),
        "Status": named("status"),
        "Filter": _FLAT_FILTER,
        "Tierings": blocks("tiering", {"AccessTier": named("access_tier"), "Days": named("days")}),
    },
    before=_with_filter,
)
_KEY_FORMAT = {
    "SimplePrefix": block("simple_prefix", {}),
    "PartitionedPrefix": block("partitioned_prefix", {"PartitionDateSource": named("partition_date_source")}),
}
LOGGING = merged(
    {
        "DestinationBucketName": named("target_bucket"),
        "LogFilePrefix": named("target_prefix"),
        "TargetObjectKeyFormat": block("target_object_key_format", _KEY_FORMAT),
    },
    before=lambda value: {"LogFilePrefix": "", **value},
)
METRIC = merged({"Id": named("name"), "Filter": _FLAT_FILTER}, before=_with_filter)
