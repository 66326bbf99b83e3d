"""EBS checks: one good value, one thing changed a row."""

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.checks.ec2.ebs import (
    ec2_snapshot_block_public_access,
    ec2_snapshot_encrypted,
    ec2_snapshot_not_public,
    ec2_volume_backed_up,
    ec2_volume_inuse,
)
from muster.facets.backup import ProtectedResources
from muster.facets.ec2.ebs import NewestSnapshots, PublicSnapshots, Snapshot, SnapshotBlockPublicAccess, VolumeUse
from muster.model.finding import ObservedAt, Status, Unknown, UnknownField, Verdict

C, N, NA = Status.COMPLIANT, Status.NON_COMPLIANT, Status.NOT_APPLICABLE
AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
SCAN = ObservedAt(AT)
ARN = "arn:aws:ec2:eu-west-1:123456789012:volume/vol-1"
USED = VolumeUse("vol-1", ARN, "in-use", AT - timedelta(days=100))
UNKNOWN = Unknown("AWS did not return it")


def volume(**changed: Any) -> VolumeUse:
    return dataclasses.replace(USED, **changed)


def ago(**age: int) -> datetime:
    return AT - timedelta(**age)


@pytest.mark.parametrize(
    ("judged", "status", "reason"),
    [
        pytest.param(USED, C, "The volume is attached", id="in use"),
        pytest.param(volume(created_at=UNKNOWN), C, "", id="in use, of unknown age"),
        pytest.param(
            volume(state="available"),
            N,
            "The volume is not attached; it was created 100 days ago",
            id="unattached for long",
        ),
        pytest.param(
            volume(state="available", created_at=ago(days=7)),
            C,
            "The volume is not attached; it was created 7 days ago (7 days are allowed)",
            id="unattached, as old as may be",
        ),
        pytest.param(
            volume(state="available", created_at=ago(days=7, seconds=1)), N, "", id="unattached, a second older"
        ),
        pytest.param(
            volume(state="available", created_at=ago(days=1)),
            C,
            "The volume is not attached; it was created 1 day ago (7 days are allowed)",
            id="new",
        ),
        pytest.param(
            volume(state="creating"), NA, "The volume is in state creating and cannot be attached", id="being made"
        ),
        pytest.param(volume(state="error"), NA, "The volume is in state error and cannot be attached", id="failed"),
    ],
)
def test_ec2_volume_inuse(judged: VolumeUse, status: Status, reason: str) -> None:
    verdict = ec2_volume_inuse(judged, SCAN)
    assert verdict.status is status
    assert reason in ("", verdict.reason)


@pytest.mark.parametrize("changed", [{"state": UNKNOWN}, {"state": "available", "created_at": UNKNOWN}])
def test_a_volume_of_unknown_state_or_age_is_no_verdict(changed: dict[str, Any]) -> None:
    with pytest.raises(UnknownField):
        ec2_volume_inuse(volume(**changed), SCAN)


@given(st.integers(0, 400), st.integers(0, 400))
def test_the_setting_is_the_age_up_to_which_a_volume_may_wait(age: int, allowed: int) -> None:
    verdict = ec2_volume_inuse(volume(state="available", created_at=ago(days=age)), SCAN, older_than_days=allowed)
    assert (verdict.status is N) is (age > allowed)


def backed(
    *, snapshot: datetime | None = None, backup: datetime | None = None, judged: VolumeUse = USED, **settings: Any
) -> Verdict:
    snapshots = NewestSnapshots({"vol-1": snapshot} if snapshot else {"vol-2": AT})
    backups = ProtectedResources({ARN: backup} if backup else {ARN + "1": AT})
    return ec2_volume_backed_up(judged, snapshots, backups, SCAN, **settings)


@pytest.mark.parametrize(
    ("found", "status", "reason"),
    [
        pytest.param({}, N, "The volume has no completed snapshot and no recovery point in AWS Backup", id="nothing"),
        pytest.param(
            {"snapshot": ago(days=1)}, C, "The newest snapshot is from 2026-11-20 12:00 UTC", id="a fresh snapshot"
        ),
        pytest.param(
            {"snapshot": ago(days=7)},
            C,
            "The newest snapshot is from 2026-11-14 12:00 UTC",
            id="a snapshot as old as may be",
        ),
        pytest.param(
            {"snapshot": ago(days=365)},
            N,
            "The newest snapshot is 365 days old (2025-11-21); at most 7 days are allowed",
            id="a snapshot of last year is no fresh one",
        ),
        pytest.param({"snapshot": ago(days=7, seconds=1)}, N, "", id="a second late"),
        pytest.param(
            {"backup": ago(hours=3)},
            C,
            "The newest AWS Backup recovery point is from 2026-11-21 09:00 UTC",
            id="a backup",
        ),
        pytest.param(
            {"backup": ago(days=30)},
            N,
            "The newest AWS Backup recovery point is 30 days old (2026-10-22); at most 7 days are allowed",
            id="stale",
        ),
        pytest.param(
            {"snapshot": ago(days=30), "backup": ago(days=1)}, C, "AWS Backup", id="an old snapshot, a fresh backup"
        ),
        pytest.param(
            {"snapshot": ago(days=1), "backup": ago(days=30)}, C, "snapshot", id="a fresh snapshot, an old backup"
        ),
        pytest.param({"snapshot": ago(days=20), "within_days": 30}, C, "", id="a policy of 30 days"),
        pytest.param({"snapshot": ago(days=2), "within_days": 1}, N, "", id="a policy of a day"),
        pytest.param(
            {"judged": volume(created_at=ago(days=3))},
            NA,
            "The volume was created 3 days ago; a backup is required after 7 days",
            id="too young for a backup",
        ),
        pytest.param({"judged": volume(created_at=ago(days=8))}, N, "no completed snapshot", id="old enough for one"),
        pytest.param({"judged": volume(state="available"), "snapshot": ago(days=1)}, C, "", id="unattached, backed up"),
        pytest.param({"judged": volume(state="available")}, N, "no completed", id="unattached volumes have data too"),
        pytest.param(
            {"judged": volume(created_at=UNKNOWN), "backup": ago(days=1)}, C, "", id="of unknown age, covered"
        ),
    ],
)
def test_ec2_volume_backed_up(found: dict[str, Any], status: Status, reason: str) -> None:
    verdict = backed(**found)
    assert verdict.status is status
    assert reason in verdict.reason


