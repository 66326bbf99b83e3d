"""The embedded AWS keeps every setting of a table and answers it as AWS documents."""

import json
from typing import Any

import botocore.exceptions
import pytest

from local.server import ACCOUNT, EmbeddedAws

HOME, AWAY = "eu-west-1", "us-east-1"
KEYS = {
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
}
ON_DEMAND = {**KEYS, "BillingMode": "PAY_PER_REQUEST"}
INDEX = {
    "IndexName": "by-id",
    "KeySchema": KEYS["KeySchema"],
    "Projection": {"ProjectionType": "ALL"},
}
CAPACITY = {"ReadCapacityUnits": 3, "WriteCapacityUnits": 2}
POLICY = json.dumps({"Version": "2012-10-17", "Statement": []})


def made(aws: EmbeddedAws, **settings: Any) -> dict[str, Any]:
    """Make a table and return its description."""
    client = aws.client("dynamodb")
    client.create_table(TableName="orders", **(settings or ON_DEMAND))
    return table(aws)


def updated(aws: EmbeddedAws, **changes: Any) -> dict[str, Any]:
    aws.client("dynamodb").update_table(TableName="orders", **changes)
    return table(aws)


def table(aws: EmbeddedAws, region: str = HOME) -> dict[str, Any]:
    described: dict[str, Any] = aws.client("dynamodb", region).describe_table(TableName="orders")["Table"]
    return described


def code(error: pytest.ExceptionInfo[botocore.exceptions.ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


def test_a_plain_table_has_no_member_that_aws_leaves_out(aws: EmbeddedAws) -> None:
    described = made(aws, **KEYS, ProvisionedThroughput=CAPACITY)
    absent = {"GlobalSecondaryIndexes", "LocalSecondaryIndexes", "BillingModeSummary", "TableClassSummary"}
    absent |= {"OnDemandThroughput", "SSEDescription", "StreamSpecification", "Replicas", "GlobalTableVersion"}
    assert not absent & described.keys()
    assert described["ProvisionedThroughput"] == {**CAPACITY, "NumberOfDecreasesToday": 0}


def test_a_table_and_its_indexes_keep_their_maximum_throughput(aws: EmbeddedAws) -> None:
    limit = {"MaxReadRequestUnits": 10, "MaxWriteRequestUnits": 20}
    described = made(
        aws, **ON_DEMAND, OnDemandThroughput=limit, GlobalSecondaryIndexes=[{**INDEX, "OnDemandThroughput": limit}]
    )
    assert described["OnDemandThroughput"] == limit
    assert described["GlobalSecondaryIndexes"][0]["OnDemandThroughput"] == limit
    described = updated(aws, OnDemandThroughput={"MaxReadRequestUnits": -1})
    assert described["OnDemandThroughput"] == {"MaxReadRequestUnits": -1, "MaxWriteRequestUnits": 20}
    none = {"MaxReadRequestUnits": -1, "MaxWriteRequestUnits": -1}
    changed = [{"Update": {"IndexName": "by-id", "OnDemandThroughput": none}}]
    described = updated(aws, OnDemandThroughput=none, GlobalSecondaryIndexUpdates=changed)
    assert "OnDemandThroughput" not in described
    assert "OnDemandThroughput" not in described["GlobalSecondaryIndexes"][0]


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({**ON_DEMAND, "OnDemandThroughput": {"MaxReadRequestUnits": 0}}, "outside of valid range"),
        (
            {**KEYS, "ProvisionedThroughput": CAPACITY, "OnDemandThroughput": {"MaxReadRequestUnits": 1}},
            "can only be specified when BillingMode is PAY_PER_REQUEST",
        ),
        (
            {**KEYS, "ProvisionedThroughput": CAPACITY, "GlobalSecondaryIndexes": [INDEX]},
            "ProvisionedThroughput must be specified for index: by-id",
        ),
    ],
    ids=["a maximum of none", "a maximum of a provisioned table", "an index without capacity"],
)
def test_wrong_capacity_is_refused(aws: EmbeddedAws, settings: dict[str, Any], says: str) -> None:
    with pytest.raises(botocore.exceptions.ClientError, match=says) as error:
        made(aws, **settings)
    assert code(error) == "ValidationException"


def test_the_class_of_a_table_is_kept(aws: EmbeddedAws) -> None:
    described = made(aws, **ON_DEMAND, TableClass="STANDARD_INFREQUENT_ACCESS")
    assert described["TableClassSummary"]["TableClass"] == "STANDARD_INFREQUENT_ACCESS"
    assert updated(aws, TableClass="STANDARD")["TableClassSummary"]["TableClass"] == "STANDARD"


