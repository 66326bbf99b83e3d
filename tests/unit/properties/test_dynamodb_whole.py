"""A table with everything that DynamoDB can answer: no member of it is lost."""

from typing import Any

import pytest

from muster.model.finding import Resource
from muster.snapshots.form import forms
from tests.unit.properties.whole import changed, changes, lost, model, whole

ORDERS = Resource("AWS::DynamoDB::Table", "orders", "123456789012", "eu-west-1")
SCALING = "application-autoscaling"
MODELS = {
    "table": model("dynamodb", "DescribeTable").members["Table"],
    "recovery": model("dynamodb", "DescribeContinuousBackups"),
    "time-to-live": model("dynamodb", "DescribeTimeToLive"),
    "kinesis": model("dynamodb", "DescribeKinesisStreamingDestination"),
    "global-table": model("dynamodb", "DescribeGlobalTable"),
}
LISTS = {
    "tags": model("dynamodb", "ListTagsOfResource").members["Tags"],
    "stream-tags": model("dynamodb", "ListTagsOfResource").members["Tags"],
    "scaling-targets": model(SCALING, "DescribeScalableTargets").members["ScalableTargets"],
    "scaling-policies": model(SCALING, "DescribeScalingPolicies").members["ScalingPolicies"],
    "scaling-schedules": model(SCALING, "DescribeScheduledActions").members["ScheduledActions"],
}
MEMBERS = {
    "tags": "Tags", "stream-tags": "Tags", "scaling-targets": "ScalableTargets", "scaling-policies": "ScalingPolicies",
    "scaling-schedules": "ScheduledActions",
}  # fmt: skip
POLICIES = ('{"Statement": [1]}', '{"Statement": [2]}')
OF_BACKUPS = "recovery.ContinuousBackupsDescription"
NO_SETTINGS = {
    "table.CreationDateTime": "a time",
    "table.ProvisionedThroughput.LastIncreaseDateTime": "a time",
    "table.ProvisionedThroughput.LastDecreaseDateTime": "a time",
    "table.ProvisionedThroughput.NumberOfDecreasesToday": "a count",
    "table.TableSizeBytes": "a count",
    "table.ItemCount": "a count",
    "table.TableArn": "follows from the name",
    "table.TableId": "made by AWS",
    "table.BillingModeSummary.LastUpdateToPayPerRequestDateTime": "a time",
    "table.LatestStreamLabel": "made by AWS",
    "table.LatestStreamArn": "made by AWS",
    "table.GlobalTableVersion": "may stay when the last replica is removed",
    "table.TableClassSummary.LastUpdateDateTime": "a time",
    "table.RestoreSummary": "how the table came to be",
    "table.ArchivalSummary": "the status says that the table is archived",
    "table.WarmThroughput": "grows by itself and cannot be lowered",
    "table.OnDemandThroughput": "of a table on demand only",
    "table.LocalSecondaryIndexes[0].IndexSizeBytes": "a count",
    "table.LocalSecondaryIndexes[0].ItemCount": "a count",
    "table.LocalSecondaryIndexes[0].IndexArn": "follows from the name",
    "table.GlobalSecondaryIndexes[0].Backfilling": "a state",
    "table.GlobalSecondaryIndexes[0].ProvisionedThroughput.LastIncreaseDateTime": "a time",
    "table.GlobalSecondaryIndexes[0].ProvisionedThroughput.LastDecreaseDateTime": "a time",
    "table.GlobalSecondaryIndexes[0].ProvisionedThroughput.NumberOfDecreasesToday": "a count",
    "table.GlobalSecondaryIndexes[0].IndexSizeBytes": "a count",
    "table.GlobalSecondaryIndexes[0].ItemCount": "a count",
    "table.GlobalSecondaryIndexes[0].IndexArn": "follows from the name",
    "table.GlobalSecondaryIndexes[0].OnDemandThroughput": "of a table on demand only",
    "table.GlobalSecondaryIndexes[0].WarmThroughput": "grows by itself and cannot be lowered",
    "table.VectorIndexes[0].Backfilling": "a state",
    "table.VectorIndexes[0].IndexSizeBytes": "a count",
    "table.VectorIndexes[0].ItemCount": "a count",
    "table.VectorIndexes[0].IndexArn": "follows from the name",
    f"{OF_BACKUPS}.ContinuousBackupsStatus": "always ENABLED",
    f"{OF_BACKUPS}.PointInTimeRecoveryDescription.EarliestRestorableDateTime": "a time",
    f"{OF_BACKUPS}.PointInTimeRecoveryDescription.LatestRestorableDateTime": "a time",
    "kinesis.TableName": "the table's name",
    "kinesis.KinesisDataStreamDestinations[0].DestinationStatusDescription": "explains the status",
    "contributor-insights.ContributorInsights[0].TableName": "the table's name",
    "contributor-insights.ContributorInsights[0].ContributorInsightsRuleList": "made by AWS",
    "contributor-insights.ContributorInsights[0].LastUpdateDateTime": "a time",
    "contributor-insights.ContributorInsights[0].FailureException": "the status says that it failed",
    "scaling-targets.ScalableTargets[0].PredictedCapacity": "a forecast",
    "scaling-targets.ScalableTargets[0].RoleARN": "always the service-linked role",
    "scaling-targets.ScalableTargets[0].CreationTime": "a time",
    "scaling-policies.ScalingPolicies[0].Alarms": "made by target tracking",
    "scaling-policies.ScalingPolicies[0].CreationTime": "a time",
    "scaling-schedules.ScheduledActions[0].ScheduledActionARN": "made by AWS",
    "scaling-schedules.ScheduledActions[0].CreationTime": "a time",
    "scaling-schedules.ScheduledActions[0].ServiceNamespace": "always dynamodb",
}
"""Members that are no settings, and why; what lies inside of one is none either."""


