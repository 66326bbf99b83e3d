"""Target tables: scaled capacity, what a target has besides, and what watches it."""

import json
from decimal import Decimal
from typing import Any

import pytest

from muster.migration.file import Factors, TableItem, Throughput
from muster.migration.relatives import TABLE
from tests.unit.migration.sides_of import ACCOUNT_ID, UNREAD
from tests.unit.migration.template.plans import (
    ALL,
    DATA,
    ORDERS,
    bucket_source,
    faults,
    made,
    on_demand_source,
    one,
    plan_of,
    properties,
    table_source,
)

TARGET, POLICY = "AWS::ApplicationAutoScaling::ScalableTarget", "AWS::ApplicationAutoScaling::ScalingPolicy"
DYNAMODB = {"ServiceNamespace": "dynamodb"}
READS = {**DYNAMODB, "ResourceId": "table/orders", "ScalableDimension": "dynamodb:table:ReadCapacityUnits"}
INDEX_WRITES = {
    **DYNAMODB,
    "ResourceId": "table/orders/index/by-day",
    "ScalableDimension": "dynamodb:index:WriteCapacityUnits",
}


def table(item: TableItem = ORDERS, **answers: Any) -> dict[str, Any]:
    return one(made((item, table_source(**answers))), TABLE)


def capacity(units: dict[str, int]) -> tuple[int, int]:
    return units["ReadCapacityUnits"], units["WriteCapacityUnits"]


def test_a_target_has_the_shape_of_its_source_and_what_a_target_needs() -> None:
    found = table()
    assert found["TableName"] == "orders-eu"
    assert [key["AttributeName"] for key in found["KeySchema"]] == ["id", "day"]
    assert [index["IndexName"] for index in found["GlobalSecondaryIndexes"]] == ["by-day"]
    assert [index["IndexName"] for index in found["LocalSecondaryIndexes"]] == ["by-total"]
    assert found["SSESpecification"] == {
        "SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": {"Fn::GetAtt": ["MigrationKey", "Arn"]},
    }  # fmt: skip
    assert found["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert found["PointInTimeRecoverySpecification"] == {
        "PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 35,
    }  # fmt: skip
    assert found["TimeToLiveSpecification"] == {"AttributeName": "expires", "Enabled": True}


def test_capacity_is_scaled_and_rounded_up_as_dynamodb_takes_it() -> None:
    found = table(TableItem("orders", "orders-eu", Factors(Decimal("1.5"), Decimal("1.1"))))
    assert capacity(found["ProvisionedThroughput"]) == (150, 55)
    assert capacity(found["GlobalSecondaryIndexes"][0]["ProvisionedThroughput"]) == (30, 11)
    least = table(TableItem("orders", "orders-eu", Factors(Decimal("0.001"), Decimal("0.001"))))
    assert capacity(least["ProvisionedThroughput"]) == (1, 1)


def test_an_index_has_its_own_factors() -> None:
    item = TableItem("orders", "orders-eu", Factors(), {"by-day": Factors(Decimal(2), Decimal("1.1"))})
    found = table(item)
    assert capacity(found["ProvisionedThroughput"]) == (100, 50)
    assert capacity(found["GlobalSecondaryIndexes"][0]["ProvisionedThroughput"]) == (40, 11)


def test_a_table_on_demand_has_no_units_and_the_maximum_that_is_asked_for() -> None:
    plain = made((ORDERS, on_demand_source(read=100)))
    found = one(plain, TABLE)
    assert (found["BillingMode"], found["OnDemandThroughput"]) == ("PAY_PER_REQUEST", {"MaxReadRequestUnits": 100})
    assert "ProvisionedThroughput" not in json.dumps(found)
    assert faults(plain) == []
    asked = TableItem("orders", "orders-eu", maximum=Throughput(7, 8), index_maximums={"by-day": Throughput(9)})
    found = one(made((asked, on_demand_source(read=100))), TABLE)
    assert found["OnDemandThroughput"] == {"MaxReadRequestUnits": 7, "MaxWriteRequestUnits": 8}
    assert found["GlobalSecondaryIndexes"][0]["OnDemandThroughput"] == {"MaxReadRequestUnits": 9}