def test_billing_can_be_changed_both_ways(aws: EmbeddedAws) -> None:
    indexes = [{**INDEX, "ProvisionedThroughput": CAPACITY}]
    made(aws, **KEYS, ProvisionedThroughput=CAPACITY, GlobalSecondaryIndexes=indexes)
    described = updated(aws, BillingMode="PAY_PER_REQUEST")
    assert described["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    assert described["ProvisionedThroughput"]["ReadCapacityUnits"] == 0
    assert described["GlobalSecondaryIndexes"][0]["ProvisionedThroughput"]["WriteCapacityUnits"] == 0
    with pytest.raises(botocore.exceptions.ClientError, match="ProvisionedThroughput must be specified"):
        updated(aws, BillingMode="PROVISIONED")
    again = [{"Update": {"IndexName": "by-id", "ProvisionedThroughput": CAPACITY}}]
    described = updated(
        aws, BillingMode="PROVISIONED", ProvisionedThroughput=CAPACITY, GlobalSecondaryIndexUpdates=again
    )
    assert described["BillingModeSummary"]["BillingMode"] == "PROVISIONED"
    assert described["ProvisionedThroughput"]["ReadCapacityUnits"] == 3
    assert described["GlobalSecondaryIndexes"][0]["ProvisionedThroughput"]["WriteCapacityUnits"] == 2


def test_one_index_is_made_at_a_time(aws: EmbeddedAws) -> None:
    made(aws)
    two = [{"Create": {**INDEX, "IndexName": name}} for name in ("one", "two")]
    with pytest.raises(botocore.exceptions.ClientError, match="Only 1 online index"):
        updated(aws, GlobalSecondaryIndexUpdates=two)
    described = updated(aws, GlobalSecondaryIndexUpdates=two[:1])
    (index,) = described["GlobalSecondaryIndexes"]
    assert (index["IndexArn"], index["ItemCount"]) == (f"{described['TableArn']}/index/one", 0)


@pytest.mark.parametrize("name", ["id", "ARN", "alias", "alias ARN"])
def test_a_table_shows_the_arn_of_its_key_however_the_key_was_named(aws: EmbeddedAws, name: str) -> None:
    kms = aws.client("kms")
    key = kms.create_key()["KeyMetadata"]
    kms.create_alias(AliasName="alias/orders", TargetKeyId=key["KeyId"])
    names = {"id": key["KeyId"], "ARN": key["Arn"], "alias": "alias/orders"}
    names["alias ARN"] = f"arn:aws:kms:{HOME}:{ACCOUNT}:alias/orders"
    encryption = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": names[name]}
    shown = {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": key["Arn"]}
    assert made(aws, **ON_DEMAND, SSESpecification=encryption)["SSEDescription"] == shown


def test_encryption_can_be_changed(aws: EmbeddedAws) -> None:
    made(aws)
    described = updated(aws, SSESpecification={"Enabled": True})["SSEDescription"]
    key = aws.client("kms").describe_key(KeyId=described["KMSMasterKeyArn"])["KeyMetadata"]
    assert key["KeyManager"] == "AWS"
    own = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    described = updated(aws, SSESpecification={"Enabled": True, "KMSMasterKeyId": own})["SSEDescription"]
    assert described["KMSMasterKeyArn"] == own
    assert "SSEDescription" not in updated(aws, SSESpecification={"Enabled": False})


def test_a_stream_can_be_ended_and_begun_again(aws: EmbeddedAws) -> None:
    view = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    first = made(aws, **ON_DEMAND, StreamSpecification=view)["LatestStreamArn"]
    assert "StreamSpecification" not in updated(aws, StreamSpecification={"StreamEnabled": False})
    described = updated(aws, StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"})
    assert described["StreamSpecification"]["StreamViewType"] == "KEYS_ONLY"
    assert described["LatestStreamArn"] != first


def test_a_table_has_a_policy_from_its_making_until_it_is_deleted(aws: EmbeddedAws) -> None:
    client = aws.client("dynamodb")
    arn = made(aws, **ON_DEMAND, ResourcePolicy=POLICY)["TableArn"]
    assert client.get_resource_policy(ResourceArn=arn)["Policy"] == POLICY
    client.delete_resource_policy(ResourceArn=arn)
    with pytest.raises(client.exceptions.PolicyNotFoundException):
        client.get_resource_policy(ResourceArn=arn)
    client.put_resource_policy(ResourceArn=arn, Policy=POLICY)
    client.delete_table(TableName="orders")
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        client.get_resource_policy(ResourceArn=arn)
    made(aws)
    with pytest.raises(client.exceptions.PolicyNotFoundException):
        client.get_resource_policy(ResourceArn=arn)


def test_a_stream_has_a_policy_of_its_own(aws: EmbeddedAws) -> None:
    client = aws.client("dynamodb")
    view = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    described = made(aws, **ON_DEMAND, StreamSpecification=view)
    client.put_resource_policy(ResourceArn=described["LatestStreamArn"], Policy=POLICY)
    assert client.get_resource_policy(ResourceArn=described["LatestStreamArn"])["Policy"] == POLICY
    with pytest.raises(client.exceptions.PolicyNotFoundException):
        client.get_resource_policy(ResourceArn=described["TableArn"])


def test_a_replica_is_a_table_in_its_region_and_in_every_list(aws: EmbeddedAws) -> None:
    limit = {"MaxReadRequestUnits": 10, "MaxWriteRequestUnits": 20}
    made(aws, **ON_DEMAND, OnDemandThroughput=limit)
    described = updated(aws, ReplicaUpdates=[{"Create": {"RegionName": AWAY}}])
    assert described["GlobalTableVersion"] == "2019.11.21"
    assert [(each["RegionName"], each["ReplicaStatus"]) for each in described["Replicas"]] == [(AWAY, "ACTIVE")]
    assert described["StreamSpecification"]["StreamViewType"] == "NEW_AND_OLD_IMAGES"
    other = table(aws, AWAY)
    assert [each["RegionName"] for each in other["Replicas"]] == [HOME]
    assert (other["OnDemandThroughput"], other["TableArn"].split(":")[3]) == (limit, AWAY)
    updated(aws, ReplicaUpdates=[{"Update": {"RegionName": AWAY, "TableClassOverride": "STANDARD"}}])
    assert table(aws)["Replicas"][0]["ReplicaTableClassSummary"] == {"TableClass": "STANDARD"}
    described = updated(aws, ReplicaUpdates=[{"Delete": {"RegionName": AWAY}}])
    assert not {"Replicas", "GlobalTableVersion"} & described.keys()
    assert aws.client("dynamodb", AWAY).list_tables()["TableNames"] == []


def test_a_replica_that_is_there_already_and_one_that_is_not_are_refused(aws: EmbeddedAws) -> None:
    made(aws)
    aws.client("dynamodb", AWAY).create_table(TableName="orders", **ON_DEMAND)
    with pytest.raises(botocore.exceptions.ClientError, match="already exists"):
        updated(aws, ReplicaUpdates=[{"Create": {"RegionName": AWAY}}])
    with pytest.raises(botocore.exceptions.ClientError, match="no replica of table"):
        updated(aws, ReplicaUpdates=[{"Delete": {"RegionName": AWAY}}])


def test_a_global_table_of_2017_is_found_from_its_regions_only(aws: EmbeddedAws) -> None:
    client = aws.client("dynamodb")
    for region in (HOME, AWAY):
        view = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
        aws.client("dynamodb", region).create_table(TableName="orders", **ON_DEMAND, StreamSpecification=view)
    with pytest.raises(client.exceptions.GlobalTableNotFoundException):
        client.describe_global_table(GlobalTableName="orders")
    group = [{"RegionName": HOME}, {"RegionName": AWAY}]
    client.create_global_table(GlobalTableName="orders", ReplicationGroup=group)
    found = aws.client("dynamodb", AWAY).describe_global_table(GlobalTableName="orders")["GlobalTableDescription"]
    assert (found["ReplicationGroup"], found["GlobalTableStatus"]) == (group, "ACTIVE")
    with pytest.raises(client.exceptions.GlobalTableNotFoundException):
        aws.client("dynamodb", "eu-north-1").describe_global_table(GlobalTableName="orders")
    assert [each["GlobalTableName"] for each in client.list_global_tables()["GlobalTables"]] == ["orders"]


def test_contributor_insights_are_of_a_table_and_of_each_index(aws: EmbeddedAws) -> None:
    client = aws.client("dynamodb")
    made(aws, **ON_DEMAND, GlobalSecondaryIndexes=[INDEX])

    def status(**where: str) -> dict[str, Any]:
        found = client.describe_contributor_insights(TableName="orders", **where)
        wanted = ("ContributorInsightsStatus", "ContributorInsightsMode", "IndexName")
        return {key: found[key] for key in wanted if key in found}

    assert status() == {"ContributorInsightsStatus": "DISABLED"}
    client.update_contributor_insights(
        TableName="orders",
        IndexName="by-id",
        ContributorInsightsAction="ENABLE",
        ContributorInsightsMode="THROTTLED_KEYS",
    )
    assert status() == {"ContributorInsightsStatus": "DISABLED"}
    enabled = {"ContributorInsightsStatus": "ENABLED", "ContributorInsightsMode": "THROTTLED_KEYS"}
    assert status(IndexName="by-id") == {**enabled, "IndexName": "by-id"}
    with pytest.raises(client.exceptions.ResourceNotFoundException):
        status(IndexName="other")


def test_a_kinesis_destination_is_shown_until_it_is_disabled(aws: EmbeddedAws) -> None:
    client, stream = aws.client("dynamodb"), f"arn:aws:kinesis:{HOME}:{ACCOUNT}:stream/orders"
    made(aws)
    assert client.describe_kinesis_streaming_destination(TableName="orders")["KinesisDataStreamDestinations"] == []
    client.enable_kinesis_streaming_destination(TableName="orders", StreamArn=stream)
    (found,) = client.describe_kinesis_streaming_destination(TableName="orders")["KinesisDataStreamDestinations"]
    assert (found["StreamArn"], found["DestinationStatus"]) == (stream, "ACTIVE")
    client.disable_kinesis_streaming_destination(TableName="orders", StreamArn=stream)
    (found,) = client.describe_kinesis_streaming_destination(TableName="orders")["KinesisDataStreamDestinations"]
    assert found["DestinationStatus"] == "DISABLED"


def test_recovery_keeps_its_days(aws: EmbeddedAws) -> None:
    client = aws.client("dynamodb")
    made(aws)
    for wanted, days in (({}, 35), ({"RecoveryPeriodInDays": 7}, 7)):
        specification = {"PointInTimeRecoveryEnabled": True, **wanted}
        client.update_continuous_backups(TableName="orders", PointInTimeRecoverySpecification=specification)
        described = client.describe_continuous_backups(TableName="orders")["ContinuousBackupsDescription"]
        assert described["PointInTimeRecoveryDescription"]["RecoveryPeriodInDays"] == days
    off = {"PointInTimeRecoveryEnabled": False}
    client.update_continuous_backups(TableName="orders", PointInTimeRecoverySpecification=off)
    described = client.describe_continuous_backups(TableName="orders")["ContinuousBackupsDescription"]
    assert described["ContinuousBackupsStatus"] == "ENABLED"
    assert described["PointInTimeRecoveryDescription"] == {"PointInTimeRecoveryStatus": "DISABLED"}


def test_the_quotas_are_those_of_a_new_account(aws: EmbeddedAws) -> None:
    """https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html."""
    quotas = aws.client("dynamodb").describe_limits()
    assert (quotas["AccountMaxReadCapacityUnits"], quotas["TableMaxReadCapacityUnits"]) == (80_000, 40_000)


def test_a_tag_of_the_same_key_replaces_the_one_before(aws: EmbeddedAws) -> None:
    client, arn = aws.client("dynamodb"), made(aws)["TableArn"]
    for value in ("one", "two"):
        client.tag_resource(ResourceArn=arn, Tags=[{"Key": "stage", "Value": value}])
    assert client.list_tags_of_resource(ResourceArn=arn)["Tags"] == [{"Key": "stage", "Value": "two"}]


def test_a_stream_has_tags_of_its_own(aws: EmbeddedAws) -> None:
    stream = {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}
    tags = [{"Key": "stage", "Value": "one"}]
    described, client = made(aws, **ON_DEMAND, StreamSpecification=stream, Tags=tags), aws.client("dynamodb")
    arn = described["LatestStreamArn"]
    assert client.list_tags_of_resource(ResourceArn=arn)["Tags"] == []
    client.tag_resource(ResourceArn=arn, Tags=[{"Key": "stage", "Value": "two"}, {"Key": "team", "Value": "data"}])
    client.untag_resource(ResourceArn=arn, TagKeys=["team"])
    assert client.list_tags_of_resource(ResourceArn=arn)["Tags"] == [{"Key": "stage", "Value": "two"}]
    assert client.list_tags_of_resource(ResourceArn=described["TableArn"])["Tags"] == tags
