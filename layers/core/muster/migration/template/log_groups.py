"""Target log groups, which are there before the functions that write to them. Pure."""

import json
from collections.abc import Mapping
from typing import Any

from muster.migration.file import LogGroupItem, MigrationFile
from muster.migration.relatives import LOG_GROUP
from muster.migration.sides import Source
from muster.migration.template.moving import Mover, carried_policy
from muster.migration.template.plan import Parts, Plan, identifier, key_arn, named
from muster.properties.consuming import without
from muster.properties.conversion import convert

_RETENTION_DAYS = (
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
)  # fmt: skip
"""https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html"""
_OURS = ("LogGroupName", "RetentionInDays", "KmsKeyId", "Tags")
_JUDGED = ("DeletionProtectionEnabled", "ResourcePolicyDocument", "DataProtectionPolicy")


def add_log_groups(plan: Plan, parts: Parts) -> None:
    """Add the target log groups, with the class, retention, encryption, policies and tags that they should have."""
    mover = Mover(plan)
    for item, source in named(plan, LogGroupItem):
        if not source.own.exists:
            parts.gap(item.name, f"there is no such log group in {plan.file.source.region}")
        elif "log-group" in source.own.unread:
            parts.gap(item.name, f"the log group could not be read: {source.own.unread['log-group'].reason}")
        else:
            properties = _properties(item, source, mover, parts)
            parts.add_kept_data(identifier("LogGroup", item.target), LOG_GROUP, properties)


def _properties(item: Any, source: Source, mover: Mover, parts: Parts) -> dict[str, Any]:
    conversion = convert(source.own)
    for each in conversion.obstacles:
        say = parts.gap if each.setting in source.own.unread else parts.remark
        say(item.name, f"{each.setting} is not carried over: {each.reason}")
    for remark in conversion.remarks:
        parts.remark(item.name, remark)
    given = next(each.properties for each in conversion.resources if each.type == LOG_GROUP)
    days = item.retention_days or given.get("RetentionInDays")
    if not days:
        days = _default(mover.plan.file)
        parts.remark(item.name, f"events never expire at the source; at the target they do after {days} days")
    if "DeletionProtectionEnabled" in given:
        parts.remark(item.name, "deletion protection is not carried over: the stack could not be deleted")
    return {
        "LogGroupName": item.target,
        "RetentionInDays": days,
        **({"KmsKeyId": key_arn()} if "KmsKeyId" in given else {}),
        **{name: value for name, value in given.items() if name not in (*_OURS, *_JUDGED)},
        **_policies(item, given, mover, parts),
        "Tags": mover.plan.tags(given.get("Tags") or ()),
    }


def _policies(item: Any, given: Mapping[str, Any], mover: Mover, parts: Parts) -> dict[str, Any]:
    def say(text: str) -> None:
        parts.remark(item.name, text)

    resource, protection = given.get("ResourcePolicyDocument"), given.get("DataProtectionPolicy")
    if protection and _sends(protection):
        say("its data protection policy is not carried over: it sends findings to a resource of the source region")
        protection = None
    carried = carried_policy(resource, mover, say) if resource else None
    return without({"ResourcePolicyDocument": carried, "DataProtectionPolicy": protection})


def _sends(policy: Mapping[str, Any]) -> bool:
    """Whether a data protection policy names destinations of what it finds."""
    text = json.dumps(policy).replace(" ", "")
    return '"FindingsDestination"' in text and '"FindingsDestination":{}' not in text


def _default(file: MigrationFile) -> int:
    """Return the shortest retention that keeps events as long as the migration file keeps objects."""
    return next((days for days in _RETENTION_DAYS if days >= file.expiry_days), _RETENTION_DAYS[-1])
