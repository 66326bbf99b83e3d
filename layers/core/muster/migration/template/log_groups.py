"""Target log groups, which are there before the functions that write to them. Pure."""

from typing import Any

from muster.migration.file import LogGroupItem, MigrationFile
from muster.migration.relatives import LOG_GROUP
from muster.migration.template.plan import Parts, Plan, identifier, key_arn, named
from muster.model.finding import UnknownField
from muster.snapshots.snapshot import Snapshot

_RETENTION_DAYS = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
)  # fmt: skip
"""https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html"""
_NOT_CARRIED = {
    "metric-filters": "metricFilters",
    "subscription-filters": "subscriptionFilters",
    "data-protection": "policyDocument",
    "index-policies": "indexPolicies",
    "transformer": "transformerConfig",
    "resource-policy": "resourcePolicies",
}
"""The sections that are not carried over, with the member that is there where the source has them."""


def add_log_groups(plan: Plan, parts: Parts) -> None:
    """Add the target log groups, with the class, retention, encryption and tags that they should have."""
    for item, source in named(plan, LogGroupItem):
        if not source.own.exists:
            parts.gap(item.name, f"there is no such log group in {plan.file.source.region}")
        elif "log-group" in source.own.unread:
            parts.gap(item.name, f"the log group could not be read: {source.own.unread['log-group'].reason}")
        else:
            properties = _properties(plan, item, source.own, parts)
            parts.add_kept_data(identifier("LogGroup", item.target), LOG_GROUP, properties)


def _properties(plan: Plan, item: Any, group: Snapshot, parts: Parts) -> dict[str, Any]:
    given = group.answer("log-group")
    days = item.retention_days or given.get("retentionInDays")
    if not days:
        days = _default(plan.file)
        parts.remark(item.name, f"events never expire at the source; at the target they do after {days} days")
    for section, member in _NOT_CARRIED.items():
        _say_what_is_left(item.name, group, section, member, parts)
    return {
        "LogGroupName": item.target,
        "RetentionInDays": days,
        **({"LogGroupClass": given["logGroupClass"]} if given.get("logGroupClass") else {}),
        **({"KmsKeyId": key_arn()} if given.get("kmsKeyId") else {}),
        "Tags": plan.tags(_tags(item.name, group, parts)),
    }


def _default(file: MigrationFile) -> int:
    """Return the shortest retention that keeps events as long as the migration file keeps objects."""
    return next((days for days in _RETENTION_DAYS if days >= file.expiry_days), _RETENTION_DAYS[-1])


def _say_what_is_left(name: str, group: Snapshot, section: str, member: str, parts: Parts) -> None:
    try:
        if group.answer(section).get(member):
            parts.remark(name, f"{section.replace('-', ' ')} is not carried over")
    except UnknownField as unknown:
        parts.gap(name, f"{section} could not be read: {unknown.unavailable.reason}")


def _tags(name: str, group: Snapshot, parts: Parts) -> Any:
    try:
        return group.answer("tags").get("Tags") or ()
    except UnknownField as unknown:
        parts.gap(name, f"tags could not be read: {unknown.unavailable.reason}")
        return ()