def test_a_volume_whose_age_or_backups_are_not_known_is_no_verdict() -> None:
    with pytest.raises(UnknownField):
        backed(judged=volume(created_at=UNKNOWN))
    with pytest.raises(UnknownField):
        ec2_volume_backed_up(USED, NewestSnapshots({"vol-1": UNKNOWN}), ProtectedResources({}), SCAN)
    with pytest.raises(UnknownField):
        ec2_volume_backed_up(USED, NewestSnapshots({}), ProtectedResources({ARN: UNKNOWN}), SCAN)


@pytest.mark.parametrize("unknown", ["snapshot", "backup"])
def test_what_is_fresh_decides_whatever_else_is_not_known(unknown: str) -> None:
    snapshots = NewestSnapshots({"vol-1": UNKNOWN if unknown == "snapshot" else AT})
    backups = ProtectedResources({ARN: UNKNOWN if unknown == "backup" else AT})
    assert ec2_volume_backed_up(USED, snapshots, backups, SCAN).status is C


@given(st.none() | st.integers(0, 60), st.none() | st.integers(0, 60), st.integers(1, 60))
def test_the_newest_of_both_decides(snapshot: int | None, backup: int | None, within: int) -> None:
    ages = [age for age in (snapshot, backup) if age is not None]
    at = {name: ago(days=age) for name, age in (("snapshot", snapshot), ("backup", backup)) if age is not None}
    assert (backed(**at, within_days=within).status is C) is (bool(ages) and min(ages) <= within)


def test_ec2_snapshot_encrypted() -> None:
    assert ec2_snapshot_encrypted(Snapshot("snap-1", encrypted=True)).status is C
    assert ec2_snapshot_encrypted(Snapshot("snap-1", encrypted=False)).status is N
    with pytest.raises(UnknownField):
        ec2_snapshot_encrypted(Snapshot.parse({"SnapshotId": "snap-1"}))


@pytest.mark.parametrize(
    ("ids", "state", "status", "reason"),
    [
        pytest.param((), "unblocked", C, "The snapshot is not shared with all AWS accounts", id="shared with nobody"),
        pytest.param(("snap-2", "snap-11"), "unblocked", C, "", id="others are"),
        pytest.param(("snap-1",), "unblocked", N, "any AWS account can restore it", id="public"),
        pytest.param(("snap-1",), "block-new-sharing", N, "any AWS account", id="public from before the block"),
        pytest.param(
            ("snap-1",),
            "block-all-sharing",
            C,
            "The snapshot is shared with all AWS accounts, but the region blocks it (block-all-sharing)",
            id="taken back",
        ),
        pytest.param((), UNKNOWN, C, "not shared", id="shared with nobody: the block does not matter"),
    ],
)
def test_ec2_snapshot_not_public(ids: tuple[str, ...], state: Any, status: Status, reason: str) -> None:
    verdict = ec2_snapshot_not_public(
        Snapshot("snap-1", encrypted=True), PublicSnapshots(frozenset(ids)), SnapshotBlockPublicAccess(state)
    )
    assert verdict.status is status
    assert reason in verdict.reason


def test_a_public_snapshot_under_an_unknown_block_is_no_verdict() -> None:
    with pytest.raises(UnknownField):
        ec2_snapshot_not_public(
            Snapshot("snap-1", encrypted=True), PublicSnapshots({"snap-1"}), SnapshotBlockPublicAccess.parse({})
        )


@pytest.mark.parametrize(
    ("state", "status", "reason"),
    [
        pytest.param(
            "block-all-sharing", C, "Block public access for EBS snapshots is on (block-all-sharing)", id="all"
        ),
        pytest.param(
            "block-new-sharing",
            N,
            "Block public access for EBS snapshots blocks new sharing only; public snapshots stay public",
            id="new sharing only",
        ),
        pytest.param("unblocked", N, "Block public access for EBS snapshots is off", id="nothing"),
    ],
)
def test_ec2_snapshot_block_public_access(state: str, status: Status, reason: str) -> None:
    verdict = ec2_snapshot_block_public_access(SnapshotBlockPublicAccess(state))
    assert verdict.status is status
    assert reason in verdict.reason


def test_a_block_of_unknown_state_is_no_verdict() -> None:
    with pytest.raises(UnknownField):
        ec2_snapshot_block_public_access(SnapshotBlockPublicAccess.parse({"State": "block-some"}))
