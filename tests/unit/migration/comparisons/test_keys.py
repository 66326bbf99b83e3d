"""Whether the policy of a target's key admits the services; each way to do so, and each that looks like one."""

from typing import Any

import pytest

from muster.migration.comparison import comparisons
from muster.migration.comparisons.keys import (
    target_bucket_key_admits_services,
    target_key_admits_services,
    target_table_key_admits_services,
)
from muster.migration.file import BucketItem, TableItem
from muster.migration.relatives import BUCKET, KEY, TABLE
from muster.model.finding import Unavailable
from muster.snapshots.snapshot import Snapshot
from tests.unit.migration.comparisons.buckets import ROOT, TARGET_KEY, allow, deny, key_sections
from tests.unit.migration.sides_of import UNREAD, judged, pair_of, snapshot_of, source_of, target_of

SERVICES = ("s3", "dynamodb", "lambda")
BY_ACCOUNT = allow("kms:*", "*", Principal={"AWS": ROOT})
ADMIN = allow(["kms:Put*", "kms:DescribeKey"], "*", Principal={"AWS": ROOT})
APP = {"AWS": "arn:aws:iam::123456789012:role/app"}
DYNAMODB = [
    "kms:Encrypt",
    "kms:Decrypt",
    "kms:ReEncrypt*",
    "kms:GenerateDataKey*",
    "kms:DescribeKey",
    "kms:CreateGrant",
]
"""As AWS writes it: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html"""


def via(*services: str, operator: str = "StringEquals", **more: Any) -> dict[str, Any]:
    return {"Condition": {operator: {"kms:ViaService": list(services)}, **more}}


def status(*statements: dict[str, Any], **metadata: Any) -> tuple[str, str]:
    key = snapshot_of(KEY, TARGET_KEY, key_sections(TARGET_KEY, *statements, **metadata))
    return with_key(key)


def with_key(key: Snapshot | Unavailable | None) -> tuple[str, str]:
    target = target_of(BUCKET, "orders-eu", {}, key=key)
    pair = pair_of(BucketItem("orders", "orders-eu"))
    return judged(target_bucket_key_admits_services, source_of(BUCKET, "orders", {}), target, pair)


@pytest.mark.parametrize(
    ("statements", "reason"),
    [
        pytest.param([BY_ACCOUNT], "s3: admitted by the account, statement 1 of the key policy", id="root"),
        pytest.param(
            [allow("kms:*", "*", Principal={"AWS": "123456789012"})], "s3: admitted by the account", id="account id"
        ),
        pytest.param([allow("KMS:*", TARGET_KEY, Principal={"AWS": ROOT})], "", id="letters and the key's ARN"),
        pytest.param(
            [
                ADMIN,
                allow(
                    DYNAMODB,
                    "*",
                    Principal={"AWS": "*"},
                    Condition={"StringEquals": {"kms:CallerAccount": "123456789012"}},
                ),
            ],
            "lambda: admitted by the account, statement 2",
            id="everybody of the account",
        ),
        pytest.param(
            [allow(DYNAMODB, "*", Principal=APP, **via("*.eu-west-1.amazonaws.com", operator="StringLike"))],
            "s3: admitted by kms:ViaService s3.eu-west-1.amazonaws.com, statement 1",
            id="via service",
        ),
        pytest.param(
            [
                allow(
                    DYNAMODB,
                    "*",
                    Principal=APP,
                    **via(
                        "dynamodb.*.amazonaws.com",
                        "s3.*.amazonaws.com",
                        "lambda.*.amazonaws.com",
                        operator="StringLike",
                    ),
                )
            ],
            "dynamodb: admitted by kms:ViaService dynamodb.eu-west-1.amazonaws.com",
            id="via service of any region",
        ),
        pytest.param(
            [
                allow(
                    ["kms:Decrypt", "kms:GenerateDataKey*"],
                    "*",
                    Principal={"Service": [f"{each}.amazonaws.com" for each in SERVICES]},
                )
            ],
            "dynamodb: admitted by the service principal of dynamodb, statement 1",
            id="service principals",
        ),
        pytest.param(
            [BY_ACCOUNT, deny("kms:*", "*", Principal="*", Condition={"Bool": {"aws:SecureTransport": "false"}})],
            "",
            id="a Deny without TLS",
        ),
        pytest.param([BY_ACCOUNT, deny("kms:*", "*", Principal=APP)], "", id="a Deny for one role"),
        pytest.param([BY_ACCOUNT, deny("kms:ScheduleKeyDeletion", "*", Principal="*")], "", id="a Deny of deletion"),
        pytest.param(
            [
                BY_ACCOUNT,
                deny("kms:*", "*", Principal="*", Condition={"StringNotEquals": {"kms:CallerAccount": "123456789012"}}),
            ],
            "",
            id="a Deny for other accounts",
        ),
    ],
)
def test_admitted(statements: list[dict[str, Any]], reason: str) -> None:
    found, text = status(*statements)
    assert found == "COMPLIANT", text
    assert reason in text


