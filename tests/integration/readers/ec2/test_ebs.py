"""Reading EBS on moto, and from answers as AWS documents them where moto has none."""

from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from muster.facets.ec2.ebs import Snapshot, VolumeUse
from muster.facets.tagging.tags import Tags
from muster.model.finding import REGION, Resource
from muster.model.shard import Shard
from muster.readers.ec2.ebs import SNAPSHOT, newest_snapshots, snapshot_block_public_access, snapshots
from muster.readers.ec2.instances import volumes
from muster.sdk.session import Clients
from tests.integration.conftest import listing

HERE = "eu-west-1"
ACCOUNT_ID = "123456789012"
SHARD = Shard(ACCOUNT_ID, HERE, "ec2", HERE, (HERE,))
CHINA = Shard(ACCOUNT_ID, "cn-north-1", "ec2", "cn-north-1", ("cn-north-1",), "aws-cn")
THE_REGION = Resource(REGION, HERE, ACCOUNT_ID, HERE)
OWN = {"OwnerIds": ["self"], "MaxResults": 1000}


def snapshot(ec2: Any, **how: Any) -> tuple[str, str]:
    volume = ec2.create_volume(AvailabilityZone=f"{HERE}a", Size=1, **how)["VolumeId"]
    tags = [{"ResourceType": "snapshot", "Tags": [{"Key": "Owner", "Value": "a=b 🐘"}]}]
    return volume, ec2.create_snapshot(VolumeId=volume, TagSpecifications=tags)["SnapshotId"]


def test_snapshots_come_with_facets_tags_and_an_arn_without_account(clients: Clients) -> None:
    ec2 = clients.get("ec2", HERE)
    (_, encrypted), (_, plain) = snapshot(ec2, Encrypted=True), snapshot(ec2)
    found = {item.resource.id: item for item in listing(snapshots, ec2, SHARD)}
    assert found[encrypted].resource == Resource(
        SNAPSHOT, encrypted, ACCOUNT_ID, HERE, "aws", f"arn:aws:ec2:{HERE}::snapshot/{encrypted}", {"Owner": "a=b 🐘"}
    )
    assert found[encrypted].facets[Snapshot] == Snapshot(encrypted, encrypted=True)
    assert found[encrypted].facets[Tags] == Tags({"Owner": "a=b 🐘"})
    assert found[plain].facets[Snapshot] == Snapshot(plain, encrypted=False)


def test_snapshots_are_asked_for_in_large_pages_to_the_end() -> None:
    ec2 = boto3.client("ec2", "cn-north-1")
    with Stubber(ec2) as stub:
        stub.add_response("describe_snapshots", {"Snapshots": [{"SnapshotId": "snap-1"}], "NextToken": "next"}, OWN)
        last = {"Snapshots": [{"SnapshotId": "snap-2", "Tags": [{"Key": "aws:x", "Value": "y"}]}]}
        stub.add_response("describe_snapshots", last, OWN | {"NextToken": "next"})
        found = listing(snapshots, ec2, CHINA)
    assert [item.resource.arn for item in found] == [
        "arn:aws-cn:ec2:cn-north-1::snapshot/snap-1",
        "arn:aws-cn:ec2:cn-north-1::snapshot/snap-2",
    ]
    assert found[1].resource.tags == {}


def test_the_newest_snapshot_of_each_volume_is_found(clients: Clients) -> None:
    ec2 = clients.get("ec2", HERE)
    (volume, _), (other, last) = snapshot(ec2), snapshot(ec2)
    ec2.delete_snapshot(SnapshotId=last)
    found = newest_snapshots.function(ec2, THE_REGION).times
    assert volume in found
    assert other not in found
    assert abs(found[volume] - datetime.now(UTC)) < timedelta(minutes=5)


def test_an_error_on_a_later_page_is_not_taken_for_the_end() -> None:
    ec2 = boto3.client("ec2", HERE)
    with Stubber(ec2) as stub:
        stub.add_response("describe_snapshots", {"Snapshots": [], "NextToken": "next"}, OWN)
        stub.add_client_error("describe_snapshots", "UnauthorizedOperation", http_status_code=403)
        with pytest.raises(ClientError, match="UnauthorizedOperation"):
            newest_snapshots.function(ec2, THE_REGION)


def test_what_the_region_blocks_is_read() -> None:
    ec2 = boto3.client("ec2", HERE)
    with Stubber(ec2) as stub:
        answer = {"State": "block-all-sharing", "ManagedBy": "declarative-policy"}
        stub.add_response("get_snapshot_block_public_access_state", answer, {})
        assert snapshot_block_public_access.function(ec2, THE_REGION).state == "block-all-sharing"


def test_volumes_say_who_uses_them_and_how_backups_call_them(clients: Clients) -> None:
    ec2 = clients.get("ec2", HERE)
    made = ec2.create_volume(AvailabilityZone=f"{HERE}a", Size=1)
    (found,) = listing(volumes, ec2, SHARD)
    use = found.facets[VolumeUse]
    assert isinstance(use, VolumeUse)
    assert (use.id, use.arn, use.state) == (made["VolumeId"], found.resource.arn, "available")
    assert isinstance(use.created_at, datetime)
    assert use.arn == f"arn:aws:ec2:{HERE}:{ACCOUNT_ID}:volume/{made['VolumeId']}"
