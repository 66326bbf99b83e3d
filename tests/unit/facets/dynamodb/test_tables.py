"""DynamoDB's answers, parsed."""

from datetime import UTC, datetime
from typing import Any

import pytest

from muster.facets.dynamodb.tables import PointInTimeRecovery, Table, TableKey, Throttling, TimeToLive
from muster.model.finding import Unknown

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
ARN = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd"
OTHERS_KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd"
TABLE: dict[str, Any] = {
    "TableName": "orders",
    "TableArn": ARN,
    "TableStatus": "ACTIVE",
    "BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"},
    "ProvisionedThroughput": {"ReadCapacityUnits": 0, "WriteCapacityUnits": 0},
    "GlobalSecondaryIndexes": [
        {"IndexName": "by-day", "IndexStatus": "ACTIVE"},
        {"IndexName": "by-week", "IndexStatus": "CREATING"},
        {"IndexName": "old", "IndexStatus": "DELETING"},
    ],
    "LocalSecondaryIndexes": [{"IndexName": "local"}],
    "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    "SSEDescription": {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": KEY},
    "DeletionProtectionEnabled": True,
    "Replicas": [{"RegionName": "us-east-1", "ReplicaStatus": "ACTIVE"}],
    "MultiRegionConsistency": "STRONG",
}


def test_a_table_is_parsed_without_indexes_on_their_way_out() -> None:
    assert Table.parse(TABLE) == Table(
        name="orders",
        arn=ARN,
        status="ACTIVE",
        billing="PAY_PER_REQUEST",
        encryption="KMS",
        key=KEY,
        key_lost=False,
        deletion_protection=True,
        stream="NEW_IMAGE",
        indexes=("by-day", "by-week"),
        replicas=("us-east-1",),
        strong=True,
    )


def test_what_a_plain_table_does_not_have_is_left_out_of_the_answer() -> None:
    plain = Table.parse(
        {
            "TableName": "plain",
            "TableArn": ARN,
            "TableStatus": "ACTIVE",
            "ProvisionedThroughput": {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5},
            "DeletionProtectionEnabled": False,
        }
    )
    assert (plain.billing, plain.encryption, plain.stream) == ("PROVISIONED", "AWS_OWNED", "OFF")
    assert (plain.indexes, plain.replicas, plain.strong, plain.deletion_protection) == ((), (), False, False)


@pytest.mark.parametrize(
    ("changed", "field", "says"),
    [
        pytest.param({"BillingModeSummary": {"BillingMode": "FLAT"}}, "billing", "'FLAT'", id="a new mode"),
        pytest.param({"SSEDescription": {"Status": "UPDATING"}}, "encryption", "being changed (UPD", id="key changing"),
        pytest.param({"SSEDescription": {"Status": "NEW"}}, "encryption", "'NEW'", id="a new state of encryption"),
        pytest.param({"SSEDescription": {"SSEType": "KMS"}}, "encryption", "did not return", id="no state"),
        pytest.param(
            {"SSEDescription": {"Status": "ENABLED", "SSEType": "AES256"}}, "encryption", "'AES256'", id="another type"
        ),
        pytest.param(
            {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "DIFF"}}, "stream", "'DIFF'", id="a view"
        ),
        pytest.param({"StreamSpecification": {"StreamEnabled": True}}, "stream", "did not return", id="no view"),
        pytest.param({"DeletionProtectionEnabled": None}, "deletion_protection", "protected", id="no protection said"),
    ],
)
def test_a_value_that_is_not_known_says_so(changed: dict[str, Any], field: str, says: str) -> None:
    value = getattr(Table.parse(TABLE | changed), field)
    assert isinstance(value, Unknown)
    assert says in value.reason


def test_a_table_that_was_on_demand_says_that_it_is_provisioned_again() -> None:
    assert Table.parse(TABLE | {"BillingModeSummary": {"BillingMode": "PROVISIONED"}}).billing == "PROVISIONED"


