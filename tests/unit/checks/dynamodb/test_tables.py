"""How DynamoDB tables are protected and configured."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.checks.dynamodb.tables import (
    dynamodb_pitr_enabled,
    dynamodb_table_deletion_protection_enabled,
    dynamodb_table_encrypted_kms,
    dynamodb_table_protected_by_backup_plan,
    dynamodb_table_stream_enabled,
    dynamodb_table_ttl_enabled,
)
from muster.facets.backup import ProtectedResources
from muster.facets.dynamodb.tables import PointInTimeRecovery, Table, TableKey, TimeToLive
from muster.facets.tagging.tags import Tags
from muster.model.check import Check
from muster.model.finding import ObservedAt, Related, Status, Unavailable, Unknown, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
ARN = "arn:aws:dynamodb:eu-west-1:123456789012:table/orders"
KEY = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd"
OTHERS_KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd"
TABLE = Table(
    name="orders",
    arn=ARN,
    status="ACTIVE",
    billing="PROVISIONED",
    encryption="KMS",
    key=KEY,
    key_lost=False,
    deletion_protection=True,
    stream="NEW_IMAGE",
)
NOTHING = Table.parse({})
NO_KEYS: Related[TableKey] = Related()
NEVER = PointInTimeRecovery.parse({})
NO_TTL = TimeToLive.parse({})
OWN, MANAGED = Related({KEY: TableKey("CUSTOMER")}), Related({KEY: TableKey("AWS")})
DENIED: Related[TableKey] = Related({KEY: Unavailable("kms:DescribeKey", "access denied")})


@pytest.mark.parametrize(
    ("status", "days", "minimum", "verdict", "reason"),
    [
        pytest.param("ENABLED", 35, 7, C, "Point-in-time recovery covers 35 days", id="all of it"),
        pytest.param("ENABLED", 7, 7, C, "", id="just enough"),
        pytest.param("ENABLED", 6, 7, N, "", id="a day short"),
        pytest.param("ENABLED", 1, 1, C, "Point-in-time recovery covers 1 day", id="a day"),
        pytest.param("ENABLED", 34, 35, N, "", id="all is asked"),
        pytest.param("DISABLED", Unknown("off"), 7, N, "Point-in-time recovery is disabled", id="disabled"),
    ],
)
def test_dynamodb_pitr_enabled(status: str, days: int, minimum: int, verdict: Status, reason: str) -> None:
    found = dynamodb_pitr_enabled(TABLE, PointInTimeRecovery(status, days), minimum_days=minimum)
    assert found.status is verdict
    assert reason in ("", found.reason)


def test_seven_days_are_asked_for_unless_somebody_asks_for_others() -> None:
    assert dynamodb_pitr_enabled(TABLE, PointInTimeRecovery("ENABLED", 7)).status is C
    assert dynamodb_pitr_enabled(TABLE, PointInTimeRecovery("ENABLED", 6)).status is N


@given(days=st.integers(1, 35), minimum=st.integers(1, 35))
def test_a_longer_period_never_fails_where_a_shorter_one_passes(days: int, minimum: int) -> None:
    found = dynamodb_pitr_enabled(TABLE, PointInTimeRecovery("ENABLED", days), minimum_days=minimum)
    assert (found.status is C) is (days in range(minimum, 36))


@pytest.mark.parametrize("recovery", [NEVER, PointInTimeRecovery("ENABLED", Unknown("not said"))])
def test_recovery_that_is_not_known_is_no_verdict(recovery: PointInTimeRecovery) -> None:
    with pytest.raises(UnknownField):
        dynamodb_pitr_enabled(TABLE, recovery)


@pytest.mark.parametrize(
    ("table", "keys", "customer_managed", "verdict", "says"),
    [
        pytest.param(
            replace(TABLE, encryption="AWS_OWNED"),
            NO_KEYS,
            False,
            N,
            "Table is encrypted with an AWS owned key, which is not in the account",
            id="a key of AWS's",
        ),
        pytest.param(replace(TABLE, encryption="AWS_OWNED"), NO_KEYS, True, N, "", id="the same, strictly"),
        pytest.param(
            TABLE, MANAGED, False, C, f"Table is encrypted with the AWS managed key aws/dynamodb ({KEY})", id="aws"
        ),
        pytest.param(
            TABLE,
            MANAGED,
            True,
            N,
            f"Table is encrypted with the AWS managed key aws/dynamodb ({KEY}), not with a customer managed key",
            id="aws/dynamodb is not enough",
        ),
        pytest.param(
            TABLE, OWN, False, C, f"Table is encrypted with the customer managed key {KEY}", id="a customer's"
        ),
        pytest.param(TABLE, OWN, True, C, "", id="a customer's is asked for"),
        pytest.param(
            TABLE,
            DENIED,
            False,
            C,
            f"Table is encrypted with the KMS key {KEY} (AWS managed or customer managed is unknown: access denied)",
            id="who manages it could not be read, and does not matter",
        ),
        pytest.param(TABLE, NO_KEYS, False, C, "", id="nobody asked whose it is"),
        pytest.param(
            replace(TABLE, key=OTHERS_KEY),
            NO_KEYS,
            True,
            C,
            f"Table is encrypted with a customer managed key of account 111122223333: {OTHERS_KEY}",
            id="another account's key is a customer's",
        ),
        pytest.param(
            replace(TABLE, key_lost=True),
            OWN,
            True,
            C,
            f"Table is encrypted with the customer managed key {KEY}; DynamoDB cannot access the key",
            id="out of reach",
        ),
    ],
)
def test_dynamodb_table_encrypted_kms(
    table: Table, keys: Related[TableKey], customer_managed: bool, verdict: Status, says: str
) -> None:
    found = dynamodb_table_encrypted_kms(table, keys, customer_managed=customer_managed)
    assert found.status is verdict
    assert says in found.reason
    assert ("cannot access the key" in found.reason) is table.key_lost


def test_the_key_that_aws_manages_is_enough_unless_somebody_asks_for_a_customers() -> None:
    assert dynamodb_table_encrypted_kms(TABLE, MANAGED).status is C


@pytest.mark.parametrize(
    ("table", "keys", "says"),
    [
        pytest.param(TABLE, DENIED, "access denied", id="KMS does not tell whose key it is"),
        pytest.param(TABLE, Related({KEY: TableKey.parse({})}), "KeyManager", id="KMS does not say"),
        pytest.param(replace(TABLE, key=Unknown("which key")), NO_KEYS, "which key", id="DynamoDB does not name it"),
        pytest.param(replace(TABLE, encryption=Unknown("being changed")), OWN, "being changed", id="it is changing"),
    ],
)
def test_a_key_that_is_not_known_is_no_verdict(table: Table, keys: Related[TableKey], says: str) -> None:
    with pytest.raises(UnknownField, match=says):
        dynamodb_table_encrypted_kms(table, keys, customer_managed=True)


@pytest.mark.parametrize(("protected", "verdict"), [pytest.param(True, C, id="on"), pytest.param(False, N, id="off")])
def test_dynamodb_table_deletion_protection_enabled(protected: bool, verdict: Status) -> None:
    found = dynamodb_table_deletion_protection_enabled(replace(TABLE, deletion_protection=protected))
    assert found.status is verdict


def test_protection_that_is_not_known_is_no_verdict() -> None:
    with pytest.raises(UnknownField, match="protected"):
        dynamodb_table_deletion_protection_enabled(NOTHING)


def saved(days: float, arn: str = ARN) -> ProtectedResources:
    return ProtectedResources({arn: AT - timedelta(days=days)})


@pytest.mark.parametrize(
    ("protected", "settings", "verdict", "says"),
    [
        pytest.param(saved(1), {}, C, "Last backup by AWS Backup was on 2026-11-20", id="yesterday"),
        pytest.param(saved(35), {}, C, "2026-10-17", id="as old as may be"),
        pytest.param(
            saved(35.1), {}, N, "Last backup by AWS Backup was on 2026-10-17, more than 35 days ago", id="too old"
        ),
        pytest.param(
            saved(2),
            {"maximum_age_days": 1},
            N,
            "Last backup by AWS Backup was on 2026-11-19, more than 1 day ago",
            id="older than somebody asks for",
        ),
        pytest.param(ProtectedResources({}), {}, N, "AWS Backup has no backup of the table", id="never"),
        pytest.param(saved(1, ARN + "s"), {}, N, "", id="another table"),
    ],
)
def test_dynamodb_table_protected_by_backup_plan(
    protected: ProtectedResources, settings: dict[str, int], verdict: Status, says: str
) -> None:
    found = dynamodb_table_protected_by_backup_plan(TABLE, protected, ObservedAt(AT), **settings)
    assert found.status is verdict
    assert says in found.reason


def test_a_backup_of_an_unknown_time_or_a_table_without_arn_is_no_verdict() -> None:
    undated = ProtectedResources({ARN: Unknown("no time")})
    with pytest.raises(UnknownField, match="no time"):
        dynamodb_table_protected_by_backup_plan(TABLE, undated, ObservedAt(AT))
    with pytest.raises(UnknownField, match="ARN"):
        dynamodb_table_protected_by_backup_plan(NOTHING, saved(1), ObservedAt(AT))


ON, GOING = TimeToLive("ENABLED", "expires"), TimeToLive("DISABLING", "expires")
ALL: dict[str, Any] = {"names": ("*",)}


@pytest.mark.parametrize(
    ("ttl", "settings", "verdict", "says"),
    [
        pytest.param(ON, {}, NA, "`names` and `tagged`", id="nobody asks"),
        pytest.param(ON, ALL, C, "Time to Live is ENABLED (attribute expires)", id="on"),
        pytest.param(
            TimeToLive("ENABLING", "expires"),
            ALL,
            C,
            "Time to Live is ENABLING (attribute expires)",
            id="on its way on",
        ),
        pytest.param(GOING, ALL, N, "", id="on its way off"),
        pytest.param(TimeToLive("DISABLED", ""), ALL, N, "", id="off"),
        pytest.param(GOING, {"names": ("session*", "or*rs")}, N, "", id="asked for by a pattern of names"),
        pytest.param(GOING, {"names": ("order", "rders", "Orders", "or.ers")}, NA, "", id="other names"),
        pytest.param(GOING, {"tagged": ("Data",)}, N, "", id="asked for by a tag"),
        pytest.param(GOING, {"tagged": ("Data=short*",)}, N, "", id="asked for by a tag's value"),
        pytest.param(GOING, {"tagged": ("a=b=c",)}, N, "", id="a key and a value with ="),
        pytest.param(GOING, {"tagged": ("Data=long", "data", "Dat")}, NA, "", id="other tags"),
        pytest.param(GOING, {"tagged": ("aws:*",)}, NA, "", id="tags of AWS do not count"),
    ],
)
def test_dynamodb_table_ttl_enabled(ttl: TimeToLive, settings: dict[str, Any], verdict: Status, says: str) -> None:
    tags = Tags({"Data": "short-lived", "a=b": "c", "aws:cloudformation:stack-name": "shop"})
    found = dynamodb_table_ttl_enabled(TABLE, ttl, tags, **settings)
    assert found.status is verdict
    assert says in found.reason


def test_a_global_table_of_strong_consistency_cannot_have_a_time_to_live() -> None:
    strong = replace(TABLE, strong=True, replicas=("us-east-1", "us-east-2"))
    assert dynamodb_table_ttl_enabled(strong, NO_TTL, Tags(), names=("*",)).status is NA


def test_a_time_to_live_or_name_that_is_not_known_is_no_verdict() -> None:
    with pytest.raises(UnknownField, match="TimeToLiveStatus"):
        dynamodb_table_ttl_enabled(TABLE, NO_TTL, Tags(), names=("*",))
    with pytest.raises(UnknownField, match="the name of the table"):
        dynamodb_table_ttl_enabled(NOTHING, ON, Tags(), names=("*",))


REPLICATED = replace(TABLE, stream="NEW_AND_OLD_IMAGES", replicas=("us-east-1",))


@pytest.mark.parametrize(
    ("table", "settings", "verdict", "says"),
    [
        pytest.param(TABLE, {}, NA, "The setting `allowed` is empty", id="nobody asks"),
        pytest.param(TABLE, {"allowed": ("NEW_IMAGE",)}, C, "Stream is NEW_IMAGE", id="as asked"),
        pytest.param(TABLE, {"allowed": ("OFF", "KEYS_ONLY")}, N, "", id="not as asked"),
        pytest.param(replace(TABLE, stream="OFF"), {"allowed": ("OFF",)}, C, "", id="none, as asked"),
        pytest.param(replace(TABLE, stream="OFF"), {"allowed": ("NEW_IMAGE",)}, N, "", id="none"),
        pytest.param(
            TABLE, {"allowed": ("OFF",), "names": ("audit-*",)}, NA, "`names` and `tagged`", id="another table"
        ),
        pytest.param(TABLE, {"allowed": ("OFF",), "names": ("or*",)}, N, "", id="a table by name"),
        pytest.param(TABLE, {"allowed": ("OFF",), "names": (), "tagged": ("Cdc=no",)}, N, "", id="a table by tag"),
        pytest.param(
            REPLICATED,
            {"allowed": ("OFF",)},
            NA,
            "Stream is NEW_AND_OLD_IMAGES, which replication to us-east-1 needs",
            id="a replica",
        ),
        pytest.param(REPLICATED, {"allowed": ("NEW_AND_OLD_IMAGES",)}, C, "", id="a replica as asked"),
        pytest.param(replace(REPLICATED, strong=True), {"allowed": ("OFF",)}, N, "", id="a strong replica"),
        pytest.param(replace(REPLICATED, stream="OFF"), {"allowed": ("KEYS_ONLY",)}, N, "", id="a replica of none"),
    ],
)
def test_dynamodb_table_stream_enabled(table: Table, settings: dict[str, Any], verdict: Status, says: str) -> None:
    found = dynamodb_table_stream_enabled(table, Tags({"Cdc": "no"}), **settings)
    assert found.status is verdict
    assert says in found.reason


def test_a_stream_that_is_not_known_is_no_verdict() -> None:
    with pytest.raises(UnknownField, match="StreamViewType"):
        dynamodb_table_stream_enabled(replace(TABLE, stream=Unknown("StreamViewType")), Tags(), allowed=("OFF",))


@pytest.mark.parametrize(
    ("status", "says"),
    [
        pytest.param("CREATING", "Table is being created", id="being created"),
        pytest.param("DELETING", "being deleted", id="being deleted"),
        pytest.param("ARCHIVING", "being archived", id="being archived"),
        pytest.param("ARCHIVED", "Table is archived in a backup", id="archived"),
    ],
)
def test_why_a_table_is_set_aside(status: str, says: str) -> None:
    assert says in replace(TABLE, status=status).set_aside


@pytest.mark.parametrize("status", ["CREATING", "DELETING", "ARCHIVING", "ARCHIVED"])
@pytest.mark.parametrize(
    ("check", "facets", "settings"),
    [
        pytest.param(dynamodb_pitr_enabled, (NEVER,), {}, id="recovery"),
        pytest.param(dynamodb_table_encrypted_kms, (NO_KEYS,), {}, id="encryption"),
        pytest.param(dynamodb_table_deletion_protection_enabled, (), {}, id="deletion"),
        pytest.param(
            dynamodb_table_protected_by_backup_plan, (ProtectedResources({}), ObservedAt(AT)), {}, id="backup"
        ),
        pytest.param(dynamodb_table_ttl_enabled, (NO_TTL, Tags()), ALL, id="time to live"),
        pytest.param(dynamodb_table_stream_enabled, (Tags(),), {"allowed": ("OFF",)}, id="stream"),
    ],
)
def test_tables_that_are_set_aside_are_not_judged(
    check: Check, facets: tuple[object, ...], settings: dict[str, Any], status: str
) -> None:
    table = replace(TABLE, status=status)
    verdict = check(table, *facets, **settings)
    assert verdict.status is NA
    assert table.set_aside in verdict.reason
