"""Rotation, policies and deletion of KMS keys."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.checks.kms import (
    kms_key_enabled,
    kms_key_not_scheduled_for_deletion,
    kms_key_policy_no_public_access,
    kms_key_rotation_enabled,
    kms_key_single_region,
)
from muster.facets.kms import ORIGINS, STATES, Key, KeyPolicy, KeyRotation
from muster.model.finding import Severity, Status, Unknown, UnknownField

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
NEW = Unknown("a new word")
OWN = Key("CUSTOMER", "Enabled", "AWS_KMS", "SYMMETRIC_DEFAULT", primary="", deletion=None, waits=None)
YEARLY = KeyRotation(enabled=True, period=365)
OFF = KeyRotation(enabled=False, period=Unknown("not said"))
UNREAD = KeyRotation.parse({})


@pytest.mark.parametrize(
    ("key", "rotation", "settings", "status", "reason"),
    [
        pytest.param(OWN, YEARLY, {}, C, "Key is rotated automatically, every 365 days", id="on"),
        pytest.param(OWN, KeyRotation(True, NEW), {}, C, "", id="on, how often does not matter"),
        pytest.param(OWN, OFF, {}, N, "Automatic key rotation is off", id="off"),
        pytest.param(
            OWN,
            YEARLY,
            {"max_period_days": 365},
            C,
            "Key is rotated every 365 days",
            id="as often as asked for",
        ),
        pytest.param(OWN, YEARLY, {"max_period_days": 364}, N, "", id="not often enough"),
        pytest.param(replace(OWN, state="Disabled"), OFF, {}, N, "", id="disabled"),
        pytest.param(
            replace(OWN, spec="RSA_4096"), UNREAD, {}, NA, "KMS does not rotate RSA_4096 keys", id="asymmetric"
        ),
        pytest.param(replace(OWN, spec="HMAC_256"), UNREAD, {}, NA, "", id="HMAC"),
        pytest.param(
            replace(OWN, origin="EXTERNAL"),
            UNREAD,
            {},
            NA,
            "KMS cannot rotate the key automatically: its key material was imported",
            id="imported material, which KMS cannot rotate",
        ),
        pytest.param(
            replace(OWN, origin="AWS_CLOUDHSM"),
            UNREAD,
            {},
            NA,
            "KMS cannot rotate the key automatically: it is in a CloudHSM key store",
            id="a store of CloudHSM",
        ),
        pytest.param(
            replace(OWN, origin="EXTERNAL_KEY_STORE"),
            UNREAD,
            {},
            NA,
            "KMS cannot rotate the key automatically: it is in an external key store",
            id="an external store",
        ),
        pytest.param(
            replace(OWN, primary="us-east-1"),
            UNREAD,
            {},
            NA,
            "Replica key: it is rotated with its primary key in us-east-1",
            id="a replica",
        ),
        pytest.param(
            replace(OWN, state="PendingDeletion"),
            UNREAD,
            {},
            NA,
            "Key is scheduled for deletion (state PendingDeletion)",
            id="leaving",
        ),
        pytest.param(
            replace(OWN, manager="AWS"), UNREAD, {}, NA, "AWS managed key: AWS rotates it every year", id="AWS's own"
        ),
    ],
)
def test_kms_key_rotation_enabled(
    key: Key, rotation: KeyRotation, settings: dict[str, int], status: Status, reason: str
) -> None:
    verdict = kms_key_rotation_enabled(key, rotation, **settings)
    assert verdict.status is status
    assert reason in ("", verdict.reason)


@pytest.mark.parametrize(
    ("key", "rotation", "settings"),
    [
        pytest.param(replace(OWN, origin=NEW), YEARLY, {}, id="origin"),
        pytest.param(replace(OWN, spec=NEW), YEARLY, {}, id="spec"),
        pytest.param(replace(OWN, state=NEW), YEARLY, {}, id="state"),
        pytest.param(replace(OWN, manager=NEW), YEARLY, {}, id="manager"),
        pytest.param(OWN, KeyRotation(NEW, 365), {}, id="rotation"),
        pytest.param(OWN, KeyRotation(True, NEW), {"max_period_days": 365}, id="a period that matters"),
    ],
)
def test_rotation_of_a_key_that_is_not_understood_is_not_judged(
    key: Key, rotation: KeyRotation, settings: dict[str, int]
) -> None:
    with pytest.raises(UnknownField, match="new word"):
        kms_key_rotation_enabled(key, rotation, **settings)


KEYS = st.builds(
    Key,
    st.sampled_from(("AWS", "CUSTOMER")),
    st.sampled_from(STATES),
    st.sampled_from(ORIGINS),
    st.sampled_from(("SYMMETRIC_DEFAULT", "RSA_2048", "HMAC_256", "ML_DSA_44")),
    primary=st.sampled_from(("", "us-east-1")),
    deletion=st.none(),
    waits=st.none(),
)


@given(KEYS)
def test_a_key_is_judged_exactly_if_it_is_asked_about(key: Key) -> None:
    assert (kms_key_rotation_enabled(key, OFF).status is N) is key.rotatable


def policy(**changed: Any) -> KeyPolicy:
    said = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:*", "Resource": "*"}
    return KeyPolicy.parse({"Policy": json.dumps({"Statement": [said | changed]})})


CALLER = {"StringEquals": {"kms:CallerAccount": "123456789012", "kms:ViaService": "s3.eu-west-1.amazonaws.com"}}
VIA = {"StringEquals": {"kms:ViaService": "s3.eu-west-1.amazonaws.com"}}


@pytest.mark.parametrize(
    ("said", "status", "reason"),
    [
        pytest.param(policy(), N, "public: statement 1 allows kms:*", id="everybody"),
        pytest.param(policy(Action=["kms:Decrypt"]), N, " kms:Decrypt ", id="everybody may decrypt"),
        pytest.param(
            policy(Condition=VIA),
            N,
            'Key policy is public: statement 1 allows kms:* to everyone (Principal "*") despite its '
            "condition (kms:ViaService does not limit the caller)",
            id="via a service",
        ),
        pytest.param(policy(Condition=CALLER), C, "Key policy allows no public access", id="a caller's account"),
        pytest.param(policy(Principal={"AWS": "arn:aws:iam::123456789012:root"}), C, "", id="its own"),
        pytest.param(policy(Principal={"AWS": "111122223333"}), C, "", id="another account"),
        pytest.param(policy(Effect="Deny"), C, "", id="denied"),
    ],
)
def test_kms_key_policy_no_public_access(said: KeyPolicy, status: Status, reason: str) -> None:
    verdict = kms_key_policy_no_public_access(OWN, said)
    assert verdict.status is status
    assert reason in verdict.reason


def test_a_policy_of_aws_is_not_judged_and_one_that_is_not_understood_neither() -> None:
    assert kms_key_policy_no_public_access(replace(OWN, manager="AWS"), policy()).status is NA
    for unknown in (KeyPolicy(NEW), KeyPolicy(Unknown("a new word too"))):
        with pytest.raises(UnknownField, match="new word"):
            kms_key_policy_no_public_access(OWN, unknown)


@pytest.mark.parametrize(
    ("key", "status", "reason"),
    [
        pytest.param(OWN, C, "Key is not scheduled for deletion (state Enabled)", id="enabled"),
        pytest.param(replace(OWN, state="Disabled"), C, "", id="disabled"),
        pytest.param(
            replace(OWN, state="PendingDeletion", deletion=datetime(2026, 12, 1, 23, tzinfo=UTC)),
            N,
            "Key will be deleted on 2026-12-01",
            id="scheduled",
        ),
        pytest.param(
            replace(OWN, state="PendingReplicaDeletion", waits=7),
            N,
            "Key will be deleted 7 days after its last replica (state PendingReplicaDeletion)",
            id="a primary that waits for its replicas",
        ),
        pytest.param(
            replace(OWN, state="PendingReplicaDeletion"),
            N,
            "Key will be deleted after its last replica (state PendingReplicaDeletion)",
            id="for how long is not said",
        ),
        pytest.param(replace(OWN, manager="AWS"), NA, "AWS managed key: it cannot be deleted", id="AWS's own"),
    ],
)
def test_kms_key_not_scheduled_for_deletion(key: Key, status: Status, reason: str) -> None:
    verdict = kms_key_not_scheduled_for_deletion(key)
    assert verdict.status is status
    assert reason in ("", verdict.reason)


def test_a_state_that_is_not_known_is_not_judged() -> None:
    with pytest.raises(UnknownField, match="new word"):
        kms_key_not_scheduled_for_deletion(replace(OWN, state=NEW))


def test_severities_and_controls() -> None:
    assert {
        check.id: (check.severity, check.controls)
        for check in (kms_key_rotation_enabled, kms_key_policy_no_public_access, kms_key_not_scheduled_for_deletion)
    } == {
        "kms-key-rotation-enabled": (Severity.MEDIUM, ("Security Hub KMS.4",)),
        "kms-key-policy-no-public-access": (Severity.CRITICAL, ("FSBP KMS.5",)),
        "kms-key-not-scheduled-for-deletion": (Severity.CRITICAL, ("FSBP KMS.3",)),
    }


@pytest.mark.parametrize(
    ("key", "status", "reason"),
    [
        (OWN, C, "Key is not disabled (state Enabled)"),
        (replace(OWN, state="Disabled"), N, "Key is disabled"),
        (replace(OWN, state="PendingImport"), C, "Key is not disabled (state PendingImport)"),
        (replace(OWN, state="PendingDeletion"), NA, "Key is scheduled for deletion (state PendingDeletion)"),
        (replace(OWN, manager="AWS"), NA, "AWS managed key: it cannot be disabled"),
    ],
)
def test_kms_key_enabled(key: Key, status: Status, reason: str) -> None:
    verdict = kms_key_enabled(key)
    assert (verdict.status, verdict.reason) == (status, reason)


@pytest.mark.parametrize(
    ("key", "status", "reason"),
    [
        (replace(OWN, multi_region=False), C, "Key is a single-Region key"),
        (replace(OWN, multi_region=True), N, "Key is a multi-Region key"),
        (replace(OWN, manager="AWS"), NA, "AWS managed key: it is always in one region"),
    ],
)
def test_kms_key_single_region(key: Key, status: Status, reason: str) -> None:
    verdict = kms_key_single_region(key, required=True)
    assert (verdict.status, verdict.reason) == (status, reason)
    assert kms_key_single_region(key).status is NA


def test_a_state_or_kind_that_is_not_known_is_no_verdict() -> None:
    with pytest.raises(UnknownField):
        kms_key_enabled(replace(OWN, state=NEW))
    with pytest.raises(UnknownField):
        kms_key_single_region(replace(OWN, multi_region=NEW), required=True)