@pytest.mark.parametrize("view", ["KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES"])
def test_every_view_of_a_stream_is_known(view: str) -> None:
    said = {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": view}}
    assert Table.parse(TABLE | said).stream == view


@pytest.mark.parametrize("state", ["ENABLING", "UPDATING", "DISABLING"])
def test_encryption_that_is_being_changed_is_not_known(state: str) -> None:
    found = Table.parse(TABLE | {"SSEDescription": {"Status": state}}).encryption
    assert found == Unknown(f"Encryption of the table is being changed ({state})")


def test_encryption_that_was_turned_off_is_with_a_key_of_aws() -> None:
    assert Table.parse(TABLE | {"SSEDescription": {"Status": "DISABLED"}}).encryption == "AWS_OWNED"


def test_a_stream_that_was_turned_off_is_off() -> None:
    assert Table.parse(TABLE | {"StreamSpecification": {"StreamEnabled": False}}).stream == "OFF"


def test_a_key_out_of_reach_is_noted() -> None:
    lost = TABLE["SSEDescription"] | {"InaccessibleEncryptionDateTime": AT}
    assert Table.parse(TABLE | {"SSEDescription": lost}).key_lost


@pytest.mark.parametrize("status", ["CREATING", "DELETING", "ARCHIVING", "ARCHIVED"])
def test_a_table_that_is_not_there_to_be_mended_is_set_aside(status: str) -> None:
    table = Table.parse(TABLE | {"TableStatus": status})
    assert table.set_aside
    assert table.metered == ()


@pytest.mark.parametrize(
    "status", ["ACTIVE", "UPDATING", "INACCESSIBLE_ENCRYPTION_CREDENTIALS", "REPLICATION_NOT_AUTHORIZED", "NEW", None]
)
def test_all_others_are_judged_those_of_unknown_status_too(status: str | None) -> None:
    table = Table.parse(TABLE | {"TableStatus": status})
    assert table.set_aside == ""
    assert table.metered == ("orders", "orders/by-day", "orders/by-week")


def test_a_table_without_a_name_has_no_metrics() -> None:
    assert Table.parse(TABLE | {"TableName": None}).metered == ()


@pytest.mark.parametrize(
    ("sse", "arn", "own", "account"),
    [
        pytest.param({"KMSMasterKeyArn": KEY}, ARN, (KEY,), "", id="a key of the table's account"),
        pytest.param({"KMSMasterKeyArn": OTHERS_KEY}, ARN, (), "111122223333", id="another account's"),
        pytest.param({"KMSMasterKeyArn": "1234abcd"}, ARN, ("1234abcd",), "", id="a key by its id"),
        pytest.param({}, ARN, (), "", id="a key that AWS does not name"),
        pytest.param({"KMSMasterKeyArn": OTHERS_KEY}, None, (OTHERS_KEY,), "", id="a table without an ARN"),
        pytest.param({"KMSMasterKeyArn": KEY, "Status": "DISABLED"}, ARN, (), "", id="a key that is not used"),
        pytest.param(
            {"KMSMasterKeyArn": KEY.replace("aws", "aws-cn")}, ARN, (KEY.replace("aws", "aws-cn"),), "", id="in China"
        ),
    ],
)
def test_keys_of_the_tables_own_account_are_asked_about(
    sse: dict[str, str], arn: str | None, own: tuple[str, ...], account: str
) -> None:
    said = {"Status": "ENABLED", "SSEType": "KMS"} | sse
    table = Table.parse(TABLE | {"SSEDescription": said, "TableArn": arn})
    assert (table.own_key, table.key_account) == (own, account)


def test_who_manages_a_key_is_parsed() -> None:
    assert TableKey.parse({"KeyMetadata": {"KeyManager": "AWS"}}) == TableKey("AWS")
    assert TableKey.parse({"KeyMetadata": {"KeyManager": "CUSTOMER"}}) == TableKey("CUSTOMER")


def test_point_in_time_recovery_is_parsed() -> None:
    on = {"PointInTimeRecoveryStatus": "ENABLED", "RecoveryPeriodInDays": 35}
    said = {
        "ContinuousBackupsDescription": {"ContinuousBackupsStatus": "ENABLED", "PointInTimeRecoveryDescription": on}
    }
    assert PointInTimeRecovery.parse(said) == PointInTimeRecovery("ENABLED", 35)
    off = {
        "ContinuousBackupsDescription": {"PointInTimeRecoveryDescription": {"PointInTimeRecoveryStatus": "DISABLED"}}
    }
    assert PointInTimeRecovery.parse(off).status == "DISABLED"


def test_time_to_live_is_parsed() -> None:
    said = {"TimeToLiveDescription": {"TimeToLiveStatus": "ENABLED", "AttributeName": "expires"}}
    assert TimeToLive.parse(said) == TimeToLive("ENABLED", "expires")
    assert TimeToLive.parse({"TimeToLiveDescription": {"TimeToLiveStatus": "DISABLING"}}) == TimeToLive("DISABLING", "")
    assert TimeToLive.parse({"TimeToLiveDescription": {"TimeToLiveStatus": "ENABLING"}}) == TimeToLive("ENABLING", "")


def test_throttling_keeps_the_hours_in_which_there_was_any() -> None:
    reads = {"Timestamps": [AT, datetime(2026, 11, 20, tzinfo=UTC)], "Values": [3.0, 0.0]}
    assert Throttling.parse({"ReadThrottleEvents": reads}) == Throttling(((AT, 3.0),), ())
    assert Throttling.parse({"WriteThrottleEvents": reads}) == Throttling((), ((AT, 3.0),))
    assert Throttling.parse({}) == Throttling((), ())
    once = {"Timestamps": [AT], "Values": [1.0]}
    assert Throttling.parse({"ReadThrottleEvents": once}) == Throttling(((AT, 1.0),), ())


def test_values_without_their_times_are_no_answer() -> None:
    with pytest.raises(ValueError, match="zip"):
        Throttling.parse({"ReadThrottleEvents": {"Timestamps": [], "Values": [3.0]}})