def test_an_index_that_is_being_deleted_is_left_out_with_its_attributes() -> None:
    dying = {
        "IndexName": "old", "KeySchema": [{"AttributeName": "gone", "KeyType": "HASH"}], "IndexStatus": "DELETING",
        "Projection": {"ProjectionType": "ALL"},
    }  # fmt: skip
    attributes = [{"AttributeName": name, "AttributeType": "S"} for name in ("id", "day", "gone")]
    found = table(GlobalSecondaryIndexes=[dying], AttributeDefinitions=attributes)
    assert "GlobalSecondaryIndexes" not in found
    assert [each["AttributeName"] for each in found["AttributeDefinitions"]] == ["id", "day"]


def scaled(**besides: Any) -> dict[str, Any]:
    targets = [
        {**READS, "MinCapacity": 20, "MaxCapacity": 90},
        {**INDEX_WRITES, "MinCapacity": 5, "MaxCapacity": 40,
         "SuspendedState": {"DynamicScalingInSuspended": True, "DynamicScalingOutSuspended": False}},
    ]  # fmt: skip
    tracking = {
        "TargetValue": 70.0, "ScaleInCooldown": 60,
        "PredefinedMetricSpecification": {"PredefinedMetricType": "DynamoDBReadCapacityUtilization"},
    }  # fmt: skip
    policies = [{**READS, "PolicyName": "p", "TargetTrackingScalingPolicyConfiguration": tracking}]
    return {
        "scaling_targets": {"ScalableTargets": targets}, "scaling_policies": {"ScalingPolicies": policies}, **besides,
    }  # fmt: skip


def test_autoscaling_has_the_scaled_ranges_and_the_aim_of_the_source() -> None:
    template = made((ORDERS, table_source(**scaled())))
    assert faults(template) == []
    reads, writes = properties(template, TARGET)
    assert (reads["MinCapacity"], reads["MaxCapacity"]) == (30, 135)
    assert (writes["MinCapacity"], writes["MaxCapacity"]) == (6, 44)
    assert writes["SuspendedState"] == {"DynamicScalingInSuspended": True, "DynamicScalingOutSuspended": False}
    assert writes["ResourceId"]["Fn::Sub"].endswith("}/index/by-day")
    tracking = one(template, POLICY)["TargetTrackingScalingPolicyConfiguration"]
    assert (tracking["TargetValue"], tracking["ScaleInCooldown"]) == (70.0, 60)


def test_the_first_capacity_lies_in_the_scaled_range() -> None:
    found = table(**scaled())
    assert capacity(found["ProvisionedThroughput"]) == (135, 55)


def test_schedules_are_scaled_too() -> None:
    action = {
        **READS, "ScheduledActionName": "night", "Schedule": "cron(0 22 * * ? *)", "Timezone": "Europe/Dublin",
        "ScalableTargetAction": {"MinCapacity": 2, "MaxCapacity": 4},
    }  # fmt: skip
    template = made((ORDERS, table_source(**scaled(scaling_schedules={"ScheduledActions": [action]}))))
    assert properties(template, TARGET)[0]["ScheduledActions"] == [
        {"ScheduledActionName": "night", "Schedule": "cron(0 22 * * ? *)", "Timezone": "Europe/Dublin",
         "ScalableTargetAction": {"MinCapacity": 3, "MaxCapacity": 6}}
    ]  # fmt: skip


def test_targets_of_autoscaling_that_outlived_provisioned_capacity_are_ignored() -> None:
    source = table_source(BillingModeSummary={"BillingMode": "PAY_PER_REQUEST"}, **scaled())
    assert properties(made((ORDERS, source)), TARGET) == []