def everything() -> tuple[dict[str, Any], list[tuple[str, Any]]]:
    shapes = {name: (shape, name) for name, shape in MODELS.items()}
    shapes |= {name: (shape, f"{name}.{MEMBERS[name]}") for name, shape in LISTS.items()}
    insights = model("dynamodb", "DescribeContributorInsights")
    sections: dict[str, Any] = {name: whole(*each) for name, each in shapes.items()}
    for name, member in MEMBERS.items():
        sections[name] = {member: sections[name]}
    differences = [change for each in shapes.values() for change in changes(*each)]
    of_table, of_index = (whole(insights, "insights") | {"ContributorInsightsStatus": "ENABLED"} for _ in range(2))
    of_table["IndexName"], of_index["IndexName"] = "", sections["table"]["GlobalSecondaryIndexes"][0]["IndexName"]
    sections["contributor-insights"] = {"ContributorInsights": [of_table, of_index]}
    differences += [
        (path, value)
        for path, value in changes(insights, "contributor-insights.ContributorInsights[0]")
        if not path.endswith("IndexName")
    ]
    for name in ("resource-policy", "stream-policy"):
        sections[name] = {"Policy": POLICIES[0], "RevisionId": "1"}
        differences.append((f"{name}.Policy", POLICIES[1]))
    sections["key"] = {"KeyMetadata": {"KeyManager": "CUSTOMER"}}
    sections["scaling-tags"] = {
        "Tags": {sections["scaling-targets"]["ScalableTargets"][0]["ScalableTargetARN"]: {"a": "b"}}
    }
    differences.append(("key.KeyMetadata.KeyManager", "AWS"))
    sections["scaling-policies"]["ScalingPolicies"][0] |= {
        name: sections["scaling-targets"]["ScalableTargets"][0][name]
        for name in ("ServiceNamespace", "ResourceId", "ScalableDimension")
    }
    sections["scaling-schedules"]["ScheduledActions"][0] |= {
        name: sections["scaling-targets"]["ScalableTargets"][0][name] for name in ("ResourceId", "ScalableDimension")
    }
    return _steady(sections), differences


def _steady(sections: dict[str, Any]) -> dict[str, Any]:
    """Return the answers of a table on which all is on: what is off hides its settings."""
    for path, value in (
        ("table.SSEDescription.Status", "ENABLED"), ("table.SSEDescription.SSEType", "KMS"),
        ("table.StreamSpecification.StreamEnabled", True),
        ("time-to-live.TimeToLiveDescription.TimeToLiveStatus", "ENABLED"),
        ("kinesis.KinesisDataStreamDestinations[0].DestinationStatus", "ACTIVE"),
    ):  # fmt: skip
        sections = changed(sections, path, value)
    return sections


SECTIONS, DIFFERENCES = everything()
OTHER = {
    "table.TableStatus": "DELETING", "table.GlobalSecondaryIndexes[0].IndexStatus": "DELETING",
    "table.VectorIndexes[0].IndexStatus": "DELETING", "table.SSEDescription.Status": "DISABLED",
    "table.SSEDescription.SSEType": "AES256", "table.StreamSpecification.StreamEnabled": False,
    "time-to-live.TimeToLiveDescription.TimeToLiveStatus": "DISABLED",
    "kinesis.KinesisDataStreamDestinations[0].DestinationStatus": "DISABLED",
    "contributor-insights.ContributorInsights[0].ContributorInsightsStatus": "DISABLED",
}  # fmt: skip
"""States of which some mean the same: another that does not."""


def is_setting(path: str) -> bool:
    return not any(path == each or path.startswith((f"{each}.", f"{each}[")) for each in NO_SETTINGS)


def test_every_section_of_the_form_is_there() -> None:
    assert set(SECTIONS) == {section.name for section in forms()["AWS::DynamoDB::Table"].sections}
    assert len(DIFFERENCES) > 150


@pytest.mark.parametrize(("path", "value"), [each for each in DIFFERENCES if is_setting(each[0])])
def test_a_change_shows_in_the_properties_or_lies_under_an_obstacle(path: str, value: object) -> None:
    assert not lost(ORDERS, SECTIONS, path, OTHER.get(path, value))


@pytest.mark.parametrize("member", ["MaxReadRequestUnits", "MaxWriteRequestUnits"])
@pytest.mark.parametrize("owner", ["table", "table.GlobalSecondaryIndexes[0]"])
def test_the_maximum_of_a_table_on_demand_is_a_setting(owner: str, member: str) -> None:
    on_demand = changed(SECTIONS, "table.BillingModeSummary.BillingMode", "PAY_PER_REQUEST")
    assert not lost(ORDERS, on_demand, f"{owner}.OnDemandThroughput.{member}", 7)


@pytest.mark.parametrize("path", NO_SETTINGS)
def test_what_is_no_setting_does_not_show(path: str) -> None:
    inside = [each for each in DIFFERENCES if each[0] == path or each[0].startswith((f"{path}.", f"{path}["))]
    assert inside
    assert all(lost(ORDERS, SECTIONS, each, value) for each, value in inside)
