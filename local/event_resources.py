"""Resource types of tables, event source mappings and rules, made with every property that a template sets.

moto's own drop a table's TTL, recovery and key, and a mapping's numbers where a parameter gave them as texts.
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html
"""

import json
from collections.abc import Callable
from typing import Any

from local.completed import Made, Properties, client
from local.role_policies import spell

_NUMBERS = {
    "BatchSize",
    "MaximumBatchingWindowInSeconds",
    "MaximumConcurrency",
    "MaximumRecordAgeInSeconds",
    "MaximumRetryAttempts",
    "ParallelizationFactor",
    "TumblingWindowInSeconds",
}
_BOOLEANS = {"BisectBatchOnFunctionError", "Enabled"}


def _table(properties: Properties, region: str, _account: str) -> Made:
    dynamodb, name = client("dynamodb", region), str(properties["TableName"])
    wanted = ("AttributeDefinitions", "KeySchema", "BillingMode", "GlobalSecondaryIndexes", "Tags")
    given = {key: properties[key] for key in wanted if key in properties}
    if stream := properties.get("StreamSpecification"):
        given["StreamSpecification"] = {"StreamEnabled": True, "StreamViewType": stream["StreamViewType"]}
    if encryption := properties.get("SSESpecification"):
        renamed = {key: value for key, value in encryption.items() if key != "SSEEnabled"}
        given["SSESpecification"] = {**renamed, "Enabled": _truth(encryption["SSEEnabled"])}
    described = dynamodb.create_table(
        TableName=name,
        DeletionProtectionEnabled=_truth(properties.get("DeletionProtectionEnabled", False)),
        **given,
    )["TableDescription"]
    if aging := properties.get("TimeToLiveSpecification"):
        wanted_ttl = {**aging, "Enabled": _truth(aging["Enabled"])}
        dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=wanted_ttl)
    if recovery := properties.get("PointInTimeRecoverySpecification"):
        enabled = {"PointInTimeRecoveryEnabled": _truth(recovery["PointInTimeRecoveryEnabled"])}
        dynamodb.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=enabled)
    attributes = {"Arn": described["TableArn"]}
    if "LatestStreamArn" in described:
        attributes["StreamArn"] = described["LatestStreamArn"]
    return name, attributes


def _event_source_mapping(properties: Properties, region: str, account: str) -> Made:
    spell(account)
    given = {key: value for key, value in _typed(properties).items() if key != "Tags"}
    if tags := properties.get("Tags"):
        given["Tags"] = {tag["Key"]: tag["Value"] for tag in tags}
    made = client("lambda", region).create_event_source_mapping(**given)
    return made["UUID"], {"Id": made["UUID"], "EventSourceMappingArn": made["EventSourceMappingArn"]}


def _typed(value: Any, name: str = "") -> Any:
    """Return properties with the types of Lambda's API, where CloudFormation takes texts."""
    if isinstance(value, dict):
        return {key: _typed(item, key) for key, item in value.items()}
    if name in _NUMBERS:
        return int(value)
    return _truth(value) if name in _BOOLEANS else value


def _truth(value: Any) -> bool:
    return str(value).lower() == "true"


def _rule(properties: Properties, region: str, _account: str) -> Made:
    events, name = client("events", region), str(properties["Name"])
    bus = str(properties.get("EventBusName", "default"))
    wanted = ("Description", "State", "ScheduleExpression", "RoleArn", "Tags")
    given = {key: properties[key] for key in wanted if key in properties}
    if "EventPattern" in properties:
        given["EventPattern"] = json.dumps(properties["EventPattern"])
    arn = events.put_rule(Name=name, EventBusName=bus, **given)["RuleArn"]
    if targets := [_target(each) for each in properties.get("Targets", ())]:
        events.put_targets(Rule=name, EventBusName=bus, Targets=targets)
    return name if bus == "default" else f"{bus.rpartition('/')[2]}|{name}", {"Arn": arn}


def _target(target: Properties) -> dict[str, Any]:
    """Return a target with the retry policy's numbers as numbers."""
    if "RetryPolicy" not in target:
        return dict(target)
    return {**target, "RetryPolicy": {key: int(value) for key, value in target["RetryPolicy"].items()}}


def _delete_rule(reference: str, region: str) -> None:
    events = client("events", region)
    bus, _, name = reference.rpartition("|")
    where = {"Rule": name, "EventBusName": bus or "default"}
    if ids := [target["Id"] for target in events.list_targets_by_rule(**where)["Targets"]]:
        events.remove_targets(**where, Ids=ids)
    events.delete_rule(Name=name, EventBusName=bus or "default")


MAKERS: dict[str, tuple[Callable[[Properties, str, str], Made], Callable[[str, str], None] | None]] = {
    "AWS::DynamoDB::Table": (_table, lambda name, region: client("dynamodb", region).delete_table(TableName=name)),
    "AWS::Lambda::EventSourceMapping": (
        _event_source_mapping,
        lambda uuid, region: client("lambda", region).delete_event_source_mapping(UUID=uuid),
    ),
    "AWS::Events::Rule": (_rule, _delete_rule),
}
"""By type: what makes a resource, and what deletes it."""
