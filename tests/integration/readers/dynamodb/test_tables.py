"""Reading DynamoDB on moto."""

from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from muster.catalog.catalog import load
from muster.catalog.read_plan import read_plan
from muster.facets.dynamodb.tables import PointInTimeRecovery, Table, Throttling, TimeToLive
from muster.model.finding import REGION, Finding, Resource, Status
from muster.model.readers import Describer
from muster.model.rule import Rule
from muster.model.shard import Shard
from muster.readers.dynamodb.tables import (
    TABLE,
    point_in_time_recovery,
    table,
    table_key,
    tables,
    tags,
    throttling,
    time_to_live,
)
from muster.scanning.calls import ScanContext
from muster.scanning.shard_scan import ShardScan
from muster.sdk.session import Clients
from tests.integration.conftest import listing

HERE = "eu-west-1"
ACCOUNT_ID = "123456789012"
AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
SHARD = Shard(ACCOUNT_ID, HERE, "dynamodb", HERE, (HERE,))
HERE_AS_A_WHOLE = Resource(REGION, HERE, ACCOUNT_ID, HERE)


def make(dynamodb: Any, name: str, **more: Any) -> Resource:
    capacity = {"ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}}
    asked = {
        "TableName": name,
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    }
    arn = dynamodb.create_table(**asked | (more if "BillingMode" in more else capacity | more))["TableDescription"][
        "TableArn"
    ]
    return Resource(TABLE, name, ACCOUNT_ID, HERE, arn=str(arn))


def index(name: str) -> dict[str, Any]:
    return {
        "IndexName": name,
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
        "ProvisionedThroughput": {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1},
    }


def test_tables_are_listed_to_the_last_page_with_the_arn_that_aws_gives_them(clients: Clients) -> None:
    dynamodb = clients.get("dynamodb", HERE)
    made = [make(dynamodb, f"table-{number:03d}") for number in range(101)]
    assert [item.resource for item in listing(tables, dynamodb, SHARD)] == made


def test_the_largest_page_is_asked_for_and_the_arn_has_the_partition() -> None:
    dynamodb = boto3.client("dynamodb", "cn-north-1")
    shard = Shard(ACCOUNT_ID, "cn-north-1", "dynamodb", "cn-north-1", ("cn-north-1",), "aws-cn")
    with Stubber(dynamodb) as stub:
        stub.add_response("list_tables", {"TableNames": ["one"], "LastEvaluatedTableName": "one"}, {"Limit": 100})
        stub.add_response("list_tables", {"TableNames": ["two"]}, {"Limit": 100, "ExclusiveStartTableName": "one"})
        found = listing(tables, dynamodb, shard)
    assert [item.resource.arn for item in found] == [
        f"arn:aws-cn:dynamodb:cn-north-1:{ACCOUNT_ID}:table/one",
        f"arn:aws-cn:dynamodb:cn-north-1:{ACCOUNT_ID}:table/two",
    ]


def test_a_plain_table(clients: Clients) -> None:
    dynamodb = clients.get("dynamodb", HERE)
    plain = make(dynamodb, "plain")
    found = table.function(dynamodb, plain)
    assert (found.name, found.arn, found.status) == ("plain", plain.arn, "ACTIVE")
    assert (found.encryption, found.stream, found.deletion_protection) == ("AWS_OWNED", "OFF", False)
    assert (found.indexes, found.replicas) == ((), ())
    assert point_in_time_recovery.function(dynamodb, plain).status == "DISABLED"
    assert time_to_live.function(dynamodb, plain) == TimeToLive("DISABLED", "")
    assert tags.function(dynamodb, plain).own == {}


def test_a_table_with_everything(clients: Clients) -> None:
    dynamodb, kms = clients.get("dynamodb", HERE), clients.get("kms", HERE)
    key = kms.create_key()["KeyMetadata"]["Arn"]
    full = make(
        dynamodb,
        "full",
        GlobalSecondaryIndexes=[index("by-day")],
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key},
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
        DeletionProtectionEnabled=True,
        BillingMode="PAY_PER_REQUEST",
        Tags=[{"Key": "Owner", "Value": "a=b 🦉"}],
    )
    dynamodb.update_continuous_backups(
        TableName="full",
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True, "RecoveryPeriodInDays": 14},
    )
    ttl = {"Enabled": True, "AttributeName": "expires"}
    dynamodb.update_time_to_live(TableName="full", TimeToLiveSpecification=ttl)
    found = table.function(dynamodb, full)
    assert (found.billing, found.encryption, found.key) == ("PAY_PER_REQUEST", "KMS", key)
    assert (found.stream, found.deletion_protection, found.indexes) == ("KEYS_ONLY", True, ("by-day",))
    assert point_in_time_recovery.function(dynamodb, full) == PointInTimeRecovery("ENABLED", 14)
    assert time_to_live.function(dynamodb, full) == TimeToLive("ENABLED", "expires")
    assert tags.function(dynamodb, full).own == {"Owner": "a=b 🦉"}
    assert table_key.keys is not None
    assert table_key.keys(found, full) == (key,)
    assert table_key.function(kms, full, key).manager == "CUSTOMER"


