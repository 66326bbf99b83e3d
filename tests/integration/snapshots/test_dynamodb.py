"""The whole configuration of tables, on moto where it answers as AWS documents."""

from typing import Any

import pytest

from muster.model.finding import Resource, Unavailable, UnknownField
from muster.readers.dynamodb.tables import TABLE
from muster.sdk.session import Clients
from tests.integration.snapshots.conftest import ACCOUNT, HERE, answers, refuses, snapshot_of

ARN = f"arn:aws:dynamodb:{HERE}:{ACCOUNT}:table/orders"
ORDERS = Resource(TABLE, "orders", ACCOUNT, HERE, arn=ARN)
READ = "dynamodb:table:ReadCapacityUnits"
READ_OF_INDEX = "dynamodb:index:ReadCapacityUnits"


@pytest.fixture
def table(clients: Clients) -> Any:
    dynamodb = clients.get("dynamodb", HERE)
    attributes = [{"AttributeName": name, "AttributeType": "S"} for name in ("id", "day")]
    units = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}
    dynamodb.create_table(
        TableName="orders", KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}], AttributeDefinitions=attributes,
        ProvisionedThroughput=units,
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-day", "KeySchema": [{"AttributeName": "day", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"}, "ProvisionedThroughput": units,
            }
        ],
        Tags=[{"Key": "Environment", "Value": "prod"}],
    )  # fmt: skip
    scaling = clients.get("application-autoscaling", HERE)
    for name, dimension in (("table/orders", READ), ("table/orders/index/by-day", READ_OF_INDEX)):
        scaling.register_scalable_target(
            ServiceNamespace="dynamodb", ResourceId=name, ScalableDimension=dimension, MinCapacity=5, MaxCapacity=50
        )
    scaling.put_scaling_policy(
        PolicyName="read", ServiceNamespace="dynamodb", ResourceId="table/orders", ScalableDimension=READ,
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration={
            "TargetValue": 70.0,
            "PredefinedMetricSpecification": {"PredefinedMetricType": "DynamoDBReadCapacityUtilization"},
        },
    )  # fmt: skip
    _not_in_moto(clients)
    return dynamodb


def _not_in_moto(clients: Clients) -> None:
    refuses(clients, "dynamodb", "DescribeGlobalTable", "GlobalTableNotFoundException")
    answers(clients, "dynamodb", "DescribeContributorInsights", {"TableName": "orders"})
    answers(clients, "dynamodb", "DescribeKinesisStreamingDestination", {"TableName": "orders"})
    answers(clients, "application-autoscaling", "ListTagsForResource", {"Tags": {"team": "data"}})


def test_a_table_is_read_whole(clients: Clients, table: Any) -> None:  # noqa: ARG001 - it exists
    snapshot = snapshot_of(clients, ORDERS)
    assert snapshot.unread == {}
    assert snapshot.answer("table")["TableName"] == "orders"
    assert snapshot.answer("recovery")["ContinuousBackupsDescription"]["ContinuousBackupsStatus"] == "ENABLED"
    assert snapshot.answer("time-to-live")["TimeToLiveDescription"] == {"TimeToLiveStatus": "DISABLED"}
    assert snapshot.answer("tags") == {"Tags": [{"Key": "Environment", "Value": "prod"}]}
    targets = snapshot.answer("scaling-targets")["ScalableTargets"]
    assert [each["ResourceId"] for each in targets] == ["table/orders", "table/orders/index/by-day"]
    assert [each["PolicyName"] for each in snapshot.answer("scaling-policies")["ScalingPolicies"]] == ["read"]
    assert snapshot.answer("scaling-schedules") == {"ScheduledActions": []}
    arns = [each["ScalableTargetARN"] for each in targets]
    assert snapshot.answer("scaling-tags") == {"Tags": {arn: {"team": "data"} for arn in arns}}
    assert (snapshot.answer("key"), snapshot.answer("stream-tags")) == ({}, {})


def test_a_table_without_policies_and_not_global_has_none_of_them(clients: Clients, table: Any) -> None:  # noqa: ARG001
    refuses(clients, "dynamodb", "GetResourcePolicy", "PolicyNotFoundException")
    snapshot = snapshot_of(clients, ORDERS)
    assert [name for name in ("resource-policy", "global-table") if snapshot.has(name)] == []
    assert snapshot.answer("stream-policy") == {}


def test_contributor_insights_are_read_of_the_table_and_of_each_index(clients: Clients, table: Any) -> None:  # noqa: ARG001
    seen = answers(clients, "dynamodb", "DescribeContributorInsights", {"ContributorInsightsStatus": "ENABLED"})
    found = snapshot_of(clients, ORDERS).answer("contributor-insights")["ContributorInsights"]
    assert found == [{"ContributorInsightsStatus": "ENABLED"}] * 2
    assert seen == [b'{"TableName": "orders"}', b'{"TableName": "orders", "IndexName": "by-day"}']


def test_the_policy_of_a_stream_is_read_where_one_is_on(clients: Clients, table: Any) -> None:
    table.update_table(TableName="orders", StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"})
    stream = table.describe_table(TableName="orders")["Table"]["LatestStreamArn"]
    seen = answers(clients, "dynamodb", "GetResourcePolicy", {"Policy": "{}"})
    assert snapshot_of(clients, ORDERS).answer("stream-policy") == {"Policy": "{}"}
    assert [stream.encode() in each for each in seen] == [False, True]


def test_the_tags_of_a_stream_are_not_those_of_the_table(clients: Clients, table: Any) -> None:
    table.update_table(TableName="orders", StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"})
    stream = table.describe_table(TableName="orders")["Table"]["LatestStreamArn"]
    seen = answers(clients, "dynamodb", "ListTagsOfResource", {"Tags": []})
    assert snapshot_of(clients, ORDERS).answer("stream-tags") == {"Tags": []}
    assert [stream.encode() in each for each in seen] == [False, True]


def test_the_key_of_an_encrypted_table_is_described(clients: Clients, table: Any) -> None:  # noqa: ARG001
    key = clients.get("kms", HERE).create_key()["KeyMetadata"]
    described = clients.get("dynamodb", HERE).describe_table(TableName="orders")["Table"]
    sse = {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": key["Arn"]}
    answers(clients, "dynamodb", "DescribeTable", {"Table": {**described, "SSEDescription": sse}})
    assert snapshot_of(clients, ORDERS).answer("key")["KeyMetadata"]["KeyManager"] == "CUSTOMER"


def test_policies_are_unread_where_the_scalable_targets_are(clients: Clients, table: Any) -> None:  # noqa: ARG001
    refuses(clients, "application-autoscaling", "DescribeScalableTargets")
    snapshot = snapshot_of(clients, ORDERS)
    assert list(snapshot.unread) == ["scaling-targets", "scaling-policies", "scaling-schedules", "scaling-tags"]
    assert {each.permission for each in snapshot.unread.values()} == {"application-autoscaling:DescribeScalableTargets"}


def test_a_denied_section_leaves_the_others_read(clients: Clients, table: Any) -> None:  # noqa: ARG001
    refuses(clients, "dynamodb", "DescribeTimeToLive")
    snapshot = snapshot_of(clients, ORDERS)
    expected = Unavailable("dynamodb:DescribeTimeToLive", "access denied (AccessDeniedException)")
    assert snapshot.unread == {"time-to-live": expected}
    with pytest.raises(UnknownField):
        snapshot.answer("time-to-live")


def test_a_table_that_does_not_exist_is_no_snapshot(clients: Clients) -> None:
    assert not snapshot_of(clients, ORDERS).exists