def test_autoscaling_that_was_not_read_is_a_gap() -> None:
    template = made((ORDERS, table_source(scaling_targets=UNREAD)))
    assert [gap for gap in template.gaps if "scaling-targets" in gap]
    assert one(template, TABLE)["TableName"] == "orders-eu"


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({"Replicas": [{"RegionName": "us-west-2"}]}, "table.Replicas"),
        (
            {"kinesis": {"KinesisDataStreamDestinations": [{"DestinationStatus": "ACTIVE", "StreamArn": "a"}]}},
            "Kinesis",
        ),
        ({"BrandNew": 1}, "table.BrandNew"),
    ],
)
def test_what_is_not_carried_over_is_a_remark(answers: dict[str, Any], said: str) -> None:
    assert [remark for remark in made((ORDERS, table_source(**answers))).remarks if said in remark]


def test_contributor_insights_are_carried_over() -> None:
    insights = {"ContributorInsights": [{"ContributorInsightsStatus": "ENABLED"}]}
    assert table(contributor_insights=insights)["ContributorInsightsSpecification"] == {"Enabled": True}


def test_the_source_s_own_key_is_no_matter() -> None:
    template = made((ORDERS, table_source(key=UNREAD)))
    assert template.gaps == ()
    assert one(template, TABLE)["SSESpecification"]["KMSMasterKeyId"] == {"Fn::GetAtt": ["MigrationKey", "Arn"]}


def test_a_resource_policy_names_the_target_table() -> None:
    statement = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT_ID}:role/app"}, "Action": "dynamodb:*",
                 "Resource": f"arn:aws:dynamodb:us-east-1:{ACCOUNT_ID}:table/orders"}  # fmt: skip
    policy = {"Policy": json.dumps({"Version": "2012-10-17", "Statement": [statement]}), "RevisionId": "1"}
    found = table(resource_policy=policy)["ResourcePolicy"]["PolicyDocument"]["Statement"]
    assert found[0]["Resource"] == f"arn:aws:dynamodb:eu-west-1:{ACCOUNT_ID}:table/orders-eu"


def test_throttled_reads_and_writes_of_table_and_indexes_are_alarmed() -> None:
    alarms = [each for each in properties(made(*ALL), "AWS::CloudWatch::Alarm") if each["Namespace"] == "AWS/DynamoDB"]
    found = {(each["MetricName"], len(each["Dimensions"])) for each in alarms}
    assert found == {(f"{kind}ThrottleEvents", number) for kind in ("Read", "Write") for number in (1, 2)}
    for each in alarms:
        assert (each["Statistic"], each["Threshold"], each["TreatMissingData"]) == ("Sum", 0, "notBreaching")
        assert each["AlarmActions"] == [{"Ref": "NotificationTopic"}]


def test_late_replication_is_alarmed_by_all_three_dimensions() -> None:
    (alarm,) = properties(made((DATA, bucket_source())), "AWS::CloudWatch::Alarm")
    assert (alarm["MetricName"], alarm["Statistic"], alarm["TreatMissingData"]) == (
        "ReplicationLatency", "Maximum", "ignore",
    )  # fmt: skip
    assert {each["Name"]: each["Value"] for each in alarm["Dimensions"]} == {
        "SourceBucket": "data", "DestinationBucket": "data-eu", "RuleId": "wave-1-eu",
    }  # fmt: skip


def test_the_dashboard_shows_everything_and_has_the_region_in_its_name() -> None:
    dashboard = one(made(*ALL), "AWS::CloudWatch::Dashboard")
    assert dashboard["DashboardName"] == "wave-1-eu-west-1-eu"
    body = dashboard["DashboardBody"]
    for name in ("data-eu", "orders-eu", "worker-eu", "/app/worker-eu"):
        assert name in body
    assert {each["properties"]["region"] for each in json.loads(body)["widgets"]} == {"us-east-1", "eu-west-1"}


def test_names_are_made_of_batch_region_and_suffix_and_never_too_long() -> None:
    plan = plan_of(*ALL, batch="wave.1" * 10)
    assert len(plan.role_name) == 64
    assert "." not in plan.dashboard_name
    assert plan.role_name != plan_of(*ALL, batch="wave.1" * 10 + "x").role_name