def test_what_is_set_aside_is_not_asked_about() -> None:
    deleting, active = Table.parse({"TableStatus": "DELETING"}), Table.parse({"TableStatus": "ACTIVE"})
    for describer in (point_in_time_recovery, time_to_live):
        assert describer.when is not None
        assert (describer.when(deleting), describer.when(active)) == (False, True)


@pytest.mark.parametrize(
    ("describer", "operation", "code"),
    [
        pytest.param(table, "describe_table", "ResourceNotFoundException", id="table"),
        pytest.param(point_in_time_recovery, "describe_continuous_backups", "TableNotFoundException", id="recovery"),
        pytest.param(time_to_live, "describe_time_to_live", "ResourceNotFoundException", id="time to live"),
        pytest.param(tags, "list_tags_of_resource", "ResourceNotFoundException", id="tags"),
    ],
)
def test_a_table_that_is_gone_by_now_is_unread_not_without(describer: Describer, operation: str, code: str) -> None:
    dynamodb = boto3.client("dynamodb", HERE)
    with Stubber(dynamodb) as stub:
        stub.add_client_error(operation, code)
        with pytest.raises(ClientError, match=code):
            describer.function(dynamodb, Resource(TABLE, "gone", ACCOUNT_ID, HERE, arn="arn:aws:dynamodb:x"))
    assert code not in describer.absent


def put(cloudwatch: Any, metric: str, value: float, at: datetime, **dimensions: str) -> None:
    pairs = [{"Name": name, "Value": said} for name, said in dimensions.items()]
    datum = {"MetricName": metric, "Dimensions": pairs, "Timestamp": at, "Value": value, "Unit": "Count"}
    cloudwatch.put_metric_data(Namespace="AWS/DynamoDB", MetricData=[datum])


def test_throttling_of_tables_and_indexes_is_read_in_one_call(clients: Clients) -> None:
    cloudwatch = clients.get("cloudwatch", HERE)
    recent, old = AT - timedelta(hours=5), AT - timedelta(days=15)
    put(cloudwatch, "ReadThrottleEvents", 3, recent, TableName="orders")
    put(cloudwatch, "WriteThrottleEvents", 4, recent, TableName="orders", GlobalSecondaryIndexName="by-day")
    put(cloudwatch, "WriteThrottleEvents", 5, old, TableName="orders")
    found = throttling.function(cloudwatch, HERE_AS_A_WHOLE, ["orders", "orders/by-day", "quiet"], at=AT)
    assert found == {
        "orders": Throttling(((recent, 3.0),), ()),
        "orders/by-day": Throttling((), ((recent, 4.0),)),
        "quiet": Throttling((), ()),
    }


def test_the_queries_are_two_a_name_over_fourteen_days_in_hours() -> None:
    cloudwatch = boto3.client("cloudwatch", HERE)
    asked: list[dict[str, Any]] = []
    cloudwatch.meta.events.register(
        "provide-client-params.cloudwatch.GetMetricData", lambda params, **_: asked.append(params)
    )
    with Stubber(cloudwatch) as stub:
        stub.add_response("get_metric_data", {"MetricDataResults": []})
        throttling.function(cloudwatch, HERE_AS_A_WHOLE, ["orders/by-day"], at=AT)
    (call,) = asked
    assert (call["StartTime"], call["EndTime"]) == (datetime(2026, 11, 7, 12, tzinfo=UTC), AT)
    stats = [query["MetricStat"] for query in call["MetricDataQueries"]]
    assert [stat["Metric"]["MetricName"] for stat in stats] == ["ReadThrottleEvents", "WriteThrottleEvents"]
    assert {(stat["Period"], stat["Stat"], stat["Metric"]["Namespace"]) for stat in stats} == {
        (3600, "Sum", "AWS/DynamoDB")
    }
    assert stats[0]["Metric"]["Dimensions"] == [
        {"Name": "TableName", "Value": "orders"},
        {"Name": "GlobalSecondaryIndexName", "Value": "by-day"},
    ]
    assert throttling.at_once * 2 == 500


