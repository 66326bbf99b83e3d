"""Tables as properties: what is written, and what stands in the way."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from muster.model.finding import Resource, Unavailable
from muster.properties.conversion import Conversion, Obstacle, convert
from muster.snapshots.snapshot import Snapshot
from tests.unit.properties.linted import faults

ARN = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders"
ORDERS = Resource("AWS::DynamoDB::Table", "orders", "123456789012", "eu-west-1", arn=ARN)
KEY = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "dynamodb:GetItem",
         "Resource": ARN}
    ],
}  # fmt: skip
READ = "dynamodb:table:ReadCapacityUnits"
TARGET = {
    "ServiceNamespace": "dynamodb", "ResourceId": "table/orders", "ScalableDimension": READ, "MinCapacity": 5,
    "MaxCapacity": 50, "ScalableTargetARN": "arn:aws:application-autoscaling:eu-west-1:123456789012:scalable-target/1",
    "SuspendedState": {"DynamicScalingInSuspended": False, "DynamicScalingOutSuspended": False},
}  # fmt: skip
SCALED = {
    "scaling-targets": {"ScalableTargets": [TARGET]},
    "scaling-policies": {
        "ScalingPolicies": [
            {
                "PolicyARN": "arn:aws:autoscaling:eu-west-1:123456789012:scalingPolicy:1", "PolicyName": "read",
                "ServiceNamespace": "dynamodb", "ResourceId": "table/orders", "ScalableDimension": READ,
                "PolicyType": "TargetTrackingScaling", "Alarms": [{"AlarmName": "TargetTracking-table/orders-1"}],
                "TargetTrackingScalingPolicyConfiguration": {
                    "TargetValue": 70.0,
                    "PredefinedMetricSpecification": {"PredefinedMetricType": "DynamoDBReadCapacityUtilization"},
                },
            }
        ]
    },
    "scaling-schedules": {
        "ScheduledActions": [
            {
                "ScheduledActionName": "night", "ServiceNamespace": "dynamodb", "ResourceId": "table/orders",
                "ScalableDimension": READ, "Schedule": "cron(0 22 * * ? *)",
                "EndTime": datetime(2027, 1, 2, 3, 4, 5, tzinfo=UTC), "ScalableTargetAction": {"MinCapacity": 1},
            }
        ]
    },
    "scaling-tags": {"Tags": {TARGET["ScalableTargetARN"]: {"team": "data", "aws:x": "y"}}},
}  # fmt: skip
TABLE = {
    "TableName": "orders", "TableStatus": "ACTIVE", "TableArn": ARN, "ItemCount": 3,
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 6, "NumberOfDecreasesToday": 0},
    "DeletionProtectionEnabled": False,
}  # fmt: skip
INDEX = {
    "IndexName": "by-day", "KeySchema": [{"AttributeName": "day", "KeyType": "HASH"}], "IndexStatus": "ACTIVE",
    "Projection": {"ProjectionType": "ALL"},
    "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 2, "NumberOfDecreasesToday": 0},
}  # fmt: skip
ON_DEMAND = {
    "BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"},
    "ProvisionedThroughput": {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0, "NumberOfDecreasesToday": 0},
}
NOTHING: dict[str, Any] = {
    "recovery": {"ContinuousBackupsDescription": {"ContinuousBackupsStatus": "ENABLED"}},
    "time-to-live": {"TimeToLiveDescription": {"TimeToLiveStatus": "DISABLED"}},
    "tags": {"Tags": []}, "resource-policy": None, "stream-policy": {}, "stream-tags": {}, "key": {},
    "contributor-insights": {"ContributorInsights": [{"TableName": "orders", "ContributorInsightsStatus": "DISABLED"}]},
    "kinesis": {"TableName": "orders", "KinesisDataStreamDestinations": []}, "global-table": None,
    "scaling-targets": {"ScalableTargets": []}, "scaling-policies": {"ScalingPolicies": []},
    "scaling-schedules": {"ScheduledActions": []}, "scaling-tags": {"Tags": {}},
}  # fmt: skip


def converted(table: dict[str, Any] | None = None, **sections: Any) -> Conversion:
    others = {name.replace("_", "-"): value for name, value in sections.items()}
    return convert(Snapshot(ORDERS, {"table": {**TABLE, **(table or {})}, **NOTHING, **others}))


def written(table: dict[str, Any] | None = None, **sections: Any) -> dict[str, Any]:
    conversion = converted(table, **sections)
    assert conversion.obstacles == ()
    return dict(conversion.resources[0].properties)


def settings(table: dict[str, Any] | None = None, **sections: Any) -> list[str]:
    return [each.setting for each in converted(table, **sections).obstacles]


def test_a_table_that_was_never_on_demand_is_provisioned() -> None:
    assert written() == {
        "TableName": "orders", "AttributeDefinitions": TABLE["AttributeDefinitions"], "KeySchema": TABLE["KeySchema"],
        "BillingMode": "PROVISIONED", "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 6},
        "DeletionProtectionEnabled": False,
    }  # fmt: skip
    assert converted().resources[0].identifier == {"TableName": "orders"}
    assert faults(converted()) == []


def test_an_index_of_a_provisioned_table_has_its_own_capacity() -> None:
    assert written({"GlobalSecondaryIndexes": [INDEX]})["GlobalSecondaryIndexes"] == [
        {
            "IndexName": "by-day", "KeySchema": INDEX["KeySchema"], "Projection": {"ProjectionType": "ALL"},
            "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 2},
        }
    ]  # fmt: skip


def test_a_table_on_demand_has_no_capacity_and_neither_have_its_indexes() -> None:
    index = {**INDEX, "ProvisionedThroughput": ON_DEMAND["ProvisionedThroughput"]}
    found = written({**ON_DEMAND, "GlobalSecondaryIndexes": [index]})
    assert found["BillingMode"] == "PAY_PER_REQUEST"
    assert "ProvisionedThroughput" not in {*found, *found["GlobalSecondaryIndexes"][0]}


def test_cfn_lint_takes_a_table_that_has_everything() -> None:
    limits = {"MaxReadRequestUnits": 100, "MaxWriteRequestUnits": 50}
    day = {"AttributeName": "day", "AttributeType": "S"}
    table = {
        **ON_DEMAND, "AttributeDefinitions": [*TABLE["AttributeDefinitions"], day], "OnDemandThroughput": limits,
        "KeySchema": [*TABLE["KeySchema"], {"AttributeName": "day", "KeyType": "RANGE"}],
        "GlobalSecondaryIndexes": [{**INDEX, "OnDemandThroughput": limits}],
        "LocalSecondaryIndexes": [
            {
                "IndexName": "local", "IndexArn": ARN,
                "KeySchema": [*TABLE["KeySchema"], {"AttributeName": "day", "KeyType": "RANGE"}],
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["total"]},
            }
        ],
        "TableClassSummary": {"TableClass": "STANDARD_INFREQUENT_ACCESS"},
        "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
        "SSEDescription": {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": KEY},
    }  # fmt: skip
    insights = [{"ContributorInsightsStatus": "ENABLED", "ContributorInsightsMode": "THROTTLED_KEYS"}]
    conversion = converted(
        table,
        key={"KeyMetadata": {"KeyManager": "CUSTOMER"}},
        contributor_insights={"ContributorInsights": insights},
        resource_policy={"Policy": json.dumps(POLICY)},
        tags={"Tags": [{"Key": "team", "Value": "data"}]},
        time_to_live={"TimeToLiveDescription": {"TimeToLiveStatus": "ENABLED", "AttributeName": "until"}},
    )
    assert (conversion.obstacles, faults(conversion)) == ((), [])


def test_a_maximum_of_minus_one_is_none() -> None:
    limits = {"MaxReadRequestUnits": 100, "MaxWriteRequestUnits": -1}
    assert written({**ON_DEMAND, "OnDemandThroughput": limits})["OnDemandThroughput"] == {"MaxReadRequestUnits": 100}


@pytest.mark.parametrize(
    ("manager", "expected"),
    [
        ("AWS", {"SSEEnabled": True, "SSEType": "KMS"}),
        ("CUSTOMER", {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": KEY}),
    ],
)
def test_only_the_key_itself_says_whether_it_is_the_customers(manager: str, expected: dict[str, Any]) -> None:
    table = {"SSEDescription": {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": KEY}}
    assert written(table, key={"KeyMetadata": {"KeyManager": manager}})["SSESpecification"] == expected


def test_a_key_that_cannot_be_read_is_an_obstacle() -> None:
    table = {"SSEDescription": {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": KEY}}
    assert settings(table, key=Unavailable("kms:DescribeKey", "denied")) == [
        "key", "table.SSEDescription.KMSMasterKeyArn"
    ]  # fmt: skip


def test_a_table_without_a_key_of_its_own_has_no_specification() -> None:
    assert "SSESpecification" not in written()
    assert "SSESpecification" not in written({"SSEDescription": {"Status": "DISABLED"}})


def test_recovery_is_on_only_where_point_in_time_recovery_says_so() -> None:
    recovery = {"PointInTimeRecoveryStatus": "ENABLED", "RecoveryPeriodInDays": 7}
    on = {
        "ContinuousBackupsDescription": {
            "ContinuousBackupsStatus": "ENABLED",
            "PointInTimeRecoveryDescription": recovery,
        }
    }
    expected = {"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 7}
    assert written(recovery=on)["PointInTimeRecoverySpecification"] == expected
    assert "PointInTimeRecoverySpecification" not in written()


@pytest.mark.parametrize(
    ("status", "on"), [("ENABLING", True), ("ENABLED", True), ("DISABLING", False), ("DISABLED", False)]
)
def test_items_expire_where_time_to_live_is_on_or_being_enabled(status: str, on: bool) -> None:
    found = written(time_to_live={"TimeToLiveDescription": {"TimeToLiveStatus": status, "AttributeName": "until"}})
    assert found.get("TimeToLiveSpecification") == ({"AttributeName": "until", "Enabled": True} if on else None)


def test_a_stream_has_its_own_policy_and_tags() -> None:
    table = {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}}
    tags = {"Tags": [{"Key": "team", "Value": "data"}]}
    found = written(table, stream_policy={"Policy": json.dumps(POLICY)}, stream_tags=tags)
    assert found["StreamSpecification"] == {
        "StreamViewType": "NEW_AND_OLD_IMAGES", "ResourcePolicy": {"PolicyDocument": POLICY}, "Tags": tags["Tags"]
    }  # fmt: skip


def test_tags_of_aws_are_left_out() -> None:
    tags = [{"Key": "Environment", "Value": "prod"}, {"Key": "aws:cloudformation:stack-id", "Value": "s"}]
    assert written(tags={"Tags": tags})["Tags"] == tags[:1]


def test_contributor_insights_belong_to_the_table_or_to_an_index() -> None:
    mode = "THROTTLED_KEYS"
    insights = [
        {"TableName": "orders", "ContributorInsightsStatus": "DISABLED"},
        {"IndexName": "by-day", "ContributorInsightsStatus": "ENABLED", "ContributorInsightsMode": mode},
    ]
    found = written({"GlobalSecondaryIndexes": [INDEX]}, contributor_insights={"ContributorInsights": insights})
    assert "ContributorInsightsSpecification" not in found
    assert found["GlobalSecondaryIndexes"][0]["ContributorInsightsSpecification"] == {"Enabled": True, "Mode": mode}


def test_a_stream_of_kinesis_that_is_off_is_none() -> None:
    arn = "arn:aws:kinesis:eu-west-1:123456789012:stream/orders"
    streams = [
        {"StreamArn": arn + "-old", "DestinationStatus": "DISABLED"},
        {"StreamArn": arn, "DestinationStatus": "ACTIVE"},
    ]
    assert written(kinesis={"KinesisDataStreamDestinations": streams})["KinesisStreamSpecification"] == {
        "StreamArn": arn
    }


def test_autoscaling_becomes_targets_with_their_schedules_and_policies() -> None:
    conversion = converted(None, **SCALED)
    assert (conversion.obstacles, faults(conversion)) == ((), [])
    _, target, policy = conversion.resources
    identity = {"ServiceNamespace": "dynamodb", "ResourceId": "table/orders", "ScalableDimension": READ}
    assert (target.type, target.identifier) == ("AWS::ApplicationAutoScaling::ScalableTarget", identity)
    assert target.properties == {
        **identity, "MinCapacity": 5, "MaxCapacity": 50, "Tags": [{"Key": "team", "Value": "data"}],
        "ScheduledActions": [
            {
                "ScheduledActionName": "night", "Schedule": "cron(0 22 * * ? *)", "EndTime": "2027-01-02T03:04:05Z",
                "ScalableTargetAction": {"MinCapacity": 1},
            }
        ],
    }  # fmt: skip
    assert policy.identifier == {
        "Arn": "arn:aws:autoscaling:eu-west-1:123456789012:scalingPolicy:1", "ScalableDimension": READ
    }  # fmt: skip
    assert policy.properties["TargetTrackingScalingPolicyConfiguration"]["TargetValue"] == 70.0
    assert "autoscaling sets its capacity" in conversion.remarks[0]


def test_scalable_targets_that_outlived_provisioned_capacity_are_left_out() -> None:
    conversion = converted(ON_DEMAND, **SCALED)
    assert (len(conversion.resources), conversion.obstacles) == (1, ())
    assert conversion.remarks == ("its scalable targets are left out: a table on demand is not scaled",)


def test_suspended_scaling_stays_suspended() -> None:
    state = {"DynamicScalingInSuspended": True, "DynamicScalingOutSuspended": False, "ScheduledScalingSuspended": False}
    targets = {"ScalableTargets": [{**TARGET, "SuspendedState": state}]}
    found = converted(None, **{**SCALED, "scaling-targets": targets}).resources[1]
    assert found.properties["SuspendedState"] == state


def test_warm_throughput_above_what_every_table_has_is_a_remark() -> None:
    assert converted({"WarmThroughput": {"ReadUnitsPerSecond": 12000, "WriteUnitsPerSecond": 4000}}).remarks == ()
    conversion = converted({"WarmThroughput": {"ReadUnitsPerSecond": 15000, "WriteUnitsPerSecond": 4000}})
    assert conversion.obstacles == ()
    assert "warm throughput is left out" in conversion.remarks[0]


@pytest.mark.parametrize(
    ("table", "setting"),
    [
        ({"TableStatus": "ARCHIVED"}, "table.TableStatus"),
        ({"Replicas": [{"RegionName": "us-east-1"}]}, "table.Replicas"),
        ({"MultiRegionConsistency": "STRONG"}, "table.MultiRegionConsistency"),
        ({"VectorIndexes": [{"IndexStatus": "CREATING"}]}, "table.VectorIndexes[0].IndexStatus"),
        ({"SSEDescription": {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": KEY}},
         "table.SSEDescription.KMSMasterKeyArn"),
        ({"NewSetting": {"On": True}}, "table.NewSetting"),
    ],
)  # fmt: skip
def test_what_cannot_be_written_is_an_obstacle(table: dict[str, Any], setting: str) -> None:
    assert settings(table) == [setting]


def test_a_table_of_which_the_last_replica_was_removed_is_no_global_table() -> None:
    assert settings({"GlobalTableVersion": "2019.11.21", "Replicas": []}) == []


def test_a_global_table_of_2017_is_an_obstacle() -> None:
    found = settings(global_table={"GlobalTableDescription": {"GlobalTableName": "orders"}})
    assert found == ["global-table.GlobalTableDescription"]


@pytest.mark.parametrize("name", [*NOTHING])
def test_each_section_that_could_not_be_read_is_an_obstacle(name: str) -> None:
    found = converted(None, **{name: Unavailable("a:B", "access denied")}).obstacles
    assert Obstacle(name, "could not be read: access denied") in found
