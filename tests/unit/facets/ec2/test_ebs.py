"""EBS's answers, parsed."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.facets.ec2.ebs import NewestSnapshots, PublicSnapshots, Snapshot, VolumeUse
from muster.facets.tagging.tags import Tags
from muster.model.finding import Unavailable, Unknown
from muster.model.listing import parsed

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
ARN = "arn:aws-cn:ec2:cn-north-1:123456789012:volume/vol-1"
VOLUME = {"VolumeId": "vol-1", "VolumeArn": ARN, "State": "available", "CreateTime": AT, "Encrypted": False}
SNAPSHOT = {"SnapshotId": "snap-1", "VolumeId": "vol-1", "State": "completed", "StartTime": AT, "Encrypted": True}


def test_a_volume_is_parsed() -> None:
    assert VolumeUse.parse(VOLUME) == VolumeUse("vol-1", ARN, "available", AT)


def test_a_snapshot_is_parsed() -> None:
    assert Snapshot.parse(SNAPSHOT) == Snapshot("snap-1", True)


def newest(*snapshots: Mapping[str, Any]) -> datetime | Unknown | None:
    return NewestSnapshots.parse({"Snapshots": iter(snapshots)}).times.get("vol-1")


@pytest.mark.parametrize(
    ("snapshots", "found"),
    [
        pytest.param([], None, id="none"),
        pytest.param([SNAPSHOT], AT, id="one"),
        pytest.param([SNAPSHOT | {"StartTime": AT - timedelta(days=9)}, SNAPSHOT], AT, id="the newest comes last"),
        pytest.param([SNAPSHOT, SNAPSHOT | {"StartTime": AT - timedelta(days=9)}], AT, id="the newest comes first"),
        pytest.param([SNAPSHOT | {"State": "pending"}], None, id="not completed yet"),
        pytest.param([SNAPSHOT | {"State": "error"}], None, id="failed"),
        pytest.param([SNAPSHOT | {"State": "asleep"}], None, id="a new state is not completed"),
        pytest.param([{key: SNAPSHOT[key] for key in ("VolumeId", "StartTime")}], None, id="without state"),
        pytest.param([SNAPSHOT | {"VolumeId": "vol-2"}], None, id="of another volume"),
        pytest.param([SNAPSHOT | {"VolumeId": "vol-ffffffff"}], None, id="a copy names no volume"),
        pytest.param([SNAPSHOT | {"VolumeId": None}], None, id="without a volume"),
        pytest.param([SNAPSHOT | {"StorageTier": "archive"}], AT, id="in the archive"),
        pytest.param([SNAPSHOT | {"StartTime": None}, SNAPSHOT], AT, id="one of unknown time before"),
        pytest.param([SNAPSHOT, SNAPSHOT | {"StartTime": None}], AT, id="one of unknown time after"),
    ],
)
def test_the_newest_completed_snapshot_of_a_volume_counts(snapshots: list[dict[str, Any]], found: object) -> None:
    assert newest(*snapshots) == found


def test_a_snapshot_of_unknown_time_alone_is_neither_none_nor_a_time() -> None:
    assert newest(SNAPSHOT | {"StartTime": None}) == Unknown("AWS did not return StartTime")


@given(st.lists(st.integers(0, 400), min_size=1))
def test_no_order_of_snapshots_changes_which_is_the_newest(days: list[int]) -> None:
    assert newest(*(SNAPSHOT | {"StartTime": AT - timedelta(days=day)} for day in days)) == AT - timedelta(
        days=min(days)
    )


def test_public_snapshots_are_known_by_their_ids() -> None:
    assert set(PublicSnapshots.parse({"Snapshots": iter([SNAPSHOT])}).ids) == {"snap-1"}
    assert not PublicSnapshots.parse({}).ids
    assert not PublicSnapshots.parse({"Snapshots": []}).ids


def test_a_public_snapshot_without_id_is_a_strange_answer() -> None:
    assert isinstance(parsed(PublicSnapshots, {"Snapshots": [{}]}), Unavailable)


def test_tags_of_a_snapshot_may_hold_any_text() -> None:
    tags = [{"Key": "a=b", "Value": "c=d 🐘"}, {"Key": "aws:backup:source", "Value": "x"}, {"Key": "Empty"}]
    assert Tags.parse({"Tags": tags}).own == {"a=b": "c=d 🐘", "Empty": ""}


def test_an_empty_answer_holds_nothing() -> None:
    assert NewestSnapshots.parse({}).times == {}
    assert VolumeUse.parse({}).id == Snapshot.parse({}).id == ""