def result(metric: str, status: str, *values: float) -> dict[str, Any]:
    return {
        "Id": {"ReadThrottleEvents": "q0", "WriteThrottleEvents": "q1"}[metric],
        "Timestamps": [AT - timedelta(hours=number) for number in range(len(values))],
        "Values": list(values),
        "StatusCode": status,
    }


def test_pages_are_joined_and_what_cloudwatch_could_not_complete_is_left_out() -> None:
    cloudwatch = boto3.client("cloudwatch", HERE)
    reads, writes = "ReadThrottleEvents", "WriteThrottleEvents"
    first = {"MetricDataResults": [result(reads, "PartialData", 1.0), result(writes, "Complete")], "NextToken": "next"}
    last = {"MetricDataResults": [result(reads, "Complete", 2.0)]}
    with Stubber(cloudwatch) as stub:
        stub.add_response("get_metric_data", first)
        stub.add_response("get_metric_data", last)
        found = throttling.function(cloudwatch, HERE_AS_A_WHOLE, ["orders"], at=AT)
        assert found == {"orders": Throttling(((AT, 1.0), (AT, 2.0)), ())}
        stub.add_response(
            "get_metric_data", {"MetricDataResults": [result(reads, "Complete"), result(writes, "InternalError")]}
        )
        assert throttling.function(cloudwatch, HERE_AS_A_WHOLE, ["orders"], at=AT) == {}
        stub.add_response("get_metric_data", {"MetricDataResults": [result(reads, "Complete")]})
        assert throttling.function(cloudwatch, HERE_AS_A_WHOLE, ["orders"], at=AT) == {}


def scanned(clients: Any) -> dict[tuple[str, str], Finding]:
    catalog = load()
    found = [check for check in catalog.checks.values() if check.id.startswith("dynamodb-")]
    rules = [Rule(check, TABLE, "dynamodb", check.settings) for check in found]
    findings = ShardScan(SHARD, read_plan(catalog, rules), ScanContext(clients, AT))
    return {(each.check_id, each.resource.id): each for each in findings}


def test_a_shard_is_judged_from_the_listing_to_the_reason(clients: Clients) -> None:
    dynamodb = clients.get("dynamodb", HERE)
    make(dynamodb, "plain", GlobalSecondaryIndexes=[index("by-day")])
    put(clients.get("cloudwatch", HERE), "ReadThrottleEvents", 3, AT - timedelta(hours=5), TableName="plain")
    found = scanned(clients)
    said = {check: (each.status, each.reason) for (check, _), each in found.items()}
    assert said["dynamodb-pitr-enabled"] == (Status.NON_COMPLIANT, "Point-in-time recovery is disabled")
    assert said["dynamodb-autoscaling-enabled"] == (
        Status.NON_COMPLIANT,
        (
            "Read capacity of the table is not scaled, write capacity of the table is not scaled, "
            "read capacity of index by-day is not scaled, write capacity of index by-day is not scaled"
        ),
    )
    assert said["dynamodb-table-not-throttled"] == (
        Status.NON_COMPLIANT,
        "Throttled in the last 7 days: 3 reads and 0 writes of the table",
    )
    assert said["dynamodb-table-throttling-alarmed"][0] is Status.NON_COMPLIANT
    assert said["dynamodb-table-encrypted-kms"][0] is Status.NON_COMPLIANT
    assert said["dynamodb-table-deletion-protection-enabled"][0] is Status.NON_COMPLIANT
    assert said["dynamodb-table-ttl-enabled"][0] is Status.NOT_APPLICABLE
    assert said["dynamodb-table-stream-enabled"][0] is Status.NOT_APPLICABLE