@pytest.mark.parametrize(
    ("statements", "reason"),
    [
        pytest.param([ADMIN], "s3: no statement allows kms:decrypt, kms:generatedatakey to the account", id="admin"),
        pytest.param([allow("kms:*", "*", Principal={"AWS": "arn:aws:iam::111122223333:root"})], "s3: no", id="other"),
        pytest.param([{**BY_ACCOUNT, "Resource": []}], "no statement", id="no Resource has no effect"),
        pytest.param(
            [allow(DYNAMODB, "*", Principal=APP, **via("s3.us-east-1.amazonaws.com"))],
            "s3: no statement",
            id="via S3 of the source region",
        ),
        pytest.param(
            [allow(DYNAMODB, "*", Principal={"AWS": ROOT}, **via("s3.eu-west-1.amazonaws.com"))],
            "dynamodb: no statement",
            id="the account by way of S3 only",
        ),
        pytest.param(
            [allow(["kms:Decrypt", "kms:GenerateDataKey"], "*", Principal={"AWS": ROOT})],
            "dynamodb: no statement allows kms:decrypt, kms:generatedatakey, kms:creategrant",
            id="no grants for DynamoDB",
        ),
        pytest.param(
            [BY_ACCOUNT, deny("kms:Decrypt", "*", Principal="*", **via("s3.*.amazonaws.com", operator="StringLike"))],
            "s3: statement 2 of the key policy denies it by way of s3.eu-west-1.amazonaws.com",
            id="denied by way of S3",
        ),
        pytest.param([BY_ACCOUNT, deny("kms:*", "*", NotPrincipal=APP)], "denies it", id="denied to all but one role"),
        pytest.param(
            [BY_ACCOUNT, deny("kms:CreateGrant", "*", Principal={"AWS": ROOT})],
            "dynamodb: statement 2 of the key policy denies it",
            id="grants denied to the account",
        ),
        pytest.param(
            [
                allow("kms:*", "*", Principal={"Service": "lambda.amazonaws.com"}),
                deny("kms:*", "*", Principal={"Service": "lambda.amazonaws.com"}),
            ],
            "lambda: no statement",
            id="denied to the service principal",
        ),
    ],
)
def test_not_admitted(statements: list[dict[str, Any]], reason: str) -> None:
    found, text = status(*statements)
    assert found == "NON_COMPLIANT", text
    assert reason in text


@pytest.mark.parametrize(
    "statements",
    [
        pytest.param([{**BY_ACCOUNT, "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}}], id="Allow"),
        pytest.param(
            [
                BY_ACCOUNT,
                deny("kms:*", "*", Principal="*", Condition={"ArnNotLike": {"aws:PrincipalArn": "*:role/app"}}),
            ],
            id="Deny",
        ),
    ],
)
def test_a_condition_that_cannot_be_decided_is_no_parity(statements: list[dict[str, Any]]) -> None:
    found, text = status(*statements)
    assert found == "INSUFFICIENT_DATA"
    assert "it is not known whether statement" in text


def test_other_partitions_have_their_own_names() -> None:
    arn = "arn:aws-cn:kms:cn-north-1:123456789012:key/k"
    root = {"AWS": "arn:aws-cn:iam::123456789012:root"}
    key = snapshot_of(
        KEY, arn, key_sections(arn, allow(DYNAMODB, "*", Principal=root, **via("s3.cn-north-1.amazonaws.com.cn")))
    )
    _, text = with_key(key)
    assert text.startswith("dynamodb: no statement")


@pytest.mark.parametrize(
    ("key", "found", "reason"),
    [
        (None, "NOT_APPLICABLE", "there is no KMS key of its own, or it does not exist"),
        (snapshot_of(KEY, TARGET_KEY), "NOT_APPLICABLE", "there is no KMS key of its own, or it does not exist"),
        (UNREAD, "INSUFFICIENT_DATA", "AccessDenied (needs service:Action)"),
        (
            snapshot_of(KEY, TARGET_KEY, {**key_sections(TARGET_KEY), "policy": UNREAD}),
            "INSUFFICIENT_DATA",
            "AccessDenied (needs service:Action)",
        ),
        (
            snapshot_of(KEY, TARGET_KEY, key_sections(TARGET_KEY, KeyManager="AWS")),
            "NOT_APPLICABLE",
            "AWS sets the policy of an AWS managed key",
        ),
    ],
)
def test_keys_without_a_policy_of_ours(key: Snapshot | Unavailable | None, found: str, reason: str) -> None:
    assert with_key(key) == (found, reason)


def test_keys_of_tables_are_judged_alike() -> None:
    key = snapshot_of(KEY, TARGET_KEY, key_sections(TARGET_KEY))
    target, pair = target_of(TABLE, "orders-eu", {}, key=key), pair_of(TableItem("orders", "orders-eu"))
    assert judged(target_table_key_admits_services, source_of(TABLE, "orders", {}), target, pair)[0] == "COMPLIANT"
    judging = {each.resource_type for each in comparisons() if each.check.function is target_key_admits_services}
    assert judging == {BUCKET, TABLE}
