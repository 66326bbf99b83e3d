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
UNKNOWN = Unknown("AWS did not say what it is")


def volume(**changed: Any) -> VolumeUse:
    return dataclasses.replace(USED, **changed)


def ago(**age: int) -> datetime:
    return AT - timedelta(**age)


@pytest.mark.parametrize(
    ("judged", "status", "reason"),
    [
        pytest.param(USED, C, "the volume is in use", id="in use"),
        pytest.param(volume(created_at=UNKNOWN), C, "", id="in use, of unknown age"),
        pytest.param(
            volume(state="available"), N, "created 100 days ago, attached to nothing", id="unattached for long"
        ),
        pytest.param(
            volume(state="available", created_at=ago(days=7)),
            C,
            "created 7 days ago, attached to nothing: up to 7 days it may be",
            id="unattached, as old as may be",
        ),
        pytest.param(
            volume(state="available", created_at=ago(days=7, seconds=1)), N, "", id="unattached, a second older"
        ),
        pytest.param(
            volume(state="available", created_at=ago(days=1)),
            C,
            "created 1 day ago, attached to nothing: up to 7 days it may be",
            id="new",
        ),
        pytest.param(volume(state="creating"), NA, "the volume is creating: nothing can use it", id="being made"),
        pytest.param(volume(state="error"), NA, "the volume is error: nothing can use it", id="failed"),
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
        pytest.param({}, N, "there is no completed snapshot of the volume, and AWS Backup has none", id="nothing"),
        pytest.param(
            {"snapshot": ago(days=1)}, C, "the newest snapshot is of 2026-11-20 12:00 UTC", id="a fresh snapshot"
        ),
        pytest.param({"snapshot": ago(days=7)}, C, "the newest snapshot", id="a snapshot as old as may be"),
        pytest.param(
            {"snapshot": ago(days=365)},
            N,
            "the newest snapshot is 365 days old, of 2025-11-21; 7 are asked for",
            id="a snapshot of last year is no fresh one",
        ),
        pytest.param({"snapshot": ago(days=7, seconds=1)}, N, "", id="a second late"),
        pytest.param(
            {"backup": ago(hours=3)}, C, "the newest backup by AWS Backup is of 2026-11-21 09:00 UTC", id="a backup"
        ),
        pytest.param(
            {"backup": ago(days=30)}, N, "the newest backup by AWS Backup is 30 days old, of 2026-10-22", id="stale"
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
            "created 3 days ago: a backup is due after 7 days",
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
        pytest.param((), "unblocked", C, "not shared with everybody", id="shared with nobody"),
        pytest.param(("snap-2", "snap-11"), "unblocked", C, "", id="others are"),
        pytest.param(("snap-1",), "unblocked", N, "any AWS account can restore it", id="public"),
        pytest.param(("snap-1",), "block-new-sharing", N, "any AWS account", id="public from before the block"),
        pytest.param(("snap-1",), "block-all-sharing", C, "the region blocks all public sharing", id="taken back"),
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
        pytest.param("block-all-sharing", C, "blocks all", id="all"),
        pytest.param("block-new-sharing", N, "new public sharing only", id="new sharing only"),
        pytest.param("unblocked", N, "does not block", id="nothing"),
    ],
)
def test_ec2_snapshot_block_public_access(state: str, status: Status, reason: str) -> None:
    verdict = ec2_snapshot_block_public_access(SnapshotBlockPublicAccess(state))
    assert verdict.status is status
    assert reason in verdict.reason


def test_a_block_of_unknown_state_is_no_verdict() -> None:
    with pytest.raises(UnknownField):
        ec2_snapshot_block_public_access(SnapshotBlockPublicAccess.parse({"State": "block-some"}))
